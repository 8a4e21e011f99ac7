"""What is said where no engine answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from interop.errors import EngineError
from interop.run.engine import install
from interop.run.engine.endpoint import Endpoint
from interop.run.engine.install import EngineStatus, Machine, mend

PLAIN: dict[str, Any] = {"root": False, "systemd": True, "programs": frozenset({"apt-get"})}


@pytest.mark.parametrize(
    ("machine", "command"),
    [
        ({}, "`sudo apt-get install -y --no-install-recommends docker.io iptables mmdebstrap`"),
        ({"root": True}, "`apt-get install -y"),
        ({"programs": frozenset({"dockerd", "podman"})}, "`sudo systemctl start docker`"),
        ({"programs": frozenset({"dockerd"}), "systemd": False, "root": True}, "`sh -c 'dockerd >"),
        ({"programs": frozenset({"podman"})}, "`systemctl --user start podman.socket`"),
        (
            {"programs": frozenset({"podman"}), "systemd": False, "root": True},
            "`podman system service --time=0 unix:///run/podman/podman.sock &`",
        ),
        ({"forbidden": Path("/var/run/docker.sock")}, "`sudo usermod -aG docker $USER`"),
        ({"named": "DOCKER_HOST", "forbidden": None}, "It was named by DOCKER_HOST"),
        ({"programs": frozenset()}, "https://docs.docker.com/engine/install/"),
    ],
)
def test_the_exact_command_is_said(machine: dict[str, Any], command: str) -> None:
    assert command in mend(Machine(**(PLAIN | machine)))


def test_a_socket_that_nobody_serves_is_reported_with_what_named_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    status = install.find_engine()
    assert status.name == ""
    assert (
        status.why == "no container engine answers: unix:///nowhere/docker.sock (DOCKER_HOST) is not there."
    )
    assert status.mend.startswith("It was named by DOCKER_HOST")


def test_a_refused_connection_is_reported_by_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    assert "at tcp://127.0.0.1:1 (DOCKER_HOST): Connection refused." in install.find_engine().why


def test_an_address_that_names_no_engine_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "lab")
    status = install.find_engine()
    assert str(status).startswith("DOCKER_HOST is 'lab', which names no engine. Write it as")


def test_what_the_user_named_is_not_started_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    with pytest.raises(EngineError, match="Connection refused"):
        install.engine_up(install=True, progress=lambda _word: None)


def test_an_engine_that_answers_is_all_that_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    status = EngineStatus(name="Docker 1", where="here")
    monkeypatch.setattr(install, "find_engine", lambda: status)
    assert install.engine_up(install=False, progress=lambda _word: None) is status
    assert str(status) == "Docker 1 answers at here."


def test_a_daemon_that_ends_is_reported_with_the_end_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "dockerd"
    program.write_text('#!/bin/sh\necho "no cgroup mount for $2" >&2\nexit 4\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(install, "CGROUPS", Path("/"))
    endpoint = Endpoint(url=f"unix://{tmp_path}/docker.sock", source="a test")
    with pytest.raises(EngineError, match="dockerd ended with status 4 before it answered") as caught:
        install.start_daemon(endpoint, progress=lambda _word: None)
    assert f"no cgroup mount for {endpoint.url}" in str(caught.value)


def test_waiting_for_an_engine_ends_with_the_reason() -> None:
    endpoint = Endpoint(url="unix:///nowhere/docker.sock", source="a test")
    with pytest.raises(EngineError, match=r"did not answer within 0 s: /nowhere/docker\.sock is not there"):
        install.wait_for(endpoint, ended=lambda: "", timeout=0)


def test_a_failing_command_is_reported_with_what_it_printed() -> None:
    with pytest.raises(EngineError, match="ended with status 100:\n    E: locked"):
        install._run(["sh", "-c", "echo 'E: locked'; exit 100"], lambda _word: None)
    with pytest.raises(EngineError, match="cannot be run: No such file"):
        install._run(["no-such-program"], lambda _word: None)
