"""What the relay recorded, as questions with their answers. Knows nothing of scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import dns.exception
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset

if TYPE_CHECKING:
    from interop.run.conversation import Conversation


@dataclass(slots=True)
class Exchange:
    """A question and everything that answers it, in the order in which it passed."""

    conversation: Conversation
    asked: dns.message.Message
    answers: list[dns.message.Message] = field(default_factory=list)

    @property
    def transport(self) -> str:
        """`tcp` or `udp`."""
        return self.conversation.transport

    @property
    def kind(self) -> str:
        """The mnemonic of the type that is asked for."""
        return dns.rdatatype.to_text(self.asked.question[0].rdtype)

    @property
    def records(self) -> list[dns.rrset.RRset]:
        """Every record of the answers, each alone."""
        return [rrset for answer in self.answers for rrset in answer.answer]

    @property
    def serials(self) -> list[int]:
        """The serial numbers of the answers' SOA records."""
        return [int(each[0].serial) for each in self.records if each.rdtype == dns.rdatatype.SOA]

    @property
    def whole(self) -> bool:
        """Whether it is a transfer that has come to its end."""
        soas = [each for each in self.records if each.rdtype == dns.rdatatype.SOA]
        return len(soas) > 1 and self.records[0] == self.records[-1]

    @property
    def incremental(self) -> bool:
        """Whether it answers with differences: two SOA records at its beginning (RFC 1995, 4)."""
        first = self.records[:2]
        return len(self.records) > 2 and all(each.rdtype == dns.rdatatype.SOA for each in first)


def exchanges(conversations: Iterable[Conversation], zone: str) -> list[Exchange]:
    """Return what was asked about a zone."""
    name = dns.name.from_text(zone)
    found: list[Exchange] = []
    for conversation in list(conversations):
        open_: dict[int, Exchange] = {}
        for side, message in _messages(conversation):
            if side == "client" and message.question and message.question[0].name == name:
                open_[message.id] = Exchange(conversation, message)
                found.append(open_[message.id])
            elif side == "server" and message.id in open_:
                open_[message.id].answers.append(message)
    return found


def _messages(conversation: Conversation) -> Iterator[tuple[str, dns.message.Message]]:
    """Yield whole messages with the side that sent each; what cannot be read is nobody's message."""
    pending = {"client": b"", "server": b""}
    for chunk in list(conversation.chunks):
        if conversation.transport == "udp":
            wires = [chunk.data]
        else:
            wires, pending[chunk.side] = _cut(pending[chunk.side] + chunk.data)
        for wire in wires:
            try:
                yield (
                    chunk.side,
                    dns.message.from_wire(wire, keyring=False, xfr=True, one_rr_per_rrset=True),
                )
            except dns.exception.DNSException:
                continue


def _cut(stream: bytes) -> tuple[list[bytes], bytes]:
    """Return the whole messages of a stream, each with its length before it, and what is left over."""
    found = []
    at = 0
    while at + 2 <= len(stream):
        end = at + 2 + int.from_bytes(stream[at : at + 2], "big")
        if end > len(stream):
            break
        found.append(stream[at + 2 : end])
        at = end
    return found, stream[at:]
