"""What a driver's result holds beyond its shape: fields that the shape does not have, a failure that is told.

Knows results as plain JSON values beside the contract's values that were made of them; nothing of protocols.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from interop.errors import nearest

FAILURE = "failure"
"""The field in which contracts tell what went wrong."""


def unknown_field(value: Any, plain: Any) -> str:
    """Say which field of a result its shape does not have, with the nearest one; empty when there is none."""
    if dataclasses.is_dataclass(value) and isinstance(plain, Mapping):
        known = [field.name for field in dataclasses.fields(value)]
        for name in plain:
            if name not in known:
                free = [each for each in known if each not in plain]
                return f"{type(value).__name__} has no field {name!r}. {nearest(str(name), free or known)}"
    return next(filter(None, (unknown_field(*pair) for pair in _parts(value, plain))), "")


def failures(value: Any) -> list[Any]:
    """Return the contents of every field `failure` in a result, those that are None among them."""
    own = [getattr(value, FAILURE)] if dataclasses.is_dataclass(value) and hasattr(value, FAILURE) else []
    return own + [found for part, _ in _parts(value, None) for found in failures(part)]


def _parts(value: Any, plain: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the values within a value, each with what stands for it in the plain one."""
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield getattr(value, field.name), _at(plain, field.name)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield each, _at(plain, key)
    elif isinstance(value, tuple | list):
        for number, each in enumerate(value):
            yield each, _at(plain, number)


def _at(plain: Any, key: Any) -> Any:
    try:
        return plain[key]
    except (LookupError, TypeError):
        return None
