"""The expectations sheet: what a customer is told, in plain words, on two pages of A4.

Puts the sections in their order and cuts them to the room that there is; `sheet_html` and `sheet_markdown`
set them. Knows nothing of what they say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from interop.judge.rules import Rules
from interop.model.finding import Answer, Report
from interop.report.sheet_basis import known, outside, reckoning
from interop.report.sheet_parts import UNBOUNDED, Entry, Section, more, more_entries, room
from interop.report.sheet_sections import broken, change, conditions, untested, works
from interop.report.sheet_systems import points, rows, table, told
from interop.report.sheet_versions import in_words
from interop.report.text import visible
from interop.report.words import Words, day, fill, product_planned, written_day

LINES = 124
"""What two pages of A4 hold, in lines of `WIDTH` characters, with some to spare for the page break."""
WIDTH = 108
HEADING = 3
"""Lines that a section's title takes with the space around it."""
COLUMN = 16
"""Characters that the column of a system takes in the table of functions."""
ROOMS = ((1_000, 40), (400, 20), (180, 10))
"""Characters of a list of names, and rows of the table: the first with which all fits, else the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything on the sheet, in order."""

    title: str
    dates: tuple[str, ...]
    answer: Answer
    headline: str
    sentence: str
    points: tuple[str, ...]
    systems_title: str
    systems_head: tuple[str, ...]
    systems: tuple[tuple[str, ...], ...]
    systems_more: str
    table_title: str
    table_head: tuple[str, ...]
    """Empty where the table would be too large; then what works is listed."""
    table: tuple[tuple[tuple[str, str], ...], ...]
    """Of each cell the status and the word."""
    sections: tuple[Section, ...]


def build(report: Report, rules: Rules, words: Words, *, full: bool = False) -> Sheet:
    """Return the sheet for a report; nothing on it is only for those who sell.

    With `full` it leaves nothing out, however many pages that takes.
    """
    report = in_words(report, words)
    if full:
        return _build(report, rules, words, UNBOUNDED, UNBOUNDED)
    sheets = (_build(report, rules, words, names, rows) for names, rows in ROOMS)
    for sheet in sheets:
        if not sheet.systems_more and not any(section.more for section in sheet.sections):
            return sheet
    return sheet


def _build(report: Report, rules: Rules, words: Words, most: int, most_rows: int) -> Sheet:
    said = words["sheet"]
    customer = visible(report.stack.customer, 120)
    systems = rows(report, rules, words, most)
    shown = systems[:most_rows]
    spoken = points(report, rules, words, most)
    head, body = table(report, rules, words)
    taken = sum(_lines(text) for text in spoken) + HEADING
    taken += sum(max(_lines(row[0], 30), _lines(row[1], 30)) for row in shown) + len(shown) // 3
    if head:
        rest = WIDTH - COLUMN * (len(head) - 1)
        taken += HEADING + max(_lines(name, COLUMN) for name in head) + len(body) // 3
        taken += sum(_lines(row[0][1], rest) for row in body)
    sections = (
        change(report, words, most),
        broken(report, rules, words, most),
        conditions(report, words, most),
        untested(report, words, most),
        *(() if head else (works(report, words, most),)),
        reckoning(report, words, most),
        outside(report, words),
        known(report, words),
    )
    return Sheet(
        title=fill(said["title"], {"product": product_planned(report), "customer": customer}),
        dates=tuple(_dates(report, words)),
        answer=report.answer,
        headline=told(said["answers"], report.findings, rules),
        sentence=told(said["sentences"], report.findings, rules),
        points=spoken,
        systems_title=said["systems"]["title"],
        systems_head=tuple(said["systems"][column] for column in ("system", "planned", "tested", "result")),
        systems=tuple(shown),
        systems_more=more(len(systems) - len(shown), words),
        table_title=said["table"]["title"],
        table_head=head,
        table=body,
        sections=_fitted(sections, room(LINES, most) - 9 - taken, words),
    )


def _dates(report: Report, words: Words) -> Iterator[str]:
    said = words["sheet"]
    yield fill(said["prepared"], {"today": day(report.now, words)})
    if report.stack.go_live:
        yield fill(said["go_live"], {"day": written_day(report.stack.go_live, words)})
    if not report.tested_to:
        yield said["nothing_tested"]
        return
    first, last = day(report.tested_from, words), day(report.tested_to, words)
    yield fill(said["tested_once" if first == last else "tested"], {"from": first, "to": last})


def _fitted(sections: Iterable[Section], lines: int, words: Words) -> tuple[Section, ...]:
    """Return the sections without the entries that so many lines do not hold; what is left out is counted.

    The last entry of the longest section goes first; each keeps one, and a change is told whole.
    """
    kept = [(section, list(map(_height, section.entries))) for section in sections if section.entries]
    taken = sum(sum(heights) + HEADING + bool(section.intro) for section, heights in kept)
    half = {"broken": 0.5}  # what does not work may be twice as long as anything else
    weight = {section.kind: sum(heights) * half.get(section.kind, 1.0) for section, heights in kept}
    while taken > lines:
        shrinkable = [each for each in kept if len(each[1]) > 1 and each[0].kind != "change"]
        if not shrinkable:
            break
        longest, heights = max(shrinkable, key=lambda each: weight[each[0].kind])
        height = heights.pop()
        taken -= height
        weight[longest.kind] -= height * half.get(longest.kind, 1.0)
    return tuple(
        replace(
            section,
            entries=section.entries[: len(heights)],
            more=more_entries(len(section.entries) - len(heights), words),
        )
        for section, heights in kept
    )


def _height(entry: Entry) -> int:
    """Return how many lines an entry takes."""
    labelled = [text for label, text in entry.lines if label]
    if labelled:
        return _lines(f"{entry.title} {entry.about}") + sum(_lines(text, WIDTH - 20) for text in labelled) + 1
    return _lines(" ".join((entry.title, *(text for _, text in entry.lines)))) + 1


def _lines(text: str, width: int = WIDTH) -> int:
    return max(1, -(-len(text) // width))
