from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interop.errors import EngineError, PeerError
from interop.model.implementation import Readiness, Release
from interop.run.engine import Engine, Running, process
from interop.run.engine.child import ChildProcess, Prepared
from interop.run.engine.process import ProcessEngine
from tests.unit.run.engine.process_examples import SERVER, candidate, no_progress, wheel


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def engine() -> Iterator[ProcessEngine]:
    engine = ProcessEngine("r1")
    yield engine
    engine.close()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    state = tmp_path / "state" / "acme"
    state.mkdir(parents=True)
    return state


@pytest.fixture
def running(engine: ProcessEngine, state: Path, tmp_path: Path) -> Prepared:
    return engine.start(
        candidate(tmp_path / "acme"), state=state, environment={"MORE": "1"}, progress=no_progress
    )


def say(running: Prepared, what: bytes) -> None:
    with socket.create_connection(running.address("no-ehlo"), timeout=5) as connection:
        assert connection.recv(100) == b"220 hello\r\n"
        connection.sendall(what)
        connection.settimeout(5)
        connection.recv(1)


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_classes_are_what_the_protocols_ask_for(engine: ProcessEngine, running: Prepared) -> None:
    an_engine: Engine = engine
    a_running: Running = running
    assert an_engine.name == "process"
    assert a_running.inside == str(running.state)
    assert engine.describe().startswith("processes of CPython 3.")
    assert engine.gateway() == "127.0.0.1"


def test_a_party_serves_where_it_was_told_to(running: Prepared) -> None:
    say(running, b"NOOP\r\n")
    assert running.exited() is None
    assert "configuration hardened strict" in running.logs()
    assert running.execute(["sh", "-c", "echo $INTEROP_STATE $MORE $INTEROP_RUN"]).stdout.split() == [
        str(running.state).encode(),
        b"1",
        b"r1",
    ]
    with pytest.raises(KeyError):
        running.address("smtp")


def test_a_party_is_what_really_runs(engine: ProcessEngine, state: Path, tmp_path: Path) -> None:
    acme = candidate(
        tmp_path / "acme",
        release=Release(version="1", name="trixie", pypi=wheel(tmp_path, "1.0.7")),
        version_from=("python3", "-c", "import acme_demo; print(acme_demo.VERSION)"),
    )
    party = engine.start(acme, state=state, environment={}, progress=no_progress).party
    assert (party.key, party.version, party.release, party.role) == (
        "acme@1+hardened",
        "1.0.7",
        "trixie",
        "server",
    )
    assert party.configuration_title == "strict HELO"
    assert party.digest.startswith("sha256:")
    assert party.configuration_hash.startswith("sha256:")


def test_a_version_that_is_not_told_is_said(engine: ProcessEngine, state: Path, tmp_path: Path) -> None:
    acme = candidate(tmp_path / "acme", version_from=("python3", "-c", "import sys; sys.exit('no idea')"))
    with pytest.raises(
        PeerError, match=r"acme@1.0.hardened does not tell its version: .* status 1 and said 'no idea'"
    ):
        engine.start(acme, state=state, environment={}, progress=no_progress)


def test_the_log_is_told_from_a_moment_on(running: Prepared) -> None:
    say(running, b"FIRST\r\n")
    wait_for(lambda: "heard FIRST" in running.logs())
    time.sleep(0.05)
    running.exited()
    moment = time.time()
    assert running.logs(moment) == ""
    say(running, b"SECOND\r\n")
    wait_for(lambda: "heard SECOND" in running.logs(moment))
    assert "FIRST" not in running.logs(moment)
    assert "FIRST" in running.logs()


def test_only_the_end_of_a_long_log_is_told(engine: ProcessEngine, state: Path, tmp_path: Path) -> None:
    server = "print('x' * 300_000 + 'the end')\n" + SERVER
    running = engine.start(
        candidate(tmp_path / "acme", server=server), state=state, environment={}, progress=no_progress
    )
    assert len(running.logs()) == 256 * 1024
    assert "the end\n" in running.logs()


def test_a_party_that_falls_is_said_to_have_ended(running: Prepared) -> None:
    say(running, b"FALL\r\n")
    wait_for(running.exited)
    assert str(running.exited()) == "exited with status 3"
    assert "heard FALL" in running.logs()


def test_a_signal_is_told_as_a_shell_does(running: Prepared) -> None:
    assert isinstance(running, ChildProcess)
    os.kill(running._process.pid, signal.SIGKILL)
    wait_for(running.exited)
    assert str(running.exited()) == "exited with status 137"


def test_a_paused_party_keeps_its_connections_and_is_silent(
    running: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interop.run.engine.child.GRACE", 60.0)
    running.pause()
    with socket.create_connection(running.address("no-ehlo"), timeout=5) as connection:
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        running.resume()
        connection.settimeout(5)
        assert connection.recv(100) == b"220 hello\r\n"
        connection.sendall(b"BYE")
    running.pause()
    begun = time.monotonic()
    running.stop()
    assert time.monotonic() - begun < 30


def test_stop_takes_the_whole_group_down(engine: ProcessEngine, state: Path, tmp_path: Path) -> None:
    running = engine.start(
        candidate(tmp_path / "acme", "--child"), state=state, environment={}, progress=no_progress
    )
    child = int(running.logs().split()[1])
    assert alive(child)
    running.stop()
    running.stop()
    wait_for(lambda: not alive(child))
    assert running.exited() is not None
    assert list(state.parent.iterdir()) == [state]


def test_a_party_that_ignores_sigterm_is_killed(
    engine: ProcessEngine, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interop.run.engine.child.GRACE", 0.1)
    server = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SERVER
    running = engine.start(
        candidate(tmp_path / "acme", server=server), state=state, environment={}, progress=no_progress
    )
    running.stop()
    assert str(running.exited()) == "exited with status 137"


def test_a_command_that_overruns_is_ended_with_all_that_it_started(running: Prepared) -> None:
    done = running.execute(["sh", "-c", "echo begun; sleep 600 & echo $!; wait"], timeout=1)
    begun, child = done.stdout.split()
    assert (done.timed_out, begun, done.code) == (True, b"begun", 137)
    wait_for(lambda: not alive(int(child)))


def test_a_command_that_is_not_there_answers_as_a_shell_does(running: Prepared) -> None:
    done = running.execute(["not-there-at-all"])
    assert (done.code, done.stderr) == (127, b"not-there-at-all: No such file or directory")


def test_a_party_that_ends_before_it_is_ready_says_so_at_once(
    engine: ProcessEngine, state: Path, tmp_path: Path
) -> None:
    acme = candidate(tmp_path / "acme", server="import sys; print('no luck today'); sys.exit(5)")
    begun = time.monotonic()
    with pytest.raises(
        PeerError, match=r"exited with status 5 before it was ready; its log ends with 'no luck today'"
    ) as caught:
        engine.start(acme, state=state, environment={}, progress=no_progress)
    assert time.monotonic() - begun < 5
    assert caught.value.log == "no luck today\n"
    assert list(state.parent.iterdir()) == [state]


def test_a_party_that_is_never_ready_is_taken_down(
    engine: ProcessEngine, state: Path, tmp_path: Path
) -> None:
    ready = Readiness(port="no-ehlo", expect="250 ", timeout=2)
    acme = candidate(tmp_path / "acme", "--child", ready=ready)
    with pytest.raises(
        PeerError, match=r"was not ready within 2 s: port no-ehlo .*; its log ends with"
    ) as caught:
        engine.start(acme, state=state, environment={}, progress=no_progress)
    wait_for(lambda: not alive(int(caught.value.log.split()[1])))


def test_a_command_that_cannot_be_run_is_said(engine: ProcessEngine, state: Path, tmp_path: Path) -> None:
    acme = candidate(tmp_path / "acme", process=("not-there-at-all",))
    with pytest.raises(
        PeerError, match=r"acme@1.0.hardened cannot be started: No such file or directory: not-there-at-all"
    ):
        engine.start(acme, state=state, environment={}, progress=no_progress)


def test_a_port_that_was_taken_meanwhile_is_chosen_anew(
    engine: ProcessEngine, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = process._free_ports
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = [{"no-ehlo": taken.getsockname()[1]}] * 2
        monkeypatch.setattr(process, "_free_ports", lambda names: ports.pop() if ports else free(names))
        # What has taken the port is silent, so that only the party's end tells.
        running = engine.start(
            candidate(tmp_path / "acme"), state=state, environment={}, progress=no_progress
        )
    assert ports == []
    say(running, b"NOOP\r\n")


def test_ports_differ_even_when_many_are_asked_for() -> None:
    ports = process._free_ports([str(number) for number in range(100)])
    assert len(set(ports.values())) == 100


def test_what_it_cannot_run_it_says(engine: ProcessEngine, tmp_path: Path) -> None:
    assert engine.cannot_run(candidate(tmp_path)) == ""
    built = Release(version="3", build={"DEBIAN": "trixie"})
    said = "acme 3 is no PyPI package, and needs a container engine"
    assert engine.cannot_run(candidate(tmp_path, release=built)) == said
    assert engine.cannot_run(candidate(tmp_path, release=Release(version="3", image="acme@sha256:1"))) == said
    said = "acme names no command by which it runs without a container as smtp.server"
    assert engine.cannot_run(candidate(tmp_path, process=())) == said
    assert engine.cannot_run(candidate(tmp_path, process=(), driven="process")) == ""


def test_a_client_that_is_driven_has_only_its_environment(
    engine: ProcessEngine, state: Path, tmp_path: Path
) -> None:
    client = candidate(tmp_path / "acme", process=(), driven="process", ports={})
    running = engine.start(client, state=state, environment={}, progress=no_progress)
    assert running.interpreter == Path(sys.executable)
    assert (running.exited(), running.logs()) == (None, "")
    assert running.execute(["python3", "-c", "print(1)"]).stdout == b"1\n"
    running.pause()
    running.resume()
    running.stop()
    with pytest.raises(KeyError):
        running.address("smtp")


def test_close_takes_everything_down(state: Path, tmp_path: Path) -> None:
    engine = ProcessEngine("r1")
    running = engine.start(
        candidate(tmp_path / "acme", "--child"), state=state, environment={}, progress=no_progress
    )
    child = int(running.logs().split()[1])
    engine.close()
    engine.close()
    assert running.exited() is not None
    wait_for(lambda: not alive(child))
    with pytest.raises(EngineError, match="this engine is closed"):
        engine.start(candidate(tmp_path / "acme"), state=state, environment={}, progress=no_progress)


def test_a_party_that_comes_up_while_the_engine_closes_is_taken_down(state: Path, tmp_path: Path) -> None:
    engine = ProcessEngine("r1")
    acme = candidate(tmp_path / "acme", server="import time; time.sleep(600)")

    def close(_: str, what: str) -> None:
        if what == "waiting until it is ready":
            engine.close()

    with pytest.raises(PeerError, match="before it was ready"):
        engine.start(acme, state=state, environment={}, progress=close)
    assert list(state.parent.iterdir()) == [state]


HARNESS = """\
import os, sys, time
from pathlib import Path
from interop.run.engine.process import ProcessEngine
from tests.unit.run.engine.process_examples import candidate, no_progress
root = Path(sys.argv[1])
engine = ProcessEngine("r1", keep=len(sys.argv) > 2)
(root / "s").mkdir()
acme = candidate(root / "acme", "--child")
running = engine.start(acme, state=root / "s", environment={}, progress=no_progress)
print(running._process.pid, running.logs().split()[1], flush=True)
if len(sys.argv) > 2:
    running.stop()
    engine.close()
os.kill(os.getpid(), 9)
"""


def killed_harness(tmp_path: Path, *more: str) -> list[int]:
    done = subprocess.run(
        [sys.executable, "-c", HARNESS, str(tmp_path), *more],
        cwd=Path(__file__).parents[4],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == -9
    return [int(pid) for pid in done.stdout.split()]


def test_nothing_is_left_when_the_harness_is_killed(tmp_path: Path) -> None:
    party, child = killed_harness(tmp_path)
    wait_for(lambda: not alive(party) and not alive(child))


def test_a_party_that_is_kept_outlives_its_harness(engine: ProcessEngine, tmp_path: Path) -> None:
    group = killed_harness(tmp_path, "keep")
    try:
        assert not {f"process {pid}" for pid in group} & set(engine.sweep())
        assert all(alive(pid) for pid in group)
    finally:
        os.killpg(group[0], signal.SIGKILL)


def test_what_a_killed_harness_left_is_swept(engine: ProcessEngine) -> None:
    mark = {
        **os.environ,
        "INTEROP_OWNER": f"{os.getpid()} 1",
    }  # this process's number, of another process once
    left = subprocess.Popen(["sleep", "600"], env=mark)
    assert f"process {left.pid}" in engine.sweep()
    assert left.wait(10) == -signal.SIGKILL


def test_what_still_has_its_harness_is_not_swept(engine: ProcessEngine, running: Prepared) -> None:
    assert isinstance(running, ChildProcess)
    assert f"process {running._process.pid}" not in engine.sweep()
    assert running.exited() is None
