"""A loaded document against its JSON Schema: every mistake as a sentence with its line.

Knows JSON Schema's keywords and how people misread them; nothing of what the schemas are about. A schema may
say in words what it expects: `x-expects` beside `pattern` or `oneOf`, `x-keys` beside `patternProperties`.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import TYPE_CHECKING, Any

from interop.errors import ConfigError, Place, nearest
from interop.load.seals import seal, set_seal
from interop.load.yaml import Document, Path_

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

Mistake = tuple[Place, str]
"""Where, and a sentence."""

SHOWN = 10
"""Mistakes that are written out; the rest are counted."""

SHOWN_LENGTH = 60
"""Characters of a wrong value that are repeated to the user."""

_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}


def check(document: Document, schema: str) -> None:
    """Raise ConfigError with all mistakes when `document` is not as `schemas/<schema>.schema.json` asks."""
    sealed = seal(document.value, schema_text(schema))
    if sealed.exists():
        return  # jsonschema takes a quarter of a second to import, and a hundredth for each file
    errors = _validator(schema).iter_errors(document.value)
    refuse(mistake for error in errors for leaf in _leaves(error) for mistake in _mistakes(document, leaf))
    set_seal(sealed)


def refuse(mistakes: Iterable[Mistake]) -> None:
    """Raise one ConfigError that lists the mistakes, a line each; return when there are none."""
    found = sorted(set(mistakes), key=lambda mistake: (str(mistake[0].file), mistake[0].line, mistake[1]))
    if not found:
        return
    if len(found) == 1:
        raise ConfigError(found[0][1], where=found[0][0])
    lines = [f"{place}: {sentence}" for place, sentence in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(f"and {len(found) - SHOWN} more.")
    raise ConfigError("\n".join(lines))


@functools.cache
def schema_text(schema: str) -> str:
    """Return the text of `schemas/<schema>.schema.json`."""
    return resources.files("interop.load").joinpath("schemas", f"{schema}.schema.json").read_text("utf-8")


@functools.cache
def _validator(schema: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - a tenth of a second that reading a matrix need not pay

    return Draft202012Validator(json.loads(schema_text(schema)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leaf:
    """One thing that is wrong: the keyword that did not hold, what it wants, and the value it met."""

    path: Path_
    keyword: str
    wanted: Any
    value: Any
    schema: Mapping[str, Any]
    message: str


def _leaves(error: ValidationError) -> Iterator[_Leaf]:
    """Yield the mistakes proper: of several allowed shapes, those of the one that was meant."""
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    leaf = _Leaf(
        path=tuple(error.absolute_path),
        keyword=str(error.validator),
        wanted=error.validator_value,
        value=error.instance,
        schema=schema,
        message=error.message,
    )
    if leaf.keyword != "anyOf":
        yield leaf
        return
    shapes: dict[str | int, list[ValidationError]] = {}
    for inner in error.context or ():
        shapes.setdefault(inner.schema_path[0], []).append(inner)
    for found in shapes.values():
        if all(inner.validator != "type" or inner.path for inner in found):
            for inner in found:
                yield from _leaves(inner)
            return
    kinds = [
        inner.validator_value for found in shapes.values() for inner in found if inner.validator == "type"
    ]
    yield replace(leaf, wanted=kinds)


def _mistakes(document: Document, leaf: _Leaf) -> Iterator[Mistake]:
    if leaf.keyword == "additionalProperties":
        yield from _unknown_keys(document, leaf)
    elif leaf.keyword == "required":
        # jsonschema gives each missing key an error of its own, and names it in the message alone.
        missing = next(key for key in leaf.wanted if leaf.message.startswith(f"{key!r} "))
        yield document.place(*leaf.path), f"{missing!r} is missing{_within(leaf.path)}."
    else:
        yield document.place(*leaf.path), f"{_label(leaf.path)} {_saying(leaf)}"


def _unknown_keys(document: Document, leaf: _Leaf) -> Iterator[Mistake]:
    known = leaf.schema.get("properties", {})
    patterns = leaf.schema.get("patternProperties", {})
    free = [key for key in known if key not in leaf.value]
    for key in leaf.value:
        if key in known or any(re.search(pattern, key) for pattern in patterns):
            continue
        what = f"{key!r} is not a known key{_within(leaf.path)}."
        hint = f"Expected {leaf.schema['x-keys']}." if patterns else nearest(key, free or known)
        yield document.place(*leaf.path, key), f"{what} {hint}"


def _saying(leaf: _Leaf) -> str:
    """Return the rest of the sentence that began with the value's label."""
    if leaf.keyword == "oneOf":
        return f"should be {leaf.schema['x-expects']}."
    if leaf.keyword == "pattern":
        return f"should be {leaf.schema.get('x-expects', f'like {leaf.wanted}')}{_but(leaf.value)}."
    saying = _SAYINGS.get(leaf.keyword)
    return saying(leaf) if saying else f"is not as it should be: {leaf.message}."


_SAYINGS: dict[str, Callable[[_Leaf], str]] = {
    "not": lambda _: "does not belong here: what stands beside it says it already.",
    "type": lambda leaf: f"should be {_expected(leaf)}{_but(leaf.value)}.",
    "anyOf": lambda leaf: f"should be {_kinds(leaf.wanted)}{_but(leaf.value)}.",
    "enum": lambda leaf: f"cannot be {_shown(leaf.value)}. {nearest(str(leaf.value), leaf.wanted)}",
    "minimum": lambda leaf: f"should be {leaf.wanted} or more{_but(leaf.value)}.",
    "maximum": lambda leaf: f"should be {leaf.wanted} or less{_but(leaf.value)}.",
    "minItems": lambda leaf: (
        f"should have {leaf.wanted} items or more, has {len(leaf.value)}." if leaf.value else "is empty."
    ),
    "maxItems": lambda leaf: f"should have {leaf.wanted} items or fewer, has {len(leaf.value)}.",
    "minLength": lambda _: "is empty.",
    "maxLength": lambda leaf: f"should have {leaf.wanted} characters or fewer, has {len(leaf.value)}.",
    "maxProperties": lambda _: "should name one thing only.",
    "minProperties": lambda _: "is empty.",
    "uniqueItems": lambda _: "names something twice.",
}
"""What to say of each keyword of JSON Schema that did not hold."""


def _label(path: Path_) -> str:
    """Return what to call the value at `path`."""
    if not path:
        return "the file"
    *parents, last = path
    return repr(last) if isinstance(last, str) else f"item {last + 1} of {_label(tuple(parents))}"


def _within(path: Path_) -> str:
    return f" in {_label(path)}" if path else ""


def _kinds(wanted: str | list[Any]) -> str:
    """Return JSON Schema's types in words: `text or a mapping`."""
    if isinstance(wanted, str):
        return _KINDS[wanted]
    return " or ".join(_kinds(each) for each in wanted)


def _expected(leaf: _Leaf) -> str:
    """Return what to write, where somebody wrote one plain value for another (`450` for `450 EUR`)."""
    kinds = _kinds(leaf.wanted)
    return kinds if isinstance(leaf.value, list | dict) else str(leaf.schema.get("x-expects", kinds))


def _but(value: Any) -> str:
    """Say what stands there instead: the value when it is short, else its kind."""
    if value is None:
        return ", but has no value"
    if isinstance(value, list | dict):
        return ", is a list" if isinstance(value, list) else ", is a mapping"
    return f", is {_shown(value)}"


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…"
