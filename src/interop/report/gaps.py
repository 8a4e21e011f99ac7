"""The gaps as a Markdown page: by cause, the dearest first, each with who, what is seen and what helps.

Knows nothing of files; the order is `judge.ranking`'s.
"""

from __future__ import annotations

from collections.abc import Iterator

from interop.judge.ranking import Ranked, ranked
from interop.judge.sections import sections
from interop.judge.summary import headline
from interop.judge.verdict import wilson
from interop.model.matrix import Known, Matrix, Verdict
from interop.report import text
from interop.report.markdown import code, escape

ORDER = (
    "Ordered by what each would cost: level, times impact, times the kind of failure (a crash or a hang above"
    " a plain failure), times the number of implementations it concerns. Gaps that are declared come last."
)


def render(matrix: Matrix) -> str:
    """Return the page."""
    parts = sections(matrix)
    lines = ["# Gaps", ""]
    for section in parts:
        lines += [escape(headline(section).sentence(), 1000), ""]
    found = ranked(parts)
    lines += [ORDER if found else "There is no gap among what was tested.", ""]
    several = len({section.product for section in parts}) > 1
    for number, gap in enumerate(found, 1):
        lines += [*_gap(number, gap, several=several), ""]
    return "\n".join(lines).rstrip() + "\n"


def _gap(number: int, ranking: Ranked, *, several: bool) -> Iterator[str]:
    feature, first = ranking.gap.feature, ranking.cause.first
    known = " (known)" if first.known is Known.KNOWN else ""
    yield f"## {number}. {escape(feature.title)}{known}"
    yield ""
    clause = f"[{escape(feature.clause)}]({feature.url})" if feature.url else escape(feature.clause)
    section = ranking.section
    whose = f" · {escape(f'{section.product} {section.product_version}')}" if several else ""
    yield f"{clause} · {feature.level} · {feature.impact} · {escape(section.suite.title)}{whose}"
    yield ""
    for label, value in told(ranking):
        yield f"- **{label}:** {code(value) if label in CODE else escape(value, 1000)}"


CODE = frozenset({"Evidence", "Repeat"})
"""Labels of `told` whose values are for programs."""


def told(ranking: Ranked) -> Iterator[tuple[str, str]]:
    """Yield what is to be said of one cause of one gap: a label and a text, not yet escaped."""
    first = ranking.cause.first
    if ranking.gap.feature.customer_sees:
        yield "The customer sees", ranking.gap.feature.customer_sees
    for line in ranking.versions:
        yield "Where", line
    yield "What happens", _what(ranking)
    confidence = f" ({first.confidence})" if first.confidence else ""
    why = " ".join(text.because(ranking.cause)[1:])
    yield "At fault", f"{ranking.at_fault}{confidence}. {why}".rstrip()
    if first.workaround:
        proof = {True: "verified", False: "does not help", None: "not verified"}[first.workaround_verified]
        yield f"Workaround ({proof})", first.workaround
    if first.expectation:
        yield "Declared", first.expectation
    if first.evidence:
        yield "Evidence", first.evidence
    if first.scenario:
        yield "Repeat", text.repeat(first)


def _what(ranking: Ranked) -> str:
    first = ranking.cause.first
    what = text.visible(first.reason.split("\n", 1)[0], 500)
    passed, total = first.attempts.passed, first.attempts.total
    if first.verdict is Verdict.FLAKY:
        low, high = wilson(passed, total)
        stop = "" if what.endswith((".", "!", "?")) else "."
        return f"{what}{stop} It passed {passed} of {total} attempts (95 % interval {low:.0%} to {high:.0%})."
    return f"{what} ({first.outcome}, {total - passed} of {total} attempts)"
