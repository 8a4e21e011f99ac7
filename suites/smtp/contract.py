"""What a driver of each SMTP role can do, and the driver that serves every conventional server peer.

A driver translates: it calls its library or program in the way that is usual there, and says what came of it.
It adds no protocol of its own, retries nothing and hides nothing. Knows nothing of scenarios.
"""

from __future__ import annotations

import smtplib
import ssl
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interop.errors import Unsupported

if TYPE_CHECKING:
    from interop.run.pairing import Site

HARNESS_NAME = "harness.interop.test"
"""By what the harness introduces itself when it asks a server for its extensions."""


class Security(StrEnum):
    """How a connection is protected. Wherever TLS is used, the server's certificate is verified."""

    NONE = "none"
    """In the clear, even where STARTTLS is offered."""
    STARTTLS = "starttls"
    """STARTTLS or nothing (RFC 3207)."""
    STARTTLS_IF_OFFERED = "starttls-if-offered"
    """STARTTLS where the server offers it, else in the clear."""
    TLS = "tls"
    """TLS from the first byte (RFC 8314, 3.3)."""


class Stage(StrEnum):
    """How far a client came before it failed, as well as the client can tell."""

    CONNECT = "connect"
    GREETING = "greeting"
    HELLO = "hello"
    TLS = "tls"
    AUTHENTICATION = "authentication"
    SENDER = "sender"
    RECIPIENTS = "recipients"
    CONTENT = "content"
    """From DATA to the reply that ends it."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a client is, and what it states that it can do."""

    name: str
    version: str
    capabilities: tuple[str, ...] = ()
    """Words of `CAPABILITIES`. What is not among them, the client states that it lacks."""


CAPABILITIES = {
    "session": "sends several mails in one session",
    "starttls": "uses STARTTLS, and can be told to insist on it",
    "starttls-if-offered": "uses STARTTLS where it is offered, else sends in the clear",
    "tls": "speaks TLS from the first byte",
    "verify-ca": "refuses a certificate from a CA that it does not trust",
    "verify-name": "refuses a certificate that does not name the server",
    "pipelining": "sends commands in groups where PIPELINING is offered",
    "size": "declares the message's size where SIZE is offered",
    "chunking": "sends content with BDAT where CHUNKING is offered",
    "8bitmime": "declares 8-bit content where 8BITMIME is offered",
    "smtputf8": "sends to internationalised addresses where SMTPUTF8 is offered",
    "dsn": "asks for delivery status notifications where DSN is offered",
    "auth:PLAIN": "authenticates with PLAIN; likewise auth:LOGIN, auth:CRAM-MD5 and so on",
}
"""What a client may declare, and what each word means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where to connect, and how."""

    host: str
    port: int
    security: Security = Security.NONE
    ca_file: str = ""
    """PEM file of the only CA to trust; given wherever TLS may be used."""
    hello: str = "client.interop.test"
    """The name to give in EHLO or HELO."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who to authenticate as."""

    user: str
    password: str
    mechanism: str = ""
    """The SASL mechanism to use; empty when the client is to choose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message with its envelope."""

    sender: str
    """Reverse-path without angle brackets; empty for the null sender."""
    recipients: tuple[str, ...]
    """Forward-paths without angle brackets, in the form that RFC 5321 sends (quoted where needed)."""
    content: bytes
    """Header, empty line and body; lines end in CRLF, nothing is dot-stuffed."""
    eight_bit: bool = False
    """Whether the body holds octets above 127, to be declared as 8BITMIME (RFC 6152)."""
    utf8: bool = False
    """Whether an address or the header holds more than ASCII, which needs SMTPUTF8 (RFC 6531)."""
    notify: tuple[str, ...] = ()
    """NOTIFY words to give with every recipient, such as SUCCESS and FAILURE (RFC 3461, 4.1)."""
    envelope_id: str = ""
    """ENVID to give (RFC 3461, 4.4); empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A server's reply as the client shows it."""

    code: int
    text: str = ""
    """All lines without their codes; the enhanced status code, when there is one, stands at its beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What the client reports when it did not get a mail through."""

    text: str
    """In the client's own words."""
    stage: Stage = Stage.UNKNOWN
    temporary: bool | None = None
    """Whether trying again later may help, as the client tells it; None when it does not tell."""
    reply: Reply | None = None
    """The server's reply that it goes back to, when the client shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What the client reports of one mail."""

    accepted: tuple[str, ...] = ()
    """Recipients for whom the client reports that the server has taken the mail."""
    refused: dict[str, Reply] = field(default_factory=dict)
    """Recipients that the client reports one by one as refused, with the server's replies."""
    failure: Failure | None = None
    """Set when the client reports that the mail did not get through to anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """What the client understood of the server's answer to its last EHLO."""

    extensions: dict[str, str]
    """Keywords in upper case, each with its parameters as they stood; empty after HELO."""


class Client(ABC):
    """A program or library that sends mail by SMTP."""

    @abstractmethod
    def describe(self) -> Description:
        """Return name, exact version and capabilities of the client."""

    @abstractmethod
    def send(
        self,
        *,
        endpoint: Endpoint,
        mails: tuple[Mail, ...],
        account: Account | None = None,
        timeout: float = 10.0,
        pause: float = 0.0,
    ) -> tuple[Delivery, ...]:
        """Send the mails in their order and return one Delivery for each.

        In one session when the client can, else in one for each. `timeout` is in seconds, for each step at
        which the server may keep silent; `pause` is how many seconds to idle between two mails. Whatever goes
        wrong between client and server is reported in the Delivery, never raised.
        """

    def hello(self, *, endpoint: Endpoint, timeout: float = 10.0) -> Hello:  # noqa: ARG002 - not offered
        """Open a session as `endpoint` says, TLS included; return what the client then knows."""
        raise Unsupported("the client does not show what it understood of the EHLO answer")

    def abandon(
        self,
        *,
        endpoint: Endpoint,  # noqa: ARG002 - not offered
        first: Mail,  # noqa: ARG002 - not offered
        second: Mail,  # noqa: ARG002 - not offered
        timeout: float = 10.0,  # noqa: ARG002 - not offered
    ) -> Delivery:
        """Give the first mail's envelope, take it back with RSET; send the second in the same session."""
        raise Unsupported("the client does not abandon a transaction that it has begun")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMail:
    """A message as it lies in a mailbox: what really arrived."""

    sender: str
    """Envelope sender; empty for the null sender."""
    recipient: str
    content: bytes
    """As the server handed it to its local delivery; lines end in CRLF or LF."""

    @property
    def lines(self) -> tuple[bytes, ...]:
        """All lines without their ends, trace fields that servers add included."""
        text = self.content.replace(b"\r\n", b"\n")
        return tuple(text.removesuffix(b"\n").split(b"\n"))

    @property
    def header(self) -> tuple[bytes, ...]:
        """The lines before the first empty one."""
        lines = self.lines
        return lines[: lines.index(b"")] if b"" in lines else lines

    @property
    def body(self) -> tuple[bytes, ...]:
        """The lines after the first empty one."""
        return self.lines[len(self.header) + 1 :]


class Server(ABC):
    """A program that receives mail by SMTP, and the mailboxes behind it."""

    @abstractmethod
    def extensions(self, *, port: str = "smtp", tls: bool = False) -> dict[str, str]:
        """Return the extensions that the server offers on a port, keyword in upper case to its parameters.

        `tls` asks again after STARTTLS. Empty when EHLO is not understood.
        """

    @abstractmethod
    def mailbox(self, *, local_part: str) -> tuple[StoredMail, ...]:
        """Return the messages that lie in a mailbox of interop.test now, in no particular order."""

    @abstractmethod
    def wait(self, *, local_part: str, count: int = 1, timeout: float = 8.0) -> tuple[StoredMail, ...]:
        """Return the mailbox as soon as it holds `count` messages, or as it is after `timeout` seconds."""

    def astray(self, *, word: str, known: tuple[str, ...]) -> str:  # noqa: ARG002 - not offered
        """Return the local part of a mailbox, none of the `known` ones, with a message that has the word.

        The word stands in the message's header. Empty when no mailbox has such a message.
        """
        raise Unsupported("the server's other mailboxes cannot be seen", side="server")


class GeneralServer(Server):
    """The driver of every server peer that keeps the conventions of this suite's README."""

    READS_STATE = True
    """What was received is read from the party's state directory, so that it must be there."""
    POLL = 0.005
    """Seconds between two looks at a mailbox: a look costs microseconds."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def extensions(self, *, port: str = "smtp", tls: bool = False) -> dict[str, str]:
        """Ask the server itself, past the relay; the answer is kept while this server is up."""
        known: dict[tuple[str, bool], dict[str, str]] = self._site.memory.setdefault("extensions", {})
        if (port, tls) not in known:
            try:
                known[port, tls] = _ask(*self._site.address(port), wrapped=port == "smtps", tls=tls)
            except ssl.SSLError as error:
                # It advertises TLS and breaks it: a failure of whatever needs TLS, no word that it lacks it.
                raise AssertionError(
                    f"the server does not tell what it offers under TLS: {error.reason}"
                ) from None
        return known[port, tls]

    def mailbox(self, *, local_part: str) -> tuple[StoredMail, ...]:
        """Read the files that the peer's local delivery has written."""
        folder = self._site.state / "mail" / local_part.encode().hex()
        if not folder.is_dir():
            return ()
        files = sorted(file for file in folder.iterdir() if not file.name.startswith("."))
        return tuple(_stored(file) for file in files)

    def wait(self, *, local_part: str, count: int = 1, timeout: float = 8.0) -> tuple[StoredMail, ...]:
        """Look until there is enough, at most `timeout` seconds long."""
        ends = time.monotonic() + timeout
        while len(found := self.mailbox(local_part=local_part)) < count and time.monotonic() < ends:
            time.sleep(self.POLL)
        return found

    def astray(self, *, word: str, known: tuple[str, ...]) -> str:
        """Look into the mailboxes that nobody asked for."""
        for folder in sorted((self._site.state / "mail").glob("*")):
            local_part = bytes.fromhex(folder.name).decode("utf-8", "replace")
            mails = () if local_part in known else self.mailbox(local_part=local_part)
            if any(word.encode() in line for mail in mails for line in mail.header):
                return local_part
        return ""


def _stored(file: Path) -> StoredMail:
    sender, recipient, content = file.read_bytes().split(b"\n", 2)
    return StoredMail(
        sender=sender.decode("utf-8", "replace").rstrip("\r"),
        recipient=recipient.decode("utf-8", "replace").rstrip("\r"),
        content=content,
    )


def _ask(host: str, port: int, *, wrapped: bool, tls: bool) -> dict[str, str]:
    """Say EHLO and return what the answer offers, whatever the certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = (
        smtplib.SMTP_SSL(host, port, local_hostname=HARNESS_NAME, timeout=10, context=context)
        if wrapped
        else smtplib.SMTP(host, port, local_hostname=HARNESS_NAME, timeout=10)
    )
    with connection as session:
        if tls:
            session.starttls(context=context)
        code, answer = session.ehlo()
        if code != 250:  # RFC 5321, 4.1.1.1: with any other code it is no list
            return {}
        words = (line.decode("ascii", "replace").split(None, 1) for line in answer.splitlines()[1:])
        return {word[0].upper(): word[1] if word[1:] else "" for word in words if word}


ROLES = {"client": Client, "server": Server}
"""The contract of each role."""

GENERAL = {"server": GeneralServer}
"""The drivers that serve most implementations of a role."""


def trials(port: int) -> dict[str, dict[str, dict[str, Any]]]:
    """Return parameters by role and operation, against a server that is not there, for a driver's check."""
    endpoint = Endpoint(host="127.0.0.1", port=port)
    content = b"From: <bob@sender.test>\r\nTo: <alice@interop.test>\r\nSubject: trial\r\n\r\nHello\r\n"
    mail = Mail(sender="bob@sender.test", recipients=("alice@interop.test",), content=content)
    return {
        "client": {
            "send": {"endpoint": endpoint, "mails": (mail,), "timeout": 5.0},
            "abandon": {"endpoint": endpoint, "first": mail, "second": mail, "timeout": 5.0},
        }
    }
