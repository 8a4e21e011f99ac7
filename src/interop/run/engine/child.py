"""A party that is a process group of its own, or the prepared environment of a client that is driven.

Knows nothing of how its environment was made (`environments.py`) or found ready (`ready.py`).
"""

from __future__ import annotations

import bisect
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from interop.model.attempt import Party
from interop.model.implementation import Candidate
from interop.run.engine import Executed, Exit
from interop.run.engine.lifeline import Lifeline, end
from interop.run.program import LocalProgram, Program

HOST = "127.0.0.1"
"""Where parties listen, and where they reach the host: they share its loopback."""
LOG_LIMIT = 256 * 1024
"""Bytes of a log that are returned: its end."""
MARK_INTERVAL = 0.02
"""Seconds between two notes of how long a log is."""
GRACE = 1.0
"""Seconds in which a party may end by itself once it was asked to."""


class Prepared:
    """A party whose environment is ready: a client with a driver process. Implements `Running`."""

    def __init__(
        self,
        *,
        candidate: Candidate,
        party: Party,
        state: Path,
        interpreter: Path,
        environment: Mapping[str, str],
    ) -> None:
        self.candidate = candidate
        self.party = party
        self.state = state
        self.inside = str(state)
        self.interpreter = interpreter
        """The Python that has the release installed."""
        self._environment = environment

    def address(self, port: str) -> tuple[str, int]:
        """Return where the host reaches the named port; KeyError when the party has no such port."""
        raise KeyError(port)

    def logs(self, since: float = 0.0) -> str:  # noqa: ARG002 - nothing runs that could print
        """Return the end of what it printed since then (seconds since the epoch)."""
        return ""

    def execute(self, command: Sequence[str], *, timeout: float = 10.0) -> Executed:
        """Run a command in its environment; one that overruns `timeout` seconds is ended and says so."""
        return execute(command, self._environment, self.state, timeout)

    def open(self, command: Sequence[str], *, log: Path, environment: Mapping[str, str]) -> Program:
        """Start a program in its environment to talk with."""
        given = {**self._environment, **environment}
        return LocalProgram(command, folder=self.state, log=log, environment=given)

    def exited(self) -> Exit | None:
        """Return how it ended, None while it runs."""
        return None

    def ways_in(self) -> Mapping[str, str]:
        """Return the command that runs the Python which has the release installed."""
        return {"python": str(self.interpreter)}

    def pause(self) -> None:
        """Freeze it; nothing runs that could be frozen."""

    def resume(self) -> None:
        """Let it go on."""

    def stop(self) -> None:
        """Take it down; its environment is kept for later runs."""


class ChildProcess(Prepared):
    """A party that runs as a process group of its own."""

    def __init__(
        self,
        *,
        candidate: Candidate,
        party: Party,
        state: Path,
        interpreter: Path,
        environment: Mapping[str, str],
        ports: Mapping[str, int],
        lifeline: Lifeline | None,
    ) -> None:
        super().__init__(
            candidate=candidate, party=party, state=state, interpreter=interpreter, environment=environment
        )
        self._ports = ports
        self._lifeline = lifeline
        self._log = state.parent / f"{state.name}.log"
        self._marks: list[tuple[float, int]] = []
        self._paused = False
        tokens = {
            "{python}": str(interpreter),
            "{folder}": str(candidate.implementation.folder),
            "{state}": str(state),
            **{f"{{port:{name}}}": str(number) for name, number in ports.items()},
        }
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [_replaced(word, tokens) for word in candidate.role.process],
                cwd=state,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if lifeline is not None:
            lifeline.hold(self._process.pid)

    def address(self, port: str) -> tuple[str, int]:
        """Return where the host reaches the named port; KeyError when the party has no such port."""
        return HOST, self._ports[port]

    def logs(self, since: float = 0.0) -> str:
        """Return the end of what it printed since then (seconds since the epoch), at most the last 256 KiB.

        The log's lines bear no time: what was printed since it was last asked before `since` is returned.
        """
        self._mark()
        earlier = bisect.bisect_right(self._marks, since, key=lambda mark: mark[0])
        start = self._marks[earlier - 1][1] if earlier else 0
        try:
            with self._log.open("rb") as log:
                log.seek(max(start, self._log.stat().st_size - LOG_LIMIT))
                return log.read(LOG_LIMIT).decode("utf-8", "replace")
        except OSError:
            return ""

    def exited(self) -> Exit | None:
        """Return how it ended, None while it runs. A signal's number is told as a shell does, 128 added."""
        self._mark()
        code = self._process.poll()
        if code is None:
            return None
        return Exit(code=code if code >= 0 else 128 - code)

    def ways_in(self) -> Mapping[str, str]:
        """Return the commands that run its Python and show its log."""
        return {**super().ways_in(), "log": f"tail -f {self._log}"}

    def pause(self) -> None:
        """Freeze it: connections stay, nothing answers."""
        self._signal(signal.SIGSTOP)
        self._paused = True

    def resume(self) -> None:
        """Let a paused party go on."""
        self._signal(signal.SIGCONT)
        self._paused = False

    def stop(self) -> None:
        """Take its process group down. May be called twice. A party that is kept stays."""
        if self._lifeline is None:
            return
        if not self._paused and self._process.poll() is None:
            self._signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE)
        self.discard()

    def discard(self) -> None:
        """Kill its process group at once, and remove its log."""
        end(self._process.pid)
        self._process.wait()
        if self._lifeline is not None:
            self._lifeline.release(self._process.pid)
        self._log.unlink(missing_ok=True)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _mark(self) -> None:
        """Note how long the log is now, when that was not done just before."""
        now = time.time()
        if self._marks and now - self._marks[-1][0] < MARK_INTERVAL:
            return
        with contextlib.suppress(OSError):
            size = self._log.stat().st_size
            if not self._marks or size > self._marks[-1][1]:
                self._marks.append((now, size))


def execute(command: Sequence[str], environment: Mapping[str, str], folder: Path, timeout: float) -> Executed:
    """Run a command with all that it starts; one that is not there answers 127, as a shell's does."""
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        return Executed(code=127, stdout=b"", stderr=f"{command[0]}: {error.strerror}".encode())
    timed_out = False
    with process:
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            timed_out = True
            end(process.pid)
            stdout, stderr = process.communicate()
        except BaseException:
            end(process.pid)
            raise
    code = process.returncode if process.returncode >= 0 else 128 - process.returncode
    return Executed(code=code, stdout=stdout, stderr=stderr, timed_out=timed_out)


def _replaced(word: str, tokens: Mapping[str, str]) -> str:
    for token, value in tokens.items():
        word = word.replace(token, value)
    return word
