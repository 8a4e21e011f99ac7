"""How an implementation is driven: any program that speaks JSON-RPC 2.0 on stdio, one message a line.

A Python class is hosted by `driver_host` in a child process, so that one that blocks in C code can be ended,
and one that dies takes nothing with it. Knows the contract only as a class whose methods are operations.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import select
import signal
import sys
import time
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from interop.errors import DriverError, Unsupported
from interop.run.driver_messages import error_of, last_words, message
from interop.run.program import Program

UNSUPPORTED_CODE = -32001
FAULT_CODE = -32000
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
BROKEN_CODE = -32003
"""What the host of a Python class answers to everything where there is none that keeps the contract."""

MISSING = "the driver does not offer the operation"
"""How the statement begins that is made of a method that a driver does not have."""

START_TIMEOUT = 20.0
"""Seconds in which a driver's first answer must come."""

CANCEL_TIMEOUT = 1.0
"""Seconds in which a driver that was told to give an operation up must have answered it."""

OUTPUT_LIMIT = 64 * 1024 * 1024
"""Bytes in one answer; a driver that sends more is broken."""


class Died(Exception):  # noqa: N818 - an outcome that was seen, not an error of ours
    """The process of one side ended in the middle of an operation."""

    def __init__(self, role: str, reason: str) -> None:
        super().__init__(reason)
        self.role = role
        self.reason = reason


class Silent(Exception):  # noqa: N818 - an outcome that was seen, not an error of ours
    """One side gave no answer within its deadline; `at` is when, in seconds since the epoch."""

    def __init__(self, role: str, reason: str, *, at: float | None = None) -> None:
        super().__init__(reason)
        self.role = role
        self.reason = reason
        self.at = time.time() if at is None else at


class DriverFault(Exception):  # noqa: N818 - an outcome that was seen, not an error of ours
    """A driver's operation raised instead of returning."""

    def __init__(self, role: str, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.role = role
        self.reason = reason
        self.detail = detail


class DriverProcess:
    """A driver in a child process. Not shared between threads."""

    def __init__(self, program: Program, *, role: str, log: Path) -> None:
        """Speak with a program that has been started; `log` is where its standard error goes."""
        self.role = role
        self.log = log
        self._program = program
        self._number = 0
        self._buffer = bytearray()
        self._cancels = False
        self._answered = False
        self._strange = ""
        """What it answered to something that was not asked, while an operation runs."""

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._program.poll() is None

    def begin(self) -> None:
        """Ask whether it is there; it may answer that it can be told to give an operation up (`cancel`)."""
        with contextlib.suppress(Unsupported, DriverFault):  # it need not know this, only answer
            answer = self.call("interop.start", {}, timeout=START_TIMEOUT)
            self._cancels = isinstance(answer, dict) and answer.get("cancel") is True

    def call(self, operation: str, params: Mapping[str, Any], *, timeout: float) -> Any:
        """Run one operation and return its result as plain JSON values.

        Raises Silent after `timeout` seconds (the process is ended then, unless it gives up when told), Died
        when the process ends, Unsupported and DriverFault when the driver says so, DriverError when it does
        not speak JSON-RPC.
        """
        __tracebackhide__ = True
        self._number += 1
        self._strange = ""
        request = {"jsonrpc": "2.0", "id": self._number, "method": operation, "params": dict(params)}
        deadline = time.monotonic() + timeout
        self._send(msgspec.json.encode(request) + b"\n", operation, deadline, timeout)
        while True:
            answer = self._receive(operation, deadline, timeout)
            given = answer.get("id")
            if given == self._number and given is not True:
                self._answered = True
                return self._result(answer, operation)
            if isinstance(given, int) and given < self._number:
                continue  # what an operation was given up for comes late
            self._strange = f"answered {operation}() with id {given!r} where {self._number} was asked"
            if given == str(self._number):
                what = f"the driver of the {self.role} {self._strange}."
                raise DriverError(what, hint="Give the id back as it came: a number.")

    def leaves(self, timeout: float) -> bool:
        """Tell it to go and close its input; return whether it has gone within so many seconds."""
        self._notify("interop.shutdown", {})
        return self._program.leave(timeout)

    def close(self) -> None:
        """End the driver: told so, closed input, a moment to leave, then killed with all its children."""
        self._notify("interop.shutdown", {})
        self._program.close()

    def stderr_tail(self, limit: int = 4000) -> str:
        """Return the end of what the driver wrote on standard error."""
        try:
            return self.log.read_bytes()[-limit:].decode("utf-8", "replace")
        except OSError:
            return ""

    def _send(self, data: bytes, operation: str, deadline: float, timeout: float) -> None:
        __tracebackhide__ = True
        view = memoryview(data)
        while view:
            left = deadline - time.monotonic()
            ready = select.select([], [self._program.stdin], [], max(0.0, left))[1]
            if not ready:
                self._silent(operation, timeout)
            try:
                view = view[self._program.write(view) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                self._died(operation)

    def _receive(self, operation: str, deadline: float, timeout: float) -> dict[str, Any]:
        __tracebackhide__ = True
        while True:
            end = self._buffer.find(b"\n")
            if end >= 0:
                line = bytes(self._buffer[:end])
                del self._buffer[: end + 1]
                return message(line, self.role)
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._program.stdout], [], [], left)[0]:
                self._silent(operation, timeout)
            chunk = os.read(self._program.stdout, 1 << 20)
            if not chunk:
                self._died(operation)
            self._buffer += chunk
            if len(self._buffer) > OUTPUT_LIMIT:
                self._program.kill()
                raise DriverError(
                    f"the driver of the {self.role} sent more than {OUTPUT_LIMIT:,} bytes in one line."
                )

    def _result(self, answer: dict[str, Any], operation: str) -> Any:
        __tracebackhide__ = True
        error = error_of(answer, operation, self.role)
        if error is None:
            return answer.get("result")
        code, text = error.get("code"), str(error.get("message", ""))
        data = error.get("data") or {}
        if code == UNSUPPORTED_CODE:
            raise Unsupported(text, side=self.role)
        if code == METHOD_NOT_FOUND:
            raise Unsupported(f"{MISSING} {operation}()", side=self.role)
        if code == BROKEN_CODE:
            raise DriverError(text)
        if code == INVALID_PARAMS:
            raise DriverError(
                f"the driver of the {self.role} does not take {operation}()'s parameters: {text.rstrip('.')}."
            )
        raise DriverFault(self.role, text, str(data.get("traceback", "")) if isinstance(data, dict) else "")

    def _notify(self, method: str, params: Mapping[str, Any]) -> None:
        """Send what is not answered, should it be taken at once."""
        line = msgspec.json.encode({"jsonrpc": "2.0", "method": method, "params": dict(params)}) + b"\n"
        with contextlib.suppress(OSError):
            self._program.write(memoryview(line))

    def _gives_up(self, operation: str) -> bool:
        """Tell a driver that can be told to give the operation up, and return whether it has."""
        if not self._cancels:
            return False
        number, self._cancels = self._number, False  # asked once: its answer may come too late as well
        self._notify("interop.cancel", {"id": number})
        deadline = time.monotonic() + CANCEL_TIMEOUT
        with contextlib.suppress(Silent, Died, DriverError):
            while self._receive(operation, deadline, CANCEL_TIMEOUT).get("id") != number:
                pass
            self._cancels = True
        return self._cancels

    def _silent(self, operation: str, timeout: float) -> typing.NoReturn:
        __tracebackhide__ = True
        at = time.time()
        if not self._gives_up(operation):
            self._program.kill()
        reason = f"the {self.role} gave no answer to {operation}() for {timeout:.0f} s"
        if self._strange:
            reason += f": it {self._strange}"
        elif not self._answered:
            reason += ": does it flush its output after each line?"
        raise Silent(self.role, reason, at=at)

    def _died(self, operation: str) -> typing.NoReturn:
        __tracebackhide__ = True
        code = self._program.wait()
        how = f"by signal {signal.Signals(-code).name}" if code < 0 else f"with status {code}"
        last = last_words(self.stderr_tail())
        said = f"; its last words: {last}" if last else ""
        raise Died(self.role, f"the {self.role}'s process ended {how} during {operation}(){said}")


class Proxy:
    """A driver in another process, seen as its contract: operations take and return the contract's types."""

    def __init__(self, process: DriverProcess, contract: type, *, timeout: Callable[[], float]) -> None:
        self._process = process
        self._contract = contract
        self._timeout = timeout

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        method = getattr(self._contract, operation, None)
        if operation.startswith("_") or not callable(method):
            raise AttributeError(f"the contract {self._contract.__name__} has no operation {operation!r}")
        returns = typing.get_type_hints(method).get("return", Any)
        names = list(inspect.signature(method).parameters)[1:]

        def call(*positional: Any, **named: Any) -> Any:
            __tracebackhide__ = True
            params = {**dict(zip(names, positional, strict=False)), **named}
            plain = msgspec.to_builtins(params, str_keys=True)
            result = self._process.call(operation, plain, timeout=self._timeout())
            try:
                return msgspec.convert(result, returns, str_keys=True)
            except msgspec.ValidationError as error:
                raise DriverError(
                    f"the driver's {operation}() answered in a shape that its contract does not know:"
                    f" {error}."
                ) from None

        return call


def python_driver_command(
    interpreter: Path | str, *, suite: str, role: str, driver: str, options: Mapping[str, str]
) -> list[str]:
    """Return the command that hosts a Python driver class under `interpreter`.

    The interpreter's own packages come first; what it lacks (this package, msgspec) is found where the
    harness itself has it.
    """
    boot = (
        "import sys, json; a = json.loads(sys.argv[1]);"
        " sys.path += [p for p in a['path'] if p not in sys.path];"
        " sys.path.insert(0, ''); from interop.run.driver_host import main; main(a)"
    )
    settings = {
        "path": [entry for entry in sys.path if entry],
        "suite": suite,
        "role": role,
        "driver": driver,
        "options": dict(options),
    }
    return [str(interpreter), "-c", boot, json.dumps(settings)]
