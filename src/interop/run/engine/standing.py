"""A product that runs already: nothing is started, and nothing is known of it but where it answers.

Implements `Running`, as far as that can be done from outside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from interop.errors import EngineError
from interop.model.attempt import Party
from interop.model.implementation import Candidate
from interop.run.engine import Executed, Exit
from interop.run.program import Program


class Standing:
    """A party that somebody else has started."""

    def __init__(
        self, candidate: Candidate, party: Party, *, state: Path, addresses: Mapping[str, tuple[str, int]]
    ) -> None:
        """Take it as it is; `state` is a folder in which drivers may keep what they need."""
        self.candidate = candidate
        self.party = party
        self.state = state
        self.inside = str(state)
        self._addresses = addresses

    def address(self, port: str) -> tuple[str, int]:
        """Return where the host reaches the named port; KeyError when none was given."""
        return self._addresses[port]

    def logs(self, since: float = 0.0) -> str:  # noqa: ARG002 - its log is where it was started
        """Return what it printed: nothing that is known here."""
        return ""

    def execute(self, command: Sequence[str], *, timeout: float = 10.0) -> Executed:  # noqa: ARG002 - see _refuse
        """Refuse: one has no way in."""
        self._refuse()

    def open(self, command: Sequence[str], *, log: Path, environment: Mapping[str, str]) -> Program:  # noqa: ARG002 - likewise
        """Refuse: one has no way in."""
        self._refuse()

    def exited(self) -> Exit | None:
        """Return how it ended: that cannot be seen from here."""
        return None

    def ways_in(self) -> Mapping[str, str]:
        """Return no way in: whoever started it has one."""
        return {}

    def pause(self) -> None:
        """Refuse: it is not the harness's to freeze."""
        self._refuse()

    def resume(self) -> None:
        """Let it go on, as it did."""

    def stop(self) -> None:
        """Leave it as it is."""

    def _refuse(self) -> NoReturn:
        raise EngineError(f"{self.candidate.id} was not started by the harness, which has no way into it.")
