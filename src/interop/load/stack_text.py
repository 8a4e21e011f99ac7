"""A stack file's text from its values. Knows nothing of what they mean."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


def stack_text(values: Mapping[str, Any]) -> str:
    """Return values as YAML that reads back as the same: every text stands in quotation marks."""
    return "\n".join(_lines(values)) + "\n"


def _lines(values: Mapping[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            if value:
                yield f"{key}:"
                yield from (f"  {inner}: {_flow(each)}" for inner, each in value.items())
        elif isinstance(value, list):
            yield f"{key}:"
            yield from (f"  - {_flow(each)}" for each in value)
        else:
            yield f"{key}: {_flow(value)}"


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_key(key)}: {_flow(each)}' for key, each in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    plain = name.replace("_", "").replace("-", "")
    return name if plain.isascii() and plain.isalnum() and plain[0].isalpha() else _flow(name)
