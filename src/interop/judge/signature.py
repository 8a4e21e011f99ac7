"""What names the same failure again in another run: the reason without ports, times, tokens and addresses.

A signature is readable text, so that a person can compare two of them. Knows nothing of verdicts.
"""

from __future__ import annotations

import re

LIMIT = 160
"""Characters. What tells two failures apart stands at their beginning."""

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\x1b\[[0-9;]*m"), ""),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"), "<address>"),
    (re.compile(r"\b0x[0-9a-f]+\b", re.IGNORECASE), "<hex>"),
    (re.compile(r"\b(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z])[a-z0-9]{10,}\b", re.IGNORECASE), "<token>"),
    (re.compile(r"(?<![\w.])\d+\.\d+(?= ?m?s\b)"), "<n>"),
    (re.compile(r"\b\d{5,}\b"), "<n>"),
    (re.compile(r"\s+"), " "),
)


def signature(outcome: str, reason: str) -> str:
    """Return `outcome: reason`, the reason's changing parts replaced, at most `LIMIT` characters.

    Reply codes and small numbers stay: they are what tells failures apart.
    """
    text = reason.strip().split("\n", 1)[0]
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return f"{outcome}: {text.strip()}"[:LIMIT]
