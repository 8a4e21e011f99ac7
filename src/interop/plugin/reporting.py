"""The end of a run: from the journal to the matrix, to files, to the screen. Controller only."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from interop.errors import InteropError
from interop.judge.expectations import RED, apply
from interop.judge.matrix import build
from interop.load.evidence import read_evidence
from interop.load.record import matrix_to_json, read_journal, write_atomic
from interop.model.matrix import Matrix
from interop.report import badge, gaps, junit, markdown, site, terminal

if TYPE_CHECKING:
    from interop.plugin.session import Session


class Reporting:
    """Writes the reports when the session ends, and shows the matrix."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._matrix: Matrix | None = None
        self._failure = ""

    def pytest_report_header(self) -> list[str]:
        """Say what meets what, and on which engine."""
        session = self._session
        names = ", ".join(actor.place.key for actor in session.lineup.products)
        suites = ", ".join(suite.title for suite in session.lineup.suites)
        lines = [
            f"interop: {names} · {suites} · {session.engine.describe() if session.engine else 'no engine'}"
        ]
        if session.fell_back:
            lines.append(f"interop: {session.fell_back}")
        lines += [f"interop: not read: {mistake}" for mistake in session.lineup.catalog.mistakes]
        return lines

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the matrix and every report; a failure to write is said, and loses nothing of the journal."""
        ours = self._session
        ours.end(interrupted=int(exitstatus) == pytest.ExitCode.INTERRUPTED)
        try:
            journal = read_journal(ours.settings.report / "run.jsonl")
            self._matrix = apply(
                build(journal, ours.lineup.suites),
                ours.lineup.declared.expectations,
                ours.lineup.declared.today,
                {each.name: each.version_scheme for each in ours.lineup.catalog.implementations},
            )
            write_reports(self._matrix, ours.settings.report)
        except (InteropError, OSError) as error:
            self._failure = str(error)
            return
        if exitstatus == pytest.ExitCode.OK and any(cell.known in RED for cell in self._matrix.cells):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the matrix and where the reports are."""
        if self._failure:
            terminalreporter.write_line(
                f"interop: the reports could not be written: {self._failure}", red=True
            )
        if self._matrix is None or not self._matrix.cells:
            return
        colour = terminalreporter._tw.hasmarkup  # noqa: SLF001 - the one place that knows of --color and NO_COLOR
        width = shutil.get_terminal_size((80, 24)).columns
        terminalreporter.section("interoperability")
        text = terminal.render(self._matrix, width=width, colour=colour, unicode=_unicode(terminalreporter))
        terminalreporter.write_line(text)
        for cell in self._matrix.cells:
            if cell.known in RED:
                terminalreporter.write_line(
                    f"{cell.feature} with {cell.peer_key}: {cell.expectation}", red=True
                )
        folder = _shown(self._session.settings.report)
        terminalreporter.write_line(f"Report: {folder}/index.html (also matrix.json, matrix.md, junit.xml)")


def write_reports(matrix: Matrix, folder: Path) -> None:
    """Write `matrix.json` and each report into `folder`, every file whole or not at all."""
    write_atomic(folder / "matrix.json", matrix_to_json(matrix))
    write_atomic(folder / "index.html", site.render(matrix, evidence=read_evidence(matrix, folder)))
    write_atomic(folder / "junit.xml", junit.render(matrix))
    write_atomic(folder / "matrix.md", markdown.render(matrix))
    write_atomic(folder / "gaps.md", gaps.render(matrix))
    for suite in matrix.suites:
        write_atomic(folder / f"badge-{suite.name}.json", badge.render(matrix, suite.name))


def _unicode(terminalreporter: pytest.TerminalReporter) -> bool:
    encoding = getattr(terminalreporter._tw._file, "encoding", None) or "ascii"  # noqa: SLF001 - where it writes to
    return "utf" in encoding.lower()


def _shown(folder: Path) -> str:
    relative = os.path.relpath(folder)
    return relative if not relative.startswith("..") else str(folder)
