"""`interop-expectations.yaml`: reading it, and adding entries while comments and order stay as they are.

Knows nothing of what an entry means for a cell.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from interop.errors import nearest
from interop.load.manifest import workaround
from interop.load.record import write_atomic
from interop.load.schema import Mistake, check, refuse
from interop.load.selection import split
from interop.load.yaml import Document, load_yaml, read_yaml
from interop.model.expectation import Expectation
from interop.model.matrix import Cell, Verdict
from interop.model.suite import Suite

HEAD = "# Gaps that are known and declared. A run is red when one is new, changed, fixed or due for review.\n"


def load_expectations(file: Path, suites: Iterable[Suite]) -> tuple[Expectation, ...]:
    """Load the file; raise ConfigError with all its mistakes. A suite that is not given is not checked."""
    document = read_yaml(file)
    check(document, "expectations")
    known = {suite.name: {feature.id for feature in suite.features} for suite in suites}
    refuse(
        mistake
        for number, entry in enumerate(document.value["expectations"])
        for mistake in _mistakes(document, number, entry, known)
    )
    return tuple(
        _entry(document, number, entry) for number, entry in enumerate(document.value["expectations"])
    )


def add_expectations(file: Path, cells: Iterable[Cell], *, reason: str, owner: str, review: str) -> int:
    """Append an entry for each cell; what is in the file stays as it is. Return how many were added."""
    entries = [_text(cell, reason=reason, owner=owner, review=review) for cell in cells]
    if not entries:
        return 0
    before = file.read_text(encoding="utf-8") if file.is_file() else f"{HEAD}expectations:\n"
    if before.rstrip().endswith("expectations: []"):
        before = f"{before.rstrip().removesuffix(' []')}\n"
    text = f"{before.rstrip()}\n{''.join(entries)}"
    check(load_yaml(text, file), "expectations")  # what is written can be read, or nothing is written
    write_atomic(file, text)
    return len(entries)


def _mistakes(
    document: Document, number: int, entry: dict[str, Any], known: dict[str, set[str]]
) -> Iterable[Mistake]:
    at = ("expectations", number)
    features = known.get(entry["suite"])
    if features is not None and entry["feature"] not in features:
        hint = nearest(entry["feature"], features)
        yield document.place(*at, "feature"), f"{entry['suite']} has no feature {entry['feature']!r}. {hint}"
    if entry.get("verdict", "fails") != "unsupported" and not entry.get("signature"):
        yield document.place(*at), "'signature' is missing: without it a known gap would hide a new one."


def _entry(document: Document, number: int, entry: dict[str, Any]) -> Expectation:
    name, versions = split(entry["peer"])
    return Expectation(
        suite=entry["suite"],
        feature=entry["feature"],
        peer=name,
        versions=versions,
        configuration=entry.get("configuration", "default"),
        product=entry.get("product", ""),
        verdict=Verdict(entry.get("verdict", "fails")),
        signature=entry.get("signature", ""),
        reason=entry["reason"],
        impact=entry.get("impact", ""),
        workaround=workaround(entry["workaround"]) if "workaround" in entry else None,
        owner=entry.get("owner", ""),
        issue=entry.get("issue", ""),
        review=entry["review"],
        place=document.place("expectations", number),
    )


def _text(cell: Cell, *, reason: str, owner: str, review: str) -> str:
    label = cell.peer_key.partition("@")[2].partition("+")[0]
    values = {
        "suite": cell.suite,
        "feature": cell.feature,
        "product": cell.product,
        "peer": f"{cell.peer}@{label}" if label else cell.peer,
        "configuration": cell.configuration if cell.configuration != "default" else "",
        "verdict": cell.verdict.value,
        "signature": _literal(cell.signature),
        "reason": reason,
        "owner": owner,
        "review": review,
    }
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items() if value]
    return "".join(f"  {'- ' if number == 0 else '  '}{line}\n" for number, line in enumerate(lines))


def _literal(signature: str) -> str:
    """Escape what a glob would read as more than itself."""
    return signature.replace("[", "[[]").replace("*", "[*]").replace("?", "[?]")
