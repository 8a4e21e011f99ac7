"""An authoritative DNS server, correct in what the DNS suite asks of one; run as a process by the harness.

Every rule that a planted defect breaks is a method of its own, which `servers` overrides.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.tsig
import dns.zone

A, ANY, CNAME, DNAME, DS, NS, NSEC, RRSIG, SOA = (
    dns.rdatatype.from_text(word)
    for word in ("A", "ANY", "CNAME", "DNAME", "DS", "NS", "NSEC", "RRSIG", "SOA")
)
ZONES = ("interop.test.", "signed.test.", "dynamic.test.")
IDENTITY = b"ns1.interop.test"
LARGEST = 1232
"""Octets of the largest datagram that it sends."""
COOKIE_SIZES = {8, *range(16, 41)}
"""Octets that a cookie may have (RFC 7873, 4)."""


class Refused(Exception):  # noqa: N818 - what the server decided, not an error of ours
    """An update is not made; the code says why."""

    def __init__(self, rcode: dns.rcode.Rcode) -> None:
        super().__init__(rcode)
        self.rcode = rcode


class Server:
    """Answers one message after the other."""

    def __init__(self, given: Path) -> None:
        self.zones = {name: self.load(given / "zones" / f"{name}zone", name) for name in ZONES}
        secret = (given / "keys" / "interop-key.secret").read_text().strip()
        self.key = dns.tsig.Key("interop-key.", secret, "hmac-sha256")
        self.lock = threading.Lock()

    def load(self, file: Path, name: str) -> dns.zone.Zone:
        """Read a zone."""
        return dns.zone.from_file(str(file), origin=name, relativize=False)

    # Messages

    def respond(self, wire: bytes, *, stream: bool) -> bytes | None:
        """Return the answer to a message, None where there is none."""
        try:
            query = dns.message.from_wire(wire, keyring=False)
        except dns.exception.DNSException:
            return self.unreadable(wire)
        reply = self.reply_to(query)
        signed = self.check_signature(query, wire)
        if signed is not dns.rcode.NOERROR:
            return self.signature_error(query, reply, signed)
        if query.opcode() == dns.opcode.UPDATE:
            with self.lock:
                reply.set_rcode(self.update(query))
        elif query.opcode() != dns.opcode.QUERY:
            reply.set_rcode(dns.rcode.NOTIMP)
        elif self.edns(query, reply):
            self.answer(query, reply)
        return self.encode(query, reply, stream=stream)

    def unreadable(self, wire: bytes) -> bytes | None:
        """Return the answer to a message that is malformed behind its question."""
        try:
            reply = self.reply_to(dns.message.from_wire(wire, question_only=True))
        except dns.exception.DNSException:
            return None
        reply.set_rcode(dns.rcode.FORMERR)
        return reply.to_wire()

    def reply_to(self, query: dns.message.Message) -> dns.message.Message:
        """Return the empty answer: number, question, operation and RD are the query's (RFC 1035, 4.1.1)."""
        reply = dns.message.Message(id=query.id)
        reply.flags = dns.flags.QR | (query.flags & dns.flags.RD) | dns.opcode.to_flags(query.opcode())
        reply.question = self.question(query)
        return reply

    def question(self, query: dns.message.Message) -> list[dns.rrset.RRset]:
        """Return the question as it came."""
        return query.question

    def encode(self, query: dns.message.Message, reply: dns.message.Message, *, stream: bool) -> bytes:
        """Return the answer's octets: truncated where they are too many, signed where the query was."""
        if query.had_tsig:
            reply.use_tsig(self.key, original_id=query.id)
            reply.request_mac = query.mac
        wire = reply.to_wire(max_size=65535)
        if stream or len(wire) <= self.largest(query):
            return wire
        reply.answer, reply.authority, reply.additional = [], [], []
        reply.flags |= self.truncated()
        return reply.to_wire()

    def largest(self, query: dns.message.Message) -> int:
        """Return how many octets a datagram may have (RFC 6891, 6.2.3)."""
        return min(max(512, query.payload), LARGEST) if query.edns >= 0 else 512

    def truncated(self) -> dns.flags.Flag:
        """Return the flag of an answer from which something was left out."""
        return dns.flags.TC

    # Signatures (RFC 8945)

    def check_signature(self, query: dns.message.Message, wire: bytes) -> dns.rcode.Rcode:
        """Return the error of the query's signature, NOERROR where it is right or where there is none."""
        if not query.had_tsig:
            return dns.rcode.NOERROR
        if query.keyname != self.key.name:
            return dns.rcode.BADKEY
        try:
            dns.message.from_wire(wire, keyring={self.key.name: self.key})
        except dns.exception.DNSException:
            return dns.rcode.BADSIG
        return dns.rcode.NOERROR

    def signature_error(
        self, query: dns.message.Message, reply: dns.message.Message, error: dns.rcode.Rcode
    ) -> bytes:
        """Return the unsigned answer that says what is wrong (RFC 8945, 5.3.2)."""
        reply.set_rcode(dns.rcode.NOTAUTH)
        wire = bytearray(reply.to_wire())
        told = query.tsig[0].replace(mac=b"", error=error, other=b"")
        wire += query.keyname.to_wire() + b"\x00\xfa\x00\xff\x00\x00\x00\x00"
        data = told.to_wire()
        wire[11] = 1
        return bytes(wire + len(data).to_bytes(2, "big") + data)

    # EDNS (RFC 6891)

    def edns(self, query: dns.message.Message, reply: dns.message.Message) -> bool:
        """Say what is to be said of EDNS; return whether the question may be answered."""
        if query.edns < 0:
            return True
        options: list[dns.edns.Option] = []
        reply.use_edns(0, self.edns_flags(query), LARGEST, options=options)
        if query.edns > 0:
            reply.set_rcode(dns.rcode.BADVERS)
            return False
        for option in query.options:
            if not self.option(option, options):
                reply.set_rcode(dns.rcode.FORMERR)
                return False
        reply.use_edns(0, self.edns_flags(query), LARGEST, options=options)
        return True

    def edns_flags(self, query: dns.message.Message) -> int:
        """Return the DO bit of the query (RFC 3225, 3)."""
        return query.ednsflags & dns.flags.DO

    def option(self, option: dns.edns.Option, said: list[dns.edns.Option]) -> bool:
        """Answer an option; return whether it is well formed. What is not known is ignored (6.1.2)."""
        data = option.to_wire() or b""
        if option.otype == dns.edns.OptionType.NSID:
            said.append(dns.edns.GenericOption(dns.edns.OptionType.NSID, IDENTITY))
        elif option.otype == dns.edns.OptionType.COOKIE:
            if len(data) not in COOKIE_SIZES:
                return False
            said.append(dns.edns.GenericOption(dns.edns.OptionType.COOKIE, self.cookie(data[:8])))
        elif option.otype == dns.edns.OptionType.PADDING:
            said.append(dns.edns.GenericOption(dns.edns.OptionType.PADDING, bytes(128)))
        return True

    def cookie(self, clients: bytes) -> bytes:
        """Return the client's cookie and the server's own."""
        return clients + hashlib.sha256(clients + self.key.secret).digest()[:8]

    # Answers (RFC 1034, 4.3.2)

    def answer(self, query: dns.message.Message, reply: dns.message.Message) -> None:
        """Fill in what the zones hold."""
        asked = query.question[0]
        if asked.rdclass == dns.rdataclass.CH and asked.name == dns.name.from_text("id.server."):
            reply.answer.append(dns.rrset.from_text(asked.name, 0, "CH", "TXT", f'"{IDENTITY.decode()}"'))
            return
        zone = self.zone_of(asked.name)
        if zone is None:
            reply.set_rcode(dns.rcode.REFUSED)
            return
        reply.flags |= self.authority_flag()
        signed = bool(query.ednsflags & dns.flags.DO) and query.edns >= 0
        Lookup(self, zone, reply, signed=signed).follow(asked.name, asked.rdtype)

    def authority_flag(self) -> dns.flags.Flag:
        """Return the flag of an answer from the zone."""
        return dns.flags.AA

    def zone_of(self, name: dns.name.Name) -> dns.zone.Zone | None:
        """Return the zone in which a name lies."""
        return next((zone for zone in self.zones.values() if name.is_subdomain(zone.origin)), None)

    def wildcard(self, zone: dns.zone.Zone, name: dns.name.Name) -> dns.name.Name | None:
        """Return the wildcard that covers a name which does not exist (RFC 4592, 3.3.1)."""
        closest = name.parent()
        while not exists(zone, closest):
            closest = closest.parent()
        found = dns.name.Name((b"*", *closest.labels))
        return found if found in zone.nodes else None

    def synthesized(self, name: dns.name.Name, target: dns.name.Name) -> list[dns.rrset.RRset]:
        """Return the alias that follows from a DNAME (RFC 6672, 3.1)."""
        return [dns.rrset.from_text(name, 3600, "IN", "CNAME", target.to_text())]

    def glue(self, zone: dns.zone.Zone, servers: dns.rrset.RRset) -> list[dns.rrset.RRset]:
        """Return the addresses of name servers (RFC 1034, 4.2.1)."""
        return [
            rrset
            for server in servers
            for rrset in rrsets(zone, server.target)
            if dns.rdatatype.to_text(rrset.rdtype) in {"A", "AAAA"}
        ]

    def records(self, rrset: dns.rrset.RRset) -> dns.rrset.RRset:
        """Return an RRset as it is sent."""
        return rrset

    def signatures(self, zone: dns.zone.Zone, name: dns.name.Name, kind: int) -> list[dns.rdata.Rdata]:
        """Return the signatures over an RRset."""
        found = zone.get_rdataset(name, RRSIG, kind)
        return list(found) if found is not None else []

    def negative(self, zone: dns.zone.Zone) -> dns.rrset.RRset | None:
        """Return the SOA record of a negative answer (RFC 2308, 3)."""
        soa = zone.find_rdataset(zone.origin, SOA)
        return dns.rrset.from_rdata_list(zone.origin, min(soa.ttl, soa[0].minimum), list(soa))

    def no_data(self) -> dns.rcode.Rcode:
        """Return the code for a name that has other records."""
        return dns.rcode.NOERROR

    def proofs(self, zone: dns.zone.Zone, names: list[dns.name.Name]) -> list[dns.name.Name]:
        """Return the owners of the NSEC records that deny or match each of the names."""
        owners = sorted(name for name in zone.nodes if zone.get_rdataset(name, NSEC) is not None)
        return list(dict.fromkeys(max(o for o in owners if o <= name) for name in names)) if owners else []

    # Updates (RFC 2136)

    def update(self, query: dns.message.Message) -> dns.rcode.Rcode:
        """Make an update, and return its code."""
        zone = self.zones["dynamic.test."]
        if not self.may_update(query):
            return dns.rcode.REFUSED
        if query.question[0].name != zone.origin:
            return dns.rcode.NOTAUTH
        try:
            self.require(zone, query.answer)
        except Refused as refused:
            return refused.rcode
        if not all(each.name.is_subdomain(zone.origin) for each in query.authority):
            return dns.rcode.NOTZONE
        for each in query.authority:
            self.change(zone, each)
        self.raise_serial(zone)
        return dns.rcode.NOERROR

    def may_update(self, query: dns.message.Message) -> bool:
        """Return whether the client may change the zone."""
        return bool(query.had_tsig)

    def require(self, zone: dns.zone.Zone, prerequisites: list[dns.rrset.RRset]) -> None:
        """Raise Refused where a prerequisite does not hold (3.2)."""
        for each in prerequisites:
            wanted = zone.get_rdataset(each.name, each.rdtype) if each.rdtype != ANY else None
            absent = each.deleting == dns.rdataclass.NONE
            if each.rdtype == ANY:
                if bool(rrsets(zone, each.name)) == absent:
                    raise Refused(dns.rcode.YXDOMAIN if absent else dns.rcode.NXDOMAIN)
            elif absent:
                if wanted is not None:
                    raise Refused(dns.rcode.YXRRSET)
            elif wanted is None or (each.deleting is None and set(wanted) != set(each)):
                raise Refused(dns.rcode.NXRRSET)

    def change(self, zone: dns.zone.Zone, line: dns.rrset.RRset) -> None:
        """Make one line of an update (3.4.2)."""
        if line.deleting is None:
            zone.find_rdataset(line.name, line.rdtype, create=True).update(line)
        elif line.deleting == dns.rdataclass.NONE:
            found = zone.get_rdataset(line.name, line.rdtype)
            for data in line if found is not None else ():
                found.discard(data)
            if found is not None and not found:
                zone.delete_rdataset(line.name, line.rdtype)
        elif line.rdtype == ANY:
            zone.delete_node(line.name)
        else:
            zone.delete_rdataset(line.name, line.rdtype)

    def raise_serial(self, zone: dns.zone.Zone) -> None:
        """Raise the serial number after a change (3.6)."""
        soa = zone.find_rdataset(zone.origin, SOA)
        raised = soa[0].replace(serial=soa[0].serial + 1)
        soa.clear()
        soa.add(raised)

    # Connections

    def serve_stream(self, connection: Any) -> None:
        """Answer every question of a connection."""
        with contextlib.suppress(OSError, EOFError), connection:
            while True:
                size = int.from_bytes(_exactly(connection, 2), "big")
                answer = self.respond(_exactly(connection, size), stream=True)
                if answer is not None:
                    connection.sendall(len(answer).to_bytes(2, "big") + answer)


class Lookup:
    """One question's way through a zone."""

    def __init__(
        self, server: Server, zone: dns.zone.Zone, reply: dns.message.Message, *, signed: bool
    ) -> None:
        self.server = server
        self.zone = zone
        self.reply = reply
        self.signed = signed

    def follow(self, name: dns.name.Name, kind: int) -> None:
        """Answer, and go on with the alias where there is one."""
        if self._delegated(name, kind) or self._redirected(name, kind):
            return
        source = name if exists(self.zone, name) else self.server.wildcard(self.zone, name)
        if source is None:
            self.reply.set_rcode(dns.rcode.NXDOMAIN)
            self._denied(name)
            return
        wildcard = source != name
        found = [each for each in rrsets(self.zone, source) if kind == ANY or each.rdtype in {kind, CNAME}]
        for each in found:
            self._add(self.reply.answer, each, source, name)
        if not found:
            self.reply.set_rcode(self.server.no_data())
            self._denied(source)
        if wildcard:
            self._prove(self.reply.authority, [name])
        if found and found[0].rdtype == CNAME and kind not in {CNAME, ANY}:
            target = found[0][0].target
            if target.is_subdomain(self.zone.origin):
                self.follow(target, kind)

    def _delegated(self, name: dns.name.Name, kind: int) -> bool:
        """Refer to another zone's servers where the name is theirs."""
        for cut in ancestors(name, self.zone.origin):
            servers = self.zone.get_rrset(cut, NS)
            if servers is None or (cut == name and kind == DS):
                continue
            self.reply.flags &= ~dns.flags.AA
            self._add(self.reply.authority, servers, cut, cut)
            digest = self.zone.get_rrset(cut, DS)
            if digest is not None and self.signed:
                self._add(self.reply.authority, digest, cut, cut)
            elif digest is None:
                self._prove(self.reply.authority, [cut])
            self.reply.additional += self.server.glue(self.zone, servers)
            return True
        return False

    def _redirected(self, name: dns.name.Name, kind: int) -> bool:
        """Go on where a DNAME above the name leads (RFC 6672, 3.2)."""
        for owner in ancestors(name, self.zone.origin):
            found = self.zone.get_rrset(owner, DNAME)
            if found is None or owner == name:
                continue
            self._add(self.reply.answer, found, owner, owner)
            try:
                target = name.relativize(owner).concatenate(found[0].target)
            except dns.name.NameTooLong:
                self.reply.set_rcode(dns.rcode.YXDOMAIN)
                return True
            self.reply.answer += self.server.synthesized(name, target)
            self.follow(target, kind)
            return True
        return False

    def _denied(self, name: dns.name.Name) -> None:
        soa = self.server.negative(self.zone)
        if soa is not None:
            self._add(self.reply.authority, soa, self.zone.origin, self.zone.origin)
        closest = next(each for each in (*up(name),) if exists(self.zone, each))
        self._prove(self.reply.authority, [name, dns.name.Name((b"*", *closest.labels))])

    def _prove(self, section: list[dns.rrset.RRset], names: list[dns.name.Name]) -> None:
        for owner in self.server.proofs(self.zone, names) if self.signed else ():
            found = self.zone.get_rrset(owner, NSEC)
            if found is not None and not any(each.name == owner and each.rdtype == NSEC for each in section):
                self._add(section, found, owner, owner)

    def _add(
        self,
        section: list[dns.rrset.RRset],
        rrset: dns.rrset.RRset,
        source: dns.name.Name,
        owner: dns.name.Name,
    ) -> None:
        """Add an RRset under the name asked for, with its signatures where they are wanted."""
        sent = self.server.records(rrset)
        section.append(dns.rrset.from_rdata_list(owner, sent.ttl, list(sent)))
        signatures = self.server.signatures(self.zone, source, rrset.rdtype) if self.signed else []
        if signatures:
            section.append(dns.rrset.from_rdata_list(owner, rrset.ttl, signatures))


def rrsets(zone: dns.zone.Zone, name: dns.name.Name) -> list[dns.rrset.RRset]:
    """Return the RRsets of a name, without signatures and proofs."""
    node = zone.get_node(name)
    return [
        dns.rrset.from_rdata_list(name, each.ttl, list(each))
        for each in (node.rdatasets if node is not None else ())
        if each.rdtype not in {RRSIG, NSEC}
    ]


def exists(zone: dns.zone.Zone, name: dns.name.Name) -> bool:
    """Return whether a name has records, or names below it that have (RFC 4592, 2.2)."""
    return any(each.is_subdomain(name) for each in zone.nodes)


def up(name: dns.name.Name) -> Iterator[dns.name.Name]:
    """Yield the name and all names above it."""
    while name != dns.name.root:
        yield name
        name = name.parent()


def ancestors(name: dns.name.Name, origin: dns.name.Name) -> list[dns.name.Name]:
    """Return the names from below the zone's own down to the name."""
    return [each for each in up(name) if each.is_subdomain(origin) and each != origin][::-1]


def _exactly(connection: Any, size: int) -> bytes:
    data = b""
    while len(data) < size:
        some = connection.recv(size - len(data))
        if not some:
            raise EOFError
        data += some
    return data


def serve(make: type[Server]) -> None:
    """Serve the ports that the environment names, until the process is ended."""
    state, host = Path(os.environ["INTEROP_STATE"]), os.environ["INTEROP_HOST"]
    server = make(state / "given")
    number = int(os.environ["INTEROP_PORT_DNS"])
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind((host, number))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(state / "tls" / "cert.pem", state / "tls" / "key.pem")
    protected = int(os.environ["INTEROP_PORT_DOT"])
    for port, tls in ((number, None), (protected, context)):
        listener = socket.create_server((host, port), backlog=50)
        threading.Thread(target=_listen, args=(server, listener, tls)).start()
    while True:
        question, address = datagrams.recvfrom(65535)
        answer = server.respond(question, stream=False)
        if answer is not None:
            datagrams.sendto(answer, address)


def _listen(server: Server, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_converse, args=(server, connection, tls), daemon=True).start()


def _converse(server: Server, connection: socket.socket, tls: ssl.SSLContext | None) -> None:
    with contextlib.suppress(OSError):
        server.serve_stream(tls.wrap_socket(connection, server_side=True) if tls else connection)
