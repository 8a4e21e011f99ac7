"""A program with which one talks by standard input and output, wherever it runs.

Knows nothing of what is said.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol

from interop.errors import DriverError

LEAVE = 0.5
"""Seconds in which a program may leave by itself once its input is closed."""


class Program(Protocol):
    """A program that is running, or has ended."""

    @property
    def stdin(self) -> int:
        """The file descriptor that says when it takes input."""

    @property
    def stdout(self) -> int:
        """The file descriptor of its output; never blocks."""

    def write(self, data: memoryview) -> int:
        """Give it as much as it takes now.

        Raises BlockingIOError when it takes nothing, BrokenPipeError when it has ended.
        """

    def poll(self) -> int | None:
        """Return its exit status (the negated number of a signal), None while it runs."""

    def wait(self) -> int:
        """Return its exit status as soon as it has ended."""

    def kill(self) -> None:
        """End it at once, with all that it has started."""

    def leave(self, timeout: float) -> bool:
        """Close its input; return whether it has ended by itself within so many seconds."""

    def close(self) -> None:
        """Close its input and output, give it a moment to leave, then kill it."""


class LocalProgram:
    """A child process of this one; implements `Program`."""

    def __init__(
        self, command: Sequence[str], *, folder: Path, log: Path, environment: Mapping[str, str]
    ) -> None:
        with log.open("ab") as stderr:
            try:
                self._process = subprocess.Popen(
                    list(command),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=stderr,
                    cwd=folder,
                    env={**os.environ, **environment},
                    start_new_session=True,
                )
            except OSError as error:
                raise DriverError(
                    f"the driver's command {command[0]!r} cannot be started: {error.strerror}.",
                    hint="Give a program that is on PATH, or its path from interop.yaml's folder.",
                ) from None
        if self._process.stdout is None or self._process.stdin is None:  # pragma: no cover - both are pipes
            raise DriverError("the driver has no standard input and output")
        self.stdin, self.stdout = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self.stdin, False)
        os.set_blocking(self.stdout, False)

    def write(self, data: memoryview) -> int:
        """Give it as much as it takes now."""
        return os.write(self.stdin, data)

    def poll(self) -> int | None:
        """Return its exit status, None while it runs."""
        return self._process.poll()

    def wait(self) -> int:
        """Return its exit status as soon as it has ended."""
        return self._process.wait()

    def kill(self) -> None:
        """Kill its process group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def leave(self, timeout: float) -> bool:
        """Close its input; return whether it has ended by itself within so many seconds."""
        _shut(self._process.stdin)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=timeout)
        return self._process.poll() is not None

    def close(self) -> None:
        """Close its input and output, give it a moment to leave, then kill it."""
        _shut(self._process.stdout)
        self.leave(LEAVE)
        self.kill()


def _shut(stream: IO[bytes] | None) -> None:
    if stream is not None:
        with contextlib.suppress(OSError):
            stream.close()
