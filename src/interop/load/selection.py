"""Which candidates a user's words mean: `post*`, `postfix@3.10*`, `opensmtpd>=7`, `postfix@trixie`.

Knows nothing of where implementations were found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from interop.errors import UnknownNameError, nearest
from interop.model.implementation import Candidate, Implementation, Release
from interop.model.versions import matches, sort_key

_SELECTOR = re.compile(r"([^@<>=!\s]*)\s*(?:@\s*)?(.*)", re.DOTALL)


def select(
    implementations: Iterable[Implementation],
    *,
    roles: tuple[str, str],
    selectors: Sequence[str],
    configurations: Sequence[str],
) -> tuple[Candidate, ...]:
    """Return the candidates for the first of `roles` (`smtp.server`, and the role that faces it), in order.

    Without selectors every one is meant. A candidate's id as selector brings its own configuration. A
    selector that means something only in the facing role is passed over, unless nothing is left then; so is a
    configuration.
    Raises UnknownNameError for a selector or a configuration that means nothing, and says what there is.
    """
    known = tuple(implementations)
    every = _every(known, roles[0])
    usual = _configured(every, _every(known, roles[1]), configurations)
    chosen = usual if not selectors else _chosen(known, every, usual, roles, selectors)
    return tuple(sorted(chosen, key=_order))


def split(selector: str) -> tuple[str, str]:
    """Return a selector's name or glob, and what it asks of the version (empty for any)."""
    found = _SELECTOR.fullmatch(selector.strip())
    return (found[1], found[2]) if found else (selector, "")


def _every(implementations: Iterable[Implementation], role: str) -> list[Candidate]:
    return [
        Candidate(implementation=implementation, release=release, role=spec, configuration=configuration)
        for implementation in implementations
        if (spec := implementation.role(role)) is not None
        for release in implementation.releases
        for configuration in spec.configurations
    ]


def _configured(
    every: list[Candidate], facing: list[Candidate], configurations: Sequence[str]
) -> list[Candidate]:
    names = {candidate.configuration.name for candidate in (*every, *facing)}
    for wanted in configurations:
        if every and not any(fnmatchcase(name, wanted) for name in names):
            role = every[0].role.key
            raise UnknownNameError(
                f"no implementation of {role} has a configuration {wanted!r}.", hint=nearest(wanted, names)
            )
    return [
        candidate
        for candidate in every
        if any(fnmatchcase(candidate.configuration.name, wanted) for wanted in configurations)
    ]


def _chosen(
    known: tuple[Implementation, ...],
    every: list[Candidate],
    usual: list[Candidate],
    roles: tuple[str, str],
    selectors: Sequence[str],
) -> list[Candidate]:
    chosen: dict[str, Candidate] = {}
    passed_over: list[str] = []
    for selector in selectors:
        found = [candidate for candidate in every if _is_id_of(selector, candidate)]
        found = found or [candidate for candidate in usual if _means(selector, candidate)]
        chosen.update((candidate.id, candidate) for candidate in found)
        if found or any(_means(selector, candidate) for candidate in every):
            continue  # it exists, in configurations that were not asked for
        if not any(_means(selector, candidate) for candidate in _every(known, roles[1])):
            raise _nothing(known, selector, roles[0])
        passed_over.append(selector)
    if passed_over and not chosen:
        raise _nothing(known, passed_over[0], roles[0])
    return list(chosen.values())


def _is_id_of(selector: str, candidate: Candidate) -> bool:
    """Say whether the selector is the candidate's id and names its configuration."""
    return candidate.id == selector.strip() and candidate.configuration.name != "default"


def _means(selector: str, candidate: Candidate) -> bool:
    name, versions = split(selector)
    implementation, release = candidate.implementation, candidate.release
    if not _named(implementation, name):
        return False
    if not versions or (release.name and fnmatchcase(release.name, versions)):
        return True
    return matches(release.version, versions, implementation.version_scheme)


def _named(implementation: Implementation, name: str) -> bool:
    return any(fnmatchcase(known, name) for known in (implementation.name, *implementation.aliases))


def _nothing(known: tuple[Implementation, ...], selector: str, role: str) -> UnknownNameError:
    """Say what there is instead of what `selector` asked for."""
    name, versions = split(selector)
    named = [implementation for implementation in known if _named(implementation, name)]
    able = [implementation for implementation in named if implementation.role(role)]
    if not named:
        names = [implementation.name for implementation in known if implementation.role(role)]
        return UnknownNameError(
            f"{selector!r}: no implementation of {role} is called {name!r}.", hint=nearest(name, names)
        )
    if not able:
        taken = "; ".join(f"{one.name} is {', '.join(spec.key for spec in one.roles)}" for one in named)
        return UnknownNameError(f"{selector!r}: it does not take the role {role}: {taken}.")
    offered = "; ".join(f"{one.name} is offered as {', '.join(map(_shown, one.releases))}" for one in able)
    return UnknownNameError(f"{selector!r}: no version is {versions!r}: {offered}.")


def _shown(release: Release) -> str:
    return f"{release.version} ({release.name})" if release.name else release.version


def _order(candidate: Candidate) -> tuple[str, object, int, str]:
    """Sort `default` before the other configurations of the same version."""
    implementation, configuration = candidate.implementation, candidate.configuration.name
    version = sort_key(candidate.release.version, implementation.version_scheme)
    return (implementation.name, version, configuration != "default", configuration)
