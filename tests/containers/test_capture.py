"""Captures of a real container's traffic."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from interop.run.captures import Captures
from interop.run.engine.docker import DockerEngine
from tests.containers.banner import banner, left, start

pytestmark = pytest.mark.containers


@pytest.fixture
def engine() -> Iterator[DockerEngine]:
    engine = DockerEngine(run_id=f"test-{os.getpid()}")
    yield engine
    engine.close()
    assert left(engine) == []


def packets(file: Path) -> list[bytes]:
    """Return the packets of a pcap file."""
    content = file.read_bytes()
    assert content[:4] == b"\xd4\xc3\xb2\xa1"
    found, at = [], 24
    while at < len(content):
        (size,) = struct.unpack_from("<I", content, at + 8)
        found.append(content[at + 16 : at + 16 + size])
        at += 16 + size
    return found


def test_what_passes_through_a_partys_network_is_in_its_file(engine: DockerEngine, tmp_path: Path) -> None:
    captures = Captures(tmp_path / "pcap", lambda *_: None)
    party = start(engine, banner(), tmp_path / "state")
    captures.begin(engine, party)
    with socket.create_connection(party.address("greeting"), timeout=5) as connection:
        greeting = connection.recv(100)
    assert greeting.startswith(b"220 ")
    captures.end(party.state)
    party.stop()
    assert any(greeting in packet for packet in packets(tmp_path / "pcap" / "banner@1.pcap"))


def test_a_party_that_is_brought_up_again_gets_another_file(engine: DockerEngine, tmp_path: Path) -> None:
    captures = Captures(tmp_path / "pcap", lambda *_: None)
    for name in ("one", "two"):
        captures.begin(engine, start(engine, banner(), tmp_path / name))
    keys = tmp_path / "keys"
    keys.write_text("CLIENT_RANDOM 00 00\n")
    captures.close(keys)
    names = sorted(file.name for file in (tmp_path / "pcap").iterdir())
    assert names == ["banner@1-2.pcap", "banner@1.pcap", "tls-keys.log"]


def test_a_party_that_is_gone_leaves_a_capture_all_the_same(engine: DockerEngine, tmp_path: Path) -> None:
    capture_of = start(engine, banner(), tmp_path / "state")
    capture = engine.capture(capture_of, tmp_path / "gone.pcap", lambda *_: None)
    capture_of.stop()
    capture.end()
    capture.end()
    assert packets(tmp_path / "gone.pcap") is not None
