"""What the customers of the example stacks are given: kept under fixtures/stacks/sheets, read as they would.

A change of words shows there as a difference. `INTEROP_WRITE_SHEETS=1 pytest` with this file writes them
anew; read them before they are kept.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from interop.judge.check import check
from interop.load.rules import check_rules, check_words
from interop.load.stack import read_stack
from interop.report import sheet_markdown
from tests.unit.stack_examples import NOW, STACKS, catalog, matrix

UPGRADE = {"Postfix": "Debian 13", "Exim": "Debian 13"}
CASES: list[tuple[Path, str, dict[str, str]]] = [(file, "", {}) for file in STACKS]
CASES += [(file, "-changed", UPGRADE) for file in STACKS if file.name.startswith("upgrade")]


@pytest.mark.parametrize(
    ("file", "suffix", "change"), CASES, ids=[f"{each[0].stem.partition('.')[0]}{each[1]}" for each in CASES]
)
def test_the_sheet_of_an_example_is_the_one_that_was_read(
    file: Path, suffix: str, change: dict[str, str]
) -> None:
    rules, words = check_rules(), check_words()
    known = catalog().implementations
    report = check(read_stack(file), matrix(), rules=rules, now=NOW, catalog=known, change=change)
    text = sheet_markdown.render(report, rules, words)
    # The matrix has a cell for every peer and feature that is shipped: their number is not what is read here.
    text = re.sub(r"which has [\d,]+ results", "which has many results", text)
    kept = file.parent / "sheets" / f"{file.name.partition('.')[0]}{suffix}.md"
    if os.environ.get("INTEROP_WRITE_SHEETS"):
        kept.write_text(text, encoding="utf-8")
    assert text == kept.read_text(encoding="utf-8")
