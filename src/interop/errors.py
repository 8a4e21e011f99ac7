"""One class per mistake a user can make, and how each is said.

Stage by stage: load raises `ConfigError`, `UnknownNameError`, `RecordError`; plan raises
`UnknownNameError`; run raises `EngineError`, `ImageError`, `PeerError`, `DriverError`; every stage may
raise `InteropError` itself. A scenario or a driver raises `Unsupported`, which is a statement and no mistake.

What a message repeats is other people's text: `str(error)` shows it and lets none of it act. This module
knows nothing of pytest: the plugin turns these into usage errors, the command line into one line on standard
error.
"""

from __future__ import annotations

import difflib
import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LONGEST = 2_000
"""Characters of one text that is shown, unless it is said otherwise."""

LONGEST_NAME = 200
"""Characters of one name that is repeated where no quotation marks hold it together."""

LONGEST_LINE = 1_000
"""Characters of one line of a message. The longest names that a file may hold are a fifth of it."""

_LATIN_1 = 0xFF
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that steer a terminal or a reader's eye instead of showing something."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands; `line` counts from 1, 0 when it is not known."""

    file: Path | str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else str(self.file)


def raised_at(error: BaseException) -> Place | None:
    """Return where in a user's own file an exception came from; None when it was in none.

    The import machinery, Python's library and this package are passed over, and installed packages wherever
    there is another: what is to be mended is the line of the user's that led there.
    """
    if isinstance(error, SyntaxError) and error.filename and error.filename[0] != "<":
        return Place(error.filename, error.lineno or 0)
    places, frame = [], error.__traceback__
    while frame is not None:
        places.append(Place(frame.tb_frame.f_code.co_filename, frame.tb_lineno))
        frame = frame.tb_next
    packages = [place for place in places if _INSTALLED & set(Path(place.file).parts)]
    others = [
        place for place in places if place not in packages and not str(place.file).startswith(_NOT_THEIRS)
    ]
    return [None, *packages, *others][-1]


def cause(error: BaseException) -> str:
    """Return an exception in words: its kind, and what it says without the place of a mistake in syntax."""
    return f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}"


_NOT_THEIRS = ("<", str(Path(__file__).parent), str(Path(os.__file__).parent))
"""How the files of this package and of Python's own library begin, and what is in no file."""
_INSTALLED = {"site-packages", "dist-packages"}


class InteropError(Exception):
    """A mistake that the user can mend: what is wrong, where, and what to do next."""

    code = "interop"

    def __init__(self, what: str, *, where: Place | None = None, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{visible(str(self.where))}: " if self.where else ""
        hint = f" {_lines(self.hint)}" if self.hint else ""
        return f"{place}{_lines(self.what)}{hint}"


class ConfigError(InteropError):
    """A file that the user wrote does not say what its schema asks for."""

    code = "config"


class UnknownNameError(InteropError):
    """A suite, role, peer, version, feature or configuration that the catalogue does not have."""

    code = "unknown-name"


class RecordError(InteropError):
    """A journal or a matrix that cannot be read: truncated, tampered with, or of a newer schema."""

    code = "record"


class EngineError(InteropError):
    """No container engine answers, or it failed at something it was asked for."""

    code = "engine"


class ImageError(EngineError):
    """A peer's image could not be built or found."""

    code = "image"


class PeerError(EngineError):
    """A peer exited at start, or never became ready. `log` is the end of what it printed."""

    code = "peer"

    def __init__(self, what: str, *, log: str = "", where: Place | None = None, hint: str = "") -> None:
        super().__init__(what, where=where, hint=hint)
        self.log = log


class DriverError(InteropError):
    """A driver cannot be imported, lacks an operation, or answers in a shape its contract does not know."""

    code = "driver"


class Unsupported(Exception):  # noqa: N818 - a statement, not an error
    """One side states that it does not offer something.

    `side` is the role that says so (`client`, `server`, …) or empty when the driver itself says it;
    `statement` is what was said, and how: an advertised capability, a declared one, a driver's own word.
    """

    def __init__(self, statement: str, *, side: str = "") -> None:
        super().__init__(statement)
        self.statement = statement
        self.side = side


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint with the nearest known name, or with all of them when none is near."""
    names = sorted(known)
    begun = [each for each in names if len(name) > 2 and each.startswith(name)]  # noqa: PLR2004 - not just a letter
    close = begun if len(begun) == 1 else difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0]!r}?"
    return (
        f"Known: {', '.join(visible(each, LONGEST_NAME) for each in names)}." if names else "None is known."
    )


def visible(text: str, longest: int = LONGEST) -> str:
    r"""Return text on one line in which nothing acts: what is not plain to see is written as an escape.

    Control and format characters, direction overrides, surrogates and unassigned code points become `\x1b`,
    `\u202e` …; line ends and tabs become blanks. More than `longest` characters are cut, and counted.
    """
    cut = text[:longest]
    shown = " ".join(cut.split())
    if not shown.isprintable():
        shown = "".join(_show(character) for character in shown)
    more = len(text) - len(cut)
    return f"{shown}… ({more:,} more characters)" if more else shown


def _lines(text: str) -> str:
    """Return text with its lines and their indentation, each of them as `visible` shows it."""
    found = text.split("\n")
    return "\n".join(
        " " * min(len(line) - len(line.lstrip(" ")), 8) + visible(line, LONGEST_LINE) for line in found
    )


def _show(character: str) -> str:
    if unicodedata.category(character) not in _INVISIBLE:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code <= _LATIN_1 else f"\\u{code:04x}"
