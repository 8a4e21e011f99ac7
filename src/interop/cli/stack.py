"""`interop stack new`: asks for a stack, and writes the file that `interop check` reads."""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from pathlib import Path

from interop.cli._catalog import add_config_option, find_catalog
from interop.cli._interview import Interview, Known
from interop.cli._matrices import find_matrix
from interop.errors import ConfigError, InteropError, Place, RecordError
from interop.judge.check import check
from interop.judge.names import Names, fold
from interop.judge.survey import Survey
from interop.load.catalog import Catalog
from interop.load.record import write_atomic
from interop.load.rules import check_rules
from interop.load.stack import load_stack
from interop.model.attempt import RunFacts
from interop.model.matrix import Matrix

_LONGEST_NAME = 60
"""Characters of the customer's name that a file is called by."""

_NOTHING = Matrix(run=RunFacts(id="", started=0.0, product="", product_version="", interop_version=""))
"""The matrix of one who has none: then names are those of the catalogue."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "stack",
        help="write a stack file by answering questions",
        description="Write down what a customer plans to deploy.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    new = actions.add_parser("new", help="ask, and write a stack file")
    new.add_argument("file", metavar="FILE", type=Path, nargs="?", help="default: CUSTOMER.stack.yaml")
    new.add_argument("--matrix", metavar="FILE|URL|DIR", help="offer the names of this matrix")
    add_config_option(new)
    new.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask and write; nothing is written when the questions are broken off, and that is said."""
    catalog = find_catalog(arguments)
    matrix = find_matrix(arguments.matrix) if arguments.matrix else None
    interview = Interview(known=_known(matrix, catalog))
    try:
        file = _free(arguments.file) if arguments.file else None
        customer = interview.customer()
        file = file or _free(Path(f"{_slug(customer)}.stack.yaml"))
        text = interview.everything_else()
    except (EOFError, KeyboardInterrupt) as broken:
        print("\ninterop: broken off, nothing is written", file=sys.stderr)
        return 1 if isinstance(broken, EOFError) else 130
    _write(file, text)
    option = f" --matrix {shlex.quote(arguments.matrix)}" if arguments.matrix else ""
    print(f"Written to {file}. Next: interop check {shlex.quote(str(file))}{option}")
    if matrix is None:
        print("It asks for what was tested: '--matrix FILE', or the address of a published site.")
    else:
        _try(file, text, matrix, catalog)
    return 0


def _known(matrix: Matrix | None, catalog: Catalog) -> Known:
    """Return what can be asked for; a feature that two suites have is written with its suite."""
    suites = catalog.suites if matrix is None else matrix.suites
    found = [(suite.name, each) for suite in suites for each in suite.features]
    ids = [feature.id for _, feature in found]
    survey = Survey.of(matrix or _NOTHING)
    names = Names(survey, catalog.programs, check_rules())
    products = {*survey.products(), survey.matrix.run.product} - {""}
    return Known(
        features={
            feature.id if ids.count(feature.id) == 1 else f"{suite}/{feature.id}": feature
            for suite, feature in found
        },
        names=names,
        survey=survey,
        products={fold(said): name for name in products for said in (name, names.title(name))},
    )


def _slug(customer: str) -> str:
    slug = "".join(each if each.isalnum() else "-" for each in customer.casefold())
    return slug[:_LONGEST_NAME].strip("-") or "customer"


def _free(file: Path) -> Path:
    """Return a file that is not there yet: this one, or another that is asked for."""
    while True:
        error = ConfigError("this file is there already.", where=Place(file), hint="Name another one.")
        try:
            if not file.exists():
                return file
        except (OSError, ValueError):
            error = ConfigError("no file can have this name.", where=Place(file), hint="Name another one.")
        print(f"  {error}")
        text = ""
        while not text:
            text = input("Which file? ").strip()
        file = Path(text)


def _write(file: Path, text: str) -> None:
    """Write the file; where that fails, the answers are not lost."""
    try:
        write_atomic(file, text)
    except RecordError:
        print(f"This is what you answered:\n\n{text}")
        raise


def _try(file: Path, text: str, matrix: Matrix, catalog: Catalog) -> None:
    """Say at once what `interop check` will not take, of what no single question could notice."""
    try:
        check(load_stack(text, file), matrix, rules=check_rules(), now=time.time(), catalog=catalog.programs)
    except InteropError as error:
        print(f"It will ask you to mend this: {error}")
