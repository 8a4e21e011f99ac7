from __future__ import annotations

import dataclasses

import msgspec
import pytest

from interop.judge.sections import NOT_IN_RUN, Section, Standing, sections
from interop.model.matrix import Cell, Verdict
from interop.model.suite import Level
from tests.unit import examples
from tests.unit.examples import broken, cell, feature, matrix, suite, untested


def only(*cells: Cell, level: Level = Level.MUST) -> Section:
    features = [feature(i, level=level) for i in dict.fromkeys(each.feature for each in cells)]
    (section,) = sections(matrix(cells, [suite(features)]))
    return section


def standing(*cells: Cell, level: Level = Level.MUST) -> Standing:
    return only(*cells, level=level).rows[0].standing


def test_columns_stand_by_name_then_version_then_configuration() -> None:
    keys = ["postfix@3.10.13+hardened", "postfix@3.10.13", "exim@4.98.2", "postfix@3.7.11"]
    section = only(*(cell(peer=key) for key in keys))
    assert [each.key for each in section.columns] == [
        "exim@4.98.2",
        "postfix@3.7.11",
        "postfix@3.10.13",
        "postfix@3.10.13+hardened",
    ]
    assert [each.peer_key for each in section.rows[0].cells] == [each.key for each in section.columns]


def test_the_default_configuration_comes_first_whatever_the_others_are_called() -> None:
    section = only(cell(peer="postfix@3.10.13+ancient"), cell(peer="postfix@3.10.13"))
    assert [each.label for each in section.columns] == ["3.10.13", "3.10.13+ancient"]


def test_a_product_of_the_same_name_in_the_other_role_is_not_taken_for_the_peer() -> None:
    found = matrix([cell(peer="aiosmtpd@1.4.6")])
    (_, peer) = found.parties
    product = dataclasses.replace(peer, role="client", version="9.9")
    (section,) = sections(dataclasses.replace(found, parties=(peer, product)))
    assert section.columns[0].exact == "1.4.6-1+deb13u1"


def test_a_column_tells_the_version_by_which_it_was_chosen_and_the_one_that_ran() -> None:
    (column,) = only(cell(peer="postfix@3.10.13")).columns
    assert (column.title, column.version, column.exact, column.release) == (
        "Postfix",
        "3.10.13",
        "3.10.13-1+deb13u1",
        "trixie",
    )


def test_a_peer_that_never_ran_has_a_column_all_the_same() -> None:
    section = only(cell(peer="postfix@3.10.13"), untested("dot-stuffing", "exim@4.98.2", "no image"))
    assert [(each.peer, each.exact) for each in section.columns] == [
        ("exim", "4.98.2"),
        ("postfix", "3.10.13-1+deb13u1"),
    ]
    assert section.tested == {"postfix@3.10.13"}


@pytest.mark.parametrize("verdict", [Verdict.WORKS, Verdict.DEGRADED])
def test_a_feature_works_everywhere_when_it_was_tried_everywhere(verdict: Verdict) -> None:
    assert standing(cell(), cell(peer="exim@4.98.2", verdict=verdict)) is Standing.EVERYWHERE


def test_a_feature_that_was_not_tried_with_a_tested_peer_does_not_work_everywhere() -> None:
    cells = (cell(), untested("dot-stuffing", "exim@4.98.2", "not offered"), cell("other", "exim@4.98.2"))
    assert standing(*cells) is Standing.WHERE_TRIED


def test_a_feature_that_ended_in_an_error_somewhere_does_not_work_everywhere() -> None:
    cells = (cell(), cell(peer="exim@4.98.2", verdict=Verdict.ERROR), cell("other", "exim@4.98.2"))
    assert standing(*cells) is Standing.WHERE_TRIED


def test_a_peer_that_was_never_tested_takes_nothing_from_the_others() -> None:
    assert standing(cell(), untested("dot-stuffing", "exim@4.98.2", "no image")) is Standing.EVERYWHERE


@pytest.mark.parametrize("verdict", [Verdict.UNTESTED, Verdict.ERROR])
def test_a_feature_that_was_tried_with_nobody_is_untested(verdict: Verdict) -> None:
    assert standing(cell(verdict=verdict)) is Standing.UNTESTED


@pytest.mark.parametrize("verdict", [Verdict.FAILS, Verdict.FLAKY])
def test_one_broken_cell_makes_a_gap_of_the_row(verdict: Verdict) -> None:
    broken_cell = broken("dot-stuffing", "exim@4.98.2", verdict=verdict)
    assert standing(cell(), broken_cell, level=Level.MAY) is Standing.GAP


@pytest.mark.parametrize(
    ("level", "expected"),
    [(Level.MUST, Standing.GAP), (Level.SHOULD, Standing.UNSUPPORTED), (Level.MAY, Standing.UNSUPPORTED)],
)
def test_what_is_unsupported_is_a_gap_only_where_the_specification_demands_it(
    level: Level, expected: Standing
) -> None:
    assert standing(cell(), cell(peer="exim@4.98.2", verdict=Verdict.UNSUPPORTED), level=level) is expected


def test_a_cell_that_no_run_filled_is_untested_and_never_blank() -> None:
    section = only(cell("one", "postfix@3.10.13"), cell("two", "exim@4.98.2"))
    first, second = section.rows
    assert [each.verdict for each in first.cells] == [Verdict.UNTESTED, Verdict.WORKS]
    assert second.cells[1].reason == NOT_IN_RUN


def test_themes_keep_the_order_of_the_suite() -> None:
    (section,) = sections(examples.with_gaps())
    assert [theme.title for theme in section.themes] == [
        "Delivery",
        "Transparency",
        "Limits",
        "Security",
        "Extensions",
    ]
    assert [row.feature.id for row in section.themes[3].rows] == ["starttls", "bare-lf"]


def test_each_product_version_and_role_has_a_section_of_its_own() -> None:
    old = msgspec.structs.replace(cell(), product_version="3.10.2")
    server = msgspec.structs.replace(cell(peer="swaks@1"), role="server")
    found = sections(matrix([old, cell(), server]))
    assert [(each.product_version, each.role, each.peer_role) for each in found] == [
        ("3.10.2", "client", "server"),
        ("3.11.7", "client", "server"),
        ("3.11.7", "server", "client"),
    ]


def test_a_suite_can_be_asked_for_alone() -> None:
    assert [each.role for each in sections(examples.two_suites(), "mqtt")] == ["publisher", "broker"]
