"""The matrix as a Markdown job summary: the answer, a table per section, the gaps, what was not tested.

Written for GitHub, which drops a summary of more than 1 MiB whole: what is too long is shortened step by
step, and says so. Where a character could act, it is written as a reference. Knows nothing of files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from interop.judge.sections import Row, Section, sections, works
from interop.judge.summary import Gap, Headline, by_reason, headline
from interop.model.matrix import Cell, Known, Matrix, Verdict
from interop.report import text

LIMIT = 900 * 1024
"""Bytes. GitHub takes 1 MiB for all steps of a job together."""

SHORTENED = "_Shortened: the whole matrix is in the run's other reports, which the job keeps as artefacts._"

GLYPHS = {
    Verdict.WORKS: "✅",
    Verdict.DEGRADED: "🟡",
    Verdict.FAILS: "❌",
    Verdict.UNSUPPORTED: "➖",  # noqa: RUF001 - a sign that is as wide as the others
    Verdict.FLAKY: "❓",
    Verdict.UNTESTED: "⬜",
    Verdict.ERROR: "💥",
}

_LISTED = {
    Verdict.DEGRADED: "Degraded",
    Verdict.UNSUPPORTED: "Unsupported",
    Verdict.UNTESTED: "Not tested",
    Verdict.ERROR: "Errors",
}

_ESCAPES = str.maketrans({character: f"&#{ord(character)};" for character in "&<>`*_~[]|\\#$"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Detail:
    """How much is told."""

    rows: Callable[[Row], bool]
    """Which rows the tables have."""
    gaps: int = 1_000
    """How many gaps are told one by one."""
    reasons: bool = True
    """Whether gaps have their reasons, and untested cells theirs."""


_DETAILS = (
    _Detail(rows=lambda row: True),  # noqa: ARG005 - all of them
    _Detail(rows=lambda row: not all(map(works, row.cells))),
    _Detail(rows=lambda row: False),  # noqa: ARG005 - none of them
    _Detail(rows=lambda row: False, gaps=200, reasons=False),  # noqa: ARG005 - none of them
    _Detail(rows=lambda row: False, gaps=0, reasons=False),  # noqa: ARG005 - none of them
)


def render(matrix: Matrix, *, limit: int = LIMIT) -> str:
    """Return the summary, in at most `limit` bytes of UTF-8.

    What does not fit goes in this order: rows that work everywhere, all rows but the totals, the reasons and
    most of the gaps, all gaps but their number.
    """
    found = [headline(section) for section in sections(matrix)]
    for step, detail in enumerate(_DETAILS):
        document = "\n".join(_document(matrix, found, detail, shortened=step > 0)) + "\n"
        if len(document.encode()) <= limit:
            return document
    return document.encode()[:limit].decode(errors="ignore")


def escape(words: str, longest: int = 300) -> str:
    """Return text as Markdown that shows just that text, on one line, within a table's cell too.

    Web addresses become no links. GitHub sees a mention behind a character reference too; a blank of no width
    after the sign keeps it from calling anybody.
    """
    shown = _unlinked(text.visible(words, longest).translate(_ESCAPES))
    return re.sub(r"(?<![A-Za-z0-9])@", "@&#8203;", shown)


def code(words: str, longest: int = 500) -> str:
    """Return text as code that can be copied just as it was; GitHub sees no mentions there."""
    return f"<code>{_unlinked(text.visible(words, longest).translate(_ESCAPES))}</code>"


def _unlinked(shown: str) -> str:
    return re.sub(r"(?i)\b(www)\.", r"\1&#46;", shown.replace("://", "&#58;//"))


def _document(
    matrix: Matrix, found: Sequence[Headline], detail: _Detail, *, shortened: bool
) -> Iterator[str]:
    for answer in found:
        new = answer.gaps - answer.known
        glyph = GLYPHS[Verdict.FAILS if new else Verdict.WORKS if answer.peers else Verdict.UNTESTED]
        yield f"### {glyph} {escape(answer.subject, 200)}"
        yield ""
        yield f"**{escape(answer.sentence(), 600)}**"
        yield ""
    if not found:
        yield "**Nothing was tested: no cell was planned.**"
        yield ""
    yield f"{text.moment(matrix.run.started)}, {text.lasted(matrix)}. {_legend(matrix)}"
    yield ""
    if shortened:
        yield SHORTENED
        yield ""
    for answer in found:
        if len(found) > 1:
            yield f"#### {escape(answer.subject, 200)}"
            yield ""
        yield from _section(answer, detail)


def _legend(matrix: Matrix) -> str:
    counts = matrix.counts()
    return " · ".join(f"{GLYPHS[each]} {each} ({counts[each]:,})" for each in Verdict if counts[each])


def _section(answer: Headline, detail: _Detail) -> Iterator[str]:
    section = answer.section
    yield from _table(section, detail)
    yield ""
    yield from _gaps(answer, detail)
    yield from _fixed(section)
    for verdict, title in _LISTED.items():
        yield from _reasons(section, verdict, title, detail)


def _table(section: Section, detail: _Detail) -> Iterator[str]:
    heads = (f"{escape(column.title, 60)}<br>{escape(column.label, 60)}" for column in section.columns)
    yield f"| Feature | {' | '.join(heads)} |"
    yield f"| --- |{' :---: |' * len(section.columns)}"
    for theme in section.themes:
        rows = [row for row in theme.rows if detail.rows(row)]
        if rows:
            yield f"| **{escape(theme.title, 80)}** |{' |' * len(section.columns)}"
        for row in rows:
            yield f"| {escape(row.feature.title, 160)} | {' | '.join(_cell(cell) for cell in row.cells)} |"
    tallies = []
    for index in range(len(section.columns)):
        tried = [row.cells[index] for row in section.rows if row.cells[index].tried]
        tallies.append(f"{sum(map(works, tried))}/{len(tried)}")
    yield f"| Works, of those tried | {' | '.join(tallies)} |"


def _cell(cell: Cell) -> str:
    glyph = GLYPHS[cell.verdict]
    if cell.limits and works(cell):
        limit = escape(text.number(cell.limits[0]), 40)
        return f"{glyph} {limit}" if cell.verdict is Verdict.DEGRADED else limit
    return f"{glyph} known" if cell.known is Known.KNOWN else glyph


def _gaps(answer: Headline, detail: _Detail) -> Iterator[str]:
    section, found = answer.section, answer.found
    for gap in found[: detail.gaps]:
        yield from _gap(section, gap) if detail.reasons else (f"- {_gap_head(section, gap)}",)
    if len(found) > detail.gaps:
        yield f"- and {len(found) - detail.gaps:,} gaps more" if detail.gaps else f"- {len(found):,} gaps"
    if found:
        yield ""


def _gap_head(section: Section, gap: Gap) -> str:
    feature = gap.feature
    glyph = GLYPHS[gap.causes[0].first.verdict] + (" known:" if gap.known else "")
    facts = f"{escape(feature.clause, 80)}, {feature.level}, {feature.impact}"
    peers = escape(text.named(section, gap.cells), 400)
    return f"{glyph} <b>{escape(feature.title, 200)}</b> ({facts}) with {peers}"


def _gap(section: Section, gap: Gap) -> Iterator[str]:
    feature = gap.feature
    yield f"<details><summary>{_gap_head(section, gap)}</summary>"
    yield ""
    if feature.customer_sees:
        yield f"- Customer sees: {escape(feature.customer_sees)}"
    for cause in gap.causes:
        cell = cause.first
        yield f"- {escape(text.named(section, cause.cells), 400)}: {escape(text.ruling(cause))}"
        for line in text.because(cause):
            yield f"  - {escape(line, 400)}"
        if known := text.standing(cell):
            yield f"  - Expectation: {escape(known, 500)}"
        if helps := text.workaround(cell, feature.workaround.text if feature.workaround else ""):
            yield f"  - Workaround: {escape(helps, 700)}"
        if command := text.repeat(cell):
            yield f"  - Repeat: {code(command)}"
        if cell.evidence:
            yield f"  - Evidence: {code(cell.evidence)}"
    yield ""
    yield "</details>"


def _reasons(section: Section, verdict: Verdict, title: str, detail: _Detail) -> Iterator[str]:
    found = by_reason(section, verdict)
    if not found:
        return
    yield f"**{title}: {sum(len(cells) for _, cells in found):,}**"
    yield ""
    for reason, cells in found[: 20 if detail.reasons else 0]:
        features = dict.fromkeys(cell.feature for cell in cells)
        titles = [row.feature.title for row in section.rows if row.feature.id in features]
        some = ", ".join(titles[:6]) + (f" and {len(titles) - 6} more" if len(titles) > 6 else "")  # noqa: PLR2004
        where = escape(f"{some}, with {text.named(section, cells)}", 600)
        yield f"- {escape(reason) or 'no reason was given'} ({len(cells):,}): {where}"
    yield ""


def _fixed(section: Section) -> Iterator[str]:
    found = [cell for cell in section.cells if cell.known is Known.FIXED]
    for cell in found:
        where = f"{cell.feature} with {text.named(section, [cell])}"
        yield f"- ✅ {escape(where)}: {escape(text.standing(cell), 500)}"
    if found:
        yield ""
