"""The matrix for a terminal: first the answer, then the matrix, then each gap with what to do about it.

Knows nothing of the terminal itself: its width, its colours and its characters are arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from interop.judge.sections import Column, Section, sections
from interop.judge.summary import Cause, Gap, Headline, amount, by_reason, headline
from interop.model.matrix import Cell, Known, Matrix, Verdict
from interop.report import grid, text
from interop.report.style import BOLD, COLOURS, DIM, GLYPHS, KNOWN, Style

MOST_GAPS = 40
"""Gaps that are told one by one; whoever has more reads them elsewhere."""

MOST_CAUSES = 6
"""Causes of one gap, and groups of untested cells for one reason."""

LABEL = 17
"""Columns of the terminal for the words that stand before the facts of a gap."""

NARROWEST = 60
"""Columns of the terminal. What is narrower is treated as if it were as wide."""

SCREEN = 50
"""Lines. After a longer report the answer is given once more, for it has left the screen."""


def render(matrix: Matrix, *, width: int = 80, colour: bool = False, unicode: bool = True) -> str:
    """Return the report; its lines fit `width` columns, save the commands, which are there to be copied.

    `colour` adds ANSI sequences; without `unicode` every character is ASCII.
    """
    style = Style(width=max(width, NARROWEST), colour=colour, unicode=unicode)
    shown = sections(matrix)
    if not shown:
        return style.text("nothing was tested: no cell was planned\n")
    answers = [headline(section) for section in shown]
    lines = [line for answer in answers for line in _answer(answer, style)]
    lines += _run(matrix, style)
    for answer in answers:
        section = answer.section
        lines += ["", *(_rule(answer, style) if len(shown) > 1 else ()), *grid.draw(section, style)]
        for part in (_gaps(answer, style), _fixed(section, style), _degraded(section, style)):
            lines += part
        lines += _without_verdict(section, Verdict.UNSUPPORTED, "Unsupported", style)
        lines += _without_verdict(section, Verdict.UNTESTED, "Not tested", style)
        lines += _without_verdict(
            section, Verdict.ERROR, "Errors, which say nothing about either side", style
        )
        lines += _versions(section, style)
    if len(lines) > SCREEN:
        lines += ["", *(line for answer in answers for line in _answer(answer, style))]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _answer(answer: Headline, style: Style) -> Iterator[str]:
    subject = style.text(text.visible(answer.subject, 200))
    sentence = style.text(text.visible(answer.sentence(), 600))
    found = text.wrap(f"{subject}: {sentence}", style.width)
    colour = COLOURS[Verdict.FAILS if answer.gaps > answer.known else Verdict.WORKS]
    if not answer.peers or (answer.cells[Verdict.ERROR] and answer.gaps == answer.known):
        colour = COLOURS[Verdict.ERROR]
    for line in found:
        yield style.paint(line, colour)


def _run(matrix: Matrix, style: Style) -> list[str]:
    counts = matrix.counts()
    cells = ", ".join(f"{counts[verdict]:,} {verdict}" for verdict in Verdict if counts[verdict])
    when = f"{text.moment(matrix.run.started)}, {text.lasted(matrix)}"
    facts = f"{when}; {amount(len(matrix.cells), 'cell')}: {cells}"
    return [style.paint(line, DIM) for line in text.wrap(style.text(facts), style.width)]


def _rule(answer: Headline, style: Style) -> list[str]:
    title = style.text(text.clip(text.visible(answer.subject), style.width - 4))
    line = style.text("─") * max(style.width - text.measure(title) - 4, 0)
    return [style.paint(f"{style.text('─')}{style.text('─')} {title} {line}", BOLD), ""]


def _title(title: str, style: Style) -> list[str]:
    return ["", *(style.paint(line, BOLD) for line in text.wrap(style.text(title), style.width))]


def _gaps(answer: Headline, style: Style) -> list[str]:
    section, found = answer.section, answer.found
    if not found:
        return []
    lines = _title("Gaps", style)
    for number, gap in enumerate(found[:MOST_GAPS]):
        lines += ["", *_gap(section, gap, style)] if number else _gap(section, gap, style)
    if len(found) > MOST_GAPS:
        lines += ["", f"  and {amount(len(found) - MOST_GAPS, 'gap')} more, which the other reports have"]
    return lines


def _gap(section: Section, gap: Gap, style: Style) -> Iterator[str]:
    feature = gap.feature
    glyph = grid.content(gap.cells[0]) if gap.known else GLYPHS[gap.causes[0].first.verdict]
    facts = f"({text.visible(feature.clause, 80)}; {feature.level}; {feature.impact})"
    head = text.wrap(
        style.text(f"{text.visible(feature.title, 200)} {facts}"), style.width, f"{style.text(glyph)} ", "  "
    )
    colour = KNOWN if gap.known else COLOURS[gap.causes[0].first.verdict]
    yield style.paint(head[0], colour)
    yield from (style.paint(line, colour) for line in head[1:])
    if feature.customer_sees:
        yield from _fact("customer sees", feature.customer_sees, style)
    for cause in gap.causes[:MOST_CAUSES]:
        yield from _cause(section, gap, cause, style)
    if len(gap.causes) > MOST_CAUSES:
        rest = [cell for cause in gap.causes[MOST_CAUSES:] for cell in cause.cells]
        yield from _fact("likewise", f"{text.named(section, rest)}, for other reasons", style)


def _cause(section: Section, gap: Gap, cause: Cause, style: Style) -> Iterator[str]:
    cell = cause.first
    yield from _fact("with", f"{text.named(section, cause.cells)}: {text.ruling(cause)}", style)
    for line in text.because(cause):
        yield from text.wrap(style.text(line), style.width, " " * LABEL, " " * LABEL)
    if cell.known is not Known.NONE:
        yield from _fact("expectation", text.standing(cell), style)
    advice = gap.feature.workaround.text if gap.feature.workaround else ""
    if helps := text.workaround(cell, advice):
        yield from _fact("workaround", helps, style)
    yield from _again(cell, style)


def _again(cell: Cell, style: Style) -> Iterator[str]:
    if command := text.repeat(cell):
        yield _copied("repeat", command, style)
    if cell.evidence:
        yield _copied("evidence", text.visible(cell.evidence, 400), style)


def _fixed(section: Section, style: Style) -> list[str]:
    found = [cell for cell in section.cells if cell.known is Known.FIXED]
    if not found:
        return []
    lines = _title("Declared gaps that work now", style)
    for cell in found:
        where = f"{_feature(section, cell)} with {text.named(section, [cell])}"
        lines += _bullet(f"{where}: {text.standing(cell)}", style)
    return lines


def _degraded(section: Section, style: Style) -> list[str]:
    found = by_reason(section, Verdict.DEGRADED)
    return [*_title("Degraded", style), *_reasons(section, found, style)] if found else []


def _without_verdict(section: Section, verdict: Verdict, title: str, style: Style) -> list[str]:
    found = by_reason(section, verdict)
    if not found:
        return []
    lines = [*_title(f"{title} ({sum(len(cells) for _, cells in found):,})", style)]
    lines += _reasons(section, found, style)
    return lines


def _reasons(section: Section, found: Sequence[tuple[str, tuple[Cell, ...]]], style: Style) -> Iterator[str]:
    for reason, cells in found[:MOST_GAPS]:
        yield from _bullet(text.visible(reason, 300) or "no reason was given", style)
        groups = _rectangles(cells)
        for features, peers in groups[:MOST_CAUSES]:
            titles = ", ".join(_feature(section, cell) for cell in features[:MOST_CAUSES])
            more = f" and {len(features) - MOST_CAUSES} more" if len(features) > MOST_CAUSES else ""
            line = style.text(f"{titles}{more}, with {text.named(section, peers)}")
            yield from (style.paint(each, DIM) for each in text.wrap(line, style.width, "    ", "    "))
        if len(groups) > MOST_CAUSES:
            yield style.paint(
                f"    and {sum(len(each) for each, _ in groups[MOST_CAUSES:])} more features", DIM
            )
        if cells[0].verdict is Verdict.ERROR:
            yield from _again(cells[0], style)
    if len(found) > MOST_GAPS:
        yield f"  and {len(found) - MOST_GAPS} more reasons"


def _rectangles(cells: Iterable[Cell]) -> list[tuple[list[Cell], list[Cell]]]:
    """Group cells into features that have the same peers: one cell for each feature, one for each peer."""
    by_feature: dict[str, list[Cell]] = {}
    for cell in cells:
        by_feature.setdefault(cell.feature, []).append(cell)
    by_peers: dict[tuple[str, ...], tuple[list[Cell], list[Cell]]] = {}
    for found in by_feature.values():
        features, _ = by_peers.setdefault(tuple(cell.peer_key for cell in found), ([], found))
        features.append(found[0])
    return list(by_peers.values())


def _versions(section: Section, style: Style) -> list[str]:
    """Tell what ran exactly, where that says more than the matrix' head."""
    ran = [column for column in section.columns if column.key in section.tested]
    if all(column.exact == column.version for column in ran):
        return []
    by_title: dict[str, list[Column]] = {}
    for column in ran:
        by_title.setdefault(column.title, []).append(column)
    exact = (
        f"{title} {', '.join(dict.fromkeys(column.exact for column in found))}"
        for title, found in by_title.items()
    )
    line = style.text("; ".join(text.visible(each, 400) for each in exact))
    return [*_title("Exact versions", style), *text.wrap(line, style.width, "  ", "  ")]


def _feature(section: Section, cell: Cell) -> str:
    return next(
        text.visible(row.feature.title, 120) for row in section.rows if row.feature.id == cell.feature
    )


def _fact(label: str, fact: str, style: Style) -> list[str]:
    first = text.pad(f"  {label}", LABEL)
    return text.wrap(style.text(text.visible(fact)), style.width, first, " " * LABEL)


def _copied(label: str, words: str, style: Style) -> str:
    """Return a line that is not broken, whatever its length: it will be copied."""
    return text.pad(f"  {label}", LABEL) + style.text(words)


def _bullet(words: str, style: Style) -> list[str]:
    return text.wrap(style.text(text.visible(words)), style.width, "  ", "    ")
