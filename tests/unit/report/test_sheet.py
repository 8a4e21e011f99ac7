"""The customer's sheet says neither more nor less than the evidence carries, in words that a customer has."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from interop.judge.check import check
from interop.load.rules import check_rules, check_words
from interop.load.stack import load_stack
from interop.model.attempt import Party
from interop.model.finding import Report
from interop.model.matrix import Cell, Tally, Verdict
from interop.model.suite import Impact
from interop.report import sheet_markdown
from interop.report.sheet import build
from interop.report.sheet_versions import range_in_words
from tests.unit.examples import STARTED, broken, cell, feature, matrix, parties, suite

RULES, WORDS = check_rules(), check_words()
LATER = STARTED + 10 * 86_400
FACTS = [suite([feature(), *(feature(each, impact=Impact.MODERATE) for each in ("reset", "quit", "dsn"))])]


def answered(cells: list[Cell], components: str, features: str = "dot-stuffing", **options: Any) -> Report:
    deployment = options.pop("deployment", "")
    head = "customer: Globex\nproduct: smtplib\n"
    text = f"{head}components: [{components}]\nfeatures: [{features}]\n{deployment}"
    found = matrix(cells, FACTS, **options)
    return check(load_stack(text), found, rules=RULES, now=LATER)


def markdown(report: Report) -> str:
    return sheet_markdown.render(report, RULES, WORDS)


def degraded(feature_id: str) -> Cell:
    return cell(feature_id, verdict=Verdict.DEGRADED, workaround="Greet again.", workaround_verified=True)


GOOD, BAD, SOFT = cell("quit"), broken("reset", "postfix@3.10.13"), degraded("dsn")


@pytest.mark.parametrize(
    ("cells", "headline", "said", "result"),
    [
        (
            [BAD],
            "Does not work as planned.",
            "cannot be used as planned. Does not work: Reset.",
            "does not work as planned",
        ),
        (
            [BAD, GOOD],
            "Usable in part.",
            "can be used, but not for everything. Does not work: Reset.",
            "usable in part",
        ),
        (
            [BAD, SOFT],
            "Usable in part, on conditions.",
            "can be used on the conditions below, but not for everything. Does not work: Reset.",
            "usable in part, on conditions",
        ),
        ([SOFT], "Ready, on conditions.", "can be used, on the conditions below.", "ready, on conditions"),
    ],
    ids=["nothing works", "something works", "something works on a condition", "everything works"],
)
def test_nothing_is_called_ready_that_does_not_work_however_little_it_weighs(
    cells: list[Cell], headline: str, said: str, result: str
) -> None:
    features = ", ".join(each.feature for each in cells)
    report = answered(cells, "Postfix 3.10.13", features)
    sheet = build(report, RULES, WORDS)
    assert (report.answer, sheet.headline) == ("go-with-conditions", headline)
    assert sheet.points == (f"Postfix 3.10.13: {said}",)
    assert sheet.systems[0][-1] == result
    below = {section.kind for section in sheet.sections}
    spoken = " ".join((sheet.sentence, *sheet.points))
    assert ("conditions below" in spoken) is ("conditions" in below)


def test_what_is_broken_is_not_passed_over_because_something_else_was_not_tested() -> None:
    sheet = build(answered([BAD], "Postfix 3.10.13", "reset, quit"), RULES, WORDS)
    told = "Postfix 3.10.13: some of it cannot be used as planned, and some was not tested."
    assert sheet.headline == "To be tested first."
    assert sheet.points == (f"{told} Does not work: Reset. Not tested: Quit.",)
    assert sheet.sentence.startswith("Some of what you asked for cannot be used as planned, and some was not")


def test_where_nothing_was_tested_it_is_not_called_some() -> None:
    sheet = build(answered([GOOD], "Haraka 3", "quit"), RULES, WORDS)
    assert sheet.sentence.startswith("None of what you asked for was tested")


TWICE = cell("dsn", attempts=Tally(passed=2, total=2))


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([GOOD], "named above; each was tried once."),
        ([GOOD, BAD, TWICE], "named above; 1 of 3 was tried once, the others more often."),
        ([GOOD, cell("reset"), TWICE], "named above; 2 of 3 were tried once, the others more often."),
        ([BAD, TWICE], "named above; each was tried more than once."),
    ],
)
def test_how_often_it_was_tried_is_said_of_all_results(cells: list[Cell], said: str) -> None:
    assert said in markdown(answered(cells, "Postfix 3.10.13", ", ".join(each.feature for each in cells)))


def test_a_condition_rests_on_tries_as_well() -> None:
    assert "each was tried once." in markdown(answered([GOOD], "Postfix", "quit"))


def test_where_nothing_was_tested_nothing_is_said_of_tests() -> None:
    text = markdown(answered([GOOD], "Haraka 3", "quit"))
    assert "None of what you asked for was tested as you plan it." in text
    assert "Each result" not in text
    assert "tried" not in text
    assert "we have tested nothing of what you asked for.\n" in text


DEPLOYMENT = (
    "deployment: {sites: 900, transactions_a_day: 9000, time_to_restart_a_site: 15 min,"
    " cost_of_an_hour_down: 450 EUR}\n"
)


@pytest.mark.parametrize(
    ("verdict", "passed", "total", "tried", "cost"),
    [
        (
            Verdict.FAILS,
            0,
            1,
            "It failed the one time we tried: 100 % (allowing for chance, 20.7 % to 100 %).",
            "About 1,000,000 EUR a day (210,000 to 1,000,000), if every",
        ),
        (
            Verdict.FAILS,
            0,
            3,
            "It failed each of the 3 times we tried: 100 % (allowing for chance, 43.8 % to 100 %).",
            "About 1,000,000 EUR a day (440,000 to 1,000,000), if every",
        ),
        (
            Verdict.FLAKY,
            57,
            60,
            "It failed 3 of the 60 times we tried: 5 % (allowing for chance, 1.71 % to 13.7 %).",
            "About 51,000 EUR a day (17,000 to 140,000), if every",
        ),
    ],
)
def test_a_sum_is_rounded_and_never_surer_than_its_tries(
    verdict: Verdict, passed: int, total: int, tried: str, cost: str
) -> None:
    bad = broken(
        "dot-stuffing", "postfix@3.10.13", verdict=verdict, attempts=Tally(passed=passed, total=total)
    )
    text = markdown(answered([bad], "Postfix 3.10.13", deployment=DEPLOYMENT))
    assert tried in text
    assert cost in text


def test_many_tries_have_their_thousands_apart() -> None:
    bad = broken(
        "dot-stuffing", "postfix@3.10.13", verdict=Verdict.FLAKY, attempts=Tally(passed=1000, total=2500)
    )
    text = markdown(answered([bad], "Postfix 3.10.13", deployment=DEPLOYMENT))
    assert "1,500 of 2,500 tries failed." in text
    assert "It failed 1,500 of the 2,500 times we tried: 60 %" in text


def test_both_ends_of_a_sum_are_left_out_where_they_read_the_same() -> None:
    """Where more fails than a day has room for, it costs the same whatever the rate."""
    bad = broken("dot-stuffing", "postfix@3.10.13")
    much = DEPLOYMENT.replace("9000,", "9000000,").replace("15 min", "10 h")
    text = markdown(answered([bad], "Postfix 3.10.13", deployment=much))
    assert "About 9,700,000 EUR a day, if every" in text
    assert "= about 22,000 site hours a day.\n" in text


HARD = "strict HELO, five errors"
BOTH = [BAD, cell("reset", "postfix@3.10.13+hardened")]


def with_titles(cells: list[Cell]) -> tuple[Party, ...]:
    return tuple(
        dataclasses.replace(each, configuration_title=HARD) if each.configuration == "hardened" else each
        for each in parties(cells)
    )


def test_a_configuration_is_named_with_what_it_is() -> None:
    text = markdown(answered(BOTH, "Postfix 3.10.13", "reset", parties=with_titles(BOTH)))
    assert f"Set Postfix up as in our configuration “hardened” ({HARD})." in text
    stated = markdown(answered(BOTH, "postfix@3.10.13+hardened", "reset", parties=with_titles(BOTH)))
    assert f"| Postfix | 3.10.13, “hardened” ({HARD}) | 3.10.13 | ready |" in stated


def test_a_configuration_of_which_nobody_wrote_what_it_is_has_its_name() -> None:
    text = markdown(answered(BOTH, "Postfix 3.10.13", "reset"))
    assert "Set Postfix up as in our configuration “hardened”.\n" in text


def test_nobody_is_told_to_leave_the_configuration_that_has_to_be() -> None:
    cells = [cell("reset"), broken("reset", "postfix@3.10.13+hardened")]
    report = answered(cells, "postfix@3.10.13+hardened", "reset")
    assert report.findings[0].ways == ()
    assert "We know of no way around it yet." in markdown(report)
    untried = answered([cell("reset")], "postfix@3.10.13+hardened", "reset")
    assert (untried.findings[0].cause, untried.findings[0].ways) == ("configuration-untested", ())
    assert "“default”" not in markdown(untried)


def test_the_full_sheet_leaves_nothing_out() -> None:
    names = [f"feature-{number}" for number in range(120)]
    facts = [suite([feature(each, title=f"{each} of a long name " * 3) for each in names])]
    peers = [f"postfix@3.{number}" for number in range(44)]
    cells = [broken(each, peer, reason=each) for each in names[:60] for peer in peers[:2]]
    cells += [cell(each, peer) for each in names[60:] for peer in peers]
    named = (f"{{name: at {each}, implementation: postfix, version: {each[8:]}}}" for each in peers)
    components = ", ".join(("Exim", *named))
    stack = f"customer: G\nproduct: smtplib\ncomponents: [{components}]\nfeatures: {names}\n"
    report = check(load_stack(stack), matrix(cells, facts), rules=RULES, now=LATER)
    short, full = (build(report, RULES, WORDS, full=full) for full in (False, True))
    assert short.systems_more
    assert any(section.more for section in short.sections)
    assert len(full.systems) == 45
    assert not full.systems_more
    assert not any(section.more for section in full.sections)
    text = sheet_markdown.render(report, RULES, WORDS, full=True)
    assert not re.search(r"and [\d,]+ more", text)
    assert all(f"{name} of a long name" in text for name in names)


def test_every_version_that_works_is_named_where_several_may_be_meant() -> None:
    cells = [cell("quit", f"postfix@{version}") for version in ("3.5.25", "3.7.11", "3.10.13")]
    assert "This works with 3.5.25, 3.7.11, which we tested." in markdown(
        answered(cells, "'Postfix >=3.5 <3.8'", "quit")
    )
    assert "which version of Postfix you run. This works with 3.5.25, 3.7.11, 3.10.13," in markdown(
        answered(cells, "Postfix", "quit")
    )


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (">=3.5 <3.8", "3.5 or newer and older than 3.8"),
        (">=3.7,<3.10.13", "3.7 or newer and older than 3.10.13"),
        ("!=4.96", "not 4.96"),
        ("==3.7.11", "3.7.11"),
        (">3 <=4", "newer than 3 and 4 or older"),
        ("3.7.11", "3.7.11"),
        ("3.*", "3.*"),
        ("", ""),
        (">", ">"),
        ("a>=3", "a>=3"),
    ],
)
def test_a_range_of_versions_is_said_in_words(spec: str, said: str) -> None:
    assert range_in_words(spec, WORDS) == said


def test_a_range_is_in_words_wherever_it_stands() -> None:
    text = markdown(answered([GOOD], "'Postfix >=3.5 <3.8'", "quit"))
    assert ">" not in text
    assert "- Postfix 3.5 or newer and older than 3.8: we have tested nothing of what you asked for." in text


def test_one_result_is_not_called_results() -> None:
    assert "which has 1 result.\n" in markdown(answered([GOOD], "Postfix 3.10.13", "quit"))
