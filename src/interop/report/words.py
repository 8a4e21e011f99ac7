"""Findings put into words: the templates of `check_words.json`, filled in. Every report of a check speaks so.

What comes from a matrix is other people's text: it is made visible and kept short before it goes into a
sentence. Knows no layout, and decides nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from interop.judge.names import fold
from interop.judge.reading import shown
from interop.model.finding import Finding, Nearest, Report, Status, Way
from interop.model.matrix import Cell
from interop.model.stack import Minimum
from interop.report.text import number, visible

Words = Mapping[str, Any]

_NAME = 80
_TITLE = 160
_TEXT = 600
_COMMAND = 20_000
_TEN = 10
_THOUSAND = 1_000


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return the template with each `{name}` replaced; what is unknown becomes nothing."""
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], ""), template)


def sentence(text: str) -> str:
    """Return a text that somebody wrote, fit to stand beside other sentences."""
    shown = visible(text, _TEXT)
    return shown if not shown or shown[-1] in ".!?…)" else f"{shown}."


def day(seconds: float, words: Words) -> str:
    """Return seconds since the epoch as `21 September 2026` (UTC)."""
    when = datetime.fromtimestamp(seconds, UTC)
    return f"{when.day} {words['months'][when.month - 1]} {when.year}"


def written_day(iso: str, words: Words) -> str:
    """Return `2027-02-01` as `1 February 2027`."""
    year, month, number_ = iso.split("-")
    return f"{int(number_)} {words['months'][int(month) - 1]} {year}"


def product_planned(report: Report) -> str:
    """Return the product with its version as it is planned."""
    return _with(report.product_title, report.stack.product_version)


def product_tested(report: Report) -> str:
    """Return the product with the versions that the evidence is of."""
    return _with(report.product_title, ", ".join(report.product_versions))


def system(finding: Finding) -> str:
    """Return what the customer's component is called, with its version: `store relay (Postfix 3.7.11)`."""
    component = finding.component
    full = _with(finding.title, finding.version)
    own = fold(component.name) not in {fold(component.implementation), fold(finding.title)}
    return f"{visible(component.name, _NAME)} ({full})" if own else full


def configured(name: str, title: str, words: Words) -> str:
    """Return a configuration as people can read it: its name, and what it is where somebody wrote that."""
    named = {"configuration": visible(name, _NAME), "title": visible(title, _TITLE)}
    return fill(words["configured"]["told" if title else "named"], named)


def values(finding: Finding, report: Report, words: Words) -> dict[str, str]:
    """Return everything that a sentence about this finding may want to name."""
    cell = finding.cell
    near = finding.nearest
    tally = cell.attempts if cell else None
    implementation = visible(finding.title, _NAME)
    version = shown(cell, finding.scheme) if cell else finding.version
    found = {
        "feature": visible(finding.feature.title, _NAME),
        "implementation": implementation,
        "peer": _with(finding.title, version),
        "planned": visible(finding.version, _NAME) or implementation,
        "tested": _names(finding.tested),
        "working": _names(finding.working),
        "failing": _names(version for version in finding.tested if version not in finding.working),
        "configuration": visible(finding.configuration, _NAME),
        "configured": configured(finding.configuration, finding.configuration_title, words),
        "other": _names(way.what for way in finding.ways if way.kind == "configuration"),
        "product": visible(report.product_title, _NAME),
        "product_planned": product_planned(report),
        "distribution": visible(finding.component.distribution, _NAME),
        "below": visible(finding.below, _NAME),
        "above": visible(finding.above, _NAME),
        "max_days": f"{report.max_age_days:g}",
        "needed": minimum(finding.minimum) if finding.minimum else "",
        "found": number(finding.limit).removeprefix("≥ ") if finding.limit else "",
        "reached": _reached(finding),
        "suite": visible(finding.suite, _NAME),
    }
    if tally is not None:
        found |= {
            "passed": f"{tally.passed:,}",
            "total": f"{tally.total:,}",
            "failures": f"{tally.total - tally.passed:,}",
        }
    if near is not None:
        found |= {"days": str(near.days)}
    if finding.failure is not None:
        found |= _seldom(finding, finding.failure, report)
    return found


def _seldom(finding: Finding, failure: Cell, report: Report) -> dict[str, str]:
    """Return how often it failed, and with which versions where those are other ones."""
    cell, total = finding.cell, failure.attempts.total
    seen = [_with(finding.title, shown(failure, finding.scheme))]
    if cell is not None and cell.product_version != failure.product_version:
        seen.append(_with(report.product_title, failure.product_version))
        seen = seen[cell.peer_version == failure.peer_version :]
    return {
        "seen_with": " and ".join(seen),
        "seen_failures": str(total - failure.attempts.passed),
        "seen_total": str(total),
        "times": str(finding.times),
    }


def minimum(wanted: Minimum) -> str:
    """Return a minimum with its unit: `20 MB`."""
    return f"{wanted.value:,.10g} {visible(wanted.unit, _NAME)}".strip()


def _reached(finding: Finding) -> str:
    """Return a limit in the unit of what is needed; of a need without a unit, as it was measured."""
    if finding.limit is None or finding.minimum is None:
        return ""
    unit = finding.minimum.unit or finding.limit.unit
    return f"{amount(finding.reached)} {visible(unit, _NAME)}".strip()


def needs(finding: Finding, report: Report, words: Words) -> str:
    """Return what must be there before the command can run; nothing when nothing is missing."""
    return fill(words["needs"].get(finding.needs, ""), values(finding, report, words))


def cause(finding: Finding, report: Report, words: Words) -> str:
    """Return in one sentence what was found, for those who sell."""
    cell = finding.cell
    how = words["outcomes"].get(cell.outcome, "") if cell else ""
    return fill(words["causes"][finding.cause], {**values(finding, report, words), "how": how})


def fault(finding: Finding, report: Report, words: Words) -> str:
    """Return whose fault it is by the evidence, with how sure that is and why; for those who sell."""
    cell = finding.cell
    if cell is None or cell.blame not in words["fault"]:
        return ""
    text = fill(words["fault"][cell.blame], values(finding, report, words))
    sure = f" ({visible(cell.confidence, 20)})" if cell.confidence else ""
    why = visible(cell.reason.rpartition("\n")[2], _TEXT)
    return f"{text}{sure}: {sentence(why)}" if why else f"{text}{sure}."


def nearest(finding: Finding, report: Report, words: Words) -> str:
    """Return what lies nearest among what was tested, and how far away; nothing when nothing does."""
    near = finding.nearest
    if near is None:
        return ""
    named = {
        **values(finding, report, words),
        "version": visible(shown(near.cell, finding.scheme), _NAME),
        "configuration": visible(near.cell.configuration, _NAME),
        "product_version": visible(near.cell.product_version, _NAME),
    }
    parts = [fill(words["nearest_parts"]["version"], named)]
    parts += [fill(words["nearest_parts"][each], named) for each in near.differs if each != "version"]
    return fill(
        words["nearest"],
        {
            "nearest": " ".join(parts),
            "distance": _distance(near, words),
            "there": words["there"].get(near.cause) or words["there"][near.status],
        },
    )


def likely(finding: Finding, report: Report, words: Words, templates: Words) -> str:
    """Return what is likely, and why; nothing when nothing is."""
    if not finding.likely:
        return ""
    why = fill(words["likely"][finding.cause], values(finding, report, words))
    return fill(templates[finding.likely], {"why": why})


def commands(findings: Iterable[Finding]) -> list[str]:
    """Return the commands that test what these findings lack, one for all features that share the rest."""
    shared: dict[str, list[str]] = {}
    for finding in findings:
        if finding.command:
            head, option, feature = finding.command.rpartition(" --interop-feature ")
            shared.setdefault(head, []).append(f"{option}{feature}")
    return [visible(head + "".join(rest), _COMMAND) for head, rest in shared.items()]


def way(finding: Finding, one: Way, report: Report, words: Words) -> str:
    """Return a way forward as a sentence."""
    return fill(words["ways"][one.kind], {**values(finding, report, words), "what": what(one, words)})


def what(one: Way, words: Words) -> str:
    """Return what a way is about: an advice, a configuration, or a version with where it is carried."""
    if one.kind.startswith("workaround"):
        return sentence(one.what)
    if one.kind == "configuration":
        return configured(one.what, one.title, words)
    shown = visible(one.what, _NAME)
    return f"{shown} ({one.carrier})" if one.carrier else shown


def tally(findings: Iterable[Finding], words: Words) -> str:
    """Return how many findings say what, the worst first: `2 do not work, 1 was not tested, 9 work`."""
    counts = Counter(finding.status for finding in findings)
    return ", ".join(
        fill(words["counted"][status][counts[Status(status)] != 1], {"n": f"{counts[Status(status)]:,}"})
        for status in words["counted"]
        if counts[Status(status)]
    )


def amount(value: float) -> str:
    """Return a number that was computed: whole from 1,000 on, else with four digits that count."""
    return f"{value:,.0f}" if abs(value) >= _THOUSAND else f"{value:.4g}"


def about(value: float) -> str:
    """Return a number that was computed, with two digits that count: `3,000,000`."""
    near = float(f"{value:.2g}")
    return f"{near:,.0f}" if near >= _TEN else f"{near:.2g}"


def _distance(near: Nearest, words: Words) -> str:
    if near.steps is None:
        return ""
    counted = words["distance"]["version" if near.steps.count == 1 else "versions"]
    shape = words["distance"]["steps" if near.steps.part else "apart"]
    named = {
        "count": str(near.steps.count),
        "part": near.steps.part,
        "versions": counted,
        "direction": near.steps.direction,
    }
    return fill(shape, named)


def _with(name: str, version: str) -> str:
    return f"{visible(name, _NAME)} {visible(version, _NAME)}".strip()


def _names(texts: Iterable[str]) -> str:
    return ", ".join(visible(text, _NAME) for text in texts)
