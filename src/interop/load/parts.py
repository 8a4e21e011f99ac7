"""What several descriptors write in the same way, as values of the model."""

from __future__ import annotations

from typing import Any

from interop.model.implementation import Readiness, Security


def texts(values: list[Any]) -> tuple[str, ...]:
    """Return the values as text: YAML may have read numbers."""
    return tuple(str(value) for value in values)


def words(values: dict[str, Any]) -> dict[str, str]:
    """Return the values as text; true and false as YAML writes them."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values.items()
    }


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
