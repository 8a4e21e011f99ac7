"""The example with which `docs/presales.md` begins is answered as it says."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from interop.judge.check import check
from interop.load.rules import check_rules, check_words
from interop.load.stack import load_stack
from interop.report import findings_text
from tests.unit.stack_examples import NOW, catalog, matrix

PAGE = (Path(__file__).parents[2] / "docs" / "presales.md").read_text(encoding="utf-8")


def test_the_first_example_is_answered_as_the_page_says() -> None:
    blocks = re.findall(r"(?ms)^   ```(?:yaml)?\n(.*?)^   ```$", PAGE)
    stack, _, shown, *_ = (textwrap.dedent(block) for block in blocks)
    report = check(
        load_stack(stack), matrix(), rules=check_rules(), now=NOW, catalog=catalog().implementations
    )
    assert findings_text.render(report, check_words()).startswith(shown)
