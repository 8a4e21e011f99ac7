"""A failure that comes seldom is not gone because one attempt passed."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest

from interop.judge.check import check
from interop.judge.diff import Kind, diff
from interop.judge.history import history, together
from interop.judge.seldom import enough, outweighs
from interop.load.rules import check_rules
from interop.load.stack import load_stack
from interop.model.finding import Finding, Status
from interop.model.matrix import Cell, Matrix, Tally, Verdict
from tests.unit.examples import STARTED, broken, cell, matrix

DAY = 86_400.0


def seldom(peer: str = "postfix@3.7.11", passed: int = 57, total: int = 60, **changes: Any) -> Cell:
    tally = Tally(passed=passed, total=total)
    return cell(peer=peer, verdict=Verdict.FLAKY, attempts=tally, outcome="hang", **changes)


def passing(number: int, peer: str = "postfix@3.10.13", **changes: Any) -> Cell:
    return cell(peer=peer, attempts=Tally(passed=number, total=number), **changes)


def one(
    *cells: Cell, component: str = "Postfix 3.10.13", days: float = 10, product: str = "smtplib"
) -> Finding:
    text = f"customer: A\nproduct: {product}\ncomponents: [{component}]\nfeatures: [dot-stuffing]\n"
    report = check(load_stack(text), matrix(cells), rules=check_rules(), now=STARTED + days * DAY)
    return report.findings[0]


def run(days: float, *cells: Cell) -> Matrix:
    found = matrix(msgspec.structs.replace(each, tested=STARTED + days * DAY) for each in cells)
    return dataclasses.replace(found, run=dataclasses.replace(found.run, started=STARTED + days * DAY))


@pytest.mark.parametrize(
    ("passed", "total", "needed"), [(57, 60, 73), (1, 2, 4), (2, 3, 8), (1, 20, 1), (59, 60, 227)]
)
def test_so_many_attempts_in_a_row_tell_that_a_failure_is_gone(passed: int, total: int, needed: int) -> None:
    bad = seldom(passed=passed, total=total)
    assert enough(bad) == needed
    assert outweighs(passing(needed), bad)
    assert not outweighs(passing(needed - 1), bad)


def test_what_fails_always_is_gone_after_one_attempt() -> None:
    assert outweighs(passing(1), broken("dot-stuffing", "postfix@3.7.11"))
    assert one(broken("dot-stuffing", "postfix@3.7.11"), cell()).status is Status.WORKS


def test_a_flaky_cell_without_numbers_failed_at_least_once() -> None:
    assert enough(seldom(passed=0, total=0)) == 1
    assert enough(seldom(passed=3, total=3)) == 8


def test_one_attempt_does_not_tell_that_a_failure_of_the_version_before_is_gone() -> None:
    finding = one(seldom(), passing(1))
    assert (finding.status, finding.cause, finding.times) == (Status.NOT_TESTED, "seldom", 73)
    assert finding.failure is not None
    assert finding.failure.peer_version == "3.7.11"
    assert finding.command == (
        "pytest --interop --interop-suite smtp --interop-peer postfix@3.10.13"
        " --interop-repeat 73 --interop-feature dot-stuffing"
    )
    assert one(seldom(), passing(73)).status is Status.WORKS


def test_a_fallback_does_not_tell_it_either() -> None:
    assert one(seldom(), passing(1, verdict=Verdict.DEGRADED)).cause == "seldom"


def test_the_failure_is_looked_for_in_every_older_version_until_enough_attempts_passed() -> None:
    newest = passing(1, "postfix@3.11.1")
    for between, status in ((passing(1), Status.NOT_TESTED), (passing(72), Status.WORKS)):
        assert one(seldom(), between, newest, component="Postfix 3.11.1").status is status


@pytest.mark.parametrize(
    "elsewhere",
    [
        seldom("postfix@3.11.1"),
        seldom("postfix@3.7.11+hardened"),
        seldom("exim@3.7.11"),
        seldom(product_version="3.12.0"),
    ],
    ids=["a newer version", "another configuration", "another peer", "a newer product"],
)
def test_a_failure_elsewhere_is_no_reason_to_doubt(elsewhere: Cell) -> None:
    assert one(elsewhere, passing(1), product="smtplib 3.11.7").status is Status.WORKS


def test_a_failure_of_the_product_s_version_before_is_one() -> None:
    old = seldom("postfix@3.10.13", product_version="3.11.2")
    assert one(old, passing(1)).cause == "seldom"


def test_of_several_failures_the_rarest_says_how_often_it_has_to_be_tried() -> None:
    finding = one(seldom("postfix@3.5.25", 59, 60), seldom(passed=1, total=2), passing(1))
    assert finding.times == 227


def test_a_version_of_which_too_little_is_known_is_no_way_forward() -> None:
    flaky = seldom("postfix@3.7.11")
    finding = one(flaky, passing(1), broken("dot-stuffing", "postfix@3.9.1"), component="Postfix 3.9.1")
    assert (finding.status, finding.ways) == (Status.DOES_NOT_WORK, ())


def test_a_workaround_that_helped_once_is_not_verified_against_a_failure_that_comes_seldom() -> None:
    helped: dict[str, Any] = {"workaround": "Set x.", "workaround_verified": True}
    finding = one(seldom("postfix@3.10.13", **helped))
    assert finding.status is Status.FLAKY
    assert [way.kind for way in finding.ways] == ["workaround-unverified"]
    assert one(seldom("postfix@3.10.13", passed=1, total=12, **helped)).cause == "workaround"


def test_nothing_is_likely_where_too_little_is_known() -> None:
    finding = one(seldom(), passing(1), passing(1, "postfix@3.11.1"), component="Postfix 3.10.99")
    assert (finding.cause, finding.likely) == ("between", "")
    old = one(seldom(), passing(1), days=400)
    assert (old.cause, old.likely) == ("old", "")


def test_of_a_series_the_version_that_works_is_named_and_not_the_one_in_doubt() -> None:
    finding = one(passing(1, "postfix@3.5.25"), seldom(), passing(1), component="'Postfix >=3.5'")
    assert (finding.cause, finding.working, finding.tested) == (
        "version-choose",
        ("3.5.25",),
        ("3.5.25", "3.7.11"),
    )


def test_a_later_run_that_passed_once_joins_the_tally_of_the_failure() -> None:
    (found,) = together([run(0, seldom()), run(1, passing(1, "postfix@3.7.11"))]).cells
    assert (found.verdict, found.attempts) == (Verdict.FLAKY, Tally(passed=58, total=61))
    assert found.tested == STARTED + DAY


def test_later_runs_that_passed_often_enough_replace_the_failure() -> None:
    runs = [run(0, seldom()), *(run(day, passing(1, "postfix@3.7.11")) for day in range(1, 74))]
    assert together(runs).cells[0].verdict is Verdict.WORKS
    assert together(runs[:-1]).cells[0].verdict is Verdict.FLAKY


def test_a_copy_of_a_run_is_no_second_run() -> None:
    again = run(1, passing(40, "postfix@3.7.11"))
    assert together([run(0, seldom()), again, again]).cells[0].verdict is Verdict.FLAKY


def test_history_keeps_a_failure_that_one_attempt_did_not_show() -> None:
    (line,) = history([run(0, seldom(), passing(1)), run(1, passing(1, "postfix@3.7.11"))]).lines
    assert line.versions == (("3.7.11", Verdict.FLAKY), ("3.10.13", Verdict.WORKS))
    assert (line.failing, line.unsure) == ((">=3.7.11",), ("3.10.13",))
    assert line.failing_since == STARTED


def test_one_attempt_that_passed_has_not_fixed_a_failure_that_comes_seldom() -> None:
    before = matrix([seldom("postfix@3.10.13")])
    (few,) = diff(before, matrix([passing(1)])).differences
    (many,) = diff(before, matrix([passing(73)])).differences
    assert (few.kind, many.kind) == (Kind.UNCLEAR, Kind.FIXED)
