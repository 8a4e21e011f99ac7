"""Two matrices compared cell by cell: what an upgrade, or a day, has done.

A cell is the same cell when suite, feature, role, product and peer are the same. The exact versions on either
side may differ, and are told; a peer that was updated is the same peer (`succession`). What was not tried on
a side is not there on it, so that nothing is called fixed or regressed for which one side has no evidence.
Knows nothing of stacks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from interop.judge.seldom import outweighs
from interop.judge.succession import successors
from interop.model.matrix import WORKING, Cell, Matrix, Verdict
from interop.model.versions import sort_key

Key = tuple[str, str, str, str, str]
"""Suite, feature, role, product, peer's key, by which it is known now."""
Became = Mapping[tuple[str, str], str]
"""What a peer's key is now, by suite and the key that it had."""


class Kind(StrEnum):
    """What became of a cell, the gravest first."""

    REGRESSED = "regressed"
    CHANGED = "changed"
    """Broken before and now, in another way."""
    UNCLEAR = "unclear"
    """Failed sometimes before, and passed too seldom now to tell that it is fixed."""
    FIXED = "fixed"
    NEW = "new"
    """Tried now, and not before."""
    GONE = "gone"
    """Tried before, and not now."""


NEW_GAP = "new-gap"
"""For `failing`: a new cell that does not work."""

FAIL_ON = (*(kind.value for kind in Kind), NEW_GAP)
"""Every word that `failing` knows."""

_GOODNESS = {
    Verdict.WORKS: 3,
    Verdict.DEGRADED: 2,
    Verdict.FLAKY: 1,
    Verdict.FAILS: 0,
    Verdict.UNSUPPORTED: 0,
}


_GRAVITY = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One cell that is not as it was. At least one side is there."""

    kind: Kind
    old: Cell | None
    new: Cell | None

    @property
    def cell(self) -> Cell:
        """The cell as it is now, or as it was when it is gone."""
        cell = self.new or self.old
        if cell is None:
            raise ValueError("a difference without cells")
        return cell

    @property
    def new_gap(self) -> bool:
        """Whether it was not tried before, and does not work."""
        return self.kind is Kind.NEW and _GOODNESS[self.cell.verdict] <= _GOODNESS[Verdict.FLAKY]

    @property
    def gravity(self) -> tuple[int, bool]:
        """What it is sorted by: its kind, and of the new ones those that do not work first."""
        return (_GRAVITY[self.kind], not self.new_gap)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The differences of one product with one peer in one version and configuration, the gravest first."""

    suite: str
    product: str
    peer_key: str
    old_version: str
    """Exact; empty when the peer is new."""
    new_version: str
    """Exact; empty when the peer is gone."""
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """Everything that differs, and how much does not. The group with the gravest difference is the first."""

    old: Matrix
    new: Matrix
    groups: tuple[Group, ...]
    same: int
    """Cells that say the same on both sides."""

    @property
    def differences(self) -> tuple[Difference, ...]:
        """All of them."""
        return tuple(each for group in self.groups for each in group.differences)

    @property
    def several_products(self) -> bool:
        """Whether a peer's name alone does not say between whom a cell is."""
        return len({cell.product for matrix in (self.old, self.new) for cell in matrix.cells}) > 1


def diff(old: Matrix, new: Matrix) -> Diff:
    """Compare two matrices. Where one holds several product versions, its newest evidence counts."""
    became = successors(old, new)
    before, after = _tried(old, became), _tried(new, became)
    found: list[Difference] = []
    same = 0
    for key in dict.fromkeys((*after, *before)):
        kind = _kind(before.get(key), after.get(key))
        if kind is None:
            same += 1
        else:
            found.append(Difference(kind=kind, old=before.get(key), new=after.get(key)))
    groups = tuple(_grouped(found, before.values(), after.values(), became))
    return Diff(old=old, new=new, groups=groups, same=same)


def failing(comparison: Diff, fail_on: Collection[str]) -> tuple[Difference, ...]:
    """Return the differences that `fail_on` (words of `FAIL_ON`) calls a failure."""
    return tuple(
        each
        for each in comparison.differences
        if each.kind in fail_on or (NEW_GAP in fail_on and each.new_gap)
    )


def _tried(matrix: Matrix, became: Became) -> dict[Key, Cell]:
    scheme = next(
        (party.version_scheme for party in matrix.parties if party.name == matrix.run.product), "debian"
    )
    found: dict[Key, Cell] = {}
    for cell in matrix.cells:
        if not cell.tried:
            continue
        suite, product, peer_key = _met(cell, became)
        key = (suite, cell.feature, cell.role, product, peer_key)
        known = found.setdefault(key, cell)
        if known is not cell and _age(cell, scheme) > _age(known, scheme):
            found[key] = cell
    return found


def _age(cell: Cell, scheme: str) -> tuple[object, float]:
    return (sort_key(cell.product_version, scheme), cell.tested)


def _kind(old: Cell | None, new: Cell | None) -> Kind | None:
    if old is None:
        return Kind.NEW
    if new is None:
        return Kind.GONE
    if new.verdict in WORKING and not outweighs(new, old):
        return Kind.UNCLEAR
    before, after = _GOODNESS[old.verdict], _GOODNESS[new.verdict]
    if after != before:
        return Kind.FIXED if after > before else Kind.REGRESSED
    if old.verdict is not new.verdict or old.signature != new.signature:
        return Kind.CHANGED
    return None


def _grouped(
    found: Iterable[Difference], before: Iterable[Cell], after: Iterable[Cell], became: Became
) -> Iterator[Group]:
    old, new = ({_met(cell, became): cell.peer_version for cell in side} for side in (before, after))
    groups: dict[tuple[str, str, str], list[Difference]] = {}
    for each in sorted(found, key=lambda each: each.gravity):
        groups.setdefault(_met(each.cell, became), []).append(each)
    for met, differences in groups.items():
        suite, product, peer_key = met
        yield Group(
            suite=suite,
            product=product,
            peer_key=peer_key,
            old_version=old.get(met, ""),
            new_version=new.get(met, ""),
            differences=tuple(differences),
        )


def _met(cell: Cell, became: Became) -> tuple[str, str, str]:
    return (cell.suite, cell.product, became.get((cell.suite, cell.peer_key), cell.peer_key))
