"""The matrix as the web page's script reads it: one compact JSON value, with every text made safe to show.

A sheet is a section. Its cells are columns of values (row by row, one value a cell; a single value when all
cells have the same), texts are numbers into one pool, and equal answers share one entry: that is what lets
100,000 cells load at once. Knows nothing of HTML's layout.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from interop.judge.sections import Column, Section, is_gap, works
from interop.model.attempt import Party
from interop.model.matrix import Cell, Known, Matrix, Verdict
from interop.model.suite import Feature
from interop.report.style import GLYPHS
from interop.report.text import lines, number, visible

EVIDENCE_CAP = 48_000
"""Characters of one file of evidence; what is cut is the middle."""
EVIDENCE_TOTAL = 8_000_000
"""Characters of all evidence; gaps come first, and what does not fit is left out."""

MEANINGS: Mapping[Verdict, str] = {
    Verdict.WORKS: "Every attempt passed.",
    Verdict.DEGRADED: "It works, but only by a fallback or with a verified workaround.",
    Verdict.FAILS: "It does not work, and did not when it was repeated.",
    Verdict.FLAKY: "Some attempts passed and some did not.",
    Verdict.UNSUPPORTED: "One side states that it does not offer this.",
    Verdict.UNTESTED: "Nobody tried it; nothing is known.",
    Verdict.ERROR: "The test itself broke; nothing is known of the two products.",
}
"""What each verdict means, in the order in which verdicts are shown."""

KNOWN: Mapping[Known, tuple[str, str]] = {
    Known.NONE: ("", ""),
    Known.KNOWN: ("known", "A known gap"),
    Known.CHANGED: ("changed", "A gap is declared, but another than this one"),
    Known.FIXED: ("fixed", "A gap is declared, and it works now"),
    Known.EXPIRED: ("review due", "A known gap whose review date has passed"),
}
"""How a cell stands to the expectations: the word in the cell, and the sentence in its details."""

_ACTS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""Characters that act instead of showing something; line ends and tabs left out."""


def script_json(value: object) -> str:
    """Return JSON that can stand in a script element, whatever its texts say."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return _ACTS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def sheet_ids(shown: Iterable[Section]) -> list[str]:
    """Return `smtp.client` for each section; with product and version where several share suite and role."""
    names = [(f"{each.suite.name}.{each.role}", f"{each.product}@{each.product_version}") for each in shown]
    alike = Counter(name for name, _ in names)
    return [visible(name if alike[name] == 1 else f"{name}.{product}") for name, product in names]


def link(kind: str, *parts: str) -> str:
    """Return the page's own link to a place: `#cell=smtp.client/dot-stuffing/postfix@3.10.13`."""
    return f"#{kind}={quote('/'.join(parts), safe='/@+:')}"


def web_address(url: str) -> str:
    """Return the address when it is one of the web, else nothing: a link must never run a script."""
    return visible(url) if url.startswith(("https://", "http://")) else ""


def book(matrix: Matrix, sheets: Mapping[str, Section]) -> dict[str, Any]:
    """Return everything that the page's script needs, evidence left out."""
    pool = _Pool()
    written = [_sheet(matrix, section, name, pool) for name, section in sheets.items()]
    verdicts = [
        {"id": verdict.value, "word": verdict.value, "glyph": GLYPHS[verdict], "meaning": meaning}
        for verdict, meaning in MEANINGS.items()
    ]
    return {"verdicts": verdicts, "sheets": written, "texted": list(_TEXTS), "texts": list(pool.numbers)}


def embedded_evidence(shown: Iterable[Section], texts: Mapping[str, str]) -> dict[str, str]:
    """Return the evidence to embed, by its path in the cells: gaps first, each file and the sum capped."""
    cells = [
        (row.feature, cell)
        for section in shown
        for row in section.rows
        for cell in row.cells
        if cell.evidence in texts
    ]
    cells.sort(key=lambda each: not is_gap(each[1], each[0]))
    kept: dict[str, str] = {}
    total = 0
    for path in dict.fromkeys(cell.evidence for _, cell in cells):
        text = _proof(texts[path])
        total += len(text)
        if total > EVIDENCE_TOTAL:
            break
        kept[visible(path)] = text
    return kept


def _proof(text: str) -> str:
    half = EVIDENCE_CAP // 2
    if len(text) > EVIDENCE_CAP:
        text = f"{text[:half]}\n[… {len(text) - 2 * half:,} characters are left out here …]\n{text[-half:]}"
    return _ACTS.sub(_escape, text.replace("\r\n", "\n"))


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - as Python writes them


class _Pool:
    """Texts by number; each is made safe to show once."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self._seen: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Return the text's number."""
        found = self._seen.get(text)
        if found is None:
            shown = "\n".join(lines(text))
            found = self._seen[text] = self.numbers.setdefault(shown, len(self.numbers))
        return found


_TEXTS: Mapping[str, Callable[[Cell], str]] = {
    "confidence": lambda cell: cell.confidence,
    "reason": lambda cell: cell.reason,
    "outcome": lambda cell: cell.outcome,
    "signature": lambda cell: cell.signature,
    "scenario": lambda cell: cell.scenario,
    "evidence": lambda cell: cell.evidence,
    "expectation": lambda cell: cell.expectation,
    "workaround": lambda cell: cell.workaround,
    "blame": lambda cell: cell.blame.value,
}
_VALUES: Mapping[str, Callable[[Cell], Any]] = {
    "duration": lambda cell: round(cell.duration, 3),
    "passed": lambda cell: cell.attempts.passed,
    "total": lambda cell: cell.attempts.total,
    "verified": lambda cell: cell.workaround_verified,
    "tested": lambda cell: int(cell.tested),
}


def _sheet(matrix: Matrix, section: Section, identifier: str, pool: _Pool) -> dict[str, Any]:
    cells = list(section.cells)
    answers: dict[tuple[object, ...], int] = {}
    places = [
        answers.setdefault(_answer(cell, row.feature), len(answers))
        for row in section.rows
        for cell in row.cells
    ]
    details = {name: [pool.number(of(cell)) for cell in cells] for name, of in _TEXTS.items()}
    details |= {name: [of(cell) for cell in cells] for name, of in _VALUES.items()}
    return {
        "id": identifier,
        "suite": visible(section.suite.name),
        "title": visible(f"{section.suite.title} {section.role}"),
        "product": visible(section.product),
        "productVersion": visible(section.product_version),
        "productKey": visible(cells[0].product_key),
        "role": visible(section.role),
        "peerRole": visible(section.peer_role),
        "features": [_feature(row.feature) for row in section.rows],
        "columns": _columns(matrix, section),
        "answers": [dict(zip(_ANSWER, each, strict=True)) for each in answers],
        "cells": {"answer": places} | {name: _folded(values) for name, values in details.items()},
    }


_ANSWER = ("id", "gap", "limit", "limits", "note", "known")


def _answer(cell: Cell, feature: Feature) -> tuple[object, ...]:
    """Return what a reader sees of a cell without opening it: cells that share it merge."""
    note, known = KNOWN[cell.known]
    gap = is_gap(cell, feature)
    short = ", ".join(number(limit) for limit in cell.limits)
    full = ", ".join(f"{visible(limit.name, 80)}: {number(limit)}" for limit in cell.limits)
    if gap and not cell.gap and not note:
        note, known = "required", ""
    return (cell.verdict.value, gap, short, full, note, known)


def _folded(values: list[Any]) -> Any:
    """Return the one value that all are, or the list."""
    return values[0] if values and values.count(values[0]) == len(values) else values


def _feature(feature: Feature) -> dict[str, str]:
    return {
        "id": visible(feature.id),
        "title": visible(feature.title),
        "clause": visible(feature.clause),
        "url": web_address(feature.url),
        "level": feature.level.value,
        "group": visible(feature.group),
        "impact": feature.impact.value,
        "sees": visible(feature.customer_sees),
        "legal": visible(feature.legal),
        "workaround": visible(feature.workaround.text) if feature.workaround else "",
    }


def _columns(matrix: Matrix, section: Section) -> list[dict[str, Any]]:
    ran = {
        party.key: party
        for party in matrix.parties
        if (party.suite, party.role) == (section.suite.name, section.peer_role)
    }
    rows = section.rows
    tallies = []
    for position in range(len(section.columns)):
        cells = [(row.cells[position], row.feature) for row in rows]
        tallies.append(
            {
                "works": sum(works(cell) for cell, _ in cells),
                "tried": sum(cell.tried for cell, _ in cells),
                "gaps": sum(is_gap(cell, feature) for cell, feature in cells),
            }
        )
    return [
        _column(column, ran.get(column.key)) | tally
        for column, tally in zip(section.columns, tallies, strict=True)
    ]


def _column(column: Column, party: Party | None) -> dict[str, Any]:
    return {
        "key": visible(column.key),
        "peer": visible(column.peer),
        "title": visible(column.title, 60),
        "version": visible(column.version, 60),
        "configuration": visible(column.configuration, 60),
        "exact": visible(column.exact),
        "release": visible(column.release),
        "digest": visible(column.digest),
        "hash": visible(party.configuration_hash) if party else "",
        "engine": visible(party.engine) if party else "",
        "homepage": web_address(party.homepage) if party else "",
    }
