"""The catalogue as a command sees it: what is shipped, and what an interop.yaml adds to it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from interop.errors import UnknownNameError, nearest
from interop.load.catalog import Catalog, load_catalog
from interop.load.contract import give_folders
from interop.load.manifest import Config, load_config
from interop.load.selection import split
from interop.model.implementation import Candidate


def add_config_option(parser: argparse.ArgumentParser) -> None:
    """Add `--config`, by which peers and suites of the user's own are found."""
    parser.add_argument(
        "--config",
        metavar="FILE",
        type=Path,
        help="the product's description (default: interop.yaml)",
    )


def find_config(arguments: argparse.Namespace) -> Config | None:
    """Return the configuration that was named or lies here, None where there is none."""
    file: Path | None = arguments.config
    if file is None and Path("interop.yaml").is_file():
        file = Path("interop.yaml")
    return load_config(file) if file is not None else None


def find_catalog(arguments: argparse.Namespace) -> Catalog:
    """Return the catalogue with what the configuration adds to it."""
    config = find_config(arguments)
    if config is None:
        return load_catalog()
    give_folders(config.suite_folders)
    return load_catalog(peer_folders=config.peer_folders, suite_folders=config.suite_folders)


def check_names(catalog: Catalog, selectors: Sequence[str]) -> None:
    """Raise UnknownNameError for a selector that names no implementation, or none that takes a role here."""
    names = [name for each in catalog.implementations for name in (each.name, *each.aliases)]
    for selector in selectors:
        wanted, _ = split(selector)
        if not any(fnmatchcase(name, wanted) for name in names):
            hint = f"{nearest(wanted, names)}{catalog.unread}"
            raise UnknownNameError(f"there is no implementation {wanted!r}.", hint=hint)
        meant = [
            each
            for each in catalog.implementations
            if any(fnmatchcase(name, wanted) for name in (each.name, *each.aliases))
        ]
        roles = {role.key for each in meant for role in each.roles}
        known = {f"{suite.name}.{role}" for suite in catalog.suites for role in suite.roles}
        if not roles & known:
            what = f"{wanted!r} takes no role of a suite that is here, but {', '.join(sorted(roles))}."
            hint = f"{nearest(min(roles), known)}{catalog.unread}"
            raise UnknownNameError(what, hint=hint)


def candidates_of(catalog: Catalog, suite: str, role: str, selectors: Sequence[str]) -> list[Candidate]:
    """Return what the selectors mean in a role; nothing when they mean another role's."""
    try:
        found = catalog.candidates(suite, role, selectors=selectors)
    except UnknownNameError:
        return []  # it takes another role: the names were checked over all of them
    return [each for each in found if each.role.role == role]
