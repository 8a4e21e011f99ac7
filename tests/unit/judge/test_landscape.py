from __future__ import annotations

import msgspec

from interop.judge.landscape import Landscape, landscapes
from interop.judge.sections import sections
from interop.model.matrix import Blame, Cell, Verdict
from interop.model.suite import Impact
from tests.unit import examples
from tests.unit.examples import broken, cell, feature, untested


def by(product: str, cells: list[Cell]) -> list[Cell]:
    return [msgspec.structs.replace(each, product=product, product_key=f"{product}@1") for each in cells]


def landscape() -> Landscape:
    """Two clients with two servers: exim breaks `dots` for both, and beta breaks `size` with both."""
    alpha = [
        cell("dots", "postfix@3"),
        broken("dots", "exim@4", blame=Blame.PEER),
        cell("size", "postfix@3"),
        cell("size", "exim@4"),
        untested("late", "postfix@3", "no way to provoke it"),
        cell("late", "exim@4"),
    ]
    beta = [
        cell("dots", "postfix@3"),
        broken("dots", "exim@4", blame=Blame.PEER),
        broken("size", "postfix@3", blame=Blame.PRODUCT),
        broken("size", "exim@4", blame=Blame.PRODUCT),
    ]
    suite = examples.suite(
        [feature("dots", impact=Impact.CRITICAL), feature("size", impact=Impact.MINOR), feature("late")]
    )
    matrix = examples.matrix([*by("beta", beta), *by("alpha", alpha)], [suite])
    (found,) = landscapes(sections(matrix))
    return found


def test_the_product_that_works_best_stands_first() -> None:
    assert [section.product for section in landscape().sections] == ["alpha", "beta"]


def test_a_meeting_counts_what_works_of_what_was_tried_and_what_is_severe() -> None:
    found = landscape().meetings
    assert (found["alpha", "exim@4"].works, found["alpha", "exim@4"].tried) == (2, 3)
    assert (found["beta", "exim@4"].gaps, found["beta", "exim@4"].severe) == (2, 1)
    assert (found["alpha", "postfix@3"].gaps, found["alpha", "postfix@3"].share) == (0, 1.0)


def test_a_gap_is_a_peers_own_only_where_the_peer_is_at_fault() -> None:
    found = landscape()
    own = {column.key: found.own_gaps([column]) for column in found.columns}
    assert own == {"exim@4": 1, "postfix@3": 0}
    assert found.support["size", "postfix@3"].at_fault == 0


def test_what_nobody_tried_counts_neither_way() -> None:
    support = landscape().support["late", "postfix@3"]
    assert (support.tried, support.works) == (0, 0)
    assert support.verdicts[Verdict.UNTESTED] == 1


def test_each_role_of_each_suite_has_a_landscape_of_its_own() -> None:
    found = landscapes(sections(examples.two_suites()))
    assert len({(each.suite.name, each.role) for each in found}) == len(found) > 1
