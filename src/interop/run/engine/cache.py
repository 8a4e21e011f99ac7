"""Small files that all processes of a user share: locks, and what was once found out.

Knows nothing of what is kept in them.
"""

from __future__ import annotations

import fcntl
import re
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from interop.errors import EngineError, Place


def cached(*parts: str) -> Path:
    """Return where a file of the cache is."""
    return platformdirs.user_cache_path("interop").joinpath(*parts)


def write_once(file: Path, text: str) -> None:
    """Write a file that others may write or read at the same time; raise EngineError when that fails."""
    try:
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8") as part:
            part.write(text)
        Path(part.name).chmod(0o644)
        Path(part.name).replace(file)
    except OSError as error:
        raise _unwritable(file, error) from error


@contextmanager
def locked(name: str, on_wait: Callable[[], None]) -> Generator[None]:
    """Hold the lock of this name against other threads and processes; call `on_wait` when it is taken."""
    path = cached("locks", re.sub(r"[^A-Za-z0-9_.-]", "_", name))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w")
    except OSError as error:
        raise _unwritable(path, error) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _unwritable(file: Path, error: OSError) -> EngineError:
    return EngineError(
        f"a file of the cache cannot be written: {error.strerror}.",
        where=Place(file),
        hint="Set XDG_CACHE_HOME to a folder that can be written.",
    )
