"""What a peer does by itself, as several products saw it: what of its page no single product can tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from interop.judge.landscape import Landscape
from interop.judge.sections import Column
from interop.judge.summary import amount, plural
from interop.model.suite import Feature, Impact
from interop.report.publish_parts import Sheet
from interop.report.publish_suite import LEGEND, supported
from interop.report.site_markup import anchor, text

MOST_ROWS = 200
"""Features that are written out; the suite's page has them all."""

_IMPACTS = list(Impact)


def fault(met: Sequence[Landscape], name: str) -> str:
    """Return in a sentence how many gaps are the peer's own fault, in whatever it was met as."""
    own = sum(found.own_gaps(_columns(found, name)) for found in met)
    if not own:
        return "No gap is its own fault."
    return f"{amount(own, 'gap')} {'is' if own == 1 else 'are'} its own fault."


def section(found: Landscape, name: str, people: str, faced: Iterable[Sheet]) -> str:
    """Return the features that no product gets from a version of the peer, or of which it is at fault."""
    columns = _columns(found, name)
    odd = [each for each in found.features if any(_lacks(found, each, column) for column in columns)]
    odd.sort(key=lambda each: (not _at_fault(found, each, columns), _IMPACTS.index(each.impact)))
    title = f"What {people} does not do as {found.suite.title} {found.peer_role}"
    if not odd:
        said = f"Every feature that some {found.role} gets from some {found.peer_role} works with it."
        return f"<section><h2>{text(title)}</h2><p>{text(said)}</p></section>\n"
    sheet = next(
        each
        for each in faced
        if (each.section.suite.name, each.section.role) == (found.suite.name, found.role)
    )
    rows = "".join(_row(found, each, columns, sheet) for each in odd[:MOST_ROWS])
    heads = "".join(f'<th scope="col">{text(column.label, 40)}</th>' for column in columns)
    legend = LEGEND.format(role=plural(found.role), peer=found.peer_role)
    more = len(odd) - MOST_ROWS
    note = (
        f'<p class="note">{amount(more, "further feature")} on the suite\'s page only.</p>'
        if more > 0
        else ""
    )
    head = f'<thead><tr><th scope="col">feature</th>{heads}</tr></thead>\n'
    return (
        f'<section><h2>{text(title)}</h2><p class="order">{text(legend)}</p>'
        f'<div class="scroll"><table class="landscape">{head}'
        f"<tbody>{rows}</tbody></table></div>{note}</section>\n"
    )


def _columns(found: Landscape, name: str) -> list[Column]:
    return [column for column in found.columns if column.peer == name]


def _lacks(found: Landscape, feature: Feature, column: Column) -> bool:
    support = found.support[feature.id, column.key]
    return bool(support.at_fault or (support.tried and not support.works))


def _at_fault(found: Landscape, feature: Feature, columns: Sequence[Column]) -> bool:
    return any(found.support[feature.id, column.key].at_fault for column in columns)


def _row(found: Landscape, feature: Feature, columns: Sequence[Column], sheet: Sheet) -> str:
    cells = "".join(supported(found.support[feature.id, column.key]) for column in columns)
    note = (
        f'<span class="note">{text(feature.impact)} · {text(feature.level)} · {text(feature.clause)}</span>'
    )
    return f'<tr><th scope="row">{anchor(sheet.row(feature.id), feature.title)} {note}</th>{cells}</tr>\n'
