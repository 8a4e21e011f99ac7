"""Words and measures that all text reports share: hostile text made visible, widths, numbers, sentences.

Knows nothing of any report's layout.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime

from interop import errors
from interop.judge.sections import Column, Section
from interop.judge.summary import Cause
from interop.model.attempt import Limit
from interop.model.matrix import Blame, Cell, Known, Matrix, Verdict

LONGEST = errors.LONGEST
visible = errors.visible
"""See there: messages need it too, and stand below everything else."""

_PRECISE = 1_000
"""From here on, what is behind the decimal point says nothing."""

_TEN_MINUTES = 600

_BYTES = frozenset({"b", "byte", "bytes", "octet", "octets"})
_FAULT = {
    Blame.PRODUCT: "{product} is at fault",
    Blame.PEER: "{peer} is at fault",
    Blame.BOTH: "both sides are at fault",
    Blame.SPECIFICATION: "both sides keep to the specification",
    Blame.ENVIRONMENT: "the environment is at fault",
    Blame.UNDETERMINED: "whose fault it is could not be determined",
}

_STANDING = {
    Known.KNOWN: "known: {}",
    Known.CHANGED: "not the gap that is declared here; look at it anew: {}",
    Known.FIXED: "declared as a gap, and works now; remove the expectation: {}",
    Known.EXPIRED: "known, but its review date has passed; review it: {}",
}


def lines(text: str, longest: int = 300, most: int = 8) -> list[str]:
    """Return the lines of a text that have something on them, each as `visible` shows it.

    Of more than `most` lines the last one stays: in a reason, it says whose fault it is.
    """
    found = [line for line in text.splitlines() if line.strip()]
    if len(found) > most:
        found = [*found[: most - 2], f"… ({len(found) - most + 1:,} more lines)", found[-1]]
    return [visible(line, longest) for line in found]


def measure(text: str) -> int:
    """Return how many columns of a terminal the text takes: wide characters two, combining ones none."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def clip(text: str, width: int, ellipsis: str = "…") -> str:
    """Return the text cut to `width` columns, with an ellipsis where something is missing."""
    if measure(text) <= width:
        return text
    room = width - measure(ellipsis)
    kept = ""
    for character in text:
        room -= _columns(character)
        if room < 0:
            break
        kept += character
    return f"{kept.rstrip()}{ellipsis}"[: max(width, 0)]


def pad(text: str, width: int) -> str:
    """Return the text with blanks behind it up to `width` columns."""
    return text + " " * (width - measure(text))


def centre(text: str, width: int) -> str:
    """Return the text with blanks on both sides up to `width` columns."""
    spare = width - measure(text)
    return " " * (spare // 2) + text + " " * (spare - spare // 2)


def wrap(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Break text into lines of at most `width` columns; `first` and `rest` stand before the lines.

    A word that is longer than a line is cut into pieces.
    """
    out = [first]
    empty = True
    for word in text.split():
        left = word
        if not empty and measure(out[-1]) + 1 + measure(left) > width:
            out.append(rest)
            empty = True
        while empty and measure(out[-1]) + measure(left) > width:
            piece = clip(left, max(width - measure(out[-1]), 2), "")
            out[-1] += piece
            out.append(rest)
            left = left[len(piece) :]
        out[-1] += left if empty else f" {left}"
        empty = False
    return out


def number(limit: Limit) -> str:
    """Return a limit with its unit, shortened: `2 MiB`, `≥ 10.24 MB`, `998 B`, `100 recipients`."""
    sign = "≥ " if limit.at_least else ""
    unit = visible(limit.unit, 24)
    if not math.isfinite(limit.value):
        return f"{sign}{limit.value} {unit}".rstrip()
    if unit.lower() in _BYTES:
        return f"{sign}{_size(limit.value)}"
    whole = limit.value == int(limit.value) or abs(limit.value) >= _PRECISE
    value = f"{limit.value:,.0f}" if whole else f"{limit.value:.4g}"
    return f"{sign}{value} {unit}".rstrip()


def moment(seconds: float) -> str:
    """Return seconds since the epoch as `2026-09-21 14:13 UTC`."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


def lasted(matrix: Matrix) -> str:
    """Return how long the run took, `94 s` or `12 min`; that it was cut short when it was."""
    if matrix.interrupted or not matrix.finished:
        return "interrupted before its end"
    seconds = matrix.finished - matrix.run.started
    return f"{seconds:.0f} s" if seconds < _TEN_MINUTES else f"{seconds / 60:.0f} min"


def named(section: Section, cells: Iterable[Cell], most: int = 12) -> str:
    """Return the peers of those cells, `Exim 4.96, 4.98.2; Postfix 3.10.13`; beyond `most` a number."""
    columns = section.columns_of(cells)
    if len(columns) > 1 and len(columns) == len(section.columns):
        return f"every {section.peer_role}"
    by_title: dict[str, list[Column]] = {}
    for column in columns[:most]:
        by_title.setdefault(column.title, []).append(column)
    text = "; ".join(
        f"{visible(title, 60)} {', '.join(visible(column.label, 60) for column in found)}"
        for title, found in by_title.items()
    )
    more = len(columns) - most
    return f"{text} and {more} more" if more > 0 else text


def ruling(cause: Cause) -> str:
    """Return the verdict of a cause and whose fault it is: `fails (crash); smtplib is at fault (certain)`."""
    cell = cause.first
    how = {Verdict.FLAKY: f"{cell.attempts.passed} of {cell.attempts.total} attempts passed"}.get(
        cell.verdict, "" if cell.outcome in {"", "failed", "unsupported"} else cell.outcome
    )
    text = cell.verdict.value + (f" ({visible(how, 60)})" if how else "")
    if cell.blame is Blame.NONE:
        return text
    fault = _FAULT[cell.blame].format(product=visible(cell.product, 60), peer=visible(cell.peer, 60))
    return f"{text}; {fault}" + (f" ({visible(cell.confidence, 20)})" if cell.confidence else "")


def because(cause: Cause) -> list[str]:
    """Return the lines of a cause's reason."""
    return lines(cause.reason)


def standing(cell: Cell) -> str:
    """Return how the cell stands to the declared expectations; nothing when none is declared."""
    if cell.known is Known.NONE:
        return ""
    return _STANDING[cell.known].format(visible(cell.expectation, 400) or "no reason is given")


def workaround(cell: Cell, text: str = "") -> str:
    """Return what helps, and whether that was verified; `text` is the feature's own advice."""
    advice = visible(cell.workaround or text, 600)
    if not advice:
        return ""
    verified = {True: " (verified)", False: " (tried: it does not help)", None: ""}[cell.workaround_verified]
    return f"{advice}{verified}"


def repeat(cell: Cell) -> str:
    """Return the command that runs this one cell again; nothing when it has no scenario."""
    if not cell.scenario:
        return ""
    node = visible(f"{cell.scenario}[{cell.pair}]", 400)
    quoted = "".join(f"\\{character}" if character in '"\\$`' else character for character in node)
    return f'pytest --interop "{quoted}"'


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _size(value: float) -> str:
    """Return a size in the units in which it is shortest: 2,097,152 is `2 MiB`, 10,240,000 is `10.24 MB`."""
    for power, binary, decimal in ((3, "GiB", "GB"), (2, "MiB", "MB"), (1, "KiB", "kB")):
        if value >= 1024**power and value % (1024**power / 4) == 0:
            return f"{value / 1024**power:g} {binary}"
        if value >= 1000**power and (value % 1000 == 0 or power > 1):
            return f"{value / 1000**power:.4g} {decimal}"
    return f"{value:,.0f} B"
