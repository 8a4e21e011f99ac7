"""`interop accept`: declare a matrix's new gaps as known, with a reason and a review date."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from fnmatch import fnmatchcase
from pathlib import Path

from interop.errors import ConfigError
from interop.load.expectations import add_expectations
from interop.load.record import read_matrix
from interop.model.matrix import Cell, Known

REVIEW_DAYS = 90
"""Days until an entry must be looked at again, when no date is given."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "accept",
        help="declare new gaps as known",
        description="Append the new gaps of a matrix to the expectations file; what is in it stays as it is."
        " Each entry is bound to its failure's signature and to a review date.",
    )
    parser.add_argument(
        "matrix", type=Path, metavar="MATRIX", help="a matrix.json, or the folder that holds it"
    )
    parser.add_argument("--feature", default="*", metavar="GLOB", help="only these features")
    parser.add_argument(
        "--peer", default="*", metavar="GLOB", help="only these peers, such as 'postfix@3.10*'"
    )
    parser.add_argument("--reason", default="", help="why the gaps stand (asked for when it is not given)")
    parser.add_argument("--owner", default="", help="who follows them up")
    parser.add_argument("--review", default="", metavar="YYYY-MM-DD", help=f"default: in {REVIEW_DAYS} days")
    parser.add_argument(
        "--file",
        type=Path,
        default=Path("interop-expectations.yaml"),
        help="default: interop-expectations.yaml",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Show the gaps, ask for the reason, write the entries."""
    file = arguments.matrix / "matrix.json" if arguments.matrix.is_dir() else arguments.matrix
    cells = [cell for cell in read_matrix(file).cells if _chosen(cell, arguments)]
    if not cells:
        print("There is no new gap to accept.")
        return 0
    for cell in cells:
        print(f"{cell.feature} with {cell.peer_key}: {cell.signature}")
    reason = arguments.reason or _ask()
    review = arguments.review or _later()
    added = add_expectations(arguments.file, cells, reason=reason, owner=arguments.owner, review=review)
    print(f"{added} entries added to {arguments.file}, to be reviewed by {review}.")
    return 0


def _chosen(cell: Cell, arguments: argparse.Namespace) -> bool:
    return (
        cell.gap
        and cell.known in {Known.NONE, Known.CHANGED}
        and fnmatchcase(cell.feature, arguments.feature)
        and fnmatchcase(cell.peer_key, arguments.peer)
    )


def _ask() -> str:
    reason = input("Why do these gaps stand? ").strip() if sys.stdin.isatty() else ""
    if not reason:
        raise ConfigError("a gap is only accepted with a reason.", hint="Give one with --reason.")
    return reason


def _later() -> str:
    today = dt.datetime.now(tz=dt.UTC).date()
    return (today + dt.timedelta(days=REVIEW_DAYS)).isoformat()
