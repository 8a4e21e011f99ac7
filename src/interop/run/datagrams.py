"""The relay for datagrams: each client address is a conversation, with a socket of its own upstream.

Passes every datagram on as it is, or loses it where it was told to; knows neither protocols nor scenarios.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any

from interop.run.conversation import Conversation, Side


class DatagramRelay(asyncio.DatagramProtocol):
    """The side that clients send to."""

    def __init__(
        self,
        name: str,
        upstream: tuple[str, int],
        conversations: list[Conversation],
        losses: Counter[Side],
        answering: str = "",
    ) -> None:
        self._name = name
        self._answering_role = answering
        self._upstream = upstream
        self._conversations = conversations
        self._losses = losses
        self._transport: Any = None  # the loop's own class is no DatagramTransport
        self._answering: dict[Any, asyncio.Task[_Upstream]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go out."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Record a client's datagram and pass it on, in the order in which they came."""
        if addr not in self._answering:
            conversation = Conversation(self._name, time.time(), "udp", self._answering_role)
            self._conversations.append(conversation)
            self._answering[addr] = asyncio.get_running_loop().create_task(self._open(conversation, addr))
        task = self._answering[addr]
        task.add_done_callback(lambda done: _forward(done, data))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the interface's
        """Close every socket upstream."""
        for task in self._answering.values():
            task.add_done_callback(_close)

    async def _open(self, conversation: Conversation, address: Any) -> _Upstream:
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_datagram_endpoint(
            lambda: _Upstream(conversation, self._losses, self._transport, address),
            remote_addr=self._upstream,
        )
        return protocol


class _Upstream(asyncio.DatagramProtocol):
    """The side that faces the server, for one client address."""

    def __init__(self, conversation: Conversation, losses: Counter[Side], back: Any, address: Any) -> None:
        self.conversation = conversation
        self._losses = losses
        self._back = back
        self._address = address
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:  # noqa: ARG002 - it is the one upstream
        if self._goes_on("server", data) and not self._back.is_closing():
            self._back.sendto(data, self._address)

    def forward(self, data: bytes) -> None:
        """Record a client's datagram, and send it to the server."""
        if self._goes_on("client", data) and self.transport is not None and not self.transport.is_closing():
            self.transport.sendto(data)

    def _goes_on(self, side: Side, data: bytes) -> bool:
        """Record a datagram, and return whether it is to go on."""
        lost = self._losses[side] > 0
        self._losses[side] -= lost
        self.conversation.keep(side, data)
        (self.conversation.lost if lost else self.conversation.passed)(side, len(data))
        return not lost


def _forward(done: asyncio.Task[_Upstream], data: bytes) -> None:
    if not done.cancelled() and done.exception() is None:
        done.result().forward(data)


def _close(done: asyncio.Task[_Upstream]) -> None:
    if not done.cancelled() and done.exception() is None and done.result().transport is not None:
        done.result().transport.close()
