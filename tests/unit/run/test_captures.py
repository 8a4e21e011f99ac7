"""Where captures end up, and what is said where there are none; engines are stand-ins."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interop.errors import EngineError
from interop.run.captures import Captures
from interop.run.engine import KEY_LOG
from interop.run.engine.capture import joined
from interop.run.provision import Provisioner
from tests.unit.test_plan import server


@dataclass(slots=True)
class Party:
    """As much of a running party as is asked for."""

    state: Path
    driven: str = "general"
    stopped: bool = False

    def stop(self) -> None:
        self.stopped = True

    @property
    def candidate(self) -> Any:
        return self

    @property
    def role(self) -> Any:
        return self

    @property
    def id(self) -> str:
        return "postfix@3.10.13"


@dataclass(slots=True)
class Engine:
    """Captures by writing a word when it is told to end."""

    refuses: bool = False
    asked: list[Path] = field(default_factory=list)

    def capture(self, running: Party, file: Path, progress: object) -> Any:
        del running, progress
        self.asked.append(file)
        if self.refuses:
            raise EngineError("processes are not captured.")
        return Recording(file)

    def prepare(self, candidate: object, progress: object) -> None:
        """Have nothing to prepare."""

    def start(self, candidate: object, *, state: Path, environment: object, progress: object) -> Any:
        del candidate, environment, progress
        (state / KEY_LOG).write_text("CLIENT_RANDOM 00 00\n")
        return Party(state)

    def close(self) -> None:
        """Have nothing to close."""


@dataclass(slots=True)
class Recording:
    file: Path

    def end(self) -> None:
        self.file.write_text("captured")


def captured(folder: Path, engine: Engine, *parties: Party) -> dict[str, str]:
    """Capture the parties, and return what is in the folder then."""
    captures = Captures(folder, lambda *_: None)
    for party in parties:
        captures.begin(engine, party)  # type: ignore[arg-type]  # stand-ins
    captures.close(folder / "none")
    return {file.name: file.read_text() for file in folder.iterdir()} if folder.is_dir() else {}


def test_each_time_a_party_comes_up_it_gets_a_file(tmp_path: Path) -> None:
    parties = Party(tmp_path / "1"), Party(tmp_path / "2")
    assert captured(tmp_path / "pcap", Engine(), *parties) == {
        "postfix@3.10.13.pcap": "captured",
        "postfix@3.10.13-2.pcap": "captured",
    }


def test_an_engine_that_cannot_capture_says_so_in_the_files_place(tmp_path: Path) -> None:
    assert captured(tmp_path / "pcap", Engine(refuses=True), Party(tmp_path)) == {
        "postfix@3.10.13.pcap.txt": "Not captured: processes are not captured.\n"
    }


def test_a_driver_process_is_not_captured(tmp_path: Path) -> None:
    engine = Engine()
    assert captured(tmp_path / "pcap", engine, Party(tmp_path, driven="process")) == {}
    assert engine.asked == []


def test_the_keys_of_several_processes_end_up_in_one_file(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / "keys").write_text(f"{number}\n")
        Captures(tmp_path / "pcap", lambda *_: None).close(tmp_path / "keys")
    assert (tmp_path / "pcap" / "tls-keys.log").read_text() == "1\n2\n"


def pcap(*seconds: int) -> bytes:
    header = b"\xd4\xc3\xb2\xa1" + bytes(20)
    return header + b"".join(struct.pack("<IIII", each, 0, 1, 1) + b"." for each in seconds)


def test_files_that_took_turns_are_joined_by_time() -> None:
    assert joined([pcap(5, 6), pcap(3, 4)]) == pcap(3, 4, 5, 6)
    assert joined([pcap(), pcap(3)]) == pcap(3)
    assert joined([]) == b""


def test_a_run_keeps_what_was_captured_and_the_keys_that_any_party_wrote_down(tmp_path: Path) -> None:
    captures = Captures(tmp_path / "pcap", lambda *_: None)
    candidate = server("postfix")
    run = Provisioner(Engine(), [candidate], progress=lambda *_: None, captures=captures)  # type: ignore[arg-type]
    party = run.acquire(candidate)
    assert run.key_log.read_text() == "CLIENT_RANDOM 00 00\n"
    assert run.key_log.samefile(party.state / KEY_LOG)
    run.close()
    assert not party.state.exists()
    found = {file.name: file.read_text() for file in (tmp_path / "pcap").iterdir()}
    assert found == {"postfix@3.10.13.pcap": "captured", KEY_LOG: "CLIENT_RANDOM 00 00\n"}
