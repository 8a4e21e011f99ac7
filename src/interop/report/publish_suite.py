"""A suite's page where several products were tested: who gets on with whom, and what each peer can do.

For somebody who has to choose one. Every figure leads to the matrix that it was counted in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby

from interop.judge.landscape import Landscape, Meeting, Support
from interop.judge.sections import Column
from interop.judge.summary import amount
from interop.model.matrix import Verdict
from interop.model.suite import Feature
from interop.report.publish_page import NOTHING
from interop.report.publish_parts import Sheet
from interop.report.site_markup import text
from interop.report.text import visible


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
                f"With how many of the {found.role}s that tried a feature it works. Red: with none of them."
                f" An exclamation mark: with some it does not, and the {found.peer_role} is at fault.",
                _table(found, peers, "feature", _support(found, sheets)),
            ),
        )
    )


def _section(title: str, note: str, body: str) -> str:
    return f'<section><h2>{text(title)}</h2><p class="order">{text(note)}</p>{body}</section>\n'


def _table(found: Landscape, peers: Mapping[str, str], corner: str, body: str) -> str:
    """Return a table with a column for each version, under its peer's name."""
    groups = [(peer, list(columns)) for peer, columns in groupby(found.columns, lambda each: each.peer)]
    names = "".join(
        f'<th scope="colgroup" colspan="{len(columns)}"><a href="{escape(peers[peer])}">'
        f"{text(columns[0].title)}</a></th>"
        for peer, columns in groups
    )
    versions = "".join(f'<th scope="col">{text(_short(column), 24)}</th>' for column in found.columns)
    return (
        '<div class="scroll"><table class="landscape"><thead>'
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
    own = "".join(f"<td>{found.own_gaps([column]) or NOTHING}</td>" for column in found.columns)
    whose = f"Gaps that are the {text(found.peer_role)}'s own fault"
    last = f'<tr class="sum"><th scope="row">{whose}</th>{own}</tr>\n'
    return f"<tbody>{''.join(rows)}{last}</tbody>"


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
            f'<tbody><tr class="group"><th scope="colgroup" colspan="{span}">{text(group)}</th></tr>\n'
            f"{rows}</tbody>"
        )
    return "".join(bodies)


def _feature(found: Landscape, feature: Feature, sheets: Mapping[str, Sheet]) -> str:
    sheet = sheets[found.sections[0].product]
    head = (
        f'<th scope="row"><a href="{escape(sheet.row(feature.id))}">{text(feature.title)}</a>'
        f' <span class="note">{text(feature.clause)} · {text(feature.level)}</span></th>'
    )
    cells = "".join(_supported(found.support[feature.id, column.key]) for column in found.columns)
    return f"<tr>{head}{cells}</tr>\n"


def _supported(support: Support) -> str:
    """Return how many of those that tried a feature got it, in as few signs as will do."""
    told = ", ".join(f"{count} {verdict}" for verdict, count in support.verdicts.items())
    if not support.tried:
        return f'<td class="never" title="{text(told)}">·</td>'
    lacked = support.verdicts[Verdict.UNSUPPORTED]
    if support.works == support.tried:
        kind, said = "works", "✓"
    elif lacked == support.tried:
        kind, said = "unsupported", NOTHING
    elif support.works == 0 and support.gaps:
        kind, said = "fails", "✗"
    else:
        kind = "degraded" if support.gaps else "works"
        said = f"{support.works}/{support.tried}"
    blamed = f"; at fault {support.at_fault} times" if support.at_fault else ""
    sign = "!" if support.at_fault and kind != "fails" else ""
    return f'<td title="{text(told + blamed)}"><span class="v {kind}">{said}{sign}</span></td>'


def title(found: Landscape, several: Sequence[Landscape]) -> str:
    """Return the page's name: the suite's, with the role where a suite has several pages."""
    same = [each for each in several if each.suite.name == found.suite.name]
    name = visible(found.suite.title, 60)
    return name if len(same) == 1 else f"{name} {found.role}"
