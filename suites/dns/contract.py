"""What a driver of each DNS role can do, and the driver that serves every server peer.

A driver translates: it calls its library or program in the way that is usual there, and says what came of it.
It adds no protocol of its own, retries nothing and hides nothing. Knows nothing of scenarios.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interop.errors import Unsupported

if TYPE_CHECKING:
    from interop.run.pairing import Site


class Transport(StrEnum):
    """By what a question is carried."""

    UDP = "udp"
    """UDP; what is truncated is asked again over TCP as the client does it by itself (RFC 7766, 5)."""
    TCP = "tcp"
    """TCP from the beginning."""
    TLS = "tls"
    """DNS over TLS (RFC 7858). The server's certificate is verified, its name too."""


class Cause(StrEnum):
    """Why a client has no answer that it would use, as well as the client can tell."""

    TIMEOUT = "timeout"
    """No answer came in time."""
    NETWORK = "network"
    """The connection could not be made, or was lost."""
    TLS = "tls"
    """The connection could not be protected, or the server's certificate is not trusted."""
    SIGNATURE = "signature"
    """The answer's transaction signature is missing, wrong, or says that the question's was (RFC 8945)."""
    FORMAT = "format"
    """The client cannot read the answer."""
    UNKNOWN = "unknown"


CAPABILITIES = {
    "header": "shows the answer's code and flags",
    "sections": "shows the authority and additional sections",
    "recursion": "sets or clears RD as it is told (else RD is always set)",
    "checking-disabled": "sets CD when it is told to",
    "authentic-data": "sets AD when it is told to",
    "edns": "sends EDNS with the payload size and the DO bit that it is told, or none",
    "edns-version": "sends an EDNS version other than 0",
    "edns-flags": "sets reserved EDNS flags",
    "edns-options": "sends any EDNS option by its number",
    "edns-shown": "shows the answer's EDNS version, payload size, flags and options",
    "nsid": "asks for the server's identifier and shows it (options 3)",
    "cookie": "sends a DNS cookie that it is given, and shows the server's (option 10)",
    "padding": "pads its query with as many octets as it is told, and shows the answer's padding (option 12)",
    "opcode": "sends an opcode other than QUERY",
    "class": "asks in a class other than IN",
    "type-by-number": "asks for a type without a name, and shows its records (RFC 3597)",
    "tcp": "asks over TCP when it is told to",
    "fallback": "asks again over TCP when an answer over UDP is truncated",
    "tries": "sends a question again over UDP when no answer comes",
    "session": "asks several questions on one connection",
    "pipelining": "sends several questions on one connection without waiting for answers",
    "tls": "speaks DNS over TLS",
    "verify-ca": "refuses a certificate from a CA that it does not trust",
    "verify-name": "refuses a certificate that does not name the server",
    "tsig": "signs with hmac-sha256 and verifies what comes back (RFC 8945)",
    "update": "sends updates (RFC 2136)",
}
"""What a client may declare, and what each word means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a client is, and what it states that it can do."""

    name: str
    version: str
    capabilities: tuple[str, ...] = ()
    """Words of `CAPABILITIES`. What is not among them, the client states that it lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where to ask, and by what."""

    host: str
    """A name of the server, or its address."""
    port: int
    transport: Transport = Transport.UDP
    ca_file: str = ""
    """PEM file of the only CA to trust; given wherever TLS is used."""
    server_name: str = ""
    """The name that the certificate must hold; given wherever TLS is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An EDNS option (RFC 6891, 6.1.2)."""

    code: int
    data: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edns:
    """An OPT record, asked with or answered with (RFC 6891, 6.1)."""

    version: int = 0
    payload: int = 1232
    """Octets of the largest datagram that its sender takes."""
    dnssec_ok: bool = False
    flags: int = 0
    """The reserved flags (Z), 15 bits."""
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A TSIG key (RFC 8945), of the algorithm hmac-sha256."""

    name: str
    secret: str
    """Base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One query. Names are absolute, in the master file form (RFC 1035, 5.1), with a dot at their end."""

    name: str
    type: str = "A"
    """The mnemonic, or `TYPE65280` (RFC 3597, 5)."""
    qclass: str = "IN"
    recursion_desired: bool = False
    checking_disabled: bool = False
    authentic_data: bool = False
    opcode: int = 0
    edns: Edns | None = None
    """None: without EDNS, where the client can be told so (capability `edns`)."""
    key: Key | None = None
    """Sign with it, and verify the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One resource record, in the master file form (RFC 1035, 5.1; RFC 3597, 5), as the client shows it."""

    name: str
    """Absolute, with a dot at its end; the case as the client shows it."""
    ttl: int
    """Seconds."""
    rclass: str
    type: str
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What the client reports when it has no answer that it would use."""

    text: str
    """In the client's own words."""
    cause: Cause = Cause.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the client reports of one question. What it does not show is left empty."""

    rcode: str = ""
    """The mnemonic, such as `NOERROR`, `NXDOMAIN`, `BADVERS`; `RCODE<number>` where there is none."""
    flags: tuple[str, ...] = ()
    """Of `qr`, `aa`, `tc`, `rd`, `ra`, `ad`, `cd`."""
    question: str = ""
    """The name in the answer's question section."""
    answer: tuple[Record, ...] = ()
    authority: tuple[Record, ...] = ()
    additional: tuple[Record, ...] = ()
    """Without OPT and TSIG."""
    edns: Edns | None = None
    failure: Failure | None = None
    """Set when the client reports that it has no answer; what it shows besides stays."""


class Action(StrEnum):
    """What one line of an update does (RFC 2136, 2.5)."""

    ADD = "add"
    DELETE_RECORD = "delete-record"
    DELETE_RRSET = "delete-rrset"
    DELETE_NAME = "delete-name"


class Condition(StrEnum):
    """What must hold before an update is made (RFC 2136, 2.4)."""

    RRSET_EXISTS = "rrset-exists"
    """Whatever its data."""
    RRSET_EQUALS = "rrset-equals"
    """With exactly the data that is given."""
    RRSET_ABSENT = "rrset-absent"
    NAME_IN_USE = "name-in-use"
    NAME_UNUSED = "name-unused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of an update."""

    action: Action
    name: str
    type: str = ""
    """Empty for DELETE_NAME."""
    ttl: int = 0
    data: str = ""
    """For ADD and DELETE_RECORD."""

    @property
    def command(self) -> str:
        """The line in the language of nsupdate, which other programs read as well."""
        return {
            Action.ADD: f"update add {self.name} {self.ttl} {self.type} {self.data}",
            Action.DELETE_RECORD: f"update delete {self.name} {self.type} {self.data}",
            Action.DELETE_RRSET: f"update delete {self.name} {self.type}",
            Action.DELETE_NAME: f"update delete {self.name}",
        }[self.action]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prerequisite:
    """One prerequisite of an update."""

    condition: Condition
    name: str
    type: str = ""
    """Empty for the conditions on names."""
    data: str = ""
    """For RRSET_EQUALS."""

    @property
    def command(self) -> str:
        """The line in the language of nsupdate, which other programs read as well."""
        return {
            Condition.NAME_IN_USE: f"prereq yxdomain {self.name}",
            Condition.NAME_UNUSED: f"prereq nxdomain {self.name}",
            Condition.RRSET_EXISTS: f"prereq yxrrset {self.name} {self.type}",
            Condition.RRSET_ABSENT: f"prereq nxrrset {self.name} {self.type}",
            Condition.RRSET_EQUALS: f"prereq yxrrset {self.name} {self.type} {self.data}",
        }[self.condition]


class Client(ABC):
    """A program or library that asks DNS servers."""

    @abstractmethod
    def describe(self) -> Description:
        """Return name, exact version and capabilities of the client."""

    @abstractmethod
    def query(
        self, *, endpoint: Endpoint, question: Question, timeout: float = 5.0, tries: int = 1
    ) -> Answer:
        """Ask one question and return what the client reports.

        `timeout` is in seconds, for each try; `tries` is how often the question may be sent over UDP.
        Whatever goes wrong between client and server is reported in the Answer, never raised.
        """

    def exchange(
        self,
        *,
        endpoint: Endpoint,  # noqa: ARG002 - not offered
        questions: tuple[Question, ...],  # noqa: ARG002 - not offered
        timeout: float = 5.0,  # noqa: ARG002 - not offered
        pause: float = 0.0,  # noqa: ARG002 - not offered
        pipelined: bool = False,  # noqa: ARG002 - not offered
    ) -> tuple[Answer, ...]:
        """Ask several questions on one connection (TCP or TLS); return their answers in the questions' order.

        `pause` is how many seconds to idle between two questions. With `pipelined` all questions are sent
        before the first answer is awaited.
        """
        raise Unsupported("the client asks one question on each connection")

    def update(
        self,
        *,
        endpoint: Endpoint,  # noqa: ARG002 - not offered
        zone: str,  # noqa: ARG002 - not offered
        changes: tuple[Change, ...],  # noqa: ARG002 - not offered
        prerequisites: tuple[Prerequisite, ...] = (),  # noqa: ARG002 - not offered
        key: Key | None = None,  # noqa: ARG002 - not offered
        timeout: float = 5.0,  # noqa: ARG002 - not offered
    ) -> Answer:
        """Send one update and return what the client reports: its `rcode`, or its failure."""
        raise Unsupported("the client sends no updates")


class Server(ABC):
    """A program that answers DNS questions."""

    @abstractmethod
    def stored(self, *, name: str, kind: str) -> tuple[str, ...]:
        """Return the data of the RRset of type `kind` as the server has it now; empty for none."""


class GeneralServer(Server):
    """The driver of every server peer: it asks past the relay."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def stored(self, *, name: str, kind: str) -> tuple[str, ...]:
        """Ask the server itself, over TCP."""
        import dns.message  # noqa: PLC0415 - a client's driver has its own dnspython, or none
        import dns.query  # noqa: PLC0415 - likewise
        import dns.rdatatype  # noqa: PLC0415 - likewise

        host, port = self._site.address("dns")
        wanted = dns.rdatatype.from_text(kind)
        reply = dns.query.tcp(
            dns.message.make_query(name, wanted),
            host,
            port=port,
            timeout=5,
            ignore_trailing=True,  # records that a server sends and does not count are no answer
        )
        return tuple(data.to_text() for rrset in reply.answer if rrset.rdtype == wanted for data in rrset)


def furnish(folder: Path) -> None:
    """Write the zones, keys and trust anchors that every server peer loads (README)."""
    from .zones import write_zones  # noqa: PLC0415 - see above

    write_zones(folder)


ROLES = {"client": Client, "server": Server}
"""The contract of each role."""

GENERAL = {"server": GeneralServer}
"""The drivers that serve most implementations of a role."""


def trials(port: int) -> dict[str, dict[str, dict[str, Any]]]:
    """Return parameters by role and operation, against a server that is not there, for a driver's check."""
    endpoint = Endpoint(host="127.0.0.1", port=port)
    question = Question(name="www.interop.test.")
    change = Change(action=Action.ADD, name="new.dynamic.test.", type="A", ttl=60, data="192.0.2.1")
    return {
        "client": {
            "query": {"endpoint": endpoint, "question": question, "timeout": 1.0},
            "exchange": {"endpoint": endpoint, "questions": (question, question), "timeout": 1.0},
            "update": {
                "endpoint": endpoint,
                "zone": "dynamic.test.",
                "changes": (change,),
                "timeout": 1.0,
            },
        }
    }
