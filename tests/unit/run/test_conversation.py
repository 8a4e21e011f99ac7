"""The order in which each side saw a conversation through a relay that holds back and loses."""

from __future__ import annotations

import pytest

from interop.run.conversation import RECORD_LIMIT, Conversation, Side


@pytest.fixture
def talk() -> Conversation:
    return Conversation("smtp", 100.0)


def said(talk: Conversation, side: Side) -> list[tuple[str, bytes]]:
    return [(each.side, each.data) for each in talk.seen_by(side)]


def test_what_is_held_back_is_seen_when_it_is_let_through(talk: Conversation) -> None:
    talk.keep("server", b"220 hello\r\n")
    talk.keep("client", b"EHLO me\r\n")
    talk.passed("client", 9)
    talk.passed("server", 11)
    assert said(talk, "client") == [("client", b"EHLO me\r\n"), ("server", b"220 hello\r\n")]
    assert said(talk, "server") == [("server", b"220 hello\r\n"), ("client", b"EHLO me\r\n")]


def test_what_was_never_let_through_was_seen_by_its_sender_alone(talk: Conversation) -> None:
    talk.keep("client", b"QUIT\r\n")
    assert said(talk, "client") == [("client", b"QUIT\r\n")]
    assert said(talk, "server") == []


def test_a_lost_datagram_is_not_seen_and_the_next_one_is(talk: Conversation) -> None:
    for data in (b"lost", b"came"):
        talk.keep("client", data)
        (talk.lost if data == b"lost" else talk.passed)("client", 4)
    assert said(talk, "server") == [("client", b"came")]
    assert [bool(each) for each in talk.passed_at()] == [False, True]


def test_what_goes_on_in_pieces_has_passed_with_its_last_piece(talk: Conversation) -> None:
    talk.keep("client", b"ab")
    talk.passed("client", 1)
    assert talk.passed_at() == [0.0]
    talk.passed("client", 1)
    assert talk.passed_at() == [talk.passages[-1].time]
    assert said(talk, "server") == [("client", b"a"), ("client", b"b")]


def test_what_is_too_much_to_keep_is_not_made_up(talk: Conversation) -> None:
    for _ in range(3):
        talk.keep("server", bytes(RECORD_LIMIT // 2))
        talk.passed("server", RECORD_LIMIT // 2)
    assert [len(each.data) for each in talk.seen_by("client")] == [RECORD_LIMIT // 2] * 2
    assert len(talk.passed_at()) == 2
