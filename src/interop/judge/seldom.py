"""Failures that come seldom, and how many attempts it takes to tell that one is gone.

What fails always is gone after one attempt that passes. What fails in 1 attempt of 20 passes in the other 19,
so an attempt that passed says next to nothing: there the upper end of the 95 % interval of the failures that
were not seen must lie below the rate that was. Until it does, the failure is taken to be there still, in the
run after and in the version after. Knows nothing of stacks.
"""

from __future__ import annotations

import bisect
from collections.abc import Collection, Iterable, Iterator

import msgspec

from interop.judge.verdict import wilson
from interop.model.matrix import WORKING, Cell, Tally, Verdict
from interop.model.versions import compare, sort_key


def rate(bad: Cell) -> float:
    """Return the share of attempts that failed; a flaky cell without numbers failed at least once."""
    total = max(bad.attempts.total, 1)
    return max(bad.attempts.total - bad.attempts.passed, 1) / total


def outweighs(good: Cell, bad: Cell) -> bool:
    """Say whether attempts that passed can tell that a failure is not there."""
    return bad.verdict is not Verdict.FLAKY or _tells(good.attempts.passed, bad)


def once(bad: Cell) -> bool:
    """Say whether one attempt that passed tells anything, as the one that is made with a workaround."""
    return bad.verdict is not Verdict.FLAKY or _tells(1, bad)


def enough(bad: Cell) -> int:
    """Return how many attempts in a row must pass to tell that a failure is gone."""
    number = 1
    while not _tells(number, bad):
        number *= 2
    return bisect.bisect_left(range(number), 1, key=lambda each: int(_tells(each, bad)))


def doubted(cell: Cell, pool: Collection[Cell], scheme: str, product_scheme: str) -> Cell | None:
    """Return the failure of which a cell cannot tell that it is gone; None when there is none.

    `pool` has the cells of one feature between the same two, whose versions order by the two schemes. Those
    count that fail sometimes in the same configuration, with no newer version on either side. What passed
    from then on speaks against the failure, up to this cell. Of several failures the rarest is returned:
    what tells that it is gone tells it of all.
    """
    if cell.verdict not in WORKING:
        return None

    def before(left: Cell, right: Cell) -> bool:
        return (
            compare(left.peer_version, right.peer_version, scheme) <= 0
            and compare(left.product_version, right.product_version, product_scheme) <= 0
        )

    def alike(verdicts: Collection[Verdict]) -> list[Cell]:
        return [
            each
            for each in pool
            if each.verdict in verdicts and each.configuration == cell.configuration and before(each, cell)
        ]

    failures = alike({Verdict.FLAKY})
    if not failures:
        return None
    passing = alike(WORKING)

    def since(bad: Cell) -> int:
        return sum(each.attempts.passed for each in passing if before(bad, each))

    open_still = [bad for bad in failures if not _tells(since(bad), bad)]
    return min(
        sorted(open_still, key=lambda bad: sort_key(bad.peer_version, scheme), reverse=True),
        key=rate,
        default=None,
    )


def standing(cells: Iterable[Cell]) -> Iterator[Cell]:
    """Yield what is known after each run of one pairing; `cells` are what its runs said, the oldest first.

    The latest result counts, and one that was not tried replaces none that was. But attempts that passed do
    not replace a failure that comes seldom before they outweigh it: both are then in one tally, as it is the
    same two versions that were tried.
    """
    known: Cell | None = None
    failure: Cell | None = None
    passed: dict[tuple[float, Tally], int] = {}  # a copy of the same result is no second one
    for cell in cells:
        if known is None or cell.tried or not known.tried:
            known = cell
            if cell.verdict not in WORKING:
                failure, passed = (cell if cell.verdict is Verdict.FLAKY else None), {}
            elif failure is not None:
                passed[cell.tested, cell.attempts] = cell.attempts.passed
                known = _pooled(failure, sum(passed.values()), cell)
        yield known


def _tells(passed: int, bad: Cell) -> bool:
    """Say whether so many attempts without a failure exclude the rate at which it came."""
    return wilson(0, passed)[1] < rate(bad)


def _pooled(failure: Cell, passed: int, cell: Cell) -> Cell:
    if _tells(passed, failure):
        return cell
    tally = Tally(passed=failure.attempts.passed + passed, total=failure.attempts.total + passed)
    return msgspec.structs.replace(failure, attempts=tally, tested=max(failure.tested, cell.tested))
