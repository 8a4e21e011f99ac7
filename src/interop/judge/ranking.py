"""Gaps in the order of what they would cost a customer, and the versions that each concerns.

Cost is level x impact x kind of failure x how many peers: silent loss and crashes stand above refusals. The
weights are in the tables below; they order, and are shown to nobody as money.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from interop.judge.sections import Column, Section
from interop.judge.summary import Cause, Gap, gaps
from interop.model.attempt import Outcome
from interop.model.matrix import WORKING, Blame, Cell, Known
from interop.model.suite import Impact, Level
from interop.model.versions import sort_key

LEVELS = {Level.MUST: 4.0, Level.SHOULD: 2.0, Level.MAY: 1.0}
IMPACTS = {Impact.CRITICAL: 27.0, Impact.SERIOUS: 9.0, Impact.MODERATE: 3.0, Impact.MINOR: 1.0}
KINDS = {Outcome.CRASH.value: 2.0, Outcome.HANG.value: 1.5, Outcome.UNSUPPORTED.value: 0.5}
"""By raw outcome; a plain failure weighs 1."""
MENDED = 0.25
"""What is left of a cost whose workaround was verified."""

_SUBJECTS = {
    Blame.PRODUCT: "The product",
    Blame.PEER: "The peer",
    Blame.BOTH: "Both sides",
    Blame.SPECIFICATION: "Neither side: the specification lets both",
    Blame.ENVIRONMENT: "The environment",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """One cause of one gap with its cost."""

    section: Section
    gap: Gap
    cause: Cause
    cost: float
    versions: tuple[str, ...]
    """A line for each peer: which versions fail, and which work."""

    @property
    def at_fault(self) -> str:
        """Who is at fault, in words."""
        return _SUBJECTS.get(self.cause.first.blame, "Not determined")


def ranked(sections: Iterable[Section]) -> tuple[Ranked, ...]:
    """Return every cause of every gap, the dearest first; what is declared comes after what is new."""
    found = [
        Ranked(
            section=section,
            gap=gap,
            cause=cause,
            cost=_cost(gap, cause),
            versions=tuple(_versions(section, gap, cause)),
        )
        for section in sections
        for gap in gaps(section)
        for cause in gap.causes
    ]
    return tuple(sorted(found, key=lambda each: (each.cause.first.known is Known.KNOWN, -each.cost)))


def _cost(gap: Gap, cause: Cause) -> float:
    first = cause.first
    peers = len({cell.peer for cell in cause.cells})
    cost = LEVELS[gap.feature.level] * IMPACTS[gap.feature.impact] * KINDS.get(first.outcome, 1.0) * peers
    return cost * (MENDED if first.workaround_verified else 1.0)


def _versions(section: Section, gap: Gap, cause: Cause) -> Iterable[str]:
    """Say for each peer of the cause which of its versions fail in this way and which work."""
    concerned = {(cell.peer, cell.configuration): "" for cell in cause.cells}
    keys = {cell.peer_key for cell in cause.cells}
    row = next(row for row in section.rows if row.feature.id == gap.feature.id)
    for peer, configuration in concerned:
        mine = [cell for cell in row.cells if (cell.peer, cell.configuration) == (peer, configuration)]
        columns = {column.key: column for column in section.columns}
        bad = [cell for cell in mine if cell.peer_key in keys]
        good = [cell for cell in mine if cell.verdict in WORKING]
        variant = "" if configuration == "default" else f" ({configuration})"
        title = columns[bad[0].peer_key].title if bad[0].peer_key in columns else peer
        line = f"{title}{variant}: fails in {_span(bad, columns)}"
        yield (
            f"{line}; works in {_span(good, columns)}"
            if good
            else f"{line}; works in no version that was tested"
        )


def _span(cells: Iterable[Cell], columns: Mapping[str, Column]) -> str:
    labels = {
        columns[cell.peer_key].version if cell.peer_key in columns else cell.peer_version for cell in cells
    }
    return ", ".join(sorted(labels, key=lambda label: sort_key(label, "debian")))
