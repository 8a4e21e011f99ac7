"""The runs along time and versions: trends, since when and until when something fails, what is not fresh."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from interop.judge.history import History, Line, Point
from interop.judge.summary import amount
from interop.model.matrix import WORKING
from interop.report.publish_page import NOTHING, day, row, table
from interop.report.publish_parts import Part, Sheet
from interop.report.site_data import MEANINGS
from interop.report.site_markup import text
from interop.report.text import moment

MOST_LINES = 500
"""Failures that are written out; `interop history` has them all."""
MOST_RUNS = 60
"""Runs of one trend that are drawn, the latest ones."""
MOST_NAMED = 2
"""Products of one run that its trend names."""
DAY = 86_400.0


def content(history: History, found: Sequence[Part], peers: Mapping[str, str], now: float) -> tuple[str, str]:
    """Return the page's answer in a sentence, and its content. `now` is in seconds since the epoch."""
    failing = sorted((line for line in history.lines if line.failing), key=lambda line: -line.failing_since)
    turned = [line for line in failing if _turned(line)]
    never = [line for line in failing if not _turned(line)]
    runs = {point.run for points in history.trend.values() for point in points}
    answer = (
        f"{amount(len(runs), 'run')}; {amount(len(turned), 'failure')} that came or went with a version or a"
        f" day, {len(never):,} in everything that was tested."
    )
    titles = {part.suite: part.sheets[0].section.suite.title for part in found}
    trends = "".join(_trend(titles.get(suite, suite), points) for suite, points in history.trend.items())
    body = (
        f"<section><h2>Trend</h2>{trends}</section>\n{_lines(turned, never, found)}"
        f"{_last(history, peers, now)}"
    )
    return answer, body


def _turned(line: Line) -> bool:
    """Say whether another version works, or one that fails once did."""
    worked = any(verdict in WORKING for version, verdict in line.versions if version not in line.unsure)
    return worked or bool(line.last_worked)


def _trend(title: str, points: Sequence[Point]) -> str:
    shown = points[-MOST_RUNS:]
    products = dict.fromkeys(point.product for point in shown)
    return "".join(
        _product_trend(title, product, [point for point in shown if point.product == product])
        for product in products
    )


def _product_trend(title: str, product: str, points: Sequence[Point]) -> str:
    bars = "".join(_bar(place, point) for place, point in enumerate(points))
    width = 20 * max(len(points), 1)
    said = "; ".join(f"{moment(point.started)[:10]}: {_counts(point)}" for point in points[-1:])
    runs = amount(len(points), "run")
    rows = "".join(
        row(moment(point.started), text(point.product_version) or NOTHING, _counts(point))
        for point in reversed(points)
    )
    numbers = table(("Run", "Product", "Cells"), rows)
    return (
        f"<figure><figcaption><b>{_whose(product, title)}</b> {escape(said)}</figcaption>"
        f'<svg class="trend" viewBox="0 0 {width} 100" width="{width}" height="100" role="img" '
        f'aria-label="Cells by verdict in {runs}; the table below says the same">{bars}</svg>'
        f"<details><summary>{runs} in numbers</summary>{numbers}</details></figure>\n"
    )


def _whose(product: str, title: str) -> str:
    """Return what a trend is of: that of many products, which a run names one by one, is its suite's."""
    return text(title if product.count(", ") >= MOST_NAMED else f"{product} · {title}")


def _bar(place: int, point: Point) -> str:
    """Return one run as a column, what works at the bottom."""
    total = sum(point.counts.values()) or 1
    bottom = 100.0
    version = f", {text(point.product_version, 60)}" if point.product_version else ""
    parts = [f"<title>{moment(point.started)[:10]}{version}: {_counts(point)}</title>"]
    for verdict in MEANINGS:
        height = 100 * point.counts.get(verdict, 0) / total
        bottom -= height
        parts.append(
            f'<rect class="{verdict}" x="{20 * place}" y="{bottom:.2f}" width="16" height="{height:.2f}"/>'
        )
    return f"<g>{''.join(parts)}</g>"


def _counts(point: Point) -> str:
    return ", ".join(
        f"{point.counts[verdict]:,} {verdict}" for verdict in MEANINGS if verdict in point.counts
    )


def _lines(turned: Sequence[Line], never: Sequence[Line], found: Sequence[Part]) -> str:
    """Return what changed as a table; what never worked is no history, and folded."""
    if not (turned or never):
        return "<section><h2>What does not work</h2><p>Nothing that was tested.</p></section>\n"
    told = _table(turned, found) if turned else "<p>Nothing that ever worked fails.</p>"
    folded = (
        f"<details><summary>{amount(len(never), 'failure')} in everything that was tested</summary>"
        f"{_table(never, found)}</details>"
        if never
        else ""
    )
    return (
        '<section><h2>What does not work</h2><p class="order">A range such as &gt;=2.0.11 &lt;2.0.21 says'
        " that everything tested in it fails, and that 2.0.21 was tested and works. What one side does not"
        " support stands here, too.</p>"
        f"{told}{folded}</section>\n"
    )


def _table(failing: Sequence[Line], found: Sequence[Part]) -> str:
    titles = ("Feature", "With", "Versions", "Since", "Works up to", "What fails last worked")
    rows = "".join(_line(line, found) for line in failing[:MOST_LINES])
    more = amount(len(failing) - MOST_LINES, "further failure")
    all_of_them = f'<p class="note">{more}: <code>interop history</code> lists them all.</p>'
    return f"{table(titles, rows)}{all_of_them if len(failing) > MOST_LINES else ''}"


def _line(line: Line, found: Sequence[Part]) -> str:
    feature, peer = line.feature, line.peer
    name = text(feature)
    for sheet in _sheets(line, found):
        feature = next(
            (each.feature.title for each in sheet.section.rows if each.feature.id == feature), feature
        )
        peer = next((column.title for column in sheet.columns_of(peer)), peer)
        name = f'<a href="{escape(sheet.row(line.feature))}">{text(feature)}</a>'
    configuration = "" if line.configuration == "default" else f" ({line.configuration})"
    product = f"{line.product} {line.product_version}"
    return row(
        name,
        f'{text(f"{peer}{configuration}")} <span class="note">{text(product)}</span>',
        text(" and ".join(line.failing), 300),
        day(line.failing_since, NOTHING),
        text(line.worked_until) or NOTHING,
        day(line.last_worked),
    )


def _sheets(line: Line, found: Sequence[Part]) -> Iterator[Sheet]:
    for part in found:
        for sheet in part.sheets:
            section = sheet.section
            if (part.suite, section.role, section.product, section.product_version) == (
                line.suite,
                line.role,
                line.product,
                line.product_version,
            ):
                yield sheet


def _last(history: History, peers: Mapping[str, str], now: float) -> str:
    rows = "".join(
        row(_peer(name, peers), day(tested), _ago(now, tested))
        for name, tested in sorted(history.last_tested.items(), key=lambda each: each[1])
    )
    titles = ("Implementation", "Day", "When the site was made")
    return f"<section><h2>Last tested</h2>{table(titles, rows)}</section>\n" if rows else ""


def _peer(name: str, peers: Mapping[str, str]) -> str:
    return f'<a href="{escape(peers[name])}">{text(name)}</a>' if name in peers else text(name)


def _ago(now: float, then: float) -> str:
    days = int((now - then) // DAY)
    return "today" if days < 1 else f"{amount(days, 'day')} ago"
