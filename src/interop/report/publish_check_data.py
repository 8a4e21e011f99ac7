"""What the stack checker in the browser stands on: evidence, catalogue, rules and words, as JSON.

Cells are columns of numbers into pools (pairings, features, results): that is what lets 100,000 of them load
at once. Texts stay as they are in the matrix: the page shows them as the command line does. Knows no layout.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from interop.judge.configurations import configuration_titles
from interop.judge.rules import Rules
from interop.model.attempt import Limit, Party
from interop.model.implementation import Implementation
from interop.model.matrix import Cell, Matrix, SuiteFacts
from interop.model.suite import Feature
from interop.report import sheet
from interop.report.sheet_parts import UNBOUNDED
from interop.report.words import Words

_PAIRING = (
    "suite",
    "role",
    "product",
    "product_version",
    "peer",
    "peer_version",
    "peer_key",
    "configuration",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """What a check goes by besides the evidence: tables, sentences, how a stack is written, known peers."""

    rules: Rules
    words: Words
    stack_schema: Mapping[str, Any]
    catalog: tuple[Implementation, ...] = ()


def facts(matrix: Matrix, guide: Guide) -> dict[str, Any]:
    """Return everything that the checker needs."""
    pools = _Pools()
    columns: dict[str, list[Any]] = {"pairing": [], "feature": [], "result": [], "tested": []}
    for cell in matrix.cells:
        columns["pairing"].append(pools.pairing(cell))
        columns["feature"].append(pools.features.setdefault(_text(cell.feature), len(pools.features)))
        columns["result"].append(pools.result(cell))
        columns["tested"].append(cell.tested)
    return {
        "rules": guide.rules,
        "words": guide.words,
        "schema": guide.stack_schema,
        "paper": {
            "lines": sheet.LINES,
            "width": sheet.WIDTH,
            "heading": sheet.HEADING,
            "column": sheet.COLUMN,
            "rooms": sheet.ROOMS,
            "unbounded": UNBOUNDED,
        },
        "run": {
            "id": _text(matrix.run.id),
            "started": matrix.run.started,
            "product": _text(matrix.run.product),
        },
        "suites": [_suite(suite) for suite in matrix.suites],
        "parties": _once(_party(party) for party in matrix.parties),
        "configuration_titles": [
            [_text(part) for part in (title, *key)]
            for key, title in configuration_titles(matrix.parties, guide.catalog).items()
        ],
        "catalog": [_implementation(each) for each in guide.catalog],
        "pairings": [dict(zip(_PAIRING, each, strict=True)) for each in pools.pairings],
        "features": list(pools.features),
        "results": list(pools.shown),
        "cells": {
            "pairing": columns["pairing"],
            "feature": columns["feature"],
            "result": _folded(columns["result"]),
            "tested": _folded(columns["tested"]),
        },
    }


@dataclass(slots=True)
class _Pools:
    """Values by number."""

    pairings: dict[tuple[str, ...], int] = field(default_factory=dict)
    features: dict[str, int] = field(default_factory=dict)
    results: dict[tuple[Any, ...], int] = field(default_factory=dict)
    shown: list[dict[str, Any]] = field(default_factory=list)

    def pairing(self, cell: Cell) -> int:
        key = tuple(_text(getattr(cell, name)) for name in _PAIRING)
        return self.pairings.setdefault(key, len(self.pairings))

    def result(self, cell: Cell) -> int:
        texts = (
            cell.verdict.value,
            cell.blame.value,
            cell.confidence,
            cell.reason,
            cell.outcome,
            cell.workaround,
        )
        key = (*texts, cell.workaround_verified, cell.attempts, cell.limits)
        found = self.results.get(key)
        if found is None:
            found = self.results[key] = len(self.shown)
            names = ("verdict", "blame", "confidence", "reason", "outcome", "workaround")
            self.shown.append(
                {
                    **{name: _text(text) for name, text in zip(names, texts, strict=True)},
                    "workaround_verified": cell.workaround_verified,
                    "passed": cell.attempts.passed,
                    "total": cell.attempts.total,
                    "limits": [_limit(limit) for limit in cell.limits],
                }
            )
        return found


def _text(text: str) -> str:
    """Return the text as UTF-8 can hold it: half a character from a peer becomes a question mark."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _limit(limit: Limit) -> dict[str, Any]:
    infinite = "NaN" if math.isnan(limit.value) else "Infinity" if limit.value > 0 else "-Infinity"
    return {
        "name": _text(limit.name),
        "value": limit.value if math.isfinite(limit.value) else infinite,
        "unit": _text(limit.unit),
        "at_least": limit.at_least,
    }


def _suite(suite: SuiteFacts) -> dict[str, Any]:
    return {
        "name": _text(suite.name),
        "title": _text(suite.title),
        "roles": [_text(role) for role in suite.roles],
        "features": [_feature(feature) for feature in suite.features],
    }


def _feature(feature: Feature) -> dict[str, Any]:
    return {
        "id": _text(feature.id),
        "title": _text(feature.title),
        "clause": _text(feature.clause),
        "group": _text(feature.group),
        "level": feature.level.value,
        "impact": feature.impact.value,
        "customer_sees": _text(feature.customer_sees),
        "workaround": _text(feature.workaround.text) if feature.workaround else None,
    }


def _party(party: Party) -> dict[str, str]:
    names = ("name", "title", "version", "label", "release", "version_scheme")
    return {name: _text(getattr(party, name)) for name in names}


def _implementation(implementation: Implementation) -> dict[str, Any]:
    return {
        "name": implementation.name,
        "title": implementation.title,
        "aliases": implementation.aliases,
        "version_scheme": implementation.version_scheme,
        "releases": [{"version": each.version, "name": each.name} for each in implementation.releases],
        "roles": [
            {
                "suite": role.suite,
                "role": role.role,
                "configurations": [each.name for each in role.configurations],
            }
            for role in implementation.roles
        ],
    }


def _once(values: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    return list({tuple(value.values()): value for value in values}.values())


def _folded(values: list[Any]) -> Any:
    """Return the one value that all are, or the list."""
    return values[0] if values and values.count(values[0]) == len(values) else values
