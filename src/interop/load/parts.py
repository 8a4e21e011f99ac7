"""What several descriptors write in the same way, as values of the model."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from interop.errors import nearest
from interop.load.schema import Mistake
from interop.load.yaml import Document
from interop.model.implementation import Readiness, Security

PLACEHOLDERS = ("python", "folder", "state")
PORT = "port"
"""With a colon and a port's name, what stands for its number in a command."""
_PLACEHOLDER = re.compile(r"(?<!\{)\{([a-z_]+)(?::([^{}]*))?\}(?!\})")


def texts(values: list[Any]) -> tuple[str, ...]:
    """Return the values as text: YAML may have read numbers."""
    return tuple(str(value) for value in values)


def words(values: dict[str, Any]) -> dict[str, str]:
    """Return the values as text; true and false as YAML writes them."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values.items()
    }


def port_mistakes(
    document: Document, path: tuple[str, ...], role: Mapping[str, Any], ports: Collection[str]
) -> Iterator[Mistake]:
    """Yield what names a port that a role, which stands at `path`, does not have."""
    named: list[tuple[tuple[str | int, ...], Any]] = [(("ready", "port"), role.get("ready", {}).get("port"))]
    named += [(("udp", number), name) for number, name in enumerate(role.get("udp", []))]
    for where, name in named:
        if name is not None and name not in ports:
            yield (
                document.place(*path, *where),
                f"{name!r} is none of the role's ports. {nearest(name, ports)}",
            )


def placeholder_mistakes(
    document: Document, path: tuple[str, ...], ports: Collection[str]
) -> Iterator[Mistake]:
    """Yield what is nearly a placeholder in the command that stands at `path`: it would be passed as it is.

    Words that are near none are the program's own: a format of its log may well be `{time} {message}`.
    """
    command: Any = document.value
    for key in path:
        command = command.get(key, {})
    numbers = [f"{PORT}:{port}" for port in ports]
    for position, word in enumerate(map(str, command)):
        for name, port in _PLACEHOLDER.findall(word):
            whole = f"{name}:{port}" if port else name
            meant = get_close_matches(name, [*PLACEHOLDERS, PORT], n=1, cutoff=0.75)
            if meant and whole not in (*PLACEHOLDERS, *numbers):
                known = numbers if meant == [PORT] else meant
                near = known if len(known) == 1 else get_close_matches(f"{PORT}:{port}", known, n=1)
                hint = f"Did you mean {_braced(near)}?" if near else f"Known: {_braced(known)}."
                yield document.place(*path, position), f"{_braced([whole])} stands for nothing. {hint}"


def _braced(names: Iterable[str]) -> str:
    return ", ".join(f"'{{{name}}}'" for name in names)


def readiness(value: dict[str, Any]) -> Readiness:
    """Return how to know that something serves."""
    given = dict(value)
    if "timeout" in given:
        given["timeout"] = float(given["timeout"])
    return Readiness(**given)


def security(value: dict[str, Any]) -> Security:
    """Return what a container is allowed."""
    given = dict(value)
    if "capabilities" in given:
        given["capabilities"] = texts(given["capabilities"])
    if "cpus" in given:
        given["cpus"] = float(given["cpus"])
    return Security(**given)
