"""A page per implementation: its versions, what works and what does not, with whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

from interop.judge.sections import Column, Row, is_gap, works
from interop.judge.summary import amount
from interop.model.attempt import Party
from interop.model.matrix import Cell, Verdict
from interop.report.publish_parts import Part, Sheet
from interop.report.site_markup import answer_of, mark, outward, share, text
from interop.report.text import moment, number, visible

MOST_ROWS = 200
"""Features of one table that are written out; the matrix has the rest."""


def title(name: str, found: Iterable[Part]) -> str:
    """Return what people call an implementation."""
    titles = [
        party.title for part in found for party in part.matrix.parties if party.name == name and party.title
    ]
    return visible(titles[-1] if titles else name, 120)


def content(name: str, found: Sequence[Part]) -> tuple[str, str]:
    """Return the page's answer in a sentence, and its content."""
    faced = [sheet for part in found for sheet in part.newest_with(name)]
    own = [sheet for part in found for sheet in part.sheets if sheet.section.product == name]
    people = title(name, found)
    answers = [_answer(sheet, name) for sheet in faced] or [answer_of(sheet.head) for sheet in own[:1]]
    body = "".join(
        (
            _about(name, people, found),
            *(_faced(sheet, name, alone=len(faced) == 1) for sheet in faced),
            _own(own),
            _versions(name, faced),
        )
    )
    return " ".join(answers) or "Nothing was tested.", body


def _rows(sheet: Sheet, columns: Sequence[Column]) -> list[tuple[Row, list[Cell]]]:
    keys = {column.key for column in columns}
    return [(row, [cell for cell in row.cells if cell.peer_key in keys]) for row in sheet.section.rows]


def _answer(sheet: Sheet, name: str) -> str:
    """Return in a sentence what works between the product and the peer."""
    columns = sheet.columns_of(name)
    tested = [column for column in columns if column.key in sheet.section.tested]
    subject = sheet.head.subject
    if not tested:
        return f"Not tested with {subject}."
    rows = _rows(sheet, columns)
    good = sum(any(map(works, cells)) and not any(_bad(cell, row) for cell in cells) for row, cells in rows)
    gaps = sum(any(_bad(cell, row) for cell in cells) for row, cells in rows)
    every = f" in all {len(tested)} versions and configurations" if len(tested) > 1 else ""
    found = amount(gaps, "gap") if gaps else "no gaps"
    return f"With {subject}: {good:,} of {amount(len(rows), 'feature')} work{every}; {found}."


def _bad(cell: Cell, row: Row) -> bool:
    return is_gap(cell, row.feature)


def _about(name: str, people: str, found: Iterable[Part]) -> str:
    parties = [party for part in found for party in part.matrix.parties if party.name == name]
    entries = {
        "Name": text(name) if name != people else "",
        "Vendor": text(_last(party.vendor for party in parties)),
        "Homepage": _home(parties),
    }
    rows = "".join(f"<dt>{term}</dt><dd>{value}</dd>\n" for term, value in entries.items() if value)
    return f'<dl class="facts">{rows}</dl>\n' if rows else ""


def _home(parties: Iterable[Party]) -> str:
    home = _last(party.homepage for party in parties)
    return outward(home, home) if home else ""


def _last(texts: Iterable[str]) -> str:
    found = [each for each in texts if each]
    return found[-1] if found else ""


def _faced(sheet: Sheet, name: str, *, alone: bool) -> str:
    """Return what of the peer's answers is not simply `works`, a row a feature, a column a version.

    `alone` says that the page's heading has the sentence already.
    """
    columns = sheet.columns_of(name)
    rows = _rows(sheet, columns)
    odd = [(row, cells) for row, cells in rows if any(cell.verdict is not Verdict.WORKS for cell in cells)]
    odd.sort(key=lambda each: not any(_bad(cell, each[0]) for cell in each[1]))
    plain = [row.feature.title for row, cells in rows if all(cell.verdict is Verdict.WORKS for cell in cells)]
    tally = Counter(cell.verdict for _, cells in rows for cell in cells)
    subject = sheet.head.subject
    table = _table(sheet, columns, odd) if odd else ""
    every = "in all of them" if len(columns) > 1 else "there"
    worked = (
        f"<details><summary>{amount(len(plain), 'feature')} {'works' if len(plain) == 1 else 'work'} {every}</summary>"
        f"<ul class=names>{''.join(f'<li>{text(each)}</li>' for each in plain[:1000])}</ul></details>"
        if plain
        else ""
    )
    answer = "" if alone else text(_answer(sheet, name))
    return (
        f"<section><h2>With {text(subject)}</h2><p>{answer} "
        f'<a href="{escape(sheet.peer(name))}">See it in the matrix</a></p>{share(tally)}{table}{worked}</section>\n'
    )


def _table(sheet: Sheet, columns: Sequence[Column], odd: Sequence[tuple[Row, list[Cell]]]) -> str:
    head = "".join(f'<th scope="col">{text(column.label)}</th>' for column in columns)
    rows = "".join(
        f'<tr><th scope="row"><a href="{escape(sheet.row(row.feature.id))}">{text(row.feature.title)}</a>'
        f'<span class="note"> {text(row.feature.impact)} · {text(row.feature.clause)}</span></th>'
        f"{''.join(f'<td>{_cell(sheet, cell)}</td>' for cell in cells)}</tr>\n"
        for row, cells in odd[:MOST_ROWS]
    )
    more = len(odd) - MOST_ROWS
    note = f'<p class="note">{amount(more, "further feature")} in the matrix only.</p>' if more > 0 else ""
    return (
        '<div class="scroll"><table class="listing marks"><thead><tr><th scope="col">Feature</th>'
        f"{head}</tr></thead><tbody>\n{rows}</tbody></table></div>{note}"
    )


def _cell(sheet: Sheet, cell: Cell) -> str:
    limits = ", ".join(number(limit) for limit in cell.limits)
    return f'<a href="{escape(sheet.cell(cell))}">{mark(cell.verdict, limits)}</a>'


def _own(own: Sequence[Sheet]) -> str:
    rows = "".join(
        f'<li><a href="{escape(sheet.address)}">{text(sheet.head.subject)}</a>'
        f"<span>{text(answer_of(sheet.head))}</span></li>\n"
        for sheet in own
    )
    return (
        f'<section class="ways"><h2>In the product\'s place</h2><ul>{rows}</ul></section>\n' if rows else ""
    )


def _versions(name: str, faced: Sequence[Sheet]) -> str:
    """Return every version with what it was made of and when it was last tested."""
    rows = "".join(
        f'<tr><th scope="row">{text(column.label)}</th><td>{text(column.exact)}</td><td>{text(column.release) or "–"}</td>'  # noqa: RUF001 - a dash for nothing
        f"<td class=day>{_tested(sheet, column)}</td>{_with(sheet, faced)}"
        f"<td>{_digest(column.digest)}</td></tr>\n"
        for sheet in faced
        for column in sheet.columns_of(name)
    )
    if not rows:
        return ""
    titles = (
        "Version",
        "Exact version",
        "Release",
        "Last tested",
        *(("With",) if len(faced) > 1 else ()),
        "Digest",
    )
    head = "".join(f'<th scope="col">{each}</th>' for each in titles)
    return (
        f'<section><h2>Versions</h2><div class="scroll"><table class="listing"><thead><tr>{head}</tr></thead>'
        f"<tbody>\n{rows}</tbody></table></div></section>\n"
    )


def _with(sheet: Sheet, faced: Sequence[Sheet]) -> str:
    return f"<td>{text(sheet.head.subject)}</td>" if len(faced) > 1 else ""


def _digest(digest: str) -> str:
    """Return as much of a digest as tells it from others; the whole of it on pointing at it."""
    return f'<code title="{text(digest, 200)}">{text(digest[:19])}…</code>' if digest else "–"  # noqa: RUF001 - a dash for nothing


def _tested(sheet: Sheet, column: Column) -> str:
    position = sheet.section.columns.index(column)
    when = max((row.cells[position].tested for row in sheet.section.rows), default=0.0)
    return moment(when)[:10] if when else "never"
