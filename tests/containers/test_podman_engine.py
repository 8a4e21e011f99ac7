"""The same engine over Podman's API socket, which the tests serve for themselves."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from interop.errors import EngineError, ImageError, PeerError
from interop.model.implementation import Readiness
from interop.run.engine.docker import DockerEngine
from interop.run.engine.endpoint import Endpoint
from interop.run.engine.install import find_engine, wait_for
from interop.run.engine.labels import ENGINE
from tests.containers.banner import Seen, asked_directly, banner, left, own_copy, start

pytestmark = [
    pytest.mark.containers,
    pytest.mark.skipif(shutil.which("podman") is None, reason="podman is not installed"),
]

BASE = "debian:bookworm-slim"


@pytest.fixture(scope="module")
def podman(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve Podman's API; give Podman the base image that Docker has, where it has none."""
    endpoint = Endpoint(url=f"unix://{tmp_path_factory.mktemp('podman')}/podman.sock", source="this test")
    if subprocess.run(["podman", "image", "exists", BASE], check=False).returncode and shutil.which("docker"):
        with subprocess.Popen(["docker", "save", BASE], stdout=subprocess.PIPE) as save:
            subprocess.run(
                ["podman", "load", "--quiet"], stdin=save.stdout, stdout=subprocess.DEVNULL, check=False
            )
    with subprocess.Popen(["podman", "system", "service", "--time=0", endpoint.url]) as service:
        wait_for(endpoint, ended=lambda: "" if service.poll() is None else "podman ended")
        yield endpoint.url
        service.terminate()


@pytest.fixture
def engine(podman: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[DockerEngine]:
    monkeypatch.setenv("DOCKER_HOST", podman)
    engine = DockerEngine(run_id=f"test-{os.getpid()}")
    yield engine
    engine.close()
    assert left(engine) == []


def test_podman_is_told_from_docker(engine: DockerEngine) -> None:
    assert engine.describe().startswith("Podman ")
    assert find_engine().name.startswith("Podman ")


def test_a_party_runs_in_podman_as_it_does_in_docker(engine: DockerEngine, tmp_path: Path) -> None:
    party = start(engine, banner(), tmp_path / "state")
    assert party.party.version.startswith("5.36.0-")
    assert party.party.engine.startswith("Podman ")
    with socket.create_connection(party.address("greeting"), timeout=2) as connection:
        assert connection.recv(100) == b"220 mail.interop.test banner\r\n"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.settimeout(2)
        datagrams.sendto(b"you", party.address("greeting"))
        assert datagrams.recv(100) == b"heard you"
    done = party.execute(["sh", "-c", f"echo out; echo err >&2; echo kept >{party.inside}/file; exit 3"])
    assert (done.code, done.stdout, done.stderr) == (3, b"out\n", b"err\n")
    assert (party.state / "file").read_text() == "kept\n"
    began = time.monotonic()
    assert party.execute(["sleep", "60"], timeout=0.5).timed_out
    assert time.monotonic() - began < 2.5
    assert b"CapBnd:\t0000000000000400\n" in party.execute(["cat", "/proc/self/status"]).stdout
    assert party.execute(["bash", "-c", "exec 3<>/dev/tcp/192.0.2.1/80"], timeout=2).code != 0
    assert party.logs() == "serving 7 as default\n"
    party.pause()
    party.stop()
    assert [name for name in left(engine) if "banner" in name] == []


def test_a_killed_party_is_noticed_in_podman(engine: DockerEngine, tmp_path: Path) -> None:
    party = start(engine, banner(), tmp_path / "state")
    assert party.exited() is None
    with asked_directly() as client:
        (container,) = client.containers(filters={"label": f"{ENGINE}={engine.identity}"})
        client.kill(container["Id"])
    killed = time.monotonic()
    while party.exited() is None:
        assert time.monotonic() - killed < 1
        time.sleep(0.005)
    assert str(party.exited()) == "exited with status 137"
    with pytest.raises(EngineError):
        party.execute(["true"])


def test_a_party_that_ends_at_start_is_reported_in_podman(engine: DockerEngine, tmp_path: Path) -> None:
    engine.prepare(banner(), Seen())
    began = time.monotonic()
    with pytest.raises(
        PeerError, match=r"exited with status 3 before it was ready; its log ends with .*no such spool"
    ):
        start(engine, banner("stillborn"), tmp_path / "state")
    assert time.monotonic() - began < 10


def test_a_party_that_is_never_ready_is_reported_in_podman(engine: DockerEngine, tmp_path: Path) -> None:
    candidate = banner("rude", ready=Readiness(port="greeting", expect="220 ", timeout=1))
    with pytest.raises(PeerError, match="was not ready within 1 s: port greeting"):
        start(engine, candidate, tmp_path / "state")


def test_a_failing_build_names_its_step_in_podman(engine: DockerEngine, tmp_path: Path) -> None:
    dockerfile = "ARG DEBIAN\nFROM debian:bookworm-slim\nRUN echo E: no package; exit 7\n"
    folder = own_copy(tmp_path / "peer", dockerfile=dockerfile)
    with pytest.raises(ImageError) as caught:
        engine.prepare(banner(folder=folder), Seen())
    assert str(caught.value).startswith(
        f"{folder / 'Dockerfile'}:3: the image of banner@1 cannot be built; `RUN echo"
    )
    assert "E: no package" in str(caught.value)
