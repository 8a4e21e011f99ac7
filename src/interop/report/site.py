"""The web page: one file that works from disk, answers first, and keeps every detail behind its cell.

`render` writes the answer, the gaps, the versions and the legend as HTML, and embeds the matrix for the
page's own script (assets/*.js, joined in the order of `_SCRIPTS`), which draws the table; `site_plain` has
the table for readers without scripts. The page asks nothing of any network: its Content-Security-Policy
names the one script and the one style sheet by their hashes. Reads nothing but its own assets, once, when
imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from importlib.resources import files
from string import Template
from types import MappingProxyType

from interop.judge.sections import Section, sections
from interop.judge.summary import Cause, Gap, Headline, amount, headline
from interop.model.matrix import Known, Matrix
from interop.model.suite import Impact
from interop.report.site_data import KNOWN, MEANINGS, book, embedded_evidence, link, script_json, sheet_ids
from interop.report.site_markup import (
    anchor,
    answer_of,
    content_hash,
    mark,
    outward,
    share,
    short,
    summary,
    text,
)
from interop.report.site_plain import plain
from interop.report.text import because, lasted, moment, ruling, standing, visible, workaround

FIRST_CARDS = 9
"""Gaps of a section that are shown at once; the next ones are folded."""
MOST_CARDS = 200
"""Gaps of a section that have a card; the table has them all."""
FEW_COLUMNS = 40
"""Up to so many columns the peers' versions are unfolded."""
MOST_NAMED = 12
"""Peers of one cause that a card names."""

_SCRIPTS = ("dom", "data", "state", "choose", "table", "list", "panel", "main")
_ASSETS = files("interop.report") / "assets"
STYLE = (_ASSETS / "report.css").read_text(encoding="utf-8")
"""What every page looks like."""
_SCRIPT = "\n".join((_ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS)
_PAGE = Template((_ASSETS / "page.html").read_text(encoding="utf-8"))
_NOTHING = '<div class="answer"><p>Nothing was tested.</p></div>'
_NO_EVIDENCE: Mapping[str, str] = MappingProxyType({})


def render(matrix: Matrix, *, evidence: Mapping[str, str] = _NO_EVIDENCE, navigation: str = "") -> str:
    """Return the page. `evidence` has texts by the cells' evidence paths; they are embedded, capped.

    `navigation` is HTML that leads to the other pages of a published site; it stands before everything else.
    """
    shown = sections(matrix)
    sheets = dict(zip(sheet_ids(shown), shown, strict=True))
    heads = {name: headline(section) for name, section in sheets.items()}
    product = f"{matrix.run.product} {matrix.run.product_version}"
    heading = next(iter(heads.values())).subject if len(heads) == 1 else product
    names = _names(sheets)
    answer = " ".join(answer_of(head) for head in heads.values()) or "Nothing was tested."
    return _PAGE.substitute(
        script_hash=content_hash(_SCRIPT),
        style_hash=content_hash(STYLE),
        generator=text(f"interop {matrix.run.interop_version}"),
        title=short(f"{heading}: interoperability"),
        description=summary(answer),
        style=STYLE,
        navigation=navigation,
        heading=text(heading),
        answers="".join(_answer(name, names.get(name, ""), head) for name, head in heads.items()) or _NOTHING,
        facts=_facts(matrix, shown),
        gaps="".join(_gaps(name, names.get(name, ""), head) for name, head in heads.items()),
        tabs=_tabs(names),
        plain=plain(sheets),
        legend=_legend(matrix),
        footer=_footer(matrix),
        matrix=script_json(book(matrix, sheets)),
        evidence=script_json(embedded_evidence(shown, evidence)),
        script=_SCRIPT,
    )


def _names(sheets: Mapping[str, Section]) -> dict[str, str]:
    """Return what tells the sheets apart for a reader; nothing when there is but one."""
    if len(sheets) < 2:  # noqa: PLR2004 - one sheet needs no name
        return {}
    products = {(section.product, section.product_version) for section in sheets.values()}
    if len(products) == 1:
        return {name: f"{section.suite.title} {section.role}" for name, section in sheets.items()}
    return {name: headline(section).subject for name, section in sheets.items()}


def _answer(sheet: str, name: str, head: Headline) -> str:
    whose = f'<p class="about">{anchor(link("sheet", sheet), name)}</p>' if name else ""
    return f'<div class="answer">{whose}<p>{text(answer_of(head))}</p>{share(head.cells)}</div>\n'


def _facts(matrix: Matrix, shown: tuple[Section, ...]) -> str:
    run = matrix.run
    host = ", ".join(f"{name} {value}" for name, value in run.host.items())
    engines = ", ".join(sorted({party.engine for party in matrix.parties if party.engine}))
    when = f"{moment(run.started)}, {lasted(matrix)}"
    entries = {
        "Product": text(f"{run.product} {run.product_version}"),
        "Tested": text(when),
        "Against": _peers(matrix, shown) if shown else "",
        "Engine": text("; ".join(filter(None, (engines, host)))),
        "Command": f"<code>{text(' '.join(run.command))}</code>" if run.command else "",
        **{visible(name, 60).capitalize(): text(note) for name, note in matrix.notes.items()},
    }
    warning = (
        '<p class="warning">This run was cut short: what it had not reached is untested.</p>\n'
        if matrix.interrupted
        else ""
    )
    rows = "".join(f"<dt>{escape(term)}</dt><dd>{value}</dd>\n" for term, value in entries.items() if value)
    return f'{warning}<dl class="facts">\n{rows}</dl>'


def _peers(matrix: Matrix, shown: tuple[Section, ...]) -> str:
    """Return every peer with its exact versions."""
    homes = {party.name: party.homepage for party in matrix.parties}
    versions: dict[str, dict[str, None]] = {}
    titles: dict[str, str] = {}
    columns = [(section, column) for section in shown for column in section.columns]
    for section, column in columns:
        titles[column.peer] = column.title
        never = "" if column.key in section.tested else " not tested"
        release = f" {column.release}" if column.release else ""
        versions.setdefault(column.peer, {})[f"{column.exact}{release}{never}"] = None
    items = "".join(
        f"<li><b>{outward(homes.get(peer, ''), titles[peer])}</b> {text(', '.join(found))}</li>\n"
        for peer, found in versions.items()
    )
    roles = {section.peer_role for section in shown}
    noun = roles.pop() if len(roles) == 1 else "peer"
    count = sum(len(found) for found in versions.values())
    unfolded = " open" if len(columns) <= FEW_COLUMNS else ""
    summary = f"{amount(count, noun)}: {amount(len(versions), 'implementation')}, exact versions"
    return f'<details{unfolded}><summary>{text(summary)}</summary><ul class="peers">\n{items}</ul></details>'


def _gaps(sheet: str, name: str, head: Headline) -> str:
    if not head.found:
        return ""
    cards = [_card(sheet, head.section, gap) for gap in head.found[:MOST_CARDS]]
    first, more = cards[:FIRST_CARDS], cards[FIRST_CARDS:]
    summary = f"<summary>{amount(len(more), 'more gap')}</summary>"
    rest = f'<details>{summary}<div class="cards">{"".join(more)}</div></details>' if more else ""
    uncarded = len(head.found) - MOST_CARDS
    note = f'<p class="note">{amount(uncarded, "further gap")} in the table only.</p>' if uncarded > 0 else ""
    title = text(f"Gaps: {name}" if name else "Gaps")
    shown = f'<div class="cards">{"".join(first)}</div>{rest}{note}'
    return f'<section class="gaps"><h2>{title}</h2>\n{shown}</section>\n'


def _card(name: str, section: Section, gap: Gap) -> str:
    feature = gap.feature
    severe = feature.impact in {Impact.CRITICAL, Impact.SERIOUS} and not gap.known
    state = (
        "known"
        if gap.known
        else "new"
        if all(cell.known is Known.NONE for cell in gap.cells)
        else "to review"
    )
    clause = outward(feature.url, feature.clause)
    advice = feature.workaround.text if feature.workaround else ""
    helps = dict.fromkeys(filter(None, (workaround(cause.first, advice) for cause in gap.causes)))
    lines = [
        f'<p class="impact"><b>{feature.impact.capitalize()}</b> · {state} · {clause}</p>',
        f"<h3>{anchor(link('row', name, visible(feature.id)), feature.title)}</h3>",
        *(_cause(name, section, cause) for cause in gap.causes),
        _said("Customer sees", feature.customer_sees),
        *(_said("Workaround", each) for each in helps),
    ]
    return f"<article{' class=severe' if severe else ''}>{''.join(lines)}</article>\n"


def _said(label: str, value: str, longest: int = 2_000) -> str:
    return f'<p><span class="label">{label}:</span> {text(value, longest)}</p>' if value else ""


def _cause(name: str, section: Section, cause: Cause) -> str:
    columns = section.columns_of(cause.cells)
    named = ", ".join(
        anchor(
            link("cell", name, visible(cause.first.feature), visible(column.key)),
            f"{column.title} {column.label}",
        )
        for column in columns[:MOST_NAMED]
    )
    more = f" and {len(columns) - MOST_NAMED} more" if len(columns) > MOST_NAMED else ""
    fault = ruling(cause).partition("; ")[2]
    why = ": ".join(filter(None, (fault, "; ".join(because(cause)))))
    state, _, declared = standing(cause.first).partition(": ")
    return (
        f'<p class="cause">{mark(cause.first.verdict)} with {named}{more}</p>'
        f"{_said('Why', why, 600)}{_said(state.capitalize(), declared)}"
    )


def _tabs(names: Mapping[str, str]) -> str:
    links = "".join(
        f'<a href="{escape(link("sheet", sheet))}" data-sheet="{escape(sheet)}">{text(name)}</a>'
        for sheet, name in names.items()
    )
    return f'<nav id="tabs" aria-label="Tables">{links}</nav>' if links else ""


def _legend(matrix: Matrix) -> str:
    entries = [(mark(verdict), meaning) for verdict, meaning in MEANINGS.items()]
    declared = {cell.known for cell in matrix.cells}
    entries += [
        (word, f"{meaning}.") for known, (word, meaning) in KNOWN.items() if word and known in declared
    ]
    gap = (
        "What a customer would hit: it fails, is flaky, or one side lacks what the specification "
        "requires (then the cell says <i>required</i>)."
    )
    entries.append(("gap", gap))
    if any(cell.limits for cell in matrix.cells):
        entries.append(
            ("≥ 2 MiB", "The largest size or count that worked; ≥ where the search ended at its own ceiling.")
        )
    rows = "\n".join(f"<dt>{term}</dt><dd>{said}</dd>" for term, said in entries)
    return f'<dl class="legend">\n{rows}\n</dl>'


def _footer(matrix: Matrix) -> str:
    made = text(f"interop {matrix.run.interop_version}, run {matrix.run.id}")
    keys = (
        "In the table the arrow keys move, Enter opens a cell, Esc closes it. "
        "The address holds the filters and the open cell."
    )
    return f'<p>{made}.</p><p class="keys">{keys}</p>'
