"""What every scenario of zone transfer works with: both drivers, and a desk that has a zone of its own.

Messages of assertions name no address, port, zone or time: they are what a failure is known by in another
run.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import importlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import dns.exception
import dns.message
import dns.name
import dns.opcode
import dns.query
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.tsig
import dns.update
import pytest

import interop
from interop.errors import InteropError

if TYPE_CHECKING:
    from suites.dns_transfer import contract as suite
    from suites.dns_transfer.content import Content
    from suites.dns_transfer.messages import Exchange, Reader

    from interop.run.pairing import Pairing
    from interop.run.wire import Wire
else:
    suite = interop.contract("dns-transfer")
    Reader = importlib.import_module(f"{suite.__package__}.messages").Reader

primary = interop.role("primary")
secondary = interop.role("secondary")

ARRIVAL = 20.0
"""Seconds in which a copy must be there: servers throttle what they ask and what they load."""
SETTLING = 3.0
"""Seconds in which all processes of a server must serve a copy that one of them serves."""
LOOK = 5.0
"""Seconds that one look at a server that keeps silent may take."""
STEP = 0.05
"""Seconds between two looks."""

Record = tuple[bytes, int, str, bytes]
"""Owner in lower case, time to live, type, data in canonical form (RFC 4034, 6)."""


class Desk:
    """A zone of this attempt: lets the primary serve it, the secondary follow it; looks at what passed."""

    def __init__(self, pairing: Pairing, primary: suite.Primary, secondary: suite.Secondary) -> None:
        self._pairing = pairing
        self._primary = primary
        self._secondary = secondary
        self._offers = {
            "primary": primary.describe().capabilities,
            "secondary": secondary.describe().capabilities,
        }
        self._set_up: list[suite.Primary | suite.Secondary] = []
        self.zone = f"{pairing.unique('z')}.x."
        self._reader = Reader(self.zone)
        self.content: Content = ()
        """What the primary serves."""

    # Who can do what

    def offered(self, side: str, word: str) -> bool:
        """Return whether that side's server is set up for it."""
        return word in self._offers[side]

    def can(self, side: str, *words: str) -> None:
        """End the scenario as unsupported when that side's server is not set up for one of the words."""
        for word in words:
            if not self.offered(side, word):
                title = self._pairing.site(side).party.title
                what = suite.CAPABILITIES[word].partition(": ")
                raise interop.Unsupported(f"{title} does not offer {word!r}: {what[2] or what[0]}", side=side)

    def key(self, *, name: str = "key", another: bool = False, algorithm: str = "hmac-sha256") -> suite.Key:
        """Return a TSIG key of this attempt; `another` has the same name and another secret."""
        name = f"{self._pairing.unique(name)}."
        digest = hashlib.sha256(f"{name}{another}".encode()).digest()
        return suite.Key(name=name, secret=base64.b64encode(digest).decode(), algorithm=algorithm)

    # What the two are told

    def serve(
        self, content: Content, *, key: suite.Key | None = None, notify: bool = False, updates: bool = False
    ) -> None:
        """Let the primary serve the zone."""
        self.content = content
        self._remember(self._primary)
        self._primary.serve(
            zone=self.zone,
            content=content,
            notify=self._route("secondary") if notify else None,
            key=key,
            updates=updates,
        )

    def change(self, content: Content) -> None:
        """Let the primary serve other contents."""
        self.content = content
        self._primary.replace(zone=self.zone, content=content)

    def withdraw(self) -> None:
        """Let the primary forget the zone, with all that it knows of earlier contents."""
        self._primary.remove(zone=self.zone)

    def follow(self, *, key: suite.Key | None = None) -> None:
        """Let the secondary have a copy."""
        self._remember(self._secondary)
        self._secondary.follow(zone=self.zone, primary=self._route("primary"), key=key)

    def refresh(self) -> None:
        """Let the secondary ask now."""
        self._secondary.refresh(zone=self.zone)

    def update(self, name: str, data: str, key: suite.Key) -> None:
        """Send the primary itself, past the relay, an update that adds a text, and see it made."""
        host, port = self._pairing.site("primary").address("dns")
        made = dns.update.UpdateMessage(self.zone, keyring=dns.tsig.Key(key.name, key.secret, key.algorithm))
        made.add(dns.name.from_text(f"{name}.{self.zone}"), 300, "TXT", f'"{data}"')
        rcode = dns.query.tcp(made, host, port=port, timeout=5).rcode()
        assert rcode == 0, "the primary does not make an update that is signed with the zone's key"

    def close(self) -> None:
        """Let both forget the zone."""
        for each in reversed(self._set_up):
            with contextlib.suppress(InteropError):
                each.remove(zone=self.zone)

    # What came of it

    def serial(self) -> int | None:
        """Return the copy's serial number, None when the secondary serves none."""
        return self._secondary.serial(zone=self.zone)

    def records(self) -> tuple[str, ...]:
        """Return the copy."""
        return self._secondary.records(zone=self.zone)

    def until(self, seen: Callable[[], bool], *, within: float = ARRIVAL) -> bool:
        """Wait until something is seen; return whether it was."""
        ends = time.monotonic() + min(within, self._pairing.remaining() - LOOK)
        while not seen():
            if time.monotonic() > ends:
                return False
            time.sleep(STEP)
        return True

    def arrives(self, *, within: float = ARRIVAL) -> None:
        """Fail unless the secondary comes to serve what the primary serves, record by record."""
        self.comes(within=within)
        self.compare()

    def comes(self, *, within: float = ARRIVAL) -> None:
        """Fail unless the secondary comes to serve a copy with the primary's serial number."""
        serial = int(self.content[0].split()[6])
        assert self.until(lambda: self.serial() == serial, within=within), self._why_not(serial)

    def compare(self) -> None:
        """Fail unless the copy is what the primary serves, record by record."""
        wanted = Counter(read(self.content))
        found = Counter(read(self.records()))
        ends = time.monotonic() + SETTLING
        while found != wanted and time.monotonic() < ends:
            time.sleep(STEP)
            found = Counter(read(self.records()))
        assert found, "the secondary serves the zone, but does not show its records"
        lost, strange = wanted - found, found - wanted
        aged = {_timeless(each) for each in lost} & {_timeless(each) for each in strange}
        assert not aged, f"the copy has other times to live for the types {_types(aged)}"
        assert not lost, f"the copy lacks records of the types {_types(lost)}"
        assert not strange, f"the copy has records that the zone has not, of the types {_types(strange)}"

    def answers(self, name: str, kind: str) -> None:
        """Fail unless the secondary answers who asks for one RRset with what the primary serves of it."""
        owner = dns.name.from_text(f"{name}.{self.zone}")
        host, port = self._pairing.site("secondary").address("dns")
        asked = dns.message.make_query(owner, kind, flags=0)
        try:
            reply = dns.query.tcp(asked, host, port=port, timeout=5, one_rr_per_rrset=True)
        except (OSError, EOFError, dns.exception.DNSException):
            raise AssertionError(f"the secondary does not answer with its {kind} records") from None
        found = {(each.name.to_digestable(), each[0].to_digestable()) for each in reply.answer}
        wanted = {
            (each[0], each[3])
            for each in read(self.content)
            if each[2] == kind and each[0] == owner.to_digestable()
        }
        assert found == wanted, f"the secondary answers with other {kind} records than the zone has"

    def stays(self, serial: int | None, *, seconds: float = 1.5) -> bool:
        """Return whether the copy keeps its serial number (None: there is no copy) for a while."""
        return not self.until(lambda: self.serial() != serial, within=seconds)

    # What passed

    @property
    def wire(self) -> Wire:
        """The relay between the two."""
        return self._pairing.wire

    def broken(self) -> bool:
        """Return whether the relay has cut a connection off."""
        return any(each.closed_by == "relay" for each in self.wire.conversations)

    def exchanges(self) -> list[Exchange]:
        """Return every question about the zone with its answers."""
        return self._reader.exchanges(self._pairing.wire.conversations)

    def notifies(self) -> list[Exchange]:
        """Return what the primary told the secondary."""
        return [each for each in self.exchanges() if each.asked.opcode() == dns.opcode.NOTIFY]

    def asked(self, *kinds: str) -> list[Exchange]:
        """Return what the secondary asked the primary for, of these types."""
        return [
            each
            for each in self.exchanges()
            if each.asked.opcode() == dns.opcode.QUERY and each.kind in kinds
        ]

    def transfers(self) -> list[Exchange]:
        """Return the transfers that the secondary asked for."""
        return self.asked("AXFR", "IXFR")

    def transfer(self) -> Exchange:
        """Return the last transfer that was made in whole."""
        whole = [each for each in self.transfers() if each.whole]
        assert whole, "no transfer of the zone was seen in whole"
        return whole[-1]

    def by_differences(self, transfer: Exchange) -> None:
        """State it as a fallback when the whole zone was transferred, as it may be (RFC 1995, 2 and 5)."""
        if transfer.kind != "IXFR":
            interop.fallback("the secondary asked for the whole zone, though it has a copy")
        elif not transfer.incremental:
            interop.fallback("the primary sent the whole zone, though it was asked for differences")

    def _route(self, side: str) -> suite.Endpoint:
        host, port = self._pairing.site(side).route("dns", by_number=True)
        return suite.Endpoint(host=host, port=port)

    def _remember(self, server: suite.Primary | suite.Secondary) -> None:
        if server not in self._set_up:
            self._set_up.append(server)

    def _why_not(self, serial: int) -> str:
        """Say how far a copy came that is not there."""
        have = self.serial()
        state = "serves no copy" if have is None else "keeps its old copy"
        transfers = self.transfers()
        if not self.asked("SOA", "AXFR", "IXFR"):
            return f"the secondary {state}, and has asked the primary nothing"
        if any(each.whole and each.serials[:1] == [serial] for each in transfers):
            return f"the secondary {state}, though it was given the zone in whole"
        refused = sorted({_rcode(answer) for each in transfers for answer in each.answers} - {"NOERROR"})
        if refused:
            return f"the secondary {state}; the primary answers its transfer with {', '.join(refused)}"
        if any(each.idle for each in transfers):
            return f"the secondary {state}; the primary sends message after message without a record"
        if not transfers:
            return f"the secondary {state}, and asks for no transfer"
        return f"the secondary {state}; no transfer came to its end"


@pytest.fixture
def desk(interop_pairing: Pairing, primary: suite.Primary, secondary: suite.Secondary) -> Iterator[Desk]:
    """Give a scenario its zone, and take that away at its end."""
    made = Desk(interop_pairing, primary, secondary)
    yield made
    made.close()


def read(lines: Iterable[str]) -> Iterator[Record]:
    """Read records of the master file form so that they can be compared."""
    for line in lines:
        owner, ttl, _, kind, data = line.split(maxsplit=4)
        rdata = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(kind), data)
        name = dns.name.from_text(owner).to_digestable()
        yield name, int(ttl), dns.rdatatype.to_text(rdata.rdtype), rdata.to_digestable()


def _timeless(record: Record) -> Record:
    owner, _, kind, data = record
    return owner, 0, kind, data


def _types(records: Iterable[Record]) -> str:
    return ", ".join(sorted({record[2] for record in records}))


def _rcode(message: dns.message.Message) -> str:
    return dns.rcode.to_text(message.rcode())
