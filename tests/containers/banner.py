"""A peer for the engines' tests: it greets on one port, or misbehaves in the way that a test asks for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from interop.errors import Place
from interop.model.implementation import (
    Candidate,
    Configuration,
    Implementation,
    Readiness,
    Release,
    RoleSpec,
    Security,
)
from interop.run.engine.container import Container
from interop.run.engine.docker import DockerEngine
from interop.run.engine.labels import ENGINE
from interop.run.engine.sdk import APIClient, connect

FOLDER = Path(__file__).parent / "banner_peer"


@dataclass(slots=True)
class Seen:
    """What was reported while something was prepared or started."""

    words: list[str] = field(default_factory=list)

    def __call__(self, subject: str, word: str) -> None:
        assert subject.startswith("banner@1")
        self.words.append(word)


def banner(mode: str = "", *, folder: Path = FOLDER, ready: Readiness | None = None) -> Candidate:
    """Return the peer in the configuration that `mode` names."""
    return Candidate(
        implementation=Implementation(
            name="banner",
            title="Banner",
            vendor="none",
            version_from=("dpkg-query", "--show", "--showformat=${Version}", "perl-base"),
            releases=(),
            roles=(),
            folder=folder,
            place=Place(folder / "implementation.yaml", 1),
        ),
        release=Release(version="1", name="bookworm", build={"DEBIAN": "bookworm"}),
        role=RoleSpec(
            suite="echo",
            role="server",
            ports={"greeting": 7},
            udp=("greeting",),
            ready=ready or Readiness(port="greeting", expect="220 "),
            security=Security(capabilities=("NET_BIND_SERVICE",), memory="48m", processes=30),
        ),
        configuration=Configuration(name=mode or "default", environment={"MODE": mode}),
    )


def idler() -> Candidate:
    """Return a party that serves nothing, as a client does that is driven by commands inside."""
    server = banner()
    role = replace(server.role, role="client", ports={}, udp=(), ready=None, command=("sleep", "600"))
    return replace(server, role=role)


def own_copy(folder: Path, *, dockerfile: str = "") -> Path:
    """Copy the peer's folder, so that its image is another one; with another Dockerfile if one is given."""
    shutil.copytree(FOLDER, folder)
    if dockerfile:
        (folder / "Dockerfile").write_text(dockerfile, encoding="utf-8")
    return folder


def start(engine: DockerEngine, candidate: Candidate, state: Path) -> Container:
    """Bring a candidate up with a state directory of its own."""
    state.mkdir(exist_ok=True)
    environment = {"INTEROP_HOSTNAME": "mail.interop.test"}
    return engine.start(candidate, state=state, environment=environment, progress=Seen())


@contextmanager
def asked_directly() -> Iterator[APIClient]:
    """Yield a client of the engine, to look behind the tested code's back."""
    client, _ = connect()
    try:
        yield client
    finally:
        client.close()


def left(engine: DockerEngine) -> list[str]:
    """Return the containers and networks that an engine object has made and that are still there."""
    label = {"label": f"{ENGINE}={engine.identity}"}
    with asked_directly() as client:
        containers = [item["Names"][0] for item in client.containers(all=True, filters=label)]
        return containers + [item["Name"] for item in client.networks(filters=label)]
