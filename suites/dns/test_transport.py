"""How questions and answers are carried, and what happens when that fails (RFC 1035, 4.2; RFC 7766)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from suites.dns import contract as suite
    from suites.dns.conftest import Desk

NAMES = ("www", "mail", "mail2", "sip", "ready")


@interop.feature("tcp")
def test_a_question_is_answered_over_tcp(desk: Desk) -> None:
    desk.can("tcp")
    desk.check(desk.ask("www.interop.test.", endpoint=desk.endpoint("tcp")), "www.interop.test.")
    assert {packet.transport for packet in desk.queries()} == {"tcp"}, "the client asked over UDP"


@interop.feature("udp-512")
@interop.needs("large")
def test_no_datagram_is_larger_than_512_octets_without_edns(desk: Desk) -> None:
    desk.can("edns")
    desk.try_to_ask("big1.interop.test.", "TXT")
    first = desk.reply(0)
    assert first.transport == "udp", "the client does not begin with UDP"
    assert first.size <= 512, "the server sent a larger datagram than everybody takes"
    assert "tc" in first.flags, "the answer is not marked as truncated"


@interop.feature("truncated")
@interop.needs("large")
def test_a_truncated_answer_is_asked_for_over_tcp(desk: Desk) -> None:
    desk.can("fallback")
    answer = desk.ask("big2.interop.test.", "TXT")
    desk.check(answer, "big2.interop.test.", kind="TXT")
    assert "tc" not in answer.flags, "the client shows the truncated answer"


@interop.feature("large-answer")
@interop.needs("large")
def test_an_answer_of_five_thousand_octets_arrives(desk: Desk) -> None:
    answer = desk.ask("big5.interop.test.", "TXT", endpoint=_stream(desk))
    desk.check(answer, "big5.interop.test.", kind="TXT")


@interop.feature("largest-answer")
@interop.needs("huge")
def test_an_answer_of_forty_thousand_octets_arrives(desk: Desk) -> None:
    answer = desk.ask("big40.interop.test.", "TXT", endpoint=_stream(desk))
    desk.check_texts(answer, "big40.interop.test.")  # each has two strings


@interop.feature("several-questions")
def test_several_questions_are_answered_on_one_connection(desk: Desk) -> None:
    desk.can("session", "tcp")
    _check(desk, desk.exchange(*_questions(desk)))
    if len(desk.wire.conversations) > 1:
        interop.fallback("the client opened a new connection for the next question")


@interop.feature("pipelined-questions")
def test_questions_that_are_sent_ahead_are_all_answered(desk: Desk) -> None:
    desk.can("pipelining", "tcp")
    _check(desk, desk.exchange(*_questions(desk), pipelined=True))


@interop.feature("idle-connection")
def test_a_connection_may_idle_for_a_while(desk: Desk) -> None:
    desk.can("session", "tcp")
    _check(desk, desk.exchange(*_questions(desk)[:2], pause=1.5))
    if len(desk.wire.conversations) > 1:
        interop.fallback("the client opened a new connection for the question after the pause")


@interop.feature("segmented-answer")
def test_an_answer_that_arrives_byte_by_byte_is_understood(desk: Desk) -> None:
    desk.can("tcp")
    desk.wire.drip("server")
    desk.check(desk.ask("www.interop.test.", endpoint=desk.endpoint("tcp")), "www.interop.test.")


@interop.feature("segmented-question")
def test_a_question_that_arrives_byte_by_byte_is_understood(desk: Desk) -> None:
    desk.can("tcp")
    desk.wire.drip("client")
    desk.check(desk.ask("www.interop.test.", endpoint=desk.endpoint("tcp")), "www.interop.test.")


# When it fails


@interop.feature("lost-question")
def test_a_question_that_is_lost_is_asked_again(desk: Desk) -> None:
    desk.can("tries")
    endpoint = desk.endpoint()
    desk.wire.lose("client", 1)
    answer = desk.ask("www.interop.test.", endpoint=endpoint, timeout=1.0, tries=3)
    desk.check(answer, "www.interop.test.")


@interop.feature("lost-answer")
def test_an_answer_that_is_lost_is_asked_for_again(desk: Desk) -> None:
    desk.can("tries")
    endpoint = desk.endpoint()
    desk.wire.lose("server", 1)
    answer = desk.ask("www.interop.test.", endpoint=endpoint, timeout=1.0, tries=3)
    desk.check(answer, "www.interop.test.")


@interop.feature("silent-server")
def test_a_server_that_does_not_answer_is_reported(desk: Desk) -> None:
    endpoint = desk.endpoint()
    desk.wire.lose("server", 100)
    answer = desk.try_to_ask("www.interop.test.", endpoint=endpoint, timeout=1.0)
    assert answer.failure is not None, "the client reports an answer though the server fell silent"
    assert not answer.answer, "the client shows records that it was never sent"


@interop.feature("silent-server")
def test_a_connection_that_falls_silent_is_reported(desk: Desk) -> None:
    desk.can("tcp")
    desk.wire.stall(b"", "server", forward=False)
    answer = desk.try_to_ask("www.interop.test.", endpoint=desk.endpoint("tcp"), timeout=1.0)
    assert answer.failure is not None, "the client reports an answer though the server fell silent"


@interop.feature("lost-connection")
def test_a_connection_that_is_lost_before_the_answer_is_reported(desk: Desk) -> None:
    desk.can("tcp")
    desk.wire.cut(b"", "server", forward=False)
    answer = desk.try_to_ask("www.interop.test.", endpoint=desk.endpoint("tcp"), timeout=2.0)
    assert answer.failure is not None, "the client reports an answer over a lost connection"


def _stream(desk: Desk) -> suite.Endpoint:
    """Return the endpoint by which a large answer comes: TCP from the beginning, where the client can."""
    desk.can("tcp" if desk.shows("tcp") else "fallback")
    return desk.endpoint("tcp" if desk.shows("tcp") else "udp")


def _questions(desk: Desk) -> list[suite.Question]:
    return [desk.question(f"{name}.interop.test.") for name in NAMES]


def _check(desk: Desk, answers: tuple[suite.Answer, ...]) -> None:
    for name, answer in zip(NAMES, answers, strict=False):
        desk.check(answer, f"{name}.interop.test.")
