"""A check's answer for those who sell: each finding with its evidence, arithmetic and the command that tests.

Plain text for a terminal of 80 columns or more. What a customer is given is the sheet, not this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from interop.model.finding import Answer, Change, Finding, Loss, Report, Shift, Status
from interop.model.matrix import Blame
from interop.report.reckoning import arithmetic, basis, unpriced
from interop.report.text import moment, visible, wrap
from interop.report.words import (
    Words,
    amount,
    cause,
    commands,
    fault,
    fill,
    likely,
    nearest,
    needs,
    product_planned,
    sentence,
    system,
    tally,
    way,
)

_ORDER = (
    Status.DOES_NOT_WORK,
    Status.FLAKY,
    Status.UNSUPPORTED,
    Status.NOT_TESTED,
    Status.WITH_CONDITION,
    Status.WORKS,
)


SHIFTS = (Shift.BREAKS, Shift.BROKEN, Shift.MENDS, Shift.KNOWN, Shift.CONDITION, Shift.UNKNOWN)
"""What a change does, the worst first; what stays as it is is only counted."""


def render(report: Report, words: Words, *, width: int = 100) -> str:
    """Return the whole answer."""
    lines = [*_head(report, words, width)]
    if report.change is not None:
        lines += _change(report, report.change, words, width)
    for status in _ORDER:
        found = [finding for finding in report.findings if finding.status is status]
        if found:
            lines += ["", words["statuses"][status].upper()]
            lines += _section(status, found, report, words, width)
    if report.unasked:
        lines += ["", words["unasked"]["title"].upper(), *_unasked(report, words, width)]
    lines += ["", *_foot(report, width)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _head(report: Report, words: Words, width: int) -> Iterator[str]:
    stack = report.stack
    live = f", go-live {stack.go_live}" if stack.go_live else ""
    answer = words["answers"][report.answer].upper()
    for name in report.unknown:
        yield from wrap(fill(words["unknown"], {"name": visible(name, 120)}), width)
    yield from wrap(f"{answer}. {visible(stack.customer, 120)}: {product_planned(report)}{live}", width)
    counted = tally(report.findings, words)
    yield from wrap(f"Points checked: {len(report.findings):,}. {counted}.", width)
    worst = report.findings[0]
    if report.answer is not Answer.GO:
        named = {
            "feature": visible(worst.feature.title, 120),
            "system": system(worst),
            "status": words["statuses"][worst.status],
            "way": way(worst, worst.ways[0], report, words) if worst.ways else "",
        }
        yield from wrap(fill(words["first"], named).strip(), width)
    for note in report.notes:
        yield from wrap(f"Note: {visible(note)}", width)


def _section(status: Status, found: list[Finding], report: Report, words: Words, width: int) -> Iterator[str]:
    if status is Status.WORKS:
        yield from _working(found, width)
    elif status in {Status.WITH_CONDITION, Status.NOT_TESTED}:
        for group in _groups(found, report, words):
            yield from _grouped(group, report, words, width)
    else:
        priced: Loss | None = None
        for finding in found:
            yield from _alone(finding, report, words, width, again=finding.loss == priced)
            priced = finding.loss


def _alone(finding: Finding, report: Report, words: Words, width: int, *, again: bool) -> Iterator[str]:
    """Yield one finding; `again` when its loss is the one that was just reckoned."""
    feature, cell = finding.feature, finding.cell
    title = f"{visible(feature.title, 120)}: {system(finding)}"
    yield from wrap(title, width, "  ", "    ")
    said = [f"{words['impacts'][feature.impact]}, {visible(feature.clause, 80)} ({feature.level})."]
    said.append(cause(finding, report, words))
    if cell is not None and cell.tested:
        said.append(f"Tested {moment(cell.tested)}, {visible(cell.product)} {visible(cell.product_version)}.")
    yield from _paragraph(" ".join(said), width)
    yield from _labelled("Fault", fault(finding, report, words), width)
    if cell is not None and ("\n" in cell.reason or cell.blame is Blame.NONE):
        yield from _labelled("Seen", sentence(cell.reason.partition("\n")[0]), width)
    yield from _labelled("Customer notices", sentence(feature.customer_sees), width)
    if finding.loss is not None and again:
        yield from _labelled("Costs", words["loss"]["again"], width)
    elif finding.loss is not None:
        for at, line in enumerate(arithmetic(finding.loss, words)):
            yield from wrap(line, width, "    Costs: " if at == 0 else "           ", "             ")
        yield from wrap(f"({basis(finding.loss, words)})", width, "           ", "            ")
    yield from _labelled("Costs", unpriced(finding, report, words["loss"]["unpriced"]), width)
    for one in finding.ways:
        yield from _labelled("Way forward", way(finding, one, report, words), width)
    if cell is not None:
        yield from _labelled("Evidence", visible(cell.evidence, 200), width)


def _groups(found: Iterable[Finding], report: Report, words: Words) -> list[list[Finding]]:
    """Put together the findings of one component that have the same thing said of them."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in found:
        said = (*_said(finding, report, words), finding.needs)
        groups.setdefault((finding.component.name, finding.suite, finding.role, *said), []).append(finding)
    return list(groups.values())


def _said(finding: Finding, report: Report, words: Words) -> Iterator[str]:
    yield cause(finding, report, words)
    if finding.untried:
        yield f"The reason given: {sentence(finding.untried)}"
    if finding.status is Status.NOT_TESTED:
        yield nearest(finding, report, words)
        yield likely(finding, report, words, words["likely"])
    if finding.cause == "fallback" and finding.cell is not None:
        yield sentence(finding.cell.reason)
    for one in finding.ways:
        yield way(finding, one, report, words)


def _working(found: list[Finding], width: int) -> Iterator[str]:
    """Yield what works, once for all components in which the same features do."""
    features: dict[str, list[str]] = {}
    for finding in found:
        features.setdefault(system(finding), []).append(visible(finding.feature.title, 80))
    systems: dict[tuple[str, ...], list[str]] = {}
    for name, titles in features.items():
        systems.setdefault(tuple(sorted(titles)), []).append(name)
    for shared, names in systems.items():
        counted = f" ({len(shared)})" if len(shared) > 1 else ""
        yield from wrap(f"{', '.join(names)}: {', '.join(shared)}{counted}", width, "  ", "    ")


def _grouped(group: list[Finding], report: Report, words: Words, width: int) -> Iterator[str]:
    first = group[0]
    features = ", ".join(visible(finding.feature.title, 80) for finding in group)
    counted = f" ({len(group)})" if len(group) > 1 else ""
    yield from wrap(f"{system(first)}: {features}{counted}", width, "  ", "    ")
    yield from _paragraph(" ".join(text for text in _said(first, report, words) if text), width)
    if first.needs:
        yield from _paragraph(needs(first, report, words), width)
    for command in commands(group):
        yield f"    $ {command}"


def _change(report: Report, change: Change, words: Words, width: int) -> Iterator[str]:
    """Yield what the change does, the worst first."""
    named = {
        "wanted": ", ".join(f"{visible(name)} {visible(version)}" for name, version in change.wanted.items()),
        "after": words["answers"][report.answer],
        "before": words["answers"][change.before],
    }
    yield ""
    yield from wrap(fill(words["change"]["head"], named), width)
    for shift in SHIFTS:
        shifted = [each for each in change.shifted if each.shift is shift]
        if shifted:
            yield f"  {words['change'][shift]} ({len(shifted)})"
        for each in shifted:
            was, now = words["statuses"][each.before.status], words["statuses"][each.after.status]
            title = f"{visible(each.after.feature.title, 120)}: {system(each.after)}: {now}"
            yield from wrap(
                f"{title} (with {each.before.version or 'any version'}: {was}).", width, "    ", "      "
            )
    same = [each for each in change.shifted if each.shift is Shift.SAME]
    works = sum(each.after.status in {Status.WORKS, Status.WITH_CONDITION} for each in same)
    yield f"  {words['change']['same']} ({len(same)}): {works} work, {len(same) - works} do not."


def _unasked(report: Report, words: Words, width: int) -> Iterator[str]:
    """Yield what fails between these systems though nobody asked for it, each with what would help."""
    yield from wrap(words["unasked"]["why"], width, "  ", "  ")
    for finding in report.unasked:
        yield from wrap(f"{visible(finding.feature.title, 120)}: {system(finding)}", width, "  ", "    ")
        impact = words["impacts"][finding.feature.impact]
        yield from _paragraph(f"{impact}. {cause(finding, report, words)}", width)
        yield from _labelled("Customer notices", sentence(finding.feature.customer_sees), width)
        for one in finding.ways[:1]:
            yield from _labelled("Way forward", way(finding, one, report, words), width)


def _foot(report: Report, width: int) -> Iterator[str]:
    run = report.run
    yield from wrap(
        f"From {report.cells:,} cells, run {visible(run.id, 80)} of {moment(run.started)}. Evidence older"
        f" than {amount(report.max_age_days)} days counts as not tested. A version that was not tested is"
        " never said to work.",
        width,
    )


def _labelled(label: str, text: str, width: int) -> Iterator[str]:
    if text:
        yield from wrap(f"{label}: {text}", width, "    ", "      ")


def _paragraph(text: str, width: int) -> list[str]:
    return wrap(text, width, "    ", "    ")
