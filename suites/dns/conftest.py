"""What every DNS scenario works with: both drivers, and a desk where questions are put and answers compared.

Messages of assertions name no address, port or time: they are what a failure is known by in another run.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dns.dnssec
import dns.exception
import dns.name
import dns.rdatatype
import dns.rrset
import dns.zone
import pytest

import interop

if TYPE_CHECKING:
    from suites.dns import contract as suite
    from suites.dns.messages import Packet, packets
    from suites.dns.records import canonical, data_of, shown, texts

    from interop.run.pairing import Pairing
else:
    suite = interop.contract("dns")
    packets = importlib.import_module(f"{suite.__package__}.messages").packets
    records = importlib.import_module(f"{suite.__package__}.records")
    canonical, data_of, shown, texts = records.canonical, records.data_of, records.shown, records.texts

client = interop.role("client")
server = interop.role("server")

SERVER_NAME = "mail.interop.test"
"""The name in every server's certificate."""


class Desk:
    """Puts questions, compares answers with the zones, and reads what passed on the wire."""

    def __init__(self, pairing: Pairing, client: suite.Client) -> None:
        self._pairing = pairing
        self._client = client
        self.description = client.describe()
        self.wire = pairing.wire

    # Asking

    def can(self, *capabilities: str) -> None:
        """End the scenario as unsupported when the client states that it lacks a capability."""
        for capability in capabilities:
            if not self.shows(capability):
                what = suite.CAPABILITIES[capability]
                raise interop.Unsupported(
                    f"{self.description.name} does not declare {capability!r}: {what}", side="client"
                )

    def shows(self, capability: str) -> bool:
        """Return whether the client declares the capability."""
        return capability in self.description.capabilities

    def endpoint(
        self, transport: str = "udp", *, trusted: bool = True, server_name: str = SERVER_NAME
    ) -> suite.Endpoint:
        """Return where the client asks: through the relay."""
        tls = transport == "tls"
        host, port = self._pairing.site("server").route("dot" if tls else "dns")
        return suite.Endpoint(
            host=host,
            port=port,
            transport=suite.Transport(transport),
            ca_file=self._pairing.site("client").ca_file(trusted=trusted) if tls else "",
            server_name=server_name if tls else "",
        )

    def question(self, name: str, kind: str = "A", **options: Any) -> suite.Question:
        """Return a question with RD set, unless `options` say otherwise; RD alone suits every server."""
        return suite.Question(**{"name": name, "type": kind, "recursion_desired": True, **options})

    def try_to_ask(
        self,
        name: str,
        kind: str = "A",
        *,
        endpoint: suite.Endpoint | None = None,
        timeout: float = 5.0,
        tries: int = 1,
        **options: Any,
    ) -> suite.Answer:
        """Let the client ask, and return what it reports."""
        return self._client.query(
            endpoint=endpoint or self.endpoint(),
            question=self.question(name, kind, **options),
            timeout=timeout,
            tries=tries,
        )

    def ask(self, name: str, kind: str = "A", **options: Any) -> suite.Answer:
        """Let the client ask; the scenario fails here when it reports that it has no answer."""
        return usable(self.try_to_ask(name, kind, **options))

    def exchange(
        self, *questions: suite.Question, transport: str = "tcp", pause: float = 0.0, pipelined: bool = False
    ) -> tuple[suite.Answer, ...]:
        """Let the client ask several questions on one connection; each must be answered."""
        answers = self._client.exchange(
            endpoint=self.endpoint(transport), questions=questions, pause=pause, pipelined=pipelined
        )
        assert len(answers) == len(questions), "the client does not report one answer for each question"
        return tuple(usable(answer) for answer in answers)

    @functools.cached_property
    def key(self) -> suite.Key:
        """The key that servers know."""
        secret = (self._given / "keys" / "interop-key.secret").read_text()
        return suite.Key(name="interop-key.", secret=secret.strip())

    # What the zones hold

    def zone(self, name: str) -> dns.zone.Zone:
        """Return a zone as the server was given it."""
        return _zone(self._given / "zones" / f"{name}zone", name)

    def stored(self, name: str, kind: str = "A") -> dns.rrset.RRset:
        """Return an RRset of interop.test, signed.test and so on, as the server was given it."""
        owner = dns.name.from_text(name)
        zone = self.zone(owner.split(3)[1].to_text())
        found: dns.rrset.RRset = zone.find_rrset(owner, kind)
        return found

    def anchor(self, zone: str) -> dns.rrset.RRset:
        """Return a signed zone's DNSKEY."""
        text = (self._given / "anchors" / f"{zone}dnskey").read_text().split(" ", 4)[-1].strip()
        return dns.rrset.from_text(zone, 3600, "IN", "DNSKEY", text)

    def check(self, answer: suite.Answer, *names: str, kind: str = "A") -> None:
        """Fail unless the client shows the RRsets of these names whole, and nothing else of that type."""
        wanted = canonical([record for name in names for record in shown(self.stored(name, kind))])
        wanted_type = dns.rdatatype.from_text(kind)
        _compare(kind, wanted, {record for record in canonical(answer.answer) if record[1] == wanted_type})

    def check_texts(self, answer: suite.Answer, name: str) -> None:
        """Fail unless the client shows the texts of a name whole, however they are divided into strings."""
        _compare("TXT", texts(shown(self.stored(name, "TXT"))), texts(answer.answer))

    def verify(self, records: Iterable[suite.Record], name: str, kind: str, zone: str) -> None:
        """Fail unless the records hold an RRset with a signature by the zone's key (RFC 4035, 5.3)."""
        owner = dns.name.from_text(name)
        mine = [record for record in records if dns.name.from_text(record.name) == owner]
        data = [data_of(record) for record in mine if record.type == kind]
        signatures = [data_of(record) for record in mine if record.type == "RRSIG"]
        signatures = [each for each in signatures if dns.rdatatype.to_text(each.covers()) == kind]
        assert data, f"there is no {kind} record"
        assert signatures, f"the {kind} records are not signed"
        ttl = mine[0].ttl
        try:
            dns.dnssec.validate(
                dns.rrset.from_rdata_list(owner, ttl, data),
                dns.rrset.from_rdata_list(owner, ttl, signatures),
                {dns.name.from_text(zone): self.anchor(zone)},
            )
        except dns.exception.ValidationFailure as error:
            raise AssertionError(f"the signature over the {kind} records does not hold\n  {error}") from None

    # What passed on the wire

    def queries(self) -> list[Packet]:
        """Return what the client sent in the clear, in order."""
        return packets(self.wire.conversations, "client")

    def replies(self) -> list[Packet]:
        """Return what the server sent in the clear, in order."""
        return packets(self.wire.conversations, "server")

    def asked(self, number: int = -1) -> Packet:
        """Return the last message of the client, or another one by its number."""
        queries = self.queries()
        assert queries, "the client asked nothing"
        return queries[number]

    def reply(self, number: int = -1) -> Packet:
        """Return the last message of the server, or another one by its number."""
        replies = self.replies()
        assert replies, "the server sent no answer"
        return replies[number]

    def header(self, answer: suite.Answer) -> tuple[str, frozenset[str]]:
        """Return code and flags of the server's last message; a client that shows them must show the same."""
        reply = self.reply()
        if self.shows("header") and answer.failure is None:
            assert answer.rcode == reply.rcode, "the client shows another code than the server sent"
            assert frozenset(answer.flags) == reply.flags, "the client shows other flags than the server sent"
        return reply.rcode, reply.flags

    def edns(self, answer: suite.Answer) -> suite.Edns | None:
        """Return what the server's last OPT says; a client that shows it must show the same."""
        sent = self.reply().edns
        if self.shows("edns-shown"):
            assert (answer.edns is None) == (sent is None), "the client sees EDNS where there is none, or not"
            if sent is not None and answer.edns is not None:
                seen = (answer.edns.version, answer.edns.payload, answer.edns.dnssec_ok)
                assert seen == (sent.version, sent.payload, sent.dnssec_ok), (
                    "the client shows another version, payload size or DO bit than the server sent"
                )
        return sent

    def section(self, answer: suite.Answer, name: str) -> tuple[suite.Record, ...]:
        """Return a section of the server's last message; a client that shows it must show the same."""
        sent = tuple(record for rrset in getattr(self.reply().message, name) for record in shown(rrset))
        if name == "answer" or self.shows("sections"):
            seen: tuple[suite.Record, ...] = getattr(answer, name)
            assert canonical(seen) == canonical(sent), (
                f"the client shows another {name} section than was sent"
            )
        return sent

    def sent(self, section: str) -> tuple[suite.Record, ...]:
        """Return what the server sent in a section, in all its messages."""
        rrsets = (rrset for reply in self.replies() for rrset in getattr(reply.message, section))
        return tuple(record for rrset in rrsets for record in shown(rrset))

    @property
    def _given(self) -> Path:
        return self._pairing.site("server").state / "given"


@pytest.fixture
def desk(interop_pairing: Pairing, client: suite.Client) -> Desk:
    """Where questions are put."""
    return Desk(interop_pairing, client)


def usable(answer: suite.Answer) -> suite.Answer:
    """Return the answer; fail when the client reports that it has none."""
    failure = answer.failure
    assert failure is None, f"the client reports that it has no answer: {failure.cause}\n  {failure.text}"
    return answer


def _compare(kind: str, wanted: AbstractSet[object], found: AbstractSet[object]) -> None:
    """Fail unless a client shows the records that a zone has, and no others."""
    assert found, f"the client shows no {kind} record"
    assert not wanted - found, (
        f"the client lacks {kind} records that the zone has, or shows others in their place"
    )
    assert not found - wanted, f"the client shows {kind} records that the zone does not have"


@functools.cache
def _zone(file: Path, name: str) -> dns.zone.Zone:
    return dns.zone.from_file(str(file), origin=name, relativize=False)
