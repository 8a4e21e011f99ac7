from __future__ import annotations

import dataclasses

from interop.judge.ranking import ranked
from interop.judge.sections import sections
from interop.model.attempt import Party
from interop.model.matrix import Blame, Cell, Known, Matrix, Tally, Verdict
from interop.model.suite import Feature, Impact, Level
from interop.report import gaps
from tests.unit import examples


def matrix(features: list[Feature], cells: list[Cell]) -> Matrix:
    return examples.matrix(cells, [examples.suite(features)])


def broken(feature_id: str, peer: str, **changes: object) -> Cell:
    values: dict[str, object] = {
        "verdict": Verdict.FAILS,
        "blame": Blame.PEER,
        "reason": "lost\ncontrols fail too",
        "outcome": "failed",
    }
    return examples.cell(feature_id, peer, **(values | changes))


def test_a_crash_of_a_serious_feature_stands_above_a_minor_refusal() -> None:
    features = [
        examples.feature("minor", impact=Impact.MINOR, level=Level.MAY),
        examples.feature("crash", impact=Impact.SERIOUS),
        examples.feature("loss", impact=Impact.CRITICAL),
    ]
    cells = [broken("minor", "a@1"), broken("crash", "a@1", outcome="crash"), broken("loss", "a@1")]
    found = ranked(sections(matrix(features, cells)))
    assert [each.gap.feature.id for each in found] == ["loss", "crash", "minor"]


def test_more_implementations_weigh_more_and_a_declared_gap_comes_last() -> None:
    features = [examples.feature(name) for name in ("one", "two", "known")]
    cells = [
        broken("one", "a@1"),
        broken("two", "a@1"),
        broken("two", "b@1"),
        broken("known", "a@1", known=Known.KNOWN),
        broken("known", "b@1", known=Known.KNOWN),
        broken("known", "c@1", known=Known.KNOWN),
    ]
    found = ranked(sections(matrix(features, cells)))
    assert [each.gap.feature.id for each in found] == ["two", "one", "known"]


def test_the_versions_that_fail_and_those_that_work_are_told() -> None:
    cells = [broken("dots", "a@1.9"), broken("dots", "a@1.10"), examples.cell("dots", "a@2.0")]
    (found,) = ranked(sections(matrix([examples.feature("dots")], cells)))
    assert found.versions[0].endswith("fails in 1.9, 1.10; works in 2.0")


def test_the_page_of_a_hostile_matrix_has_none_of_its_markup() -> None:
    page = gaps.render(examples.hostile())
    assert "<script" not in page
    assert "\x1b" not in page


def test_a_flaky_gap_is_told_with_its_interval() -> None:
    cell = broken("dots", "a@1", verdict=Verdict.FLAKY, attempts=Tally(passed=2, total=3))
    page = gaps.render(matrix([examples.feature("dots")], [cell]))
    assert "passed 2 of 3 attempts (95 % interval 21% to 94%)" in page


def test_a_release_that_was_updated_is_told_by_what_runs() -> None:
    cells = [
        broken("quit", "exim@4.96", peer_version="4.98.2", tested=examples.STARTED),
        examples.cell("helo", "exim@4.96", peer_version="4.98.2"),
    ]
    found = matrix([examples.feature("quit"), examples.feature("helo")], cells)
    updated = Party(
        name="exim", role="server", suite="smtp", version="4.98.2-1", label="4.96", version_scheme="debian"
    )
    (gap,) = ranked(sections(dataclasses.replace(found, parties=(updated,))))
    assert gap.versions == ("exim: fails in 4.98.2; works in no version that was tested",)


def test_a_page_of_several_products_says_whose_each_gap_is() -> None:
    cells = [broken("quit", "exim@4.96", product=each) for each in ("swaks", "curl")]
    page = gaps.render(matrix([examples.feature("quit")], cells))
    assert "SMTP · swaks 3.11.7" in page
    assert "SMTP · curl 3.11.7" in page
