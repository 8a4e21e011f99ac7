"""How a session begins, goes on and ends (RFC 5321, 3.1, 3.2, 3.8, 4.1.1, 4.2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from suites.smtp import contract as smtp
    from suites.smtp.conftest import Desk

    from interop.run.pairing import Pairing


KEYWORD = re.compile(r"[A-Z0-9][A-Z0-9-]*")
"""An EHLO keyword, in upper case (RFC 5321, 4.1.1.1)."""


@interop.feature("delivery")
def test_a_mail_arrives_with_its_envelope(desk: Desk) -> None:
    box = desk.box()
    desk.send(desk.letter(box))
    mail = desk.only(box)
    assert (mail.sender, mail.recipient.lower()) == ("bob@sender.test", box.address), (
        "the envelope was changed"
    )


@interop.feature("greeting-awaited")
def test_the_client_says_nothing_before_the_greeting(desk: Desk) -> None:
    wire = desk.watch()
    wire.delay(0.25, "server", once=True)
    desk.try_one(desk.letter(desk.box()))
    assert wire.conversations, "the client did not connect"
    said = wire.conversations[0].seen_by("client")
    assert said, "neither side said anything"
    assert said[0].side == "server", "the client sent a command before the server had greeted"


@interop.feature("greeting-late")
def test_a_greeting_that_comes_late_is_waited_for(desk: Desk, interop_pairing: Pairing) -> None:
    interop_pairing.wire.delay(0.5, "server", once=True)
    box = desk.box()
    desk.send(desk.letter(box))
    desk.only(box)


@interop.feature("ehlo-first")
def test_a_session_is_opened_with_the_clients_name(desk: Desk) -> None:
    desk.watch()
    desk.try_one(desk.letter(desk.box()))
    commands = desk.commands()
    assert commands, "the client said nothing"
    verb, _, name = commands[0].partition(" ")
    assert verb.upper() in {"EHLO", "HELO"}, f"the first command is {verb}"
    assert name, "the client gives no name"


@interop.feature("helo-fallback")
@interop.needs("no-ehlo")
def test_a_server_without_ehlo_is_asked_with_helo(desk: Desk) -> None:
    box = desk.box()
    desk.send(desk.letter(box), endpoint=desk.endpoint("no-ehlo"))
    desk.only(box)


@interop.feature("address-literal")
def test_a_client_without_a_name_introduces_itself_by_its_address(desk: Desk) -> None:
    box = desk.box()
    desk.send(desk.letter(box), endpoint=desk.endpoint(hello="[127.0.0.1]"))
    desk.only(box)


@interop.feature("multiline-reply")
def test_every_extension_of_a_multiline_answer_is_understood(
    desk: Desk, client: smtp.Client, server: smtp.Server
) -> None:
    # A keyword that the grammar does not allow need not be understood: Exim 4.94 offers PIPE_CONNECT.
    offered = {each for each in server.extensions(port="smtp", tls=desk.wants_tls) if KEYWORD.fullmatch(each)}
    understood = set(client.hello(endpoint=desk.endpoint()).extensions)
    missed = ", ".join(sorted(offered - understood))
    assert not missed, f"the client did not see {missed}"


@interop.feature("greeting-554")
@interop.needs("rejecting")
def test_a_refusing_greeting_is_reported_as_permanent(desk: Desk) -> None:
    delivery = desk.try_one(desk.letter(desk.box()), endpoint=desk.endpoint("rejecting"))
    assert delivery.failure is not None, "the client reports success to a server that takes no mail"
    assert delivery.failure.temporary is not True, "the client calls a 554 greeting temporary"


@interop.feature("greeting-421")
@interop.needs("closing")
def test_a_server_that_is_not_available_now_is_reported_as_temporary(desk: Desk) -> None:
    delivery = desk.try_one(desk.letter(desk.box()), endpoint=desk.endpoint("closing"))
    assert delivery.failure is not None, "the client reports success to a server that takes no mail"
    assert delivery.failure.temporary is not False, "the client calls a 421 greeting permanent"


@interop.feature("several-mails")
def test_several_mails_in_one_session_reach_their_own_mailboxes(desk: Desk, interop_pairing: Pairing) -> None:
    desk.can("session")
    boxes = [desk.box(f"{name}-") for name in ("first", "second", "third")]
    desk.send(*(desk.letter(box, body=(f"for {box.local_part}",)) for box in boxes))
    for box in boxes:
        expected = (f"for {box.local_part}".encode(),)
        assert desk.only(box).body == expected, "a mailbox has another one's mail"
    if len(interop_pairing.wire.conversations) > 1:
        interop.fallback("the client opened a new connection for the next mail")


@interop.feature("reset")
def test_an_abandoned_transaction_leaves_nothing_behind(desk: Desk, client: smtp.Client) -> None:
    abandoned, kept = desk.box("abandoned-"), desk.box("kept-")
    delivery = client.abandon(
        endpoint=desk.endpoint(), first=desk.letter(abandoned), second=desk.letter(kept)
    )
    assert delivery.failure is None, "the client reports that the mail after RSET was not sent"
    desk.only(kept)
    assert desk.arrived_nothing(abandoned), "the recipient that was taken back has got the mail"


@interop.feature("quit")
def test_the_last_command_is_quit(desk: Desk) -> None:
    desk.watch()
    desk.send(desk.letter(desk.box()))
    last = desk.commands()[-1]
    assert last.upper() == "QUIT", f"the last command is {last.split(' ')[0]}"


@interop.feature("idle-session", deadline=40)
@interop.needs("impatient")
def test_a_mail_after_an_idle_time_is_sent_or_reported(desk: Desk) -> None:
    desk.can("session")
    first, second = desk.box("first-"), desk.box("second-")
    deliveries = desk.try_to_send(
        desk.letter(first), desk.letter(second), endpoint=desk.endpoint("impatient"), pause=3.0
    )
    if deliveries[1].failure is None:
        assert desk.arrived(second), "the client reports success, but the second mail did not arrive"
    else:
        interop.fallback("the client reports the second mail as not sent, and leaves it to be sent again")
