"""A suite's `contract.py`, wherever the suite is found: what the catalogue knows of folders, and no more.

A driver in a process of its own needs its suite's contract and nothing else; what makes a catalogue of all
that was found (`manifest`, `selection`, schemas) would be most of such a process's start.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from interop.errors import ConfigError, InteropError, Place, UnknownNameError, cause, nearest, raised_at
from interop.load.yaml import read_yaml

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

SUITE_FILE = "suite.yaml"
CONTRACT_FILE = "contract.py"

ENTRY_POINTS = "interop.suites"

FOLDERS_VARIABLE = "INTEROP_SUITE_FOLDERS"
"""Environment variable with further suite folders for `load_contract`, separated as in PATH."""

_PACKAGE = "interop_suites"
"""The package as whose parts the suites' modules are imported."""


def load_contract(suite: str) -> ModuleType:
    """Import a suite's `contract.py`, once, as `interop_suites.<suite>.contract`.

    Needs no configuration, so that a driver in a process of its own can call it: folders beyond those that
    are shipped or installed are read from the environment variable INTEROP_SUITE_FOLDERS.
    Raises UnknownNameError for a suite that is nowhere, ConfigError when its contract cannot be imported.
    """
    name = f"{_PACKAGE}.{suite}.contract"
    if name in sys.modules:
        return sys.modules[name]
    folder, roles = _suite_folder(suite)
    _package(_PACKAGE, [])
    _package(f"{_PACKAGE}.{suite}", [str(folder)])
    where = Place(folder / CONTRACT_FILE)
    try:
        module = importlib.import_module(name)
    except Exception as error:  # noqa: BLE001 - whatever a suite's module raises at import
        if not (folder / CONTRACT_FILE).is_file():
            what = f"the suite {suite!r} has no {CONTRACT_FILE} beside its {SUITE_FILE}."
            raise ConfigError(what, where=Place(folder), hint="docs/write-a-suite.md shows one.") from None
        what = f"the contract of the suite {suite!r} cannot be imported: {cause(error)}."
        raise ConfigError(what, where=raised_at(error) or where) from None
    lacking = [role for role in roles if role not in getattr(module, "ROLES", ())]
    if lacking:
        del sys.modules[name]
        raise ConfigError(f"ROLES has no {lacking[0]!r}, which is a role in {SUITE_FILE}.", where=where)
    try:
        for role in roles:
            _check_annotations(module.ROLES[role])
    except ConfigError:
        del sys.modules[name]
        raise
    vars(module).setdefault("GENERAL", {})
    return module


def _check_annotations(contract: object) -> None:
    """Raise ConfigError for an operation without types: what it takes and returns would be mere dicts."""
    if not inspect.isclass(contract):
        return
    for name, method in vars(contract).items():
        if name.startswith("_") or not inspect.isfunction(method):
            continue
        signature = inspect.signature(method)
        missing = [
            f"its parameter {each.name!r} has no annotation"
            for each in list(signature.parameters.values())[1:]
            if each.annotation is each.empty
        ]
        if signature.return_annotation is signature.empty:
            missing.append("what it returns has no annotation")
        if missing:
            code = method.__code__
            raise ConfigError(
                f"the operation {contract.__name__}.{name}(): {missing[0]}.",
                where=Place(code.co_filename, code.co_firstlineno),
                hint="By its type a value is made of what a driver answers.",
            )


def furnish(suite: str, folder: Path) -> None:
    """Let a suite write into `folder` what it gives to every party: `furnish(folder)` of its contract."""
    contract = load_contract(suite)
    try:
        getattr(contract, "furnish", _give_nothing)(folder)
    except Exception as error:  # noqa: BLE001 - whatever a suite's function raises
        what = f"furnish() of the suite {suite!r} failed: {cause(error)}."
        raise ConfigError(what, where=raised_at(error) or Place(str(contract.__file__))) from None


def give_folders(folders: Sequence[Path]) -> None:
    """Let `load_contract` find the suites of these folders too, here and in processes that are started."""
    if folders:
        os.environ[FOLDERS_VARIABLE] = os.pathsep.join(map(str, folders))


def shipped(in_wheel: str, in_checkout: str) -> list[Path]:
    """Return where the shipped folders are: in the package, or in the checkout that it is imported from."""
    package = Path(__file__).parents[1]
    places = (package / "shipped" / in_wheel, package.parents[1] / in_checkout)
    return [place for place in places if place.is_dir()][:1]


def brought(mistakes: list[InteropError]) -> Iterator[Path]:
    """Yield the suite folders of installed packages; add what is wrong with the others to `mistakes`."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - a driver of a shipped suite never gets here

    for entry_point in entry_points(group=ENTRY_POINTS):
        try:
            yield _brought_by(entry_point)
        except Exception as error:  # noqa: BLE001 - whatever a third party's module raises
            whose = entry_point.dist.name if entry_point.dist else entry_point.value
            what = f"the suite {entry_point.name!r} of {whose} cannot be imported"
            mistakes.append(ConfigError(f"{what}: {type(error).__name__}: {error}."))


def holders(folder: Path, file: str) -> list[Path]:
    """Return the folder itself when it holds the file, else those of its sub-folders that do."""
    if (folder / file).is_file():
        return [folder]
    try:
        return sorted(each for each in folder.iterdir() if (each / file).is_file())
    except OSError as error:
        raise ConfigError(f"the folder cannot be read: {error.strerror}.", where=Place(folder)) from None


def _give_nothing(folder: Path) -> None:
    """Stand for the `furnish` of a suite that has none."""


def _brought_by(entry_point: EntryPoint) -> Path:
    loaded = entry_point.load()
    if isinstance(loaded, ModuleType):
        loaded = Path(loaded.__file__).parent if loaded.__file__ else Path(next(iter(loaded.__path__)))
    folder = Path(loaded)
    if not (folder / SUITE_FILE).is_file():
        raise FileNotFoundError(f"{folder} holds no {SUITE_FILE}")
    return folder


def _suite_folder(suite: str) -> tuple[Path, Sequence[str]]:
    """Return where a suite lies, and its roles."""
    names = []
    for folder in _folders(suite):
        try:
            value = read_yaml(folder / SUITE_FILE).value
            name, roles = value["name"], value["roles"]
        except (InteropError, KeyError, TypeError):
            continue  # a broken suite of another name is no matter here
        if name == suite:
            return folder, roles
        names.append(str(name))
    raise UnknownNameError(f"there is no suite {suite!r}.", hint=nearest(suite, names))


def _folders(suite: str) -> Iterator[Path]:
    """Yield the folders in which the suite may be, the likeliest first, and those of other packages last."""
    given = [Path(folder) for folder in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep) if folder]
    places = (*shipped("suites", "suites"), *given)
    near = [each for place in places if place.is_dir() for each in holders(place, SUITE_FILE)]
    yield from sorted(near, key=lambda each: each.name != suite)
    yield from brought([])


def _package(name: str, path: list[str]) -> None:
    module = ModuleType(name)
    module.__path__ = path
    sys.modules.setdefault(name, module)
