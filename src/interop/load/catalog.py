"""The catalogue: where suites and implementations are found.

Shipped ones first, then those of installed packages (entry points `interop.suites`), then the user's folders.
Knows nothing of how a candidate is chosen from among them (`selection`) or run.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from interop.errors import ConfigError, InteropError, Place, UnknownNameError, nearest
from interop.load.manifest import IMPLEMENTATION_FILE, SUITE_FILE, load_implementation, load_suite
from interop.load.selection import select
from interop.load.yaml import read_yaml
from interop.model.implementation import Candidate, Implementation
from interop.model.suite import Suite

ENTRY_POINTS = "interop.suites"

FOLDERS_VARIABLE = "INTEROP_SUITE_FOLDERS"
"""Environment variable with further suite folders for `load_contract`, separated as in PATH."""

_PACKAGE = "interop_suites"
"""The package as whose parts the suites' modules are imported."""

_Named = TypeVar("_Named", Suite, Implementation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Every suite and implementation that was found, by name; and the folders that could not be read."""

    suites: tuple[Suite, ...]
    implementations: tuple[Implementation, ...]
    mistakes: tuple[InteropError, ...] = ()
    """One for each broken folder or entry point; it hides nothing but itself, and is worth a warning."""

    def suite(self, name: str) -> Suite:
        """Return the suite of that name; raise UnknownNameError with the nearest one."""
        for suite in self.suites:
            if suite.name == name:
                return suite
        raise self._unknown("suite", name, [suite.name for suite in self.suites])

    def implementation(self, name: str) -> Implementation:
        """Return the implementation of that name or alias; raise UnknownNameError with the nearest one."""
        for implementation in self.implementations:
            if name == implementation.name or name in implementation.aliases:
                return implementation
        names = [implementation.name for implementation in self.implementations]
        raise self._unknown("implementation", name, names)

    def candidates(
        self,
        suite: str,
        role: str,
        *,
        selectors: Sequence[str] = (),
        configurations: Sequence[str] = ("default",),
    ) -> tuple[Candidate, ...]:
        """Return what can be brought up in a role, by name, then version, then configuration.

        A selector is a name or glob, with or without versions: `postfix`, `post*`, `postfix@3.10*`,
        `opensmtpd>=7`, `postfix@trixie`, or a candidate's id. `configurations` are names or globs.
        Raises UnknownNameError for a suite, role, selector or configuration that means nothing.
        """
        found = self.suite(suite)
        if role not in found.roles:
            raise self._unknown(f"role of {suite}", role, found.roles)
        return select(
            self.implementations,
            roles=(f"{suite}.{role}", f"{suite}.{found.other_role(role)}"),
            selectors=selectors,
            configurations=configurations,
        )

    def _unknown(self, kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
        """Say that there is no such thing; and which folders were not read, as it may be one of them."""
        broken = "".join(f"\nNot read: {mistake}" for mistake in self.mistakes)
        return UnknownNameError(f"there is no {kind} {name!r}.", hint=nearest(name, known) + broken)


def load_catalog(*, peer_folders: Sequence[Path] = (), suite_folders: Sequence[Path] = ()) -> Catalog:
    """Load all that is shipped, that installed packages bring, and that the given folders hold.

    A folder is one descriptor's, or one whose sub-folders are. Raises ConfigError when two have one name.
    """
    mistakes: list[InteropError] = []
    brought = list(_brought(mistakes))
    suites = _load(
        (*_shipped("suites", "suites"), *brought, *suite_folders), SUITE_FILE, load_suite, mistakes
    )
    peers = [folder / "peers" for folder in brought if (folder / "peers").is_dir()]
    implementations = _load(
        (*_shipped("peers", "fixtures/peers"), *peers, *peer_folders),
        IMPLEMENTATION_FILE,
        load_implementation,
        mistakes,
    )
    return Catalog(suites=suites, implementations=implementations, mistakes=tuple(mistakes))


def load_contract(suite: str) -> ModuleType:
    """Import a suite's `contract.py`, once, as `interop_suites.<suite>.contract`.

    Needs no configuration, so that a driver in a process of its own can call it: folders beyond those that
    are shipped or installed are read from the environment variable INTEROP_SUITE_FOLDERS.
    Raises UnknownNameError for a suite that is nowhere, ConfigError when its contract cannot be imported.
    """
    name = f"{_PACKAGE}.{suite}.contract"
    if name in sys.modules:
        return sys.modules[name]
    folder = _suite_folder(suite)
    _package(_PACKAGE, [])
    _package(f"{_PACKAGE}.{suite}", [str(folder)])
    try:
        return importlib.import_module(name)
    except Exception as error:
        where = Place(folder / "contract.py")
        what = f"the contract of the suite {suite!r} cannot be imported: {type(error).__name__}: {error}."
        raise ConfigError(what, where=where) from error


def furnish(suite: str, folder: Path) -> None:
    """Let a suite write into `folder` what it gives to every party: `furnish(folder)` of its contract."""
    make = getattr(load_contract(suite), "furnish", None)
    if make is not None:
        make(folder)


def _load(
    folders: Iterable[Path],
    file: str,
    load: Callable[[Path], _Named],
    mistakes: list[InteropError],
) -> tuple[_Named, ...]:
    found: dict[str, _Named] = {}
    holders = [holder.resolve() for folder in folders for holder in _holders(folder, file)]
    for folder in dict.fromkeys(holders):
        try:
            loaded = load(folder)
        except InteropError as error:
            mistakes.append(error)
            continue
        earlier = found.setdefault(loaded.name, loaded)
        if earlier is not loaded:
            raise ConfigError(
                f"{loaded.name!r} is here and in {earlier.folder}.",
                where=Place(folder / file),
                hint="Give one of them another name.",
            )
    return tuple(sorted(found.values(), key=lambda loaded: loaded.name))


def _holders(folder: Path, file: str) -> list[Path]:
    """Return the folder itself when it holds the file, else those of its sub-folders that do."""
    if (folder / file).is_file():
        return [folder]
    try:
        return sorted(each for each in folder.iterdir() if (each / file).is_file())
    except OSError as error:
        raise ConfigError(f"the folder cannot be read: {error.strerror}.", where=Place(folder)) from None


def _shipped(in_wheel: str, in_checkout: str) -> list[Path]:
    """Return where the shipped folders are: in the package, or in the checkout that it is imported from."""
    package = Path(__file__).parents[1]
    places = (package / "shipped" / in_wheel, package.parents[1] / in_checkout)
    return [place for place in places if place.is_dir()][:1]


def _brought(mistakes: list[InteropError]) -> Iterator[Path]:
    """Yield the suite folders of installed packages."""
    for entry_point in entry_points(group=ENTRY_POINTS):
        try:
            yield _brought_by(entry_point)
        except Exception as error:  # noqa: BLE001 - whatever a third party's module raises
            what = f"the suite {entry_point.name!r} of {_distribution(entry_point)} cannot be imported"
            mistakes.append(ConfigError(f"{what}: {type(error).__name__}: {error}."))


def _brought_by(entry_point: EntryPoint) -> Path:
    loaded = entry_point.load()
    if isinstance(loaded, ModuleType):
        loaded = Path(loaded.__file__).parent if loaded.__file__ else Path(next(iter(loaded.__path__)))
    folder = Path(loaded)
    if not (folder / SUITE_FILE).is_file():
        raise FileNotFoundError(f"{folder} holds no {SUITE_FILE}")
    return folder


def _distribution(entry_point: EntryPoint) -> str:
    return entry_point.dist.name if entry_point.dist else entry_point.value


def _suite_folder(suite: str) -> Path:
    given = [Path(folder) for folder in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep) if folder]
    places = (*_shipped("suites", "suites"), *_brought([]), *given)
    folders = [each for place in places if place.is_dir() for each in _holders(place, SUITE_FILE)]
    names = []
    for folder in sorted(folders, key=lambda each: each.name != suite):
        try:
            name = read_yaml(folder / SUITE_FILE).value["name"]
        except (InteropError, KeyError, TypeError):
            continue  # a broken suite of another name is no matter here
        if name == suite:
            return folder
        names.append(str(name))
    raise UnknownNameError(f"there is no suite {suite!r}.", hint=nearest(suite, names))


def _package(name: str, path: list[str]) -> None:
    module = ModuleType(name)
    module.__path__ = path
    sys.modules.setdefault(name, module)
