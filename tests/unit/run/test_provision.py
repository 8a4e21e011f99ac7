"""Provisioning over an engine that only counts: no process is started."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from interop.errors import ConfigError, PeerError
from interop.run.provision import AHEAD, Provisioner
from tests.unit.test_plan import server


class CountingEngine:
    """Remembers what it was asked for."""

    name = "counting"

    def __init__(self) -> None:
        self.prepared: list[str] = []
        self.started: list[str] = []
        self.stopped: list[str] = []
        self.closed = 0
        self.broken: set[str] = set()
        self.lock = threading.Lock()
        self.building: dict[str, float] = {}

    def prepare(self, candidate: Any, progress: Any) -> None:  # noqa: ARG002 - the interface's
        time.sleep(self.building.get(candidate.implementation.name, 0))
        with self.lock:
            self.prepared.append(candidate.implementation.name)

    def start(self, candidate: Any, *, state: Path, environment: Mapping[str, str], progress: Any) -> Any:  # noqa: ARG002
        name = candidate.implementation.name
        assert (state / "tls" / "ca.pem").is_file()
        if name in self.broken:
            raise PeerError(f"{name} exited")
        with self.lock:
            self.started.append(name)
        return SimpleNamespace(state=state, stop=lambda: self.stopped.append(name))

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def engine() -> CountingEngine:
    return CountingEngine()


def provisioner(engine: CountingEngine, names: list[str]) -> Provisioner:
    made = Provisioner(engine, [server(name) for name in names], progress=lambda *_: None)  # type: ignore[arg-type]
    made.prepare()
    return made


NAMES = ["a", "b", "c", "d", "e", "f", "g"]


def test_peers_are_started_once_and_only_a_few_ahead(engine: CountingEngine) -> None:
    made = provisioner(engine, NAMES)
    made.acquire(server("a"))
    made.acquire(server("a"))
    made.acquire(server("b"))
    made.close()
    assert sorted(engine.started) == sorted(set(engine.started))
    assert set(engine.started) <= set(NAMES[: 2 + AHEAD])
    assert set(NAMES[:2]) <= set(engine.started)


def test_a_product_or_a_control_that_is_asked_for_starts_no_peer(engine: CountingEngine) -> None:
    peers = [server(name) for name in NAMES]
    made = Provisioner(engine, peers, own=[server("product")], progress=lambda *_: None, every=2)  # type: ignore[arg-type]
    made.acquire(server("product"))
    made.acquire(server("control"))
    assert engine.started == ["product", "control"]
    made.acquire(server("a"))
    made.close()
    assert set(engine.started[2:]) <= {"a", "c"}


def test_many_processes_start_nothing_ahead(engine: CountingEngine) -> None:
    made = Provisioner(engine, [server(name) for name in NAMES], progress=lambda *_: None, every=AHEAD + 1)  # type: ignore[arg-type]
    made.acquire(server("a"))
    made.close()
    assert engine.started == ["a"]


def test_what_ends_while_images_are_made_ends_without_a_word(engine: CountingEngine) -> None:
    """Images whose turn has not come are not made any more, and the peers that wait for them never start."""
    engine.building = dict.fromkeys(NAMES[1:], 0.2)
    made = provisioner(engine, NAMES)
    made.acquire(server("a"))
    time.sleep(0.05)  # until the next ones wait for their images
    made.close()
    assert sorted(engine.started) == sorted(engine.stopped)
    assert set(engine.started) < set(NAMES)
    assert not made.root.exists()


def test_one_implementation_in_two_roles_is_two_parties(engine: CountingEngine) -> None:
    made = provisioner(engine, [])
    first, second = made.acquire(server("a")), made.acquire(server("a", role="client"))
    assert first is not second
    made.release(server("a"))
    assert made.acquire(server("a", role="client")) is second
    made.close()


def test_one_implementation_from_two_folders_is_two_images(engine: CountingEngine) -> None:
    client = server("a", role="client")
    elsewhere = replace(client, implementation=replace(client.implementation, folder=Path("elsewhere")))
    made = provisioner(engine, [])
    made.acquire(server("a"))
    made.acquire(elsewhere)
    made.close()
    assert engine.prepared == ["a", "a"]


def test_everything_that_was_started_is_stopped_and_its_files_are_gone(engine: CountingEngine) -> None:
    made = provisioner(engine, NAMES)
    for name in NAMES:
        made.acquire(server(name))
    made.release(server("a"))
    made.close()
    made.close()
    assert sorted(set(engine.stopped)) == NAMES  # stopping twice is allowed, stopping never is not
    assert not made.root.exists()


def test_a_peer_that_fails_says_so_when_asked_for_and_the_rest_go_on(engine: CountingEngine) -> None:
    engine.broken = {"a"}
    made = provisioner(engine, NAMES)
    with pytest.raises(PeerError, match="a exited"):
        made.acquire(server("a"))
    made.acquire(server("b"))
    made.close()
    assert "a" not in engine.stopped


def test_a_replaced_peer_is_stopped_and_started_again(engine: CountingEngine) -> None:
    made = provisioner(engine, ["a"])
    made.acquire(server("a"))
    made.replace(server("a"))
    made.close()
    assert engine.started == ["a", "a"]
    assert engine.stopped == ["a", "a"]


def test_what_a_suite_gives_is_made_once_and_reaches_every_party(engine: CountingEngine) -> None:
    made: list[str] = []

    def furnish(suite: str, folder: Path) -> None:
        made.append(suite)
        (folder / "zone").write_text("content")

    candidates = [server(name) for name in NAMES]
    provided = Provisioner(engine, candidates, progress=lambda *_: None, furnish=furnish)  # type: ignore[arg-type]
    try:
        states = [provided.acquire(candidate).state for candidate in candidates]
        assert [(state / "given" / "zone").read_text() for state in states] == ["content"] * len(NAMES)
    finally:
        provided.close()
    assert made == [candidates[0].role.suite]


def test_no_party_is_given_the_half_of_what_its_suite_gives(engine: CountingEngine) -> None:
    tried: list[str] = []

    def furnish(suite: str, folder: Path) -> None:
        tried.append(suite)
        (folder / "first").write_text("half")
        raise ConfigError("furnish() failed: no room.")

    candidates = [server(name) for name in NAMES]
    provided = Provisioner(engine, candidates, progress=lambda *_: None, furnish=furnish)  # type: ignore[arg-type]
    try:
        for candidate in candidates:
            with pytest.raises(ConfigError, match="no room"):
                provided.acquire(candidate)
    finally:
        provided.close()
    assert engine.started == []
    assert len(tried) == 1
