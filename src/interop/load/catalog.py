"""The catalogue: where suites and implementations are found.

Shipped ones first, then those of installed packages (entry points `interop.suites`), then the user's folders.
Knows nothing of how a candidate is chosen from among them (`selection`) or run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from interop.errors import ConfigError, InteropError, Place, UnknownNameError, nearest
from interop.load.contract import SUITE_FILE, brought, holders, shipped
from interop.load.manifest import IMPLEMENTATION_FILE, load_implementation, load_suite
from interop.load.selection import select
from interop.load.yaml import read_yaml
from interop.model.implementation import Candidate, Implementation, RoleSpec
from interop.model.suite import Suite

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

    def described(self, name: str) -> tuple[Implementation, ...]:
        """Return all that is described under a name or alias: a package adds roles to what is shipped.

        Raises UnknownNameError with the nearest name when there is nothing.
        """
        first = self.implementation(name).name
        return tuple(each for each in self.implementations if each.name == first)

    @property
    def programs(self) -> tuple[Implementation, ...]:
        """One entry a name, with all its roles and releases: for who asks what there is and runs nothing."""
        found: dict[str, Implementation] = {}
        for each in self.implementations:
            known = found.setdefault(each.name, each)
            if known is not each:
                releases = {release.version: release for release in (*each.releases, *known.releases)}
                found[each.name] = replace(
                    known,
                    aliases=tuple(dict.fromkeys((*known.aliases, *each.aliases))),
                    releases=tuple(releases.values()),
                    roles=(*known.roles, *each.roles),
                )
        return tuple(found.values())

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
        try:
            return select(
                self.implementations,
                roles=(f"{suite}.{role}", f"{suite}.{found.other_role(role)}"),
                selectors=selectors,
                configurations=configurations,
            )
        except UnknownNameError as error:
            raise UnknownNameError(error.what, hint=f"{error.hint}{self.unread}") from None

    @property
    def unread(self) -> str:
        """A line for each folder with a mistake: what is asked for and not there may be in one of them."""
        return "".join(f"\nNot read: {mistake}" for mistake in self.mistakes)

    def _unknown(self, kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
        """Say that there is no such thing; and which folders were not read, as it may be one of them."""
        return UnknownNameError(f"there is no {kind} {name!r}.", hint=nearest(name, known) + self.unread)


def load_catalog(*, peer_folders: Sequence[Path] = (), suite_folders: Sequence[Path] = ()) -> Catalog:
    """Load all that is shipped, that installed packages bring, and that the given folders hold.

    A folder is one descriptor's, or one whose sub-folders are. Two may describe one implementation, each in
    roles of its own. Raises ConfigError when two suites have one name, or two folders describe one role.
    """
    mistakes: list[InteropError] = []
    installed = list(brought(mistakes))
    suites = _load(
        (*shipped("suites", "suites"), *installed, *suite_folders),
        SUITE_FILE,
        load_suite,
        lambda suite: [repr(suite.name)],
        mistakes,
    )
    peers = [folder / "peers" for folder in installed if (folder / "peers").is_dir()]
    implementations = _load(
        (*shipped("peers", "fixtures/peers"), *peers, *peer_folders),
        IMPLEMENTATION_FILE,
        load_implementation,
        lambda each: [f"{each.name!r} as {role.key}" for role in each.roles],
        mistakes,
    )
    mistakes += _strangers({suite.name: suite for suite in suites}, implementations)
    return Catalog(suites=suites, implementations=implementations, mistakes=tuple(mistakes))


def _strangers(
    suites: Mapping[str, Suite], implementations: Iterable[Implementation]
) -> Iterator[UnknownNameError]:
    """Yield a mistake for every role and situation that a suite does not know: it would never be met."""
    for each in implementations:
        for role in each.roles:
            suite = suites.get(role.suite)
            if suite is None:
                if get_close_matches(role.suite, suites, cutoff=0.7):  # else its suite is not installed here
                    what, hint = f"there is no suite {role.suite!r}.", nearest(role.suite, suites)
                    yield UnknownNameError(what, where=_place(each, "roles", role.key), hint=hint)
                continue
            if role.role not in suite.roles:
                what = f"the suite {suite.name} has no role {role.role!r}."
                place = _place(each, "roles", role.key)
                yield UnknownNameError(what, where=place, hint=nearest(role.role, suite.roles))
            known = {*role.ports, *(situation.id for situation in suite.situations)}
            for path, word in _offers(role):
                if word not in known:
                    what = f"{role.key} offers {word!r}, of which the suite knows nothing."
                    place = _place(each, "roles", role.key, *path)
                    yield UnknownNameError(what, where=place, hint=nearest(word, known))


def _offers(role: RoleSpec) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield every situation that a role names, each with where it stands within the role."""
    yield from ((("offers", number), word) for number, word in enumerate(role.offers))
    for one in role.configurations:
        for key, words in (("offers", one.offers), ("lacks", one.lacks)):
            yield from (
                (("configurations", one.name, key, number), word) for number, word in enumerate(words)
            )


def _place(implementation: Implementation, *path: str | int) -> Place:
    """Return where something stands in a descriptor: it is read again, as few of them have mistakes."""
    return read_yaml(implementation.folder / IMPLEMENTATION_FILE).place(*path)


def _load(
    folders: Iterable[Path],
    file: str,
    load: Callable[[Path], _Named],
    claims: Callable[[_Named], Sequence[str]],
    mistakes: list[InteropError],
) -> tuple[_Named, ...]:
    """Load every folder; `claims` are the names of which there may be one alone."""
    found: list[_Named] = []
    claimed: dict[str, _Named] = {}
    held = [holder.resolve() for folder in folders for holder in holders(folder, file)]
    for folder in dict.fromkeys(held):
        try:
            loaded = load(folder)
        except InteropError as error:
            mistakes.append(error)
            continue
        for claim in claims(loaded):
            earlier = claimed.setdefault(claim, loaded)
            if earlier is not loaded:
                raise ConfigError(
                    f"{claim} is here and in {earlier.folder}.",
                    where=Place(folder / file),
                    hint="Give one of them another name.",
                )
        found.append(loaded)
    return tuple(sorted(found, key=lambda loaded: loaded.name))
