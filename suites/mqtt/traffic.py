"""What client and broker said to each other, read from the relay's record.

What a client claims and did not say is an assertion that fails; its messages name no address or time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from . import packets, reading
from .packets import Kind, Packet
from .values import Version

if TYPE_CHECKING:
    from interop.run.conversation import Conversation, Side
    from interop.run.wire import Wire


class Traffic:
    """The client's connections in their order, as far as they were in the clear."""

    version: Version
    """What both speak."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @property
    def wire(self) -> Wire:
        """The relay between the two."""
        return self._wire

    def conversation(self, connection: int = 0) -> Conversation:
        """Return one of the client's connections; the last is -1."""
        found = self._wire.conversations
        assert found, "the client opened no connection"
        assert connection < len(found), "the client did not open another connection"
        return found[connection]

    def sent(self, connection: int = 0) -> list[Packet]:
        """Return the packets that the client sent over one of its connections."""
        return self._read(self.conversation(connection).client, "client")

    def answered(self, connection: int = 0) -> list[Packet]:
        """Return the packets that the broker sent to the client over one of its connections."""
        return self._read(self.conversation(connection).server, "server")

    def opening_packet(self, connection: int = 0) -> Packet:
        """Return the client's CONNECT."""
        found = self.sent(connection)
        assert found, "the client sent nothing over its connection"
        assert found[0].kind is Kind.CONNECT, "the client's first packet is no CONNECT"
        return found[0]

    def connack(self, connection: int = 0) -> Packet:
        """Return the broker's answer to CONNECT."""
        found = self.answered(connection)
        assert found, "the broker did not answer the client's CONNECT"
        assert found[0].kind is Kind.CONNACK, "the broker's first packet is no CONNACK"
        return found[0]

    def dialogue(self, connection: int, seen_by: Side) -> Iterator[tuple[Side, Packet]]:
        """Yield what both sides sent over one of the client's connections, in the order that one side saw.

        Each packet comes once it was whole: the other side's when it had been let through, and not before.
        """
        streams, counts = {"client": b"", "server": b""}, {"client": 0, "server": 0}
        for chunk in self.conversation(connection).seen_by(seen_by):
            streams[chunk.side] += chunk.data
            found = self._read(streams[chunk.side], chunk.side)
            for packet in found[counts[chunk.side] :]:
                yield chunk.side, packet
            counts[chunk.side] = len(found)

    def _read(self, stream: bytes, side: Side) -> list[Packet]:
        try:
            return packets_of(stream, self.version)
        except ValueError as error:
            who = "client" if side == "client" else "broker"
            raise AssertionError(f"the {who} sends what is no MQTT: {error}") from None


def packets_of(stream: bytes, version: Version) -> list[Packet]:
    """Return the whole packets of a stream, such as the relay recorded; ValueError when it is no MQTT."""
    return list(reading.conversation(stream, packets.LEVELS[version]))
