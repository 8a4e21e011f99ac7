"""The rules of `interop check` and the words that it answers in, as the data that they are.

`check_rules.json` decides, `check_words.json` speaks. Both are read by this program and by the checker in the
browser, so that neither can say what the other does not. Knows nothing of what the rules are about.
"""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import Any


@functools.cache
def check_rules() -> dict[str, Any]:
    """Return the decision tables: see docs/presales.md."""
    return _data("check_rules.json")


@functools.cache
def check_words() -> dict[str, Any]:
    """Return the sentences, with `{names}` in them that are filled in."""
    return _data("check_words.json")


def _data(name: str) -> dict[str, Any]:
    text = resources.files("interop.load").joinpath(name).read_text("utf-8")
    data: dict[str, Any] = json.loads(text)
    return data
