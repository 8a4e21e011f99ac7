"""The expectations sheet as one HTML page that needs nothing else, and prints on two sides of A4.

No script and no request: the content security policy allows the page's own style and nothing more. Whatever
is not ours is escaped. Reads nothing but its own assets, once, when imported.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from string import Template

from interop.judge.rules import Rules
from interop.model.finding import Report
from interop.report.sheet import Sheet, build
from interop.report.sheet_parts import Entry, Section
from interop.report.words import Words

_ASSETS = files("interop.report") / "assets"
_STYLE = (_ASSETS / "sheet.css").read_text(encoding="utf-8")
_PAGE = Template((_ASSETS / "sheet.html").read_text(encoding="utf-8"))
_STYLE_HASH = f"sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}"


def render(report: Report, rules: Rules, words: Words, *, full: bool = False) -> str:
    """Return the page."""
    sheet = build(report, rules, words, full=full)
    return _PAGE.substitute(
        style=_STYLE,
        style_hash=_STYLE_HASH,
        title=escape(sheet.title),
        description=escape(f"{sheet.headline} {sheet.sentence}"),
        content="\n".join(_content(sheet)),
    )


def _content(sheet: Sheet) -> Iterator[str]:
    yield f"<header><h1>{escape(sheet.title)}</h1>"
    yield f'<p class="dates">{escape(" · ".join(sheet.dates))}</p></header>'
    yield f'<div class="answer {sheet.answer}"><strong>{escape(sheet.headline)}</strong>'
    yield "".join(f"<p>{escape(text)}</p>" for text in (sheet.sentence, *sheet.points))
    yield "</div>"
    yield from _systems(sheet)
    if sheet.table_head:
        yield from _table(sheet)
    for section in sheet.sections:
        yield from _section(section)


def _systems(sheet: Sheet) -> Iterator[str]:
    yield f'<section class="systems"><h2>{escape(sheet.systems_title)}</h2>'
    yield '<div class="table"><table><thead><tr>'
    yield "".join(f'<th scope="col">{escape(head)}</th>' for head in sheet.systems_head)
    yield "</tr></thead><tbody>"
    for row in sheet.systems:
        yield f"<tr>{''.join(f'<td>{escape(value)}</td>' for value in row)}</tr>"
    yield "</tbody></table></div>"
    if sheet.systems_more:
        yield f'<p class="more">{escape(sheet.systems_more)}</p>'
    yield "</section>"


def _table(sheet: Sheet) -> Iterator[str]:
    yield f'<section class="each"><h2>{escape(sheet.table_title)}</h2>'
    yield '<div class="table"><table><thead><tr>'
    yield "".join(f'<th scope="col">{escape(head)}</th>' for head in sheet.table_head)
    yield "</tr></thead><tbody>"
    for (_, title), *cells in sheet.table:
        words = "".join(f'<td class="{status or "none"}">{escape(word)}</td>' for status, word in cells)
        yield f'<tr><th scope="row">{escape(title)}</th>{words}</tr>'
    yield "</tbody></table></div></section>"


def _section(section: Section) -> Iterator[str]:
    yield f'<section class="{section.kind}"><h2>{escape(section.title)}</h2>'
    if section.intro:
        yield f'<p class="intro">{escape(section.intro)}</p>'
    for entry in section.entries:
        yield from _entry(entry)
    if section.more:
        yield f'<p class="more">{escape(section.more)}</p>'
    yield "</section>"


def _entry(entry: Entry) -> Iterator[str]:
    about = f" <span>{escape(entry.about)}</span>" if entry.about else ""
    title = f"<h3>{escape(entry.title)}{about}</h3>" if entry.title else ""
    terms = "".join(
        f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in entry.lines if label
    )
    plain = " ".join(escape(text) for label, text in entry.lines if not label)
    kind = "" if terms else ' class="run-in"'
    yield f"<article{kind}>{title}"
    if terms:
        yield f"<dl>{terms}</dl>"
    if plain:
        yield f"<p>{plain}</p>"
    yield "</article>"
