"""A DNS client on bare sockets, correct in all that the DNS suite asks of a product.

Every rule that a planted defect breaks is a method of its own, which `clients` overrides. Messages are put
together and read by dnspython.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.tsig
import dns.update

import interop

if TYPE_CHECKING:
    from suites.dns import contract as suite
else:
    suite = interop.contract("dns")


class Correct(suite.Client):
    """One socket at a time."""

    def describe(self) -> suite.Description:
        """Say that it can do everything."""
        return suite.Description(name="planted", version="1.0", capabilities=tuple(suite.CAPABILITIES))

    # Operations

    def query(
        self,
        *,
        endpoint: suite.Endpoint,
        question: suite.Question,
        timeout: float = 5.0,
        tries: int = 1,
    ) -> suite.Answer:
        """Ask one question."""
        try:
            return self.report(self.carry(endpoint, self.message(question), timeout, tries))
        except (OSError, EOFError, dns.exception.DNSException) as error:
            return suite.Answer(failure=failure(error))

    def exchange(
        self,
        *,
        endpoint: suite.Endpoint,
        questions: tuple[suite.Question, ...],
        timeout: float = 5.0,
        pause: float = 0.0,
        pipelined: bool = False,
    ) -> tuple[suite.Answer, ...]:
        """Ask on one connection."""
        messages = [self.message(question) for question in questions]
        for number, message in enumerate(messages):  # drawn by chance, two could be the same
            message.id = (messages[0].id + number) % 0x10000
        found: dict[int, suite.Answer] = {}
        failed = suite.Failure(text="no answer")
        try:
            with self.connection(endpoint, timeout) as connection:
                for number, message in enumerate(messages):
                    time.sleep(pause if number else 0.0)
                    self.send(connection, message)
                    if not pipelined:
                        found[message.id] = self.report(self.receive(connection, message))
                for _ in messages if pipelined else ():
                    reply = self.read(self.whole(connection), messages[0])
                    found[reply.id] = self.report(reply)
        except (OSError, EOFError, dns.exception.DNSException) as error:
            failed = failure(error)
        return tuple(found.get(message.id, suite.Answer(failure=failed)) for message in messages)

    def update(
        self,
        *,
        endpoint: suite.Endpoint,
        zone: str,
        changes: tuple[suite.Change, ...],
        prerequisites: tuple[suite.Prerequisite, ...] = (),
        key: suite.Key | None = None,
        timeout: float = 5.0,
    ) -> suite.Answer:
        """Send one update."""
        message = dns.update.UpdateMessage(zone)
        self.require(message, prerequisites)
        for change in changes:
            if change.action is suite.Action.ADD:
                message.add(change.name, change.ttl, change.type, change.data)
            else:
                message.delete(change.name, *filter(None, (change.type, change.data)))
        self.sign(message, key)
        try:
            return self.report(self.carry(endpoint, message, timeout, 1))
        except (OSError, EOFError, dns.exception.DNSException) as error:
            return suite.Answer(failure=failure(error))

    # Questions

    def message(self, question: suite.Question) -> dns.message.Message:
        """Return the message of a question."""
        name = self.name(question.name)
        message = dns.message.make_query(name, question.type, question.qclass, use_edns=False)
        message.flags = dns.opcode.to_flags(dns.opcode.Opcode.make(question.opcode))
        message.flags |= dns.flags.RD if question.recursion_desired else 0
        message.flags |= dns.flags.CD if question.checking_disabled else 0
        message.flags |= dns.flags.AD if question.authentic_data else 0
        if question.edns is not None:
            self.extend(message, question.edns)
        self.sign(message, question.key)
        return message

    def name(self, text: str) -> dns.name.Name:
        """Return the name that a text means (RFC 1035, 5.1)."""
        return dns.name.from_text(text)

    def extend(self, message: dns.message.Message, edns: suite.Edns) -> None:
        """Add EDNS (RFC 6891, 6.1)."""
        flags = edns.flags | (dns.flags.DO if edns.dnssec_ok else 0)
        options: list[dns.edns.Option] = [
            dns.edns.GenericOption(dns.edns.OptionType.make(each.code), each.data) for each in edns.options
        ]
        message.use_edns(edns.version, flags, edns.payload, options=options)

    def sign(self, message: dns.message.Message, key: suite.Key | None) -> None:
        """Sign with the key (RFC 8945, 5.1)."""
        if key is not None:
            message.use_tsig(dns.tsig.Key(key.name, key.secret, "hmac-sha256"))

    def require(
        self, message: dns.update.UpdateMessage, prerequisites: tuple[suite.Prerequisite, ...]
    ) -> None:
        """Add the prerequisites of an update (RFC 2136, 2.4)."""
        absent = {suite.Condition.NAME_UNUSED, suite.Condition.RRSET_ABSENT}
        for each in prerequisites:
            say = message.absent if each.condition in absent else message.present
            say(each.name, *filter(None, (each.type, each.data)))

    # Carrying

    def carry(
        self, endpoint: suite.Endpoint, message: dns.message.Message, timeout: float, tries: int
    ) -> dns.message.Message:
        """Ask by what the endpoint says, and again over TCP what is truncated (RFC 7766, 5)."""
        if endpoint.transport is suite.Transport.UDP:
            reply = self.datagram(endpoint, message, timeout, tries)
            if not self.truncated(reply):
                return reply
        with self.connection(endpoint, timeout) as connection:
            self.send(connection, message)
            return self.receive(connection, message)

    def truncated(self, reply: dns.message.Message) -> bool:
        """Return whether something was left out."""
        return bool(reply.flags & dns.flags.TC)

    def datagram(
        self, endpoint: suite.Endpoint, message: dns.message.Message, timeout: float, tries: int
    ) -> dns.message.Message:
        """Ask over UDP, and again when no answer comes (RFC 1035, 4.2.1)."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            datagrams.settimeout(timeout)
            datagrams.connect((address(endpoint), endpoint.port))
            wire = message.to_wire()
            for number in range(tries):
                datagrams.send(wire)
                try:
                    return self.read(datagrams.recv(65535), message)
                except TimeoutError:
                    if number + 1 == tries:
                        raise
        raise TimeoutError("no try at all")

    @contextlib.contextmanager
    def connection(self, endpoint: suite.Endpoint, timeout: float) -> Iterator[Any]:
        """Open a connection, under TLS where it is asked for."""
        with socket.create_connection((address(endpoint), endpoint.port), timeout) as stream:
            if endpoint.transport is not suite.Transport.TLS:
                yield stream
                return
            with self.trust(endpoint).wrap_socket(stream, server_hostname=endpoint.server_name) as protected:
                yield protected

    def trust(self, endpoint: suite.Endpoint) -> ssl.SSLContext:
        """Return what decides which certificates are taken (RFC 8310, 8.1)."""
        return ssl.create_default_context(cafile=endpoint.ca_file)

    def send(self, connection: Any, message: dns.message.Message) -> None:
        """Send a message with its length before it (RFC 1035, 4.2.2)."""
        connection.sendall(message.to_wire(prepend_length=True))

    def receive(self, connection: Any, message: dns.message.Message) -> dns.message.Message:
        """Receive the answer to a message."""
        return self.read(self.whole(connection), message)

    def whole(self, connection: Any) -> bytes:
        """Receive one message in whole, however it is divided (RFC 7766, 8)."""
        size = int.from_bytes(self.exactly(connection, 2), "big")
        return self.exactly(connection, size)

    def exactly(self, connection: Any, size: int) -> bytes:
        """Receive so many octets."""
        data = b""
        while len(data) < size:
            some = connection.recv(size - len(data))
            if not some:
                raise EOFError("the connection ended")
            data += some
        return data

    # Answers

    def read(self, wire: bytes, message: dns.message.Message) -> dns.message.Message:
        """Read an answer; verify its signature where the question was signed (RFC 8945, 5.4)."""
        return dns.message.from_wire(wire, keyring=message.keyring, request_mac=message.mac)

    def report(self, reply: dns.message.Message) -> suite.Answer:
        """Say what the answer says."""
        return suite.Answer(
            rcode=self.rcode(reply),
            flags=tuple(dns.flags.to_text(reply.flags).lower().split()),
            question=reply.question[0].name.to_text() if reply.question else "",
            answer=self.records(reply.answer),
            authority=self.records(reply.authority),
            additional=self.records(reply.additional),
            edns=self.edns(reply),
        )

    def rcode(self, reply: dns.message.Message) -> str:
        """Return the answer's code."""
        return dns.rcode.to_text(reply.rcode())

    def edns(self, reply: dns.message.Message) -> suite.Edns | None:
        """Return what the answer says by EDNS."""
        if reply.edns < 0:
            return None
        return suite.Edns(
            version=reply.edns,
            payload=reply.payload,
            dnssec_ok=bool(reply.ednsflags & dns.flags.DO),
            flags=reply.ednsflags & 0x7FFF,
            options=tuple(
                suite.Option(code=int(each.otype), data=each.to_wire() or b"") for each in reply.options
            ),
        )

    def records(self, section: list[dns.rrset.RRset]) -> tuple[suite.Record, ...]:
        """Return the records of a section."""
        return tuple(
            suite.Record(
                name=rrset.name.to_text(),
                ttl=rrset.ttl,
                rclass=dns.rdataclass.to_text(rrset.rdclass),
                type=dns.rdatatype.to_text(rrset.rdtype),
                data=self.text(data),
            )
            for rrset in section
            for data in rrset
        )

    def text(self, data: Any) -> str:
        """Return a record's data in the master file form."""
        return str(data.to_text())


def address(endpoint: suite.Endpoint) -> str:
    """Return the server's IPv4 address."""
    return str(socket.getaddrinfo(endpoint.host, endpoint.port, socket.AF_INET)[0][4][0])


def failure(error: BaseException) -> suite.Failure:
    """Say what went wrong."""
    kinds = {
        dns.tsig.PeerError: suite.Cause.SIGNATURE,
        dns.tsig.BadSignature: suite.Cause.SIGNATURE,
        dns.exception.DNSException: suite.Cause.FORMAT,
        TimeoutError: suite.Cause.TIMEOUT,
        ssl.SSLError: suite.Cause.TLS,
        OSError: suite.Cause.NETWORK,
        EOFError: suite.Cause.NETWORK,
    }
    cause = next((each for kind, each in kinds.items() if isinstance(error, kind)), suite.Cause.UNKNOWN)
    return suite.Failure(text=f"{type(error).__name__}: {error}", cause=cause)
