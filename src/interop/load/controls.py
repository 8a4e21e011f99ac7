"""What controls did, kept across runs: the same control, peer, scenario and suite need not run again.

An entry is bound to the peer's digest and configuration and to the suite's own text, so that it is used only
for what it was seen with. Knows nothing of when controls are wanted.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import msgspec
import platformdirs

from interop.errors import RecordError
from interop.load.record import write_atomic
from interop.model.attempt import Attempt, Outcome, Party

_SOURCES = frozenset({".py", ".yaml"})


class ControlCache:
    """Attempts of controls on disk, one file each."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or platformdirs.user_cache_path("interop") / "controls"
        self._suites: dict[Path, str] = {}

    def find(self, control: Party, peer: Party, scenario: str, number: int, suite: Path) -> Attempt | None:
        """Return what the control did with this very peer in that attempt, None when it must be run."""
        file = self._file(control, peer, scenario, number, suite)
        if file is None:
            return None
        try:
            return msgspec.json.decode(file.read_bytes(), type=Attempt)
        except (OSError, msgspec.MsgspecError):
            return None

    def keep(self, attempt: Attempt, control: Party, peer: Party, suite: Path) -> None:
        """Keep an attempt; one that ended in an error says nothing and is not kept."""
        file = self._file(control, peer, attempt.scenario, attempt.number, suite)
        if file is None or attempt.outcome is Outcome.ERROR:
            return
        try:
            write_atomic(file, msgspec.json.encode(replace(attempt, evidence="")).decode())
        except RecordError:
            return  # a cache that cannot be written costs time, nothing else

    def _file(self, control: Party, peer: Party, scenario: str, number: int, suite: Path) -> Path | None:
        if not peer.digest:
            return None  # without a digest nothing says that it is the same peer
        made_of = (
            *(control.role, control.name, control.version, control.digest),
            *(peer.name, peer.version, peer.digest, peer.configuration, peer.configuration_hash),
            *(scenario, str(number), self._text_of(suite)),
        )
        key = hashlib.sha256("\0".join(made_of).encode()).hexdigest()[:32]
        return self._folder / f"{key}.json"

    def _text_of(self, suite: Path) -> str:
        if suite not in self._suites:
            digest = hashlib.sha256()
            for file in sorted(each for each in suite.iterdir() if each.suffix in _SOURCES):
                digest.update(file.name.encode() + b"\0" + file.read_bytes())
            self._suites[suite] = digest.hexdigest()
        return self._suites[suite]
