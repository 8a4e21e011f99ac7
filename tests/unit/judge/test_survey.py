from __future__ import annotations

import dataclasses

from interop.judge.survey import Survey
from tests.unit import examples


def test_cells_come_in_the_matrixs_order_whoever_met_whom() -> None:
    found = examples.with_gaps()
    mixed = dataclasses.replace(found, cells=found.cells[::2] + found.cells[1::2])
    product = mixed.cells[0].product
    peers = {cell.peer for cell in mixed.cells}
    pools = Survey.of(mixed).pools(product, peers)
    assert sum(map(len, pools.values())) == len([cell for cell in mixed.cells if cell.product == product])
    for (peer, suite, feature, role), cells in pools.items():
        assert cells == [
            cell
            for cell in mixed.cells
            if (cell.product, cell.peer, cell.suite, cell.feature, cell.role)
            == (product, peer, suite, feature, role)
        ]


def test_a_product_and_a_peer_are_known_in_the_versions_of_their_cells() -> None:
    found = Survey.of(examples.with_gaps())
    for product in found.products():
        cells = [cell for cell in found.matrix.cells if cell.product == product]
        assert found.product_versions(product) == {cell.product_version for cell in cells}
    peer = found.matrix.cells[0].peer
    assert found.peer_versions(peer) == {c.peer_version for c in found.matrix.cells if c.peer == peer}
