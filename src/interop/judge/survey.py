"""A matrix's cells by pairing: gone through once, so that a question visits those alone that it is about.

Knows nothing of what is asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

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
    """A matrix, and its cells by pairing, both in the matrix's order."""

    matrix: Matrix
    pairings: Mapping[Pairing, Sequence[Cell]]

    @classmethod
    def of(cls, matrix: Matrix) -> Survey:
        """Go through a matrix."""
        found: dict[tuple[str, ...], list[Cell]] = defaultdict(list)
        for cell in matrix.cells:
            found[
                cell.product,
                cell.product_version,
                cell.peer,
                cell.peer_version,
                cell.configuration,
                cell.suite,
                cell.role,
            ].append(cell)
        return cls(matrix=matrix, pairings={Pairing(*each): cells for each, cells in found.items()})

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
        for pairing, cells in self.pairings.items():
            if pairing.suite in suites:
                yield from (cell for cell in cells if (cell.suite, cell.feature) in wanted)

    def pools(self, product: str, peers: Collection[str]) -> dict[tuple[str, str, str, str], list[Cell]]:
        """Return the product's cells with those peers, by peer, suite, feature and the product's role."""
        pools: dict[tuple[str, str, str, str], list[Cell]] = defaultdict(list)
        for each, cells in self.pairings.items():
            if each.product == product and each.peer in peers:
                for cell in cells:
                    pools[cell.peer, cell.suite, cell.feature, cell.role].append(cell)
        return pools
