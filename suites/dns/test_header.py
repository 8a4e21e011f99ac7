"""What the header says, and what a server makes of what it is told there (RFC 1035, 4.1.1; RFC 6840, 5.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from suites.dns.conftest import Desk


@interop.feature("question-echoed")
def test_an_answer_repeats_number_and_question(desk: Desk) -> None:
    desk.ask("www.interop.test.")
    asked, reply = desk.asked().message, desk.reply().message
    assert reply.id == asked.id, "the answer has another number than the question"
    assert reply.question == asked.question, "the answer has another question"
    assert "qr" in desk.reply().flags, "the answer is marked as a question"


@interop.feature("authoritative-answer")
@interop.needs("authoritative")
def test_an_answer_from_the_zone_says_so(desk: Desk) -> None:
    _, flags = desk.header(desk.ask("www.interop.test."))
    assert "aa" in flags, "the answer is not marked as authoritative"


@interop.feature("authoritative-answer")
@interop.needs("authoritative")
def test_a_name_error_from_the_zone_says_so(desk: Desk) -> None:
    _, flags = desk.header(desk.try_to_ask("nowhere.interop.test."))
    assert "aa" in flags, "the name error is not marked as authoritative"


@interop.feature("recursion-desired")
def test_the_wish_for_recursion_comes_back(desk: Desk) -> None:
    answer = desk.ask("www.interop.test.")
    assert "rd" in desk.asked().flags, "the client does not ask for recursion"
    _, flags = desk.header(answer)
    assert "rd" in flags, "the answer has lost the wish for recursion"


@interop.feature("recursion-desired")
@interop.needs("authoritative")
def test_no_wish_for_recursion_stays_none(desk: Desk) -> None:
    desk.can("recursion")
    answer = desk.ask("www.interop.test.", recursion_desired=False)
    assert "rd" not in desk.asked().flags, "the client asks for recursion though it was told not to"
    _, flags = desk.header(answer)
    assert "rd" not in flags, "the answer has a wish for recursion that nobody had"


@interop.feature("recursion-available")
@interop.needs("authoritative")
def test_a_server_without_recursion_offers_none(desk: Desk) -> None:
    _, flags = desk.header(desk.ask("www.interop.test."))
    assert "ra" not in flags, "the server offers recursion that it does not have"


@interop.feature("recursion-available")
@interop.needs("recursive")
def test_a_resolver_offers_recursion(desk: Desk) -> None:
    _, flags = desk.header(desk.ask("www.interop.test."))
    assert "ra" in flags, "the resolver does not say that it recurses"


@interop.feature("authentic-data-asked")
def test_a_question_with_ad_is_answered(desk: Desk) -> None:
    desk.can("authentic-data")
    answer = desk.ask("www.interop.test.", authentic_data=True)
    assert "ad" in desk.asked().flags, "the client does not set AD though it was told to"
    desk.check(answer, "www.interop.test.")
    _, flags = desk.header(answer)
    assert "ad" not in flags, "data of an unsigned zone is called authentic"


@interop.feature("checking-disabled-asked")
def test_a_question_with_cd_is_answered(desk: Desk) -> None:
    desk.can("checking-disabled")
    answer = desk.ask("www.interop.test.", checking_disabled=True)
    assert "cd" in desk.asked().flags, "the client does not set CD though it was told to"
    desk.check(answer, "www.interop.test.")


@interop.feature("checking-disabled-asked")
@interop.needs("recursive", "dnssec")
def test_a_resolver_copies_cd(desk: Desk) -> None:
    desk.can("checking-disabled")
    _, flags = desk.header(desk.ask("www.interop.test.", checking_disabled=True))
    assert "cd" in flags, "the answer has lost CD"


@interop.feature("unknown-opcode")
def test_an_operation_that_nobody_knows_is_refused(desk: Desk) -> None:
    desk.can("opcode")
    answer = desk.try_to_ask("www.interop.test.", opcode=15, timeout=2.0)
    assert desk.replies(), "the server does not answer an operation that it does not know"
    rcode, _ = desk.header(answer)
    assert rcode == "NOTIMP", f"the answer's code is {rcode}"
