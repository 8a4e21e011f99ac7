from __future__ import annotations

import pytest

from interop.judge.verdict import rule, wilson, worst
from interop.model.attempt import Attempt, Outcome
from interop.model.matrix import Tally, Verdict


def attempt(outcome: Outcome, **changed: object) -> Attempt:
    values = {
        "suite": "smtp",
        "feature": "dots",
        "scenario": "smtp/test_x.py::test_dots",
        "product": "acme@1",
        "peer": "postfix@3",
        "role": "client",
        "outcome": outcome,
    } | changed
    return Attempt(**values)  # type: ignore[arg-type]  # each value has its field's type


P, F, U, E = Outcome.PASSED, Outcome.FAILED, Outcome.UNSUPPORTED, Outcome.ERROR


@pytest.mark.parametrize(
    ("outcomes", "verdict", "tally"),
    [
        ([P], Verdict.WORKS, (1, 1)),
        ([F, F, F], Verdict.FAILS, (0, 3)),
        ([F, P, P], Verdict.FLAKY, (2, 3)),
        ([Outcome.HANG], Verdict.FAILS, (0, 1)),
        ([Outcome.CRASH, F], Verdict.FAILS, (0, 2)),
        ([U], Verdict.UNSUPPORTED, (0, 1)),
        ([E], Verdict.ERROR, (0, 1)),
        ([E, P], Verdict.WORKS, (1, 1)),
        ([E, F], Verdict.FAILS, (0, 1)),
        ([F, U], Verdict.FAILS, (0, 2)),
    ],
)
def test_all_attempts_decide_the_verdict(
    outcomes: list[Outcome], verdict: Verdict, tally: tuple[int, int]
) -> None:
    ruling = rule([attempt(outcome) for outcome in outcomes])
    assert ruling.verdict is verdict
    assert ruling.tally == Tally(passed=tally[0], total=tally[1])


def test_a_pass_by_a_fallback_is_degraded() -> None:
    assert rule([attempt(P, fallbacks=("HELO",))]).verdict is Verdict.DEGRADED


def test_an_attempt_under_a_workaround_does_not_soften_the_verdict() -> None:
    assert rule([attempt(F), attempt(P, why="workaround")]).verdict is Verdict.FAILS


def test_the_first_broken_attempt_is_what_the_verdict_rests_on() -> None:
    assert rule([attempt(P), attempt(F, number=2), attempt(F, number=3)]).decisive.number == 2


def test_a_cell_is_as_bad_as_its_worst_scenario() -> None:
    rulings = [rule([attempt(P)]), rule([attempt(U)]), rule([attempt(F)]), rule([attempt(E)])]
    assert worst(rulings).verdict is Verdict.FAILS


def test_no_attempt_is_no_ruling() -> None:
    with pytest.raises(ValueError, match="no attempt"):
        rule([])


def test_the_wilson_interval_is_the_textbooks() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    low, high = wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)  # Wilson 1927, z = 1.96
    assert wilson(0, 3)[0] == 0.0
    assert wilson(3, 3)[1] == 1.0
