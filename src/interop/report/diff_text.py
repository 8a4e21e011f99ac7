"""Two matrices compared, in words: for a terminal, and as Markdown for a pull request's comment."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from interop.judge.diff import Diff, Difference, Group, Kind
from interop.judge.summary import amount
from interop.model.matrix import Cell, Matrix
from interop.report.text import moment, visible

LONGEST_COMMENT = 60_000
"""Bytes of Markdown: GitHub refuses a comment of more than 65,536 characters, and the caller adds a mark."""

_MARKS = re.compile(r"([\\`*_\[\]<>|#~&@!])")
_TITLES = {
    Kind.REGRESSED: "regressed",
    Kind.CHANGED: "broken in another way",
    Kind.UNCLEAR: "not tried often enough to be called fixed",
    Kind.FIXED: "fixed",
    Kind.NEW: "new",
    Kind.GONE: "no longer tried",
}
_FEW = 5
"""So many cells that were tried on one side only, and are no new gap, are named one by one."""
_NOTE = 200
"""Bytes that the sentence on what was left out takes at most."""

_Titles = Mapping[tuple[str, str], str]
"""Features' titles by suite and id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One difference, or several of one kind that are told by their number."""

    kind: Kind
    what: str
    state: str
    cells: int = 1


def render(comparison: Diff) -> str:
    """Return the comparison as plain text."""
    lines = [_headline(comparison), _sides(comparison)]
    titles = _titles(comparison)
    for group in comparison.groups:
        lines += ["", f"{visible(group.suite, 60)}: {_who(group, comparison)}"]
        for line in _lines(group, titles):
            state = f" ({line.state})" if line.state else ""
            lines.append(f"  {_TITLES[line.kind]}: {line.what}{state}")
    return "\n".join(lines) + "\n"


def markdown(comparison: Diff, longest: int = LONGEST_COMMENT) -> str:
    """Return the comparison as Markdown of at most `longest` bytes; what is left out is counted."""
    lines = [f"### {_safe(_headline(comparison))}", "", _safe(_sides(comparison)), ""]
    if comparison.groups:
        lines += ["| with | | feature | |", "| --- | --- | --- | --- |"]
    room = longest - _NOTE - sum(map(_size, lines))
    left_out: Counter[Kind] = Counter()
    for line, row in _rows(comparison):
        room -= _size(row)
        if room < 0:
            left_out[line.kind] += line.cells
        else:
            lines.append(row)
    if left_out:
        lines += ["", f"Left out here: {_counted(left_out)}. <code>interop diff</code> prints them all."]
    return "\n".join(lines) + "\n"


def _size(line: str) -> int:
    return len(line.encode("utf-8", "replace")) + 1


def _rows(comparison: Diff) -> Iterator[tuple[_Line, str]]:
    titles = _titles(comparison)
    for group in comparison.groups:
        who = _who(group, comparison)
        for line in _lines(group, titles):
            columns = (who, _TITLES[line.kind], line.what, line.state)
            yield line, f"| {' | '.join(_safe(column) for column in columns)} |"


def _lines(group: Group, titles: _Titles) -> Iterator[_Line]:
    """Yield a line for each difference; cells that only one side tried share one where they are many."""
    folded: dict[Kind, list[Difference]] = {Kind.NEW: [], Kind.GONE: []}
    for each in group.differences:
        if each.kind in folded and not each.new_gap:
            folded[each.kind].append(each)
        else:
            yield _line(each, titles)
    whole = not (group.old_version and group.new_version)
    for found in folded.values():
        if len(found) > (1 if whole else _FEW):
            yield _fold(found)
        else:
            yield from (_line(each, titles) for each in found)


def _line(each: Difference, titles: _Titles) -> _Line:
    cell = each.cell
    title = titles.get((cell.suite, cell.feature), cell.feature)
    return _Line(kind=each.kind, what=visible(title, 120), state=_was(each))


def _fold(found: Iterable[Difference]) -> _Line:
    verdicts = Counter(each.cell.verdict.value for each in found)
    features = len({each.cell.feature for each in found})
    return _Line(
        kind=next(iter(found)).kind,
        what=amount(features, "feature"),
        state=", ".join(f"{count:,} {verdict}" for verdict, count in verdicts.most_common()),
        cells=verdicts.total(),
    )


def _titles(comparison: Diff) -> dict[tuple[str, str], str]:
    return {
        (suite.name, feature.id): feature.title
        for matrix in (comparison.old, comparison.new)
        for suite in matrix.suites
        for feature in suite.features
    }


def _headline(comparison: Diff) -> str:
    counts = Counter(each.kind for each in comparison.differences)
    if not counts:
        return f"Nothing differs in {amount(comparison.same, 'cell')}."
    found = _counted(counts)
    return f"{found[:1].upper()}{found[1:]}; {amount(comparison.same, 'cell')} the same."


def _counted(counts: Mapping[Kind, int]) -> str:
    return ", ".join(f"{counts[kind]:,} {_TITLES[kind]}" for kind in Kind if counts.get(kind))


def _sides(comparison: Diff) -> str:
    return f"From {_side(comparison.old)} to {_side(comparison.new)}."


def _side(matrix: Matrix) -> str:
    run = matrix.run
    products = len({cell.product for cell in matrix.cells})
    if products > 1:
        return f"{amount(products, 'product')} ({moment(run.started)})"
    return f"{visible(run.product, 80)} {visible(run.product_version, 80)} ({moment(run.started)})"


def _who(group: Group, comparison: Diff) -> str:
    exact = group.new_version or group.old_version
    if group.old_version and group.new_version and group.old_version != group.new_version:
        exact = f"{visible(group.old_version, 80)} to {visible(group.new_version, 80)}"
    product = f"{visible(group.product, 60)} with " if comparison.several_products else ""
    return f"{product}{visible(group.peer_key, 120)} ({visible(exact, 200)})"


def _was(each: Difference) -> str:
    """Say what it was and what it is, with why where it does not work."""
    old, new = each.old, each.new
    if old is None or new is None:
        return _state(new or old)
    if each.kind is Kind.CHANGED and old.verdict is new.verdict:
        return f"was: {visible(old.signature, 160)}; is: {visible(new.signature, 160)}"
    return f"{_state(old)} → {_state(new)}"


def _state(cell: Cell | None) -> str:
    if cell is None:
        return ""
    why = f": {visible(cell.signature, 160)}" if cell.gap and cell.signature else ""
    return f"{cell.verdict}{why}"


def _safe(text: str) -> str:
    return _MARKS.sub(r"\\\1", text)
