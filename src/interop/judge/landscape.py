"""Several products of one role over the same peers: who gets on with whom, and what each peer can do.

Built from the sections of a matrix. A peer's column says what all products together saw of it, which no
single product's section can. Knows nothing of how any of it is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from interop.judge.sections import Column, Section, is_gap, works
from interop.model.matrix import Blame, Cell, SuiteFacts, Verdict
from interop.model.suite import Feature, Impact

PEERS_OWN = frozenset({Blame.PEER, Blame.BOTH})
SEVERE = frozenset({Impact.CRITICAL, Impact.SERIOUS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A product and a peer over all features of the suite."""

    works: int
    """Features that work, be it by a fallback."""
    tried: int
    gaps: int
    severe: int
    """Gaps whose impact is critical or serious."""

    @property
    def share(self) -> float:
        """Of the features that were tried, how many work; 0 where none was."""
        return self.works / self.tried if self.tried else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """A feature and a peer over the products that can tell: those that get it with some peer.

    What a product gets with no peer at all says nothing of any of them. Where no product gets it, all count.
    """

    everybody: Counter[Verdict]
    """The verdicts with all products."""
    verdicts: Counter[Verdict]
    """The verdicts with those that can tell."""
    at_fault: int
    """Products with which it does not work by the peer's fault."""
    gaps: int
    """Products that can tell, and with which a customer would hit a gap."""

    @property
    def tried(self) -> int:
        """How many of the products that can tell tried it there."""
        return self.verdicts.total() - self.verdicts[Verdict.UNTESTED] - self.verdicts[Verdict.ERROR]

    @property
    def works(self) -> int:
        """With how many products it works."""
        return self.verdicts[Verdict.WORKS] + self.verdicts[Verdict.DEGRADED]


@dataclass(frozen=True, slots=True, kw_only=True)
class Landscape:
    """All products of one role of a suite, each in its newest version, over all their peers."""

    suite: SuiteFacts
    role: str
    sections: tuple[Section, ...]
    """One for each product, those first that work best."""
    columns: tuple[Column, ...]
    features: tuple[Feature, ...]
    meetings: dict[tuple[str, str], Meeting] = field(default_factory=dict)
    """By product and the column's key; without those that never met."""
    support: dict[tuple[str, str], Support] = field(default_factory=dict)
    """By feature and the column's key."""

    @property
    def peer_role(self) -> str:
        """The role that the peers take."""
        return self.sections[0].peer_role

    def own_gaps(self, columns: Iterable[Column]) -> int:
        """Return for how many features the peer is at fault, with some product, in one of its columns."""
        keys = [column.key for column in columns]
        return sum(any(self.support[each.id, key].at_fault for key in keys) for each in self.features)

    def had(self, column: Column) -> int:
        """Return how many features some product gets with the peer."""
        return sum(self.support[each.id, column.key].works > 0 for each in self.features)


def landscapes(sections: Iterable[Section]) -> tuple[Landscape, ...]:
    """Return a landscape for each role of each suite in which there are sections, in their order."""
    found: dict[tuple[str, str], list[Section]] = {}
    for each in sections:
        found.setdefault((each.suite.name, each.role), []).append(each)
    return tuple(_landscape(together) for together in found.values())


def _landscape(found: Sequence[Section]) -> Landscape:
    columns = {column.key: column for section in found for column in section.columns}
    features = {row.feature.id: row.feature for section in found for row in section.rows}
    cells: dict[tuple[str, str], list[Cell]] = {}
    meetings = {}
    for section in found:
        for row in section.rows:
            for cell in row.cells:
                cells.setdefault((cell.feature, cell.peer_key), []).append(cell)
        for column in section.columns:
            if column.key in section.tested:
                meetings[section.product, column.key] = _meeting(section, column)
    able = _able(found)
    support = {
        (feature.id, key): _support(feature, cells.get((feature.id, key), ()), able.get(feature.id, set()))
        for feature in features.values()
        for key in columns
    }

    def standing(section: Section) -> tuple[float, str]:
        met = [meeting for (product, _), meeting in meetings.items() if product == section.product]
        tried = sum(meeting.tried for meeting in met)
        return (-sum(meeting.works for meeting in met) / tried if tried else 1.0, section.product)

    return Landscape(
        suite=found[0].suite,
        role=found[0].role,
        sections=tuple(sorted(found, key=standing)),
        columns=_in_order(found, columns),
        features=tuple(features.values()),
        meetings=meetings,
        support=support,
    )


def _in_order(found: Sequence[Section], columns: dict[str, Column]) -> tuple[Column, ...]:
    """Return all columns, a peer's together; the order within a peer is that of its sections."""
    longest = max(found, key=lambda section: len(section.columns))
    order = {column.key: number for number, column in enumerate(longest.columns)}
    return tuple(sorted(columns.values(), key=lambda each: (each.peer, order.get(each.key, len(order)))))


def _meeting(section: Section, column: Column) -> Meeting:
    at = section.columns.index(column)
    tried = [(row.cells[at], row.feature) for row in section.rows if row.cells[at].tried]
    gaps = [feature for cell, feature in tried if is_gap(cell, feature)]
    return Meeting(
        works=sum(works(cell) for cell, _ in tried),
        tried=len(tried),
        gaps=len(gaps),
        severe=sum(feature.impact in SEVERE for feature in gaps),
    )


def _able(found: Iterable[Section]) -> dict[str, set[str]]:
    """Return the products that get a feature with some peer, by the feature's id."""
    able: dict[str, set[str]] = {}
    for section in found:
        for row in section.rows:
            if any(map(works, row.cells)):
                able.setdefault(row.feature.id, set()).add(section.product)
    return able


def _support(feature: Feature, cells: Iterable[Cell], able: Collection[str]) -> Support:
    seen = list(cells)
    telling = [cell for cell in seen if not able or cell.product in able]
    return Support(
        everybody=Counter(cell.verdict for cell in seen),
        verdicts=Counter(cell.verdict for cell in telling),
        at_fault=sum(cell.gap and cell.blame in PEERS_OWN for cell in seen),
        gaps=sum(is_gap(cell, feature) for cell in telling),
    )
