"""A check's answer in words: for those who sell, for the customer, for programs."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from interop.judge.check import check
from interop.load.rules import check_rules, check_words
from interop.load.stack import load_stack, read_stack
from interop.model.attempt import Limit
from interop.model.finding import Report
from interop.model.matrix import Blame, Matrix, Tally, Verdict
from interop.report import findings_json, findings_text, sheet_html, sheet_markdown
from interop.report.sheet import LINES, build
from tests.unit.examples import HOSTILE, STARTED, broken, cell, feature, hostile, matrix, suite, untested
from tests.unit.stack_examples import NOW, STACKS, catalog
from tests.unit.stack_examples import matrix as shipped

RULES, WORDS = check_rules(), check_words()
LATER = STARTED + 10 * 86_400
DEPLOYMENT = (
    "deployment: {sites: 900, transactions_a_day: 9000, time_to_restart_a_site: 15 min,"
    " cost_of_an_hour_down: 450 EUR}\n"
)
RENDERED: dict[str, Callable[[Report], str]] = {
    "text": lambda report: findings_text.render(report, WORDS),
    "json": lambda report: findings_json.render(report, RULES, WORDS),
    "markdown": lambda report: sheet_markdown.render(report, RULES, WORDS),
    "html": lambda report: sheet_html.render(report, RULES, WORDS),
}


def answered(found: Matrix, components: str, features: str = "dot-stuffing", **options: Any) -> Report:
    head = "customer: Globex\nproduct: smtplib\n"
    text = f"{head}components: [{components}]\nfeatures: [{features}]\n{DEPLOYMENT}"
    return check(load_stack(text), found, rules=RULES, now=LATER, **options)


def of_file(file: Path) -> Report:
    return check(read_stack(file), shipped(), rules=RULES, now=NOW, catalog=catalog().implementations)


def test_the_arithmetic_can_be_followed_by_hand() -> None:
    flaky = cell(verdict=Verdict.FLAKY, attempts=Tally(passed=57, total=60), outcome="hang")
    text = RENDERED["text"](answered(matrix([flaky]), "Postfix 3.10.13")).replace("\u00d7", "x")
    assert "Costs: 3 of 60 attempts failed: 5 % (95 % interval: 1.71 % to 13.7 %)" in text
    assert "9,000 transactions a day x 5 % = 450 failures a day (154.3 to 1,233)" in text
    assert "450 failures x 15 min to restart a site = 112.5 site hours a day (38.59 to 308.3)" in text
    assert "112.5 site hours x 450 EUR = 50,625 EUR a day (17,364 to 138,720)" in text
    assert "if every transaction uses it and every failure stops a site" in text


def test_what_is_likely_is_told_with_its_reason() -> None:
    cells = [cell(peer="postfix@3.7.11"), cell()]
    text = " ".join(RENDERED["text"](answered(matrix(cells), "Postfix 3.8.6")).split())
    assert "3.8.6 lies between 3.7.11 and 3.10.13, which were tested." in text
    assert "Nearest tested: Postfix 3.7.11, 1 minor version older. There it works." in text
    assert "Likely to work: 3.7.11 and 3.10.13, on either side, agree." in text
    assert "$ pytest --interop --interop-suite smtp --interop-peer postfix@3.8.6" in text


def test_one_command_tests_all_features_that_share_the_rest() -> None:
    cells = [
        cell(each, peer) for each in ("dot-stuffing", "starttls") for peer in ("exim@4.96", "exim@4.98.2")
    ]
    report = answered(matrix(cells), "Exim 4.97", "dot-stuffing, starttls")
    assert RENDERED["text"](report).count("$ pytest") == 1
    assert "--interop-feature dot-stuffing --interop-feature starttls\n" in RENDERED["text"](report)


@pytest.mark.parametrize("confidence", ["certain", "likely", "weak"])
@pytest.mark.parametrize("blame", [blame for blame in Blame if blame is not Blame.NONE])
def test_a_customer_hears_of_a_fault_only_when_it_is_certain(blame: Blame, confidence: str) -> None:
    bad = broken("dot-stuffing", "postfix@3.10.13", blame, confidence=confidence, reason="Postfix is bad")
    report = answered(matrix([bad]), "Postfix 3.10.13")
    for text in (RENDERED["html"](report), RENDERED["markdown"](report)):
        assert ("Postfix 3.10.13: other, independent programs failed" in text) is (
            blame is Blame.PEER and confidence == "certain"
        )
        assert ("smtplib 3.11.7: other, independent programs get it done" in text) is (
            blame is Blame.PRODUCT and confidence == "certain"
        )
        assert "Postfix is bad" not in text


def test_the_customer_is_not_shown_what_is_for_the_seller() -> None:
    cells = [cell(), untested("starttls", "postfix@3.10.13", "the peer offers no port `bare`")]
    report = answered(matrix(cells), "Postfix 3.10.13", "dot-stuffing, starttls")
    report = dataclasses.replace(report, notes=("a note",))
    for name in ("html", "markdown"):
        for secret in ("pytest", "a note", "the peer offers no port"):
            assert secret not in RENDERED[name](report)
    assert "a note" in RENDERED["text"](report)


def test_the_customer_s_own_names_are_used() -> None:
    report = answered(matrix([cell()]), "{name: till relay, implementation: Postfix, version: 3.10.13}")
    assert "till relay (Postfix 3.10.13)" in RENDERED["markdown"](report)


def test_the_page_asks_nothing_of_anybody() -> None:
    page = RENDERED["html"](of_file(STACKS[0]))
    assert "default-src 'none'" in page
    assert not re.search(r"<script|<link|<img|url\(|https?://|\son\w+=| style=", page)


@pytest.mark.parametrize("name", RENDERED)
@pytest.mark.parametrize("verdict", [Verdict.FAILS, Verdict.UNSUPPORTED, Verdict.UNTESTED, Verdict.DEGRADED])
def test_hostile_text_can_do_nothing(name: str, verdict: Verdict) -> None:
    found = hostile()
    cells = tuple(each for each in found.cells if each.verdict is verdict)
    stack = load_stack("customer: Globex\nproduct: x\ncomponents: [y]\nfeatures: [hostile]\n" + DEPLOYMENT)
    component = dataclasses.replace(
        stack.components[0], implementation=HOSTILE, name=HOSTILE, configuration=HOSTILE
    )
    planned = dataclasses.replace(stack, product=HOSTILE, customer=HOSTILE, components=(component,))
    report = check(planned, dataclasses.replace(found, cells=cells), rules=RULES, now=LATER)
    text = RENDERED[name](report)
    if name == "json":
        assert json.loads(text)["customer"] == HOSTILE
        return
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e\ud800-\udfff]", text)
    assert len(text) < 40_000
    if name == "html":
        assert "<script" not in text
    if name == "markdown":
        assert not re.search(r"(?<!\\)[<>`@\[\]]", text)
        assert all(line.replace("\\|", "").count("|") in {0, 3, 5} for line in text.splitlines())


def test_what_was_tried_in_vain_is_not_offered_to_the_customer() -> None:
    bad = broken("dot-stuffing", "postfix@3.10.13", workaround="Pray.", workaround_verified=False)
    report = answered(matrix([bad]), "Postfix 3.10.13")
    assert "Pray. This was tried, and does not help." in RENDERED["text"](report)
    assert "Pray" not in RENDERED["html"](report)
    assert "We know of no way around it yet." in RENDERED["html"](report)


def test_json_holds_every_finding_with_its_sentences() -> None:
    report = of_file(STACKS[0])
    value = json.loads(RENDERED["json"](report))
    assert len(value["findings"]) == len(report.findings)
    assert value["exit_code"] == RULES["exit_codes"][value["answer"]]
    assert all(finding["says"] for finding in value["findings"])


@pytest.mark.parametrize("file", STACKS, ids=lambda file: file.name)
@pytest.mark.parametrize("name", RENDERED)
def test_no_sentence_has_a_hole(file: Path, name: str) -> None:
    text = RENDERED[name](of_file(file))
    assert not re.search(
        r"\{\w+\}| {2}, |\(\)| \.| ,|“”", re.sub(r"<style>.*</style>", "", text, flags=re.DOTALL)
    )


def test_a_sheet_of_any_size_keeps_to_two_pages() -> None:
    gaps = [
        broken(f"feature-{number}", peer, workaround="Do this and that, as it was told before. " * 3)
        for number in range(60)
        for peer in ("postfix@3.7.11", "postfix@3.10.13", "exim@4.96")
    ]
    facts = [
        suite([feature(f"feature-{number}", title="A long name of a thing " * 4) for number in range(60)])
    ]
    features = ", ".join(f"feature-{number}" for number in range(60))
    report = answered(
        matrix(gaps, facts), "Postfix 3.7.11, {name: b, implementation: Postfix}, Exim 4.96", features
    )
    sheet = build(report, RULES, WORDS)
    assert sum(
        len(line) for section in sheet.sections for entry in section.entries for _, line in entry.lines
    ) < (LINES * 108)
    assert any(section.more for section in sheet.sections)


def test_a_change_stands_on_the_sheet() -> None:
    cells = [cell(peer="postfix@3.7.11"), broken("dot-stuffing", "postfix@3.10.13")]
    report = answered(matrix(cells), "Postfix 3.7.11", change={"postfix": "3.10.13"})
    assert "What it would break" in RENDERED["html"](report)
    assert "After the change (postfix 3.10.13): No-go. Before it: Go." in RENDERED["text"](report)


def test_where_nobody_says_how_many_sites_no_sum_is_given() -> None:
    bad = [broken("dot-stuffing", peer) for peer in ("postfix@3.10.13", "exim@4.96")]
    report = answered(matrix(bad), "Postfix 3.10.13, Exim 4.96")
    assert "nobody says how many of the 900 sites use Exim." in " ".join(RENDERED["text"](report).split())
    page = RENDERED["html"](report)
    assert "we do not know how many of your 900 sites use this system" in page
    assert "EUR" not in page


def test_what_is_not_offered_is_not_said_to_have_failed() -> None:
    found = cell(verdict=Verdict.UNSUPPORTED, reason="no SMTPUTF8")
    page = RENDERED["html"](answered(matrix([found]), "Postfix 3.10.13"))
    assert "One of the two does not offer it, so it was not tried." in page
    assert "You would notice" not in page


def test_advice_that_nobody_tested_gives_way_to_what_was_tested() -> None:
    cells = [broken("dot-stuffing", "postfix@3.7.11", workaround="Pray."), cell()]
    report = answered(matrix(cells), "Postfix 3.7.11")
    assert "3.10.13: tested, and it works." in RENDERED["text"](report).replace(" (Debian 13)", "")
    assert "Pray" not in RENDERED["html"](report)
    assert "Pray. Whether this helps was not tested." in RENDERED["text"](report)


def test_each_system_has_a_sentence_and_a_column_on_the_sheet() -> None:
    cells = [cell(each) for each in ("dot-stuffing", "starttls")]
    cells += [cell(peer="exim@4.96"), broken("starttls", "exim@4.96")]
    report = answered(matrix(cells), "Postfix 3.10.13, Exim 4.96", "dot-stuffing, starttls")
    found = build(report, RULES, WORDS)
    assert found.points[0].endswith("3.10.13: everything you asked for works.")
    assert "cannot be used as planned. Does not work: " in found.points[1]
    assert [[word for _, word in row[1:]] for row in found.table] == [["works", "works"], ["works", "no"]]
    assert "Not part of this test" in RENDERED["html"](report)


def test_a_table_that_is_too_large_gives_way_to_a_list() -> None:
    features = [f"feature-{number}" for number in range(30)]
    facts = [suite([feature(each) for each in features])]
    report = answered(
        matrix([cell(each) for each in features], facts), "Postfix 3.10.13", ", ".join(features)
    )
    sheet = build(report, RULES, WORDS)
    assert sheet.table == ()
    assert "works" in {section.kind for section in sheet.sections}


def test_the_text_begins_with_what_matters() -> None:
    cells = [broken("dot-stuffing", "postfix@3.7.11"), cell()]
    lines = RENDERED["text"](answered(matrix(cells), "Postfix 3.7.11, Haraka 3")).splitlines()
    assert lines[0].startswith("NOT KNOWN HERE: Haraka.")
    assert lines[1].startswith("NO-GO. Globex: smtplib")
    assert " ".join(lines[2:6]).count("First of all: ") == 1


def test_what_nobody_asked_for_is_for_the_seller_alone() -> None:
    cells = [cell(), broken("starttls", "postfix@3.10.13")]
    report = answered(matrix(cells), "Postfix 3.10.13")
    assert "NOT ASKED FOR, BUT KNOWN HERE" in RENDERED["text"](report)
    assert [each["feature"] for each in json.loads(RENDERED["json"](report))["unasked"]] == ["starttls"]
    for name in ("html", "markdown"):
        assert "starttls" not in RENDERED[name](report).lower()


def test_what_was_not_tried_so_far_says_how_far_it_was() -> None:
    far = cell(limits=(Limit(name="message", value=1.5, unit="MiB", at_least=True),))
    report = answered(matrix([far]), "Postfix 3.10.13", "dot-stuffing: 5 MB")
    assert "You need 5 MB. The most that we tried was 1.573 MB, and that passed." in RENDERED["html"](report)
    assert "Ask whoever keeps them for a test of 5 MB" in " ".join(RENDERED["text"](report).split())
