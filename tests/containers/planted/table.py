"""What the harness said of each planted program, against what was planted; as a table.

Knows matrices, not how they came about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from interop.model.matrix import Blame, Cell, Matrix, Verdict
from tests.containers.planted.defects import Defect

HEAD = ("defect", "side", "detected by", "verdict", "outcome", "blame computed", "right?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One defect: the cells that must reveal it, and whatever else broke in its row or column."""

    defect: Defect
    revealing: tuple[Cell, ...]
    others: tuple[Cell, ...]
    """Broken cells of features that need not reveal it."""

    @property
    def found(self) -> bool:
        """Whether every feature that must reveal it does, with every peer, in the way it was planted."""
        seen = {cell.feature for cell in self.revealing}
        kinds = all(
            cell.verdict is Verdict.FAILS and cell.outcome == self.defect.outcome for cell in self.revealing
        )
        return kinds and seen == set(self.defect.features)

    @property
    def broken(self) -> tuple[Cell, ...]:
        """Every cell that got a blame."""
        return tuple(cell for cell in (*self.revealing, *self.others) if cell.gap)

    @property
    def right(self) -> int:
        """How many of the broken cells blame the side where the defect is."""
        return sum(cell.blame is self.defect.side for cell in self.broken)

    @property
    def right_throughout(self) -> bool:
        """Whether it was found, and nobody else was blamed."""
        return self.found and self.right == len(self.broken)

    def __str__(self) -> str:
        """Say what is wrong with it, cell by cell."""
        wrong = [
            f"{cell.feature} with {cell.peer}: {cell.verdict} ({cell.outcome}),"
            f" blame {cell.blame}: {cell.reason}"
            for cell in (*self.revealing, *self.others)
        ]
        return "\n  ".join((f"{self.defect.party} ({self.defect.side})", *(wrong or ("not one cell",))))


def row(defect: Defect, matrix: Matrix) -> Row:
    """Pick a defect's cells from the run in which it stood."""
    mine = [
        cell
        for cell in matrix.cells
        if defect.party == (cell.product if defect.side is Blame.PRODUCT else cell.peer)
    ]
    return Row(
        defect=defect,
        revealing=tuple(cell for cell in mine if cell.feature in defect.features and _can(cell)),
        others=tuple(cell for cell in mine if cell.feature not in defect.features and _accuses(cell)),
    )


def _can(cell: Cell) -> bool:
    """Whether the pairing has what the feature needs; not every real peer has."""
    return cell.verdict not in {Verdict.UNTESTED, Verdict.UNSUPPORTED}


def healthy(matrix: Matrix, defects: Iterable[Defect]) -> list[Cell]:
    """Return the cells of a run in which neither side is one of the defective programs."""
    sick = {defect.party for defect in defects}
    return [cell for cell in matrix.cells if not {cell.product, cell.peer} & sick]


def accused(cells: Iterable[Cell], real_gaps: Mapping[tuple[str, str], str]) -> list[Cell]:
    """Return the cells that say anything against a healthy pairing and are no real gap of a real product."""
    return [cell for cell in cells if _accuses(cell) and (cell.product, cell.feature) not in real_gaps]


def _accuses(cell: Cell) -> bool:
    return cell.blame is not Blame.NONE or cell.verdict in {Verdict.FAILS, Verdict.FLAKY, Verdict.ERROR}


def render(rows: Sequence[Row], cells: int, accusations: int) -> str:
    """Return the table in Markdown, padded so that it reads as well on a terminal."""
    lines = [HEAD, *(_words(each) for each in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    lines.insert(1, tuple("-" * width for width in widths))
    table = [
        "| " + " | ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    ]
    found = sum(each.found for each in rows)
    broken, right = sum(len(each.broken) for each in rows), sum(each.right for each in rows)
    return "\n".join(
        (
            *table,
            "",
            f"Recall: {found} of {len(rows)} defects found ({_percent(found, len(rows))}).",
            f"Blame: {right} of {broken} broken cells blame the right side ({_percent(right, broken)}).",
            f"Healthy pairings: {cells} cells, {accusations} accusations.",
        )
    )


def _words(row: Row) -> tuple[str, ...]:
    detected = dict.fromkeys(cell.feature for cell in row.revealing if cell.gap)
    return (
        row.defect.name,
        row.defect.side,
        ", ".join(detected) or "nothing",
        _several(cell.verdict for cell in row.revealing),
        _several(cell.outcome for cell in row.revealing),
        _several(f"{cell.blame} ({cell.confidence})" for cell in row.broken),
        "yes" if row.right_throughout else "NO",
    )


def _several(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words)) or "-"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"
