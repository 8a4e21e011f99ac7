from __future__ import annotations

import pytest

from interop.judge.sections import sections
from interop.judge.summary import Headline, amount, by_reason, gaps, headline, plural
from interop.model.matrix import Blame, Cell, Known, Matrix, Verdict
from interop.model.suite import Impact, Level
from tests.unit import examples
from tests.unit.examples import broken, cell, feature, matrix, suite, untested


def answer(found: Matrix) -> Headline:
    (section,) = sections(found)
    return headline(section)


def sentence(*cells: Cell, impact: Impact = Impact.SERIOUS, level: Level = Level.MUST) -> str:
    features = [feature(i, impact=impact, level=level) for i in dict.fromkeys(each.feature for each in cells)]
    return answer(matrix(cells, [suite(features)])).sentence()


def test_the_answer_to_a_real_run_reads_as_a_sentence() -> None:
    found = answer(examples.smtp())
    assert found.subject == "smtplib 3.11.7 · SMTP client"
    assert found.sentence() == (
        "27 of 35 features work with all 13 servers, 3 more wherever tried; "
        "4 gaps (3 serious, 1 minor), 1 of them known; 1 unsupported by some servers; "
        "1 test ended in an error"
    )


def test_every_feature_is_counted_once() -> None:
    found = answer(examples.smtp())
    assert found.features == 35 == sum(found.standings.values())


def test_peers_are_counted_apart_from_their_configurations() -> None:
    text = answer(examples.healthy()).sentence()
    assert text == "all 4 features work with all 3 servers (4 configurations); no gaps"


def test_one_peer_is_called_by_its_name() -> None:
    assert sentence(cell()) == "the one feature works with Postfix 3.10.13; no gaps"
    assert sentence(cell(), cell("b"), cell(peer="postfix@3.10.13+hardened")).startswith(
        "1 of 2 features works with Postfix 3.10.13 (2 configurations), 1 more wherever tried"
    )


def test_two_peers_are_both() -> None:
    assert "work with both servers" in sentence(
        cell("a"), cell("b"), cell("a", "exim@4.98.2"), cell("b", "exim@4.98.2")
    )


def test_nothing_tested_claims_nothing() -> None:
    text = sentence(untested("a", "postfix@3.10.13", "no image"), untested("b", "exim@4.98.2", "no image"))
    assert text == "nothing was tested: 2 features, 2 servers"


def test_peers_and_features_that_were_not_tested_are_told() -> None:
    text = sentence(
        cell("a"), untested("b", "postfix@3.10.13", "no"), untested("a", "exim@4.98.2", "no image")
    )
    assert (
        text
        == "1 of 2 features works with Postfix 3.10.13; no gaps; 1 feature not tested; 1 server not tested"
    )


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ([Known.NONE], "1 critical gap"),
        ([Known.KNOWN], "1 critical gap, known"),
        ([Known.EXPIRED], "1 critical gap"),
        ([Known.CHANGED], "1 critical gap"),
        ([Known.KNOWN, Known.KNOWN], "2 critical gaps, all known"),
        ([Known.KNOWN, Known.NONE], "2 critical gaps, 1 of them known"),
    ],
)
def test_gaps_that_are_declared_are_told_apart_from_new_ones(known: list[Known], expected: str) -> None:
    cells = [broken(f"f{number}", "postfix@3.10.13", known=each) for number, each in enumerate(known)]
    assert expected in sentence(*cells, impact=Impact.CRITICAL).split("; ")


def test_a_declared_gap_that_works_is_told() -> None:
    assert "1 cell declared as a gap, and working now" in sentence(cell(known=Known.FIXED))


def test_a_gap_has_all_its_peers_and_each_cause_once() -> None:
    (section,) = sections(
        matrix(
            [
                broken("a", "exim@4.96"),
                broken("a", "exim@4.98.2"),
                broken("a", "postfix@3.10.13", Blame.PEER),
                cell("a", "sendmail@8.18.1"),
            ]
        )
    )
    (gap,) = gaps(section)
    assert [[each.peer_key for each in cause.cells] for cause in gap.causes] == [
        ["exim@4.96", "exim@4.98.2"],
        ["postfix@3.10.13"],
    ]
    assert len(gap.cells) == 3


def test_failures_of_different_signature_are_different_causes() -> None:
    (section,) = sections(
        matrix([broken("a", "exim@4.96", signature="one"), broken("a", "exim@4.98.2", signature="two")])
    )
    assert len(gaps(section)[0].causes) == 2


def test_without_a_signature_the_peers_own_name_makes_no_difference() -> None:
    cells = [broken("a", peer, signature="", reason=f"{peer} fails") for peer in ("exim@4.96", "exim@4.98.2")]
    (section,) = sections(matrix(cells))
    assert len(gaps(section)[0].causes) == 1


def test_gaps_stand_new_before_known_and_then_by_impact() -> None:
    (section,) = sections(examples.smtp())
    assert [gap.feature.id for gap in gaps(section)] == ["rset", "smtputf8", "many-messages", "long-lines"]


def test_a_gap_is_known_only_when_all_its_cells_are() -> None:
    (section,) = sections(examples.with_gaps())
    known = {gap.feature.id: gap.known for gap in gaps(section)}
    assert known["dot-stuffing"] is False


def test_the_reason_with_most_cells_comes_first() -> None:
    (section,) = sections(
        matrix(
            [
                untested("a", "exim@4.96", "x"),
                untested("b", "exim@4.96", "y"),
                untested("c", "exim@4.96", "y"),
            ]
        )
    )
    assert [(reason, len(cells)) for reason, cells in by_reason(section, Verdict.UNTESTED)] == [
        ("y", 2),
        ("x", 1),
    ]


@pytest.mark.parametrize(
    ("noun", "expected"), [("server", "servers"), ("secondary", "secondaries"), ("relay", "relays")]
)
def test_roles_have_plurals(noun: str, expected: str) -> None:
    assert plural(noun) == expected
    assert amount(1, noun) == f"1 {noun}"
    assert amount(1234, noun) == f"1,234 {expected}"
