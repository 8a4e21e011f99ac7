"""The table for readers without scripts: all of it, as plain HTML, when it is not too large for that."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from interop.judge.sections import Row, Section
from interop.model.matrix import Cell
from interop.report.site_data import KNOWN
from interop.report.site_markup import mark, outward, text
from interop.report.text import number

MOST_CELLS = 2_000
"""Up to so many cells the table is there without scripts too."""


def plain(sheets: Mapping[str, Section]) -> str:
    """Return the tables for readers without scripts; a sentence when they would be too large."""
    size = sum(len(row.cells) for section in sheets.values() for row in section.rows)
    if size > MOST_CELLS:
        return f"<p>The table of {size:,} cells needs JavaScript.</p>"
    return "\n".join(_table(section) for section in sheets.values())


def _table(section: Section) -> str:
    groups = [
        (title, list(found))
        for title, found in itertools.groupby(section.columns, lambda column: column.title)
    ]
    peers = "".join(
        f'<th scope="colgroup" colspan="{len(found)}" class="edge">{text(title)}</th>'
        for title, found in groups
    )
    labels = "".join(f'<th scope="col">{text(column.label)}</th>' for column in section.columns)
    width = len(section.columns) + 1
    bodies = "".join(
        f'<tbody><tr class="theme"><th scope="rowgroup" colspan="{width}">'
        f"<div>{text(theme.title)}</div></th></tr>\n{''.join(_row(row) for row in theme.rows)}</tbody>\n"
        for theme in section.themes
    )
    caption = f"{section.suite.title} {section.role}: features by implementation and version"
    return (
        f'<div class="scroll"><table class="matrix"><caption>{text(caption)}</caption><thead>\n'
        f'<tr><th scope="col" rowspan="2" class="feature">Feature</th>{peers}</tr>\n'
        f'<tr class="versions">{labels}</tr></thead>\n{bodies}</table></div>'
    )


def _row(row: Row) -> str:
    feature = row.feature
    clause = f'<span class="note">{outward(feature.url, feature.clause)} {feature.level}</span>'
    cells = "".join(f"<td>{_cell(cell)}</td>" for cell in row.cells)
    return f'<tr><th scope="row" class="feature">{text(feature.title)} {clause}</th>{cells}</tr>\n'


def _cell(cell: Cell) -> str:
    limits = ", ".join(number(limit) for limit in cell.limits)
    return mark(cell.verdict, limits, KNOWN[cell.known][0])
