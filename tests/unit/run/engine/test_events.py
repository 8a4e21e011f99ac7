"""Who has ended, from an engine's stream of events."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from interop.errors import EngineError
from interop.run.engine import events
from interop.run.engine.events import Watch
from interop.run.engine.sdk import APIClient


class Stream:
    """A stream of events that a test feeds; None ends it."""

    def __init__(self) -> None:
        self.events: queue.Queue[dict[str, Any] | None] = queue.Queue()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while (event := self.events.get()) is not None:
            yield event

    def close(self) -> None:
        self.events.put(None)


class Engine:
    """An engine with streams of events, which may be lost, and containers, which may have ended meanwhile."""

    def __init__(self) -> None:
        self.streams: list[Stream] = []
        self.ended: dict[str, int] = {}
        self.reachable = True
        self.inspected = 0

    def events(self, **_options: Any) -> Stream:
        if not self.reachable:
            raise OSError("gone")
        self.streams.append(Stream())
        return self.streams[-1]

    def containers(self, **_options: Any) -> list[dict[str, str]]:
        return [{"Id": identity} for identity in self.ended]

    def inspect_container(self, identity: str) -> dict[str, Any]:
        self.inspected += 1
        if not self.reachable:
            raise OSError("gone")
        code = self.ended.get(identity)
        status = "running" if code is None else "exited"
        return {"State": {"Running": code is None, "Status": status, "ExitCode": code, "OOMKilled": False}}


def happening(action: str, container: str = "a", **attributes: str) -> dict[str, Any]:
    return {"Action": action, "Actor": {"ID": container, "Attributes": attributes}, "time": 1_790_000_000}


def soon(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr(events, "RECONNECT", 0.01)
    return Engine()


@pytest.fixture
def watch(engine: Engine) -> Iterator[Watch]:
    watch = Watch(cast("APIClient", engine), "interop.engine=x")
    soon(lambda: watch._listening)
    yield watch
    watch.close()
    assert not watch._thread.is_alive()


def test_an_end_is_known_without_a_call(engine: Engine, watch: Watch) -> None:
    assert watch.exited("a") is None
    engine.streams[0].events.put(happening("die", exitCode="7"))
    soon(lambda: watch.exited("a"))
    assert str(watch.exited("a")) == "exited with status 7"
    assert watch.exited("b") is None
    assert engine.inspected == 0


def test_want_of_memory_is_told_apart(engine: Engine, watch: Watch) -> None:
    engine.streams[0].events.put(happening("oom"))
    engine.streams[0].events.put(happening("die", exitCode="137"))
    soon(lambda: watch.exited("a"))
    assert str(watch.exited("a")) == "was killed for want of memory"


def test_a_lost_stream_is_taken_up_again_with_what_ended_meanwhile(engine: Engine, watch: Watch) -> None:
    engine.ended["a"] = 9
    engine.streams[0].events.put(None)
    soon(lambda: len(engine.streams) == 2)
    soon(lambda: watch.exited("a"))
    assert str(watch.exited("a")) == "exited with status 9"


def test_an_engine_that_is_gone_is_no_running_party(engine: Engine, watch: Watch) -> None:
    engine.reachable = False
    engine.streams[0].events.put(None)
    soon(lambda: not watch._listening)
    with pytest.raises(EngineError, match="could not be asked to say whether a container runs"):
        watch.exited("a")
