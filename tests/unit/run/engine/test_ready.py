"""When a party counts as ready; the parties here are sockets on loopback."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from interop.model.implementation import Readiness
from interop.run.engine import ready
from interop.run.engine.ready import EndedError, NeverReadyError, Surroundings, wait


def seen(port: int = 0, log: str = "", ended: Callable[[], str] = lambda: "") -> Surroundings:
    return Surroundings(address=lambda _name: ("127.0.0.1", port), log=lambda: log, ended=ended)


@contextmanager
def served(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve every connection with `answer` until the test is over."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def readiness(expect: str = "220 ", timeout: float = 5, send: str = "") -> Readiness:
    return Readiness(port="smtp", expect=expect, timeout=timeout, send=send)


def say_nothing(connection: socket.socket) -> None:
    """Keep the connection until the other side ends it."""
    connection.recv(1)


def test_a_greeting_is_readiness_even_in_pieces() -> None:
    def slowly(connection: socket.socket) -> None:
        connection.sendall(b"22")
        time.sleep(0.05)
        connection.sendall(b"0 here\r\n")

    with served(slowly) as port:
        wait(readiness(), seen(port))


def test_what_is_closed_at_once_is_not_ready_however_often_it_is_accepted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ready, "SLICE", 5.0)
    with served(lambda _connection: None) as port, pytest.raises(NeverReadyError) as caught:
        wait(readiness(timeout=0.2), seen(port))
    assert str(caught.value) == f"port smtp (127.0.0.1:{port}): closed at once"


def test_a_connection_must_stay_open_where_no_text_is_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = ready.QUIET
    monkeypatch.setattr(ready, "QUIET", 5.0)
    with served(lambda _connection: None) as port, pytest.raises(NeverReadyError, match="closed at once"):
        wait(readiness(expect="", timeout=0.3), seen(port))
    monkeypatch.setattr(ready, "QUIET", quiet)
    with served(lambda _connection: time.sleep(0.3)) as port:
        wait(readiness(expect=""), seen(port))


def test_the_text_to_send_goes_first_with_its_escapes() -> None:
    heard = []

    def answer(connection: socket.socket) -> None:
        heard.append(connection.recv(100))
        connection.sendall(b"+PONG\r\n")

    with served(answer) as port:
        wait(readiness(expect="+PONG", send=r"PING\r\n"), seen(port))
    assert heard == [b"PING\r\n"]


def test_an_answer_that_is_another_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "SLICE", 5.0)
    with (
        served(lambda connection: connection.sendall(b"554 no service\r\n")) as port,
        pytest.raises(NeverReadyError, match=r"said b'554 no service.* instead of '220 '"),
    ):
        wait(readiness(timeout=0.2), seen(port))


def test_an_end_is_told_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(EndedError, match="exited with status 3"):
        wait(readiness(timeout=30), seen(port=1, ended=lambda: "exited with status 3"))
    assert time.monotonic() - began < 15


def test_an_end_is_told_while_a_connection_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "SLICE", 0.01)
    began = time.monotonic()
    with (
        served(say_nothing) as port,
        pytest.raises(EndedError),
    ):
        wait(readiness(timeout=30), seen(port, ended=lambda: "exited with status 1"))
    assert time.monotonic() - began < 15


def test_a_silent_connection_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "PATIENCE", 0.1)
    monkeypatch.setattr(ready, "SLICE", 0.02)
    calls = []

    def answer(connection: socket.socket) -> None:
        calls.append(1)
        if len(calls) > 1:
            connection.sendall(b"220 at last\r\n")
        else:
            connection.recv(1)

    with served(answer) as port:
        wait(readiness(), seen(port))
    assert len(calls) == 2


def test_udp_is_asked_and_must_answer() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]

        def answer() -> None:
            said, address = server.recvfrom(100)
            server.sendto(b"heard " + said, address)

        thread = threading.Thread(target=answer)
        thread.start()
        wait(Readiness(port="dns", udp=True, send=r"\x00a", expect=r"heard \x00a", timeout=5), seen(port))
        thread.join()
        with pytest.raises(NeverReadyError, match=r"UDP port dns .*timed out"):
            wait(Readiness(port="dns", udp=True, timeout=0.05), seen(port))


def test_a_line_of_the_log_is_readiness_without_a_port() -> None:
    wait(Readiness(log="started", timeout=1), seen(log="the daemon started\n"))
    with pytest.raises(NeverReadyError, match="the log does not show 'started'"):
        wait(Readiness(log="started", timeout=0.05), seen(log="starting\n"))


def test_a_party_with_nothing_to_wait_for_only_has_to_run() -> None:
    wait(Readiness(timeout=1), seen())
    with pytest.raises(EndedError):
        wait(Readiness(timeout=1), seen(ended=lambda: "exited with status 0"))


@pytest.mark.parametrize(
    ("text", "stands_for"), [(r"EHLO x\r\n", b"EHLO x\r\n"), (r"\x00\xff", b"\x00\xff"), ("a\r\n", b"a\r\n")]
)
def test_escapes_stand_for_bytes(text: str, stands_for: bytes) -> None:
    assert ready.unescape(text) == stands_for
