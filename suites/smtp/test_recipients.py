"""Who gets a mail, and what is reported of those who do not (RFC 5321, 3.3, 4.2, 4.5.3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from suites.smtp import contract as smtp
    from suites.smtp.conftest import Box, Desk

LONGEST = 64
"""Octets of a local part that every implementation must take (RFC 5321, 4.5.3.1.1)."""


@interop.feature("several-recipients")
def test_each_of_several_recipients_gets_one_copy(desk: Desk) -> None:
    boxes = [desk.box(f"{name}-") for name in ("one", "two", "three")]
    desk.send(desk.letter(*boxes))
    for box in boxes:
        desk.only(box)


@interop.feature("one-copy")
def test_the_content_is_sent_once_for_all_recipients(desk: Desk) -> None:
    desk.watch()
    desk.send(desk.letter(desk.box("one-"), desk.box("two-"), desk.box("three-")))
    copies = desk.sent().count(f"Subject: {desk.token}".encode())
    assert copies == 1, f"the content was sent {copies} times"


@interop.feature("some-refused")
@interop.needs("refused-recipient")
def test_the_recipients_that_are_taken_get_the_mail_and_the_others_are_reported(desk: Desk) -> None:
    first, refused, last = desk.box("first-"), desk.box("refused-"), desk.box("last-")
    delivery = desk.try_one(desk.letter(first, refused, last))
    if delivery.failure is not None:
        assert desk.arrived_nothing(first), "the client reports that nobody got the mail, but somebody did"
        interop.fallback("one refused recipient kept the mail from all of them, and this was reported")
        return
    desk.only(first)
    desk.only(last)
    assert set(delivery.refused) == {refused.address}, "the client does not report who was refused"


@interop.feature("all-refused")
@interop.needs("refused-recipient")
def test_a_mail_without_any_accepted_recipient_is_reported(desk: Desk) -> None:
    one, other = desk.box("refused-one-"), desk.box("refused-other-")
    delivery = desk.try_one(desk.letter(one, other))
    assert delivery.failure is not None, "the client reports success, but every recipient was refused"


@interop.feature("no-data-after-refusal")
@interop.needs("refused-recipient")
def test_content_is_not_sent_when_every_recipient_was_refused(desk: Desk) -> None:
    desk.watch()
    desk.try_one(desk.letter(desk.box("refused-")))
    sent = f"Subject: {desk.token}".encode() in desk.sent()
    assert not sent, "the client sent the content without a 354 reply"


@interop.feature("permanent-recipient")
@interop.needs("refused-recipient")
def test_a_recipient_that_does_not_exist_is_reported_as_permanent(desk: Desk) -> None:
    box = desk.box("refused-")
    delivery = desk.try_one(desk.letter(box))
    assert _temporary(delivery, box) is False, "the client does not tell that trying again is of no use"


@interop.feature("temporary-recipient")
@interop.needs("deferred-recipient")
def test_a_recipient_that_is_busy_is_reported_as_temporary(desk: Desk) -> None:
    box = desk.box("deferred-")
    delivery = desk.try_one(desk.letter(box))
    assert _temporary(delivery, box) is True, "the client does not tell that trying again may help"


@interop.feature("full-mailbox")
@interop.needs("full-mailbox")
def test_a_full_mailbox_is_reported(desk: Desk) -> None:
    box = desk.box("full-")
    delivery = desk.try_one(desk.letter(box))
    assert delivery.failure is not None, "the client reports success to a full mailbox"


@interop.feature("refused-sender")
@interop.needs("refused-sender")
def test_a_refused_sender_is_reported(desk: Desk) -> None:
    box = desk.box()
    sender = f"{desk.box('refused-').local_part}@sender.test"
    delivery = desk.try_one(desk.letter(box, sender=sender))
    assert delivery.failure is not None, "the client reports success, but the sender was refused"
    assert delivery.failure.temporary is not True, "the client calls a permanent refusal temporary"


@interop.feature("refused-content")
@interop.needs("refused-content")
def test_content_that_is_refused_is_reported_as_permanent(desk: Desk) -> None:
    delivery = desk.try_one(desk.letter(desk.box(), header=("X-Interop-Verdict: refuse",)))
    assert delivery.failure is not None, "the client reports success, but the content was refused"
    assert delivery.failure.temporary is False, "the client does not tell that trying again is of no use"


@interop.feature("deferred-content")
@interop.needs("deferred-content")
def test_content_that_is_put_off_is_reported_as_temporary(desk: Desk) -> None:
    delivery = desk.try_one(desk.letter(desk.box(), header=("X-Interop-Verdict: defer",)))
    assert delivery.failure is not None, "the client reports success, but the content was not taken"
    assert delivery.failure.temporary is True, "the client does not tell that trying again may help"


@interop.feature("greylisting")
@interop.needs("greylisting")
def test_a_greylisted_mail_is_reported_as_temporary_and_passes_the_second_time(desk: Desk) -> None:
    box = desk.box("grey-")
    mail = desk.letter(box)
    first = desk.try_one(mail)
    assert _temporary(first, box) is True, "the client does not tell that trying again may help"
    desk.send(mail)
    desk.only(box)


@interop.feature("hundred-recipients", deadline=90)
def test_a_mail_to_a_hundred_recipients_reaches_all_of_them(desk: Desk) -> None:
    boxes = [desk.box(f"r{number:03d}-") for number in range(100)]
    desk.send(desk.letter(*boxes))
    missing = desk.missing(boxes)
    assert not missing, f"{len(missing)} of 100 recipients got no mail"
    interop.limit("recipients", 100, "recipients", at_least=True)


@interop.feature("many-recipients", deadline=90)
def test_more_recipients_than_the_server_takes_at_once_are_sent_or_reported(desk: Desk) -> None:
    boxes = [desk.box(f"r{number:03d}-") for number in range(120)]
    delivery = desk.try_one(desk.letter(*boxes))
    if delivery.failure is not None:
        interop.fallback("the client reports that nobody got the mail")
        return
    accepted = [box for box in boxes if box.address in delivery.accepted]
    reported = len(accepted) + len(delivery.refused)
    assert reported == len(boxes), f"the client says nothing of {len(boxes) - reported} recipients"
    lost = desk.missing(accepted)
    assert not lost, f"{len(lost)} recipients are reported as accepted, but got no mail"
    interop.limit("recipients", len(accepted), "recipients", at_least=len(accepted) == len(boxes))


@interop.feature("postmaster")
def test_the_postmaster_gets_mail(desk: Desk) -> None:
    box = desk.shared_box("postmaster")
    desk.send(desk.letter(box))
    assert desk.found(box), "the server took the mail to its postmaster, but it did not arrive"


@interop.feature("local-part-case")
def test_the_case_of_a_local_part_is_kept_on_the_wire(desk: Desk) -> None:
    desk.watch()
    box = desk.box("MixedCase-")
    desk.try_one(desk.letter(box))
    sent = [line for line in desk.commands() if line.upper().startswith("RCPT TO:")]
    assert sent, "the client named no recipient"
    assert box.address in sent[0], "the client changed the case of the local part"


@interop.feature("local-part-64")
def test_a_local_part_of_64_octets_is_taken(desk: Desk) -> None:
    box = desk.box("x" * (LONGEST - len(desk.box("").local_part)))
    assert len(box.local_part) == LONGEST
    desk.send(desk.letter(box))
    desk.only(box)


@interop.feature("local-part-atext")
def test_a_local_part_with_unusual_characters_is_taken(desk: Desk) -> None:
    _deliver_or_quote(desk, desk.box("o'neil=a_b-"))


@interop.feature("quoted-local-part")
def test_a_quoted_local_part_is_taken(desk: Desk) -> None:
    _deliver_or_quote(desk, desk.box("two words ", quoted=True))


def _deliver_or_quote(desk: Desk, box: Box) -> None:
    """Send to a mailbox that a server may refuse by its own rules; then its refusal is the statement."""
    delivery = desk.try_one(desk.letter(box))
    if not desk.wants_tls:
        named = [line for line in desk.commands() if f"<{box.address}>".lower() in line.lower()]
        assert named, "the client does not send the recipient's address as it is"
    if delivery.failure is None and not delivery.refused:
        desk.only(box)
        return
    failure = delivery.failure
    reply = next(iter(delivery.refused.values()), failure.reply if failure else None)
    assert reply is not None, f"the client does not send to the address: {failure.text if failure else ''}"
    raise interop.Unsupported(f"the server refuses the address: {reply.code} {reply.text}", side="server")


def _temporary(delivery: smtp.Delivery, box: Box) -> bool | None:
    """Return whether the client tells that a recipient may be tried again; None when it does not tell."""
    if box.address in delivery.refused:
        return delivery.refused[box.address].code // 100 == 4
    assert delivery.failure is not None, "the client reports success, but the recipient was refused"
    return delivery.failure.temporary
