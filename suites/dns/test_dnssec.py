"""Signed zones: signatures for who asks, proofs of what is not there, validation (RFC 4035, RFC 5155)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import dns.dnssec
import dns.name

import interop

if TYPE_CHECKING:
    from suites.dns import contract as suite
    from suites.dns.conftest import Desk
else:
    suite = interop.contract("dns")

DO = suite.Edns(payload=1232, dnssec_ok=True)
SIGNED, HASHED = "signed.test.", "nsec3.test."
PROOFS = {"RRSIG", "NSEC", "NSEC3"}


@interop.feature("dnssec-signature")
@interop.needs("dnssec")
def test_an_answer_comes_with_a_signature_that_holds(desk: Desk) -> None:
    answer = _ask(desk, "www.signed.test.")
    desk.check(answer, "www.signed.test.")
    desk.verify(answer.answer, "www.signed.test.", "A", SIGNED)


@interop.feature("dnssec-signature")
@interop.needs("dnssec")
def test_every_link_of_an_alias_is_signed(desk: Desk) -> None:
    answer = _ask(desk, "alias.signed.test.")
    desk.verify(answer.answer, "alias.signed.test.", "CNAME", SIGNED)
    desk.verify(answer.answer, "www.signed.test.", "A", SIGNED)


@interop.feature("dnssec-do-copied")
@interop.needs("dnssec")
def test_the_wish_for_signatures_comes_back(desk: Desk) -> None:
    answer = _ask(desk, "www.signed.test.")
    said = desk.edns(answer)
    assert said is not None, "the answer has no EDNS"
    assert said.dnssec_ok, "the answer has lost the DO bit"


@interop.feature("dnssec-unasked")
@interop.needs("dnssec")
def test_who_does_not_ask_for_signatures_gets_none(desk: Desk) -> None:
    answer = desk.ask("www.signed.test.")
    edns = desk.asked().edns
    if edns is not None and edns.dnssec_ok:
        raise interop.Unsupported("the client asks for signatures unasked", side="client")
    types = {record.type for record in (*desk.section(answer, "answer"), *desk.section(answer, "authority"))}
    assert not types & PROOFS, "the answer has signatures that nobody asked for"
    desk.check(answer, "www.signed.test.")


@interop.feature("dnssec-key")
@interop.needs("dnssec")
def test_a_zones_key_can_be_asked_for(desk: Desk) -> None:
    answer = _ask(desk, SIGNED, "DNSKEY")
    desk.check(answer, SIGNED, kind="DNSKEY")
    desk.verify(answer.answer, SIGNED, "DNSKEY", SIGNED)


@interop.feature("dnssec-ds")
@interop.needs("dnssec", "authoritative")
def test_a_delegations_digest_comes_from_the_zone_above_it(desk: Desk) -> None:
    answer = _ask(desk, "secure.signed.test.", "DS")
    desk.check(answer, "secure.signed.test.", kind="DS")
    desk.verify(answer.answer, "secure.signed.test.", "DS", SIGNED)
    _, flags = desk.header(answer)
    assert "aa" in flags, "the answer is not marked as authoritative"


# What is not there (RFC 4035, 3.1.3)


@interop.feature("nsec-no-data")
@interop.needs("dnssec")
def test_a_missing_type_is_proved_missing(desk: Desk) -> None:
    _, proofs = _denied(desk, "www.signed.test.", "MX", SIGNED, "NSEC")
    types = [
        _nsec_types(each) for each in proofs if dns.name.from_text(each.name) == _name("www.signed.test.")
    ]
    assert types, "there is no NSEC record of the name"
    assert not {"MX", "CNAME"} & types[0], "the NSEC record says that the type is there"


@interop.feature("nsec-name-error")
@interop.needs("dnssec")
def test_a_missing_name_is_proved_missing(desk: Desk) -> None:
    rcode, proofs = _denied(desk, "nowhere.signed.test.", "A", SIGNED, "NSEC")
    assert rcode == "NXDOMAIN", f"the answer's code is {rcode}"
    assert _covered("nowhere.signed.test.", proofs), "no NSEC record proves that the name is missing"
    assert _covered("*.signed.test.", proofs), "no NSEC record proves that there is no wildcard"


@interop.feature("nsec-wildcard")
@interop.needs("dnssec")
def test_an_answer_from_a_wildcard_proves_that_nothing_was_nearer(desk: Desk) -> None:
    name = "other.wild.signed.test."
    answer = _ask(desk, name)
    desk.verify(answer.answer, name, "A", SIGNED)
    proofs = [each for each in desk.section(answer, "authority") if each.type == "NSEC"]
    assert _covered(name, proofs), "no NSEC record proves that the name itself is missing"


@interop.feature("dnssec-referral")
@interop.needs("dnssec", "authoritative")
def test_a_referral_to_a_signed_zone_has_its_digest(desk: Desk) -> None:
    answer = _ask(desk, "www.secure.signed.test.")
    desk.verify(desk.section(answer, "authority"), "secure.signed.test.", "DS", SIGNED)


@interop.feature("dnssec-referral")
@interop.needs("dnssec", "authoritative")
def test_a_referral_to_an_unsigned_zone_proves_that_it_is_unsigned(desk: Desk) -> None:
    answer = _ask(desk, "www.insecure.signed.test.")
    authority = desk.section(answer, "authority")
    desk.verify(authority, "insecure.signed.test.", "NSEC", SIGNED)
    types = [_nsec_types(each) for each in authority if each.type == "NSEC"]
    assert all("DS" not in each for each in types), "the NSEC record says that there is a digest"


# The same by hashes (RFC 5155, 7.2)


@interop.feature("nsec3-no-data")
@interop.needs("nsec3")
def test_a_missing_type_is_proved_missing_by_hashes(desk: Desk) -> None:
    _, proofs = _denied(desk, "www.nsec3.test.", "MX", HASHED, "NSEC3")
    types = [_nsec3_types(each) for each in proofs if _owner(each) == _hashed("www.nsec3.test.")]
    assert types, "there is no NSEC3 record of the name"
    assert not {"MX", "CNAME"} & types[0], "the NSEC3 record says that the type is there"


@interop.feature("nsec3-name-error")
@interop.needs("nsec3")
def test_a_missing_name_is_proved_missing_by_hashes(desk: Desk) -> None:
    rcode, proofs = _denied(desk, "far.nowhere.nsec3.test.", "A", HASHED, "NSEC3")
    assert rcode == "NXDOMAIN", f"the answer's code is {rcode}"
    assert _hashed("nsec3.test.") in map(_owner, proofs), (
        "no NSEC3 record proves the closest name that exists"
    )
    assert _hash_covered("nowhere.nsec3.test.", proofs), "no NSEC3 record proves that the name is missing"
    assert _hash_covered("*.nsec3.test.", proofs), "no NSEC3 record proves that there is no wildcard"


@interop.feature("nsec3-wildcard")
@interop.needs("nsec3")
def test_an_answer_from_a_wildcard_is_proved_by_hashes(desk: Desk) -> None:
    name = "other.wild.nsec3.test."
    answer = _ask(desk, name)
    desk.verify(answer.answer, name, "A", HASHED)
    proofs = [each for each in desk.section(answer, "authority") if each.type == "NSEC3"]
    assert _hash_covered(name, proofs), "no NSEC3 record proves that the name itself is missing"


# Resolvers that validate


@interop.feature("validation-secure")
@interop.needs("dnssec-validating")
def test_signed_data_is_called_authentic(desk: Desk) -> None:
    answer = _ask(desk, "www.signed.test.")
    desk.check(answer, "www.signed.test.")
    _, flags = desk.header(answer)
    assert "ad" in flags, "the resolver does not call validated data authentic"


@interop.feature("validation-insecure")
@interop.needs("dnssec-validating")
def test_unsigned_data_is_answered_and_not_called_authentic(desk: Desk) -> None:
    answer = _ask(desk, "www.interop.test.")
    desk.check(answer, "www.interop.test.")
    _, flags = desk.header(answer)
    assert "ad" not in flags, "the resolver calls unsigned data authentic"


@interop.feature("validation-bogus")
@interop.needs("dnssec-validating")
def test_data_with_a_wrong_signature_is_withheld(desk: Desk) -> None:
    answer = desk.try_to_ask("broken.bogus.test.")
    rcode, _ = desk.header(answer)
    assert rcode == "SERVFAIL", f"the answer's code is {rcode}"
    assert not answer.answer, "the client shows records whose signature is wrong"


@interop.feature("validation-disabled")
@interop.needs("dnssec-validating")
def test_who_checks_for_himself_gets_data_with_a_wrong_signature(desk: Desk) -> None:
    desk.can("checking-disabled")
    answer = desk.ask("broken.bogus.test.", checking_disabled=True)
    desk.check(answer, "broken.bogus.test.")


def _ask(desk: Desk, name: str, kind: str = "A") -> suite.Answer:
    """Ask with DO."""
    desk.can("edns")
    answer = desk.ask(name, kind, edns=DO)
    asked = desk.asked().edns
    assert asked is not None, "the client does not send EDNS though it was told to"
    assert asked.dnssec_ok, "the client does not set DO though it was told to"
    return answer


def _denied(desk: Desk, name: str, kind: str, zone: str, proof: str) -> tuple[str, tuple[suite.Record, ...]]:
    """Ask with DO for what is not there; return the code, and the proofs, all of whose signatures hold."""
    desk.can("edns")
    answer = desk.try_to_ask(name, kind, edns=DO)
    rcode, _ = desk.header(answer)
    authority = desk.section(answer, "authority")
    desk.verify(authority, zone, "SOA", zone)
    proofs = tuple(record for record in authority if record.type == proof)
    assert proofs, f"the answer has no {proof} record"
    for record in proofs:
        desk.verify(authority, record.name, proof, zone)
    return rcode, proofs


def _name(text: str) -> dns.name.Name:
    return dns.name.from_text(text)


def _nsec_types(record: suite.Record) -> set[str]:
    return set(record.data.split()[1:])


def _nsec3_types(record: suite.Record) -> set[str]:
    return set(record.data.split()[5:])


def _covered(name: str, proofs: Iterable[suite.Record]) -> bool:
    """Return whether an NSEC record proves that there is no such name (RFC 4034, 6.1)."""
    wanted = _name(name)
    for record in proofs:
        owner, following = _name(record.name), _name(record.data.split()[0])
        if owner < wanted and (wanted < following or following <= owner):
            return True
    return False


def _hashed(name: str) -> str:
    return dns.dnssec.nsec3_hash(name, None, 0, "SHA1").lower()


def _owner(record: suite.Record) -> str:
    return record.name.partition(".")[0].lower()


def _hash_covered(name: str, proofs: Iterable[suite.Record]) -> bool:
    """Return whether an NSEC3 record proves that there is no such name (RFC 5155, 1.3)."""
    wanted = _hashed(name)
    for record in proofs:
        owner, following = _owner(record), record.data.split()[4].lower()
        if owner < wanted < following or (following <= owner and (wanted > owner or wanted < following)):
            return True
    return False
