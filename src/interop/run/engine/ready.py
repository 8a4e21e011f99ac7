"""How to know that a party serves: an application handshake, or a line of its log.

A completed TCP connection proves nothing: an engine's proxy accepts before the server listens, and closes at
once. Knows nothing of engines: the party is seen through the functions that it is given.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from interop.model.implementation import Readiness

POLL = 0.01
"""Seconds between two probes."""
LOG_POLL = 0.05
"""Seconds between two looks at the log: each costs a call to the engine."""
SLICE = 0.1
"""Seconds of silence after which it is asked again whether the party still runs."""
QUIET = 0.1
"""Seconds that a connection must stay open where no text is expected."""
PATIENCE = 5.0
"""Seconds of silence after which a connection is given up and made anew."""
ENOUGH = 64 * 1024
"""Bytes among which the expected text must be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """How a party that is coming up is seen from outside."""

    address: Callable[[str], tuple[str, int]]
    log: Callable[[], str]
    ended: Callable[[], str]
    """How it ended (`exited with status 1`), empty while it runs."""


class EndedError(Exception):
    """The party ended before it was ready; the text says how."""


class NeverReadyError(Exception):
    """The time is over; the text says which probe failed last, and how."""


def wait(readiness: Readiness, seen: Surroundings) -> None:
    """Return when the party is ready; raise EndedError when it ends, NeverReadyError after the time."""
    deadline = time.monotonic() + readiness.timeout
    probe = _probe_for(readiness)
    while True:
        failure = probe(readiness, seen, deadline)
        if not failure:
            return
        if ended := seen.ended():
            raise EndedError(ended)
        if time.monotonic() >= deadline:
            raise NeverReadyError(failure)
        time.sleep(LOG_POLL if probe is _log else POLL)


def _probe_for(readiness: Readiness) -> Callable[[Readiness, Surroundings, float], str]:
    if not readiness.port:
        return _log if readiness.log else _runs
    return _udp if readiness.udp else _tcp


def _runs(_readiness: Readiness, seen: Surroundings, _deadline: float) -> str:
    """Be content with a party that runs: it has neither a port nor a line to wait for."""
    return seen.ended()


def _log(readiness: Readiness, seen: Surroundings, _deadline: float) -> str:
    return "" if readiness.log in seen.log() else f"the log does not show {readiness.log!r}"


def _tcp(readiness: Readiness, seen: Surroundings, deadline: float) -> str:
    host, port = seen.address(readiness.port)
    name = f"port {readiness.port} ({host}:{port})"
    try:
        with socket.create_connection((host, port), timeout=_bounded(deadline)) as connection:
            if readiness.send:
                connection.sendall(unescape(readiness.send))
            return _hear(connection, readiness, seen, deadline, name)
    except OSError as error:
        return f"{name}: {error.strerror or error}"


def _udp(readiness: Readiness, seen: Surroundings, deadline: float) -> str:
    host, port = seen.address(readiness.port)
    name = f"UDP port {readiness.port} ({host}:{port})"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as datagrams:
            datagrams.settimeout(min(SLICE, _bounded(deadline)))
            datagrams.connect((host, port))
            datagrams.send(unescape(readiness.send))
            answer = datagrams.recv(ENOUGH)
    except OSError as error:
        return f"{name}: {error.strerror or error}"
    return "" if unescape(readiness.expect) in answer else _unlike(name, readiness.expect, answer)


def _hear(
    connection: socket.socket, readiness: Readiness, seen: Surroundings, deadline: float, name: str
) -> str:
    """Return why the connection does not show readiness, empty when it does."""
    expected = unescape(readiness.expect)
    heard = b""
    give_up = min(deadline, time.monotonic() + PATIENCE)
    while len(heard) < ENOUGH:
        silent = not select.select([connection], [], [], SLICE if expected else QUIET)[0]
        if silent:
            if not expected:
                return ""
            if seen.ended() or time.monotonic() >= give_up:
                break
            continue
        some = connection.recv(4096)
        if not some:
            return f"{name}: closed at once" if not heard else _unlike(name, readiness.expect, heard)
        heard += some
        if expected in heard:
            return ""
    return _unlike(name, readiness.expect, heard)


def _unlike(name: str, expected: str, heard: bytes) -> str:
    said = f"said {heard[:60]!r}" if heard else "said nothing"
    return f"{name}: {said} instead of {expected!r}" if expected else f"{name}: {said}"


def _bounded(deadline: float) -> float:
    return max(0.01, min(1.0, deadline - time.monotonic()))


def unescape(text: str) -> bytes:
    r"""Return the bytes that a descriptor's text stands for: `\r\n`, `\x00` and the like are escapes."""
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1", "replace")
