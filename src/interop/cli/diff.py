"""`interop diff`: what differs between two matrices."""

from __future__ import annotations

import argparse

from interop.cli import show
from interop.cli._matrices import find_matrix
from interop.judge.diff import FAIL_ON, diff, failing
from interop.report import diff_text


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "diff",
        help="compare two matrices",
        description="Say what regressed, was fixed, is new, is gone, or is broken in another way.",
        epilog="Exit codes: 0 nothing that --fail-on names, 1 something that it names, 2 a mistake.",
    )
    parser.add_argument("old", metavar="OLD", help="a matrix: file, address, or folder of runs")
    parser.add_argument("new", metavar="NEW", help="likewise")
    parser.add_argument(
        "--fail-on",
        metavar="WORDS",
        type=_words,
        default=("regressed",),
        help=f"with commas between: {', '.join(FAIL_ON)}, or none (default: regressed)",
    )
    parser.add_argument("--format", choices=("text", "markdown"), default="text", help="default: %(default)s")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the comparison; return 1 when it holds what `--fail-on` names."""
    comparison = diff(find_matrix(arguments.old), find_matrix(arguments.new))
    render = diff_text.markdown if arguments.format == "markdown" else diff_text.render
    show(render(comparison))
    return 1 if failing(comparison, arguments.fail_on) else 0


def _words(text: str) -> tuple[str, ...]:
    words = tuple(word.strip() for word in text.split(",") if word.strip())
    if words == ("none",):
        return ()
    unknown = [word for word in words if word not in FAIL_ON]
    if unknown or not words:
        raise argparse.ArgumentTypeError(f"{text!r}: expected {', '.join(FAIL_ON)}, or none")
    return words
