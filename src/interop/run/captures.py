"""Every container's traffic as a pcap file in one folder, and the keys to what is TLS in it.

How a capture is made is the engine's matter; where that cannot be done, a file in the pcap's place says why.
"""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

from interop.errors import EngineError
from interop.run.engine import KEY_LOG, Capturing, Engine, Progress, Running


class Captures:
    """The captures of one process's run; `folder` may be shared with other processes."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        self._folder = folder
        self._progress = progress
        self._running: dict[Path, tuple[Capturing, Path]] = {}
        self._lock = threading.Lock()

    def begin(self, engine: Engine, running: Running) -> None:
        """Capture a party's traffic from now on. A driver process has no network of its own."""
        if running.candidate.role.driven == "process":
            return
        file = self._new_file(running.candidate.id)
        try:
            capture = engine.capture(running, file, self._progress)
        except EngineError as error:
            _explain(file, error)
            return
        with self._lock:
            self._running[running.state] = capture, file

    def end(self, state: Path) -> None:
        """Write what was captured of the party with that state directory, if anything was."""
        with self._lock:
            found = self._running.pop(state, None)
        if found is None:
            return
        capture, file = found
        try:
            capture.end()
        except EngineError as error:
            _explain(file, error)

    def close(self, key_log: Path) -> None:
        """Write what is still being captured, and add the run's keys to those in the folder."""
        for state in list(self._running):
            self.end(state)
        keys = key_log.read_bytes() if key_log.is_file() else b""
        if keys:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / KEY_LOG).open("ab") as file:
                file.write(keys)

    def _new_file(self, name: str) -> Path:
        """Return a new file: a party may be brought up again, and by several processes."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for number in itertools.count(1):
            file = self._folder / f"{name}{f'-{number}' if number > 1 else ''}.pcap"
            try:
                file.touch(exist_ok=False)
            except FileExistsError:
                continue
            return file
        raise AssertionError("numbers do not end")


def _explain(file: Path, error: EngineError) -> None:
    file.unlink(missing_ok=True)
    file.with_suffix(".pcap.txt").write_text(f"Not captured: {error}\n", encoding="utf-8")
