"""Many runs along the versions."""

from __future__ import annotations

import dataclasses

import msgspec

from interop.judge.history import Line, history, together
from interop.model.matrix import Cell, Matrix, Verdict
from tests.unit.examples import STARTED, broken, cell, matrix, untested

DAY = 86_400.0


def run(days: float, *cells: Cell) -> Matrix:
    found = matrix(
        msgspec.structs.replace(each, tested=STARTED + days * DAY if each.tried else 0.0) for each in cells
    )
    facts = dataclasses.replace(found.run, started=STARTED + days * DAY, id=f"run-{days:g}")
    return dataclasses.replace(found, run=facts)


def along(verdicts: str) -> Line:
    """Return the line of five versions, oldest first: `w` works, `f` fails."""
    versions = ("2.0.9", "2.0.11", "2.0.18", "2.0.21", "2.1.0")
    peers = zip((f"mosquitto@{version}" for version in versions), verdicts, strict=False)
    cells = (cell(peer=peer) if verdict == "w" else broken("dot-stuffing", peer) for peer, verdict in peers)
    (line,) = history([run(0, *cells)]).lines
    return line


def test_failing_versions_are_ranges() -> None:
    assert along("wffw").failing == (">=2.0.11 <2.0.21",)
    assert along("wffw").worked_until == "2.0.9"
    assert along("fwwf").failing == (">=2.0.9 <2.0.11", ">=2.0.21")
    assert along("fw").worked_until == ""
    assert along("ww").failing == ()


def test_since_when_it_fails_is_the_first_failure_after_the_last_success() -> None:
    bad = broken("dot-stuffing", "postfix@3.10.13")
    runs = [run(3, bad), run(0, bad), run(1, cell()), run(2, bad)]
    (line,) = history(runs).lines
    assert line.failing_since == STARTED + 2 * DAY
    assert line.last_worked == STARTED + 1 * DAY
    assert line.tested == STARTED + 3 * DAY


def test_when_it_last_worked_is_told_of_the_versions_that_fail() -> None:
    bad, other = broken("dot-stuffing", "postfix@3.10.13"), cell(peer="postfix@3.7.11")
    (line,) = history([run(0, cell(), other), run(5, bad, other)]).lines
    assert (line.failing, line.worked_until) == ((">=3.10.13",), "3.7.11")
    assert (line.last_worked, line.failing_since) == (STARTED, STARTED + 5 * DAY)
    (never,) = history([run(0, bad, other)]).lines
    assert never.last_worked == 0


def test_results_of_other_product_versions_stay_side_by_side() -> None:
    lines = history(
        [run(0, cell()), run(1, broken("dot-stuffing", "postfix@3.10.13", product_version="4"))]
    ).lines
    assert [(line.product_version, bool(line.failing)) for line in lines] == [("3.11.7", False), ("4", True)]


def test_the_trend_counts_each_run() -> None:
    found = history([run(1, cell()), run(0, broken("dot-stuffing", "postfix@3.10.13"))])
    assert [point.run for point in found.trend["smtp"]] == ["run-0", "run-1"]
    assert found.trend["smtp"][1].counts == {Verdict.WORKS: 1}
    assert found.last_tested == {"postfix": STARTED + DAY}


def test_together_keeps_the_latest_result_and_no_later_silence() -> None:
    old = run(0, cell(), cell("starttls"))
    new = run(1, broken("dot-stuffing", "postfix@3.10.13"), untested("starttls", "postfix@3.10.13", "x"))
    found = {each.feature: each.verdict for each in together([new, old]).cells}
    assert found == {"dot-stuffing": Verdict.FAILS, "starttls": Verdict.WORKS}
    assert together([new, old]).run.id == "run-1"
