"""The expectations sheet as Markdown, for an e-mail or a ticket. Everything that is not ours is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from interop.judge.rules import Rules
from interop.model.finding import Report
from interop.report.sheet import Sheet, build
from interop.report.sheet_parts import Entry, Section
from interop.report.words import Words

_MARKS = re.compile(r"([\\`*_\[\]<>|#~&@!])")


def render(report: Report, rules: Rules, words: Words, *, full: bool = False) -> str:
    """Return the sheet."""
    return "\n".join(_sheet(build(report, rules, words, full=full))) + "\n"


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield f"# {_safe(sheet.title)}"
    yield ""
    yield " · ".join(_safe(date) for date in sheet.dates)
    yield ""
    yield f"**{_safe(sheet.headline)}** {_safe(sheet.sentence)}"
    yield ""
    for text in sheet.points:
        yield f"- {_safe(text)}"
    yield ""
    yield f"## {_safe(sheet.systems_title)}"
    yield ""
    yield _row(sheet.systems_head)
    yield _row("---" for _ in sheet.systems_head)
    for row in sheet.systems:
        yield _row(_safe(value) for value in row)
    if sheet.systems_more:
        yield ""
        yield _safe(sheet.systems_more)
    if sheet.table_head:
        yield from ("", f"## {_safe(sheet.table_title)}", "")
        yield _row(tuple(_safe(head) for head in sheet.table_head))
        yield _row(tuple("---" for _ in sheet.table_head))
        for cells in sheet.table:
            yield _row(tuple(_safe(word) for _, word in cells))
    for section in sheet.sections:
        yield ""
        yield from _section(section)


def _section(section: Section) -> Iterator[str]:
    yield f"## {_safe(section.title)}"
    yield ""
    if section.intro:
        yield _safe(section.intro)
        yield ""
    for entry in section.entries:
        yield from _entry(entry)
    if section.more:
        yield ""
        yield _safe(section.more)


def _entry(entry: Entry) -> Iterator[str]:
    if not entry.title:
        for _, text in entry.lines:
            yield _safe(text)
            yield ""
        return
    about = f" {_safe(entry.about)}" if entry.about else ""
    yield f"- **{_safe(entry.title)}**{about}"
    for label, text in entry.lines:
        yield f"  - {_safe(label)}: {_safe(text)}" if label else f"  - {_safe(text)}"


def _row(values: Iterator[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(values)} |"


def _safe(text: str) -> str:
    """Return text in which no character means anything to Markdown or HTML."""
    return _MARKS.sub(r"\\\1", text)
