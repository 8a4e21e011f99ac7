"""A container engine beside child processes: a client that a driver process drives needs no container.

Decides only who runs what; knows nothing of how either does it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from interop.model.implementation import Candidate
from interop.run.engine import Capturing, Engine, Progress, Running


class MixedEngine:
    """Hands each candidate to containers or to processes; implements `Engine`."""

    def __init__(self, containers: Engine, processes: Engine) -> None:
        self._containers = containers
        self._processes = processes
        self.name = containers.name

    def describe(self) -> str:
        """Return name and version of the container engine."""
        return self._containers.describe()

    def cannot_run(self, candidate: Candidate) -> str:
        """Return why neither can run this candidate; empty when one can."""
        return self._for(candidate).cannot_run(candidate)

    def prepare(self, candidate: Candidate, progress: Progress) -> None:
        """Have what the candidate needs at hand."""
        self._for(candidate).prepare(candidate, progress)

    def start(
        self, candidate: Candidate, *, state: Path, environment: Mapping[str, str], progress: Progress
    ) -> Running:
        """Bring a candidate up and wait until it is ready."""
        return self._for(candidate).start(candidate, state=state, environment=environment, progress=progress)

    def capture(self, running: Running, file: Path, progress: Progress) -> Capturing:
        """Begin to capture a party's traffic, where it runs in a container."""
        return self._for(running.candidate).capture(running, file, progress)

    def gateway(self) -> str:
        """Return the host's address that containers can reach."""
        return self._containers.gateway()

    def sweep(self) -> list[str]:
        """Remove whatever earlier runs that are no longer alive have left; return what was removed."""
        return [*self._containers.sweep(), *self._processes.sweep()]

    def close(self) -> None:
        """Take down everything that both made."""
        self._containers.close()
        self._processes.close()

    def _for(self, candidate: Candidate) -> Engine:
        if candidate.role.driven == "process":
            return self._processes
        able = not self._containers.cannot_run(candidate) or self._processes.cannot_run(candidate)
        return self._containers if able else self._processes
