"""A driver held against its contract, before any peer is started: what is wrong, and what to do about it.

Starts the driver as a run would, and asks it what can be asked where nothing answers on the network. Knows
the contract as a class and as the trials that its module gives; nothing of a protocol.
"""

from __future__ import annotations

import inspect
import socket
import time
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import msgspec

from interop.errors import DriverError, InteropError, Unsupported, nearest
from interop.run.driver_results import failures, unknown_field
from interop.run.drivers import MISSING, Died, DriverFault, DriverProcess, Silent

UNKNOWN = "interop.no-such-operation"
"""What no driver offers: how it answers this shows how it answers whatever it does not know."""
ANSWER = 30.0
"""Seconds in which an operation must have been answered where nothing answers on the network."""
ASKED = 3.0
"""Seconds in which an operation that is not there must have said so."""
LEAVING = 2.0
"""Seconds in which a driver must have ended once its input is closed."""

UNWRITTEN = "is not written yet"
"""What the methods state that `interop init` has written and nobody has filled in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that was looked at."""

    good: bool
    text: str
    hint: str = ""
    tried: bool = True
    """Whether it was found out at all; what was not is neither well nor wrong."""


def examine(
    start: Callable[[], DriverProcess], module: ModuleType, role: str, names: Sequence[str]
) -> Iterator[Remark]:
    """Yield a remark on everything that a run relies on; `names` are the contract's operations."""
    try:
        driver = start()
    except InteropError as error:
        yield _bad(f"it does not start: {_said(error)}")
        return
    try:
        began = time.monotonic()
        try:
            driver.begin()
        except (InteropError, Died, Silent, DriverFault) as error:
            yield _bad(f"it does not start: {_said(error)}")
            return
        yield _good(f"it starts, and answers after {time.monotonic() - began:.1f} s")
        yield from _examine(driver, module, role, names)
    finally:
        driver.close()
    tried = _trials(module, role)
    for name in names:
        if name not in tried:
            yield _on_untried(start, module.ROLES[role], name)


def _examine(driver: DriverProcess, module: ModuleType, role: str, names: Sequence[str]) -> Iterator[Remark]:
    yield _on_unknown(driver)
    trials = _trials(module, role)
    contract = module.ROLES[role]
    for name in names:
        if name in trials and driver.alive:
            yield _on_operation(driver, contract, name, trials[name], module)
        elif name in trials:
            yield _bad(f"{name}() was not tried: the driver has ended", "Mend the operation above it first.")
    yield _on_leaving(driver)


def _on_unknown(driver: DriverProcess) -> Remark:
    try:
        driver.call(UNKNOWN, {}, timeout=ANSWER)
    except Unsupported:
        return _good("it says of an operation that it does not have that it has none")
    except (InteropError, Died, Silent, DriverFault) as error:
        return _bad(
            f"of an operation that it does not have it says: {_said(error)}",
            "Answer it with the error code -32601: contracts grow, and the driver is to outlive that.",
        )
    return _bad(
        "it answers an operation that does not exist with a result",
        "Answer what the driver does not know with the error code -32601, or it is taken for supported.",
    )


def _on_operation(
    driver: DriverProcess, contract: type, name: str, params: Mapping[str, Any], module: ModuleType
) -> Remark:
    returns = typing.get_type_hints(getattr(contract, name)).get("return", Any)
    began = time.monotonic()
    try:
        result = driver.call(name, msgspec.to_builtins(params, str_keys=True), timeout=ANSWER)
        value = msgspec.convert(result, returns, str_keys=True)
    except Exception as error:
        remark = _on_failure(name, error, required=name in getattr(contract, "__abstractmethods__", ()))
        if remark is None:
            raise
        return remark
    strange = unknown_field(value, result)
    if strange:
        return _bad(f"{name}() answers in a shape that the contract does not know: {strange}", _SHAPES)
    told = failures(value)
    if "endpoint" in params and told and not any(told):
        return _bad(
            f"{name}() reports no failure, though nobody listens where it was to connect: {_short(result)}",
            "Report what the product reports: the words of its error, in the result's `failure`.",
        )
    if name == "describe":
        return _on_description(value, getattr(module, "CAPABILITIES", {}))
    return _good(f"{name}(): answers after {time.monotonic() - began:.1f} s: {_short(result)}")


def _on_untried(start: Callable[[], DriverProcess], contract: type, name: str) -> Remark:
    """Ask whether an operation that needs somebody at the other end is there, when every driver must have it.

    One that is not there says so at once, whatever it is given; what else comes of it here means nothing. It
    is asked in a process of its own, as it may wait for what never comes.
    """
    if name not in getattr(contract, "__abstractmethods__", ()):
        return _untried(f"{name}(): not tried, as it needs somebody at the other end")
    try:
        driver = start()
    except InteropError as error:
        return _bad(f"it does not start again: {_said(error)}")
    try:
        driver.begin()
        driver.call(name, _sample(getattr(contract, name)), timeout=ASKED)
    except Unsupported as error:
        return _on_statement(name, error.statement, required=True)
    except DriverFault as error:
        if remark := _on_unwritten(name, error.reason):
            return remark
    except (InteropError, Died, Silent):
        pass
    finally:
        driver.close()
    return _untried(f"{name}(): it is there, but not tried, as it needs somebody at the other end")


def _sample(method: Any) -> dict[str, Any]:
    """Return something for each parameter of a simple type that has no default."""
    hints = typing.get_type_hints(method)
    free = [each.name for each in inspect.signature(method).parameters.values() if each.default is each.empty]
    return {name: _SAMPLES[hints[name]] for name in free if hints.get(name) in _SAMPLES}


def _on_failure(name: str, error: Exception, *, required: bool) -> Remark | None:
    """Return what an operation's exception shows; None when it is a mistake of ours."""
    match error:
        case Unsupported():
            return _on_statement(name, error.statement, required=required)
        case DriverFault():
            return _on_fault(name, error.reason)
        case msgspec.ValidationError():
            return _bad(f"{name}() answers in a shape that the contract does not know: {error}", _SHAPES)
        case InteropError() | Died() | Silent():
            return _bad(f"{name}(): {_said(error)}")
    return None


def _on_statement(name: str, statement: str, *, required: bool) -> Remark:
    if not required:
        return _good(f"{name}(): not supported ({statement})")
    if UNWRITTEN in statement:
        return _bad(f"{name}() is not written yet", "Every driver of the role must have it.")
    if statement.startswith(MISSING):
        return _bad(f"{name}() is missing, and every driver of the role must have it")
    return _bad(f"{name}() is not supported ({statement}), and every driver must have it")


def _on_fault(name: str, reason: str) -> Remark:
    return _on_unwritten(name, reason) or _bad(
        f"{name}() raises where nothing answers on the network: {reason}",
        "What goes wrong between the two sides is a result: an exception is the product's failure.",
    )


def _on_unwritten(name: str, reason: str) -> Remark | None:
    if not reason.startswith(NotImplementedError.__name__):
        return None
    return _bad(
        f"{name}() is not written yet: it raises NotImplementedError",
        'What the product cannot do is said with `raise interop.Unsupported("…")`.',
    )


def _on_description(value: Any, known: Mapping[str, str]) -> Remark:
    families = {word.partition(":")[0] for word in known if ":" in word}
    for word in value.capabilities:
        if word not in known and word.partition(":")[0] not in families:
            return _bad(
                f"describe() declares {word!r}, which the contract does not know", nearest(word, known)
            )
    declared = ", ".join(value.capabilities) or "nothing: it will only be asked for what everybody must do"
    return _good(f"describe(): {value.name} {value.version}; declares {declared}")


def _on_leaving(driver: DriverProcess) -> Remark:
    began = time.monotonic()
    if driver.leaves(LEAVING):
        return _good(f"it leaves {time.monotonic() - began:.1f} s after its input is closed")
    return _bad(
        f"it is still there {LEAVING:g} s after its input is closed",
        "End the program at the end of standard input, or on the notification interop.shutdown.",
    )


_SHAPES = "The contract's shapes are in `interop driver contract`."


_SAMPLES: dict[Any, Any] = {str: "trial", int: 1, float: 1.0, bool: False}


def _trials(module: ModuleType, role: str) -> dict[str, Any]:
    """Return the parameters with which operations can be tried where nobody listens."""
    return {"describe": {}, **getattr(module, "trials", _no_trials)(_nobody()).get(role, {})}


def _no_trials(port: int) -> dict[str, Any]:  # noqa: ARG001 - a contract that gives none
    return {}


def _nobody() -> int:
    """Return a port of loopback on which nothing listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
        stream.bind(("127.0.0.1", 0))
        return int(stream.getsockname()[1])


def _said(error: BaseException) -> str:
    if isinstance(error, DriverError):
        return str(error)
    return str(getattr(error, "reason", error)).rstrip(".")


def _short(result: Any) -> str:
    text = msgspec.json.encode(result).decode()
    return text if len(text) <= 160 else f"{text[:159]}…"  # noqa: PLR2004 - a line and a half


def _good(text: str) -> Remark:
    return Remark(good=True, text=text)


def _untried(text: str) -> Remark:
    return Remark(good=True, text=text, tried=False)


def _bad(text: str, hint: str = "") -> Remark:
    return Remark(good=False, text=text, hint=hint)
