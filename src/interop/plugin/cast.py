"""Who stands where: product and controls as actors, each with its version, before anything is brought up.

Knows the configuration and the catalogue; brings nothing up.
"""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from interop.errors import ConfigError, InteropError, UnknownNameError, nearest
from interop.errors import Place as FilePlace
from interop.load.catalog import Catalog
from interop.load.contract import SUITE_FILE, load_contract
from interop.load.manifest import Config
from interop.model.implementation import Candidate, Implementation, ProductRole
from interop.model.suite import Suite
from interop.plan import Place

DRIVERS = "See docs/drivers.md."
RUNNING_PYTHON = "stdlib"
"""The label of a release that is part of Python itself: whatever Python runs the harness."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One in the product's place: the user's product, a shipped implementation, or a control."""

    place: Place
    name: str
    version: str
    candidate: Candidate | None = None
    product: ProductRole | None = None
    folder: Path = Path()
    """Where the user's driver is imported from."""


def products(
    config: Config | None, shipped: Sequence[str], catalog: Catalog, suites: Sequence[Suite]
) -> tuple[Actor, ...]:
    """Return the products of a run: the configuration's, or the shipped implementations that were named."""
    names = list(shipped) or ([config.product.shipped] if config and config.product.shipped else [])
    if names:
        return tuple(actor for name in names for actor in _shipped(name, catalog, suites))
    if config is None:
        raise ConfigError("there is no product.")
    return _users(config, catalog, suites)


def controls(suite: Suite, catalog: Catalog, facing: Sequence[Actor]) -> tuple[Actor, ...]:
    """Return the suite's controls for the roles that products take in it, the newest release of each."""
    found = []
    for role in dict.fromkeys(actor.place.role for actor in facing if actor.place.suite == suite.name):
        taken = {actor.name for actor in facing if actor.place.role == role}
        for name in suite.controls:
            if name in taken and len(taken) == 1:
                continue
            if not any(each.role(f"{suite.name}.{role}") for each in _described(name, suite, catalog)):
                continue  # a control of the other role
            newest = _newest(catalog.candidates(suite.name, role, selectors=[name]))
            if newest is not None:
                found.append(_actor(newest, control=True))
    return tuple(found)


def _described(name: str, suite: Suite, catalog: Catalog) -> tuple[Implementation, ...]:
    """Return what is described under a control's name; UnknownNameError where there is nothing."""
    try:
        return catalog.described(name)
    except UnknownNameError as error:
        where = FilePlace(suite.folder / SUITE_FILE)
        raise UnknownNameError(f"controls: {error.what}", where=where, hint=error.hint) from None


def _shipped(selector: str, catalog: Catalog, suites: Sequence[Suite]) -> list[Actor]:
    found = []
    for suite in suites:
        for role in suite.roles:
            try:
                candidates = catalog.candidates(suite.name, role, selectors=[selector])
            except UnknownNameError:
                continue
            exact = any(mark in selector for mark in "@<>=")
            wanted = candidates if exact else _newest_of_each(candidates)
            found += [_actor(candidate) for candidate in wanted if candidate.role.role == role]
    if not found:
        names = [each.name for each in catalog.implementations]
        raise UnknownNameError(
            f"no shipped implementation {selector!r} takes a role in {', '.join(s.name for s in suites)}.",
            hint=nearest(selector.partition("@")[0], names),
        )
    return found


def _newest(candidates: Sequence[Candidate]) -> Candidate | None:
    return candidates[-1] if candidates else None


def _newest_of_each(candidates: Sequence[Candidate]) -> list[Candidate]:
    return list({candidate.implementation.name: candidate for candidate in candidates}.values())


def labelled(candidate: Candidate) -> Candidate:
    """Return a candidate that is part of Python itself under the version of the Python that runs."""
    if candidate.release.version != RUNNING_PYTHON:
        return candidate
    return replace(candidate, release=replace(candidate.release, version=platform.python_version()))


def _actor(shipped: Candidate, *, control: bool = False) -> Actor:
    candidate = labelled(shipped)
    return Actor(
        place=Place(
            key=candidate.id,
            suite=candidate.role.suite,
            role=candidate.role.role,
            control=control,
            offers=candidate.offers,
        ),
        name=candidate.implementation.name,
        version=candidate.release.version,
        candidate=candidate,
    )


def _users(config: Config, catalog: Catalog, suites: Sequence[Suite]) -> tuple[Actor, ...]:
    product = config.product
    version = product.version or _version(config)
    known = {suite.name: suite for suite in suites}
    actors = []
    for role in product.roles:
        suite = known.get(role.suite)
        if suite is None:
            continue
        if role.role not in suite.roles:
            raise UnknownNameError(
                f"the suite {suite.name} has no role {role.role!r}.",
                where=role.place,
                hint=nearest(role.role, suite.roles),
            )
        served = _served(role, version)
        _check_served(role, served, suite, catalog)
        actors.append(
            Actor(
                place=Place(
                    key=f"{product.name}@{version}",
                    suite=role.suite,
                    role=role.role,
                    offers=served.offers if served else frozenset(),
                ),
                name=product.name,
                version=version,
                candidate=served,
                product=role,
                folder=config.file.parent,
            )
        )
    return tuple(actors)


def _served(role: ProductRole, version: str) -> Candidate | None:
    """Return what serves as the product, in this version; None for one that is only driven."""
    if role.served is None:
        return None
    return replace(role.served, release=replace(role.served.release, version=version))


def _check_served(role: ProductRole, served: Candidate | None, suite: Suite, catalog: Catalog) -> None:
    """Raise ConfigError for what the suite cannot work with."""
    driven = bool(role.driver or role.command)
    if served is None:
        return
    peers = [each.role(role.key) for each in catalog.implementations]
    known = [
        *(situation.id for situation in suite.situations),
        *(port for peer in peers if peer is not None for port in peer.ports),
    ]
    for word in (*served.role.ports, *served.role.offers):
        if word not in known:
            raise UnknownNameError(
                f"the suite {suite.name} knows no port or situation {word!r}.",
                where=role.place,
                hint=nearest(word, known),
            )
    general = load_contract(suite.name).GENERAL.get(role.role)
    if general is None and not driven:
        raise ConfigError(
            f"the suite {suite.name} has no general driver for the role {role.role}.",
            where=role.place,
            hint=f"Give a driver beside it. {DRIVERS}",
        )
    if role.endpoints and not driven and getattr(general, "READS_STATE", False):
        raise ConfigError(
            f"{role.key} is an endpoint, so that what it received cannot be seen.",
            where=role.place,
            hint=f"Give a driver beside it, which reads that. {DRIVERS}",
        )


def _version(config: Config) -> str:
    command = config.product.version_command
    where = config.place("product", "version")
    if not command:
        return "unknown"
    try:
        ended = subprocess.run(
            [sys.executable if command[0] == "python3" else command[0], *command[1:]],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            cwd=config.file.parent,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(
            f"the product's version command {command[0]!r} failed: {error}.", where=where
        ) from None
    words = ended.stdout.split()
    if ended.returncode or not words:
        said = (ended.stderr or ended.stdout).strip().splitlines()
        raise ConfigError(
            f"the product's version command ended with status {ended.returncode}"
            f"{f' and said: {said[-1]}' if said else ' and printed nothing'}.",
            where=where,
        )
    return next((word for word in words if word[0].isdigit()), words[-1])


def role_suites(config: Config | None, catalog: Catalog, chosen: Sequence[str]) -> tuple[Suite, ...]:
    """Return the suites of a run: those chosen, or all that the product's roles name."""
    for name in chosen:
        catalog.suite(name)
    if config is not None and not config.product.shipped:
        for role in config.product.roles:
            try:
                catalog.suite(role.suite)
            except InteropError as error:
                raise UnknownNameError(error.what, where=role.place, hint=error.hint) from None
        named = [role.suite for role in config.product.roles if not chosen or role.suite in chosen]
        return tuple(catalog.suite(name) for name in dict.fromkeys(named))
    return tuple(suite for suite in catalog.suites if not chosen or suite.name in chosen)
