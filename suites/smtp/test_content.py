"""That content arrives as it was written (RFC 5321, 2.3.8, 4.1.1.4, 4.5.2, 4.5.3; RFC 5322, 2.1.1)."""

from __future__ import annotations

import email.policy
import re
from email import message_from_bytes
from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from suites.smtp import contract as smtp
    from suites.smtp.conftest import Box, Desk

MEBIBYTE = 1024 * 1024
ASCII = 127


@interop.feature("dot-stuffing")
def test_lines_that_begin_with_dots_arrive_unchanged(desk: Desk) -> None:
    box = desk.box()
    body = (".one", "..two", "...", ". four", "five.")
    desk.send(desk.letter(box, body=body))
    assert desk.only(box).body == tuple(line.encode() for line in body), "dots were lost or added"


@interop.feature("lone-dot")
def test_a_line_of_a_single_dot_does_not_end_the_message(desk: Desk) -> None:
    box = desk.box()
    desk.send(desk.letter(box, body=("before", ".", "after")))
    assert desk.only(box).body == (b"before", b".", b"after"), "the lone dot was lost, or what follows it"


@interop.feature("last-dot")
def test_a_last_line_of_a_single_dot_is_kept(desk: Desk) -> None:
    box = desk.box()
    desk.send(desk.letter(box, body=("before", ".")))
    assert desk.only(box).body == (b"before", b"."), "the last line was lost"


@interop.feature("white-space")
def test_white_space_and_empty_lines_arrive_unchanged(desk: Desk) -> None:
    box = desk.box()
    body = ("", "  two spaces before", "two spaces after  ", "\ttab\t", "", "last")
    desk.send(desk.letter(box, body=body))
    assert desk.only(box).body == tuple(line.encode() for line in body), "white space was changed"


@interop.feature("no-extra-line")
def test_no_line_is_added_at_the_end(desk: Desk) -> None:
    box = desk.box()
    desk.send(desk.letter(box, body=("first", "last", "")))
    assert desk.only(box).body == (b"first", b"last", b""), "the end of the message was changed"


@interop.feature("bare-line-feed")
def test_a_bare_line_feed_is_never_sent(desk: Desk) -> None:
    desk.watch()
    mail = desk.letter(desk.box(), body=(b"Unix\nline\nends",))
    desk.try_one(mail)
    assert not re.search(rb"(?<!\r)\n", desk.sent()), "the client sent a line feed without a carriage return"


@interop.feature("line-998")
def test_a_line_of_998_octets_arrives_whole(desk: Desk) -> None:
    box = desk.box()
    line = ("0123456789" * 100)[:998]
    desk.send(desk.letter(box, body=("before", line, "after")))
    assert desk.only(box).body == (b"before", line.encode(), b"after"), "the long line was changed"
    interop.limit("line", 998, "octets", at_least=True)


@interop.feature("over-long-line")
def test_a_line_beyond_the_limit_arrives_whole_or_is_refused(desk: Desk) -> None:
    box = desk.box()
    line = "0123456789" * 250
    delivery = desk.try_one(desk.letter(box, body=("before", line, "after")))
    if delivery.failure is not None:
        assert desk.arrived_nothing(box), "the client reports that the mail was not sent, but it arrived"
        return
    mail = desk.only(box)
    assert mail.body == (b"before", line.encode(), b"after"), "the line was changed without a word"
    interop.limit("line", len(line), "octets", at_least=True)


@interop.feature("folded-header")
def test_folded_header_fields_arrive_whole(desk: Desk) -> None:
    box = desk.box()
    ids = [f"<{number}.{'x' * 60}@sender.test>" for number in range(40)]
    field = [f"References: {ids[0]}", *(f" {each}" for each in ids[1:])]
    desk.send(desk.letter(box, header=field))
    unfolded = re.sub(rb"\r?\n(?=[ \t])", b"", desk.only(box).content)
    found = re.search(rb"^References:(.*)$", unfolded, re.MULTILINE)
    assert found is not None, "the field is gone"
    assert found[1].split() == [each.encode() for each in ids], "the field was changed"


@interop.feature("header-kept")
def test_unknown_header_fields_arrive_in_their_order(desk: Desk) -> None:
    box = desk.box()
    fields = ("X-Interop-One: 1", "X-Interop-Two:  two  spaces", "X-Interop-One: again", "List-Id: <a.test>")
    desk.send(desk.letter(box, header=fields))
    arrived = [line for line in desk.only(box).header if line.startswith((b"X-Interop-", b"List-Id"))]
    expected = [field.split(":", 1) for field in fields]
    assert [line.decode().split(":", 1) for line in arrived] == expected, (
        "fields were changed, lost or reordered"
    )


@interop.feature("empty-body")
def test_a_message_without_a_body_arrives(desk: Desk) -> None:
    box = desk.box()
    desk.send(desk.letter(box, body=()))
    mail = desk.only(box)
    assert not b"".join(mail.body), "a body was added"


@interop.feature("control-characters")
def test_control_characters_arrive_unchanged(desk: Desk) -> None:
    box = desk.box()
    line = bytes(octet for octet in range(1, 128) if octet not in b"\r\n")
    desk.send(desk.letter(box, body=(line,)))
    assert desk.only(box).body == (line,), "control characters were changed"


@interop.feature("large-message")
def test_a_message_of_one_and_a_half_mebibytes_arrives_whole(desk: Desk) -> None:
    box = desk.box()
    lines = [f"{number:08d} {'abcdefghij' * 6}" for number in range(3 * MEBIBYTE // 2 // 71)]
    mail = desk.letter(box, body=lines)
    desk.send(mail)
    assert desk.only(box).body == tuple(line.encode() for line in lines), "the content was changed"
    interop.limit("message", round(len(mail.content) / MEBIBYTE, 1), "MiB", at_least=True)


@interop.feature("null-sender")
def test_the_null_sender_arrives_as_the_null_sender(desk: Desk) -> None:
    box = desk.box()
    desk.send(desk.letter(box, sender=""))
    assert desk.only(box).sender.strip("<>") == "", "the null sender was replaced"


@interop.feature("blind-copy")
def test_a_blind_copy_is_not_betrayed(desk: Desk) -> None:
    seen, hidden = desk.box("seen-"), desk.box("hidden-")
    desk.send(desk.letter(seen, hidden))
    desk.only(hidden)
    assert hidden.local_part.encode() not in desk.only(seen).content, "one recipient's copy names the other"


@interop.feature("8bit-not-offered")
@interop.needs("bare")
def test_eight_bit_content_to_a_server_without_8bitmime_is_not_corrupted(desk: Desk) -> None:
    box = desk.box()
    body = ("Grüße aus Köln",)
    delivery = desk.try_one(_eight_bit(desk, box, body), endpoint=desk.endpoint("bare"))
    if delivery.failure is not None:
        assert desk.arrived_nothing(box), "the client reports that the mail was not sent, but it arrived"
        return
    arrived = message_from_bytes(desk.only(box).content, policy=email.policy.default)
    assert tuple(arrived.get_content().splitlines()) == body, "the text was corrupted"
    if any(octet > ASCII for octet in desk.sent()):
        interop.fallback(
            "the client sent 8-bit content to a server that does not offer it; it arrived unharmed"
        )


@interop.feature("8bitmime")
def test_eight_bit_content_arrives_unchanged(desk: Desk) -> None:
    desk.can("8bitmime")
    desk.offered("8BITMIME")
    box = desk.box()
    body = ("Grüße aus Köln", "αβγ", "日本語")
    desk.send(_eight_bit(desk, box, body))
    assert desk.only(box).body == tuple(line.encode() for line in body), "the content was changed"


@interop.feature("8bitmime-declared")
def test_eight_bit_content_is_declared(desk: Desk) -> None:
    desk.can("8bitmime")
    desk.watch()
    desk.offered("8BITMIME")
    box = desk.box()
    desk.send(_eight_bit(desk, box, ("Grüße",)))
    mail = next(line for line in desk.commands() if line.upper().startswith("MAIL FROM:"))
    assert "BODY=8BITMIME" in mail.upper(), "MAIL does not declare BODY=8BITMIME"


def _eight_bit(desk: Desk, box: Box, body: tuple[str, ...]) -> smtp.Mail:
    header = (
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    )
    return desk.letter(box, header=header, body=body, eight_bit=True)
