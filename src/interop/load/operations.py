"""A suite's contract as data: the operations of a role, and the JSON Schema of what they take and return.

Reads the contract's class and its source, where the words are. Knows nothing of drivers or of processes.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import sys
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import msgspec

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of a contract."""

    name: str
    doc: str
    required: bool
    """Whether every driver must have it; to leave another out is to state that it is not supported."""
    parameters: Mapping[str, Any]
    """Each parameter's type."""
    defaults: Mapping[str, Any]
    returns: Any


def operations(contract: type) -> tuple[Operation, ...]:
    """Return a contract's operations in the order in which they stand."""
    required: frozenset[str] = getattr(contract, "__abstractmethods__", frozenset())
    found = []
    for name, method in vars(contract).items():
        if name.startswith("_") or not inspect.isfunction(method):
            continue
        hints = typing.get_type_hints(method)
        parameters = list(inspect.signature(method).parameters.values())[1:]
        found.append(
            Operation(
                name=name,
                doc=inspect.getdoc(method) or "",
                required=name in required,
                parameters={each.name: hints.get(each.name, Any) for each in parameters},
                defaults={each.name: each.default for each in parameters if each.default is not each.empty},
                returns=hints.get("return", Any),
            )
        )
    return tuple(found)


def contract_schema(module: ModuleType, suite: str, role: str) -> dict[str, Any]:
    """Return the JSON Schema of a role's contract: `params` and `result` of each operation, and all shapes.

    What JSON has no word for is written as the drivers see it: `bytes` are base64.
    """
    found = operations(module.ROLES[role])
    types = [kind for each in found for kind in (*each.parameters.values(), each.returns)]
    schemas, shapes = msgspec.json.schema_components(
        types, schema_hook=_of_the_harness, ref_template="#/$defs/{name}"
    )
    given = iter(schemas)
    methods = {}
    for each in found:
        properties = {name: next(given) for name in each.parameters}
        for name, default in each.defaults.items():
            properties[name] = {**properties[name], "default": msgspec.to_builtins(default)}
        methods[each.name] = {
            "description": each.doc,
            "required": each.required,
            "params": {
                "type": "object",
                "properties": properties,
                "required": [name for name in each.parameters if name not in each.defaults],
            },
            "result": next(given),
        }
    docs, made = field_docs(module), _made_defaults(module)
    for name, shape in shapes.items():
        properties = shape.get("properties", {})
        defaults = made.get((name, frozenset(properties)), {})
        for field, property_ in properties.items():
            if field in docs.get(name, {}):
                property_["description"] = docs[name][field]
            if field in defaults:
                property_["default"] = defaults[field]
    schema = {
        "$schema": DIALECT,
        "$id": f"urn:pytest-interop:contract:{suite}.{role}",
        "title": f"interop: the contract of {suite}.{role}",
        "description": inspect.getdoc(module.ROLES[role]) or "",
        "methods": methods,
        "$defs": dict(sorted(shapes.items())),
    }
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(schema))
    return plain


def _of_the_harness(kind: type) -> dict[str, Any]:
    """Return what stands for an object that cannot leave the harness: the suite's general driver gives it."""
    return {"title": kind.__name__, "description": "An object of the harness, which no other driver gives."}


def _classes(contract: ModuleType) -> Iterator[tuple[str, type]]:
    """Yield the classes of a contract and of its suite's own modules that it has imported."""
    package = contract.__name__.rpartition(".")[0]
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{package}.") and isinstance(module, ModuleType):
            for each, kind in inspect.getmembers(module, inspect.isclass):
                if kind.__module__ == name:
                    yield each, kind


def _made_defaults(contract: ModuleType) -> dict[tuple[str, frozenset[str]], dict[str, Any]]:
    """Return what fields are by default that are made anew each time; not every msgspec tells.

    By the class's name and its fields: two modules of a suite may have classes of one name.
    """
    return {
        (name, frozenset(each.name for each in dataclasses.fields(kind))): {
            each.name: msgspec.to_builtins(each.default_factory())
            for each in dataclasses.fields(kind)
            if each.default_factory is not dataclasses.MISSING
        }
        for name, kind in _classes(contract)
        if dataclasses.is_dataclass(kind)
    }


@cache
def field_docs(module: ModuleType) -> dict[str, dict[str, str]]:
    """Return the texts that stand below the fields of a module's classes, by class and field."""
    found: dict[str, dict[str, str]] = {}
    for name, kind in inspect.getmembers(module, inspect.isclass):
        source = sys.modules.get(kind.__module__)
        if source is None or not kind.__module__.startswith(module.__name__.rpartition(".")[0]):
            continue
        for node in ast.parse(inspect.getsource(source)).body:
            if isinstance(node, ast.ClassDef) and node.name == name:
                found[name] = _texts_below(node)
    return found


def _texts_below(node: ast.ClassDef) -> dict[str, str]:
    """Return each field's text: the string that follows its line."""
    found = {}
    for field, below in zip(node.body, node.body[1:], strict=False):
        target = field.target if isinstance(field, ast.AnnAssign) else None
        if isinstance(field, ast.Assign) and isinstance(field.targets[0], ast.Name):
            target = field.targets[0]
        if (
            isinstance(target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        ):
            found[target.id] = inspect.cleandoc(below.value.value)
    return found
