"""The matrix as JUnit XML, which GitLab, Jenkins and others read.

One test suite is one column, one test case one cell. Names are unique, for of two that are the same GitLab
drops one; a class name has dots only where Jenkins shall make a package. Each case has exactly one result. A
known gap is skipped, so that only what is new turns a pipeline red. Knows nothing of files.
"""

# mypy: disable-error-code="no-untyped-call"
# junit-xml has no annotations.

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from junit_xml import TestCase, TestSuite, to_xml_report_string

from interop.judge.sections import Column, Section, sections, works
from interop.judge.summary import Cause
from interop.model.matrix import Cell, Known, Matrix, Verdict
from interop.model.suite import Feature
from interop.report import text

LIMIT = 30_000_000
"""Bytes. GitLab reads no larger file."""


TYPICAL = 500
"""Bytes of one cell with all details; saves making a document that will be too large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Detail:
    """How much is told."""

    longest: int
    """Characters of one line."""
    output: bool
    """Whether cells that work have output too."""
    working: bool = True
    """Whether cells that work are there at all."""


_DETAILS = (
    _Detail(longest=text.LONGEST, output=True),
    _Detail(longest=300, output=False),
    _Detail(longest=100, output=False, working=False),
)


def render(matrix: Matrix, *, limit: int = LIMIT) -> str:
    """Return the XML document, in at most `limit` bytes as long as leaving out details achieves that.

    First the output of cells that work goes, and long texts are cut; then the cells that work go.
    """
    document = ""
    found = sections(matrix)
    for detail in _DETAILS:
        if detail.output and len(matrix.cells) * TYPICAL > limit:
            continue
        suites = list(_suites(matrix, found, detail))
        document = to_xml_report_string(suites, prettyprint=False, encoding="utf-8")
        if len(document.encode()) <= limit:
            break
    return f"{document}\n"


def _suites(matrix: Matrix, found: Iterable[Section], detail: _Detail) -> Iterator[TestSuite]:
    taken: set[str] = set()
    for section in found:
        for index, column in enumerate(section.columns):
            name = _unique(_class_name(section, column), taken)
            rows = [row for row in section.rows if detail.working or not works(row.cells[index])]
            yield TestSuite(
                name,
                [_case(column, row.feature, row.cells[index], name, detail) for row in rows],
                timestamp=datetime.fromtimestamp(matrix.run.started, UTC).strftime("%Y-%m-%dT%H:%M:%S"),
                properties=_properties(matrix, section, column),
            )


def _class_name(section: Section, column: Column) -> str:
    """Return `interop.smtp.client.postfix@3_10_13`; to Jenkins, what is before the last dot is a package."""
    parts = (section.suite.name, section.role, f"{column.peer}@{column.label}")
    return ".".join(["interop", *(re.sub(r"[^A-Za-z0-9_@+~-]+", "_", part[:120]) for part in parts)])


def _unique(name: str, taken: set[str]) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    taken.add(found)
    return found


def _properties(matrix: Matrix, section: Section, column: Column) -> dict[str, str]:
    run = matrix.run
    facts = {
        "run": run.id,
        "product": f"{section.product} {section.product_version}",
        "role": section.role,
        "peer": f"{column.title} {column.exact}",
        "configuration": column.configuration,
        "release": column.release,
        "digest": column.digest,
        "specification": section.suite.specification,
        "interop": run.interop_version,
        "command": " ".join(run.command),
        "duration": text.lasted(matrix),
        **run.host,
    }
    return {text.visible(name, 60): text.visible(value, 300) for name, value in facts.items() if value}


def _case(column: Column, feature: Feature, cell: Cell, class_name: str, detail: _Detail) -> TestCase:
    title = text.visible(feature.title, min(200, detail.longest))
    case = TestCase(f"{feature.id}: {title}", class_name, elapsed_sec=cell.duration)
    if detail.output or not works(cell):
        case.stdout = "\n".join(_output(column, feature, cell, detail))
    _judge(case, cell, detail)
    return case


def _judge(case: TestCase, cell: Cell, detail: _Detail) -> None:
    """Give the case its one result; none is success."""
    reason = text.visible(cell.reason, detail.longest) or "no reason was given"
    if cell.verdict is Verdict.ERROR:
        case.add_error_info(message=reason, error_type="error")
    elif cell.known in {Known.FIXED, Known.CHANGED, Known.EXPIRED}:
        case.add_failure_info(message=text.standing(cell), output=reason, failure_type=cell.known.value)
    elif cell.gap and cell.known is Known.KNOWN:
        case.add_skipped_info(message=text.standing(cell))
    elif cell.gap:
        message = f"{text.ruling(Cause(cells=(cell,)))}: {reason}"
        case.add_failure_info(message=message, output=text.repeat(cell), failure_type=cell.verdict.value)
    elif not works(cell):
        case.add_skipped_info(message=f"{cell.verdict}: {reason}")


def _output(column: Column, feature: Feature, cell: Cell, detail: _Detail) -> Iterator[str]:
    facts = {
        "verdict": text.ruling(Cause(cells=(cell,))),
        "attempts": f"{cell.attempts.passed} of {cell.attempts.total} passed",
        "limits": ", ".join(f"{limit.name}: {text.number(limit)}" for limit in cell.limits),
        "clause": f"{feature.clause} ({feature.level}, {feature.impact})",
        "product": f"{cell.product} {cell.product_version} ({cell.role})",
        "peer": f"{column.title} {column.exact} ({column.configuration})",
        "digest": column.digest,
        "customer sees": "" if works(cell) else feature.customer_sees,
        "expectation": text.standing(cell),
        "workaround": text.workaround(cell),
        "scenario": cell.scenario,
        "evidence": cell.evidence,
    }
    for name, value in facts.items():
        if value:
            yield f"{name}: {text.visible(value, detail.longest)}"
    for line in text.lines(cell.reason, detail.longest):
        yield f"reason: {line}"
