"""The engine over a real Docker (or whatever DOCKER_HOST names), with a peer of a few lines of Perl."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from interop.errors import EngineError, ImageError, PeerError
from interop.model.implementation import Readiness
from interop.run.engine.build_context import recipe
from interop.run.engine.container import Container
from interop.run.engine.docker import DockerEngine
from interop.run.engine.images import list_images, remove_images
from interop.run.engine.labels import ENGINE, remove_all_labelled
from tests.containers.banner import Seen, asked_directly, banner, idler, left, own_copy, start

pytestmark = pytest.mark.containers

RUN = f"test-{os.getpid()}"


@pytest.fixture
def engine() -> Iterator[DockerEngine]:
    engine = DockerEngine(run_id=RUN)
    yield engine
    engine.close()
    assert left(engine) == []


@pytest.fixture(scope="module")
def shared() -> Iterator[DockerEngine]:
    engine = DockerEngine(run_id=RUN)
    yield engine
    engine.close()
    assert left(engine) == []


@pytest.fixture(scope="module")
def server(shared: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Container:
    """Return a party that the tests only look at."""
    return start(shared, banner(), tmp_path_factory.mktemp("server"))


class InterruptedWaitError(Exception):
    """What a scenario's deadline raises, wherever the main thread is."""


def greeting(address: tuple[str, int]) -> bytes:
    with socket.create_connection(address, timeout=2) as connection:
        return connection.recv(100)


def test_a_started_party_says_what_it_is_and_serves_where_it_says(server: Container) -> None:
    party = server.party
    assert party.key == "banner@1"
    assert party.version.startswith("5.36.0-")
    assert party.release == "bookworm"
    assert party.digest.startswith("sha256:")
    assert party.configuration_hash.startswith("sha256:")
    assert party.engine.startswith(("Docker ", "Podman "))
    assert server.address("greeting")[0] == "127.0.0.1"
    assert greeting(server.address("greeting")) == b"220 mail.interop.test banner\r\n"
    with pytest.raises(KeyError):
        server.address("smtp")


def test_a_port_that_speaks_udp_too_has_one_number(server: Container) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.settimeout(2)
        datagrams.sendto(b"you", server.address("greeting"))
        assert datagrams.recv(100) == b"heard you"


def test_the_state_directory_is_the_same_on_both_sides(server: Container) -> None:
    (server.state / "question").write_text("from outside")
    done = server.execute(["sh", "-c", f"cat {server.inside}/question; echo inside >{server.inside}/answer"])
    assert done.stdout == b"from outside"
    assert (server.state / "answer").read_text() == "inside\n"


def test_a_command_inside_says_all_it_has_to_say(server: Container) -> None:
    done = server.execute(["sh", "-c", "echo out; echo err >&2; exit 3"])
    assert (done.code, done.stdout, done.stderr, done.timed_out) == (3, b"out\n", b"err\n", False)
    large = server.execute(["perl", "-e", "print 'x' x 3_000_000"])
    assert large.stdout == b"x" * 3_000_000
    assert server.execute(["no-such-program"]).code == 127


def test_commands_share_one_shell_that_takes_every_argument_as_it_is(server: Container) -> None:
    words = [bytes(range(1, 256)).decode("utf-8", "surrogateescape"), "two\nlines\n", "'$(x)`y`\\", "", "é"]
    for word in words:
        done = server.execute(["printf", "%s.", word])
        assert (done.code, done.stderr) == (0, b"")
        assert done.stdout == word.encode("utf-8", "surrogateescape") + b"."
    assert server.execute(["cat"]).stdout == b"", "its input is empty"
    with asked_directly() as client:
        assert len(client.inspect_container(server.identity)["ExecIDs"]) == 1


def test_commands_of_several_threads_wait_for_nobody(server: Container) -> None:
    meet = "touch /tmp/met-$0; until [ $(ls /tmp/met-* | wc -l) = 4 ]; do sleep 0.02; done; echo $0"
    with ThreadPoolExecutor() as pool:
        said = list(pool.map(lambda n: server.execute(["sh", "-c", meet, n]), "abcd"))
    assert [each.stdout for each in said] == [b"a\n", b"b\n", b"c\n", b"d\n"]


def test_a_wait_that_is_interrupted_leaves_nothing_for_the_next_command(server: Container) -> None:
    def interrupt(*_: object) -> None:
        raise InterruptedWaitError

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(InterruptedWaitError):
            server.execute(["sh", "-c", "sleep 1; echo late"])
    finally:
        signal.signal(signal.SIGALRM, before)
    assert server.execute(["echo", "mine"]).stdout == b"mine\n"


def test_a_shell_that_is_killed_is_started_again(server: Container) -> None:
    done = server.execute(["sh", "-c", "echo begun; kill -9 $(cut -d' ' -f4 /proc/$PPID/stat); sleep 0.2"])
    assert (done.code, done.timed_out) == (137, False)
    assert server.execute(["echo", "again"]).stdout == b"again\n"


def test_what_a_command_prints_has_a_limit(server: Container) -> None:
    with pytest.raises(EngineError, match="prints more than 64 MiB"):
        server.execute(["sh", "-c", "exec cat /dev/zero"])
    assert server.execute(["echo", "again"]).stdout == b"again\n"


def test_without_timeout_in_the_image_the_engine_runs_the_command(
    engine: DockerEngine, tmp_path: Path
) -> None:
    party = start(engine, banner(), tmp_path / "state")
    with asked_directly() as client:
        made = client.exec_create(party.identity, ["rm", "/usr/bin/timeout"], user="0", privileged=True)
        client.exec_start(made["Id"])
    assert party.execute(["echo", "here"]).stdout == b"here\n"


def test_a_command_that_overruns_its_time_is_ended_with_its_children(server: Container) -> None:
    began = time.monotonic()
    done = server.execute(["sh", "-c", "echo begun; sleep 301 & exec sleep 302"], timeout=0.5)
    assert done.timed_out
    assert done.stdout == b"begun\n"
    assert time.monotonic() - began < 2.5
    running = server.execute(["sh", "-c", "cat /proc/[0-9]*/stat | grep -c '(sleep) [RS]'"])
    assert running.stdout == b"0\n"


def test_whether_it_runs_costs_no_call(server: Container) -> None:
    began = time.monotonic()
    assert not any(server.exited() for _ in range(10_000))
    assert time.monotonic() - began < 0.5


def test_the_log_is_told_since_a_time(server: Container) -> None:
    assert server.logs() == "serving 7 as default\n"
    assert server.logs(time.time()) == ""


def test_a_paused_party_answers_nothing_and_goes_on_later(server: Container) -> None:
    server.pause()
    server.pause()
    with socket.create_connection(server.address("greeting"), timeout=2) as connection:
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(10)
        server.resume()
        server.resume()
        connection.settimeout(2)
        assert connection.recv(10).startswith(b"220")


def test_a_party_is_allowed_little(server: Container) -> None:
    status = server.execute(["cat", "/proc/self/status"]).stdout.decode()
    assert "CapBnd:\t0000000000000400\n" in status, "NET_BIND_SERVICE and nothing else"
    assert "NoNewPrivs:\t1\n" in status
    too_many = server.execute(["perl", "-e", "for (1..40) { defined fork or exit 9 } sleep 1"], timeout=5)
    assert too_many.code != 0


def test_a_party_has_no_way_out_and_look_ups_fail_at_once(server: Container) -> None:
    try:
        outside = socket.gethostbyname("deb.debian.org")
        socket.create_connection((outside, 80), timeout=5).close()
    except OSError:
        pytest.skip("this machine has no way out itself")
    began = time.monotonic()
    assert server.execute(["getent", "hosts", "deb.debian.org"]).code != 0
    assert time.monotonic() - began < 3
    knock = [
        "bash",
        "-c",
        f"exec 3<>/dev/tcp/{outside}/80 && printf 'HEAD / HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3",
    ]
    done = server.execute(knock, timeout=3)
    assert done.code != 0
    assert done.stdout == b""


def test_a_party_reaches_a_listener_at_the_gateway_by_name(shared: DockerEngine, tmp_path: Path) -> None:
    client = start(shared, idler(), tmp_path / "state")
    with socket.create_server((shared.gateway(), 0)) as listener:
        port = listener.getsockname()[1]
        for name in ("mail.interop.test", "host.interop.test"):
            done = client.execute(["bash", "-c", f"exec 3<>/dev/tcp/{name}/{port}"], timeout=3)
            assert done.code == 0, done.stderr
    client.stop()


def test_a_party_that_ends_at_start_is_reported_at_once_with_its_log(
    engine: DockerEngine, tmp_path: Path
) -> None:
    engine.prepare(banner(), Seen())
    began = time.monotonic()
    with pytest.raises(PeerError) as caught:
        start(engine, banner("stillborn"), tmp_path / "state")
    assert time.monotonic() - began < 10, "far less than the 60 s of its readiness"
    assert "banner@1+stillborn exited with status 3 before it was ready" in str(caught.value)
    assert "no such spool /var/spool/banner" in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert "serving 7 as stillborn" in caught.value.log
    assert [name for name in left(engine) if "banner" in name] == []


@pytest.mark.parametrize(
    ("mode", "how"), [("mute", "said nothing instead of '220 '"), ("rude", "closed at once")]
)
def test_a_party_that_is_never_ready_is_reported_with_the_last_probe(
    engine: DockerEngine, tmp_path: Path, mode: str, how: str
) -> None:
    candidate = banner(mode, ready=Readiness(port="greeting", expect="220 ", timeout=1))
    began = time.monotonic()
    with pytest.raises(PeerError, match="was not ready within 1 s: port greeting") as caught:
        start(engine, candidate, tmp_path / "state")
    assert how in str(caught.value)
    assert time.monotonic() - began < 6
    assert [name for name in left(engine) if "banner" in name] == []


def test_a_line_of_the_log_is_readiness_too(engine: DockerEngine, tmp_path: Path) -> None:
    party = start(engine, banner(ready=Readiness(log="serving 7")), tmp_path / "state")
    assert "serving 7" in party.logs()


def test_a_killed_party_is_noticed_within_half_a_second(engine: DockerEngine, tmp_path: Path) -> None:
    party = start(engine, banner(), tmp_path / "state")
    with asked_directly() as client:
        (container,) = client.containers(filters={"label": f"{ENGINE}={engine.identity}"})
        client.kill(container["Id"])
    killed = time.monotonic()
    while party.exited() is None:
        assert time.monotonic() - killed < 0.5
        time.sleep(0.005)
    assert str(party.exited()) == "exited with status 137"
    with pytest.raises(EngineError):
        party.execute(["true"])


def test_a_party_that_wants_too_much_memory_is_told_apart(engine: DockerEngine, tmp_path: Path) -> None:
    candidate = banner(ready=Readiness(log="serving"))
    greedy = ("perl", "-e", "$| = 1; print qq(serving\\n); sleep 1; $x .= 'x' x 1_000_000 while 1;")
    object.__setattr__(candidate.role, "command", greedy)
    party = start(engine, candidate, tmp_path / "state")
    began = time.monotonic()
    while party.exited() is None:
        assert time.monotonic() - began < 10
        time.sleep(0.01)
    assert str(party.exited()) == "was killed for want of memory"


def test_stop_leaves_nothing_and_may_be_called_twice(engine: DockerEngine, tmp_path: Path) -> None:
    party = start(engine, banner(), tmp_path / "state")
    party.pause()
    party.stop()
    party.stop()
    assert [name for name in left(engine) if "banner" in name] == []
    assert party.logs() == ""
    engine.close()
    engine.close()
    assert left(engine) == []
    with pytest.raises(EngineError, match="closed"):
        start(engine, banner(), tmp_path / "state")


def test_what_is_to_be_kept_stays_until_all_is_removed(tmp_path: Path) -> None:
    engine = DockerEngine(run_id=RUN, keep=True)
    start(engine, banner(), tmp_path / "state").stop()
    engine.close()
    kept = left(engine)
    assert len(kept) == 2
    engine.sweep()  # an earlier run that was killed may have left something: that goes, and this stays
    assert left(engine) == kept
    with asked_directly() as client:
        assert len(remove_all_labelled(client, f"{ENGINE}={engine.identity}")) == 2
    assert left(engine) == []


def test_four_start_at_the_same_time(engine: DockerEngine, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        parties = list(pool.map(lambda n: start(engine, banner(), tmp_path / f"state{n}"), range(4)))
    addresses = {party.address("greeting") for party in parties}
    assert len(addresses) == 4
    assert all(greeting(address).startswith(b"220") for address in addresses)


def test_closing_takes_down_what_is_just_starting(engine: DockerEngine, tmp_path: Path) -> None:
    candidate = banner("mute", ready=Readiness(port="greeting", expect="220 ", timeout=30))
    engine.prepare(candidate, Seen())
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(start, engine, candidate, tmp_path / "state")
        while not any("banner" in name for name in left(engine)):
            time.sleep(0.05)
        engine.close()
        with pytest.raises(EngineError):
            starting.result(timeout=10)
    assert left(engine) == []


CHILD = """
import pathlib, sys, time
from interop.run.engine.docker import DockerEngine
from tests.containers.banner import banner, start
engine = DockerEngine(run_id=sys.argv[1])
start(engine, banner(), pathlib.Path(sys.argv[2]))
print(engine.identity, flush=True)
time.sleep(60)
"""


def test_a_killed_run_is_swept_and_a_living_one_is_not(engine: DockerEngine, tmp_path: Path) -> None:
    mine = start(engine, banner(), tmp_path / "mine")
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, f"{RUN}-child", str(tmp_path / "child")],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as child:
        assert child.stdout is not None
        identity = child.stdout.readline().strip()
        assert not [name for name in engine.sweep() if identity in name], "its process lives"
        child.send_signal(signal.SIGKILL)
    swept = engine.sweep()
    assert f"network interop-{RUN}-child-{identity}" in swept
    assert sum("banner" in name for name in swept) == 1
    with asked_directly() as client:
        assert client.containers(all=True, filters={"label": f"{ENGINE}={identity}"}) == []
        assert client.networks(filters={"label": f"{ENGINE}={identity}"}) == []
    assert greeting(mine.address("greeting")).startswith(b"220")


def test_what_is_at_hand_is_not_built_again(engine: DockerEngine) -> None:
    engine.prepare(banner(), Seen())
    seen = Seen()
    began = time.monotonic()
    engine.prepare(banner(), seen)
    engine.prepare(banner("another-configuration"), seen)
    assert seen.words == []
    assert time.monotonic() - began < 1


def test_one_image_is_built_once_whoever_asks(tmp_path: Path) -> None:
    folder = own_copy(tmp_path / "peer")
    (folder / "serve").write_text(f"#!/bin/sh\n# {tmp_path} {time.time()}\nexec sleep 60\n")
    candidate = banner(folder=folder)
    engines = [DockerEngine(run_id=RUN) for _ in range(3)]
    seen = [Seen() for _ in engines]
    threads = [
        threading.Thread(target=engine.prepare, args=(candidate, words))
        for engine, words in zip(engines, seen, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    built = [words.words for words in seen if any(word.startswith("step 3/6: COPY") for word in words.words)]
    assert len(built) == 1
    with asked_directly() as client:
        tag = recipe(candidate).tag
        assert tag in [image.tag for image in list_images(client)]
        assert remove_images(client, [tag]) == [tag]
    for engine in engines:
        engine.close()


def test_a_failing_build_names_the_step_its_line_and_the_end_of_its_log(
    engine: DockerEngine, tmp_path: Path
) -> None:
    step = "RUN echo before && \\\n    sh -c 'echo E: no package; exit 7'\n"
    dockerfile = f"FROM debian:bookworm-slim\nARG DEBIAN\n\n{step}"
    folder = own_copy(tmp_path / "peer", dockerfile=dockerfile)
    with pytest.raises(ImageError) as caught:
        engine.prepare(banner(folder=folder), Seen())
    message = str(caught.value)
    assert message.startswith(f"{folder / 'Dockerfile'}:4: the image of banner@1 cannot be built")
    assert "`RUN echo before" in message
    assert "returned a non-zero code: 7" in message
    assert "\n    E: no package\n" in message


def test_the_policy_never_neither_builds_nor_pulls(tmp_path: Path) -> None:
    engine = DockerEngine(run_id=RUN, pull="never")
    folder = own_copy(tmp_path / "peer")
    (folder / "serve").write_text(f"#!/bin/sh\n# {tmp_path} {time.time()}\n")
    with pytest.raises(ImageError, match="the pull policy `never` forbids to build it"):
        engine.prepare(banner(folder=folder), Seen())
    engine.close()


ECHO = 'while read -r line; do echo "got $line"; echo "heard $line" >&2; [ "$line" != go ] || exit 7; done'


def test_a_program_inside_is_talked_with_and_says_how_it_ended(server: Container, tmp_path: Path) -> None:
    log = tmp_path / "stderr"
    program = server.open(["sh", "-c", ECHO], log=log, environment={})
    try:
        for line in ("one", "two", "go"):
            assert program.poll() is None
            program.write(memoryview(line.encode() + b"\n"))
            assert select.select([program.stdout], [], [], 10)[0]
            assert os.read(program.stdout, 100) == f"got {line}\n".encode()
        assert program.wait() == 7
        assert log.read_text() == "heard one\nheard two\nheard go\n"
    finally:
        program.close()


def test_a_program_inside_that_ignores_everything_is_killed_with_its_children(
    server: Container, tmp_path: Path
) -> None:
    stuck = "trap '' TERM HUP INT; sleep 987 & sleep 987"
    program = server.open(["sh", "-c", stuck], log=tmp_path / "stderr", environment={})
    program.close()
    assert program.poll() is not None
    running = server.execute(["sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"]).stdout
    assert b"sleep 987" not in running
