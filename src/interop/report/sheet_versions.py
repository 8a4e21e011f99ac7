"""Versions on the expectations sheet: a range as a customer would say it. Knows nothing of any test."""

from __future__ import annotations

import dataclasses
import re

from interop.model.finding import Finding, Report
from interop.report.words import Words, fill

_PART = r"(>=|<=|==|!=|>|<) *([^ ,<>=!]+)[ ,]*"
_RANGE = re.compile(f"(?:{_PART})+")


def in_words(report: Report, words: Words) -> Report:
    """Return the report with every range of versions (`>=3.5 <3.8`) in words; what is none stays as it is."""
    change = report.change
    if change is not None:
        shifted = (dataclasses.replace(each, after=_said(each.after, words)) for each in change.shifted)
        change = dataclasses.replace(change, shifted=tuple(shifted))
    product = range_in_words(report.stack.product_version, words)
    return dataclasses.replace(
        report,
        stack=dataclasses.replace(report.stack, product_version=product),
        findings=tuple(_said(each, words) for each in report.findings),
        change=change,
    )


def range_in_words(spec: str, words: Words) -> str:
    """Return `>=3.5 <3.8` as `3.5 or newer and older than 3.8`."""
    if not _RANGE.fullmatch(spec):
        return spec
    said = words["sheet"]["ranges"]
    parts = (fill(said[sign], {"version": version}) for sign, version in re.findall(_PART, spec))
    return str(said["and"]).join(parts)


def _said(finding: Finding, words: Words) -> Finding:
    return dataclasses.replace(finding, version=range_in_words(finding.version, words))
