"""The foot of the expectations sheet: the arithmetic, what no test says anything about, and how we know.

Knows nothing of what was found beyond how often it was tried, and nothing of how much room there is.
"""

from __future__ import annotations

from interop.model.finding import Loss, Report
from interop.report.reckoning import rough_arithmetic
from interop.report.sheet_parts import Entry, Section, joined
from interop.report.text import visible
from interop.report.words import Words, fill, product_tested


def reckoning(report: Report, words: Words, most: int) -> Section:
    """Return the arithmetic, once for each loss however many functions have it."""
    losses: dict[Loss, list[str]] = {}
    for finding in report.findings:
        if finding.loss is not None:
            losses.setdefault(finding.loss, []).append(visible(finding.feature.title, 80))
    entries = [
        Entry(
            title=joined(features, words, most),
            lines=tuple(("", f"{line}.") for line in rough_arithmetic(loss, words)),
        )
        for loss, features in losses.items()
    ]
    return Section(
        kind="reckoning",
        title=words["sheet"]["reckoning"]["title"],
        entries=tuple(entries),
    )


def outside(report: Report, words: Words) -> Section:
    """Return what the test says nothing about."""
    said = words["sheet"]["outside"]
    text = said["one" if len(report.stack.components) == 1 else "several"]
    return Section(kind="outside", title=said["title"], entries=(Entry(title="", lines=(("", text),)),))


def known(report: Report, words: Words) -> Section:
    """Return what all of this rests on."""
    said = words["sheet"]["known"]
    tries = [each.cell.attempts.total for each in report.findings if each.cell and each.cell.attempts.total]
    lines = [("", _tries(tries, report, words)), ("", said["text"])]
    source = {"run": visible(report.run.id, 80), "cells": f"{report.cells:,}"}
    lines.append(("", fill(said["source"][report.cells != 1], source)))
    return Section(kind="known", title=said["title"], entries=(Entry(title="", lines=tuple(lines)),))


def _tries(tries: list[int], report: Report, words: Words) -> str:
    """Return how many of the results that the sheet has rest on a single try."""
    said = words["sheet"]["known"]
    if not tries:
        return str(said["nothing"])
    single = tries.count(1)
    forms = said["once"]
    once = forms["all"] if single == len(tries) else forms["some"][single != 1] if single else forms["none"]
    named = {"once": f"{single:,}", "n": f"{len(tries):,}"}
    return fill(said["tested"], {"product": product_tested(report), "once": fill(once, named)})
