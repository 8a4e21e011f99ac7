"""`interop check`: a customer's planned stack held against a matrix. Needs no container engine."""

from __future__ import annotations

import argparse
import contextlib
import math
import time
from pathlib import Path

from interop.cli import show
from interop.cli._catalog import add_config_option, find_catalog
from interop.cli._matrices import find_matrix
from interop.cli._missing import run_missing
from interop.errors import ConfigError
from interop.judge.check import check, exit_code
from interop.judge.history import together
from interop.load.record import write_atomic
from interop.load.rules import check_rules, check_words
from interop.load.stack import read_stack
from interop.model.finding import Report
from interop.model.matrix import Matrix
from interop.report import findings_json, findings_text, sheet_html, sheet_markdown

FORMATS = ("text", "json", "markdown", "html")

_EPILOG = """\
The formats 'markdown' and 'html' are the sheet for the customer; 'text' is for you, 'json' for scripts.

Exit codes: 0 go, 1 go with conditions, 2 no-go, 3 test first, 4 no answer: a mistake in a file or an option.

  interop check globex.stack.yaml --matrix matrix.json
  interop check globex.stack.yaml --matrix matrix.json --format html --out globex.html
  interop check globex.stack.yaml --matrix matrix.json --format html --out all-of-globex.html --full
  interop check globex.stack.yaml --matrix https://example.com/matrix.json --change postfix=3.10.13
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "check",
        help="say what will work in a customer's planned stack",
        description="Hold a planned stack against a matrix: go, go with conditions, no-go, or test first.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("stack", metavar="STACK", type=Path, help="the stack file, such as globex.stack.yaml")
    parser.add_argument(
        "--matrix",
        metavar="FILE|URL|DIR",
        default="interop-report/matrix.json",
        help="what was tested; of a folder, all its runs together (default: %(default)s)",
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help="default: %(default)s")
    parser.add_argument(
        "--full",
        action="store_true",
        help="leave nothing out of the sheet, however many pages it takes (default: two pages of A4)",
    )
    parser.add_argument(
        "--change",
        metavar="NAME=VERSION",
        action="append",
        default=[],
        help="what an upgrade would do: postfix=3.10.13, 'relay=Debian 13', or the product's own; repeatable",
    )
    parser.add_argument(
        "--max-age",
        metavar="DAYS",
        type=_days,
        help=f"evidence that is older counts as not tested (default: {check_rules()['max_age_days']})",
    )
    parser.add_argument(
        "--test",
        action="store_true",
        help="run what nobody has tested, where an engine is there, and answer again",
    )
    parser.add_argument(
        "--report",
        metavar="DIR",
        type=Path,
        default=Path("interop-report-check"),
        help="where the runs of --test are kept (default: %(default)s)",
    )
    parser.add_argument("--out", metavar="FILE", type=Path, help="write there instead of to the terminal")
    add_config_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print or write the answer; return its exit code."""
    stack, matrix, catalog = (
        read_stack(arguments.stack),
        find_matrix(arguments.matrix),
        find_catalog(arguments),
    )

    def answer(known: Matrix) -> Report:
        return check(
            stack,
            known,
            rules=check_rules(),
            now=time.time(),
            catalog=catalog.programs,
            max_age_days=arguments.max_age,
            change=_changes(arguments.change),
        )

    report = answer(matrix)
    if arguments.test:
        made = run_missing(report, arguments.report, arguments.config)
        report = answer(together([matrix, *made])) if made else report
    text = _render(report, arguments.format, full=arguments.full)
    if arguments.out is not None:
        write_atomic(arguments.out, text)
        text = f"{check_words()['answers'][report.answer]}: written to {arguments.out}\n"
    show(text)
    return exit_code(report, check_rules())


def _render(report: Report, wanted: str, *, full: bool) -> str:
    rules, words = check_rules(), check_words()
    match wanted:
        case "json":
            return findings_json.render(report, rules, words)
        case "markdown":
            return sheet_markdown.render(report, rules, words, full=full)
        case "html":
            return sheet_html.render(report, rules, words, full=full)
    return findings_text.render(report, words)


def _changes(given: list[str]) -> dict[str, str]:
    changes: dict[str, str] = {}
    for text in given:
        name, mark, version = (part.strip() for part in text.partition("="))
        if not (name and mark and version):
            raise ConfigError(
                f"--change {text!r} is no change.", hint="Write a name and a version: postfix=3.10.13."
            )
        if changes.setdefault(name, version) != version:
            raise ConfigError(f"--change gives {name!r} two versions.", hint="Give it once.")
    return changes


def _days(text: str) -> float:
    days = math.nan
    with contextlib.suppress(ValueError):
        days = float(text)
    if not (math.isfinite(days) and days >= 0):
        raise argparse.ArgumentTypeError(f"{text[:60]!r} is no number of days; write one such as 90.")
    return days
