"""The matrix of one section as lines of a terminal: themes and features down, peers and versions across.

Columns that do not fit the width go into further blocks below; one implementation's versions stay together
when they can. Knows nothing of gaps, reasons or headlines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from interop.judge.sections import Column, Row, Section, Standing, is_gap, works
from interop.model.matrix import Cell, Known, Verdict
from interop.report.style import BOLD, COLOURS, DIM, GLYPHS, KNOWN, NEW, Style
from interop.report.text import centre, clip, measure, number, pad, visible

LONG = 60
"""Rows. In a longer section, rows that work everywhere are folded into one line per theme."""

MOST = 200
"""Rows that are drawn at all; nobody reads more in a terminal."""

NARROWEST = 24
"""Columns of the terminal that the features' titles keep, whatever else does not fit."""

LONGEST_NAME = 12
"""Columns of the terminal to which an implementation's name may widen its versions' columns."""

LONGEST_VERSION = 20
"""Columns of the terminal that a version or a configuration takes at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Strip:
    """One column as it is drawn."""

    column: Column
    index: int
    """Where its cells stand in a row."""
    version: str
    configuration: str
    width: int


Group = Sequence[_Strip]
"""The versions of one implementation, side by side."""


def draw(section: Section, style: Style) -> list[str]:
    """Return the lines of the section's matrix, with its legend."""
    shown = _fold(section)
    label, blocks = _layout(section, shown.values(), style)
    lines: list[str] = []
    for block in blocks:
        lines += [*_block(section, block, label, shown, style), ""]
    return [*lines, *_legend(section, blocks, style)]


def content(cell: Cell) -> str:
    """Return what stands in a cell: a glyph, in brackets where the gap is known, or a limit."""
    glyph = GLYPHS[cell.verdict]
    if not cell.limits or not works(cell):
        return f"({glyph})" if cell.known is Known.KNOWN else glyph
    mark = glyph if cell.verdict is Verdict.DEGRADED else ""
    limit = number(cell.limits[0])
    return clip(
        mark + (limit.rpartition(" ")[0] if _long_unit(cell) else limit).replace(" ", ""), LONGEST_NAME
    )


def _long_unit(cell: Cell) -> str:
    """Return the unit of a limit when it is too long for a cell, and stands beside the feature instead."""
    unit = number(cell.limits[0]).rpartition(" ")[2] if cell.limits else ""
    return unit if measure(unit) > len("MiB") else ""


def _title(row: Row, style: Style) -> str:
    units = {_long_unit(cell) for cell in row.cells if works(cell)} - {""}
    unit = f", {units.pop()}" if len(units) == 1 else ""
    mark = GLYPHS[Verdict.FAILS] if row.standing is Standing.GAP else " "
    return style.text(f"{mark} {visible(row.feature.title, 120)}{unit}")


def _fold(section: Section) -> Mapping[str, Row]:
    """Return the rows to draw, by feature."""
    rows = section.rows
    if len(rows) > LONG:
        rows = tuple(row for row in rows if row.standing is not Standing.EVERYWHERE)[:MOST]
    return {row.feature.id: row for row in rows}


def _layout(section: Section, rows: Iterable[Row], style: Style) -> tuple[int, list[list[Group]]]:
    """Return the width of the titles' column and the blocks: all in one when the versions, cut short, fit."""
    needs = [1] * len(section.columns)
    titles = NARROWEST
    for row in rows:
        titles = max(titles, measure(_title(row, style)) + 1)
        needs = [max(need, _breadth(cell, style)) for need, cell in zip(needs, row.cells, strict=True)]
    for short in (False, True):
        groups = _groups(section, needs, style, short=short)
        spare = style.width - sum(map(_group_width, groups))
        if spare >= min(titles, max(NARROWEST, style.width * 2 // 5)):
            return min(titles, spare), [groups]
    label = min(titles, max(NARROWEST, style.width * 2 // 5))
    return label, _pack(groups, style.width - label)


def _breadth(cell: Cell, style: Style) -> int:
    return measure(style.text(content(cell)))


def _groups(section: Section, needs: Sequence[int], style: Style, *, short: bool) -> list[Group]:
    by_peer: dict[str, list[tuple[int, Column]]] = {}
    for index, column in enumerate(section.columns):
        by_peer.setdefault(column.peer, []).append((index, column))
    configurations = _configurations(section, short=short)
    groups: list[Group] = []
    for found in by_peer.values():
        versions = _versions([column for _, column in found], short=short)
        name = min(measure(style.text(visible(found[0][1].title, 60))), LONGEST_NAME)
        strips = []
        for (index, column), version in zip(found, versions, strict=True):
            configuration = style.text(configurations[column.configuration])
            drawn = clip(style.text(visible(version)), LONGEST_VERSION, style.text("…"))
            tally = measure(_tally(section, index))
            share = -(-(name - len(found) + 1) // len(found))
            width = max(needs[index], measure(drawn), measure(configuration), tally, share)
            strip = _Strip(
                column=column, index=index, version=drawn, configuration=configuration, width=width
            )
            strips.append(strip)
        groups.append(strips)
    return groups


def _versions(columns: Sequence[Column], *, short: bool) -> list[str]:
    """Return the versions' labels; cut short they keep as many parts, two at least, as tell them apart."""
    whole = [column.version for column in columns]
    if not short:
        return whole
    for parts in range(2, 1 + max(version.count(".") + 1 for version in whole)):
        cut = [".".join(version.split(".")[:parts]) for version in whole]
        if len(set(cut)) == len(set(whole)):
            return cut
    return whole


def _configurations(section: Section, *, short: bool) -> Mapping[str, str]:
    """Return how each configuration is written: nothing for the default one, `+hardened`, cut short `+h`."""
    names = sorted({column.configuration for column in section.columns})
    out = {}
    for name in names:
        length = 1
        while any(other != name and other[:length] == name[:length] for other in names) and length < len(
            name
        ):
            length += 1
        out[name] = clip(f"+{visible(name[:length] if short else name)}", LONGEST_VERSION)
    return out | {"default": ""}


def _group_width(group: Group) -> int:
    """Return the columns that a group takes, with the rule before it."""
    return sum(strip.width + 1 for strip in group) + 2


def _pack(groups: Sequence[Group], room: int) -> list[list[Group]]:
    """Spread groups over as few blocks as the room asks for, about equally wide."""
    pieces = [piece for group in groups for piece in _cut(group, room)]
    fewest = len(_fill(pieces, room))
    narrow = max(map(_group_width, pieces))
    best = next((each for each in range(narrow, room) if len(_fill(pieces, each)) == fewest), room)
    return _fill(pieces, best)


def _cut(group: Group, room: int) -> Iterator[Group]:
    """Cut a group of more versions than the room holds."""
    piece: list[_Strip] = []
    for strip in group:
        if piece and _group_width([*piece, strip]) > room:
            yield piece
            piece = []
        piece.append(strip)
    yield piece


def _fill(pieces: Iterable[Group], room: int) -> list[list[Group]]:
    blocks: list[list[Group]] = [[]]
    left = room
    for piece in pieces:
        if blocks[-1] and _group_width(piece) > left:
            blocks.append([])
            left = room
        blocks[-1].append(piece)
        left -= _group_width(piece)
    return blocks


def _block(
    section: Section, block: Sequence[Group], label: int, shown: Mapping[str, Row], style: Style
) -> Iterator[str]:
    rule = style.text("│ ")

    def line(title: str, parts: Iterable[str]) -> str:
        return f"{title}{''.join(rule + part for part in parts)}".rstrip()

    names = (style.text(visible(group[0].column.title, 60)) for group in block)
    yield line(
        " " * label,
        (
            style.paint(
                pad(clip(name, _group_width(group) - 3, style.text("…")), _group_width(group) - 2), BOLD
            )
            for name, group in zip(names, block, strict=True)
        ),
    )
    yield line(" " * label, (_centred(group, [strip.version for strip in group]) for group in block))
    if any(strip.configuration for group in block for strip in group):
        yield line(
            " " * label, (_centred(group, [strip.configuration for strip in group]) for group in block)
        )
    for theme in section.themes:
        rows = [row for row in theme.rows if row.feature.id in shown]
        hidden = [row for row in theme.rows if row.feature.id not in shown]
        yield line(
            style.paint(pad(clip(style.text(visible(theme.title, 80)), label, style.text("…")), label), BOLD),
            (" " * (_group_width(group) - 2) for group in block),
        )
        for row in rows:
            yield line(
                style.paint(pad(clip(_title(row, style), label - 1, style.text("…")), label), _concern(row)),
                (_painted(group, row, style) for group in block),
            )
        if hidden:
            alike = all(row.standing is Standing.EVERYWHERE for row in hidden)
            words = f"  {len(hidden)} {'work everywhere' if alike else 'more, not shown'}"
            yield style.paint(words, DIM)
    yield line(
        pad(clip("Works, of those tried", label - 1, style.text("…")), label),
        (_centred(group, [_tally(section, strip.index) for strip in group]) for group in block),
    )


def _centred(group: Group, texts: Iterable[str]) -> str:
    return "".join(centre(text, strip.width) + " " for strip, text in zip(group, texts, strict=True))


def _painted(group: Group, row: Row, style: Style) -> str:
    parts = []
    for strip in group:
        cell = row.cells[strip.index]
        colour = KNOWN if cell.known is Known.KNOWN else COLOURS[cell.verdict]
        parts.append(style.paint(centre(style.text(content(cell)), strip.width), colour) + " ")
    return "".join(parts)


def _concern(row: Row) -> str:
    """Return the colour of a row's title: one that has a gap stands out, and more so when the gap is new."""
    if row.standing is not Standing.GAP:
        return ""
    return KNOWN if all(cell.known is Known.KNOWN for cell in row.cells if is_gap(cell, row.feature)) else NEW


def _tally(section: Section, index: int) -> str:
    tried = [row.cells[index] for row in section.rows if row.cells[index].tried]
    return f"{sum(map(works, tried))}/{len(tried)}"


def _legend(section: Section, blocks: Iterable[Iterable[Group]], style: Style) -> list[str]:
    """Explain what is used, and nothing else."""
    cells = list(section.cells)
    used = {cell.verdict for cell in cells}
    parts = [(f"{GLYPHS[verdict]} {verdict}", COLOURS[verdict]) for verdict in Verdict if verdict in used]
    if any(cell.known is Known.KNOWN for cell in cells):
        parts.append(("( ) known gap", KNOWN))
    if any(cell.limits and works(cell) for cell in cells):
        parts.append(("a number: works up to it", COLOURS[Verdict.WORKS]))
    strips = {strip.configuration: strip.column for block in blocks for group in block for strip in group}
    for short, column in sorted(strips.items()):
        if short and short != style.text(f"+{column.configuration}"):
            parts.append((clip(f"{short} {visible(column.configuration)}", NARROWEST), BOLD))
    lines = [""]
    room = style.width
    for words, colour in parts:
        drawn = style.text(words)
        if measure(drawn) > room:
            lines.append("")
            room = style.width
        lines[-1] += style.paint(drawn, colour) + "   "
        room -= measure(drawn) + 3
    return lines
