"""Whether a matrix can be believed: no run could have written what is refused here.

A matrix comes from the web, from a colleague, from a merge by hand. What contradicts itself must not become
an answer to a customer. Knows nothing of files.
"""

from __future__ import annotations

from datetime import UTC, datetime
from operator import attrgetter

from interop.errors import LONGEST_NAME, Place, RecordError, visible
from interop.model.matrix import Cell, Matrix, Verdict

DAY = 86_400.0
"""Seconds by which the clock of whoever tested may be ahead of this one."""

_KEY = attrgetter(
    *("suite", "feature", "role", "product", "product_version", "product_key", "peer_key", "peer_version")
)


def check_belief(matrix: Matrix, where: Place, *, now: float) -> None:
    """Raise RecordError for a matrix that contradicts itself or comes from after `now`.

    One pass over all cells, which a matrix may have 100,000 of: what is right in nearly all of them is asked
    first.
    """
    if matrix.cells and not matrix.suites:
        raise RecordError("it has cells, and says nothing of their suites.", where=where, hint=_ADVICE)
    times = [matrix.run.started, matrix.finished]
    works, latest = Verdict.WORKS, 0.0
    for cell in matrix.cells:
        tally = cell.attempts
        passed = tally.passed
        if (passed != tally.total or not passed or cell.verdict is not works) and not _borne_out(cell):
            counted = f"{passed:,} of {tally.total:,} attempts passed"
            what = f"the cell of {_name(cell)} says {cell.verdict.value!r}, but {counted}."
            raise RecordError(what, where=where, hint=_ADVICE)
        if cell.tested > latest:  # noqa: PLR1730 - max() would be a call for every cell
            latest = cell.tested
    _check_times(min(times), max(*times, latest), where, now)


def check_unique(matrix: Matrix, where: Place) -> None:
    """Raise RecordError for a matrix that has two results for one cell.

    Apart from `check_belief`, because it takes half as long as reading the matrix did: `interop check` asks
    this of those cells alone that its answer rests on (`judge.survey`).
    """
    seen: set[tuple[str, ...]] = set()
    for cell in matrix.cells:
        key = _KEY(cell)
        if key in seen:
            raise RecordError(f"it has two results for {_name(cell)}.", where=where, hint=_ADVICE)
        seen.add(key)


_ADVICE = "No run writes this: take the matrix as the run wrote it."


def _borne_out(cell: Cell) -> bool:
    """Say whether the attempts bear the verdict out; see `judge.verdict.rule`."""
    passed, total = cell.attempts.passed, cell.attempts.total
    match cell.verdict:
        case Verdict.WORKS | Verdict.DEGRADED:
            return 0 < passed <= total
        case Verdict.FLAKY:
            return 0 < passed < total
        case Verdict.FAILS:
            return passed < total
    return passed <= total  # a statement, or nothing was seen: no answer rests on the number


def _check_times(earliest: float, latest: float, where: Place, now: float) -> None:
    """Refuse what was not made between 1970 and today; a wrong year would keep a result fresh for ever."""
    if latest > now + DAY:
        raise RecordError(
            f"it was made in the future, {_day(latest)}; today is {_day(now)}.",
            where=where,
            hint="Is this machine's clock right? If so, do not rely on this matrix.",
        )
    if earliest < 0:
        raise RecordError("it was made before 1970.", where=where, hint=_ADVICE)


def _name(cell: Cell) -> str:
    return visible(f"{cell.suite}:{cell.feature}:{cell.peer_key}", LONGEST_NAME)


def _day(seconds: float) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"
    except (OverflowError, ValueError, OSError):
        return f"{seconds:g} seconds after 1970"
