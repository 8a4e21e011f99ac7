"""Many runs in words: what fails since when, the trend of each suite, and what was not tested for long."""

from __future__ import annotations

from collections.abc import Iterator

from interop.judge.history import History, Line
from interop.model.matrix import Verdict
from interop.report.text import moment, visible

_DAY = 86_400.0
_SHOWN = (
    Verdict.WORKS,
    Verdict.DEGRADED,
    Verdict.FAILS,
    Verdict.FLAKY,
    Verdict.UNSUPPORTED,
    Verdict.UNTESTED,
    Verdict.ERROR,
)


def render(history: History, *, now: float) -> str:
    """Return the history as plain text. `now` is in seconds since the epoch."""
    lines = ["TREND"]
    for suite, points in history.trend.items():
        lines.append(f"  {visible(suite, 80)}")
        for point in points:
            counts = ", ".join(
                f"{point.counts[verdict]:,} {verdict}" for verdict in _SHOWN if verdict in point.counts
            )
            product = f"{visible(point.product, 60)} {visible(point.product_version, 60)}"
            lines.append(f"    {moment(point.started)}  {product}: {counts}")
    failing = [line for line in history.lines if line.failing]
    lines += ["", f"DOES NOT WORK ({len(failing)})"]
    for line in failing:
        lines += _failing(line, now)
    lines += ["", "LAST TESTED"]
    for peer, tested in sorted(history.last_tested.items(), key=lambda found: found[1]):
        lines.append(f"  {visible(peer, 80)}: {moment(tested)}, {_ago(now, tested)}")
    return "\n".join(lines) + "\n"


def _failing(line: Line, now: float) -> Iterator[str]:
    configuration = "" if line.configuration == "default" else f" in {visible(line.configuration, 60)}"
    product = f"{visible(line.product, 60)} {visible(line.product_version, 60)}"
    ranges = " and ".join(visible(each, 120) for each in line.failing)
    title = f"{visible(line.suite, 60)}/{visible(line.feature, 80)}"
    yield f"  {title}: {visible(line.peer, 80)} {ranges}{configuration}"
    few = dict.fromkeys(line.unsure, " in too few attempts")
    versions = ", ".join(
        f"{visible(version, 60)} {verdict}{few.get(version, '')}" for version, verdict in line.versions
    )
    said = [f"with {product}: {versions}."]
    if line.failing_since:
        said.append(f"Since {moment(line.failing_since)} ({_ago(now, line.failing_since)}).")
    if line.worked_until:
        said.append(f"Works up to {visible(line.worked_until, 60)}.")
    said.append(
        f"What fails last worked {moment(line.last_worked)}."
        if line.last_worked
        else "What fails never worked."
    )
    yield f"    {' '.join(said)}"


def _ago(now: float, then: float) -> str:
    days = int((now - then) // _DAY)
    return "today" if days < 1 else f"{days} day{'s' if days > 1 else ''} ago"
