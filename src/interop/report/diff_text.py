"""Two matrices compared, in words: for a terminal, and as Markdown for a pull request's comment."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from interop.judge.diff import Diff, Difference, Group, Kind
from interop.model.matrix import Cell, Matrix
from interop.report.text import moment, visible

_MARKS = re.compile(r"([\\`*_\[\]<>|#~&@!])")
_TITLES = {
    Kind.REGRESSED: "regressed",
    Kind.FIXED: "fixed",
    Kind.NEW: "new",
    Kind.GONE: "no longer tried",
    Kind.CHANGED: "broken in another way",
    Kind.UNCLEAR: "not tried often enough to be called fixed",
}
_SIZE = 900_000
"""Characters of Markdown; a job summary over 1 MiB is dropped whole."""


def render(comparison: Diff) -> str:
    """Return the comparison as plain text."""
    lines = [_headline(comparison), _sides(comparison)]
    for group in comparison.groups:
        lines += ["", f"{group.suite}: {_peer(group)}"]
        lines += [
            f"  {_TITLES[each.kind]}: {_title(each, comparison)}{_was(each)}" for each in group.differences
        ]
    return "\n".join(lines) + "\n"


def markdown(comparison: Diff) -> str:
    """Return the comparison as Markdown, cut to what a job summary takes."""
    lines = [f"### {_safe(_headline(comparison))}", "", _safe(_sides(comparison)), ""]
    if comparison.groups:
        lines += ["| peer | | feature | |", "| --- | --- | --- | --- |"]
    room = _SIZE
    rows = list(_rows(comparison))
    for at, row in enumerate(rows):
        room -= len(row) + 1
        if room < 0:
            lines += ["", f"and {len(rows) - at:,} more."]
            break
        lines.append(row)
    return "\n".join(lines) + "\n"


def _rows(comparison: Diff) -> Iterator[str]:
    for group in comparison.groups:
        for each in group.differences:
            columns = (_peer(group), _TITLES[each.kind], _title(each, comparison), _was(each).strip(" ()"))
            yield f"| {' | '.join(_safe(column) for column in columns)} |"


def _headline(comparison: Diff) -> str:
    counts = Counter(each.kind for each in comparison.differences)
    if not counts:
        return f"Nothing differs in {comparison.same:,} cells."
    found = ", ".join(f"{counts[kind]:,} {_TITLES[kind]}" for kind in Kind if counts[kind])
    return f"{found[:1].upper()}{found[1:]}; {comparison.same:,} cells the same."


def _sides(comparison: Diff) -> str:
    return f"From {_side(comparison.old)} to {_side(comparison.new)}."


def _side(matrix: Matrix) -> str:
    run = matrix.run
    return f"{visible(run.product, 80)} {visible(run.product_version, 80)} ({moment(run.started)})"


def _peer(group: Group) -> str:
    exact = group.new_version or group.old_version
    if group.old_version and group.new_version and group.old_version != group.new_version:
        exact = f"{visible(group.old_version, 80)} to {visible(group.new_version, 80)}"
    return f"{visible(group.peer_key, 120)} ({visible(exact, 200)})"


def _title(each: Difference, comparison: Diff) -> str:
    cell = each.cell
    for matrix in (comparison.new, comparison.old):
        for suite in matrix.suites:
            for feature in suite.features:
                if suite.name == cell.suite and feature.id == cell.feature:
                    return visible(feature.title, 120)
    return visible(cell.feature, 120)


def _was(each: Difference) -> str:
    """Say what it was and what it is, with why where it does not work."""
    old, new = each.old, each.new
    if old is None or new is None:
        return f" ({_state(new or old)})"
    if each.kind is Kind.CHANGED and old.verdict is new.verdict:
        return f" (was: {visible(old.signature, 160)}; is: {visible(new.signature, 160)})"
    return f" ({_state(old)} → {_state(new)})"


def _state(cell: Cell | None) -> str:
    if cell is None:
        return ""
    why = f": {visible(cell.signature, 160)}" if cell.gap and cell.signature else ""
    return f"{cell.verdict}{why}"


def _safe(text: str) -> str:
    return _MARKS.sub(r"\\\1", text)
