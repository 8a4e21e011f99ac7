"""What the expectations sheet is made of: sections of entries, and lists that are kept short."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from interop.report.words import Words, fill

UNBOUNDED = 1_000_000_000
"""Room for a list of names that is to leave none out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that the customer is told: a headline, what it is about, and labelled sentences."""

    title: str
    about: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    """Label (may be empty) and sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Entries of one kind."""

    kind: str
    """`change`, `broken`, `conditions`, `untested`, `works`, `reckoning`, `outside`, `known`."""
    title: str
    intro: str = ""
    entries: tuple[Entry, ...] = ()
    more: str = ""


def joined(names: Iterable[str], words: Words, most: int, mark: str = ", ") -> str:
    """Return names with commas; those beyond `most` characters are counted."""
    every = list(dict.fromkeys(names))
    length, shown = 0, 0
    while shown < len(every) and (not shown or length + len(every[shown]) <= most):
        length += len(every[shown]) + 2
        shown += 1
    text = mark.join(every[:shown])
    return f"{text} {more(len(every) - shown, words)}" if shown < len(every) else text


def more(left: int, words: Words) -> str:
    """Say how many names or rows were left out; nothing when none was."""
    return fill(words["sheet"]["more"], {"n": f"{left:,}"}) if left > 0 else ""


def room(usual: int, most: int) -> int:
    """Return how long a list may be that is shorter than others, unless nothing is to be left out."""
    return most if most >= UNBOUNDED else usual


def more_entries(left: int, words: Words) -> str:
    """Say how many entries of a section were left out; nothing when none was."""
    return fill(words["sheet"]["more_entries"], {"n": f"{left:,}"}) if left > 0 else ""
