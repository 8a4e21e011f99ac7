"""The recording relay between product and peer.

Every connection of an attempt passes here: each chunk is kept with its time before it goes on. The relay may
disturb the network (delay, split, stall, cut); it never forges a byte of the protocol. It knows neither
protocols nor scenarios.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from interop.run.conversation import Chunk, Conversation, Side
from interop.run.datagrams import DatagramRelay

__all__ = ["Chunk", "Conversation", "Side", "Switchboard", "Wire"]

ROUNDS = 4
"""Rounds of the loop until all is let go of: a listener, then the tasks behind it, then their own sockets."""

DRIP = 0.001
"""Seconds between two bytes that drip: without them the far side's system hands them over in one piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Disturbance:
    kind: Literal["drip", "cut", "stall", "delay"]
    side: Side
    after: bytes = b""
    forward: bool = True
    seconds: float = 0.0
    once: bool = False


class Switchboard:
    """One event loop in a thread of its own, in which all relays of a process run."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="interop-wire", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the loop; relays that are still open are dropped."""
        if self.loop.is_closed():
            return
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(timeout=5)
        if not self._thread.is_alive():
            self.loop.close()


class Wire:
    """The relay of one attempt. Routes are opened as they are asked for, and closed with the attempt."""

    def __init__(self, switchboard: Switchboard) -> None:
        self._switchboard = switchboard
        self._disturbances: list[_Disturbance] = []
        self._servers: list[asyncio.Server] = []
        self._datagrams: list[asyncio.DatagramTransport] = []
        self._legs: list[_Leg] = []
        self._losses: Counter[Side] = Counter()
        self._routes: dict[tuple[str, int, str], int] = {}
        self.conversations: list[Conversation] = []
        """In the order in which the client connected."""

    def drip(self, side: Side) -> None:
        """Let each byte from that side arrive by itself: a thousand of them take a second or two."""
        self._disturbances.append(_Disturbance(kind="drip", side=side))

    def cut(self, after: bytes, side: Side, *, forward: bool = True) -> None:
        """End the connection once that side has sent `after`; those bytes are passed on when `forward`."""
        self._disturbances.append(_Disturbance(kind="cut", side=side, after=after, forward=forward))

    def stall(self, after: bytes, side: Side, *, forward: bool = True) -> None:
        """Pass nothing more in either direction once that side has sent `after`; the connection stays."""
        self._disturbances.append(_Disturbance(kind="stall", side=side, after=after, forward=forward))

    def delay(self, seconds: float, side: Side, *, once: bool = False) -> None:
        """Hold back what that side sends by so many seconds; with `once` only its first bytes."""
        self._disturbances.append(_Disturbance(kind="delay", side=side, seconds=seconds, once=once))

    def lose(self, side: Side, count: int) -> None:
        """Lose so many of the next datagrams from that side."""
        self._losses[side] += count

    def calm(self) -> None:
        """Disturb nothing that is made from now on, and lose no more; connections stay as they are."""
        self._disturbances.clear()
        self._losses.clear()

    def route(self, name: str, upstream: tuple[str, int], *, listen: str = "", udp: bool = False) -> int:
        """Open a relay to `upstream` and return its port, on 127.0.0.1, ::1 and `listen` when given.

        With `udp` the same port passes datagrams too; `lose` is for these, every other disturbance is for
        connections.
        """
        key = (*upstream, listen)
        if key not in self._routes:
            streams, datagrams = _listeners(listen, udp=udp)
            self._routes[key] = streams[0].getsockname()[1]
            for relaying in (
                self._serve(name, upstream, streams),
                self._pass_datagrams(name, upstream, datagrams),
            ):
                asyncio.run_coroutine_threadsafe(relaying, self._switchboard.loop).result(timeout=10)
        return self._routes[key]

    def close(self) -> None:
        """Close every route and connection of this attempt."""
        if self._switchboard.loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._close(), self._switchboard.loop).result(timeout=10)

    async def _serve(self, name: str, upstream: tuple[str, int], sockets: list[socket.socket]) -> None:
        loop = self._switchboard.loop
        for listener in sockets:
            server = await loop.create_server(lambda: self._answer(name, upstream), sock=listener)
            self._servers.append(server)

    def _answer(self, name: str, upstream: tuple[str, int]) -> _Leg:
        conversation = Conversation(name, time.time())
        self.conversations.append(conversation)
        flow = _Flow(conversation, tuple(self._disturbances))
        near, far = _Leg("client", flow, upstream), _Leg("server", flow)
        near.other, far.other = far, near
        self._legs += [near, far]
        return near

    async def _pass_datagrams(
        self, name: str, upstream: tuple[str, int], sockets: list[socket.socket]
    ) -> None:
        for each in sockets:
            transport, _ = await self._switchboard.loop.create_datagram_endpoint(
                lambda: DatagramRelay(name, upstream, self.conversations, self._losses), sock=each
            )
            self._datagrams.append(transport)

    async def _close(self) -> None:
        for transport in self._datagrams:
            transport.close()
        for server in self._servers:
            server.close()
        for leg in self._legs:
            leg.abort()
        for _ in range(ROUNDS):
            await asyncio.sleep(0)


@dataclass(slots=True)
class _Flow:
    """What both legs of a connection share."""

    conversation: Conversation
    disturbances: tuple[_Disturbance, ...]
    stalled: bool = False
    seen: dict[Side, bytearray] = field(
        default_factory=lambda: {"client": bytearray(), "server": bytearray()}
    )

    def of(self, kind: str, side: Side) -> list[_Disturbance]:
        return [each for each in self.disturbances if each.kind == kind and each.side == side]


class _Leg(asyncio.Protocol):
    """One side of a relayed connection; passes what it receives to `other`."""

    other: _Leg

    def __init__(self, side: Side, flow: _Flow, upstream: tuple[str, int] | None = None) -> None:
        self.side: Side = side
        self.flow = flow
        self.upstream = upstream
        self.transport: Any = None
        self.waiting: list[bytes | None] = []
        self.due = 0.0
        """When the last of what is held back will pass, in the loop's time."""
        self.turns: list[Callable[[], None]] = []
        """What drips: a byte each, and at last the end."""
        self.begun = False
        """Whether anything has come from this side."""
        self.lost = False
        """Whether its connection is over."""
        self.connecting: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        with contextlib.suppress(OSError):
            transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.upstream is not None:
            self.connecting = asyncio.get_running_loop().create_task(self._connect(self.upstream))
        waiting, self.waiting = self.waiting, []
        for data in waiting:
            self.send(data)

    async def _connect(self, upstream: tuple[str, int]) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: self.other, *upstream)
        except OSError:
            self._end("server")
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self.flow.conversation.keep(self.side, data)
        if self.flow.stalled:
            return
        size = 1 if self.flow.of("drip", self.side) else len(data)
        for at in range(0, len(data), size):
            self._after_delay(self._pass, data[at : at + size])
        self.begun = True

    def _pass(self, data: bytes) -> None:
        for each in (*self.flow.of("cut", self.side), *self.flow.of("stall", self.side)):
            seen = self.flow.seen[self.side]
            seen += data
            if each.after not in seen:
                continue
            if each.forward:
                self.other.send(data)
            if each.kind == "cut":
                self._end("relay")
                self.transport.close()
                if self.other.transport is not None:
                    self.other.transport.close()
            else:
                self.flow.stalled = True
            return
        if not self.flow.stalled:
            self.other.send(data)

    def send(self, data: bytes | None) -> None:
        """Pass bytes on to this leg's end, or the end of the stream for None."""
        if self.transport is None:
            self.waiting.append(data)
        elif data is None:
            if self.transport.can_write_eof() and not self.transport.is_closing():
                self.transport.write_eof()
        elif not self.transport.is_closing():
            self.transport.write(data)

    def eof_received(self) -> bool:
        self.flow.conversation.ended.add(self.side)
        self._end(self.side)
        self._after_delay(self._pass_end)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        self.flow.conversation.ended.add(self.side)
        self._end(self.side)
        self._after_delay(self._drop_other, exc)

    def _pass_end(self) -> None:
        if not self.flow.stalled:
            self.other.send(None)

    def _drop_other(self, exc: Exception | None) -> None:
        other = self.other.transport
        if other is not None and not other.is_closing():
            if exc is None:
                other.close()
            else:
                other.abort()

    def _after_delay(self, action: Callable[..., None], *arguments: Any) -> None:
        """Do it behind whatever is still held back from this side, or at once."""
        delays = self.flow.of("delay", self.side)
        delay = sum(each.seconds for each in delays if not (each.once and self.begun))
        loop = asyncio.get_running_loop()
        due = loop.time() + delay
        if delay or due <= self.due:
            self.due = max(due, self.due + 1e-6)  # never before what is held back already
            loop.call_at(self.due, self._in_turn, action, *arguments)
        else:
            self._in_turn(action, *arguments)

    def _in_turn(self, action: Callable[..., None], *arguments: Any) -> None:
        """Do it at once; where bytes drip, behind those that have not gone yet."""
        if not self.flow.of("drip", self.side):
            action(*arguments)
            return
        self.turns.append(functools.partial(action, *arguments))
        if len(self.turns) == 1:
            self._take_turn()

    def _take_turn(self) -> None:
        """Let one byte go, and the next a moment later; none before there is a connection to take it."""
        there, near = self.other.transport, self.transport
        if (there or near).is_closing():
            self.turns.clear()
            return
        if there is not None:
            self.turns[0]()
            del self.turns[0]
        if self.turns:
            asyncio.get_running_loop().call_later(DRIP, self._take_turn)

    def abort(self) -> None:
        """Drop this leg at once."""
        if self.connecting is not None:
            self.connecting.cancel()
        if self.transport is not None and not self.lost:  # one that was closed with bytes unsent would raise
            self.transport.abort()

    def _end(self, by: str) -> None:
        if not self.flow.conversation.closed_by:
            self.flow.conversation.closed_by = by


def _listeners(extra: str, *, udp: bool) -> tuple[list[socket.socket], list[socket.socket]]:
    """Bind one port on every address on which the facing party may look for it; the first is 127.0.0.1.

    Returns what listens for connections, and what receives datagrams, on the same port.
    """
    for _ in range(20):
        first = socket.create_server(("127.0.0.1", 0))
        port = first.getsockname()[1]
        streams, datagrams = [first], []
        try:
            with contextlib.suppress(OSError):  # a machine without IPv6 has no ::1
                streams.append(socket.create_server(("::1", port), family=socket.AF_INET6))
            if extra and extra != "127.0.0.1":
                streams.append(socket.create_server((extra, port)))
            for stream in streams if udp else ():
                datagrams.append(socket.socket(stream.family, socket.SOCK_DGRAM))
                datagrams[-1].bind(stream.getsockname())
        except OSError:
            for each in (*streams, *datagrams):
                each.close()
            continue
        return streams, datagrams
    raise OSError(f"no port is free on both 127.0.0.1 and {extra}")
