"""What a section of the matrix comes to: its gaps, and one sentence that answers.

What counts as working, and what as a gap, stands in `sections`. Knows nothing of how any of it is shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from interop.judge.sections import Section, Standing, is_gap
from interop.model.matrix import Cell, Known, Verdict
from interop.model.suite import Feature, Impact


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Cells of one gap that fail in the same way, for the same blame, and are declared alike."""

    cells: tuple[Cell, ...]

    @property
    def first(self) -> Cell:
        """The cell that speaks for all."""
        return self.cells[0]

    @property
    def reason(self) -> str:
        """Why, as it is true of all its cells; where the comparisons differ, what is known of one of them."""
        first = self.first
        if len(self.cells) == 1:
            return first.reason
        told = [_with(cell, "each of them") for cell in self.cells]
        *failure, comparison = _with(first, "it").splitlines() or [""]
        if not failure or len(set(told)) == 1:
            return told[0]
        return "\n".join([*failure, f"for example with {first.peer_key}: {comparison}"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A feature that does not work, with all the peers it does not work with."""

    feature: Feature
    causes: tuple[Cause, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells that do not work."""
        return tuple(cell for cause in self.causes for cell in cause.cells)

    @property
    def known(self) -> bool:
        """Whether every one of its cells is declared, and is as declared."""
        return all(cell.known is Known.KNOWN for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The answer of a section in numbers, and as a sentence."""

    section: Section
    found: tuple[Gap, ...]
    """The gaps, as `gaps` returns them."""
    standings: Counter[Standing]
    """Features by what their rows come to."""
    impacts: Counter[Impact]
    """Gaps by impact."""
    known: int
    """Gaps that are wholly declared."""
    fixed: int
    """Cells that are declared as gaps, and work."""
    cells: Counter[Verdict]
    """Cells by verdict."""

    @property
    def features(self) -> int:
        """How many features have a row."""
        return self.standings.total()

    @property
    def working_everywhere(self) -> int:
        """How many features were tried with every tested peer, and work or are degraded with all."""
        return self.standings[Standing.EVERYWHERE]

    @property
    def gaps(self) -> int:
        """How many features have a gap."""
        return self.standings[Standing.GAP]

    @property
    def peers(self) -> int:
        """How many peers, each version for itself, were tried at all."""
        return len(self._peers(self.section.tested))

    @property
    def peers_untested(self) -> int:
        """How many peers were never tried, in no configuration."""
        return len(self._peers(column.key for column in self.section.columns)) - self.peers

    @property
    def subject(self) -> str:
        """`smtplib 3.11.7 · SMTP client`."""
        section = self.section
        return f"{section.product} {section.product_version} · {section.suite.title} {section.role}"

    def sentence(self) -> str:
        """Return the answer: what works with whom, the gaps by impact, and what is not known.

        `27 of 35 features work with all 13 servers, 2 more wherever tried; 3 gaps (1 critical, 2 minor)`.
        """
        role = self.section.peer_role
        if not self.peers:
            return (
                f"nothing was tested: {amount(self.features, 'feature')}, {amount(self.peers_untested, role)}"
            )
        more = self.standings[Standing.WHERE_TRIED]
        parts = [
            f"{self._features()} {self._with_peers()}" + (f", {more} more wherever tried" if more else ""),
            self._gaps(),
        ]
        if lacking := self.standings[Standing.UNSUPPORTED]:
            parts.append(f"{lacking} unsupported by some {plural(role)}")
        if untested := self.standings[Standing.UNTESTED]:
            parts.append(f"{amount(untested, 'feature')} not tested")
        if self.peers_untested:
            parts.append(f"{amount(self.peers_untested, role)} not tested")
        if self.fixed:
            parts.append(f"{amount(self.fixed, 'cell')} declared as a gap, and working now")
        if errors := self.cells[Verdict.ERROR]:
            parts.append(f"{amount(errors, 'test')} ended in an error")
        return "; ".join(parts)

    def _features(self) -> str:
        works = self.working_everywhere
        if self.features == 1:
            return "the one feature works" if works else "the one feature does not work"
        if works == self.features:
            return f"all {works:,} features work"
        return f"{works or 'none'} of {amount(self.features, 'feature')} {'works' if works <= 1 else 'work'}"

    def _with_peers(self) -> str:
        tested = [column for column in self.section.columns if column.key in self.section.tested]
        if len(tested) == 1:
            return f"with {tested[0].title} {tested[0].label}"
        configurations = "" if len(tested) == self.peers else f" ({len(tested)} configurations)"
        if self.peers == 1:
            return f"with {tested[0].title} {tested[0].version}{configurations}"
        every = "both" if self.peers == 2 else f"all {self.peers}"  # noqa: PLR2004 - English has a word for two
        return f"with {every} {plural(self.section.peer_role)}{configurations}"

    def _gaps(self) -> str:
        by_impact = [(self.impacts[impact], impact) for impact in Impact if self.impacts[impact]]
        if not by_impact:
            return "no gaps"
        if len(by_impact) == 1:
            text = amount(self.gaps, f"{by_impact[0][1]} gap")
        else:
            text = f"{self.gaps:,} gaps ({', '.join(f'{number:,} {impact}' for number, impact in by_impact)})"
        if not self.known:
            return text
        if self.known == self.gaps:
            return f"{text}, {'all ' if self.gaps > 1 else ''}known"
        return f"{text}, {self.known:,} of them known"

    def _peers(self, keys: Iterable[str]) -> set[tuple[str, str]]:
        wanted = frozenset(keys)
        return {(column.peer, column.version) for column in self.section.columns if column.key in wanted}


def headline(section: Section) -> Headline:
    """Count a section into its answer."""
    found = gaps(section)
    return Headline(
        section=section,
        found=found,
        standings=Counter(row.standing for row in section.rows),
        impacts=Counter(gap.feature.impact for gap in found),
        known=sum(gap.known for gap in found),
        fixed=sum(cell.known is Known.FIXED for cell in section.cells),
        cells=Counter(cell.verdict for cell in section.cells),
    )


def gaps(section: Section) -> tuple[Gap, ...]:
    """Return the section's gaps: new before known, then by impact, then in the order of the rows."""
    found = []
    for row in section.rows:
        causes: dict[tuple[object, ...], list[Cell]] = {}
        for cell in row.cells:
            if is_gap(cell, row.feature):
                causes.setdefault(_cause(cell), []).append(cell)
        if causes:
            grouped = tuple(Cause(cells=tuple(cells)) for cells in causes.values())
            found.append(Gap(feature=row.feature, causes=grouped))
    order = list(Impact)
    return tuple(sorted(found, key=lambda gap: (gap.known, order.index(gap.feature.impact))))


def by_reason(section: Section, verdict: Verdict) -> tuple[tuple[str, tuple[Cell, ...]], ...]:
    """Return the cells of that verdict, grouped by their reason; the reason with most cells first."""
    found: dict[str, list[Cell]] = {}
    for cell in section.cells:
        if cell.verdict is verdict:
            found.setdefault(cell.reason, []).append(cell)
    return tuple(
        (reason, tuple(cells)) for reason, cells in sorted(found.items(), key=lambda each: -len(each[1]))
    )


def amount(number: int, noun: str) -> str:
    """`1 server`, `13 servers`."""
    return f"{number:,} {noun if number == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """Return the plural of a role or of another regular noun."""
    if noun.endswith("y") and noun[-2:-1] not in set("aeiou"):
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def _cause(cell: Cell) -> tuple[object, ...]:
    """Return what cells of one cause have in common; a reason may name its own peer."""
    failure = cell.signature or _with(cell, "", lead="")
    ruling = (cell.verdict, cell.blame, cell.confidence, cell.outcome, failure)
    return (*ruling, cell.known, cell.expectation, cell.workaround, cell.workaround_verified)


def _with(cell: Cell, peer: str, lead: str = "with ") -> str:
    """Return a cell's reason with another word for its peer behind `lead`; as a product it keeps its name."""
    key = rf"(?<={lead}){re.escape(cell.peer_key)}(?![-+.~:]?\w)"
    return re.sub(key, lambda _: peer, cell.reason)
