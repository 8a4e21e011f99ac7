"""The sections of the expectations sheet: what the customer is told of each kind of finding.

A third party is said to be at fault only where the rules' table `customer_fault` lets it, and no reason from
the matrix is repeated, as that was written for engineers. Knows nothing of how much room there is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

from interop.judge.rules import Rules, decide
from interop.model.finding import Finding, Loss, Report, Shift, Status
from interop.report.sheet_parts import Entry, Section, joined
from interop.report.text import visible
from interop.report.words import (
    Words,
    amount,
    arithmetic,
    basis,
    fill,
    likely,
    money,
    product_tested,
    sentence,
    system,
    values,
    way,
)

_Key = TypeVar("_Key", bound=Hashable)


def change(report: Report, words: Words, most: int) -> Section:
    """Return what a change would break, mend and leave unknown; no entries where nothing is changed."""
    said = words["sheet"]["change"]
    change = report.change
    if change is None:
        return Section(kind="change", title="")
    entries = []
    for shift in (Shift.BREAKS, Shift.BROKEN, Shift.MENDS, Shift.CONDITION, Shift.UNKNOWN):
        systems: dict[str, list[str]] = {}
        for each in change.shifted:
            if each.shift is shift:
                systems.setdefault(visible(each.after.feature.title, 80), []).append(system(each.after))
        texts = [
            fill(said["entry"], {"feature": feature, "systems": joined(names, words, 60)})
            for feature, names in systems.items()
        ]
        shown = f"{joined(texts, words, most, mark='; ')}." if texts else words["change"]["nothing"]
        entries.append(Entry(title=words["change"][shift], lines=(("", shown),)))
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
        lines = [(said["sees"], _seen(first, report, words))]
        fault = _fault(first, rules)
        if fault:
            peers = joined((values(each, report)["peer"] for each in group), words, most)
            named = {"peers": peers, "product": product_tested(report)}
            lines.append((said["cause"], fill(said["fault"][fault], named)))
        lines.append((said["do"], " ".join(_do(first, report, words)) or said["nothing"]))
        dearest = _dearest(group)
        if dearest is not None:
            lines.append((said["cost"], _price(dearest, words)))
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
    entries = [
        Entry(
            title=joined(names, words, most),
            lines=(("", text), ("", _concerns(report, names, features, words, most))),
        )
        for (text, features), names in merged.items()
    ]
    return _section("conditions", entries, words)


def untested(report: Report, words: Words, most: int) -> Section:
    """Return what nobody tried, why, and what is likely."""
    said = words["sheet"]["untested"]

    def texts(finding: Finding) -> tuple[str, ...]:
        told = (
            fill(said["causes"][finding.cause], values(finding, report)),
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
    entries = [
        Entry(
            title=joined(names, words, most),
            lines=(
                ("", " ".join(told)),
                ("", _concerns(report, names, features, words, most)),
            ),
        )
        for (told, features), names in merged.items()
    ]
    return _section("untested", entries, words)


def works(report: Report, words: Words, most: int) -> Section:
    """Return what works, once for all systems in which the same functions do."""
    said = words["sheet"]["works"]
    asked: dict[str, int] = {}
    works: dict[str, list[str]] = {}
    for finding in report.findings:
        name = system(finding)
        asked[name] = asked.get(name, 0) + 1
        if finding.status is Status.WORKS:
            works.setdefault(name, []).append(visible(finding.feature.title, 80))
    merged: dict[tuple[bool, tuple[str, ...]], list[str]] = {}
    for name, features in works.items():
        merged.setdefault((len(features) == asked[name], tuple(sorted(features))), []).append(name)
    entries = []
    for (whole, shared), names in merged.items():
        everything = f"{fill(said['all'], {'n': str(len(shared))})} " if whole else ""
        shown = f"{everything}{joined(shared, words, most)}."
        entries.append(Entry(title=joined(names, words, most), lines=(("", shown),)))
    return _section("works", entries, words)


def reckoning(report: Report, words: Words, most: int) -> Section:
    """Return the arithmetic, once for each loss however many functions have it."""
    losses: dict[Loss, list[str]] = {}
    for finding in report.findings:
        if finding.loss is not None:
            losses.setdefault(finding.loss, []).append(visible(finding.feature.title, 80))
    entries = [
        Entry(
            title=joined(features, words, most),
            lines=tuple(("", f"{line}.") for line in arithmetic(loss, words)),
        )
        for loss, features in losses.items()
    ]
    return Section(
        kind="reckoning",
        title=words["sheet"]["reckoning"]["title"],
        entries=tuple(entries),
    )


def known(report: Report, words: Words) -> Section:
    """Return what all of this rests on."""
    said = words["sheet"]["known"]
    lines = [("", fill(said["text"], {"product": product_tested(report)}))]
    source = {"run": visible(report.run.id, 80), "cells": f"{report.cells:,}"}
    lines.append(("", fill(said["source"], source)))
    return Section(kind="known", title=said["title"], entries=(Entry(title="", lines=tuple(lines)),))


def _seen(finding: Finding, report: Report, words: Words) -> str:
    """Return what the customer would notice; the suite's own words where it has some."""
    told = fill(words["sheet"]["broken"]["seen"][finding.cause], values(finding, report))
    author = sentence(finding.feature.customer_sees)
    if finding.cause == "limit" or not author:
        return told
    return f"{author} {told}" if finding.cause == "flaky" else author


def _fault(finding: Finding, rules: Rules) -> str:
    if finding.cell is None:
        return ""
    facts = {"blame": finding.cell.blame.value, "confidence": finding.cell.confidence}
    fault: str = decide(rules["customer_fault"], facts).get("fault", "")
    return fault


def _do(finding: Finding, report: Report, words: Words) -> tuple[str, ...]:
    return tuple(way(finding, one, report, words) for one in finding.ways if one.kind != "workaround-useless")


def _dearest(group: Iterable[Finding]) -> Loss | None:
    losses = [each.loss for each in group if each.loss]
    return max(losses, key=lambda loss: (loss.cost_a_day[1], loss.failed_a_day[1]), default=None)


def _price(loss: Loss, words: Words) -> str:
    """Return what a loss comes to in a sentence: money where it is known, else hours, else failures."""
    said = words["sheet"]["broken"]
    if loss.cost_a_day[1]:
        found, shown = loss.cost_a_day, money(loss.cost_a_day[1], loss.currency)
    elif loss.hours_a_day[1]:
        found, shown = loss.hours_a_day, fill(said["hours"], {"amount": amount(loss.hours_a_day[1])})
    else:
        found, shown = loss.failed_a_day, fill(said["failures"], {"amount": amount(loss.failed_a_day[1])})
    named = {"amount": shown, "low": amount(found[0]), "high": amount(found[2]), "basis": basis(loss, words)}
    return fill(said["each_day"], named)


def _terms(finding: Finding, report: Report, words: Words) -> Iterator[str]:
    """Yield each thing that has to be done, as a sentence."""
    said = words["sheet"]["conditions"]
    if finding.cause == "fallback":
        yield fill(said["fallback"], values(finding, report))
    for one in finding.ways:
        kind = finding.cause if one.kind.startswith("version") else one.kind
        what = sentence(one.what) if one.kind == "workaround" else visible(one.what, 80)
        yield fill(said[kind], {**values(finding, report), "what": what})


def _concerns(
    report: Report, systems: Iterable[str], features: tuple[str, ...], words: Words, most: int
) -> str:
    """Return which functions something is about; that it is all of them when it is."""
    said = words["sheet"]
    asked = sum(system(each) == next(iter(systems)) for each in report.findings)
    if len(features) == asked > 1:
        return fill(said["concerns_all"], {"n": str(asked)})
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
