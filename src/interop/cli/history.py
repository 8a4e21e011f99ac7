"""`interop history`: all known runs along the versions."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from interop.cli._matrices import find_matrices
from interop.judge.history import history
from interop.report import history_text


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "history",
        help="say since when things fail, over many runs",
        description="Put the matrices of many runs side by side: failing version ranges, trends, last tests.",
    )
    parser.add_argument("folder", metavar="DIR", type=Path, help="where the matrices of the runs are")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the history."""
    found = history(find_matrices(arguments.folder))
    sys.stdout.write(history_text.render(found, now=time.time()))
    return 0
