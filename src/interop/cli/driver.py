"""`interop driver`: what a driver of a role can be asked, and whether yours answers as it should."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from interop.cli._catalog import add_config_option, find_catalog, find_config
from interop.errors import ConfigError, Place, UnknownNameError, nearest
from interop.load.catalog import Catalog
from interop.load.contract import load_contract
from interop.load.operations import contract_schema, operations
from interop.model.attempt import Party
from interop.model.implementation import ProductRole
from interop.report import contract_page


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "driver",
        help="show the contract of a role, or hold a driver against it",
        description="A driver is how a product is driven: a Python class, or a program that speaks JSON-RPC.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    contract = commands.add_parser(
        "contract",
        help="print the contract of a role",
        description="Print what a driver of a role is asked and answers, as a page or as JSON Schema.",
    )
    contract.add_argument("role", metavar="SUITE.ROLE", help="such as smtp.client")
    contract.add_argument("--format", choices=("markdown", "json"), default="markdown")
    add_config_option(contract)
    contract.set_defaults(run=print_contract)
    check = commands.add_parser(
        "check",
        help="hold a driver against its contract; no peer is started",
        description="Start the drivers of interop.yaml, or the one given, and try every operation where"
        " nothing answers on the network. Exit code 1 when something has to be mended.",
    )
    check.add_argument("role", nargs="?", default="", metavar="SUITE.ROLE", help="one role alone")
    check.add_argument("--driver", default="", help="a class, such as acme_interop:Mailer, of SUITE.ROLE")
    check.add_argument("--command", default="", help="a program, such as 'node driver.js', of SUITE.ROLE")
    add_config_option(check)
    check.set_defaults(run=check_drivers)


def print_contract(arguments: argparse.Namespace) -> int:
    """Print the page or the schema."""
    suite, role = _split(arguments.role, find_catalog(arguments))
    module = load_contract(suite)
    schema = contract_schema(module, suite, role)
    if arguments.format == "json":
        print(json.dumps(schema, indent=2, ensure_ascii=False))
    else:
        words = getattr(module, "CAPABILITIES", {}) if "describe" in schema["methods"] else {}
        print(contract_page.render(schema, suite=suite, role=role, capabilities=words), end="")
    return 0


def check_drivers(arguments: argparse.Namespace) -> int:
    """Print a line for everything that was looked at."""
    catalog = find_catalog(arguments)
    roles, folder = _roles(arguments, catalog)
    good = True
    for role in roles:
        print(f"{role.key}: {role.driver or shlex.join(role.command)}")
        good = _check(role, folder) and good
    well = "It keeps the contract, as far as it was tried."
    print(f"\n{well}" if good else "\nSomething has to be mended, as said above.")
    return 0 if good else 1


def _check(role: ProductRole, folder: Path) -> bool:
    from interop.run.driver_check import examine  # noqa: PLC0415 - what runs is imported when it runs
    from interop.run.seat import seat_for_product  # noqa: PLC0415

    module = load_contract(role.suite)
    names = [each.name for each in operations(module.ROLES[role.role])]
    good = True
    with tempfile.TemporaryDirectory(prefix="interop-driver-") as logs:
        log = Path(logs) / "stderr"
        party = Party(name="product", role=role.role, suite=role.suite, version="")
        seat = seat_for_product(role, party, interpreter=sys.executable, folder=folder, log=log, options={})
        if seat.start is None:
            raise ConfigError(f"{role.key} has no driver to check.", where=role.place)
        for remark in examine(seat.start, module, role.role, names):
            sign = "!!" if not remark.good else "ok" if remark.tried else "--"
            print(f"  {sign}  {remark.text}")
            if remark.hint:
                print(f"        {remark.hint}")
            good = good and remark.good
        said = log.read_text("utf-8", "replace").strip().splitlines() if log.exists() else []
    if not good and said:
        print("  Its standard error ended with:")
        print("\n".join(f"        {line}" for line in said[-30:]))
    return good


def _roles(arguments: argparse.Namespace, catalog: Catalog) -> tuple[Sequence[ProductRole], Path]:
    """Return the roles to check, and the folder from which their drivers are started."""
    if arguments.driver or arguments.command:
        if not arguments.role:
            raise ConfigError("--driver and --command need the role, such as smtp.client, before them.")
        suite, role = _split(arguments.role, catalog)
        given = ProductRole(
            suite=suite,
            role=role,
            driver=arguments.driver,
            command=_words(arguments.command),
            place=Place(Path("the command line")),
        )
        return [given], Path.cwd()
    config = find_config(arguments)
    if config is None:
        raise ConfigError(
            "there is no interop.yaml here or above.",
            hint="Name the driver: interop driver check smtp.client --command 'node driver.js'",
        )
    driven = [role for role in config.product.roles if role.driver or role.command]
    chosen = [role for role in driven if arguments.role in {"", role.key}]
    if not chosen:
        known = [role.key for role in driven]
        raise UnknownNameError(
            f"no driver of {arguments.role or 'any role'} is in {config.file.name}.",
            hint=nearest(arguments.role, known),
        )
    return chosen, config.file.parent


def _words(command: str) -> tuple[str, ...]:
    """Return a command's words, split as a shell does."""
    try:
        return tuple(shlex.split(command))
    except ValueError as error:
        what = f"--command {command!r} cannot be split into words: {str(error).lower()}."
        raise ConfigError(what, hint="Close the quotation mark.") from None


def _split(key: str, catalog: Catalog) -> tuple[str, str]:
    """Return suite and role of `smtp.client`; raise UnknownNameError for what does not exist."""
    suite, _, role = key.partition(".")
    found = catalog.suite(suite)
    if role not in found.roles:
        known = [f"{suite}.{each}" for each in found.roles]
        raise UnknownNameError(f"there is no role {key!r}.", hint=nearest(key, known))
    return suite, role
