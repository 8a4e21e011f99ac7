"""The parser's complaints in the words of somebody who writes a file by hand, and what to do about each.

The checker in the browser says the same of the same mistakes (`report/assets/check/yaml.js`). Knows nothing
of what a file means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from interop.errors import ConfigError, Place

Sentence = tuple[str, str]
"""What is wrong, and what to do."""

BEHIND_KEY: Sentence = ("a list begins in this line, behind its key.", "Begin it on a line of its own.")
BEHIND_VALUE: Sentence = ("something stands here behind the value.", "Put all of it in quotation marks.")
MISFIT: Sentence = (
    "this line does not fit those before it.",
    "Look at its indentation, and for a colon that is missing.",
)
SECOND_COLON: Sentence = ("a second colon stands in this line.", "Put the value in quotation marks.")
TAB: Sentence = ("a tab indents this line.", "Use blanks.")
BRACKET: Sentence = ("a bracket is never closed.", "")
UNCLOSED: Sentence = ("a quotation mark is never closed.", "")
NO_KEY: Sentence = ("a key and a colon were expected here.", "")

_BEGUN = {UNCLOSED[0], BRACKET[0], NO_KEY[0]}
"""What is noticed later than it begins."""

_SENTENCES: dict[str, Sentence] = {
    "block sequence entries are not allowed": BEHIND_KEY,
    "did not find expected '-' indicator": MISFIT,
    "did not find expected <document start>": MISFIT,
    "could not find expected ':'": NO_KEY,
    # Some versions of libyaml have a limit of their own, which is far above `yaml.DEPTH_LIMIT`.
    "nesting depth": ("more than 50 levels deep.", ""),
    "unknown escape character": (
        "a backslash stands here that means nothing.",
        "Use single quotation marks.",
    ),
}
"""By a part of what libyaml says."""


def refusal(error: Any, text: str, file: Path | str) -> ConfigError:
    """Return what to tell of a `yaml.MarkedYAMLError`, with the line in which the mistake was made."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return ConfigError(f"not valid YAML: {error.problem}.", where=Place(file))
    rows = text.splitlines()
    row = rows[mark.line] if mark.line < len(rows) else ""
    what, hint = next(_sentences(error, row, mark.column, ended=mark.line >= len(rows)))
    begun = error.context_mark if what in _BEGUN and error.context_mark else mark
    return ConfigError(what, where=Place(file, min(begun.line + 1, len(rows))), hint=hint)


def _sentences(error: Any, row: str, column: int, *, ended: bool) -> Iterator[Sentence]:
    """Yield what fits, the likeliest first. `row` is the line, `ended` says that there is none any more."""
    problem, context = str(error.problem), str(error.context or "")
    before, here = row[:column], row[column : column + 1]
    if here == "\t" or "\t" in before[: len(before) - len(before.lstrip())]:
        yield TAB
    if problem.startswith("mapping values are not allowed"):
        yield SECOND_COLON if re.search(r":\s", before) else MISFIT
    if "quoted scalar" in context and "end of stream" in problem:
        yield UNCLOSED
    if "block scalar" in context:
        text = row[error.context_mark.column :].strip()
        yield f"a value does not begin with {text[:1]}.", f"Put it in quotation marks: '{text}'."
    if "parsing a flow" in context:
        yield BRACKET if ended else _in_brackets(problem)
    if "cannot start any token" in problem or "expected node content" in problem:
        yield f"a value does not begin with {here}.", "Put it in quotation marks."
    if "did not find expected key" in problem:
        yield BEHIND_VALUE if before.strip() else MISFIT
    yield from (sentence for part, sentence in _SENTENCES.items() if part in problem)
    yield f"not valid YAML: {problem}.", ""


def _in_brackets(problem: str) -> Sentence:
    wanted = re.search(r"',' or '([]}])'", problem)
    return (f"a comma or {wanted[1]} was expected here." if wanted else "a value was expected here."), ""
