"""What the relay recorded, as DNS messages. Knows nothing of scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dns.exception
import dns.flags
import dns.message
import dns.rcode

from .contract import Edns, Option

if TYPE_CHECKING:
    from interop.run.conversation import Conversation, Side


@dataclass(frozen=True, slots=True)
class Packet:
    """One message as it passed the relay."""

    transport: str
    size: int
    """Octets, without the length that TCP puts before it."""
    message: dns.message.Message
    complete: bool = True
    """Whether nothing follows the records that its header counts (RFC 1035, 4.1.1)."""

    @property
    def rcode(self) -> str:
        """The mnemonic."""
        return dns.rcode.to_text(self.message.rcode())

    @property
    def flags(self) -> frozenset[str]:
        """As in `Answer.flags`."""
        return frozenset(dns.flags.to_text(self.message.flags).lower().split())

    @property
    def edns(self) -> Edns | None:
        """What its OPT record says."""
        message = self.message
        if message.edns < 0:
            return None
        options = tuple(Option(code=int(each.otype), data=each.to_wire()) for each in message.options)
        return Edns(
            version=message.edns,
            payload=message.payload,
            dnssec_ok=bool(message.ednsflags & dns.flags.DO),
            flags=message.ednsflags & 0x7FFF,
            options=options,
        )


def packets(conversations: Iterable[Conversation], side: Side) -> list[Packet]:
    """Return what one side sent in the clear, in order; what cannot be read is an assertion that fails."""
    return [
        packet
        for conversation in conversations
        if conversation.port == "dns"
        for packet in _decoded(conversation, side)
    ]


def _decoded(conversation: Conversation, side: Side) -> Iterator[Packet]:
    for data in _messages(conversation, side):
        try:
            message, complete = _read(data)
        except dns.exception.DNSException as error:
            raise AssertionError(
                f"the {side} sent a message that cannot be read: {type(error).__name__}"
            ) from None
        yield Packet(conversation.transport, len(data), message, complete)


def _read(data: bytes) -> tuple[dns.message.Message, bool]:
    """Return a message, and whether nothing follows it: what does must not hide what the message says."""
    try:
        return dns.message.from_wire(data, keyring=False), True
    except dns.message.TrailingJunk:
        return dns.message.from_wire(data, keyring=False, ignore_trailing=True), False


def _messages(conversation: Conversation, side: Side) -> Iterator[bytes]:
    """Yield whole messages: a datagram is one, on a connection each has its length before it."""
    if conversation.transport == "udp":
        yield from (chunk.data for chunk in list(conversation.chunks) if chunk.side == side)
        return
    stream = conversation.client if side == "client" else conversation.server
    while len(stream) >= 2:
        end = 2 + int.from_bytes(stream[:2], "big")
        if end <= len(stream):
            yield stream[2:end]
        stream = stream[end:]
