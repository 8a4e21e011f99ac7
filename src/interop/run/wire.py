"""The recording relay between product and peer.

Every connection of an attempt passes here: each chunk is kept with its time before it goes on. The relay may
disturb the network (delay, split, stall, cut); it never forges a byte of the protocol. It knows neither
protocols nor scenarios.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections import Counter

from interop.run.conversation import Chunk, Conversation, Side
from interop.run.datagrams import DatagramRelay
from interop.run.leg import Disturbance, Flow, Leg

__all__ = ["Chunk", "Conversation", "Side", "Switchboard", "Wire"]

ROUNDS = 4
"""Rounds of the loop until all is let go of: a listener, then the tasks behind it, then their own sockets."""


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
        self._disturbances: list[Disturbance] = []
        self._servers: list[asyncio.Server] = []
        self._datagrams: list[asyncio.DatagramTransport] = []
        self._legs: list[Leg] = []
        self._losses: Counter[Side] = Counter()
        self._routes: dict[tuple[str, int, str], int] = {}
        self.conversations: list[Conversation] = []
        """In the order in which the client connected."""

    def drip(self, side: Side) -> None:
        """Let each byte from that side arrive by itself: a thousand of them take a second or two."""
        self._disturbances.append(Disturbance(kind="drip", side=side))

    def cut(self, after: bytes, side: Side, *, forward: bool = True) -> None:
        """End the connection once that side has sent `after`; those bytes are passed on when `forward`."""
        self._disturbances.append(Disturbance(kind="cut", side=side, after=after, forward=forward))

    def stall(self, after: bytes, side: Side, *, forward: bool = True) -> None:
        """Pass nothing more in either direction once that side has sent `after`; the connection stays."""
        self._disturbances.append(Disturbance(kind="stall", side=side, after=after, forward=forward))

    def delay(self, seconds: float, side: Side, *, once: bool = False) -> None:
        """Hold back what that side sends by so many seconds; with `once` only its first bytes."""
        self._disturbances.append(Disturbance(kind="delay", side=side, seconds=seconds, once=once))

    def lose(self, side: Side, count: int) -> None:
        """Lose so many of the next datagrams from that side."""
        self._losses[side] += count

    def calm(self) -> None:
        """Disturb nothing that is made from now on, and lose no more; connections stay as they are."""
        self._disturbances.clear()
        self._losses.clear()

    def route(
        self,
        name: str,
        upstream: tuple[str, int],
        *,
        listen: str = "",
        udp: bool = False,
        answering: str = "",
    ) -> int:
        """Open a relay to `upstream` and return its port, on 127.0.0.1, ::1 and `listen` when given.

        `answering` is the role that answers there. With `udp` the same port passes datagrams too; `lose` is
        for these, every other disturbance is for connections.
        """
        key = (*upstream, listen)
        if key not in self._routes:
            streams, datagrams = _listeners(listen, udp=udp)
            self._routes[key] = streams[0].getsockname()[1]
            for relaying in (
                self._serve(name, upstream, streams, answering),
                self._pass_datagrams(name, upstream, datagrams, answering),
            ):
                asyncio.run_coroutine_threadsafe(relaying, self._switchboard.loop).result(timeout=10)
        return self._routes[key]

    def close(self) -> None:
        """Close every route and connection of this attempt."""
        if self._switchboard.loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._close(), self._switchboard.loop).result(timeout=10)

    async def _serve(
        self, name: str, upstream: tuple[str, int], sockets: list[socket.socket], answering: str
    ) -> None:
        loop = self._switchboard.loop
        for each in sockets:
            listening = await loop.create_server(lambda: self._answer(name, upstream, answering), sock=each)
            self._servers.append(listening)

    def _answer(self, name: str, upstream: tuple[str, int], answering: str) -> Leg:
        conversation = Conversation(name, time.time(), answering=answering)
        self.conversations.append(conversation)
        flow = Flow(conversation, tuple(self._disturbances))
        near, far = Leg("client", flow, upstream), Leg("server", flow)
        near.other, far.other = far, near
        self._legs += [near, far]
        return near

    async def _pass_datagrams(
        self, name: str, upstream: tuple[str, int], sockets: list[socket.socket], answering: str
    ) -> None:
        for each in sockets:
            transport, _ = await self._switchboard.loop.create_datagram_endpoint(
                lambda: DatagramRelay(name, upstream, self.conversations, self._losses, answering), sock=each
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
