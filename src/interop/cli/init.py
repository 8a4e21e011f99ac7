"""`interop init`: a first interop.yaml and the skeleton of a driver, made from the suite's own contract."""

from __future__ import annotations

import argparse
import re
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any

from interop.errors import ConfigError, UnknownNameError, nearest
from interop.load.catalog import load_catalog
from interop.load.contract import load_contract
from interop.load.operations import Operation, operations
from interop.load.record import write_atomic
from interop.model.suite import Suite

CONFIG = """\
# What 'pytest --interop' runs. docs/drivers.md says how a driver is written.
product:
  name: {name}
  version: 0.1.0                  # or {{command: [{name}, --version]}}
  roles:
    {suite}.{role}: {{driver: "{module}:{cls}"}}
# peers: {{{suite}: [{peers}]}}   # default: all that the catalogue has
"""

HEAD = '''\
"""How the harness drives {name} as {role} of {title}.

Each method does one thing with the product, and tells what came of it.
"""

import interop

contract = interop.contract("{suite}")


class {cls}(contract.{base}):
'''


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "init",
        help="write an interop.yaml and a driver to fill in",
        description="Write interop.yaml and the skeleton of a driver; nothing that is there is changed.",
    )
    parser.add_argument("role", metavar="SUITE.ROLE", help="what the product does, such as smtp.client")
    parser.add_argument("--name", default="", help="the product's name (default: the folder's)")
    parser.add_argument(
        "--folder", type=Path, default=Path(), metavar="DIR", help="where to write (default: here)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write both files; refuse when one of them is there already."""
    suite, role = _find(arguments.role)
    folder: Path = arguments.folder
    name = (
        arguments.name or re.sub(r"[^a-z0-9-]+", "-", folder.resolve().name.lower()).strip("-") or "product"
    )
    module = re.sub(r"\W", "_", name) + "_interop"
    files = {
        folder / "interop.yaml": _config(suite, role, name, module),
        folder / f"{module}.py": _driver(load_contract(suite.name), suite, role, name),
    }
    for file in files:
        if file.exists():
            raise ConfigError(
                f"{file} is there already.", hint="Nothing was written; choose another --folder."
            )
    for file, text in files.items():
        write_atomic(file, text)
        print(f"wrote {file}")
    print(f"Fill in {module}.py, then run: pytest --interop")
    return 0


def _find(text: str) -> tuple[Suite, str]:
    catalog = load_catalog()
    name, _, role = text.partition(".")
    suite = catalog.suite(name)
    if role not in suite.roles:
        known = [f"{name}.{each}" for each in suite.roles]
        raise UnknownNameError(f"the suite {name} has no role {role!r}.", hint=nearest(text, known))
    return suite, role


def _config(suite: Suite, role: str, name: str, module: str) -> str:
    catalog = load_catalog()
    facing = catalog.candidates(suite.name, suite.other_role(role))
    peers = ", ".join(list(dict.fromkeys(each.implementation.name for each in facing))[:3])
    return CONFIG.format(name=name, suite=suite.name, role=role, module=module, cls="Driver", peers=peers)


def _driver(contract: ModuleType, suite: Suite, role: str, name: str) -> str:
    base: type = contract.ROLES[role]
    text = HEAD.format(
        name=name, role=role, title=suite.title, suite=suite.name, cls="Driver", base=base.__name__
    )
    needed = sorted((each for each in operations(base) if each.required), key=lambda each: each.name)
    return text + "\n".join([_method(each, contract) for each in needed] or ["    pass\n"])


def _method(operation: Operation, contract: ModuleType) -> str:
    words = [_parameter(name, operation, contract) for name in operation.parameters]
    keywords = f", *, {', '.join(words)}" if words else ""
    summary = (operation.doc or operation.name).strip().splitlines()[0]
    return (
        f'    def {operation.name}(self{keywords}):\n        """{summary}"""\n'
        f'        raise interop.Unsupported("{operation.name}() is not written yet")\n'
    )


def _parameter(name: str, operation: Operation, contract: ModuleType) -> str:
    """Return the parameter with its default: a scenario leaves out what has one."""
    if name not in operation.defaults:
        return name
    default: Any = operation.defaults[name]
    kind = type(default).__name__
    if isinstance(default, Enum):
        known = getattr(contract, kind, None) is type(default)
        return f"{name}=contract.{kind}.{default.name}" if known else name
    plain = default is None or isinstance(default, bool | int | float | str | bytes) or default == ()
    return f"{name}={default!r}" if plain else name  # the rest is filled in where the driver is hosted
