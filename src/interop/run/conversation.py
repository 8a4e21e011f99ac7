"""What passed between two parties: chunks with their times, one conversation a connection.

Knows nothing of how it was recorded.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
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

    @property
    def client(self) -> bytes:
        """All bytes that the client sent so far."""
        return b"".join(chunk.data for chunk in list(self.chunks) if chunk.side == "client")

    @property
    def server(self) -> bytes:
        """All bytes that the server sent so far."""
        return b"".join(chunk.data for chunk in list(self.chunks) if chunk.side == "server")

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
