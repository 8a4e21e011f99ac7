"""What happens when the network is slow, or fails: no mail is lost without a word, none is sent by halves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import interop

if TYPE_CHECKING:
    from suites.smtp.conftest import Desk

    from interop.run.pairing import Pairing

END_OF_CONTENT = b"\r\n.\r\n"
SENDER = b"bob@sender.test>"
"""What MAIL ends with, whatever the case of its verb."""


@interop.feature("segmented-replies")
def test_replies_that_arrive_byte_by_byte_are_understood(desk: Desk, interop_pairing: Pairing) -> None:
    interop_pairing.wire.drip("server")
    box = desk.box()
    desk.send(desk.letter(box))
    desk.only(box)


@interop.feature("segmented-commands")
def test_commands_that_arrive_byte_by_byte_are_understood(desk: Desk, interop_pairing: Pairing) -> None:
    interop_pairing.wire.drip("client")
    box = desk.box()
    body = ("first", ".", "..", "last")
    desk.send(desk.letter(box, body=body))
    assert desk.only(box).body == tuple(line.encode() for line in body), "the content was changed"


@interop.feature("lost-before-content")
def test_a_connection_that_is_lost_before_the_content_is_reported(desk: Desk) -> None:
    desk.watch().cut(SENDER, "client", forward=False)
    delivery = desk.try_one(desk.letter(desk.box()))
    assert delivery.failure is not None, "the client reports success over a lost connection"
    assert delivery.failure.temporary is not False, "the client calls a lost connection a permanent matter"


@interop.feature("lost-in-content")
def test_a_message_that_is_cut_off_is_not_delivered(desk: Desk) -> None:
    desk.watch().cut(b"half of it", "client", forward=False)
    box = desk.box()
    half = ["0123456789" * 7] * 4000
    desk.try_one(desk.letter(box, body=(*half, "half of it", *half)))
    assert desk.arrived_nothing(box), "the server delivered a message of which it never saw the end"


@interop.feature("lost-reply")
def test_a_lost_reply_to_the_content_is_reported(desk: Desk) -> None:
    wire = desk.watch()
    wire.cut(END_OF_CONTENT, "client")
    delivery = desk.try_one(desk.letter(desk.box()))
    if not any(each.closed_by == "relay" for each in wire.conversations):
        pytest.skip("this client does not end its content with a dot, so that the reply could not be cut off")
    assert delivery.failure is not None, "the client reports success without the server's reply"
    assert delivery.failure.temporary is not False, "the client calls a lost connection a permanent matter"


@interop.feature("lost-goodbye")
def test_a_connection_that_is_lost_at_quit_does_not_make_a_mail_undelivered(desk: Desk) -> None:
    desk.watch().cut(b"QUIT\r\n", "client", forward=False)
    box = desk.box()
    delivery = desk.try_one(desk.letter(box))
    assert delivery.failure is None, "the client reports a mail as not sent that the server has taken"


@interop.feature("silent-server")
def test_a_server_that_falls_silent_is_reported(desk: Desk) -> None:
    desk.watch().stall(SENDER, "client")
    delivery = desk.try_one(desk.letter(desk.box()), timeout=1.0)
    assert delivery.failure is not None, "the client reports success though the server fell silent"
    assert delivery.failure.temporary is not False, "the client calls a silent server a permanent matter"


@interop.feature("silent-greeting")
def test_a_server_that_never_greets_is_reported(desk: Desk, interop_pairing: Pairing) -> None:
    interop_pairing.wire.stall(b"", "server", forward=False)
    delivery = desk.try_one(desk.letter(desk.box()), timeout=1.0)
    assert delivery.failure is not None, "the client reports success though the server never greeted"
