"""What several descriptors write in the same way, as values of the model."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from interop.errors import nearest
from interop.load.schema import Mistake
from interop.load.yaml import Document
from interop.model.implementation import Readiness, Security


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
