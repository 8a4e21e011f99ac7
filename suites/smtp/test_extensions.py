"""What clients and servers agree upon beyond the base protocol, and what they do without agreement."""

from __future__ import annotations

import re
from email import message_from_bytes
from typing import TYPE_CHECKING

import pytest

import interop

if TYPE_CHECKING:
    from suites.smtp.conftest import Desk

    from interop.run.wire import Conversation

LARGEST_TRY = 4 * 1024 * 1024
"""Octets: a server that takes more is not asked to refuse a message."""


@interop.feature("no-extensions")
@interop.needs("bare")
def test_a_server_without_extensions_gets_mail(desk: Desk) -> None:
    box = desk.box()
    desk.send(desk.letter(box), endpoint=desk.endpoint("bare"))
    desk.only(box)


@interop.feature("no-unoffered-parameters")
@interop.needs("bare")
def test_no_parameter_is_sent_that_was_not_offered(desk: Desk) -> None:
    mail = desk.letter(desk.box(), notify=("FAILURE",), envelope_id="interop-1")
    desk.try_one(mail, endpoint=desk.endpoint("bare"))
    assert desk.commands(), "the client did not get as far as asking what the server offers"
    paths = [line for line in desk.commands() if re.match(r"(MAIL FROM|RCPT TO):", line, re.IGNORECASE)]
    parameters = [line.rpartition(">")[2].strip() for line in paths]
    assert not any(parameters), f"the client sent {' '.join(filter(None, parameters))}"


@interop.feature("size-declared")
def test_the_size_is_declared(desk: Desk) -> None:
    desk.can("size")
    desk.watch()
    desk.offered("SIZE")
    box = desk.box()
    desk.send(desk.letter(box))
    mail = next(line for line in desk.commands() if line.upper().startswith("MAIL FROM:"))
    assert re.search(r" SIZE=\d+( |$)", mail, re.IGNORECASE), "MAIL does not declare a size"


@interop.feature("over-size")
def test_a_message_beyond_the_servers_limit_is_refused_and_reported(desk: Desk) -> None:
    words = desk.offered("SIZE").split()
    limit = int(words[0]) if words and words[0].isdigit() else 0
    if not 0 < limit <= LARGEST_TRY:
        pytest.skip(f"this server announces no limit that can be tried: SIZE {limit}")
    box = desk.box()
    line = "0123456789" * 7
    delivery = desk.try_one(desk.letter(box, body=[line] * (limit // len(line) + 1000)))
    assert delivery.failure is not None, "the client reports success beyond the limit that the server has"
    assert delivery.failure.temporary is not True, "the client calls too large a message a temporary matter"
    if not desk.wants_tls and len(desk.sent()) > limit:
        interop.fallback("the client sent the whole message before it was refused")


@interop.feature("pipelining")
def test_commands_are_sent_in_groups(desk: Desk) -> None:
    desk.can("pipelining")
    wire = desk.watch()
    desk.offered("PIPELINING")
    wire.delay(0.1, "client")  # no reply can come so early that a client need not have waited for it
    box = desk.box()
    desk.send(desk.letter(box))
    desk.only(box)
    assert any(_waits_for_no_reply(each) for each in wire.conversations), "the client waits for each reply"


@interop.feature("pipelined-refusal")
@interop.needs("refused-recipient")
def test_replies_to_a_group_are_matched_with_the_right_recipients(desk: Desk) -> None:
    desk.can("pipelining")
    desk.offered("PIPELINING")
    refused, taken = desk.box("refused-"), desk.box("taken-")
    delivery = desk.try_one(desk.letter(refused, taken))
    if delivery.failure is not None:
        assert desk.arrived_nothing(taken), "the client reports that nobody got the mail, but somebody did"
        return
    desk.only(taken)
    assert set(delivery.refused) == {refused.address}, "the client reports the wrong recipient"


@interop.feature("chunking")
def test_content_is_sent_in_chunks(desk: Desk) -> None:
    desk.can("chunking")
    desk.watch()
    desk.offered("CHUNKING")
    box = desk.box()
    desk.send(desk.letter(box, body=("first", ".", "last")))
    assert desk.only(box).body == (b"first", b".", b"last"), "the content was changed"
    assert any(line.upper().startswith("BDAT ") for line in desk.commands()), "the client sent no BDAT"


@interop.feature("smtputf8-address")
def test_a_mailbox_with_an_internationalised_name_gets_mail(desk: Desk) -> None:
    desk.can("smtputf8")
    desk.offered("SMTPUTF8")
    box = desk.box("grüße-")
    desk.send(desk.letter(box, utf8=True))
    desk.only(box)


@interop.feature("smtputf8-header")
def test_an_internationalised_header_arrives_unchanged(desk: Desk) -> None:
    desk.can("smtputf8")
    desk.offered("SMTPUTF8")
    box = desk.box("grüße-")
    comment = "Comments: Größe 日本語"
    desk.send(desk.letter(box, header=(comment,), utf8=True))
    assert comment.encode() in desk.only(box).header, "the header field was changed"


@interop.feature("smtputf8-not-offered")
@interop.needs("bare")
def test_an_internationalised_address_is_not_sent_where_it_is_not_offered(desk: Desk) -> None:
    desk.can("smtputf8")
    mail = desk.letter(desk.box("grüße-"), utf8=True)
    delivery = desk.try_one(mail, endpoint=desk.endpoint("bare"))
    sent = [line for line in desk.commands() if r"\x" in line or not line.isascii()]
    assert not sent, "the client sent an internationalised address to a server that does not offer SMTPUTF8"
    assert delivery.failure is not None, "the client reports success without having sent anything"


@interop.feature("dsn-parameters")
def test_a_mail_with_notification_parameters_arrives(desk: Desk) -> None:
    desk.can("dsn")
    desk.watch()
    desk.offered("DSN")
    box = desk.box()
    desk.send(desk.letter(box, notify=("FAILURE", "DELAY"), envelope_id="interop-1"))
    desk.only(box)
    assert any("NOTIFY=" in line.upper() for line in desk.commands()), "RCPT carries no NOTIFY"


@interop.feature("dsn-success")
def test_a_success_report_comes_back(desk: Desk) -> None:
    desk.can("dsn")
    desk.offered("DSN")
    box, sender = desk.box("box-"), desk.box("sender-")
    desk.send(desk.letter(box, sender=sender.address, notify=("SUCCESS", "FAILURE")))
    desk.only(box)
    report = desk.only(sender)
    assert box.local_part.encode() in report.content, "the report does not name the recipient"


@interop.feature("dsn-format")
def test_a_report_can_be_read_by_programs(desk: Desk) -> None:
    desk.can("dsn")
    desk.offered("DSN")
    sender = desk.box("sender-")
    desk.send(desk.letter(desk.box("box-"), sender=sender.address, notify=("SUCCESS", "FAILURE")))
    report = message_from_bytes(desk.only(sender).content)
    kind = report.get_content_type()
    assert kind == "multipart/report", f"the report is of type {kind}"
    assert report.get_param("report-type") == "delivery-status", "the report is no delivery status"


@interop.feature("enhanced-codes")
@interop.needs("refused-recipient")
def test_the_enhanced_status_code_of_a_refusal_is_reported(desk: Desk) -> None:
    desk.offered("ENHANCEDSTATUSCODES")
    box = desk.box("refused-")
    delivery = desk.try_one(desk.letter(box))
    reply = delivery.refused.get(box.address, delivery.failure.reply if delivery.failure else None)
    assert reply is not None, "the client shows no reply"
    assert re.match(r"5\.\d{1,3}\.\d{1,3}\b", reply.text), "the client shows no enhanced status code"


def _waits_for_no_reply(conversation: Conversation) -> bool:
    """Return whether two commands of a transaction went out with no reply between them."""
    group = b""
    for chunk in conversation.seen_by("client"):
        group = group + chunk.data if chunk.side == "client" else b""
        if len(re.findall(rb"^(?:MAIL FROM:|RCPT TO:|DATA\r)", group, re.IGNORECASE | re.MULTILINE)) > 1:
            return True
    return False
