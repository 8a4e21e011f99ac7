"""A matrix as its readers take it in: sections of themes, rows and columns.

A *section* is one product in one role of one suite: the table that a report shows. In it, a feature

- works *everywhere* when it was tried with every peer that was tested at all, and works or is degraded there;
- works *where tried* when it works or is degraded wherever it was tried, and some tested peer was left out;
- has a *gap* when it fails or is flaky with a peer, or when one side states that it lacks what the
  specification says every implementation MUST have;
- is *unsupported* when nobody has a gap, and somebody does without what may be done without;
- is *untested* when it was tried with no peer. Untested cells and errors never count as working.

Knows nothing of how any of it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from interop.model.attempt import Party
from interop.model.matrix import WORKING, Cell, Matrix, SuiteFacts, Verdict
from interop.model.suite import Feature, Level
from interop.model.versions import called, sort_key

NOT_IN_RUN = "the run did not include it"


class Standing(StrEnum):
    """What a feature's row comes to; the module's docstring says when."""

    EVERYWHERE = "works everywhere"
    WHERE_TRIED = "works where tried"
    UNSUPPORTED = "unsupported by some"
    GAP = "gap"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One peer in one version and configuration."""

    key: str
    """`postfix@3.10.13+hardened`."""
    peer: str
    title: str
    """The peer's name for readers, `Postfix`."""
    version: str
    """The version by which it was chosen."""
    exact: str
    """The version that the running peer told; the one by which it was chosen while it never ran."""
    configuration: str = "default"
    release: str = ""
    digest: str = ""

    @property
    def label(self) -> str:
        """`3.10.13`, with `+configuration` when it is not the default one."""
        return self.version if self.configuration == "default" else f"{self.version}+{self.configuration}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One feature over all columns of its section, in their order."""

    feature: Feature
    cells: tuple[Cell, ...]
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Rows that belong together."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One product in one role of one suite."""

    suite: SuiteFacts
    role: str
    product: str
    product_version: str
    columns: tuple[Column, ...]
    tested: frozenset[str]
    """Keys of the columns that were tried with at least one feature."""
    themes: tuple[Theme, ...]

    @property
    def peer_role(self) -> str:
        """The role that the peers take."""
        first, second = self.suite.roles
        return second if self.role == first else first

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, theme by theme."""
        return tuple(row for theme in self.themes for row in theme.rows)

    @property
    def cells(self) -> Iterator[Cell]:
        """All cells, row by row."""
        return (cell for row in self.rows for cell in row.cells)

    def columns_of(self, cells: Iterable[Cell]) -> tuple[Column, ...]:
        """Return the columns in which those cells stand, in the section's order."""
        keys = {cell.peer_key for cell in cells}
        return tuple(column for column in self.columns if column.key in keys)


def sections(matrix: Matrix, suite: str = "") -> tuple[Section, ...]:
    """Return the matrix's sections in the order of their first cells; `suite` leaves out all others."""
    found: dict[tuple[str, str, str, str], dict[tuple[str, str], Cell]] = {}
    for cell in matrix.cells:
        if suite in {"", cell.suite}:
            key = (cell.suite, cell.role, cell.product, cell.product_version)
            found.setdefault(key, {})[cell.feature, cell.peer_key] = cell
    facts = {each.name: each for each in matrix.suites}
    return tuple(_section(matrix, facts[key[0]], cells) for key, cells in found.items())


def is_gap(cell: Cell, feature: Feature) -> bool:
    """Say whether a customer would hit this: it fails, is flaky, or one side lacks what it MUST have."""
    owed = feature.level is Level.MUST and not feature.conditional
    return cell.gap or (cell.verdict is Verdict.UNSUPPORTED and owed)


def works(cell: Cell) -> bool:
    """Say whether a customer can use this, be it by a fallback."""
    return cell.verdict in WORKING


def _section(matrix: Matrix, facts: SuiteFacts, found: dict[tuple[str, str], Cell]) -> Section:
    one = next(iter(found.values()))
    columns = _columns(matrix, facts, one.role, found.values())
    tested = frozenset(cell.peer_key for cell in found.values() if cell.tried)
    present = {feature for feature, _ in found}
    themes: dict[str, list[Row]] = {}
    for feature in facts.features:
        if feature.id in present:
            cells = tuple(
                found.get((feature.id, each.key)) or _absent(one, feature, each) for each in columns
            )
            standing = _standing(feature, cells, tested)
            themes.setdefault(feature.group, []).append(Row(feature=feature, cells=cells, standing=standing))
    return Section(
        suite=facts,
        role=one.role,
        product=one.product,
        product_version=one.product_version,
        columns=columns,
        tested=tested,
        themes=tuple(Theme(title=title, rows=tuple(rows)) for title, rows in themes.items()),
    )


def _standing(feature: Feature, cells: tuple[Cell, ...], tested: frozenset[str]) -> Standing:
    tried = [cell for cell in cells if cell.tried]
    if not tried:
        return Standing.UNTESTED
    if any(is_gap(cell, feature) for cell in tried):
        return Standing.GAP
    if any(cell.verdict is Verdict.UNSUPPORTED for cell in tried):
        return Standing.UNSUPPORTED
    return Standing.EVERYWHERE if len(tried) == len(tested) else Standing.WHERE_TRIED


def _columns(matrix: Matrix, facts: SuiteFacts, role: str, cells: Iterable[Cell]) -> tuple[Column, ...]:
    """Return the columns by peer, then version, then configuration, the default one first."""
    ran = {party.key: party for party in matrix.parties if party.suite == facts.name and party.role != role}
    schemes = {party.name: party.version_scheme for party in ran.values()}
    columns = {}
    for cell in cells:
        if cell.peer_key not in columns or (cell.tried and cell.peer_key not in ran):
            columns[cell.peer_key] = _column(cell, ran.get(cell.peer_key))

    def place(column: Column) -> tuple[object, ...]:
        version = sort_key(column.version, schemes.get(column.peer, "debian"))
        return (column.peer, version, column.configuration != "default", column.configuration)

    return tuple(sorted(columns.values(), key=place))


def _column(cell: Cell, party: Party | None) -> Column:
    if party is None:
        return Column(
            key=cell.peer_key,
            peer=cell.peer,
            title=cell.peer,
            version=cell.peer_version,
            exact=cell.peer_version,
            configuration=cell.configuration,
        )
    return Column(
        key=cell.peer_key,
        peer=party.name,
        title=party.title or party.name,
        version=called(party.label, party.version, party.version_scheme) if party.label else party.version,
        exact=party.version,
        configuration=party.configuration,
        release=party.release,
        digest=party.digest,
    )


def _absent(one: Cell, feature: Feature, column: Column) -> Cell:
    """Return the cell that another run would have filled: untested is a verdict, never a blank."""
    return Cell(
        suite=one.suite,
        feature=feature.id,
        role=one.role,
        product=one.product,
        product_version=one.product_version,
        peer=column.peer,
        peer_version=column.exact,
        product_key=one.product_key,
        peer_key=column.key,
        configuration=column.configuration,
        verdict=Verdict.UNTESTED,
        reason=NOT_IN_RUN,
    )
