"""Ways forward from what does not work: those that the evidence knows, and what the suite's author advises.

A version or a configuration is only named when it was tested, is fresh, and works.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from interop.judge.evidence import Asked, Ground, Said, elsewhere, latest, outweighs, say
from interop.judge.nearest import Missing
from interop.judge.reading import shown
from interop.model.finding import Status, Way
from interop.model.matrix import Cell
from interop.model.versions import sort_key


def conditions(said: Said, asked: Asked, pool: Sequence[Cell], ground: Ground) -> tuple[Way, ...]:
    """Return what has to be done for a feature to work that works on a condition."""
    if said.cause == "workaround":
        return (Way(kind="workaround", what=said.cell.workaround),)
    if said.cause == "configuration":
        return tuple(
            Way(kind="configuration", what=name) for name in elsewhere(said.cell, asked, pool, ground)[:1]
        )
    return ()


def around(said: Said, asked: Asked, pool: Sequence[Cell], ground: Ground) -> tuple[Way, ...]:
    """Return what could be done about a feature that does not work, the surest first."""
    return (
        *(Way(kind="configuration", what=name) for name in elsewhere(said.cell, asked, pool, ground)[:1]),
        *_other_version(said.cell, asked, pool, ground),
        *_other_product(said.cell, asked, pool, ground),
        *_advice(said, asked),
    )


def instead(found: Missing, scheme: str) -> tuple[Way, ...]:
    """Return the tested thing that could be taken instead of one that was not tested."""
    near = found.nearest
    if near is None or near.status is not Status.WORKS or len(near.differs) != 1:
        return ()
    values = {"configuration": near.cell.configuration, "product": near.cell.product_version}
    (respect,) = near.differs
    if respect == "version":
        return (Way(kind="version", what=shown(near.cell, scheme)),)
    return (Way(kind=respect, what=values[respect]),) if respect in values else ()


def _advice(said: Said, asked: Asked) -> Iterator[Way]:
    cell, feature = said.cell, asked.feature
    if said.cause == "limit":
        yield Way(kind="limit", what="")
    if cell.workaround:
        useless = cell.workaround_verified is False
        yield Way(kind="workaround-useless" if useless else "workaround-unverified", what=cell.workaround)
    elif feature.workaround is not None and said.cause != "limit":
        yield Way(kind="workaround-unverified", what=feature.workaround.text)


def _other_version(cell: Cell, asked: Asked, pool: Sequence[Cell], ground: Ground) -> Iterator[Way]:
    """Yield the nearest newer version that works, else the newest older one."""
    scheme = asked.version.scheme
    same = [
        other
        for other in pool
        if other.configuration == cell.configuration and other.product_version == cell.product_version
    ]
    every = latest(
        (each for each in same if each.tried and outweighs(each, cell)), scheme, ground.product_scheme
    )
    works, kind = _working("version", every, asked, ground)
    here = sort_key(cell.peer_version, scheme)
    newer = [each for each in works if sort_key(each.peer_version, scheme) > here]
    older = [each for each in works if sort_key(each.peer_version, scheme) < here]
    for chosen in newer[:1] or older[-1:]:
        yield Way(kind=kind, what=shown(chosen, scheme))


def _other_product(cell: Cell, asked: Asked, pool: Sequence[Cell], ground: Ground) -> Iterator[Way]:
    """Yield the newest other version of the product that works."""
    same = [
        other
        for other in pool
        if other.tried
        and other.peer_version == cell.peer_version
        and other.configuration == cell.configuration
        and other.product_version != cell.product_version
        and outweighs(other, cell)
    ]
    works, kind = _working("product", same, asked, ground)
    if works:
        newest = max(works, key=lambda each: sort_key(each.product_version, ground.product_scheme))
        yield Way(kind=kind, what=newest.product_version)


def _working(kind: str, cells: Iterable[Cell], asked: Asked, ground: Ground) -> tuple[list[Cell], str]:
    """Return the cells that work and the kind of way they are; on conditions only where none does without."""
    said = [say(each, asked, (), ground) for each in cells]
    plainly = [each.cell for each in said if each.status is Status.WORKS]
    if plainly:
        return plainly, kind
    return [each.cell for each in said if ground.working(each.status)], f"{kind}-conditional"
