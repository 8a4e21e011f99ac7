# mypy: disable-error-code="no-untyped-call"
# junitparser has no annotations.
from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree as ET

import junitparser
import msgspec
import pytest

from interop.model.matrix import Cell, Known, Matrix, Verdict
from interop.report import junit
from tests.unit import examples
from tests.unit.examples import broken, cell, matrix, untested


def parse(found: Matrix) -> list[tuple[junitparser.TestSuite, list[junitparser.TestCase]]]:
    document = junitparser.JUnitXml.fromstring(junit.render(found).encode())
    return [(each, list(each)) for each in document]


def case(one: Cell) -> junitparser.TestCase:
    ((_, (found,)),) = parse(matrix([one]))
    return found


def results(one: Cell) -> list[tuple[str, str]]:
    return [(type(each).__name__, each.message) for each in case(one).result]


def test_one_suite_is_one_column_and_one_case_one_cell() -> None:
    found = parse(examples.smtp())
    assert len(found) == 13
    assert {len(cases) for _, cases in found} == {35}
    assert found[0][0].name == "interop.smtp.client.aiosmtpd@1_4_3"


def test_class_names_have_dots_only_where_jenkins_makes_packages() -> None:
    assert (
        case(cell(peer="postfix@3.10.13+hardened")).classname
        == "interop.smtp.client.postfix@3_10_13+hardened"
    )


@pytest.mark.parametrize(
    "example", [examples.smtp, examples.with_gaps, examples.hostile, examples.two_suites]
)
def test_no_two_cases_have_the_same_name(example: object) -> None:
    assert callable(example)
    names = Counter((each.classname, each.name) for _, cases in parse(example()) for each in cases)
    assert max(names.values()) == 1


def test_columns_whose_names_become_the_same_are_numbered() -> None:
    old = msgspec.structs.replace(cell(), product_version="3.10.2")
    assert [each.name for each, _ in parse(matrix([old, cell()]))] == [
        "interop.smtp.client.postfix@3_10_13",
        "interop.smtp.client.postfix@3_10_13_2",
    ]


@pytest.mark.parametrize("verdict", [Verdict.WORKS, Verdict.DEGRADED])
def test_what_works_has_no_result(verdict: Verdict) -> None:
    assert results(cell(verdict=verdict)) == []


def test_a_new_gap_is_a_failure_with_blame_reason_and_command() -> None:
    one = broken("rset", "exim@4.96", reason="lost\nswaks can do it")
    assert results(one) == [("Failure", "fails; smtplib is at fault (certain): lost swaks can do it")]
    assert "test_rset[smtplib@3.11.7-exim@4.96]" in case(one).result[0].text


def test_a_flaky_cell_is_a_failure() -> None:
    assert results(broken("a", "exim@4.96", verdict=Verdict.FLAKY))[0][0] == "Failure"


def test_an_error_is_an_error() -> None:
    assert results(cell(verdict=Verdict.ERROR, reason="never ready")) == [("Error", "never ready")]


def test_a_known_gap_is_skipped_with_what_was_declared() -> None:
    assert results(broken("a", "exim@4.96", known=Known.KNOWN, expectation="ACME-1")) == [
        ("Skipped", "known: ACME-1")
    ]


@pytest.mark.parametrize("known", [Known.CHANGED, Known.EXPIRED])
def test_a_gap_that_is_no_longer_as_declared_is_a_failure_of_its_own_kind(known: Known) -> None:
    one = broken("a", "exim@4.96", known=known, expectation="ACME-1")
    ((kind, message),) = results(one)
    assert kind == "Failure"
    assert "ACME-1" in message
    assert case(one).result[0].type == known.value


def test_a_declared_gap_that_works_is_a_failure() -> None:
    ((kind, message),) = results(cell(known=Known.FIXED, expectation="ACME-1"))
    assert kind == "Failure"
    assert message.startswith("declared as a gap, and works now; remove the expectation")


def test_untested_and_unsupported_cells_are_skipped_with_their_reason() -> None:
    assert results(untested("a", "exim@4.96", "no port")) == [("Skipped", "untested: no port")]
    assert results(cell(verdict=Verdict.UNSUPPORTED, reason="not in EHLO")) == [
        ("Skipped", "unsupported: not in EHLO")
    ]


@pytest.mark.parametrize("known", list(Known))
@pytest.mark.parametrize("verdict", list(Verdict))
def test_no_case_has_two_results(verdict: Verdict, known: Known) -> None:
    assert len(results(cell(verdict=verdict, known=known))) <= 1


def test_the_output_tells_what_the_result_rests_on() -> None:
    ((_, cases),) = [each for each in parse(examples.with_gaps()) if "exim" in each[0].name]
    output = next(each.system_out for each in cases if each.name.startswith("dot-stuffing:"))
    assert output.splitlines() == [
        "verdict: fails; smtplib is at fault (certain)",
        "attempts: 0 of 3 passed",
        "clause: RFC 5321, 4.5.2 (MUST, serious)",
        "product: smtplib 3.11.7 (client)",
        "peer: Exim 4.98.2-1+deb13u1 (default)",
        f"digest: sha256:{'01' * 32}",
        "scenario: suites/smtp/test_smtp.py::test_dot_stuffing",
        "evidence: evidence/smtp/dot-stuffing/exim-4.98.2.txt",
        "reason: the body differs at line 2",
        "reason: aiosmtplib@5.1.2 can do it with exim@4.98.2",
    ]


def test_the_facts_of_the_run_are_properties_of_each_suite() -> None:
    for found, _ in parse(examples.healthy()):
        facts = {each.name: each.value for each in found.properties()}
        assert facts["product"] == "smtplib 3.11.7"
        assert facts["engine"] == "docker 20.10.24"
        assert found.timestamp == "2026-09-21T14:13:20"


def test_counts_agree_with_the_matrix() -> None:
    root = ET.fromstring(junit.render(examples.smtp()))  # noqa: S314 - the document is our own
    assert {name: root.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "455",
        "failures": "4",
        "errors": "1",
    }


def test_hostile_text_gives_a_well_formed_document() -> None:
    text = junit.render(examples.hostile())
    assert len(text) < 100_000
    root = ET.fromstring(text)  # noqa: S314 - the document is our own
    assert all(line.isprintable() for each in root.iter() for line in (each.text or "").splitlines())
    assert all(value.isprintable() for each in root.iter() for value in each.attrib.values())


def test_details_go_before_cells_that_do_not_work() -> None:
    found = examples.smtp()
    whole = len(junit.render(found))
    lean = junit.render(found, limit=whole - 1)
    assert lean.count("<testcase ") == 455
    assert "verdict: works" not in lean
    assert "verdict: fails" in lean
    least = junit.render(found, limit=1)
    assert least.count("<testcase ") == sum(
        each.verdict not in {Verdict.WORKS, Verdict.DEGRADED} for each in found.cells
    )


def test_a_hundred_thousand_cells_stay_below_the_limit_of_gitlab() -> None:
    limit = junit.LIMIT // 10  # a tenth of both: what a cell takes is the question
    text = junit.render(examples.large(10_000), limit=limit)
    assert len(text.encode()) <= limit
    assert text.count("<testcase ") == 10_000
