"""What passed between two parties: chunks with their times, one conversation a connection.

A relay may hold bytes back: what one side sent and what the other saw of it are two things, and so are the
orders in which they saw the conversation. Knows nothing of how it was recorded.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Literal

Side = Literal["client", "server"]
Transport = Literal["tcp", "udp"]

RECORD_LIMIT = 8 * 1024 * 1024
"""Bytes kept per conversation; what comes after still passes, but is only counted."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes as they arrived from one side, or one datagram, at `time` seconds since the epoch."""

    time: float
    side: Side
    data: bytes


@dataclass(frozen=True, slots=True)
class Passage:
    """Bytes of one side that went on to the other, at `time` seconds since the epoch."""

    time: float
    side: Side
    start: int
    """Where they begin in all that this side sent."""
    end: int
    behind: int
    """How many chunks had been recorded by then."""


@dataclass(slots=True)
class Conversation:
    """One connection through the relay, from the client's connect to its end; or one client's datagrams."""

    port: str
    started: float
    transport: Transport = "tcp"
    answering: str = ""
    """The role that answers here; empty where nobody said."""
    chunks: list[Chunk] = field(default_factory=list)
    closed_by: str = ""
    """`client`, `server` or `relay`: who ended it first; empty while it is open."""
    closed_at: float = 0.0
    """When that was, in seconds since the epoch; 0 while it is open."""
    ended: set[Side] = field(default_factory=set)
    """The sides that have nothing more to say."""
    size: int = 0
    dropped: int = 0
    """Bytes that passed without being kept."""
    passages: list[Passage] = field(default_factory=list)
    """What went on, in the order in which it did; what was lost, cut off or stalled is not among them."""
    _gone: dict[Side, int] = field(default_factory=lambda: {"client": 0, "server": 0})
    """How far the bytes of each side have gone on, or have been lost."""

    @property
    def client(self) -> bytes:
        """All bytes that the client sent so far."""
        return b"".join(chunk.data for chunk in list(self.chunks) if chunk.side == "client")

    @property
    def server(self) -> bytes:
        """All bytes that the server sent so far."""
        return b"".join(chunk.data for chunk in list(self.chunks) if chunk.side == "server")

    def seen_by(self, side: Side) -> list[Chunk]:
        """Return what that side sent, as it sent it, and what reached it, in the order in which both were.

        No answer stands here before it was let through: what is sent behind it may be an answer to it, and
        what is sent before it cannot be.
        """
        other: Side = "server" if side == "client" else "client"
        stream = self.server if side == "client" else self.client
        chunks = list(self.chunks)
        found: list[Chunk] = []
        told = 0
        for passage in list(self.passages):
            if passage.side != other:
                continue
            found += (chunk for chunk in chunks[told : passage.behind] if chunk.side == side)
            told = passage.behind
            if data := stream[passage.start : passage.end]:
                found.append(Chunk(passage.time, other, data))
        return found + [chunk for chunk in chunks[told:] if chunk.side == side]

    def passed_at(self) -> list[float]:
        """Return for each chunk when the last of it went on to the other side, or 0.0 where it has not."""
        ways: dict[Side, list[Passage]] = {"client": [], "server": []}
        for passage in list(self.passages):
            ways[passage.side].append(passage)
        reached: dict[Side, int] = {"client": 0, "server": 0}
        times = []
        for chunk in list(self.chunks):
            reached[chunk.side] = end = reached[chunk.side] + len(chunk.data)
            way = ways[chunk.side]
            at = bisect_left(way, end, key=attrgetter("end"))
            times.append(way[at].time if at < len(way) and way[at].start < end else 0.0)
        return times

    def close(self, by: str) -> None:
        """Note who ended it, unless somebody has before."""
        if not self.closed_by:
            self.closed_by, self.closed_at = by, time.time()

    def keep(self, side: Side, data: bytes) -> None:
        """Record a chunk, or only count it when the record is full."""
        if self.size >= RECORD_LIMIT:
            self.dropped += len(data)
            return
        self.size += len(data)
        self.chunks.append(Chunk(time.time(), side, data))

    def passed(self, side: Side, size: int) -> None:
        """Note that so many more bytes of that side have gone on."""
        start = self._gone[side]
        self._gone[side] = end = start + size
        self.passages.append(Passage(time.time(), side, start, end, len(self.chunks)))

    def lost(self, side: Side, size: int) -> None:
        """Note that so many more bytes of that side will never go on, and that others may behind them."""
        self._gone[side] += size
