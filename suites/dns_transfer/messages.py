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

from .contract import IDLE

if TYPE_CHECKING:
    from interop.run.conversation import Chunk, Conversation, Side


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
    def idle(self) -> bool:
        """Whether message follows message without a record (RFC 5936, 2.2: the first begins with the SOA)."""
        return len(self.answers) >= IDLE and not any(answer.answer for answer in self.answers[-IDLE:])

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


class Reader:
    """Reads what was asked about a zone, each message once, however often it is asked for."""

    def __init__(self, zone: str) -> None:
        self._zone = dns.name.from_text(zone)
        self._threads: dict[int, _Thread] = {}

    def exchanges(self, conversations: Iterable[Conversation]) -> list[Exchange]:
        """Return every question with the answers that have come so far."""
        found = []
        for conversation in list(conversations):
            thread = self._threads.setdefault(id(conversation), _Thread(conversation, self._zone))
            found += thread.read()
        return found


class _Thread:
    """One conversation, and how far it has been read."""

    def __init__(self, conversation: Conversation, zone: dns.name.Name) -> None:
        self._conversation = conversation
        self._zone = zone
        self._read = 0
        self._pending: dict[Side, bytearray] = {"client": bytearray(), "server": bytearray()}
        self._open: dict[int, Exchange] = {}
        self._found: list[Exchange] = []
        self._idle = 0

    def read(self) -> list[Exchange]:
        """Read what has passed since, and return all exchanges."""
        while self._read < len(self._conversation.chunks) and self._idle < IDLE:
            chunk = self._conversation.chunks[self._read]
            self._read += 1
            for wire in self._wires(chunk):
                self._take(chunk.side, wire)
                if self._idle >= IDLE:
                    break
        return self._found

    def _wires(self, chunk: Chunk) -> Iterator[bytes]:
        """Yield the whole messages that a chunk brings to their end."""
        if self._conversation.transport == "udp":
            return iter([chunk.data])
        self._pending[chunk.side] += chunk.data
        return _cut(self._pending[chunk.side])

    def _take(self, side: Side, wire: bytes) -> None:
        try:
            message = dns.message.from_wire(wire, keyring=False, xfr=True, one_rr_per_rrset=True)
        except dns.exception.DNSException:
            return  # what cannot be read is nobody's message
        if side == "client" and message.question and message.question[0].name == self._zone:
            self._open[message.id] = Exchange(self._conversation, message)
            self._found.append(self._open[message.id])
        elif side == "server" and message.id in self._open:
            self._open[message.id].answers.append(message)
            self._idle = 0 if message.answer else self._idle + 1


def _cut(stream: bytearray) -> Iterator[bytes]:
    """Yield the whole messages of a stream, each with its length before it; what is left over stays."""
    found, at = [], 0
    while at + 2 <= len(stream):
        end = at + 2 + int.from_bytes(stream[at : at + 2], "big")
        if end > len(stream):
            break
        found.append(bytes(stream[at + 2 : end]))
        at = end
    del stream[:at]
    return iter(found)
