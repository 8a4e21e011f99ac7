"""A matrix's cells by pairing: gone through once, so that a question visits those alone that it is about.

Knows nothing of what is asked.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from interop.errors import LONGEST_NAME, RecordError, visible
from interop.model.matrix import Cell, Matrix


class Pairing(NamedTuple):
    """Who met whom, in which versions and in which roles. `role` is the product's."""

    product: str
    product_version: str
    peer: str
    peer_version: str
    configuration: str
    suite: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A matrix, and where in it each pairing's cells stand."""

    matrix: Matrix
    pairings: Mapping[Pairing, Sequence[int]]

    @classmethod
    def of(cls, matrix: Matrix) -> Survey:
        """Go through a matrix."""
        found: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for number, cell in enumerate(matrix.cells):
            found[
                cell.product,
                cell.product_version,
                cell.peer,
                cell.peer_version,
                cell.configuration,
                cell.suite,
                cell.role,
            ].append(number)
        return cls(matrix=matrix, pairings={Pairing(*each): numbers for each, numbers in found.items()})

    def products(self) -> set[str]:
        """Return the names of all products."""
        return {each.product for each in self.pairings}

    def product_versions(self, product: str) -> set[str]:
        """Return the versions in which a product was tested."""
        return {each.product_version for each in self.pairings if each.product == product}

    def peer_versions(self, peer: str) -> set[str]:
        """Return the versions in which a peer was met."""
        return {each.peer_version for each in self.pairings if each.peer == peer}

    def features(self, wanted: Collection[tuple[str, str]]) -> Iterator[Cell]:
        """Yield the cells of some features, each given by its suite and its id."""
        suites = {suite for suite, _ in wanted}
        for cell in self._cells(lambda each: each.suite in suites):
            if (cell.suite, cell.feature) in wanted:
                yield cell

    def pools(self, product: str, peers: Collection[str]) -> dict[tuple[str, str, str, str], list[Cell]]:
        """Return the product's cells with those peers, by peer, suite, feature and the product's role.

        Raises RecordError for two results for one of these cells: which of them holds, nobody can say.
        """
        pools: dict[tuple[str, str, str, str], list[Cell]] = defaultdict(list)
        for cell in self._cells(lambda each: each.product == product and each.peer in peers):
            pools[cell.peer, cell.suite, cell.feature, cell.role].append(cell)
        for cells in pools.values():
            keys = [(c.product_version, c.product_key, c.peer_key, c.peer_version) for c in cells]
            if len(set(keys)) < len(keys):
                twice = next(cell for at, cell in enumerate(cells) if keys[at] in keys[:at])
                name = visible(f"{twice.suite}:{twice.feature}:{twice.peer_key}", LONGEST_NAME)
                what = f"the matrix has two results for {name}."
                raise RecordError(what, hint="No run writes this: take the matrix as the run wrote it.")
        return pools

    def _cells(self, wanted: Callable[[Pairing], bool]) -> Iterator[Cell]:
        """Yield the cells of some pairings, in the matrix's order."""
        chosen = (numbers for pairing, numbers in self.pairings.items() if wanted(pairing))
        for number in sorted(itertools.chain.from_iterable(chosen)):
            yield self.matrix.cells[number]
