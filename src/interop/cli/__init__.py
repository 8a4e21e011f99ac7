"""`interop`: one file a command. This one finds them, and turns mistakes into one line and exit code 2."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence

import interop
from interop.errors import InteropError

_EPILOG = """\
The matrix itself is made by pytest:

  pytest --interop                              the product of interop.yaml against all its peers
  pytest --interop --interop-product smtplib    a shipped implementation in the product's place

Exit codes: 0 well, 1 the answer is no, 2 a mistake in what was given; 'interop check' has its own.
"""


def build_parser(only: str = "") -> argparse.ArgumentParser:
    """Return the command line; each module of this package adds its command.

    With `only`, a command's name, no other command is imported: that is most of what a quick one would take.
    """
    parser = argparse.ArgumentParser(
        prog="interop",
        description="Find out which real third-party implementations a product works with.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"interop {interop.__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    names = sorted(
        module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")
    )
    for name in [only] if only in names else names:
        importlib.import_module(f"{__name__}.{name}").add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    arguments = build_parser(given[0] if given else "").parse_args(given)
    try:
        return int(arguments.run(arguments))
    except InteropError as error:
        print(f"interop: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interop: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
