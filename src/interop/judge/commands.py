"""The command that would answer what nobody has tested, and what must be there before it can.

Knows the plugin's options only as the templates of the rules.
"""

from __future__ import annotations

import re

from interop.judge.evidence import Asked, Ground
from interop.judge.reading import Reading
from interop.model.matrix import Cell
from interop.model.versions import matches

_SAFE = re.compile(r"[A-Za-z0-9@%+=:,./_-]+")


def command_for(
    asked: Asked, cause: str, cell: Cell | None, ground: Ground, *, times: int = 0, untried: str = ""
) -> tuple[str, str]:
    """Return the command, and what must be there first: see `Finding.needs`.

    `times` is how often it has to be tried to answer the question; 0 where once will do. `untried` is what
    the matrix says of a cell that was planned and did not run.
    """
    name = (
        asked.named.name if asked.named.known else re.sub(r"\W+", "-", asked.named.name.casefold()).strip("-")
    )
    templates = ground.rules["commands"]
    command: str = templates["test"].format(suite=quoted(asked.suite))
    product = _product(asked, ground)
    if product:
        command += templates["product"].format(product=quoted(product))
    command += templates["peer"].format(peer=quoted(_selector(name, asked, cause, cell)))
    if asked.configuration != "default":
        command += templates["configuration"].format(configuration=quoted(asked.configuration))
    if times:
        command += templates["repeat"].format(times=times)
    command += templates["feature"].format(feature=quoted(asked.feature.id))
    return command, _needs(asked, cause, ground, untried)


def quoted(text: str) -> str:
    """Return a word as a shell takes it literally."""
    return text if _SAFE.fullmatch(text) else "'" + text.replace("'", "'\"'\"'") + "'"


def _selector(name: str, asked: Asked, cause: str, cell: Cell | None) -> str:
    if cell is not None and cause in {"old", "limit-beyond", "limit-unmeasured", "product", "seldom"}:
        return cell.peer_key.partition("+")[0]
    return _versioned(name, asked.version.spec)


def _product(asked: Asked, ground: Ground) -> str:
    """Return what names a product that is shipped, in the planned version where that is one of its releases.

    A product of the user's own needs no name: the command takes it from the interop.yaml beside it.
    """
    shipped = ground.names.catalog.get(ground.product_name)
    taken = {(role.suite, role.role) for role in shipped.roles} if shipped else set()
    if not any(suite == asked.suite and asked.role in {"", role} for suite, role in taken):
        return ""
    spec = ground.product.spec if _offers(ground.product_name, ground.product, ground) else ""
    return _versioned(ground.product_name, spec)


def _versioned(name: str, spec: str) -> str:
    """Return a selector as `--interop-peer` and `--interop-product` read it."""
    if not spec:
        return name
    return f"{name}{spec}" if spec.startswith(("<", ">", "=", "!")) else f"{name}@{spec}"


def _offers(name: str, version: Reading, ground: Ground) -> bool:
    """Say whether the catalogue has a release of that version."""
    offered = ground.names.catalog.get(name)
    releases = offered.releases if offered and version.spec else ()
    return any(matches(each.version, version.spec, version.scheme) for each in releases)


def _needs(asked: Asked, cause: str, ground: Ground, untried: str) -> str:
    if cause in {"implementation", "release"}:
        return cause
    if cause == "product":
        shipped = _product(asked, ground) and _offers(ground.product_name, ground.product, ground)
        return "" if shipped else cause
    if cause == "limit-beyond":
        return "limit"
    if cause == "limit-unmeasured" and not ground.measures(asked):
        return "measure"
    if cause == "never-run" and ground.rules["lasting"] in untried:
        return "situation"
    known, planned = asked.named.name in ground.names.catalog, asked.version.spec
    return "release" if known and planned and not _offers(asked.named.name, asked.version, ground) else ""
