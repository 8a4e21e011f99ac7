"""The sections of the expectations sheet: what the customer is told of each kind of finding.

A third party is said to be at fault only where the rules' table `customer_fault` lets it, and no reason from
the matrix is repeated, as that was written for engineers. Knows nothing of how much room there is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

from interop.judge.rules import Rules, decide
from interop.model.finding import Finding, Loss, Report, Status
from interop.report.findings_text import SHIFTS
from interop.report.reckoning import basis, interval, unpriced
from interop.report.sheet_parts import Entry, Section, joined, room
from interop.report.text import visible
from interop.report.words import (
    Words,
    about,
    fill,
    likely,
    product_tested,
    sentence,
    system,
    values,
    way,
    what,
)

_Key = TypeVar("_Key", bound=Hashable)


def change(report: Report, words: Words, most: int) -> Section:
    """Return what a change would break, mend and leave unknown; no entries where nothing is changed."""
    said = words["sheet"]["change"]
    change = report.change
    if change is None:
        return Section(kind="change", title="")
    entries = []
    for shift in SHIFTS:
        systems: dict[str, list[str]] = {}
        for each in change.shifted:
            if each.shift is shift:
                systems.setdefault(visible(each.after.feature.title, 80), []).append(system(each.after))
        texts = [
            fill(said["entry"], {"feature": feature, "systems": joined(names, words, room(60, most))})
            for feature, names in systems.items()
        ]
        if texts:
            shown = f"{joined(texts, words, most, mark='; ')}."
            entries.append(Entry(title=words["change"][shift], lines=(("", shown),)))
    if not entries:
        entries.append(Entry(title="", lines=(("", words["change"]["nothing"]),)))
    wanted = ", ".join(
        f"{visible(name, 60)} {visible(version, 60)}" for name, version in change.wanted.items()
    )
    return Section(kind="change", title=fill(said["title"], {"wanted": wanted}), entries=tuple(entries))


def broken(report: Report, rules: Rules, words: Words, most: int) -> Section:
    """Return what does not work: what the customer would notice, what to do, what it could cost."""
    said = words["sheet"]["broken"]

    def key(finding: Finding) -> tuple[str, ...]:
        return (
            finding.suite,
            finding.feature.id,
            finding.cause,
            _seen(finding, report, words),
            _fault(finding, rules),
            *_do(finding, report, words),
        )

    entries = []
    for group in _grouped(report, rules["broken"], key):
        first = group[0]
        systems = joined((system(each) for each in group), words, most)
        label = said["found" if first.cause == "unsupported" else "sees"]
        lines = [(label, _seen(first, report, words))]
        fault = _fault(first, rules)
        if fault:
            peers = joined((values(each, report, words)["peer"] for each in group), words, most)
            named = {"peers": peers, "product": product_tested(report)}
            lines.append((said["cause"], fill(said["fault"][fault], named)))
        lines.append((said["do"], " ".join(_do(first, report, words)) or said["nothing"]))
        dearest = _dearest(group)
        if dearest is not None:
            lines.append((said["cost"], _price(dearest, words)))
        elif first.unpriced:
            lines.append((said["cost"], unpriced(first, report, said["unpriced"])))
        entries.append(
            Entry(
                title=visible(first.feature.title, 120),
                about=fill(said["with"], {"peers": systems}),
                lines=tuple(lines),
            )
        )
    return _section("broken", entries, words)


def conditions(report: Report, words: Words, most: int) -> Section:
    """Return what has to be done first, each thing once with all that it is needed for."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in report.findings:
        if finding.status is not Status.WITH_CONDITION:
            continue
        for text in _terms(finding, report, words):
            groups.setdefault((system(finding), text), []).append(finding)
    merged: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (name, text), group in groups.items():
        features = tuple(visible(each.feature.title, 80) for each in group)
        merged.setdefault((text, features), []).append(name)
    asked = _asked(report)
    entries = [
        Entry(
            title=joined(names, words, most),
            lines=(("", text), ("", _concerns(asked[names[0]], features, words, most))),
        )
        for (text, features), names in merged.items()
    ]
    return _section("conditions", entries, words)


def untested(report: Report, words: Words, most: int) -> Section:
    """Return what nobody tried, why, and what is likely."""
    said = words["sheet"]["untested"]

    def texts(finding: Finding) -> tuple[str, ...]:
        told = (
            fill(said["causes"][finding.cause], values(finding, report, words)),
            likely(finding, report, words, said["likely"]),
            *(way(finding, one, report, words) for one in finding.ways),
        )
        return tuple(text for text in told if text)

    groups: dict[tuple[str, tuple[str, ...]], list[Finding]] = {}
    for finding in report.findings:
        if finding.status is Status.NOT_TESTED:
            groups.setdefault((system(finding), texts(finding)), []).append(finding)
    merged: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for (name, told), group in groups.items():
        features = tuple(sorted(visible(each.feature.title, 80) for each in group))
        merged.setdefault((told, features), []).append(name)
    asked = _asked(report)
    entries = [
        Entry(
            title=joined(names, words, most),
            lines=(
                ("", " ".join(told)),
                ("", _concerns(asked[names[0]], features, words, most)),
            ),
        )
        for (told, features), names in merged.items()
    ]
    return _section("untested", entries, words)


def works(report: Report, words: Words, most: int) -> Section:
    """Return what works, once for all systems in which the same functions do."""
    said = words["sheet"]["works"]
    asked = _asked(report)
    works: dict[str, list[str]] = {}
    for finding in report.findings:
        if finding.status is Status.WORKS:
            works.setdefault(system(finding), []).append(visible(finding.feature.title, 80))
    merged: dict[tuple[bool, tuple[str, ...]], list[str]] = {}
    for name, features in works.items():
        merged.setdefault((len(features) == asked[name], tuple(sorted(features))), []).append(name)
    entries = []
    for (whole, shared), names in merged.items():
        counted = fill(said["all"][len(shared) != 1], {"n": f"{len(shared):,}"})
        everything = f"{counted} " if whole else ""
        shown = f"{everything}{joined(shared, words, most)}."
        entries.append(Entry(title=joined(names, words, most), lines=(("", shown),)))
    return _section("works", entries, words)


def _seen(finding: Finding, report: Report, words: Words) -> str:
    """Return what the customer would notice; the suite's own words where it has some."""
    said, named = words["sheet"]["broken"], values(finding, report, words)
    told = fill(said["seen"][finding.cause], named)
    author = sentence(finding.feature.customer_sees)
    if finding.cause in {"limit", "unsupported"}:
        return told
    if finding.cause == "flaky":
        return f"{author} {told}".strip()
    return f"{author or told} {fill(said['tried'][_tried(finding)], named)}"


def _tried(finding: Finding) -> str:
    """Return whether it failed each time, the one time, or some of the times."""
    if finding.cell is None or finding.cell.attempts.passed:
        return "some"
    return "once" if finding.cell.attempts.total == 1 else "each"


def _fault(finding: Finding, rules: Rules) -> str:
    if finding.cell is None:
        return ""
    facts = {"blame": finding.cell.blame.value, "confidence": finding.cell.confidence}
    fault: str = decide(rules["customer_fault"], facts).get("fault", "")
    return fault


def _do(finding: Finding, report: Report, words: Words) -> tuple[str, ...]:
    """Return what could be done; advice that nobody tested only where nothing that was tested helps."""
    known = [one for one in finding.ways if not one.kind.startswith("workaround-")]
    advice = [one for one in finding.ways if one.kind == "workaround-unverified"]
    return tuple(way(finding, one, report, words) for one in known or advice)


def _dearest(group: Iterable[Finding]) -> Loss | None:
    losses = [each.loss for each in group if each.loss]
    return max(losses, key=lambda loss: (loss.cost_a_day[1], loss.failed_a_day[1]), default=None)


def _price(loss: Loss, words: Words) -> str:
    """Return what a loss comes to in a sentence: money where it is known, else hours, else failures."""
    said = words["sheet"]["broken"]
    if loss.cost_a_day[1]:
        found, shown = loss.cost_a_day, f"{about(loss.cost_a_day[1])} {loss.currency}"
    elif loss.hours_a_day[1]:
        found, shown = loss.hours_a_day, fill(said["hours"], {"amount": about(loss.hours_a_day[1])})
    else:
        found, shown = loss.failed_a_day, fill(said["failures"], {"amount": about(loss.failed_a_day[1])})
    ends = interval(found, words["sheet"]["reckoning"], about)
    return fill(said["each_day"], {"amount": shown, "interval": ends, "basis": basis(loss, words)})


def _terms(finding: Finding, report: Report, words: Words) -> Iterator[str]:
    """Yield each thing that has to be done, as a sentence."""
    said = words["sheet"]["conditions"]
    if finding.cause == "fallback":
        yield fill(said["fallback"], values(finding, report, words))
    for one in finding.ways:
        kind = finding.cause if one.kind.startswith("version") else one.kind
        yield fill(said[kind], {**values(finding, report, words), "what": what(one, words)})


def _asked(report: Report) -> Counter[str]:
    """Return how much is asked of each system."""
    return Counter(system(each) for each in report.findings)


def _concerns(asked: int, features: tuple[str, ...], words: Words, most: int) -> str:
    """Return which functions something is about; that it is all that are asked when it is."""
    said = words["sheet"]
    if len(features) == asked > 1:
        return fill(said["concerns_all"], {"n": f"{asked:,}"})
    return fill(said["concerns"], {"features": joined(features, words, most)})


def _section(kind: str, entries: list[Entry], words: Words) -> Section:
    said = words["sheet"][kind]
    return Section(
        kind=kind,
        title=said["title"],
        intro=said.get("intro", ""),
        entries=tuple(entries),
    )


def _grouped(report: Report, statuses: Iterable[str], key: Callable[[Finding], _Key]) -> list[list[Finding]]:
    wanted = set(statuses)
    groups: dict[_Key, list[Finding]] = {}
    for finding in report.findings:
        if finding.status in wanted:
            groups.setdefault(key(finding), []).append(finding)
    return list(groups.values())
