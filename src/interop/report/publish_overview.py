"""The site's first page: the answer for each product and suite, and every implementation that was tested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from interop.judge.history import History
from interop.judge.landscape import Landscape
from interop.judge.sections import is_gap
from interop.judge.summary import amount
from interop.report import publish_suite
from interop.report.publish_page import CHECK, GAPS, HISTORY, NOTHING, cards, day, row, table
from interop.report.publish_parts import Part, Sheet
from interop.report.site_markup import answer_of, share, text
from interop.report.text import moment

_WAYS = (
    (CHECK, "Check a planned stack", "What will work at a customer's, before it is deployed."),
    (GAPS, "Gaps", "What does not work, the dearest first, with what helps."),
    (HISTORY, "History", "Since when something fails, and when it was last tested."),
)


def lead(found: Sequence[Part], wide: Sequence[Landscape], suites: Sequence[str]) -> str:
    """Return what stands under the heading: each current answer, a suite's where several share it."""
    tabs = (_suite(each, file, wide) for each, file in zip(wide, suites, strict=True))
    answers = (
        _answer(sheet, part)
        for part in found
        for sheet in part.sheets
        if sheet.current and not covered(sheet, wide)
    )
    return "".join((*tabs, *answers)) or '<div class="answer"><p>Nothing was tested.</p></div>'


def content(
    found: Sequence[Part], history: History, peers: Mapping[str, str], wide: Sequence[Landscape]
) -> str:
    """Return the rest of the page. `peers` has the page of every implementation."""
    return (
        f"{cards('Find out', _WAYS)}{_implementations(found, history, peers, wide)}"
        f"{_products(found, wide)}{_older(found)}"
    )


def covered(sheet: Sheet, wide: Iterable[Landscape]) -> bool:
    """Say whether a suite's page has this table's product among others."""
    return any(sheet.section in each.sections for each in wide)


def _suite(found: Landscape, file: str, wide: Sequence[Landscape]) -> str:
    name = publish_suite.title(found, wide)
    tally = Counter(cell.verdict for section in found.sections for cell in section.cells)
    return (
        f'<div class="answer"><p class="about"><a href="{escape(file)}">{text(name)}</a></p>'
        f"<p>{text(publish_suite.answer(found))}</p>{share(tally)}</div>\n"
    )


def _products(found: Sequence[Part], wide: Sequence[Landscape]) -> str:
    """Return a line for each product that shares a suite with others: its own matrix is a click away."""
    sheets = [sheet for part in found for sheet in part.sheets if sheet.current and covered(sheet, wide)]
    rows = "".join(
        row(
            f'<a href="{escape(sheet.address)}">{text(sheet.head.subject)}</a>',
            f"{sheet.head.working_everywhere:,} of {amount(sheet.head.features, 'feature')}",
            amount(sheet.head.gaps, "gap") if sheet.head.gaps else NOTHING,
        )
        for sheet in sheets
    )
    titles = ("In the product's place", "Works with all", "Gaps")
    return f"<section><h2>Matrices</h2>{table(titles, rows)}</section>\n" if rows else ""


def _answer(sheet: Sheet, part: Part) -> str:
    head = sheet.head
    when = max((cell.tested for cell in sheet.section.cells), default=0.0) or part.matrix.run.started
    return (
        f'<div class="answer"><p class="about"><a href="{escape(sheet.address)}">{text(head.subject)}</a>'
        f" · tested {moment(when)[:10]}</p><p>{text(answer_of(head))}</p>{share(head.cells)}</div>\n"
    )


def _older(found: Iterable[Part]) -> str:
    older = [sheet for part in found for sheet in part.sheets if not sheet.current]
    return cards(
        "Older versions of the product",
        [(sheet.address, sheet.head.subject, answer_of(sheet.head)) for sheet in older],
    )


def _implementations(
    found: Sequence[Part], history: History, peers: Mapping[str, str], wide: Sequence[Landscape]
) -> str:
    """Return a line for each implementation; where products share a suite, with its own gaps alone."""
    products = {part.product for part in found}
    shown = [name for name in peers if name in history.last_tested or name not in products]
    rows = "".join(_row(name, peers[name], found, history, wide) for name in shown)
    gaps = "Gaps of its own" if wide else "Does not work"
    seat = ("As",) if wide else ()
    titles = ("Implementation", *seat, "Versions tested", gaps, "Last tested")
    return f"<section><h2>Implementations</h2>{table(titles, rows)}</section>\n"


def _row(name: str, file: str, found: Sequence[Part], history: History, wide: Sequence[Landscape]) -> str:
    title, versions, gaps = name, dict[str, None](), 0
    seats = dict[str, None]()
    for sheet in (sheet for part in found for sheet in part.newest_with(name)):
        columns = sheet.columns_of(name)
        seats[f"{sheet.section.suite.title} {sheet.section.peer_role}"] = None
        keys = {column.key for column in columns}
        for column in columns:
            title = column.title
            if column.key in sheet.section.tested:
                versions[column.version] = None
        gaps += sum(
            any(cell.peer_key in keys and is_gap(cell, each.feature) for cell in each.cells)
            for each in sheet.section.rows
        )
    if wide:
        gaps = sum(each.own_gaps(column for column in each.columns if column.peer == name) for each in wide)
    return row(
        f'<a href="{escape(file)}">{text(title)}</a>',
        *([text(", ".join(seats), 300)] if wide else []),
        text(", ".join(versions), 300) or "none",
        amount(gaps, "feature") if gaps else NOTHING,
        day(history.last_tested.get(name, 0.0)),
    )
