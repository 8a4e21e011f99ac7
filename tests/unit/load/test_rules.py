"""Rules and words fit together: whatever a table can decide, there is a sentence for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from interop.judge.rules import decide
from interop.load.rules import check_rules, check_words
from interop.model.finding import Answer, Shift, Status
from interop.model.suite import Impact

RULES, WORDS = check_rules(), check_words()
UNTESTED = {
    "implementation",
    "release",
    "never",
    "never-run",
    "between",
    "older",
    "newer",
    "configuration-untested",
    "product",
    "old",
}


def causes(status: str) -> set[str]:
    return {row["cause"] for table in ("cell", "several") for row in RULES[table] if row["status"] == status}


def test_every_cause_has_a_sentence_for_the_seller_and_one_for_the_customer() -> None:
    sheet = WORDS["sheet"]
    broken = {cause for status in RULES["broken"] for cause in causes(status)}
    assert broken == set(sheet["broken"]["seen"])
    assert causes("not-tested") | UNTESTED == set(sheet["untested"]["causes"])
    assert causes("works-with-condition") <= set(sheet["conditions"])
    every = set().union(*(causes(status) for status in RULES["statuses"])) | UNTESTED
    assert every == set(WORDS["causes"])


def test_every_word_of_the_model_has_its_words() -> None:
    assert set(WORDS["statuses"]) == set(WORDS["counted"]) == set(Status)
    assert set(WORDS["there"]) == {*Status, "seldom"}
    assert set(WORDS["answers"]) == set(Answer)
    assert set(RULES["answers"]) == set(RULES["exit_codes"]) == set(Answer)
    assert set(Shift) <= set(WORDS["change"])
    assert set(RULES["impacts"]) == set(WORDS["impacts"]) == set(Impact)


def test_whatever_is_said_of_a_sheet_or_a_system_has_its_words() -> None:
    sheet = WORDS["sheet"]
    told = {row["say"] for row in RULES["say"]}
    for texts in (
        sheet["answers"],
        sheet["sentences"],
        sheet["systems"]["results"],
        sheet["say"]["verdicts"],
    ):
        assert set(Answer) <= set(texts) <= set(Answer) | told


def test_what_is_likely_has_its_reason() -> None:
    named: set[str] = set()
    for row in RULES["likely"]:
        cause = row["when"]["cause"]
        named |= {cause} if isinstance(cause, str) else set(cause)
    assert named <= set(WORDS["likely"])


def test_no_table_calls_what_was_not_tested_working() -> None:
    for row in RULES["cell"]:
        if row["when"].get("age") == "old" or row["cause"] in UNTESTED:
            assert row["status"] == "not-tested"


def test_the_exit_codes_are_those_that_are_documented() -> None:
    assert RULES["exit_codes"] == {"go": 0, "go-with-conditions": 1, "no-go": 2, "test-first": 3}


def test_the_first_row_that_agrees_decides() -> None:
    table = [
        {"when": {"a": ["1", "2"], "b": "x"}, "so": 1},
        {"when": {"a": "2"}, "so": 2},
        {"when": {}, "so": 3},
    ]
    assert decide(table, {"a": "2", "b": "x"})["so"] == 1
    assert decide(table, {"a": "2", "b": "y"})["so"] == 2
    assert decide(table, {})["so"] == 3
    assert decide(table[:2], {}) == {}


def test_a_template_is_plain_text_with_names_in_braces() -> None:
    for text in texts(WORDS):
        assert not re.search(r"[{}]", re.sub(r"\{[a-z_]+\}", "", text)), text


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(inner)
