"""From attempts to a verdict: each scenario by all of its attempts, a cell by its worst scenario.

Knows nothing of whose fault a gap is (`blame`) nor of what was expected (`expectations`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from interop.model.attempt import Attempt, Outcome
from interop.model.matrix import Tally, Verdict

BROKEN = frozenset({Outcome.FAILED, Outcome.HANG, Outcome.CRASH})
"""Outcomes that say that the pairing does not work."""

_SEVERITY = (
    Verdict.FAILS,
    Verdict.FLAKY,
    Verdict.ERROR,
    Verdict.UNSUPPORTED,
    Verdict.DEGRADED,
    Verdict.WORKS,
    Verdict.UNTESTED,
)
"""Worst first: what a cell of several scenarios says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the attempts of one scenario, or of one cell, come to."""

    verdict: Verdict
    tally: Tally
    decisive: Attempt
    """The attempt that the verdict rests on: the first broken one, else the last."""


def rule(attempts: Sequence[Attempt]) -> Ruling:
    """Return the ruling over the attempts of one scenario on one pairing; ValueError when there is none.

    Attempts under a workaround are not counted: they say what helps, not what is.
    """
    counted = [each for each in attempts if each.why != "workaround" and each.outcome is not Outcome.ERROR]
    if not counted:
        if not attempts:
            raise ValueError("no attempt to rule over")
        return Ruling(
            verdict=Verdict.ERROR, tally=Tally(passed=0, total=len(attempts)), decisive=attempts[-1]
        )
    passed = [each for each in counted if each.outcome is Outcome.PASSED]
    broken = [each for each in counted if each.outcome in BROKEN]
    tally = Tally(passed=len(passed), total=len(counted))
    if broken:
        verdict = Verdict.FLAKY if passed else Verdict.FAILS
        return Ruling(verdict=verdict, tally=tally, decisive=broken[0])
    if not passed:
        return Ruling(verdict=Verdict.UNSUPPORTED, tally=tally, decisive=counted[-1])
    degraded = next((each for each in passed if each.fallbacks), None)
    if degraded is not None:
        return Ruling(verdict=Verdict.DEGRADED, tally=tally, decisive=degraded)
    return Ruling(verdict=Verdict.WORKS, tally=tally, decisive=passed[-1])


def worst(rulings: Iterable[Ruling]) -> Ruling:
    """Return the worst ruling of a cell's scenarios, with the tally of that scenario."""
    return min(rulings, key=lambda ruling: _SEVERITY.index(ruling.verdict))


def wilson(passed: int, total: int, *, z: float = 1.96) -> tuple[float, float]:
    """Return the Wilson score interval (0 to 1) of a rate of `passed` in `total`.

    With no attempt the rate may be anything: (0, 1). `z` = 1.96 gives 95 % (Wilson 1927).
    """
    if total == 0:
        return 0.0, 1.0
    rate = passed / total
    square = z * z
    centre = (rate + square / (2 * total)) / (1 + square / total)
    half = z * math.sqrt(rate * (1 - rate) / total + square / (4 * total * total)) / (1 + square / total)
    return max(0.0, centre - half), min(1.0, centre + half)
