"""What to say when nobody has tested it: why not, what lies nearest, and what that makes likely.

A neighbour that works is never an answer: it makes `likely` at most, by the table `likely` of the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from interop.judge.evidence import Asked, Ground, latest, say
from interop.judge.reading import farness, plain, shown, steps
from interop.judge.rules import decide
from interop.model.finding import Nearest, Status, Steps
from interop.model.matrix import Cell
from interop.model.versions import compare, sort_key

_TWO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Why there is no answer, and what is near."""

    cause: str
    nearest: Nearest | None = None
    below: str = ""
    above: str = ""
    likely: str = ""
    reason: str = ""
    """What the matrix says about a cell that was planned and did not run."""


def missing(asked: Asked, pool: Sequence[Cell], ground: Ground) -> Missing:
    """Say why no tried cell of `pool` answers the question."""
    if not asked.named.known:
        return Missing(cause="implementation")
    if not asked.version.resolved:
        return Missing(cause="release", nearest=None)
    planned = [cell for cell in pool if _meant(cell, asked, ground)]
    tried = [cell for cell in pool if cell.tried]
    if not tried:
        reason = next((cell.reason for cell in planned if cell.reason), "")
        return Missing(cause="never-run" if planned else "never", reason=reason)
    near = _nearest(tried, asked, ground)
    if planned:
        reason = next((cell.reason for cell in planned if cell.reason), "")
        return Missing(cause="never-run", nearest=near, reason=reason)
    if "version" in near.differs:
        return _by_version(tried, near, asked, ground)
    cause = "configuration-untested" if "configuration" in near.differs else "product"
    neighbours: list[Cell] = []
    if near.differs == ("configuration",):
        neighbours = [cell for cell in tried if "version" not in _differs(cell, asked, ground)]
        neighbours = [cell for cell in neighbours if "product" not in _differs(cell, asked, ground)]
    elif near.differs == ("product",):
        same = [cell for cell in tried if _differs(cell, asked, ground) == ("product",)]
        neighbours = _beside_product(same, ground)
    return Missing(cause=cause, nearest=near, likely=_likely(cause, neighbours, asked, pool, ground))


def aged(cell: Cell, asked: Asked, pool: Sequence[Cell], ground: Ground) -> Missing:
    """Say what evidence that is too old makes likely."""
    said = say(cell, asked, pool, ground, whatever_age=True)
    near = Nearest(cell=cell, status=said.status, cause=said.cause, differs=("age",), days=ground.days(cell))
    failed = "one-fails" if said.status in ground.rules["broken"] else "none"
    neighbours = "one-works" if ground.working(said.status) else failed
    row = decide(ground.rules["likely"], {"cause": "old", "neighbours": neighbours})
    return Missing(cause="old", nearest=near, likely=row.get("likely", ""))


def _meant(cell: Cell, asked: Asked, ground: Ground) -> bool:
    return not _differs(cell, asked, ground)


def _differs(cell: Cell, asked: Asked, ground: Ground) -> tuple[str, ...]:
    """Return in what a cell is not what was asked for."""
    differences = (
        ("version", not asked.version.holds(cell.peer_version)),
        ("configuration", cell.configuration != asked.configuration),
        ("product", not ground.product.holds(cell.product_version)),
    )
    return tuple(name for name, differs in differences if differs)


def _nearest(tried: Sequence[Cell], asked: Asked, ground: Ground) -> Nearest:
    scheme = asked.version.scheme

    def distance(cell: Cell) -> Steps | None:
        if asked.version.holds(cell.peer_version):
            return None
        return steps(asked.version.anchor, plain(cell.peer_version, scheme), scheme)

    peers = {plain(cell.peer_version, scheme) for cell in tried}
    products = {cell.product_version for cell in tried}

    def rank(cell: Cell) -> tuple[object, ...]:
        differs, version = _differs(cell, asked, ground), plain(cell.peer_version, scheme)
        far: tuple[object, ...] = (farness(distance(cell)), 0)
        if "version" in differs:
            far = (far[0], _between(asked.version.anchor, version, peers, scheme))
        apart: tuple[object, ...] = ((0, 0), 0)
        if "product" in differs:
            planned, made = ground.product.anchor, cell.product_version
            product = steps(planned, made, ground.product_scheme)
            apart = (farness(product), _between(planned, made, products, ground.product_scheme))
        return (len(differs), far, "configuration" in differs, apart, -cell.tested)

    cell = min(tried, key=rank)
    differs = _differs(cell, asked, ground)
    days = ground.days(cell)
    age = ("age",) if days > ground.max_age_days else ()
    said = say(cell, asked, tried, ground, whatever_age=True)
    return Nearest(
        cell=cell,
        status=said.status,
        cause=said.cause,
        differs=(*differs, *age),
        steps=distance(cell),
        days=days,
    )


def _between(planned: str, tested: str, versions: Iterable[str], scheme: str) -> int:
    """Return how many other versions lie between a tested one and the planned one.

    Of those that are as many steps away, such as 3.5 and 3.10 from 4, the one with the fewest is the nearest.
    """
    return sum(compare(planned, each, scheme) * compare(each, tested, scheme) > 0 for each in versions)


def _by_version(tried: Sequence[Cell], near: Nearest, asked: Asked, ground: Ground) -> Missing:
    """Place the planned version among the tested ones."""
    scheme = asked.version.scheme
    others = [cell for cell in tried if "product" not in _differs(cell, asked, ground)]
    same = [cell for cell in others if "configuration" not in _differs(cell, asked, ground)]
    row = latest(same or others or tried, scheme, ground.product_scheme)
    anchor = sort_key(asked.version.anchor, scheme)
    older = [cell for cell in row if sort_key(plain(cell.peer_version, scheme), scheme) < anchor]
    newer = [cell for cell in row if sort_key(plain(cell.peer_version, scheme), scheme) > anchor]
    if older and newer:
        cause, beside = "between", [older[-1], newer[0]]
    elif older:
        cause, beside = "newer", older[-_TWO:]
    else:
        cause, beside = "older", newer[:_TWO]
    # Two respects in which it differs are one too many to call anything likely.
    likely = _likely(cause, beside, asked, tried, ground) if near.differs == ("version",) else ""
    return Missing(
        cause=cause,
        nearest=near,
        below=shown(older[-1], scheme) if older else "",
        above=shown(newer[0], scheme) if newer else "",
        likely=likely,
    )


def _beside_product(cells: Sequence[Cell], ground: Ground) -> list[Cell]:
    """Return the cells of the product versions on either side of the planned one, or the two nearest."""
    scheme = ground.product_scheme
    anchor = sort_key(ground.product.anchor, scheme)
    row = sorted(cells, key=lambda cell: sort_key(cell.product_version, scheme))
    older = [cell for cell in row if sort_key(cell.product_version, scheme) < anchor]
    newer = [cell for cell in row if sort_key(cell.product_version, scheme) > anchor]
    return [older[-1], newer[0]] if older and newer else older[-_TWO:] or newer[:_TWO]


def _likely(
    cause: str, neighbours: Sequence[Cell], asked: Asked, pool: Sequence[Cell], ground: Ground
) -> str:
    """Look up what fresh evidence of two neighbours makes likely."""
    fresh = [cell for cell in neighbours if ground.days(cell) <= ground.max_age_days]
    statuses: list[Status] = [say(cell, asked, pool, ground).status for cell in fresh]
    if len(statuses) < _TWO:
        return ""
    if all(ground.working(status) for status in statuses):
        word = "two-work"
    elif all(status in ground.rules["broken"] for status in statuses):
        word = "two-fail"
    else:
        word = "mixed"
    likely: str = decide(ground.rules["likely"], {"cause": cause, "neighbours": word}).get("likely", "")
    return likely
