"""`interop repro`: the one command that repeats a cell, printed and run."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from pathlib import Path

from interop.cli._cell import FoundCell, add_cell_arguments, find_cell
from interop.errors import InteropError
from interop.load.catalog import Catalog, load_catalog
from interop.load.manifest import load_config

_OWN_REPORT = "repro"
"""The folder inside the run's report that gets the repetition's: the run's own matrix stays."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "repro",
        help="repeat one cell of the matrix",
        description="Print the pytest command that repeats one cell, and run it. Evidence is kept in any"
        " case. The exit code is pytest's: 0 when it works now, 1 when it does not.",
    )
    add_cell_arguments(parser)
    parser.add_argument("--config", metavar="FILE", help="the product's description, as for --interop-config")
    parser.add_argument(
        "--product", metavar="NAME", help="a shipped implementation, as for --interop-product"
    )
    parser.add_argument(
        "--print", action="store_true", dest="only_print", help="print the command, run nothing"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the command; run it unless only the printing was asked for."""
    found = find_cell(arguments)
    report = os.path.relpath(found.report / _OWN_REPORT)
    words = command(found, config=arguments.config or "", product=arguments.product or "")
    words += ["--interop-evidence", "--interop-report", report]
    print(shlex.join(words), flush=True)
    if arguments.only_print:
        return 0
    return subprocess.run([sys.executable, "-m", *words], check=False).returncode


def command(found: FoundCell, *, config: str = "", product: str = "") -> list[str]:
    """Return the pytest command that repeats a cell, under what the run was given.

    `config` and `product` take the place of what the run's own command says.
    """
    cell, given = found.cell, _given(found.matrix.run.command)
    config = config or given.interop_config or ""
    if not product and given.interop_product:
        product = _selector(cell.product_key, _catalog(config))
    words = ["pytest", "--interop"]
    words += ["--interop-config", config] if config else []
    words += ["--interop-product", product] if product else []
    words += ["--interop-engine", given.interop_engine] if given.interop_engine else []
    words += [
        "--interop-suite",
        cell.suite,
        "--interop-feature",
        cell.feature,
        "--interop-peer",
        cell.peer_key,
    ]
    return [*words, f"{found.scenario}[{found.pair}]"] if found.scenario else words


def _given(command: tuple[str, ...]) -> argparse.Namespace:
    """Return those options of the run's command that a repetition needs too."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    for option in ("--interop-config", "--interop-engine"):
        parser.add_argument(option)
    parser.add_argument("--interop-product", action="append")
    try:
        return parser.parse_known_args(list(command[1:]))[0]
    except argparse.ArgumentError:
        return parser.parse_args([])


def _catalog(config: str) -> Catalog:
    if not config:
        return load_catalog()
    read = load_config(Path(config))
    return load_catalog(peer_folders=read.peer_folders, suite_folders=read.suite_folders)


def _selector(key: str, catalog: Catalog) -> str:
    """Return what selects a shipped implementation: its name alone where its version is that of Python."""
    name, _, version = key.partition("@")
    try:
        described = catalog.described(name)
    except InteropError:
        return key
    known = (release.version for each in described for release in each.releases)
    return key if version in known else name
