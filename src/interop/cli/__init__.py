"""`interop`: one file a command. This one finds them, and turns mistakes into one line and an exit code.

That code is 2, unless the command's answers are exit codes themselves: a mistake is never an answer.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
import traceback
from collections.abc import Sequence

import interop
from interop.errors import InteropError

_EPILOG = """\
The matrix itself is made by pytest:

  pytest --interop                              the product of interop.yaml against all its peers
  pytest --interop --interop-product smtplib    a shipped implementation in the product's place

Exit codes: 0 well, 1 the answer is no, 2 a mistake in what was given; 'interop check' has its own.
"""

_MISTAKE = 2
_MISTAKES = {"check": 4}
"""Exit code for a mistake of those commands for which 2 is an answer."""

_FAULT = (
    "interop: this is a fault of interop, not of what you gave. Nothing was answered. Please send the lines"
    " above and the command to the interop maintainers."
)


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
    command = given[0] if given else ""
    mistake = _MISTAKES.get(command, _MISTAKE)
    try:
        arguments = build_parser(command).parse_args(given)
    except SystemExit as ended:
        if ended.code == _MISTAKE:  # argparse's own, for every mistake in the arguments
            raise SystemExit(mistake) from None
        raise
    try:
        code = int(arguments.run(arguments))
        show("")
    except InteropError as error:
        print(f"interop: {error}", file=sys.stderr)
        return mistake
    except KeyboardInterrupt:
        print("interop: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        _hush()
        return 0
    except Exception:  # noqa: BLE001 - whatever it is, it must not pass for an answer
        traceback.print_exc()
        print(_FAULT, file=sys.stderr)
        return mistake
    return code


def show(text: str) -> None:
    """Print an answer that is an exit code too: that stays when the reader stops in the middle (`| head`)."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _hush()


def _hush() -> None:
    """Let what is still to be printed go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
