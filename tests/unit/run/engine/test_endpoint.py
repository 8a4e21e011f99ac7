"""Where an engine is looked for."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from interop.errors import EngineError
from interop.run.engine.endpoint import Endpoint, endpoints


def write_context(home: Path, name: str, meta: object) -> Path:
    key = hashlib.sha256(name.encode()).hexdigest()
    file = home / ".docker/contexts/meta" / key / "meta.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(meta), encoding="utf-8")
    return home / ".docker/contexts/tls" / key / "docker"


def test_the_usual_sockets_are_looked_at_in_order(tmp_path: Path) -> None:
    found = endpoints({"XDG_RUNTIME_DIR": "/run/user/7"}, tmp_path)
    assert [str(item.socket) for item in found] == [
        "/var/run/docker.sock",
        "/run/user/7/docker.sock",
        "/run/user/7/podman/podman.sock",
        "/run/podman/podman.sock",
    ]
    assert {item.remote for item in found} == {""}


def test_docker_host_is_the_only_answer_when_it_is_set(tmp_path: Path) -> None:
    environment = {"DOCKER_HOST": "tcp://lab:2376", "DOCKER_TLS_VERIFY": "1", "DOCKER_CONTEXT": "other"}
    (found,) = endpoints(environment, tmp_path)
    assert (found.url, found.remote, found.verify) == ("tcp://lab:2376", "lab", True)
    assert found.certificates == tmp_path / ".docker"
    (named,) = endpoints({**environment, "DOCKER_CERT_PATH": "/certs"}, tmp_path)
    assert named.certificates == Path("/certs")


def test_a_connection_without_tls_has_no_certificates(tmp_path: Path) -> None:
    (found,) = endpoints({"DOCKER_HOST": "tcp://127.0.0.1:2375"}, tmp_path)
    assert found.certificates is None
    assert found.remote == "", "loopback is this machine"


def test_a_host_that_is_no_address_is_refused_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="DOCKER_HOST is 'lab', which names no engine") as caught:
        endpoints({"DOCKER_HOST": "lab"}, tmp_path)
    assert "ssh://host" in caught.value.hint


def test_the_current_context_is_honoured(tmp_path: Path) -> None:
    certificates = write_context(
        tmp_path, "lab", {"Endpoints": {"docker": {"Host": "ssh://me@lab", "SkipTLSVerify": True}}}
    )
    certificates.mkdir(parents=True)
    (tmp_path / ".docker/config.json").write_text('{"currentContext": "lab"}', encoding="utf-8")
    (found,) = endpoints({}, tmp_path)
    assert (found.url, found.remote, found.verify) == ("ssh://me@lab", "lab", False)
    assert found.certificates == certificates
    assert str(found) == "ssh://me@lab (the Docker context 'lab')"


def test_the_default_context_means_the_usual_sockets(tmp_path: Path) -> None:
    assert len(endpoints({"DOCKER_CONTEXT": "default"}, tmp_path)) == 4


def test_a_context_that_is_not_there_is_named_with_its_file(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="the Docker context 'gone' cannot be read") as caught:
        endpoints({"DOCKER_CONTEXT": "gone"}, tmp_path)
    assert str(caught.value).startswith(str(tmp_path))
    write_context(tmp_path, "odd", {"Endpoints": []})
    with pytest.raises(EngineError, match="'odd' cannot be read"):
        endpoints({"DOCKER_CONTEXT": "odd"}, tmp_path)


def test_settings_that_are_no_json_are_named_with_their_file(tmp_path: Path) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text("{", encoding="utf-8")
    with pytest.raises(EngineError, match=r"config\.json: Docker's settings cannot be read"):
        endpoints({}, tmp_path)


@pytest.mark.parametrize(
    ("url", "remote"),
    [
        ("unix:///var/run/docker.sock", ""),
        ("tcp://localhost:2375", ""),
        ("ssh://root@192.0.2.7:2222", "192.0.2.7"),
        ("tcp://[2001:db8::1]:2375", "2001:db8::1"),
    ],
)
def test_an_engine_is_remote_when_its_loopback_is_not_ours(url: str, remote: str) -> None:
    assert Endpoint(url=url, source="").remote == remote
