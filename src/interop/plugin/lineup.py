"""What a run is made of, from files and options alone: suites, products, controls, peers, what is declared.

Starts nothing; a mistake in what the user gave is raised here.
"""

from __future__ import annotations

import datetime as dt
import fnmatch
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from interop.errors import ConfigError, UnknownNameError, nearest
from interop.load.catalog import Catalog, load_catalog
from interop.load.contract import give_folders, load_contract
from interop.load.expectations import load_expectations
from interop.load.manifest import Config, load_config
from interop.load.selection import split
from interop.model.implementation import Candidate, ProductRole
from interop.model.suite import Suite
from interop.plan import Pair, check_features, pairs
from interop.plugin.cast import Actor, controls, labelled, products, role_suites
from interop.plugin.runner import Declared
from interop.plugin.settings import Settings
from interop.run.engine import Engine
from interop.run.seat import check_driver

ANSWER = 5.0
"""Seconds in which a product that is already running takes a connection."""
EXPECTATIONS = "interop-expectations.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineup:
    """Everybody who may take part."""

    catalog: Catalog
    suites: tuple[Suite, ...]
    products: tuple[Actor, ...]
    controls: tuple[Actor, ...]
    peers: Mapping[str, Mapping[str, tuple[Candidate, ...]]]
    """Candidates by suite and role."""
    declared: Declared

    @property
    def actors(self) -> dict[tuple[str, str, str], Actor]:
        """Whoever may stand in the product's place, by identity; a product before a control of the same."""
        return {actor.place.identity: actor for actor in (*self.controls, *self.products)}

    def pairs(self, engine: Engine | None) -> dict[str, tuple[Pair, ...]]:
        """Return every pairing by suite; those that the engine cannot run carry the reason."""

        def refused(candidate: Candidate | None) -> str:
            return engine.cannot_run(candidate) if engine is not None and candidate is not None else ""

        able = [actor.place for actor in self.controls if not refused(actor.candidate)]
        places = [*(actor.place for actor in self.products), *able]
        found = {}
        for suite in self.suites:
            roles = self.peers[suite.name]
            reasons = {each.id: refused(each) for candidates in roles.values() for each in candidates}
            found[suite.name] = pairs(suite, places, roles, reasons)
        return found


def read_lineup(settings: Settings) -> Lineup:
    """Read everything that the user gave; raise an InteropError for the first mistake."""
    config = _config(settings)
    catalog = load_catalog(
        peer_folders=config.peer_folders if config else (),
        suite_folders=config.suite_folders if config else (),
    )
    give_folders(config.suite_folders if config else ())
    # The roles of the configuration's product bind nobody who chooses another product and its suites.
    bound = config if not (settings.products and settings.suites) else None
    suites = role_suites(bound, catalog, settings.suites)
    for suite in suites:
        load_contract(
            suite.name
        )  # a mistake in one is said here, in a sentence, and not by a stack of frames
    check_features(suites, settings.features)
    facing = _in_roles(products(config, settings.products, catalog, suites), settings.roles)
    peers = _peers(suites, facing, catalog, config, settings)
    _refuse_a_run_that_meets_nobody(peers, catalog)
    return Lineup(
        catalog=catalog,
        suites=suites,
        products=facing,
        controls=tuple(actor for suite in suites for actor in controls(suite, catalog, facing)),
        peers=peers,
        declared=_declared(settings, config, suites),
    )


def check_products(actors: Sequence[Actor]) -> None:
    """Find out whether the user's own products are there: their drivers start, their endpoints answer.

    Raises DriverError or ConfigError for the first that is not.
    """
    for actor in actors:
        if actor.product is not None:
            datagrams = actor.candidate.role.udp if actor.candidate is not None else ()
            for port, address in actor.product.endpoints.items():
                if port not in datagrams:
                    _knock(actor.product, port, address)
            check_driver(actor.product, interpreter=sys.executable, folder=actor.folder)


def _knock(role: ProductRole, port: str, address: tuple[str, int]) -> None:
    """Raise ConfigError where nothing takes a connection."""
    try:
        socket.create_connection(address, timeout=ANSWER).close()
    except OSError as error:
        host, number = address
        raise ConfigError(
            f"nothing answers at {host}:{number}, the endpoint for {port}: {error.strerror or error}.",
            where=role.place,
            hint="Start the product first, or correct the endpoint.",
        ) from None


def _in_roles(actors: Sequence[Actor], roles: Sequence[str]) -> tuple[Actor, ...]:
    """Return the products in the roles that were chosen; raise UnknownNameError for one that none takes."""
    taken = [f"{actor.place.suite}.{actor.place.role}" for actor in actors]
    for role in roles:
        if not fnmatch.filter(taken, role):
            raise UnknownNameError(f"no product takes the role {role!r}.", hint=nearest(role, set(taken)))
    chosen = {role for glob in roles for role in fnmatch.filter(taken, glob)}
    return tuple(actor for actor, role in zip(actors, taken, strict=True) if not roles or role in chosen)


def _peers(
    suites: Sequence[Suite],
    facing: Sequence[Actor],
    catalog: Catalog,
    config: Config | None,
    settings: Settings,
) -> dict[str, dict[str, tuple[Candidate, ...]]]:
    """Return the peers of each suite by the role that they take."""
    taken = {(actor.place.suite, actor.place.role) for actor in facing}
    places = [
        (suite.name, role)
        for suite in suites
        for role in suite.roles
        if (suite.name, suite.other_role(role)) in taken
    ]
    asked = _shared_out(settings.peers, places, catalog)
    wanted = ("*",) if "all" in settings.configurations else ("default", *settings.configurations)
    found: dict[str, dict[str, tuple[Candidate, ...]]] = {suite.name: {} for suite in suites}
    for suite, role in places:
        chosen = asked[suite, role] if settings.peers else config.peers.get(suite, ()) if config else ()
        candidates = catalog.candidates(suite, role, selectors=chosen, configurations=wanted)
        nobody = settings.peers and not chosen  # they name others, in another role
        found[suite][role] = () if nobody else tuple(map(labelled, candidates))
    return found


def _shared_out(
    selectors: Sequence[str], places: Sequence[tuple[str, str]], catalog: Catalog
) -> dict[tuple[str, str], list[str]]:
    """Return which of the selectors mean something in each suite and role.

    Raises UnknownNameError for one that means nothing in any.
    """
    found: dict[tuple[str, str], list[str]] = {place: [] for place in places}
    for selector in selectors:
        refusals = {place: _refusal(selector, place, catalog) for place in places}
        for place, refusal in refusals.items():
            if refusal is None:
                found[place].append(selector)
        said = [each for each in refusals.values() if each is not None]
        if said and len(said) == len(places):
            name, _ = split(selector)
            named = [each for place, each in refusals.items() if _refusal(name, place, catalog) is None]
            # Where the name is known it is the version; else a near name is better than a list of all.
            raise (named and named[0]) or min(said, key=lambda each: len(each.hint))
    return found


def _refusal(selector: str, place: tuple[str, str], catalog: Catalog) -> UnknownNameError | None:
    """Return why a selector means nothing in a suite and role; None where it means something."""
    try:
        catalog.candidates(*place, selectors=[selector], configurations=("*",))
    except UnknownNameError as error:
        return error
    return None


def _refuse_a_run_that_meets_nobody(
    peers: Mapping[str, Mapping[str, Sequence[Candidate]]], catalog: Catalog
) -> None:
    """Raise UnknownNameError where a suite has no peer at all, and a descriptor with a mistake may be why.

    Its scenarios would be skipped, all of them, and the run would be green.
    """
    lonely = [
        f"{suite}.{role}" for suite, roles in peers.items() if not any(roles.values()) for role in roles
    ]
    if lonely and (catalog.mistakes or not any(any(roles.values()) for roles in peers.values())):
        raise UnknownNameError(
            f"no implementation takes the role {lonely[0]}: the product would meet nobody.",
            hint=f"docs/peers.md says how one is added.{catalog.unread}",
        )


def _config(settings: Settings) -> Config | None:
    if settings.config.is_file():
        return load_config(settings.config)
    if settings.config_given:
        raise ConfigError(f"--interop-config: there is no file {settings.config}.")
    if settings.products:
        return None
    raise ConfigError(
        f"there is no interop.yaml in {settings.config.parent} or above.",
        hint="Write one with 'interop init', or name a shipped implementation: --interop-product smtplib.",
    )


def _declared(settings: Settings, config: Config | None, suites: Sequence[Suite]) -> Declared:
    """Load the expectations: those that were named, or the file beside the configuration."""
    beside = settings.config.parent / EXPECTATIONS
    file = Path(settings.expectations).absolute() if settings.expectations else None
    file = file or (config.expectations if config else None) or (beside if beside.is_file() else None)
    entries = load_expectations(file, suites) if file is not None else ()
    return Declared(expectations=entries, today=dt.datetime.now(tz=dt.UTC).date().isoformat())
