"""Many runs as the parts of a site: a matrix page for one product in one suite, its newest version first.

Knows which page a cell stands on; nothing of how a page looks.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from interop.judge.history import together
from interop.judge.sections import Column, Section, sections
from interop.judge.summary import Headline, amount, headline
from interop.model.matrix import Cell, Matrix
from interop.model.versions import sort_key
from interop.report.site_data import link, sheet_ids
from interop.report.text import clip, visible

MOST_NAMED = 2
"""Products that a title names; it counts more of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table of a matrix page, and where it stands."""

    file: str
    id: str
    section: Section
    head: Headline
    current: bool
    """False for an older version of the product."""

    @property
    def address(self) -> str:
        """Where the table is."""
        return f"{self.file}{link('sheet', self.id)}"

    def row(self, feature: str) -> str:
        """Return where a feature's details are."""
        return f"{self.file}{link('row', self.id, visible(feature))}"

    def cell(self, cell: Cell) -> str:
        """Return where a cell's details are."""
        return f"{self.file}{link('cell', self.id, visible(cell.feature), visible(cell.peer_key))}"

    def peer(self, name: str) -> str:
        """Return where the table is with one peer's columns only."""
        return f"{self.address}&peer={quote(visible(name), safe='@+:')}"

    def columns_of(self, peer: str) -> tuple[Column, ...]:
        """Return a peer's columns."""
        return tuple(column for column in self.section.columns if column.peer == peer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One product in one suite."""

    file: str
    title: str
    product: str
    suite: str
    matrix: Matrix
    sheets: tuple[Sheet, ...]

    def newest_with(self, peer: str) -> tuple[Sheet, ...]:
        """Return, for each role, the table of the newest product version with which a peer was tested."""
        found: dict[str, Sheet] = {}
        for sheet in self.sheets:
            if any(column.key in sheet.section.tested for column in sheet.columns_of(peer)):
                found.setdefault(sheet.section.role, sheet)
        return tuple(found.values())


def parts(matrices: Sequence[Matrix]) -> tuple[Part, ...]:
    """Return the parts of all runs, each with the latest result of every cell, in the order of the cells."""
    names = dict.fromkeys((cell.product, cell.suite) for matrix in matrices for cell in matrix.cells)
    products = {product for product, _ in names}
    taken: set[str] = set()
    found = []
    for product, suite in names:
        words = ("matrix", product, suite) if len(products) > 1 else ("matrix", suite)
        file = file_name(words if len(names) > 1 else ("matrix",), taken)
        found.append(_part(matrices, product, suite, file))
    return tuple(found)


def named(found: Sequence[Part]) -> str:
    """Return the products of a site by name, or how many they are in their suites' words: `15 clients`."""
    products = dict.fromkeys(clip(visible(part.product), 60) for part in found)
    if len(products) <= MOST_NAMED:
        return " and ".join(products) or "nothing yet"
    roles: dict[str, set[str]] = {}
    for part in found:
        for sheet in part.sheets:
            roles.setdefault(sheet.section.role, set()).add(part.product)
    if len(roles) > MOST_NAMED:
        return amount(len(products), "implementation")
    return " and ".join(amount(len(each), visible(role, 60)) for role, each in roles.items())


def file_name(words: Iterable[str], taken: set[str]) -> str:
    """Return a page's name that no other page has, whatever the words are; `taken` grows by it."""
    plain = (re.sub(r"[^a-z0-9]+", "-", word.casefold())[:60].strip("-") for word in words)
    stem = "-".join(filter(None, plain))
    file = f"{stem}.html"
    number = 1
    while file in taken:
        number += 1
        file = f"{stem}-{number}.html"
    taken.add(file)
    return file


def _part(matrices: Iterable[Matrix], product: str, suite: str, file: str) -> Part:
    runs = []
    for matrix in matrices:
        cells = tuple(cell for cell in matrix.cells if (cell.product, cell.suite) == (product, suite))
        if cells:
            runs.append(dataclasses.replace(matrix, cells=cells))
    matrix = together(runs)
    facts = next(each for each in matrix.suites if each.name == suite)
    scheme = next((party.version_scheme for party in matrix.parties if party.name == product), "debian")
    cells = _newest_first(matrix.cells, scheme)
    # A run of many products names them all: this is the page of one.
    run = dataclasses.replace(matrix.run, product=product, product_version=cells[0].product_version)
    matrix = dataclasses.replace(
        matrix,
        run=run,
        suites=(facts,),
        parties=tuple(party for party in matrix.parties if party.suite == suite),
        cells=cells,
    )
    shown = sections(matrix)
    return Part(
        file=file,
        title=f"{product} · {facts.title}",
        product=product,
        suite=suite,
        matrix=matrix,
        sheets=tuple(_sheets(file, shown)),
    )


def _newest_first(cells: Collection[Cell], scheme: str) -> tuple[Cell, ...]:
    versions = sorted({cell.product_version for cell in cells})
    versions.sort(key=lambda version: sort_key(version, scheme), reverse=True)
    return tuple(sorted(cells, key=lambda cell: versions.index(cell.product_version)))


def _sheets(file: str, shown: Sequence[Section]) -> Iterable[Sheet]:
    newest: dict[str, Section] = {}
    for identifier, section in zip(sheet_ids(shown), shown, strict=True):
        current = newest.setdefault(section.role, section) is section
        yield Sheet(file=file, id=identifier, section=section, head=headline(section), current=current)
