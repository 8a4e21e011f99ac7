"""What is being waited for, shown while the run waits: one live line on a terminal, plain lines elsewhere.

Called from any thread; prints only while the main thread waits, so that it never mixes with pytest's output.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Generator
from typing import TextIO

PATIENCE = 0.4
"""Seconds of waiting before anything is said."""
LOG_EVERY = 10.0
"""Seconds between two plain lines that say the same."""


class Progress:
    """The latest word on each subject, and the line that shows it."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._live = bool(stream and stream.isatty() and os.environ.get("TERM") != "dumb")
        self._words: dict[str, str] = {}
        self._lock = threading.Lock()

    def __call__(self, subject: str, word: str) -> None:
        """Take note of what a subject is doing; an empty word forgets it."""
        with self._lock:
            if word:
                self._words[subject] = word
            else:
                self._words.pop(subject, None)

    @contextlib.contextmanager
    def waiting_for(self, subject: str) -> Generator[None]:
        """Show progress until the block ends."""
        if self._stream is None:
            yield
            return
        ended = threading.Event()
        thread = threading.Thread(target=self._show, args=(subject, ended), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _show(self, subject: str, ended: threading.Event) -> None:
        if self._stream is None or ended.wait(PATIENCE):
            return
        began, said, last = time.monotonic(), "", 0.0
        if not self._live:
            self._stream.write("\n")
        while True:
            line = self._line(subject)
            seconds = time.monotonic() - began
            if self._live:
                columns = max(20, _columns(self._stream) - 1)
                self._stream.write("\r\x1b[K" + f"{line} ({seconds:.0f} s)"[:columns])
            elif line.split(":")[0:2] != said.split(":")[0:2] or seconds - last >= LOG_EVERY:
                self._stream.write(f"interop: {line}\n")
                said, last = line, seconds
            self._stream.flush()
            if ended.wait(0.2):
                break
        if self._live:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _line(self, subject: str) -> str:
        with self._lock:
            word = self._words.get(subject, "waiting")
            others = [
                f"{name}: {said}" for name, said in self._words.items() if name != subject and _busy(said)
            ]
        more = f"; also {', '.join(others[:2])}" if others else ""
        return f"waiting for {subject}: {word}{more}"


def _busy(word: str) -> bool:
    return word.startswith(("step", "build", "boot", "pull", "install"))


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except OSError:
        return 80
