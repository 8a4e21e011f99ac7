"""How near a word is to those that are known, and which one a slip of the pen was meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

SLIP = 0.8
"""From this likeness on (difflib's ratio) an unknown name is taken for a slip of the pen."""


def slip(word: str, known: Iterable[str]) -> str:
    """Return the known name of which a word is a slip of the pen: nearly the same, or two letters swapped."""
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=SLIP)
    return near[0] if near else next((each for each in sorted(names) if _swapped(word, each)), "")


def _swapped(word: str, other: str) -> bool:
    if len(word) != len(other) or word == other:
        return False
    at = next(at for at, letter in enumerate(word) if letter != other[at])
    return word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :] == other


def near_feature(name: str, known: Sequence[str]) -> str:
    """Return a hint that stays short however many names there are."""
    close = difflib.get_close_matches(name.replace(" ", "-"), known, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0]!r}?"
    shown = ", ".join(sorted(known)[:12])
    others = " and others" if len(known) > 12 else ""  # noqa: PLR2004 - a line's worth
    return f"Known: {shown}{others}; `interop stack new --matrix …` lists them."
