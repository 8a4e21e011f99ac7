"""What a terminal can show: glyphs and colours of the verdicts, and the text to fall back to.

Knows nothing of any layout.
"""

from __future__ import annotations

from dataclasses import dataclass

from interop.model.matrix import Verdict

GLYPHS = {
    Verdict.WORKS: "✓",
    Verdict.DEGRADED: "~",
    Verdict.FAILS: "✗",
    Verdict.UNSUPPORTED: "–",  # noqa: RUF001 - a dash that is wider than a hyphen
    Verdict.FLAKY: "?",
    Verdict.UNTESTED: "·",
    Verdict.ERROR: "!",
}

COLOURS = {
    Verdict.WORKS: "32",
    Verdict.DEGRADED: "33",
    Verdict.FAILS: "1;31",
    Verdict.UNSUPPORTED: "36",
    Verdict.FLAKY: "1;33",
    Verdict.UNTESTED: "2",
    Verdict.ERROR: "1;35",
}
"""Parameters of ECMA-48's SGR sequence."""

BOLD, DIM, KNOWN, NEW = "1", "2", "31", "1;31"

_ASCII = str.maketrans(
    {"✓": "+", "✗": "X", "–": "-", "·": ".", "…": "..", "≥": ">=", "│": "|", "─": "-"}  # noqa: RUF001 - likewise
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What the terminal can show."""

    width: int
    colour: bool = False
    unicode: bool = True

    def text(self, text: str) -> str:
        """Return text in the terminal's own characters; what it does not have is written as an escape."""
        if self.unicode:
            return text
        return text.translate(_ASCII).encode("ascii", "backslashreplace").decode()

    def paint(self, text: str, colour: str) -> str:
        """Return the text in a colour, when there are colours; no colour leaves it as it is."""
        return f"\x1b[{colour}m{text}\x1b[0m" if self.colour and colour and text.strip() else text
