"""Registries: what a reference to an image names, and a pull that does not wait for one that is not there.

Knows nothing of which images are wanted.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable
from typing import Any

FIRST_ANSWER = 5.0
"""Seconds in which a registry must have begun to answer a pull."""
NEXT_ANSWER = 120.0
"""Seconds of silence after which a pull that had begun counts as failed."""


def impatient(start: Callable[[], Iterable[dict[str, Any]]]) -> Generator[dict[str, Any]]:
    """Yield a pull's events; raise TimeoutError when the first or the next one does not come in time.

    The engine itself waits far longer for a registry that swallows what it is sent. The abandoned thread ends
    with the engine's own attempt.
    """
    events: queue.Queue[dict[str, Any] | Exception | None] = queue.Queue()

    def read() -> None:
        try:
            for event in start():
                events.put(event)
            events.put(None)
        except Exception as error:  # noqa: BLE001 - raised again in the thread that waits
            events.put(error)

    threading.Thread(target=read, name="interop-pull", daemon=True).start()
    patience = FIRST_ANSWER
    while True:
        try:
            event = events.get(timeout=patience)
        except queue.Empty:
            raise TimeoutError from None
        if event is None:
            return
        if isinstance(event, Exception):
            raise event
        patience = NEXT_ANSWER
        yield event


def registry_of(reference: str) -> str:
    """Return the registry that a reference names; Docker Hub when its first part is no host."""
    first, slash, _ = reference.partition("/")
    return first if slash and ("." in first or ":" in first or first == "localhost") else "docker.io"


def split_reference(reference: str) -> tuple[str, str]:
    """Split `name:tag` or `name@sha256:…` into the name and the rest, which is empty when it is not there."""
    if "@" in reference:
        name, _, digest = reference.partition("@")
        return name, digest
    name, separator, tag = reference.rpartition(":")
    return (name, tag) if separator and "/" not in tag else (reference, "")
