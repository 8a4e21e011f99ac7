"""A program that runs inside a container, attached to the harness by its standard input and output.

Knows the engine's stream; nothing of what is said.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from interop.errors import EngineError
from interop.run.engine.sdk import APIClient, asking
from interop.run.program import LEAVE

POLL = 0.02
HEAD = struct.Struct(">BxxxL")
STDERR = 2
"""The number of standard error in a frame's head."""
ENDED = 5.0
"""Seconds in which an engine must know the status of a program whose output has ended."""
# Its own session, so that it can be ended with all that it has started; the number is kept for that.
_IN_A_SESSION = ("setsid", "-w", "sh", "-c", 'echo $$ >"$0"; exec "$@"')


class Attachment:
    """A command inside a container, and the socket that carries its input and its output."""

    def __init__(
        self, client: APIClient, container: str, command: Sequence[str], *, environment: Mapping[str, str]
    ) -> None:
        """Start it; raises EngineError when the engine cannot."""
        with asking(f"run {command[0]!r} inside a party"):
            made = client.exec_create(container, list(command), stdin=True, environment=dict(environment))
            self.identity = str(made["Id"])
            self._answer = client.post(
                f"{client.base_url}/v{client.api_version}/exec/{self.identity}/start",
                json={"Detach": False, "Tty": False},
                headers={"Connection": "Upgrade", "Upgrade": "tcp"},
                stream=True,
            )
        if self._answer.status_code not in {101, 200}:
            said = self._answer.text.strip()[:200]
            raise EngineError(f"the engine cannot run {command[0]!r} inside a party: {said}.")
        raw: Any = self._answer.raw
        self.stream: IO[bytes] = raw._fp.fp  # noqa: SLF001 - the SDK gives away its socket no other way
        self.socket: socket.socket = self.stream.raw._sock  # noqa: SLF001 - likewise

    def close(self) -> None:
        """Close the socket."""
        with contextlib.suppress(OSError):  # a reader that still waits would hold the stream open
            self.socket.shutdown(socket.SHUT_RDWR)
        self._answer.close()


class AttachedProgram:
    """A program inside a container; implements `Program`."""

    def __init__(
        self,
        client: APIClient,
        container: str,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str],
        execute: Callable[[Sequence[str]], object],
    ) -> None:
        """Start it. `execute` runs a command in the same container; standard error is appended to `log`."""
        self._client = client
        self._execute = execute
        self._number = f"/tmp/interop-{secrets.token_hex(4)}.pid"  # noqa: S108 - inside the container
        wrapped = [*_IN_A_SESSION, self._number, *command]
        self._attachment = Attachment(client, container, wrapped, environment=environment)
        self._socket = self._attachment.socket
        self._socket.settimeout(None)
        stream = self._attachment.stream
        self.stdout, inlet = os.pipe()
        os.set_blocking(self.stdout, False)
        self._reader = threading.Thread(
            target=_pump, args=(stream, inlet, log), name="interop-attached", daemon=True
        )
        self._reader.start()
        self._closed = False

    @property
    def stdin(self) -> int:
        """The file descriptor that says when it takes input."""
        return self._socket.fileno()

    def write(self, data: memoryview) -> int:
        """Give it as much as it takes now; the socket itself stays one that blocks, for its reader."""
        try:
            return self._socket.send(data, socket.MSG_DONTWAIT)
        except ConnectionResetError as error:
            raise BrokenPipeError from error

    def poll(self) -> int | None:
        """Return its exit status, None while it runs."""
        if self._reader.is_alive():
            return None
        return self.wait()

    def wait(self) -> int:
        """Return its exit status as soon as it has ended; -1 when the engine does not tell it."""
        self._reader.join()
        ends = time.monotonic() + ENDED
        while time.monotonic() < ends:
            with asking("tell how a program inside a party ended"):
                told = self._client.exec_inspect(self._attachment.identity)
            if not told["Running"]:
                return int(told["ExitCode"])
            time.sleep(POLL)
        return -1

    def kill(self) -> None:
        """End it at once, with all that it has started."""
        if self._reader.is_alive():
            with contextlib.suppress(EngineError):  # the container has ended, and it with it
                self._execute(["sh", "-c", f"kill -9 -$(cat {self._number})"])
            self._reader.join(ENDED)

    def leave(self, timeout: float) -> bool:
        """Close its input; return whether it has ended by itself within so many seconds."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
        self._reader.join(timeout)
        return not self._reader.is_alive()

    def close(self) -> None:
        """Close its input and output, give it a moment to leave, then kill it. May be called twice."""
        if self._closed:
            return
        self._closed = True
        self.leave(LEAVE)
        self.kill()
        self._attachment.close()
        os.close(self.stdout)


def frames(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of each frame of an engine's stream; half a head at the end is dropped.

    Each frame has a head of 8 bytes: the stream's number, three zeros, the length (Docker Engine API,
    "Attach to a container", Stream format).
    """
    while len(head := stream.read(HEAD.size)) == HEAD.size:
        number, length = HEAD.unpack(head)
        yield number, stream.read(length)


def _pump(stream: IO[bytes], inlet: int, log: Path) -> None:
    """Part the engine's frames: standard output goes into the pipe, standard error to the log."""
    try:
        with log.open("ab") as errors:
            for number, content in frames(stream):
                if number == STDERR:
                    errors.write(content)
                    errors.flush()
                else:
                    _all(inlet, content)
    except (OSError, ValueError):
        pass  # it was closed in the middle
    finally:
        os.close(inlet)


def _all(inlet: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(inlet, view) :]
