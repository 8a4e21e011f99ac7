"""Ways forward from what does not work: those that the evidence knows, and what the suite's author advises.

A version or a configuration is only named when it was tested, is fresh, and works.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from interop.judge.evidence import Asked, Ground, Said, elsewhere, latest, say
from interop.judge.nearest import Missing
from interop.judge.reading import plain, shown
from interop.judge.seldom import outweighs
from interop.model.finding import Finding, Status, Way
from interop.model.matrix import Cell
from interop.model.versions import compare, sort_key

_OPEN = {Status.DOES_NOT_WORK, Status.FLAKY, Status.UNSUPPORTED, Status.NOT_TESTED}
"""What a newer version may mend."""


def conditions(said: Said, asked: Asked, pool: Sequence[Cell], ground: Ground) -> tuple[Way, ...]:
    """Return what has to be done for a feature to work that works on a condition."""
    if said.cause == "workaround":
        return (Way(kind="workaround", what=said.cell.workaround),)
    if said.cause == "configuration":
        return tuple(_other_configuration(said.cell, asked, pool, ground))
    return ()


def around(
    said: Said, asked: Asked, pool: Sequence[Cell], ground: Ground, versions: Sequence[Way]
) -> tuple[Way, ...]:
    """Return what could be done about a feature that does not work, the surest first."""
    return (
        *_other_configuration(said.cell, asked, pool, ground),
        *versions[:1],
        *_other_product(said.cell, asked, pool, ground),
        *_advice(said, asked),
    )


def instead(found: Missing, asked: Asked, ground: Ground, versions: Sequence[Way]) -> tuple[Way, ...]:
    """Return the tested thing that could be taken instead of one that was not tested."""
    near = found.nearest
    if near is None:
        return ()
    if "version" in near.differs or found.cause == "never-run":
        return tuple(versions[:1])
    if near.status is not Status.WORKS or len(near.differs) != 1:
        return ()
    if near.differs == ("product",):
        return (Way(kind="product", what=near.cell.product_version),)
    if near.differs == ("configuration",) and not asked.component.configuration:
        return (_configured(near.cell.configuration, asked, ground),)
    return ()


def agreed(findings: Iterable[Finding]) -> list[Finding]:
    """Return one component's findings with the one newer version that mends most of them, where it does.

    An older version that would mend another one is then not offered: nobody can install both.
    """
    given = list(findings)
    counted = Counter(way.what for finding in given for way in finding.newer)
    if not counted:
        return given
    ((chosen, _),) = counted.most_common(1)  # of equals, the one that was met first
    return [_agreeing(finding, chosen) if finding.status in _OPEN else finding for finding in given]


def _agreeing(finding: Finding, chosen: str) -> Finding:
    better = [way for way in finding.newer if way.what == chosen]
    ways: list[Way] = []
    for way in finding.ways:
        if not way.kind.startswith("version"):
            ways.append(way)
        elif better or finding.newer:
            ways.append(better[0] if better else way)
    return dataclasses.replace(finding, ways=tuple(ways))


def _other_configuration(cell: Cell, asked: Asked, pool: Sequence[Cell], ground: Ground) -> Iterator[Way]:
    """Yield a configuration in which it works; nothing where the stack says which one it has to be."""
    if not asked.component.configuration:
        for name in elsewhere(cell, asked, pool, ground)[:1]:
            yield _configured(name, asked, ground)


def _configured(name: str, asked: Asked, ground: Ground) -> Way:
    title = ground.names.configuration_title(asked.named.name, asked.suite, name)
    return Way(kind="configuration", what=name, title=title)


def _advice(said: Said, asked: Asked) -> Iterator[Way]:
    cell, feature = said.cell, asked.feature
    if said.cause == "limit":
        yield Way(kind="limit", what="")
    if cell.workaround:
        useless = cell.workaround_verified is False
        yield Way(kind="workaround-useless" if useless else "workaround-unverified", what=cell.workaround)
    elif feature.workaround is not None and said.cause != "limit":
        yield Way(kind="workaround-unverified", what=feature.workaround.text)


def other_versions(
    asked: Asked, pool: Sequence[Cell], ground: Ground, bad: Cell | None = None
) -> tuple[tuple[Way, ...], tuple[Way, ...]]:
    """Return the newer versions that work, the nearest first, and the older ones likewise.

    `bad` is the cell that does not work; without it, only what works without more ado is named.
    """
    scheme = asked.version.scheme
    same = [
        other
        for other in pool
        if other.tried
        and other.configuration == (bad.configuration if bad else asked.configuration)
        and (
            other.product_version == bad.product_version
            if bad
            else ground.product.holds(other.product_version)
        )
        and (bad is None or outweighs(other, bad))
    ]
    works, kind = _working("version", latest(same, scheme, ground.product_scheme), asked, pool, ground)
    if bad is None and kind != "version":
        return (), ()
    newer = [_order(each, asked, bad) > 0 for each in works]

    def way(cell: Cell) -> Way:
        version = shown(cell, scheme)
        return Way(kind=kind, what=version, carrier=ground.names.carrier(asked.named.name, version))

    return (
        tuple(way(cell) for cell, is_newer in zip(works, newer, strict=True) if is_newer),
        tuple(way(cell) for cell, is_newer in reversed([*zip(works, newer, strict=True)]) if not is_newer),
    )


def _order(cell: Cell, asked: Asked, bad: Cell | None) -> int:
    """Return whether a cell is of a newer version (1) than the planned one, or of an older one (-1)."""
    scheme = asked.version.scheme
    if bad is not None:
        return compare(cell.peer_version, bad.peer_version, scheme)
    if asked.version.carried:
        newest = max(asked.version.carried, key=lambda version: sort_key(version, scheme))
        return compare(cell.peer_version, newest, scheme)
    return compare(plain(cell.peer_version, scheme), asked.version.anchor, scheme)


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
    works, kind = _working("product", same, asked, pool, ground)
    if works:
        newest = max(works, key=lambda each: sort_key(each.product_version, ground.product_scheme))
        yield Way(kind=kind, what=newest.product_version)


def _working(
    kind: str, cells: Iterable[Cell], asked: Asked, pool: Sequence[Cell], ground: Ground
) -> tuple[list[Cell], str]:
    """Return the cells that work and the kind of way they are; on conditions only where none does without."""
    said = [say(each, asked, pool, ground, only_here=True) for each in cells]
    plainly = [each.cell for each in said if each.status is Status.WORKS]
    if plainly:
        return plainly, kind
    return [each.cell for each in said if ground.working(each.status)], f"{kind}-conditional"
