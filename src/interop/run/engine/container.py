"""A party in a container: how it is reached, asked, frozen and taken down.

Knows nothing of how it was made (`docker.py`) or found ready (`ready.py`).
"""

from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from interop.errors import EngineError
from interop.model.attempt import Party
from interop.model.implementation import Candidate
from interop.run.engine import Executed, Exit
from interop.run.engine.attached import AttachedProgram, frames
from interop.run.engine.events import Watch
from interop.run.engine.sdk import APIClient, CancellableStream, NotFound, asking
from interop.run.engine.shell import KILLED, Shell
from interop.run.program import Program

LOG_LIMIT = 256 * 1024
"""Bytes of a log that are returned: its end."""
LOG_LINES = 16_384
"""Lines of a log that are fetched at most."""
OUTPUT_LIMIT = 64 * 1024 * 1024
"""Bytes that a command inside may print before it counts as failed."""
CHUNK = 64 * 1024
GRACE = 2.0
"""Seconds beyond a command's own limit in which the engine must have ended it."""
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
INSIDE = "/interop"
"""Where a party finds its state directory."""


class Container:
    """A party that runs in a container; implements `Running`."""

    def __init__(
        self,
        client: APIClient,
        watch: Watch,
        *,
        identity: str,
        candidate: Candidate,
        party: Party,
        state: Path,
        addresses: Mapping[str, tuple[str, int]],
        remove: Callable[[], None],
    ) -> None:
        self._client = client
        self._watch = watch
        self._identity = identity
        self._addresses = addresses
        self._remove = remove
        self._paused = False
        self._shell = Shell(client, identity, limit=OUTPUT_LIMIT)
        self.candidate = candidate
        self.party = party
        self.state = state
        self.inside = INSIDE

    @property
    def identity(self) -> str:
        """The container's id."""
        return self._identity

    def address(self, port: str) -> tuple[str, int]:
        """Return where the host reaches the named port; KeyError when the party has no such port."""
        return self._addresses[port]

    def logs(self, since: float = 0.0) -> str:
        """Return the end of what it printed since then (seconds since the epoch); empty once stopped."""
        return read_log(self._client, self._identity, since)

    def exited(self) -> Exit | None:
        """Return how it ended by itself, None while it runs; costs no call to the engine."""
        return self._watch.exited(self._identity)

    def execute(self, command: Sequence[str], *, timeout: float = 10.0) -> Executed:
        """Run a command inside it; one that overruns `timeout` seconds is killed and says so.

        Raises EngineError when the engine cannot run commands there (it has ended, it is paused).
        """
        begun = time.monotonic()
        if not self._paused and not self.exited():
            done = self._shell.run(_bounded(command, timeout), patience=timeout + GRACE)
            if done is not None:
                return _judged(done, begun, timeout)
        return execute(self._client, self._identity, command, timeout=timeout)

    def open(self, command: Sequence[str], *, log: Path, environment: Mapping[str, str]) -> Program:
        """Start a program inside it to talk with; raises EngineError when the engine cannot."""
        return AttachedProgram(
            self._client, self._identity, command, log=log, environment=environment, execute=self.execute
        )

    def ways_in(self) -> Mapping[str, str]:
        """Return the commands that show its inside and its log."""
        program = "podman" if self.party.engine.startswith("Podman") else "docker"
        short = self._identity[:12]
        return {"inside": f"{program} exec -it {short} sh", "log": f"{program} logs -f {short}"}

    def pause(self) -> None:
        """Freeze it: connections stay, nothing answers."""
        if not self._paused:
            with asking(f"pause {self.candidate.id}"):
                self._client.pause(self._identity)
            self._paused = True

    def resume(self) -> None:
        """Let a paused party go on."""
        if self._paused:
            with asking(f"resume {self.candidate.id}"):
                self._client.unpause(self._identity)
            self._paused = False

    def stop(self) -> None:
        """Take it down with its volumes. May be called twice."""
        self._shell.close()
        self._remove()


def clean(text: str) -> str:
    """Return text without control characters but line ends: what a party prints may end on a terminal."""
    return CONTROL.sub("", text)


def read_log(client: APIClient, identity: str, since: float = 0.0) -> str:
    """Return the end of a container's log since then (seconds since the epoch); empty when it is gone."""
    with asking("show a party's log"):
        try:
            text = client.logs(identity, tail=LOG_LINES, since=since or None)
        except NotFound:
            return ""
    return text[-LOG_LIMIT:].decode("utf-8", "replace")


def execute(client: APIClient, identity: str, command: Sequence[str], *, timeout: float) -> Executed:
    """Run a command in a container; one that overruns `timeout` seconds is killed and says so.

    It is killed inside by timeout(1), since an engine has no call for that; where the image has no such
    program, the command is only no longer waited for.
    """
    begun = time.monotonic()
    done = _execute(client, identity, _bounded(command, timeout), timeout + GRACE)
    if done.code in {126, 127} and b"exec" in done.stdout and b'"timeout"' in done.stdout:
        return _execute(client, identity, command, timeout)
    return _judged(done, begun, timeout)


def _bounded(command: Sequence[str], timeout: float) -> Sequence[str]:
    """Return the command as timeout(1) runs it, which kills it after so many seconds."""
    return ("timeout", "-s", "KILL", f"{timeout:g}", *command)


def _judged(done: Executed, begun: float, timeout: float) -> Executed:
    """Say of what timeout(1) has killed that it overran."""
    killed = done.code in {124, KILLED} and time.monotonic() - begun >= timeout
    return replace(done, timed_out=done.timed_out or killed)


def _execute(client: APIClient, identity: str, command: Sequence[str], patience: float) -> Executed:
    """Run a command without a limit of its own, and wait at most `patience` seconds for its end."""
    overran = threading.Event()
    with asking(f"run {command[0]!r} inside a party"):
        made = client.exec_create(identity, list(command))["Id"]
        # The SDK's own exec_start waits for ever. Without its Upgrade header the output is a plain body.
        answer = client.post(
            f"{client.base_url}/v{client.api_version}/exec/{made}/start",
            json={"Detach": False, "Tty": False},
            stream=True,
            timeout=patience + GRACE,
        )
        if not answer.ok:
            raise EngineError(
                f"the engine cannot run {command[0]!r} inside a party: {answer.text.strip()[:200]}."
            )
        stream = CancellableStream(answer.raw.stream(CHUNK), answer)

        def end() -> None:
            overran.set()
            stream.close()

        timer = threading.Timer(patience, end)
        timer.daemon = True
        timer.start()
        try:
            output = _limited(stream)
        finally:
            timer.cancel()
            answer.close()
        code = None if overran.is_set() else client.exec_inspect(made)["ExitCode"]
    if len(output) > OUTPUT_LIMIT:
        raise EngineError(f"{command[0]!r} prints more than {OUTPUT_LIMIT >> 20} MiB inside a party.")
    stdout, stderr = demultiplex(output)
    return Executed(
        code=-1 if code is None else code, stdout=stdout, stderr=stderr, timed_out=overran.is_set()
    )


def _limited(stream: Iterable[bytes]) -> bytes:
    output = bytearray()
    for some in stream:
        output += some
        if len(output) > OUTPUT_LIMIT:
            break
    return bytes(output)


def demultiplex(output: bytes) -> tuple[bytes, bytes]:
    """Split an engine's stream into standard output and standard error; half a head at the end is dropped."""
    parts = {1: bytearray(), 2: bytearray()}
    for number, content in frames(io.BytesIO(output)):
        parts.setdefault(number, bytearray()).extend(content)
    return bytes(parts[1]), bytes(parts[2])
