"""The child process in which a Python driver class lives: JSON-RPC 2.0 on stdio, one message a line.

Standard output belongs to the protocol; whatever the driver prints goes to standard error, which is evidence.
Knows one contract and one class, nothing of the harness that asks.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
import traceback
import typing
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

import msgspec

from interop.errors import DriverError, InteropError, Unsupported, cause, nearest, raised_at
from interop.load.contract import load_contract
from interop.run.drivers import BROKEN_CODE, FAULT_CODE, INVALID_PARAMS, METHOD_NOT_FOUND, UNSUPPORTED_CODE


def load_driver(name: str) -> type:
    """Import `module:Class` or `path/file.py:Class`; raise DriverError with what is wrong and what to do."""
    source, _, attribute = name.rpartition(":")
    if not source:
        raise DriverError(f"{name!r} names no class.", hint="Write it as `module:Class` or `file.py:Class`.")
    try:
        module = _from_file(Path(source)) if source.endswith(".py") else importlib.import_module(source)
    except Exception as error:  # noqa: BLE001 - whatever a user's module raises at import
        raise DriverError(
            f"the driver {name} cannot be imported: {cause(error)}{_at(error)}.",
            hint="It is imported from interop.yaml's folder with this Python.",
        ) from None
    found = getattr(module, attribute, None)
    if not isinstance(found, type):
        raise DriverError(
            f"{source} has no class {attribute!r}.",
            hint=nearest(attribute, [key for key, value in vars(module).items() if _is_own(value, module)]),
        )
    return found


def _is_own(value: Any, module: ModuleType) -> bool:
    return isinstance(value, type) and value.__module__ == module.__name__


def _at(error: BaseException) -> str:
    """Return, in brackets, where in the user's files it happened."""
    place = raised_at(error)
    return f" ({place})" if place else ""


def _from_file(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"interop_driver_{file.parent.name}_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their own module up
    spec.loader.exec_module(module)
    return module


def missing_operations(driver: type, contract: type) -> list[str]:
    """Return the operations that the contract requires and the class lacks."""
    required: frozenset[str] = getattr(contract, "__abstractmethods__", frozenset())
    return sorted(name for name in required if not _provides(driver, name))


def _provides(driver: type, name: str) -> bool:
    method = getattr(driver, name, None)
    return callable(method) and not getattr(method, "__isabstractmethod__", False)


def make_driver(settings: dict[str, Any]) -> tuple[Any, type]:
    """Import and construct the driver that the settings name; return it with its contract."""
    contract: type = load_contract(settings["suite"]).ROLES[settings["role"]]
    driver = load_driver(settings["driver"])
    missing = missing_operations(driver, contract)
    if missing:
        raise DriverError(
            f"{settings['driver']} lacks {', '.join(f'{name}()' for name in missing)}, which a driver of"
            f" {settings['suite']}.{settings['role']} must have.",
            hint="docs/drivers.md says what each does.",
        )
    try:
        return driver(**settings["options"]), contract
    except Exception as error:  # noqa: BLE001 - whatever a user's constructor raises
        raise DriverError(
            f"{settings['driver']} cannot be constructed: {cause(error)}{_at(error)}.",
            hint="It is given the `options` of its role, by name.",
        ) from None


def main(settings: dict[str, Any]) -> None:
    """Serve requests on stdio until standard input ends."""
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    failure: InteropError | None = None
    driver: Any = None
    contract: type = object
    try:
        driver, contract = make_driver(settings)
    except InteropError as error:
        failure = error
    for line in sys.stdin.buffer:
        request = msgspec.json.decode(line)
        if "id" not in request:
            continue  # a notification; the end of input follows a shutdown
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": request.get("id")}
        if failure is not None:
            answer["error"] = {"code": BROKEN_CODE, "message": str(failure)}
        elif request["method"] == "interop.start":
            answer["result"] = "ready"
        else:
            answer.update(_serve(driver, contract, request["method"], request.get("params") or {}))
        _write(out, msgspec.json.encode(answer) + b"\n")


def _serve(driver: Any, contract: type, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    method = getattr(driver, operation, None) or getattr(contract, operation, None)
    declared = getattr(contract, operation, None)
    if declared is None or method is None:
        return {"error": {"code": METHOD_NOT_FOUND, "message": f"no operation {operation!r}"}}
    if getattr(driver, operation, None) is None:
        method = method.__get__(driver)  # a driver that does not inherit still has the contract's defaults
    hints = typing.get_type_hints(declared)
    try:
        arguments = {name: msgspec.convert(value, hints.get(name, Any)) for name, value in params.items()}
    except msgspec.ValidationError as error:
        return {"error": {"code": INVALID_PARAMS, "message": str(error)}}
    arguments = {**_left_out(method, declared, arguments), **arguments}
    wrong = _does_not_take(method, declared, arguments)
    if wrong:
        return {"error": {"code": INVALID_PARAMS, "message": wrong}}
    try:
        return {"result": msgspec.to_builtins(method(**arguments), str_keys=True)}
    except Unsupported as statement:
        return {"error": {"code": UNSUPPORTED_CODE, "message": statement.statement}}
    except Exception as error:  # noqa: BLE001 - whatever a user's driver raises is its answer
        text = f"{type(error).__name__}: {error}"
        return {"error": {"code": FAULT_CODE, "message": text, "data": {"traceback": traceback.format_exc()}}}


def _left_out(method: Any, declared: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the contract's defaults for what was not given and the driver's method has no default for."""
    defaults = {name: each.default for name, each in inspect.signature(declared).parameters.items()}
    try:
        taken = inspect.signature(method).parameters
    except (TypeError, ValueError):
        return {}  # not written in Python: what it takes is not known
    return {
        name: defaults[name]
        for name, each in taken.items()
        if name not in arguments
        and each.default is each.empty
        and defaults.get(name, each.empty) is not each.empty
    }


def _does_not_take(method: Any, declared: Any, arguments: dict[str, Any]) -> str:
    """Say where a method is that does not take the arguments, and what the contract has; empty if it does."""
    try:
        signature = inspect.signature(method)
        signature.bind(**arguments)
    except ValueError:
        return ""  # not written in Python: what it takes is not known
    except TypeError as error:
        wanted = inspect.signature(declared)
        plain = [each.replace(annotation=each.empty) for each in wanted.parameters.values()]
        code = getattr(method, "__code__", None)
        where = f" ({code.co_filename}:{code.co_firstlineno})" if code else ""
        return (
            f"{error}{where}. The contract has"
            f" {declared.__name__}{wanted.replace(parameters=plain, return_annotation=wanted.empty)}"
        )
    return ""


def _write(out: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[out.write(view) :]
