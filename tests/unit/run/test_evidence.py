"""What is shown of a conversation, what is covered, what is left out, and what can be replayed."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import msgspec

from interop.model.exchange import Exchange
from interop.run.evidence import LOG_LIMIT, TRANSCRIPT_LIMIT, Transcript, transcript, write_evidence
from interop.run.wire import Conversation, Side
from tests.unit.run.test_tls_plaintext import Line

PLAIN = base64.b64encode(b"\0alice\0Sesame-4711").decode()


def say(conversation: Conversation, side: Side, data: bytes) -> None:
    """Let bytes come and go on at once."""
    conversation.keep(side, data)
    conversation.passed(side, len(data))


def talk(*turns: tuple[str, str | bytes]) -> Conversation:
    """Build a conversation in which each turn arrived at once, a hundredth of a second apart."""
    conversation = Conversation("smtp", 100.0)
    for number, (mark, said) in enumerate(turns):
        side: Side = "client" if mark == "C" else "server"
        data = said if isinstance(said, bytes) else said.encode()
        say(conversation, side, data)
        at = 100.0 + number / 100
        conversation.chunks[-1] = replace(conversation.chunks[-1], time=at)
        conversation.passages[-1] = replace(conversation.passages[-1], time=at)
    return conversation


def lines(conversation: Conversation, key_log: bytes = b"") -> list[str]:
    """Return what is shown, without the heading and without times."""
    shown = transcript([conversation], key_log=key_log).text.splitlines()[1:]
    return [line.split(maxsplit=1)[1] for line in shown]


def test_what_was_held_back_is_shown_where_it_went_on_and_what_was_kept_back_is_marked() -> None:
    conversation = talk(("S", "220 hello\r\n"), ("C", "EHLO me\r\n"), ("C", "QUIT\r\n"))
    greeting, command, _ = conversation.passages
    conversation.passages = [command, replace(greeting, time=100.25)]
    assert transcript([conversation]).text.splitlines()[1:] == [
        "   0.000 S: 220 hello",
        "   0.010 C: EHLO me",
        "   0.020 C: QUIT",
        "   0.020 C: (this did not go on to the other side)",
        "   0.250 S: (what was said at 0.000 has gone on to the other side now)",
    ]
    (exchange,) = transcript([conversation]).exchanges
    assert [turn.text for turn in exchange.turns] == ["220 hello\r\n", "EHLO me\r\nQUIT\r\n"]


def test_a_clock_that_is_set_back_does_not_change_the_order_of_what_was_said() -> None:
    conversation = talk(("S", "220 hello\r\n"), ("C", "EHLO me\r\n"))
    conversation.chunks[0] = replace(conversation.chunks[0], time=160.0)
    conversation.passages[0] = replace(conversation.passages[0], time=160.0)
    assert lines(conversation) == ["S: 220 hello", "C: EHLO me"]


def test_text_is_shown_as_text_and_the_rest_as_hex_with_offsets() -> None:
    conversation = talk(("S", "220 hello\r\n"), ("C", b"QUIT\n"), ("C", b"\x00\x01A"))
    assert lines(conversation) == [
        "S: 220 hello",
        "C: QUIT␊",
        "C: 000005  00 01 41                                         ..A",
    ]


def test_a_conversation_says_who_ended_it_and_what_was_not_kept() -> None:
    conversation = talk(("S", "220\r\n"))
    conversation.closed_by, conversation.dropped = "server", 1234
    text = transcript([conversation]).text
    assert text.startswith("== connection 1 to port smtp, closed by the server\n")
    assert text.endswith("1,234 more bytes passed and were not kept")


def test_after_starttls_what_was_said_inside_is_shown(tmp_path: Path) -> None:
    line = Line("TLS 1.3", tmp_path / "keys")
    conversation = talk(("S", bytes(line.sent["server"])), ("C", bytes(line.sent["client"])))
    line.sent["client"].clear()
    line.sent["server"].clear()

    def passed() -> None:
        for side in ("client", "server"):
            say(conversation, side, bytes(line.sent[side]))
            line.sent[side].clear()

    line.shake_hands()
    passed()
    line.say("client", b"EHLO there\r\n")
    passed()
    line.say("server", b"250 hello\r\n")
    passed()
    keys = line.keys.read_bytes()
    shown = lines(conversation, keys)
    assert shown[0:3] == [
        "S: 220 mail.interop.test",
        "C: STARTTLS",
        "[TLS 1.3] C: (handshake: ClientHello)",
    ]
    assert "[TLS 1.3] S: (handshake: ServerHello)" in shown
    assert shown[-2:] == ["[TLS 1.3] C: EHLO there", "[TLS 1.3] S: 250 hello"]
    (exchange,) = transcript([conversation], key_log=keys).exchanges
    assert exchange.whole
    assert [(turn.layer, turn.text) for turn in exchange.turns[1:]] == [
        ("", "STARTTLS\r\n"),
        ("TLS 1.3", "EHLO there\r\n"),
        ("TLS 1.3", "250 hello\r\n"),
    ]
    without = transcript([conversation], key_log=b"")
    assert "16 03 01" in without.text
    assert "EHLO" not in without.text
    assert not without.exchanges[0].whole
    assert [turn.text for turn in without.exchanges[0].turns][-1] == "STARTTLS\r\n"


def test_what_cannot_be_read_inside_tls_stays_hex_from_there_on(tmp_path: Path) -> None:
    line = Line("TLS 1.3", tmp_path / "keys")
    line.shake_hands()
    conversation = talk(("S", bytes(line.sent["server"])), ("C", bytes(line.sent["client"])))
    line.sent["client"].clear()
    line.say("client", b"first")
    read = len(line.sent["client"])
    line.say("client", b"second")
    line.sent["client"][read + 8] ^= 1
    say(conversation, "client", bytes(line.sent["client"]))
    before = len(conversation.client) - len(line.sent["client"])
    shown = lines(conversation, line.keys.read_bytes())
    assert shown[-3] == "[TLS 1.3] C: first …"
    assert shown[-2].startswith(f"C: {before + read:06x}  17 03 03")
    (exchange,) = transcript([conversation], key_log=line.keys.read_bytes()).exchanges
    assert not exchange.whole
    assert exchange.turns[-1].text == "first"


def test_what_follows_auth_is_covered_even_when_it_comes_byte_by_byte() -> None:
    drops = [("C", bytes([byte])) for byte in f"AUTH PLAIN {PLAIN}\r\n".encode()]
    found = transcript([talk(*drops, ("S", "235 ok\r\n"), ("C", "MAIL FROM:<a@b>\r\n"))])
    (exchange,) = found.exchanges
    assert found.text.count("<redacted>") == 1
    assert exchange.turns[0].text == "AUTH PLAIN <redacted>\r\n"
    assert found.secrets == {PLAIN, "Sesame-4711"}


def test_answers_to_challenges_are_covered_until_the_server_is_content() -> None:
    user, password = (base64.b64encode(word).decode() for word in (b"alice", b"Sesame-4711"))
    conversation = talk(
        ("C", "auth login\r\n"),
        ("S", "334 VXNlcm5hbWU6\r\n"),
        ("C", f"{user}\r\n"),
        ("S", "334 UGFzc3dvcmQ6\r\n"),
        ("C", f"{password}\r\n"),
        ("S", "235 ok\r\n"),
        ("C", "RSET\r\n"),
        ("S", "250 334 apples\r\n"),
        ("C", "QUIT\r\n"),
    )
    shown = [line for line in lines(conversation) if line.startswith("C")]
    assert shown == ["C: auth login", "C: <redacted>", "C: <redacted>", "C: RSET", "C: QUIT"]
    assert transcript([conversation]).secrets == {user, password, "Sesame-4711"}


def test_a_list_of_mechanisms_is_no_secret() -> None:
    conversation = talk(("S", "250 AUTH PLAIN LOGIN SCRAM-SHA-256\r\n"), ("C", "AUTHOR some text\r\n"))
    assert lines(conversation) == ["S: 250 AUTH PLAIN LOGIN SCRAM-SHA-256", "C: AUTHOR some text"]


def write(file: Path, wire: Transcript, **sections: str) -> str:
    write_evidence(file, {"reason": "it failed"}, sections, wire)
    return file.read_text(encoding="utf-8")


def test_a_secret_of_the_wire_is_covered_wherever_it_turns_up_again(tmp_path: Path) -> None:
    wire = transcript([talk(("C", f"AUTH PLAIN {PLAIN}\r\n"), ("S", "535 no\r\n"))])
    encoded = base64.b64encode(b"Sesame-4711").decode()
    text = write(
        tmp_path / "e.txt", wire, log=f"said {PLAIN}, Sesame-4711, {encoded}", output="AUTH PLAIN LOGIN"
    )
    assert "Sesame" not in text
    assert PLAIN not in text
    assert encoded not in text
    assert "said <redacted>, <redacted>, <redacted>" in text
    assert text.endswith("AUTH PLAIN LOGIN\n")


def test_what_a_client_prints_of_its_session_is_covered_too(tmp_path: Path) -> None:
    nothing = transcript([])
    said = f"<~  334 VXNlcm5hbWU6\n ~> YWxpY2U=\n<~  250-AUTH PLAIN LOGIN\n> AUTH PLAIN {PLAIN}\n334 ms\nwell"
    text = write(tmp_path / "e.txt", nothing, output=said)
    assert "---- output ----\n<~  334 VXNlcm5hbWU6\n ~> <redacted>\n<~  250-AUTH PLAIN LOGIN\n" in text
    assert "> AUTH PLAIN <redacted>\n334 ms\nwell" in text


def test_transcripts_and_logs_have_an_end(tmp_path: Path) -> None:
    wire = transcript([talk(*[("C", f"{number:07} {'x' * 300}\r\n") for number in range(2000)])])
    assert len(wire.text) < TRANSCRIPT_LIMIT + 100
    assert "0000000 " in wire.text
    assert "0001999 " in wire.text
    assert not wire.exchanges[0].whole
    text = write(tmp_path / "e.txt", wire, log="y" * 1_000_000)
    assert len(text) < TRANSCRIPT_LIMIT + LOG_LIMIT + 1000
    assert "characters left out" in text


def test_beside_the_text_lies_what_can_be_replayed(tmp_path: Path) -> None:
    odd = bytes(range(256))
    wire = transcript([talk(("S", "220\r\n"), ("C", odd), ("C", b"more"))])
    write(tmp_path / "sub" / "e.txt", wire)
    (exchange,) = msgspec.json.decode((tmp_path / "sub" / "e.json").read_bytes(), type=tuple[Exchange, ...])
    assert [(turn.side, turn.text.encode("latin-1")) for turn in exchange.turns] == [
        ("server", b"220\r\n"),
        ("client", odd + b"more"),
    ]
