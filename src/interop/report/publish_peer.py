"""A page per implementation: its versions, what works and what does not, with whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from html import escape

from interop.judge.landscape import Landscape
from interop.judge.sections import Column, Row, is_gap, works
from interop.judge.summary import amount
from interop.model.attempt import Party
from interop.model.matrix import Cell, Verdict
from interop.report import publish_support
from interop.report.publish_page import NOTHING, cards, day, row, table
from interop.report.publish_parts import Part, Sheet
from interop.report.site_markup import answer_of, mark, outward, share, text
from interop.report.text import number, visible

MOST_NAMED = 1_000
"""Features that work and are named."""
MOST_ROWS = 200
"""Features of one table that are written out; the matrix has the rest."""


def title(name: str, found: Iterable[Part]) -> str:
    """Return what people call an implementation."""
    titles = [
        party.title for part in found for party in part.matrix.parties if party.name == name and party.title
    ]
    return visible(titles[-1] if titles else name, 120)


def content(name: str, found: Sequence[Part], wide: Sequence[Landscape] = ()) -> tuple[str, str]:
    """Return the page's answer in a sentence, and its content. `wide` has the suites of several products."""
    faced = [sheet for part in found for sheet in part.newest_with(name)]
    own = [sheet for part in found for sheet in part.sheets if sheet.section.product == name]
    people = title(name, found)
    answers = _answers(faced, name) or [answer_of(sheet.head) for sheet in own[:1]]
    met = [each for each in wide if any(column.peer == name for column in each.columns)]
    body = "".join(
        (
            _about(name, people, found),
            *(publish_support.section(each, name, people, faced) for each in met),
            _with(faced, name),
            _own(own, said=not faced),
            _versions(name, faced),
        )
    )
    answers += [publish_support.fault(met, name)] if met else []
    return " ".join(answers) or "Nothing was tested.", body


def _rows(sheet: Sheet, columns: Sequence[Column]) -> list[tuple[Row, list[Cell]]]:
    keys = {column.key for column in columns}
    return [(each, [cell for cell in each.cells if cell.peer_key in keys]) for each in sheet.section.rows]


def _answers(faced: Iterable[Sheet], name: str) -> list[str]:
    """Return a sentence for each kind of product."""
    kinds: dict[str, list[Sheet]] = defaultdict(list)
    for sheet in faced:
        kinds[f"{sheet.section.suite.title} {sheet.section.role}"].append(sheet)
    return [_answer(sheets, name, kind) for kind, sheets in kinds.items()]


def _answer(sheets: Sequence[Sheet], name: str, kind: str = "") -> str:
    """Return in a sentence what works between the peer and a product; of several of one kind, the range."""
    tested = [sheet for sheet in sheets if _versions_tested(sheet, name)]
    alone = len(sheets) == 1
    subject = sheets[0].head.subject if alone else amount(len(tested or sheets), kind)
    if not tested:
        return f"Not tested with {subject}."
    good, gaps, features = zip(*(_counted(sheet, name) for sheet in tested), strict=True)
    versions = max(_versions_tested(sheet, name) for sheet in tested)
    every = f" in all {versions} versions and configurations" if versions > 1 else ""
    found = f"{_span(gaps)} {'gap' if max(gaps) == 1 else 'gaps'}" if any(gaps) else "no gaps"
    return (
        f"With {subject}: {_span(good)} of {amount(max(features), 'feature')} work{every};"
        f" {found}{'' if alone else ' each'}."
    )


def _span(numbers: Sequence[int]) -> str:
    """Return `36 to 53`, or the number that they all are."""
    least, most = min(numbers), max(numbers)
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def _versions_tested(sheet: Sheet, name: str) -> int:
    return sum(column.key in sheet.section.tested for column in sheet.columns_of(name))


def _counted(sheet: Sheet, name: str) -> tuple[int, int, int]:
    """Return how many features work wherever they were tried, how many have a gap, and how many there are."""
    rows = _rows(sheet, sheet.columns_of(name))
    good = sum(any(map(works, cells)) and not any(_bad(cell, each) for cell in cells) for each, cells in rows)
    return good, sum(any(_bad(cell, each) for cell in cells) for each, cells in rows), len(rows)


def _bad(cell: Cell, each: Row) -> bool:
    return is_gap(cell, each.feature)


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


def _with(faced: Sequence[Sheet], name: str) -> str:
    """Return what each product gets from the peer; of several, the details are folded."""
    if len(faced) == 1:
        (sheet,) = faced
        subject = text(sheet.head.subject)
        return f"<section><h2>With {subject}</h2>{_faced(sheet, name)}</section>\n"
    folded = "".join(
        f"<details><summary>{text(_answer([sheet], name))}</summary>{_faced(sheet, name)}</details>\n"
        for sheet in faced
    )
    return f'<section class="each"><h2>With each product</h2>{folded}</section>\n' if folded else ""


def _faced(sheet: Sheet, name: str) -> str:
    """Return what of the peer's answers is not simply `works`, a row a feature, a column a version."""
    columns = sheet.columns_of(name)
    rows = _rows(sheet, columns)
    odd = [(each, cells) for each, cells in rows if any(cell.verdict is not Verdict.WORKS for cell in cells)]
    odd.sort(key=lambda each: not any(_bad(cell, each[0]) for cell in each[1]))
    plain = [
        each.feature.title for each, cells in rows if all(cell.verdict is Verdict.WORKS for cell in cells)
    ]
    tally = Counter(cell.verdict for _, cells in rows for cell in cells)
    every = "in all of them" if len(columns) > 1 else "there"
    verb = "works" if len(plain) == 1 else "work"
    names = "".join(f"<li>{text(each)}</li>" for each in plain[:MOST_NAMED])
    worked = (
        f"<details><summary>{amount(len(plain), 'feature')} {verb} {every}</summary>"
        f'<ul class="names">{names}</ul></details>'
    )
    return (
        f'<p><a href="{escape(sheet.peer(name))}">See it in the matrix</a></p>'
        f"{share(tally)}{_table(sheet, columns, odd) if odd else ''}{worked if plain else ''}"
    )


def _table(sheet: Sheet, columns: Sequence[Column], odd: Sequence[tuple[Row, list[Cell]]]) -> str:
    rows = "".join(
        row(_named(sheet, each), *(_cell(sheet, cell) for cell in cells)) for each, cells in odd[:MOST_ROWS]
    )
    more = len(odd) - MOST_ROWS
    note = f'<p class="note">{amount(more, "further feature")} in the matrix only.</p>' if more > 0 else ""
    return table(("Feature", *(column.label for column in columns)), rows, "listing marks") + note


def _named(sheet: Sheet, each: Row) -> str:
    feature = each.feature
    note = f'<span class="note">{text(feature.impact)} · {text(feature.clause)}</span>'
    return f'<a href="{escape(sheet.row(feature.id))}">{text(feature.title)}</a> {note}'


def _cell(sheet: Sheet, cell: Cell) -> str:
    limits = ", ".join(number(limit) for limit in cell.limits)
    return f'<a href="{escape(sheet.cell(cell))}">{mark(cell.verdict, limits)}</a>'


def _own(own: Sequence[Sheet], *, said: bool) -> str:
    """Return links to its own matrices; `said` says that the page's heading has the first one's answer."""
    answers = [answer_of(sheet.head) for sheet in own]
    if said and answers:
        answers[0] = "Every feature with every peer."
    found = [(sheet.address, sheet.head.subject, answer) for sheet, answer in zip(own, answers, strict=True)]
    return cards("In the product's place", found)


def _versions(name: str, faced: Sequence[Sheet]) -> str:
    """Return every version with what it was made of and when any product was last tested with it."""
    tested: dict[tuple[str, str, str, str], float] = {}
    for sheet in faced:
        for column in sheet.columns_of(name):
            key = (column.label, column.exact, column.release, column.digest)
            tested[key] = max(tested.get(key, 0.0), _tested(sheet, column))
    rows = "".join(
        row(text(label), text(exact), text(release) or NOTHING, day(last), _digest(digest))
        for (label, exact, release, digest), last in tested.items()
    )
    titles = ("Version", "Exact version", "Release", "Last tested", "Digest")
    return f"<section><h2>Versions</h2>{table(titles, rows)}</section>\n" if rows else ""


def _digest(digest: str) -> str:
    """Return as much of a digest as tells it from others; the whole of it on pointing at it."""
    return f'<code title="{text(digest, 200)}">{text(digest[:19])}…</code>' if digest else NOTHING


def _tested(sheet: Sheet, column: Column) -> float:
    position = sheet.section.columns.index(column)
    return max((each.cells[position].tested for each in sheet.section.rows), default=0.0)
