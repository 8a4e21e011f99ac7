"""Both ends of one relayed connection, and what disturbs the bytes between them.

Passes every byte on as it came, when its turn has come; knows neither routes nor attempts.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import functools
import socket
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from interop.run.conversation import Conversation, Side

DRIP = 0.001
"""Seconds between two bytes that drip: without them the far side's system hands them over in one piece."""
SIOCOUTQNSD = 0x894B
"""What is written to a connection and not sent yet, in bytes (linux/sockios.h)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbance:
    """What is done to the bytes of one side; `Wire` says what each kind means."""

    kind: Literal["drip", "cut", "stall", "delay"]
    side: Side
    after: bytes = b""
    forward: bool = True
    seconds: float = 0.0
    once: bool = False


@dataclass(slots=True)
class Flow:
    """What both legs of a connection share."""

    conversation: Conversation
    disturbances: tuple[Disturbance, ...]
    stalled: bool = False
    seen: dict[Side, bytearray] = field(
        default_factory=lambda: {"client": bytearray(), "server": bytearray()}
    )

    def of(self, kind: str, side: Side) -> list[Disturbance]:
        """Return what of that kind disturbs that side."""
        return [each for each in self.disturbances if each.kind == kind and each.side == side]


class Leg(asyncio.Protocol):
    """One side of a relayed connection; passes what it receives to `other`."""

    other: Leg

    def __init__(self, side: Side, flow: Flow, upstream: tuple[str, int] | None = None) -> None:
        self.side: Side = side
        self.flow = flow
        self.upstream = upstream
        self.transport: Any = None
        self.waiting: list[bytes | None] = []
        self.due = 0.0
        """When the last of what is held back will pass, in the loop's time."""
        self.turns: deque[Callable[[], None]] = deque()
        """What drips: a byte each, and at last the end."""
        self.next_turn = 0.0
        """When the next of them is due, in the loop's time."""
        self.begun = False
        """Whether anything has come from this side."""
        self.lost = False
        """Whether its connection is over."""
        self.connecting: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connect upstream where this is the client's; send what waited for the connection."""
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
            self.flow.conversation.close("server")
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Record what came, and pass it on when its turn has come."""
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
                self.flow.conversation.close("relay")
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
            self.flow.conversation.passed(self.other.side, len(data))
            self.transport.write(data)

    def eof_received(self) -> bool:
        """Pass the end on; the other direction stays open."""
        self.flow.conversation.ended.add(self.side)
        self.flow.conversation.close(self.side)
        self._after_delay(self._pass_end)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """End the other connection as this one has ended, behind what is held back."""
        self.lost = True
        self.flow.conversation.ended.add(self.side)
        self.flow.conversation.close(self.side)
        self._after_delay(self._drop_other, exc)

    def _pass_end(self) -> None:
        if not self.flow.stalled:
            self.other.send(None)

    def _drop_other(self, exc: Exception | None) -> None:
        other = self.other.transport
        if other is not None and not other.is_closing() and not self.flow.stalled:
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
            self.next_turn = asyncio.get_running_loop().time()
            self._take_turns()

    def _take_turns(self) -> None:
        """Let the bytes go that are due, each once there is a connection and the one before has left.

        Where the machine is late, what is due goes one by one without waiting: a drip takes as long as it is
        meant to take, for whoever gives up after a time of his own.
        """
        loop, there = asyncio.get_running_loop(), self.other.transport
        while self.turns and self.next_turn <= loop.time():
            if (there or self.transport).is_closing():
                self.turns.clear()
                return
            if there is None or _unsent(there):
                break
            self.turns.popleft()()
            self.next_turn += DRIP
        if self.turns:
            loop.call_later(DRIP, self._take_turns)

    def abort(self) -> None:
        """Drop this leg at once."""
        if self.connecting is not None:
            self.connecting.cancel()
        if self.transport is not None and not self.lost:  # one that was closed with bytes unsent would raise
            self.transport.abort()


def _unsent(transport: asyncio.Transport) -> int:
    """Return how many bytes wait here yet: what is written behind them leaves in one piece with them."""
    return transport.get_write_buffer_size() or _asked(transport.get_extra_info("socket"))


def _asked(connection: socket.socket) -> int:
    try:
        told = fcntl.ioctl(connection.fileno(), SIOCOUTQNSD, bytes(4))
    except OSError:
        return 0  # it is over
    return int(struct.unpack("=i", told)[0])
