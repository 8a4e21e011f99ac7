"""A shell that stays in a container and runs one command after the other there.

An engine takes a tenth of a second of processor time to run a command inside a container (measured with
Docker 20.10); such a shell takes a few milliseconds. Knows nothing of parties.
"""

from __future__ import annotations

import re
import secrets
import shlex
import threading
import time
from collections.abc import Sequence

from interop.errors import EngineError
from interop.run.engine import Executed
from interop.run.engine.attached import HEAD, STDERR, Attachment
from interop.run.engine.sdk import APIClient

CHUNK = 64 * 1024
BEGIN = 10.0
"""Seconds in which a shell that was started must answer."""
KILLED = 137
"""The status of a command that has not lived to say its own: that of SIGKILL."""
LONGEST_END = 64
"""Bytes of a mark with the status after it, at most."""


class Shell:
    """A POSIX shell inside a container, for one command at a time; several threads may ask.

    Where the image has no `sh` or no `timeout`, nothing can be run: the engine has to do it.
    """

    def __init__(self, client: APIClient, container: str, *, limit: int) -> None:
        """Start nothing yet. `limit` is the number of bytes that a command may print."""
        self._client = client
        self._container = container
        self._limit = limit
        self._lock = threading.Lock()
        self._attachment: Attachment | None = None
        self._usable = True

    def run(self, command: Sequence[str], *, patience: float) -> Executed | None:
        """Run a command and wait at most `patience` seconds for its end; None when it cannot be run here.

        What the command leaves in the background must write elsewhere than to the outputs that it was given.
        Raises EngineError when it prints more than the limit.
        """
        if not self._usable or not self._lock.acquire(blocking=False):
            return None
        try:
            if self._attachment is None and not self._begin():
                return None
            return self._run(command, patience)
        finally:
            self._lock.release()

    def close(self) -> None:
        """End it. May be called twice, and while a command runs, which then ends as killed."""
        self._usable = False
        attachment, self._attachment = self._attachment, None
        if attachment is not None:
            attachment.close()

    def _begin(self) -> bool:
        try:
            self._attachment = Attachment(self._client, self._container, ("sh",), environment={})
            self._usable = self._run(("command", "-v", "timeout"), BEGIN).code == 0
        except EngineError:
            self._usable = False
        return self._usable and self._attachment is not None

    def _run(self, command: Sequence[str], patience: float) -> Executed:
        """Give the shell the command and a mark that ends both outputs; collect what comes until then.

        Raises EngineError when there is too much of it.
        """
        attachment = self._attachment
        if attachment is None:
            return Executed(code=KILLED, stdout=b"", stderr=b"")
        mark = secrets.token_hex(16)
        line = (
            f"{shlex.join(command)} </dev/null\ninterop=$?; echo {mark} >&2; echo {mark} $interop\n"
        ).encode("utf-8", "surrogateescape")
        outputs = _Outputs(mark.encode())
        ends = time.monotonic() + patience
        overran = False
        try:
            attachment.socket.settimeout(patience)
            attachment.socket.sendall(line)
            while not outputs.ended and outputs.size <= self._limit:
                attachment.socket.settimeout(max(0.001, ends - time.monotonic()))
                some = attachment.socket.recv(CHUNK)
                if not some:
                    break
                outputs.take(some)
        except TimeoutError:
            overran = True
        except OSError:
            pass  # the container has ended, and the shell with it
        finally:
            if not outputs.ended:  # what the command says yet would be taken for the next one's answer
                self._attachment = None
                attachment.close()
        if outputs.size > self._limit:
            raise EngineError(f"{command[0]!r} prints more than {self._limit >> 20} MiB inside a party.")
        return outputs.told(overran=overran)


class _Outputs:
    """What the shell's outputs have carried since a command was given, taken out of the engine's frames."""

    def __init__(self, mark: bytes) -> None:
        self._frames = bytearray()
        self._outputs = {1: bytearray(), STDERR: bytearray()}
        self._ends = {1: re.compile(mark + rb" (\d+)\n"), STDERR: re.compile(mark + rb"\n")}
        self._found: dict[int, re.Match[bytes]] = {}

    @property
    def size(self) -> int:
        """Bytes that have come."""
        return len(self._frames) + sum(map(len, self._outputs.values()))

    @property
    def ended(self) -> bool:
        """Whether both outputs have come to the mark."""
        return len(self._found) == len(self._ends)

    def take(self, some: bytes) -> None:
        """Take what the engine has sent; frames may come in pieces."""
        self._frames += some
        while len(self._frames) >= HEAD.size:
            number, length = HEAD.unpack_from(self._frames)
            if len(self._frames) < HEAD.size + length:
                break
            output = self._outputs.setdefault(number, bytearray())
            seen = len(output)
            output += self._frames[HEAD.size : HEAD.size + length]
            del self._frames[: HEAD.size + length]
            if number in self._ends and number not in self._found:
                found = self._ends[number].search(output, max(0, seen - LONGEST_END))
                if found is not None:
                    self._found[number] = found

    def told(self, *, overran: bool) -> Executed:
        """Return what the command printed, and its status."""
        printed = {
            number: bytes(output[: self._found[number].start()] if number in self._found else output)
            for number, output in self._outputs.items()
        }
        code = int(self._found[1][1]) if self.ended else KILLED
        return Executed(code=code, stdout=printed[1], stderr=printed[STDERR], timed_out=overran)
