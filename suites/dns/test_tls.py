"""That DNS over TLS protects what it should (RFC 7858, RFC 8310)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from suites.dns.conftest import Desk


@interop.feature("tls")
@interop.needs("dns-over-tls")
def test_a_question_is_answered_over_tls(desk: Desk) -> None:
    desk.can("tls")
    desk.check(desk.ask("www.interop.test.", endpoint=desk.endpoint("tls")), "www.interop.test.")
    assert not desk.queries(), "the client asked in the clear as well"


@interop.feature("tls-several-questions")
@interop.needs("dns-over-tls")
def test_several_questions_are_answered_on_one_protected_connection(desk: Desk) -> None:
    desk.can("tls", "session")
    names = ("www.interop.test.", "mail.interop.test.", "sip.interop.test.")
    answers = desk.exchange(*(desk.question(name) for name in names), transport="tls")
    for name, answer in zip(names, answers, strict=True):
        desk.check(answer, name)
    if len(desk.wire.conversations) > 1:
        interop.fallback("the client opened a new connection for the next question")


@interop.feature("tls-large-answer")
@interop.needs("dns-over-tls", "huge")
def test_a_large_answer_arrives_over_tls(desk: Desk) -> None:
    desk.can("tls")
    answer = desk.ask("big40.interop.test.", "TXT", endpoint=desk.endpoint("tls"))
    desk.check_texts(answer, "big40.interop.test.")  # each has two strings


@interop.feature("untrusted-certificate")
@interop.needs("dns-over-tls")
def test_a_certificate_from_an_unknown_authority_is_refused(desk: Desk) -> None:
    desk.can("tls", "verify-ca")
    answer = desk.try_to_ask("www.interop.test.", endpoint=desk.endpoint("tls", trusted=False))
    assert answer.failure is not None, "the client reports an answer of a server that it must not trust"
    assert not answer.answer, "the client shows records of a server that it must not trust"


@interop.feature("wrong-name")
@interop.needs("dns-over-tls")
def test_a_certificate_for_another_name_is_refused(desk: Desk) -> None:
    desk.can("tls", "verify-name")
    endpoint = desk.endpoint("tls", server_name="another.example")
    answer = desk.try_to_ask("www.interop.test.", endpoint=endpoint)
    assert answer.failure is not None, "the client reports an answer of a server that shows another's name"
    assert not answer.answer, "the client shows records of a server that shows another's name"
