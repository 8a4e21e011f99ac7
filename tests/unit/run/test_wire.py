"""The relay over loopback connections."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from interop.run.wire import Switchboard, Wire


@pytest.fixture
def wire() -> Iterator[Wire]:
    switchboard = Switchboard()
    made = Wire(switchboard)
    yield made
    made.close()
    switchboard.close()


@pytest.fixture
def upstream() -> Iterator[tuple[str, int]]:
    """Serve an echo that greets; ends with its listener."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=echo, args=(connection,), daemon=True).start()

    def echo(connection: socket.socket) -> None:
        with (
            connection,
            contextlib.suppress(ConnectionError),
        ):  # a cut connection is what some tests are about
            connection.sendall(b"hello\n")
            while data := connection.recv(65536):
                connection.sendall(data)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def read(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count and (more := connection.recv(count - len(data))):
        data += more
    return data


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not true() and time.monotonic() < until:
        time.sleep(0.005)
    assert true()


def test_bytes_pass_unchanged_and_are_recorded_in_both_directions(
    wire: Wire, upstream: tuple[str, int]
) -> None:
    port = wire.route("echo", upstream)
    payload = bytes(range(256)) * 4000
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        threading.Thread(target=client.sendall, args=(payload,)).start()
        assert read(client, 6 + len(payload)) == b"hello\n" + payload
    (conversation,) = wire.conversations
    assert conversation.client == payload
    assert conversation.server == b"hello\n" + payload


def test_who_ended_the_connection_is_known(wire: Wire, upstream: tuple[str, int]) -> None:
    with socket.create_connection(("127.0.0.1", wire.route("echo", upstream)), timeout=5) as client:
        read(client, 6)
    wait_until(lambda: wire.conversations[0].closed_by == "client")


def test_a_half_closed_connection_still_brings_the_answer(wire: Wire, upstream: tuple[str, int]) -> None:
    with socket.create_connection(("127.0.0.1", wire.route("echo", upstream)), timeout=5) as client:
        client.sendall(b"last words")
        client.shutdown(socket.SHUT_WR)
        assert read(client, 100) == b"hello\nlast words"


def test_a_cut_ends_the_connection_after_the_bytes_have_passed(wire: Wire, upstream: tuple[str, int]) -> None:
    wire.cut(b"DATA\n", "client")
    with socket.create_connection(("127.0.0.1", wire.route("echo", upstream)), timeout=5) as client:
        read(client, 6)
        client.sendall(b"DATA\n")
        assert read(client, 100) in {b"", b"DATA\n"}
    wait_until(lambda: wire.conversations[0].closed_by == "relay")


def test_a_cut_can_keep_the_last_bytes_back(wire: Wire, upstream: tuple[str, int]) -> None:
    wire.cut(b"hello", "server", forward=False)
    with socket.create_connection(("127.0.0.1", wire.route("echo", upstream)), timeout=5) as client:
        assert read(client, 100) == b""


def test_a_calmed_wire_disturbs_no_further_connection(wire: Wire, upstream: tuple[str, int]) -> None:
    wire.cut(b"hello", "server", forward=False)
    address = ("127.0.0.1", wire.route("echo", upstream))
    with socket.create_connection(address, timeout=5) as client:
        assert read(client, 100) == b""
    wire.calm()
    with socket.create_connection(address, timeout=5) as client:
        assert read(client, 6) == b"hello\n"


def test_a_stall_passes_nothing_more_and_keeps_the_connection(wire: Wire, upstream: tuple[str, int]) -> None:
    wire.stall(b"MAIL", "client")
    with socket.create_connection(("127.0.0.1", wire.route("echo", upstream)), timeout=5) as client:
        assert read(client, 6) == b"hello\n"
        client.sendall(b"MAIL FROM")
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.recv(1)


def test_a_stall_keeps_the_connection_though_one_side_resets_it(wire: Wire) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    wire.stall(b"MAIL", "client")
    with listener, socket.create_connection(("127.0.0.1", wire.route("x", listener.getsockname()))) as client:
        connection, _ = listener.accept()
        client.sendall(b"MAIL")
        assert read(connection, 4) == b"MAIL"
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        wait_until(lambda: wire.conversations[0].closed_by == "server")
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.recv(1)


def test_dripping_changes_no_byte(wire: Wire, upstream: tuple[str, int]) -> None:
    wire.drip("server")
    with socket.create_connection(("127.0.0.1", wire.route("echo", upstream)), timeout=5) as client:
        client.sendall(b"abc" * 50)
        assert read(client, 156) == b"hello\n" + b"abc" * 50


def segments(connection: socket.socket) -> int:
    """Return how many segments with data have come: `tcpi_data_segs_in` of linux/tcp.h's `tcp_info`."""
    told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 192)
    return int(struct.unpack_from("=I", told, 152)[0])


@contextlib.contextmanager
def dripping(wire: Wire) -> Iterator[socket.socket]:
    """Let a hundred bytes drip from a client that speaks first; yield the server's end."""
    wire.drip("client")
    listener = socket.create_server(("127.0.0.1", 0))
    with listener, socket.create_connection(("127.0.0.1", wire.route("x", listener.getsockname()))) as client:
        client.sendall(b"abcde" * 20)
        connection, _ = listener.accept()
        with connection:
            yield connection


def test_what_drips_arrives_byte_by_byte_even_where_the_client_speaks_first(wire: Wire) -> None:
    with dripping(wire) as connection:
        assert read(connection, 100) == b"abcde" * 20
        assert segments(connection) >= 100  # what is acknowledged late may be sent twice


def test_what_drips_late_on_a_busy_machine_still_goes_byte_by_byte(wire: Wire) -> None:
    with dripping(wire) as connection:
        wire._switchboard.loop.call_soon_threadsafe(time.sleep, 0.15)
        assert read(connection, 100) == b"abcde" * 20
        assert segments(connection) >= 100


def test_a_side_has_ended_once_it_has_nothing_more_to_say(wire: Wire) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    with listener, socket.create_connection(("127.0.0.1", wire.route("x", listener.getsockname()))) as client:
        connection, _ = listener.accept()
        with connection:
            client.shutdown(socket.SHUT_WR)
            assert connection.recv(1) == b""
            assert wire.conversations[-1].ended == {"client"}
        assert client.recv(1) == b""
        assert wire.conversations[-1].ended == {"client", "server"}


def test_a_delay_holds_back_and_keeps_the_order(wire: Wire, upstream: tuple[str, int]) -> None:
    wire.delay(0.2, "server")
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", wire.route("echo", upstream)), timeout=5) as client:
        client.sendall(b"x")
        assert read(client, 7) == b"hello\nx"
    assert time.monotonic() - began >= 0.2


def test_who_speaks_before_a_delayed_greeting_has_not_seen_it(wire: Wire, upstream: tuple[str, int]) -> None:
    wire.delay(0.3, "server", once=True)
    with socket.create_connection(("127.0.0.1", wire.route("echo", upstream)), timeout=5) as client:
        wait_until(lambda: bool(wire.conversations) and wire.conversations[0].server == b"hello\n")
        client.sendall(b"x")
        assert read(client, 7) == b"hello\nx"
    said = [(each.side, each.data) for each in wire.conversations[0].seen_by("client")]
    assert said[:2] == [("client", b"x"), ("server", b"hello\n")]


def test_what_dripped_is_seen_byte_by_byte(wire: Wire, upstream: tuple[str, int]) -> None:
    wire.drip("server")
    with socket.create_connection(("127.0.0.1", wire.route("echo", upstream)), timeout=5) as client:
        assert read(client, 6) == b"hello\n"
    assert [each.data for each in wire.conversations[0].seen_by("client")] == [
        b"h",
        b"e",
        b"l",
        b"l",
        b"o",
        b"\n",
    ]
    assert [each.data for each in wire.conversations[0].seen_by("server")] == [b"hello\n"]


def test_a_delay_of_the_first_bytes_alone_lets_nothing_overtake_them(wire: Wire) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    wire.delay(0.1, "server", once=True)
    with listener, socket.create_connection(("127.0.0.1", wire.route("x", listener.getsockname()))) as client:
        connection, _ = listener.accept()
        with connection:
            for each in (b"220 first\r\n", b"250 second\r\n", b"221 third\r\n"):
                connection.sendall(each)
                time.sleep(0.02)
            assert read(client, 32) == b"220 first\r\n250 second\r\n221 third"


def test_the_end_of_a_delayed_side_stays_behind_its_last_bytes(wire: Wire) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    wire.delay(0.1, "server")
    with listener, socket.create_connection(("127.0.0.1", wire.route("x", listener.getsockname()))) as client:
        connection, _ = listener.accept()
        connection.sendall(b"221 bye")
        connection.close()
        assert read(client, 100) == b"221 bye"


def test_an_upstream_that_is_not_there_closes_the_client_and_is_the_servers(wire: Wire) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = gone.getsockname()
    port = wire.route("echo", address)
    with socket.create_connection(("127.0.0.1", port)) as client, contextlib.suppress(ConnectionError):
        assert client.recv(1) == b""
    assert wire.conversations[0].closed_by == "server"


def test_one_port_serves_both_address_families(wire: Wire, upstream: tuple[str, int]) -> None:
    port = wire.route("echo", upstream)
    assert wire.route("echo", upstream) == port
    try:
        client = socket.create_connection(("::1", port), timeout=5)
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with client:
        assert read(client, 6) == b"hello\n"


def test_datagrams_pass_and_are_recorded_by_client(wire: Wire) -> None:
    with (
        socket.socket(type=socket.SOCK_DGRAM) as server,
        socket.socket(type=socket.SOCK_DGRAM) as one,
        socket.socket(type=socket.SOCK_DGRAM) as another,
    ):
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        port = wire.route("dns", server.getsockname(), udp=True)
        for client, question in ((one, b"first"), (another, b"second")):
            client.settimeout(5)
            client.sendto(question, ("127.0.0.1", port))
            asked, address = server.recvfrom(100)
            assert asked == question
            server.sendto(asked.upper(), address)
            assert client.recv(100) == question.upper()
        recorded = [(each.client, each.server) for each in wire.conversations]
    assert recorded == [(b"first", b"FIRST"), (b"second", b"SECOND")]


def open_sockets() -> set[str]:
    opened = set()
    for each in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            opened.add(str(each.readlink()))
    return {each for each in opened if each.startswith("socket:")}


def test_a_wire_is_closed_when_every_socket_is() -> None:
    switchboard = Switchboard()
    before = open_sockets()
    wire = Wire(switchboard)
    with socket.socket(type=socket.SOCK_DGRAM) as server, socket.socket(type=socket.SOCK_DGRAM) as client:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        client.sendto(b"asked", ("127.0.0.1", wire.route("dns", server.getsockname(), udp=True)))
        assert server.recv(100) == b"asked"

    async def close() -> set[str]:
        await wire._close()
        return open_sockets()

    assert asyncio.run_coroutine_threadsafe(close(), switchboard.loop).result(timeout=10) <= before
    switchboard.close()


def test_a_calm_wire_loses_no_datagrams(wire: Wire) -> None:
    with (
        socket.socket(type=socket.SOCK_DGRAM) as server,
        socket.socket(type=socket.SOCK_DGRAM) as client,
    ):
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        port = wire.route("dns", server.getsockname(), udp=True)
        wire.lose("client", 1000)
        wire.calm()
        client.sendto(b"asked", ("127.0.0.1", port))
        assert server.recv(100) == b"asked"


def test_a_connection_that_is_cut_with_bytes_unsent_is_closed_without_ado(wire: Wire) -> None:
    wire.cut(b"end", "server")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = wire.route("smtp", listener.getsockname()[:2])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            server, _ = listener.accept()
            with server:
                server.sendall(bytes(12_000_000) + b"end")
                while not wire.conversations[0].closed_by:
                    time.sleep(0.01)
                while client.recv(65536):
                    pass
    assert wire.conversations[0].closed_by == "relay"
    wire.close()


def test_as_many_datagrams_are_lost_as_was_said_and_no_more(wire: Wire) -> None:
    with (
        socket.socket(type=socket.SOCK_DGRAM) as server,
        socket.socket(type=socket.SOCK_DGRAM) as client,
    ):
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        client.settimeout(5)
        port = wire.route("dns", server.getsockname(), udp=True)
        wire.lose("client", 1)
        wire.lose("server", 2)
        for question in (b"first", b"second"):
            client.sendto(question, ("127.0.0.1", port))
        asked, address = server.recvfrom(100)
        for answer in (b"one", b"two", b"three"):
            server.sendto(answer, address)
        heard = client.recv(100)
    assert (asked, heard) == (b"second", b"three")
    (recorded,) = wire.conversations
    assert (recorded.transport, recorded.client) == ("udp", b"firstsecond")
    assert [each.data for each in recorded.seen_by("server") if each.side == "client"] == [b"second"]
    assert [each.data for each in recorded.seen_by("client") if each.side == "server"] == [b"three"]


def test_a_port_whose_datagrams_go_elsewhere_is_passed_over(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        number = taken.getsockname()[1]
        usual, offered = socket.create_server, [number]

        def create_server(address: tuple[str, int], *, family: int = socket.AF_INET) -> socket.socket:
            return usual((address[0], offered.pop() if offered else address[1]), family=family)

        monkeypatch.setattr(socket, "create_server", create_server)
        port = wire.route("dns", ("127.0.0.1", 9), udp=True)
    assert not offered
    assert port != number
