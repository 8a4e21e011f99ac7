"""Who has ended: one thread reads the engine's events, so that asking whether a party runs costs no call.

Knows containers by their ids only.
"""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Any

from interop.errors import EngineError
from interop.run.engine import Exit
from interop.run.engine.sdk import APIClient, CancellableStream, asking

RECONNECT = 0.2
"""Seconds between two tries to get a lost stream back."""
OVERLAP = 2.0
"""Seconds of events that are read again after a stream was lost, and before the first container."""


class Watch:
    """The ends of all containers with one label."""

    def __init__(self, client: APIClient, label: str) -> None:
        self._client = client
        self._label = label
        self._exits: dict[str, Exit] = {}
        self._short_of_memory: set[str] = set()
        self._stream: CancellableStream[Any] | None = None
        self._listening = False
        self._closed = threading.Event()
        self._last = time.time()
        self._thread = threading.Thread(target=self._listen, name="interop-events", daemon=True)
        self._thread.start()

    def exited(self, container: str) -> Exit | None:
        """Return how the container ended, None while it runs.

        Asks the engine only while the stream is lost; raises EngineError when it does not answer either.
        """
        known = self._exits.get(container)
        if known is not None or self._listening or self._closed.is_set():
            return known
        return self.look(container)

    def look(self, container: str) -> Exit | None:
        """Ask the engine itself how the container ended."""
        with asking("say whether a container runs"):
            state = self._client.inspect_container(container)["State"]
        if state["Running"] or state["Status"] == "created":
            return None
        return self._exits.setdefault(
            container, Exit(code=state["ExitCode"], oom_killed=bool(state["OOMKilled"]))
        )

    def close(self) -> None:
        """Stop reading."""
        self._closed.set()
        stream = self._stream
        if stream is not None:
            with contextlib.suppress(Exception):  # the stream may be closing by itself just now
                stream.close()
        self._thread.join(timeout=1)

    def _listen(self) -> None:
        # Podman knows `die` as `died` where it filters, and as `die` where it tells.
        filters = {"type": "container", "event": ["die", "died", "oom"], "label": self._label}
        while not self._closed.is_set():
            since = int(self._last - OVERLAP)
            with contextlib.suppress(EngineError), asking("tell its events"):
                self._stream = self._client.events(since=since, filters=filters, decode=True)
                # An engine that restarts forgets its events: what ended meanwhile is in no stream.
                for gone in self._client.containers(
                    all=True, filters={"label": self._label, "status": "exited"}
                ):
                    self.look(gone["Id"])
                self._listening = True
                for event in self._stream:
                    self._note(event)
            self._listening = False
            self._closed.wait(RECONNECT)

    def _note(self, event: dict[str, Any]) -> None:
        container = event["Actor"]["ID"]
        attributes = event["Actor"].get("Attributes") or {}
        self._last = float(event.get("time") or time.time())
        if event["Action"] == "oom":
            self._short_of_memory.add(container)
            return
        code = attributes.get("exitCode") or "0"
        self._exits[container] = Exit(code=int(code), oom_killed=container in self._short_of_memory)
