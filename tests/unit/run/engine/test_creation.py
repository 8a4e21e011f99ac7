"""What a container is given."""

from __future__ import annotations

import io
import os
import socket
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from docker import APIClient

from interop.errors import EngineError
from interop.model.implementation import Candidate
from interop.run.engine import variable
from interop.run.engine.creation import Network, create, free_port, packed
from tests.unit.run.engine.candidates import tiny

NETWORK = Network(id="n", name="interop-net", gateway="172.30.0.1")


class Noting(APIClient):
    """A client that only notes what it is asked to create."""

    def __init__(self) -> None:
        super().__init__(base_url="tcp://192.0.2.1:1", version="1.41")
        self.asked: dict[str, Any] = {}
        self.archive = b""

    def create_container(self, image: str, **options: Any) -> dict[str, str]:  # type: ignore[override]
        self.asked = {"image": image, **options}
        return {"Id": "made"}

    def put_archive(self, _container: str, path: str, data: bytes) -> bool:  # type: ignore[override]
        assert path == "/"
        self.archive = data
        return True


def made(
    candidate: Candidate, state: Path, environment: Mapping[str, str] | None = None, *, remote: bool = False
) -> Noting:
    client = Noting()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(state.parent / "cache"))
        identity = create(
            client,
            candidate,
            image="interop/tiny:1",
            network=NETWORK,
            labels={"interop": "1"},
            state=state,
            environment=environment or {},
            remote=remote,
        )
    client.close()
    assert identity == "made"
    return client


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    (folder / "cert.pem").write_text("PEM")
    return folder


def test_a_party_is_told_where_its_things_are(tmp_path: Path, state: Path) -> None:
    asked = made(tiny(tmp_path / "peer"), state, {"INTEROP_HOSTNAME": "mail.interop.test", "MORE": "1"}).asked
    assert asked["environment"] == {
        "INTEROP_STATE": "/interop",
        "SSLKEYLOGFILE": "/interop/tls-keys.log",
        "INTEROP_CONFIGURATION": "default",
        "INTEROP_HOSTNAME": "mail.interop.test",
        "INTEROP_PORT_ECHO": "7",
        "INTEROP_PORT_NO_EHLO": "8",
        "MORE": "1",
    }
    assert asked["hostname"] == "mail.interop.test"
    assert asked["labels"] == {"interop": "1", "interop.peer": "tiny@1.2~rc1"}


def test_a_party_is_locked_in(tmp_path: Path, state: Path) -> None:
    host = made(tiny(tmp_path / "peer"), state).asked["host_config"]
    assert host["CapDrop"] == ["ALL"]
    assert "CapAdd" not in host
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert host["Memory"] == host["MemorySwap"] == 512 * 2**20
    assert host["PidsLimit"] == 256
    assert host["NanoCpus"] == min(2, os.cpu_count() or 1) * 10**9
    assert host["Init"] is True
    assert host["NetworkMode"] == "interop-net"
    resolver = next(bind.split(":")[0] for bind in host["Binds"] if "/etc/resolv.conf:ro" in bind)
    assert Path(resolver).read_text() == "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"


def test_ports_are_published_on_loopback_and_udp_shares_its_number(tmp_path: Path, state: Path) -> None:
    bindings = made(tiny(tmp_path / "peer"), state).asked["host_config"]["PortBindings"]
    (tcp,), (udp,), (other,) = bindings["7/tcp"], bindings["7/udp"], bindings["8/tcp"]
    assert {tcp["HostIp"], udp["HostIp"], other["HostIp"]} == {"127.0.0.1"}
    assert tcp["HostPort"] == udp["HostPort"] != ""
    assert other["HostPort"] == ""


def test_a_server_has_the_servers_name_and_a_client_finds_that_name_on_the_host(
    tmp_path: Path, state: Path
) -> None:
    environment = {"INTEROP_HOSTNAME": "mail.interop.test"}
    server = tiny(tmp_path / "peer")
    hosts = made(server, state, environment).asked["host_config"]["ExtraHosts"]
    assert hosts == ["host.interop.test:172.30.0.1"]
    object.__setattr__(server.role, "ports", {})
    asked = made(server, state, environment).asked
    assert asked["hostname"] == "tiny.interop.test"
    assert "mail.interop.test:172.30.0.1" in asked["host_config"]["ExtraHosts"]


def test_an_engine_on_another_machine_gets_a_copy_of_the_state(tmp_path: Path, state: Path) -> None:
    client = made(tiny(tmp_path / "peer"), state, remote=True)
    host = client.asked["host_config"]
    assert "Binds" not in host
    assert host["PortBindings"]["8/tcp"][0]["HostIp"] == "0.0.0.0"  # noqa: S104 - loopback there is not ours
    with tarfile.open(fileobj=io.BytesIO(client.archive)) as archive:
        assert archive.getnames() == ["interop", "interop/cert.pem"]


def test_an_engine_that_does_not_answer_is_said_in_a_sentence(tmp_path: Path, state: Path) -> None:
    class Silent(Noting):
        def create_container(self, _image: str, **_options: Any) -> dict[str, str]:  # type: ignore[override]
            raise OSError("gone")

    client = Silent()
    with pytest.raises(EngineError, match=r"could not be asked to make a container for tiny@1\.2~rc1: gone"):
        create(
            client,
            tiny(tmp_path / "peer"),
            image="i",
            network=NETWORK,
            labels={},
            state=state,
            environment={},
            remote=True,
        )
    client.close()


def test_a_ports_name_becomes_a_variable() -> None:
    assert variable("PORT", "no-ehlo") == "INTEROP_PORT_NO_EHLO"


def test_a_free_port_is_free_for_both() -> None:
    port = free_port()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
    ):
        stream.bind(("127.0.0.1", port))
        datagrams.bind(("127.0.0.1", port))


def test_a_packed_state_unpacks_at_the_root(state: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(packed(state))) as archive:
        assert "interop/cert.pem" in archive.getnames()
