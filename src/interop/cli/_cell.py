"""Which cell a command is about: `smtp:dot-stuffing:postfix@3.10.13`, or the node id of a scenario of it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from interop.errors import RecordError, UnknownNameError, nearest
from interop.load.record import read_journal, read_matrix
from interop.model.matrix import Cell, Matrix

REPORT = Path("interop-report")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCell:
    """A cell with the run it is of."""

    cell: Cell
    matrix: Matrix
    report: Path
    """The folder of the matrix, its evidence and its journal."""
    scenario: str = ""
    """The scenario's node id when that is how the cell was named."""

    @property
    def name(self) -> str:
        """`smtp:dot-stuffing:smtplib@3.11.7-postfix@3.10.13`."""
        return name_of(self.cell)

    @property
    def pair(self) -> str:
        """The pairing's part of a node id."""
        return self.cell.pair


def add_cell_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the cell, and where the matrix is."""
    parser.add_argument(
        "cell",
        metavar="CELL",
        help="SUITE:FEATURE:PEER, such as smtp:dot-stuffing:postfix@3.10.13, or a scenario's id as pytest"
        " prints it; where a matrix has several products, PEER is PRODUCT-PEER as in those ids",
    )
    parser.add_argument(
        "--report",
        metavar="DIR",
        type=Path,
        default=REPORT,
        help="the run's report folder (default: %(default)s)",
    )


def name_of(cell: Cell) -> str:
    """Return the name by which a cell is found again."""
    return f"{cell.suite}:{cell.feature}:{cell.pair}"


def find_cell(arguments: argparse.Namespace) -> FoundCell:
    """Return the cell that was named.

    Raises RecordError without a matrix, UnknownNameError with the nearest name for one that it does not have.
    """
    text, given = str(arguments.cell), Path(arguments.report)
    file = given if given.is_file() else given / "matrix.json"
    matrix = read_matrix(file)
    if "::" in text:
        return _by_scenario(text, matrix, file.parent)
    suite, _, rest = text.partition(":")
    feature, _, peer = rest.partition(":")
    cells = _having(matrix.cells, "suite", suite, (cell.suite for cell in matrix.cells))
    cells = _having(cells, "feature", feature, (cell.feature for cell in cells))
    found = [cell for cell in cells if peer in {cell.peer_key, cell.peer, name_of(cell).rpartition(":")[2]}]
    if len(found) == 1:
        return FoundCell(cell=found[0], matrix=matrix, report=file.parent)
    if found:
        names = ", ".join(name_of(cell) for cell in found)
        raise UnknownNameError(f"{text!r} means {len(found)} cells: {names}.")
    _having(cells, "peer", peer, (cell.peer_key for cell in cells))
    raise UnknownNameError(f"the matrix has no cell {text!r}.")


def _having(cells: Iterable[Cell], member: str, value: str, known: Iterable[str]) -> list[Cell]:
    """Return the cells with that value; raise UnknownNameError, with the nearest of `known`, without any."""
    names = set(known)
    if value not in names:
        raise UnknownNameError(f"the matrix has no {member} {value!r} there.", hint=nearest(value, names))
    return [cell for cell in cells if getattr(cell, member, value) == value]


def _by_scenario(text: str, matrix: Matrix, report: Path) -> FoundCell:
    """Find the cell by a node id, which may be of any of its scenarios."""
    scenario, _, pair = text.partition("[")
    pair = pair.removesuffix("]")
    pairs = {cell.pair for cell in matrix.cells}
    if pair not in pairs:
        raise UnknownNameError(f"the matrix has no pairing {pair!r}.", hint=nearest(pair, pairs))
    features = {cell.scenario: (cell.suite, cell.feature) for cell in matrix.cells if cell.scenario}
    known = features | _journals_scenarios(report)
    name = next((each for each in known if scenario == each or scenario.endswith(f"/{each}")), "")
    if not name:
        raise UnknownNameError(f"the run has no scenario {scenario!r}.", hint=nearest(scenario, known))
    for cell in matrix.cells:
        if (cell.suite, cell.feature) == known[name] and cell.pair == pair:
            return FoundCell(cell=cell, matrix=matrix, report=report, scenario=name)
    raise UnknownNameError(f"the matrix has no cell for {text!r}.")


def _journals_scenarios(report: Path) -> dict[str, tuple[str, str]]:
    """Return suite and feature of each scenario that ran; the matrix names only the decisive ones."""
    try:
        journal = read_journal(report / "run.jsonl")
    except RecordError:
        return {}
    return {attempt.scenario: (attempt.suite, attempt.feature) for attempt in journal.attempts}
