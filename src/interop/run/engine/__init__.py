"""How a party is run: one interface, one file per variant.

`docker.py` (Docker and Podman, the only importer of the SDK) and `process.py` (PyPI packages as child
processes) implement `Engine`; `choice.py` picks one. Nothing here knows of pytest, of suites or of verdicts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from interop.model.attempt import Party
from interop.model.implementation import Candidate
from interop.run.program import Program

Progress = Callable[[str, str], None]
"""Called with a subject (`postfix@3.10.13`) and what is being waited for (`building`, a build step, `ready`).
May be called from any thread."""


KEY_LOG = "tls-keys.log"
"""The file in a party's state directory that SSLKEYLOGFILE names: what reads it later opens its TLS."""


def variable(what: str, port: str) -> str:
    """Return the variable that tells something of a port: `INTEROP_PORT_NO_EHLO` for `PORT` of `no-ehlo`."""
    return f"INTEROP_{what}_{re.sub('[^A-Za-z0-9]', '_', port).upper()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """What a command inside a party printed."""

    code: int
    stdout: bytes
    stderr: bytes
    timed_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How a party ended by itself."""

    code: int
    oom_killed: bool = False

    def __str__(self) -> str:
        return "was killed for want of memory" if self.oom_killed else f"exited with status {self.code}"


class Running(Protocol):
    """A party that is up and ready."""

    @property
    def party(self) -> Party:
        """What really runs: exact version, digest, hash of its configuration."""

    @property
    def candidate(self) -> Candidate:
        """What was asked for."""

    @property
    def state(self) -> Path:
        """The host's side of its state directory."""

    @property
    def inside(self) -> str:
        """The party's own name of its state directory (`/interop` in a container)."""

    def address(self, port: str) -> tuple[str, int]:
        """Return where the host reaches the named port; KeyError when the party has no such port."""

    def logs(self, since: float = 0.0) -> str:
        """Return what it printed since then (seconds since the epoch), at most the last 256 KiB."""

    def execute(self, command: Sequence[str], *, timeout: float = 10.0) -> Executed:
        """Run a command inside it; a command that overruns `timeout` seconds is ended and says so."""

    def open(self, command: Sequence[str], *, log: Path, environment: Mapping[str, str]) -> Program:
        """Start a program inside it to talk with; its standard error is appended to `log`."""

    def exited(self) -> Exit | None:
        """Return how it ended, None while it runs. Costs next to nothing: it is asked often."""

    def ways_in(self) -> Mapping[str, str]:
        """Return what a person may want to see of it, and the command that shows it."""

    def pause(self) -> None:
        """Freeze it: connections stay, nothing answers."""

    def resume(self) -> None:
        """Let a paused party go on."""

    def stop(self) -> None:
        """Take it down with all that is its own. May be called twice."""


class Capturing(Protocol):
    """A party's traffic, while it is being captured."""

    def end(self) -> None:
        """Write what was captured; nothing happens when the party is gone already."""


class Engine(Protocol):
    """What runs parties."""

    name: str

    def describe(self) -> str:
        """Return name and version in a few words, for the run's facts."""

    def cannot_run(self, candidate: Candidate) -> str:
        """Return why it cannot run this candidate, in words for a report; empty when it can."""

    def prepare(self, candidate: Candidate, progress: Progress) -> None:
        """Have what the candidate needs at hand (its image, its virtual environment); keep it for later runs.

        Safe to call from several threads at once; the same candidate is prepared once.
        Raises ImageError with the end of the build's log.
        """

    def start(
        self, candidate: Candidate, *, state: Path, environment: Mapping[str, str], progress: Progress
    ) -> Running:
        """Bring a candidate up and wait until it is ready.

        `state` is an existing directory that belongs to this party alone. Raises PeerError as soon as it
        has exited, or when its readiness has not come in time; nothing of it is left then.
        """

    def capture(self, running: Running, file: Path, progress: Progress) -> Capturing:
        """Begin to capture a party's traffic; what is returned writes `file` (pcap) when it is ended.

        Raises EngineError when this engine cannot, ImageError without the image that captures.
        """

    def gateway(self) -> str:
        """Return the host's address that parties can reach; a listener there is their one door out."""

    def sweep(self) -> list[str]:
        """Remove whatever earlier runs that are no longer alive have left; return what was removed."""

    def close(self) -> None:
        """Take down everything that this engine object made. May be called twice."""
