"""The command that would answer what nobody has tested, and what must be there before it can.

Knows the plugin's options only as the templates of the rules.
"""

from __future__ import annotations

import re

from interop.judge.evidence import Asked, Ground
from interop.model.matrix import Cell
from interop.model.versions import matches

_SAFE = re.compile(r"[A-Za-z0-9@%+=:,./_-]+")


def command_for(
    asked: Asked, cause: str, cell: Cell | None, ground: Ground, times: int = 0
) -> tuple[str, str]:
    """Return the command, and what must be there first: see `Finding.needs`.

    `times` is how often it has to be tried to answer the question; 0 where once will do.
    """
    name = (
        asked.named.name if asked.named.known else re.sub(r"\W+", "-", asked.named.name.casefold()).strip("-")
    )
    templates = ground.rules["commands"]
    command: str = templates["test"].format(
        suite=quoted(asked.suite), peer=quoted(_selector(name, asked, cause, cell))
    )
    if asked.configuration != "default":
        command += templates["configuration"].format(configuration=quoted(asked.configuration))
    if times:
        command += templates["repeat"].format(times=times)
    command += templates["feature"].format(feature=quoted(asked.feature.id))
    return command, _needs(asked, cause, ground)


def quoted(text: str) -> str:
    """Return a word as a shell takes it literally."""
    return text if _SAFE.fullmatch(text) else "'" + text.replace("'", "'\"'\"'") + "'"


def _selector(name: str, asked: Asked, cause: str, cell: Cell | None) -> str:
    if cell is not None and cause in {"old", "limit-beyond", "limit-unmeasured", "product", "seldom"}:
        return cell.peer_key.partition("+")[0]
    spec = asked.version.spec
    if not spec:
        return name
    return f"{name}{spec}" if spec.startswith(("<", ">", "=", "!")) else f"{name}@{spec}"


def _needs(asked: Asked, cause: str, ground: Ground) -> str:
    if cause in {"implementation", "product"}:
        return cause
    if cause == "limit-beyond":
        return "limit"
    offered = ground.names.catalog.get(asked.named.name)
    if cause == "release" or (
        offered is not None
        and asked.version.spec
        and not any(
            matches(each.version, asked.version.spec, asked.version.scheme) for each in offered.releases
        )
    ):
        return "release"
    return ""
