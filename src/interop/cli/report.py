"""`interop report`: the reports of a matrix that is already there."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from interop.errors import RecordError
from interop.load.evidence import read_evidence
from interop.load.record import read_matrix, write_atomic
from interop.model.matrix import Matrix
from interop.report import badge, gaps, junit, markdown, site, terminal

FORMATS = ("terminal", "html", "markdown", "gaps", "junit", "badge")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "report",
        help="render a matrix.json again, in any format",
        description="Render a matrix in one of the formats that a run writes.",
    )
    parser.add_argument(
        "matrix", type=Path, metavar="MATRIX", help="a matrix.json, or the folder that holds it"
    )
    parser.add_argument("--format", choices=FORMATS, default="terminal", help="default: terminal")
    parser.add_argument("--suite", metavar="NAME", help="the suite of a badge (default: the first)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write here instead of on the screen")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Render, then print or write."""
    file = arguments.matrix / "matrix.json" if arguments.matrix.is_dir() else arguments.matrix
    matrix = read_matrix(file)
    text = _render(matrix, arguments, file.parent)
    if arguments.out is None:
        print(text)
    else:
        write_atomic(arguments.out, text)
        print(f"wrote {arguments.out}")
    return 0


def _render(matrix: Matrix, arguments: argparse.Namespace, folder: Path) -> str:
    match arguments.format:
        case "html":
            return site.render(matrix, evidence=read_evidence(matrix, folder))
        case "markdown":
            return markdown.render(matrix)
        case "gaps":
            return gaps.render(matrix)
        case "junit":
            return junit.render(matrix)
        case "badge":
            names = [suite.name for suite in matrix.suites]
            if not names or (arguments.suite and arguments.suite not in names):
                raise RecordError(
                    f"the matrix has no suite {arguments.suite or ''!r}; it has {', '.join(names)}."
                )
            return badge.render(matrix, arguments.suite or names[0])
        case _:
            screen = arguments.out is None and sys.stdout.isatty()
            width = shutil.get_terminal_size((80, 24)).columns
            return terminal.render(matrix, width=width, colour=screen)
