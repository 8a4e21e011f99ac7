"""Two matrices compared."""

from __future__ import annotations

import dataclasses

import pytest

from interop.judge.diff import FAIL_ON, Kind, diff, failing
from interop.model.matrix import Cell, Verdict
from tests.unit.examples import broken, cell, large, matrix, untested


def kind(old: Cell | None, new: Cell | None) -> Kind | None:
    comparison = diff(matrix([old] if old else []), matrix([new] if new else []))
    return comparison.differences[0].kind if comparison.differences else None


BAD = broken("dot-stuffing", "postfix@3.10.13")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (cell(), BAD, Kind.REGRESSED),
        (cell(), cell(verdict=Verdict.DEGRADED), Kind.REGRESSED),
        (cell(), cell(verdict=Verdict.UNSUPPORTED), Kind.REGRESSED),
        (BAD, cell(), Kind.FIXED),
        (BAD, cell(verdict=Verdict.FLAKY), Kind.FIXED),
        (None, cell(), Kind.NEW),
        (untested("dot-stuffing", "postfix@3.10.13", "x"), cell(), Kind.NEW),
        (cell(), None, Kind.GONE),
        (cell(), cell(verdict=Verdict.ERROR), Kind.GONE),
        (BAD, broken("dot-stuffing", "postfix@3.10.13", signature="hang: other"), Kind.CHANGED),
        (BAD, cell(verdict=Verdict.UNSUPPORTED), Kind.CHANGED),
        (BAD, BAD, None),
        (cell(), cell(tested=1.0, duration=9.0), None),
    ],
)
def test_a_cell_is_compared_with_itself(old: Cell | None, new: Cell | None, expected: Kind | None) -> None:
    assert kind(old, new) is expected


def test_differences_stand_by_peer_with_both_exact_versions() -> None:
    old = matrix([cell(peer_version="3.10.13-1"), cell(peer="exim@4.96")])
    new = matrix(
        [broken("dot-stuffing", "postfix@3.10.13", peer_version="3.10.13-2"), cell(peer="exim@4.96")]
    )
    (group,) = diff(old, new).groups
    assert (group.peer_key, group.old_version, group.new_version) == (
        "postfix@3.10.13",
        "3.10.13-1",
        "3.10.13-2",
    )


def test_a_peer_that_was_updated_is_the_same_peer() -> None:
    old = matrix([cell(), cell("quit"), cell(peer="exim@4.96")])
    new = matrix(
        [broken("dot-stuffing", "postfix@3.10.14"), cell("quit", "postfix@3.10.14"), cell(peer="exim@4.96")]
    )
    comparison = diff(old, new)
    (group,) = comparison.groups
    assert (group.peer_key, group.old_version, group.new_version) == ("postfix@3.10.14", "3.10.13", "3.10.14")
    assert [each.kind for each in group.differences] == [Kind.REGRESSED]
    assert comparison.same == 2


def test_what_the_update_of_a_peer_leaves_untried_stands_with_that_peer() -> None:
    (group,) = diff(matrix([cell(), cell("quit")]), matrix([cell(peer="postfix@3.10.14")])).groups
    assert (group.peer_key, [each.kind for each in group.differences]) == ("postfix@3.10.14", [Kind.GONE])


@pytest.mark.parametrize(
    ("now", "kinds"),
    [
        pytest.param(["postfix@3.10.13", "postfix@3.10.14"], ["regressed", "new"], id="the old one is there"),
        pytest.param(["postfix@3.10.14", "postfix@3.11.0"], ["new", "new", "gone"], id="two in question"),
        pytest.param(["postfix@3.10.14+hardened"], ["new", "gone"], id="another configuration"),
        pytest.param(["exim@4.96"], ["new", "gone"], id="another peer"),
    ],
)
def test_a_peer_is_not_taken_for_another(now: list[str], kinds: list[str]) -> None:
    comparison = diff(matrix([cell()]), matrix([broken("dot-stuffing", peer) for peer in now]))
    assert [each.kind.value for each in comparison.differences] == kinds


def test_a_peer_of_another_release_is_another_peer() -> None:
    old = matrix([cell(peer="postfix@3.7.11")])
    bookworm = tuple(dataclasses.replace(party, release="bookworm") for party in old.parties)
    comparison = diff(dataclasses.replace(old, parties=bookworm), matrix([cell()]))
    assert [each.kind.value for each in comparison.differences] == ["new", "gone"]


def test_the_peer_with_the_gravest_difference_stands_first() -> None:
    old = matrix(
        [
            cell(peer="dead@1"),
            cell(peer="exim@4.96", verdict=Verdict.FLAKY),
            cell(),
            cell("quit", "exim@4.96"),
        ]
    )
    new = matrix([cell(peer="exim@4.96"), cell("quit", "exim@4.96"), cell(peer="young@1"), BAD])
    groups = diff(old, new).groups
    assert [(group.peer_key, group.differences[0].kind.value) for group in groups] == [
        ("postfix@3.10.13", "regressed"),
        ("exim@4.96", "fixed"),
        ("young@1", "new"),
        ("dead@1", "gone"),
    ]


def test_a_new_gap_stands_before_what_is_new_and_works() -> None:
    (group,) = diff(matrix([]), matrix([cell("quit"), BAD])).groups
    assert [each.cell.feature for each in group.differences] == ["dot-stuffing", "quit"]


def test_the_cells_of_two_products_with_one_peer_are_not_thrown_together() -> None:
    comparison = diff(matrix([]), matrix([cell(), cell(product="swaks")]))
    assert [group.product for group in comparison.groups] == ["smtplib", "swaks"]
    assert comparison.several_products


def test_of_several_product_versions_the_newest_counts() -> None:
    old = matrix([cell(), broken("dot-stuffing", "postfix@3.10.13", product_version="3.9.0")])
    assert diff(old, matrix([cell()])).same == 1


def test_fail_on_names_what_is_red() -> None:
    comparison = diff(matrix([cell()]), matrix([BAD, cell(peer="exim@4.96")]))
    assert len(failing(comparison, ["regressed"])) == 1
    assert len(failing(comparison, ["new"])) == 1
    assert failing(comparison, ["new-gap", "fixed", "gone", "changed"]) == ()
    assert len(failing(diff(matrix([]), matrix([BAD])), ["new-gap"])) == 1
    assert len(FAIL_ON) == 7


def test_large_matrices_are_compared() -> None:
    assert diff(large(10_000), large(10_000)).same == 10_000
