"""Transfers under a key (RFC 8945)."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import dns.message
import dns.rcode

import interop

if TYPE_CHECKING:
    from suites.dns_transfer import content
    from suites.dns_transfer.conftest import Desk
    from suites.dns_transfer.contract import Key
else:
    suite = interop.contract("dns-transfer")
    content = importlib.import_module(f"{suite.__package__}.content")


def both(desk: Desk) -> None:
    """End the scenario as unsupported when one side is not set up for keys."""
    desk.can("primary", "keys")
    desk.can("secondary", "keys")


def transferred(desk: Desk, key: Key, *records: str) -> None:
    """See a zone transferred under a key, every message of it signed by one that follows or by itself."""
    both(desk)
    desk.serve(content.zone(desk.zone, 1, records), key=key)
    desk.follow(key=key)
    desk.arrives()
    transfer = desk.transfer()
    assert transfer.asked.had_tsig, "the secondary does not sign what it asks"
    assert transfer.answers[0].had_tsig, "the first message of the transfer is not signed"
    assert transfer.answers[-1].had_tsig, "the last message of the transfer is not signed"


@interop.feature("tsig")
def test_a_transfer_is_signed(desk: Desk) -> None:
    transferred(desk, desk.key(), *content.hosts(50))


@interop.feature("tsig-large")
def test_a_transfer_of_many_messages_is_signed(desk: Desk) -> None:
    transferred(desk, desk.key(), *content.texts(2500))
    unsigned = 0
    for answer in desk.transfer().answers:
        unsigned = 0 if answer.had_tsig else unsigned + 1
        assert unsigned < 100, "more than 99 messages follow each other without a signature"


@interop.feature("tsig-sha512")
def test_a_transfer_is_signed_by_a_digest_of_384_bits(desk: Desk) -> None:
    transferred(desk, desk.key(algorithm="hmac-sha384"), *content.hosts(50))


@interop.feature("tsig-sha512")
def test_a_transfer_is_signed_by_a_digest_of_512_bits(desk: Desk) -> None:
    transferred(desk, desk.key(algorithm="hmac-sha512"), *content.hosts(50))


@interop.feature("tsig-sha1")
def test_a_transfer_is_signed_by_the_old_digest(desk: Desk) -> None:
    transferred(desk, desk.key(algorithm="hmac-sha1"), *content.hosts(50))


@interop.feature("tsig-ixfr")
def test_differences_are_signed(desk: Desk) -> None:
    desk.can("primary", "differences")
    desk.can("secondary", "incremental")
    transferred(desk, desk.key(), *content.hosts(200))
    desk.change(content.zone(desk.zone, 2, content.hosts(201)))
    desk.refresh()
    desk.arrives()
    transfer = desk.transfer()
    desk.by_differences(transfer)
    ends = (transfer.answers[0], transfer.answers[-1])  # between them some may do without
    assert all(answer.had_tsig for answer in ends), "the differences are not signed"


@interop.feature("tsig-wrong-secret")
def test_another_secret_is_refused(desk: Desk) -> None:
    both(desk)
    refused(desk, desk.key(), desk.key(another=True))


@interop.feature("tsig-unknown-key")
def test_an_unknown_key_is_refused(desk: Desk) -> None:
    both(desk)
    refused(desk, desk.key(), desk.key(name="stranger"))


@interop.feature("tsig-told")
def test_who_signs_with_another_secret_is_told_so(desk: Desk) -> None:
    both(desk)
    told(refused(desk, desk.key(), desk.key(another=True)), dns.rcode.BADSIG)


@interop.feature("tsig-told")
def test_who_signs_with_an_unknown_key_is_told_so(desk: Desk) -> None:
    both(desk)
    told(refused(desk, desk.key(), desk.key(name="stranger")), dns.rcode.BADKEY)


def told(answer: dns.message.Message, error: dns.rcode.Rcode) -> None:
    """Fail unless a refusal says what is wrong with the signature."""
    assert answer.tsig is not None, "the answer does not say what is wrong with the signature"
    assert answer.tsig[0].error == error, "the answer says that something else is wrong with the signature"


def refused(desk: Desk, theirs: Key, mine: Key) -> dns.message.Message:
    """Fail unless the primary refuses the key and the secondary has no copy; return the first refusal."""
    desk.serve(content.zone(desk.zone, 1, content.hosts(50)), key=theirs)
    desk.follow(key=mine)
    assert desk.until(lambda: any(each.answers for each in desk.asked("SOA", "AXFR", "IXFR"))), (
        "the secondary asks the primary nothing, or is not answered"
    )
    asked = [each for each in desk.asked("SOA", "AXFR", "IXFR") if each.answers]
    assert all(each.asked.had_tsig for each in asked), "the secondary does not sign what it asks"
    assert not any(each.records for each in asked), (
        "the primary answers what is not signed with the zone's key"
    )
    answer = asked[0].answers[0]
    assert answer.rcode() == dns.rcode.NOTAUTH, f"the primary answers {dns.rcode.to_text(answer.rcode())}"
    assert desk.stays(None), "the secondary serves a zone that it was refused"
    return answer


@interop.feature("tsig-demanded")
def test_who_does_not_sign_is_refused(desk: Desk) -> None:
    both(desk)
    desk.serve(content.zone(desk.zone, 1, content.hosts(50)), key=desk.key())
    desk.follow()
    assert desk.until(lambda: any(each.answers for each in desk.transfers()), within=10) or desk.asked(
        "SOA"
    ), "the secondary asks the primary nothing"
    assert not any(len(each.records) > 1 for each in desk.transfers()), (
        "the primary gives the zone to one who does not sign"
    )
    answers = [answer for each in desk.transfers() for answer in each.answers]
    codes = {dns.rcode.to_text(answer.rcode()) for answer in answers}
    assert codes <= {"REFUSED", "NOTAUTH"}, f"the primary answers {', '.join(sorted(codes))}"
    assert desk.stays(None), "the secondary serves a zone that it was refused"
