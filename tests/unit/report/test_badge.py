from __future__ import annotations

import json

import pytest

from interop.model.matrix import Cell, Known
from interop.model.suite import Impact
from interop.report import badge
from tests.unit import examples
from tests.unit.examples import broken, cell, feature, matrix, suite, untested


def color(*cells: Cell, impact: Impact = Impact.SERIOUS) -> str:
    features = [feature(each, impact=impact) for each in dict.fromkeys(one.feature for one in cells)]
    return str(json.loads(badge.render(matrix(cells, [suite(features)]), "smtp"))["color"])


def test_a_badge_is_what_shields_reads() -> None:
    assert json.loads(badge.render(examples.smtp(), "smtp")) == {
        "schemaVersion": 1,
        "label": "smtp interop",
        "message": "27/35 features · 13 servers",
        "color": "orange",
    }


def test_both_roles_of_a_product_are_in_one_badge() -> None:
    assert (
        json.loads(badge.render(examples.two_suites(), "mqtt"))["message"]
        == "1/2 features · 1 broker · 1 publisher"
    )


def test_a_suite_that_was_not_tested_says_so() -> None:
    for found in (examples.smtp(), matrix([untested("a", "exim@4.96", "no image")])):
        shown = json.loads(badge.render(found, "smtp" if found.cells[0].feature == "a" else "dns"))
        assert (shown["message"], shown["color"]) == ("not tested", "lightgrey")


@pytest.mark.parametrize(
    ("impact", "expected"),
    [
        (Impact.CRITICAL, "red"),
        (Impact.SERIOUS, "orange"),
        (Impact.MODERATE, "yellow"),
        (Impact.MINOR, "yellow"),
    ],
)
def test_the_colour_follows_the_worst_gap(impact: Impact, expected: str) -> None:
    assert color(broken("a", "exim@4.96"), cell("b", "exim@4.96"), impact=impact) == expected


def test_known_gaps_are_yellow() -> None:
    assert color(broken("a", "exim@4.96", known=Known.KNOWN), impact=Impact.CRITICAL) == "yellow"


def test_only_what_was_tried_everywhere_is_bright_green() -> None:
    assert color(cell("a")) == "brightgreen"
    assert color(cell("a"), untested("b", "postfix@3.10.13", "not offered")) == "green"


def test_hostile_names_do_no_harm() -> None:
    shown = json.loads(badge.render(examples.hostile(), "smtp"))
    assert all(str(value).isprintable() for value in shown.values())
