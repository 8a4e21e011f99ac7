"""A suite's page where several products were tested: who gets on with whom, and what each peer can do.

For somebody who has to choose one. Every figure leads to the matrix that it was counted in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import groupby

from interop.judge.landscape import Landscape, Meeting, Support
from interop.judge.sections import Column
from interop.judge.summary import amount, plural
from interop.model.matrix import Verdict
from interop.model.suite import Feature
from interop.report.publish_page import NOTHING
from interop.report.publish_parts import Sheet
from interop.report.site_markup import text
from interop.report.text import visible

LEGEND = (
    "Of the {role} that get a feature from some {peer}, how many get it from this one; a tick is all of them,"
    " a cross none. A dash: one side lacks it, red where the specification requires it. An exclamation mark:"
    " the {peer} is at fault."
)
"""What the signs of `supported` mean."""


def answer(found: Landscape) -> str:
    """Return in a sentence what the products and their peers come to."""
    met = list(found.meetings.values())
    peers = len({column.peer for column in found.columns})
    sound = sum(meeting.gaps == 0 for meeting in met)
    return (
        f"{amount(len(found.sections), found.role)} with {amount(peers, found.peer_role)} in"
        f" {amount(len(found.columns), 'version')}, {amount(len(found.features), 'feature')}:"
        f" {sound:,} of {amount(len(met), 'pairing')} without a gap."
    )


def content(found: Landscape, sheets: Mapping[str, Sheet], peers: Mapping[str, str]) -> str:
    """Return the page's content. `sheets` has each product's table, `peers` every implementation's page."""
    return "".join(
        (
            _section(
                f"Which {found.role} with which {found.peer_role}",
                "How many of the features that were tried work, and the gaps that a customer would hit. Red:"
                " one of them is critical or serious.",
                _table(found, peers, found.role, _meetings(found, sheets, peers)),
            ),
            _section(
                f"What each {found.peer_role} does",
                LEGEND.format(role=plural(found.role), peer=found.peer_role),
                _table(found, peers, "feature", _support(found, sheets), "scroll tall"),
            ),
        )
    )


def _section(title: str, note: str, body: str) -> str:
    return f'<section><h2>{text(title)}</h2><p class="order">{text(note)}</p>{body}</section>\n'


def _table(found: Landscape, peers: Mapping[str, str], corner: str, body: str, kind: str = "scroll") -> str:
    """Return a table with a column for each version, under its peer's name."""
    groups = [(peer, list(columns)) for peer, columns in groupby(found.columns, lambda each: each.peer)]
    names = "".join(
        f'<th scope="colgroup" colspan="{len(columns)}"><a href="{escape(peers[peer])}">'
        f"{text(columns[0].title)}</a></th>"
        for peer, columns in groups
    )
    versions = "".join(f'<th scope="col">{text(_short(column), 24)}</th>' for column in found.columns)
    return (
        f'<div class="{kind}"><table class="landscape"><thead>'
        f'<tr><td></td>{names}</tr><tr><th scope="col">{text(corner)}</th>{versions}</tr></thead>\n'
        f"{body}</table></div>"
    )


def _short(column: Column) -> str:
    """Return a version that fits above a narrow column."""
    return column.label.split("+deb", 1)[0].split("+dfsg", 1)[0]


def _meetings(found: Landscape, sheets: Mapping[str, Sheet], peers: Mapping[str, str]) -> str:
    rows = []
    for section in found.sections:
        sheet = sheets[section.product]
        head = (
            f'<th scope="row"><a href="{escape(peers[section.product])}">{text(section.product)}</a>'
            f' <span class="note">{text(section.product_version, 40)}</span></th>'
        )
        cells = "".join(
            _meeting(found.meetings.get((section.product, column.key)), sheet, column)
            for column in found.columns
        )
        rows.append(f"<tr>{head}{cells}</tr>\n")
    had = [f"{found.had(column):,}" for column in found.columns]
    own = [str(found.own_gaps([column]) or NOTHING) for column in found.columns]
    rows.append(_sum(f"Features that some {found.role} gets, of {len(found.features):,}", had))
    rows.append(_sum(f"Gaps that are the {found.peer_role}'s own fault", own))
    return f"<tbody>{''.join(rows)}</tbody>"


def _sum(title: str, figures: Iterable[str]) -> str:
    cells = "".join(f"<td>{each}</td>" for each in figures)
    return f'<tr class="sum"><th scope="row">{text(title)}</th>{cells}</tr>\n'


def _meeting(meeting: Meeting | None, sheet: Sheet, column: Column) -> str:
    if meeting is None:
        return f'<td class="never">{NOTHING}</td>'
    kind = "fails" if meeting.severe else "degraded" if meeting.gaps else "works"
    percent = int(100 * meeting.share)  # rounded down: 100 % is said of all alone
    said = f"{meeting.works} of {meeting.tried} work, {amount(meeting.gaps, 'gap')}"
    gaps = f"<small>{amount(meeting.gaps, 'gap')}</small>" if meeting.gaps else ""
    return (
        f'<td><a class="v {kind}" href="{escape(sheet.peer(column.key))}" title="{text(said)}">'
        f"{percent} %{gaps}</a></td>"
    )


def _support(found: Landscape, sheets: Mapping[str, Sheet]) -> str:
    bodies = []
    for group, features in groupby(found.features, lambda each: each.group):
        span = len(found.columns) + 1
        rows = "".join(_feature(found, each, sheets) for each in features)
        bodies.append(
            f'<tbody><tr class="group"><th scope="colgroup" colspan="{span}">'
            f"<span>{text(group)}</span></th></tr>\n"
            f"{rows}</tbody>"
        )
    return "".join(bodies)


def _feature(found: Landscape, feature: Feature, sheets: Mapping[str, Sheet]) -> str:
    sheet = sheets[found.sections[0].product]
    head = (
        f'<th scope="row"><a href="{escape(sheet.row(feature.id))}">{text(feature.title)}</a>'
        f' <span class="note">{text(feature.clause)} · {text(feature.level)}</span></th>'
    )
    cells = "".join(supported(found.support[feature.id, column.key]) for column in found.columns)
    return f"<tr>{head}{cells}</tr>\n"


def supported(support: Support) -> str:
    """Return how many of those that can tell get a feature, in as few signs as will do, as a table's cell."""
    told = ", ".join(f"{count} {verdict}" for verdict, count in support.everybody.items())
    if not support.tried:
        return f'<td class="never" title="{text(told)}">·</td>'
    lacked = support.verdicts[Verdict.UNSUPPORTED]
    if support.works == support.tried:
        kind, said = "works", "✓"
    elif lacked == support.tried:
        kind, said = "fails" if support.gaps else "unsupported", NOTHING
    elif support.works == 0 and support.gaps:
        kind, said = "fails", "✗"
    else:
        kind = "degraded" if support.gaps else "works"
        said = f"{support.works}/{support.tried}"
    blamed = f"; at fault {support.at_fault} times" if support.at_fault else ""
    sign = "!" if support.at_fault else ""
    return f'<td title="{text(told + blamed)}"><span class="v {kind}">{said}{sign}</span></td>'


def title(found: Landscape, several: Sequence[Landscape]) -> str:
    """Return the page's name: the suite's, with the role where a suite has several pages."""
    same = [each for each in several if each.suite.name == found.suite.name]
    name = visible(found.suite.title, 60)
    return name if len(same) == 1 else f"{name} {found.role}"
