"""The site's first page: the answer for each product and suite, and every implementation that was tested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from interop.judge.history import History
from interop.judge.sections import is_gap
from interop.judge.summary import amount
from interop.report.publish_page import CHECK, GAPS, HISTORY
from interop.report.publish_parts import Part, Sheet
from interop.report.site_markup import answer_of, share, text
from interop.report.text import moment


def lead(found: Sequence[Part]) -> str:
    """Return what stands under the heading: each current answer, largest first where there is but one."""
    return "".join(_answer(sheet, part) for part in found for sheet in part.sheets if sheet.current) or (
        '<div class="answer"><p>Nothing was tested.</p></div>'
    )


def content(found: Sequence[Part], history: History, peers: Mapping[str, str]) -> str:
    """Return the rest of the page. `peers` has the page of every implementation."""
    return (
        '<section class="ways"><h2>Find out</h2><ul>'
        f'<li><a href="{CHECK}">Check a planned stack</a>'
        "<span>What will work at a customer's, before it is deployed.</span></li>"
        f'<li><a href="{GAPS}">Gaps</a><span>What does not work, the dearest first, with what helps.</span></li>'
        f'<li><a href="{HISTORY}">History</a><span>Since when something fails, and when it was last tested.</span></li>'
        f"</ul></section>\n{_older(found)}{_implementations(found, history, peers)}"
    )


def _answer(sheet: Sheet, part: Part) -> str:
    head = sheet.head
    when = max((cell.tested for cell in sheet.section.cells), default=0.0) or part.matrix.run.started
    return (
        f'<div class="answer"><p class="about"><a href="{escape(sheet.address)}">{text(head.subject)}</a>'
        f" · tested {moment(when)[:10]}</p><p>{text(answer_of(head))}</p>{share(head.cells)}</div>\n"
    )


def _older(found: Iterable[Part]) -> str:
    older = [sheet for part in found for sheet in part.sheets if not sheet.current]
    if not older:
        return ""
    rows = "".join(
        f'<li><a href="{escape(sheet.address)}">{text(sheet.head.subject)}</a>'
        f"<span>{text(answer_of(sheet.head))}</span></li>\n"
        for sheet in older
    )
    return f'<section class="ways"><h2>Older versions of the product</h2><ul>{rows}</ul></section>\n'


def _implementations(found: Sequence[Part], history: History, peers: Mapping[str, str]) -> str:
    products = {part.product for part in found}
    shown = {
        name: file for name, file in peers.items() if name in history.last_tested or name not in products
    }
    rows = "".join(_row(name, file, found, history) for name, file in shown.items())
    head = "".join(
        f'<th scope="col">{title}</th>'
        for title in ("Implementation", "Versions tested", "Does not work", "Last tested")
    )
    return (
        '<section><h2>Implementations</h2><div class="scroll"><table class="listing"><thead>'
        f"<tr>{head}</tr></thead><tbody>\n{rows}</tbody></table></div></section>\n"
    )


def _row(name: str, file: str, found: Sequence[Part], history: History) -> str:
    title, versions, gaps = name, dict[str, None](), 0
    for sheet in (sheet for part in found for sheet in part.newest_with(name)):
        columns = sheet.columns_of(name)
        keys = {column.key for column in columns}
        for column in columns:
            title = column.title
            if column.key in sheet.section.tested:
                versions[column.version] = None
        gaps += sum(
            any(cell.peer_key in keys and is_gap(cell, row.feature) for cell in row.cells)
            for row in sheet.section.rows
        )
    tested = history.last_tested.get(name, 0.0)
    return (
        f'<tr><th scope="row"><a href="{escape(file)}">{text(title)}</a></th>'
        f"<td>{text(', '.join(versions), 300) or 'none'}</td>"
        f"<td>{amount(gaps, 'feature') if gaps else '–'}</td>"  # noqa: RUF001 - a dash for nothing
        f"<td class=day>{moment(tested)[:10] if tested else 'never'}</td></tr>\n"
    )
