"""The gaps as a page: by cause, the dearest first, with who, what is seen, what helps, and evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from interop.judge.ranking import Ranked, ranked
from interop.judge.summary import amount
from interop.model.matrix import Known
from interop.model.suite import Impact
from interop.report.gaps import CODE, ORDER, told
from interop.report.publish_parts import Sheet
from interop.report.site_markup import anchor, mark, outward, text

MOST = 300
"""Causes that are written out; the matrix has the rest."""
FIRST = 20
"""Causes of a suite that are not folded."""
MOST_NAMED = 12
"""Peers of one cause that are named."""


def content(sheets: Sequence[Sheet]) -> tuple[str, str]:
    """Return the page's answer in a sentence, and its content, for the current tables."""
    where = {id(sheet.section): sheet for sheet in sheets}
    found = ranked(sheet.section for sheet in sheets)
    if not found:
        return "There is no gap among what was tested.", ""
    new = sum(each.cause.first.known is not Known.KNOWN for each in found)
    answer = f"{amount(len(found), 'cause')} of gaps" + (
        f", {new:,} of them not declared" if new < len(found) else ""
    )
    suites: dict[str, list[Ranked]] = {}
    for each in found:
        suites.setdefault(each.section.suite.title, []).append(each)
    if len(suites) == 1:
        return f"{answer}.", f'<p class="order">{ORDER}</p>\n{_causes(found, where, MOST)}'
    most = MOST // len(suites)
    links = ", ".join(
        f'<a href="#suite-{number}">{text(title)}</a> ({len(causes):,})'
        for number, (title, causes) in enumerate(suites.items())
    )
    parts = "".join(
        f'<section id="suite-{number}"><h2>{text(title)}</h2>{_causes(causes, where, most)}</section>\n'
        for number, (title, causes) in enumerate(suites.items())
    )
    return f"{answer}.", f'<p class="order">{links}. {ORDER}</p>\n{parts}'


def _causes(found: Sequence[Ranked], where: Mapping[int, Sheet], most: int) -> str:
    """Return the causes, the first ones open to the eye, so that a page of hundreds can be read."""
    shown = [_article(number, each, where) for number, each in enumerate(found[:most], 1)]
    first, rest = "".join(shown[:FIRST]), "".join(shown[FIRST:])
    summary = f"<summary>{amount(len(shown) - FIRST, 'more cause')}</summary>"
    folded = f'<details>{summary}<div class="causes">{rest}</div></details>' if rest else ""
    more = len(found) - most
    note = f'<p class="note">{amount(more, "further cause")} in the matrix only.</p>' if more > 0 else ""
    return f'<div class="causes">{first}</div>{folded}{note}'


def _article(number: int, ranking: Ranked, where: Mapping[int, Sheet]) -> str:
    sheet, feature, first = where[id(ranking.section)], ranking.gap.feature, ranking.cause.first
    known = first.known is Known.KNOWN
    severe = feature.impact in {Impact.CRITICAL, Impact.SERIOUS} and not known
    facts: dict[str, list[str]] = {}
    for label, value in told(ranking):
        if label != "Evidence":
            facts.setdefault(label, []).append(_value(label, value))
    listed = "".join(
        f"<dt>{text(label)}</dt><dd>{'<br>'.join(values)}</dd>\n" for label, values in facts.items()
    )
    severity = ' class="severe"' if severe else ""
    title = anchor(sheet.row(feature.id), feature.title)
    clause = outward(feature.url, feature.clause)
    about = f"{feature.level} · {clause} · {text(sheet.section.suite.title)}{' · known' if known else ''}"
    whose = {each.section.product for each in where.values()}
    product = (
        f"{text(sheet.section.product)} {text(sheet.section.product_version)} · " if len(whose) > 1 else ""
    )
    return (
        f"<article{severity}><h3>{number}. {title}</h3>\n"
        f'<p class="impact"><b>{feature.impact.capitalize()}</b> · {about}</p>\n'
        f'<p class="cause">{product}{mark(first.verdict)} with {", ".join(_peers(ranking, sheet))}</p>\n'
        f"<dl>{listed}</dl></article>\n"
    )


def _value(label: str, value: str) -> str:
    return f"<code>{text(value)}</code>" if label in CODE else text(value, 1000)


def _peers(ranking: Ranked, sheet: Sheet) -> Iterator[str]:
    """Yield a link to each cell: there is its evidence."""
    columns = {column.key: column for column in sheet.section.columns}
    for cell in ranking.cause.cells[:MOST_NAMED]:
        column = columns[cell.peer_key]
        yield f'<a href="{escape(sheet.cell(cell))}">{text(f"{column.title} {column.label}")}</a>'
    if len(ranking.cause.cells) > MOST_NAMED:
        yield f"and {len(ranking.cause.cells) - MOST_NAMED} more"
