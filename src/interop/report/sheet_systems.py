"""The head of the expectations sheet: each of the customer's systems in a sentence, a row and a column.

Knows which words stand for which finding; nothing of how much room there is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from interop.judge.rules import Rules, decide
from interop.model.finding import Finding, Report, Status
from interop.report.sheet_parts import joined, room
from interop.report.text import visible
from interop.report.words import Words, configured, fill, system, tally

MOST_SAID = 6
"""Systems of which each is given a sentence; of more, the findings are counted."""

MOST_COLUMNS = 5
MOST_ROWS = 20
"""What a table of functions and systems may have and still be read."""

_NAME = 60


def told(texts: Words, found: Collection[Finding], rules: Rules) -> str:
    """Return what is said of these findings together.

    The same answer may be given for what works on a condition and for what does not work but weighs little:
    the rules' table `say` tells them apart. Where `texts` has nothing of its own for it, the answer's stands.
    """
    given = {each.answer for each in found}
    answer = next(answer for answer in rules["answers"] if answer in given)
    facts = {
        "answer": answer,
        "broken": _share(found, rules["broken"]),
        "conditional": _share(found, (Status.WITH_CONDITION,)),
        "untested": _share(found, (Status.NOT_TESTED,)),
    }
    text: str = texts.get(decide(rules["say"], facts).get("say", answer), texts[answer])
    return text


def points(report: Report, rules: Rules, words: Words, most: int) -> tuple[str, ...]:
    """Return a sentence for each system; where there are many of them, how many findings say what."""
    systems = _by_component(report)
    if len(systems) > MOST_SAID:
        counted = {"n": f"{len(report.findings):,}", "tally": tally(report.findings, words)}
        return (fill(words["sheet"]["points"], counted),)
    return tuple(_said(found, rules, words, most) for found in systems)


def rows(report: Report, rules: Rules, words: Words, most: int) -> list[tuple[str, ...]]:
    """Return a row for each component: what it is, what is planned, what was tested, what came of it."""
    said = words["sheet"]["systems"]
    rows: list[tuple[str, ...]] = []
    for found in _by_component(report):
        first, component = found[0], found[0].component
        planned = visible(first.version, 60) or said["any"]
        if component.distribution:
            planned = fill(
                said["on"], {"version": planned, "distribution": visible(component.distribution, 60)}
            )
        if component.configuration:
            shown = configured(component.configuration, first.configuration_title, words)
            planned = fill(said["configured"], {"version": planned, "configured": shown})
        tested = dict.fromkeys(version for each in found for version in (each.working or each.tested))
        own = visible(component.name, 60)
        name = own if own.casefold() == first.title.casefold() else f"{own} ({visible(first.title, 60)})"
        if component.name == component.implementation:
            name = visible(first.title, 60)
        versions = joined((visible(each, 60) for each in tested), words, room(80, most))
        rows.append((name, planned, versions or said["none"], told(said["results"], found, rules)))
    return rows


def table(
    report: Report, rules: Rules, words: Words
) -> tuple[tuple[str, ...], tuple[tuple[tuple[str, str], ...], ...]]:
    """Return the head and the rows of the table of functions and systems; nothing where it is too large.

    Each cell is a status and its word; the first of a row is the function's title, without a status.
    """
    said, systems = words["sheet"]["table"], _by_component(report)
    features: dict[tuple[str, str], str] = {}
    for requirement in _in_order(report):
        features.setdefault((requirement.suite, requirement.feature.id), requirement.feature.title)
    if len(systems) > MOST_COLUMNS or len(features) > MOST_ROWS:
        return (), ()
    head = [said["feature"], *(_column(found[0]) for found in systems)]
    body = []
    for key, title in features.items():
        cells = [("", visible(title, 80))]
        for found in systems:
            here = [each.status for each in found if (each.suite, each.feature.id) == key]
            worst = min(here, key=rules["statuses"].index, default=None)
            cells.append((worst, said["words"][worst]) if worst else ("", said["not_asked"]))
        body.append(tuple(cells))
    return tuple(head), tuple(body)


def _by_component(report: Report) -> list[list[Finding]]:
    """Return the findings of each component, in the order in which the components were written."""
    systems = [
        [each for each in report.findings if each.component.name == component.name]
        for component in report.stack.components
    ]
    return [found for found in systems if found]


def _in_order(report: Report) -> list[Finding]:
    """Return the findings in the order in which the customer asked."""
    stack = report.stack
    written = [*stack.requirements, *(one for each in stack.components for one in each.requirements)]
    places = {requirement: place for place, requirement in reversed([*enumerate(written)])}
    return sorted(report.findings, key=lambda finding: places[finding.requirement])


def _column(finding: Finding) -> str:
    own = finding.component.name
    return visible(finding.title if own == finding.component.implementation else own, _NAME)


def _share(found: Iterable[Finding], statuses: Collection[str]) -> str:
    """Return how many of the findings have one of the statuses: `none`, `some` or `all`."""
    has = {each.status in statuses for each in found}
    return "some" if len(has) > 1 else "all" if has == {True} else "none"


def _said(found: list[Finding], rules: Rules, words: Words, most: int) -> str:
    said = words["sheet"]["say"]
    texts = [fill(told(said["verdicts"], found, rules), {"system": system(found[0])})]
    if _share(found, (Status.NOT_TESTED,)) == "all":
        return texts[0]  # it says already that nothing was tested
    for status, template in said["open"].items():
        titles = [visible(each.feature.title, 80) for each in found if each.status == status]
        shown = said["everything"] if len(titles) == len(found) > 1 else joined(titles, words, most)
        if titles:
            texts.append(fill(template, {"features": shown}))
    return " ".join(texts)
