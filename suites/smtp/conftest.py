"""What every SMTP scenario works with: both drivers, and a desk where mail is written, sent and looked for.

Messages of assertions name no address, port or time: they are what a failure is known by in another run.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

import interop

if TYPE_CHECKING:
    from suites.smtp import contract as smtp

    from interop.run.pairing import Pairing
    from interop.run.wire import Conversation, Wire
else:
    smtp = interop.contract("smtp")

client = interop.role("client")
server = interop.role("server")

ARRIVAL = 8.0
"""Seconds in which a mail that a server has taken must lie in its mailbox."""

STRAYED = 1.0
"""Seconds after which an awaited mail is looked for in other mailboxes, too."""

MANY = 75.0
"""Seconds in which a mail to very many mailboxes must have arrived in all of them."""

MANY_QUIET = 20.0
"""Seconds without an arrival in any of these mailboxes after which no more is awaited."""

QUIET = 0.4
"""Seconds without a message after which a mailbox counts as empty: peers deliver within a tenth of that."""

ENDING = 2.0
"""Seconds that a connection may take to end once its client has reported."""

USER, PASSWORD = "alice@interop.test", "Sesame-4711"
"""The account that every server peer has (README)."""


@dataclass(frozen=True, slots=True)
class Box:
    """A mailbox of its own for this attempt."""

    local_part: str
    """As it is meant, without quotes."""
    address: str
    """As it stands in a command."""


class Desk:
    """Writes letters, hands them to the client, and looks into the mailboxes behind the server."""

    def __init__(self, pairing: Pairing, client: smtp.Client, server: smtp.Server) -> None:
        self._pairing = pairing
        self._client = client
        self._server = server
        self._numbers = itertools.count(1)
        self._boxes: list[str] = []
        self.description = client.describe()

    @property
    def token(self) -> str:
        """A word that stands in every letter of this attempt and nowhere else."""
        return self._pairing.unique("t")

    @property
    def wants_tls(self) -> bool:
        """Whether this configuration takes no mail in the clear on its main port."""
        return self._pairing.site("server").party.configuration == "tls-required"

    def box(self, prefix: str = "box", *, quoted: bool = False) -> Box:
        """Return a mailbox that nobody else writes to; the prefix may provoke, as the README says."""
        local_part = self._pairing.unique(prefix)
        self._boxes.append(local_part)
        return Box(local_part, f'"{local_part}"@interop.test' if quoted else f"{local_part}@interop.test")

    def shared_box(self, local_part: str) -> Box:
        """Return a mailbox that other attempts write to as well."""
        self._boxes.append(local_part)
        return Box(local_part, f"{local_part}@interop.test")

    def letter(
        self,
        *boxes: Box,
        body: Iterable[str | bytes] = ("Hello,", "", "this is a test."),
        header: Iterable[str | bytes] = (),
        sender: str = "bob@sender.test",
        **envelope: Any,
    ) -> smtp.Mail:
        """Return a mail to the boxes; `header` comes after the usual fields, `envelope` is Mail's own."""
        fields = (
            "From: Bob <bob@sender.test>",
            "To: Alice <alice@interop.test>",
            f"Subject: {self.token}",
            "Date: Sat, 14 Nov 2026 09:30:00 +0000",
            f"Message-ID: <{self.token}.{next(self._numbers)}@sender.test>",
            *header,
        )
        lines = [each if isinstance(each, bytes) else each.encode() for each in (*fields, "", *body)]
        content = b"".join(line + b"\r\n" for line in lines)
        recipients = tuple(box.address for box in boxes)
        return smtp.Mail(sender=sender, recipients=recipients, content=content, **envelope)

    def endpoint(
        self,
        port: str = "smtp",
        security: str = "",
        *,
        trusted: bool = True,
        by_number: bool = False,
        hello: str = "client.interop.test",
    ) -> smtp.Endpoint:
        """Return where the client connects: through the relay, in the clear unless the server wants TLS."""
        default = "starttls" if self.wants_tls and port == "smtp" else "none"
        host, number = self._pairing.site("server").route(port, by_number=by_number)
        return smtp.Endpoint(
            host=host,
            port=number,
            security=smtp.Security(security or default),
            ca_file=self._pairing.site("client").ca_file(trusted=trusted),
            hello=hello,
        )

    def account(self, mechanism: str = "", password: str = PASSWORD) -> smtp.Account:
        """Return the account that every server peer has."""
        return smtp.Account(user=USER, password=password, mechanism=mechanism)

    def try_to_send(
        self,
        *mails: smtp.Mail,
        endpoint: smtp.Endpoint | None = None,
        account: smtp.Account | None = None,
        timeout: float = 10.0,
        pause: float = 0.0,
    ) -> tuple[smtp.Delivery, ...]:
        """Let the client send, and return what it reports."""
        return self._client.send(
            endpoint=endpoint or self.endpoint(), mails=mails, account=account, timeout=timeout, pause=pause
        )

    def try_one(self, mail: smtp.Mail, **options: Any) -> smtp.Delivery:
        """Let the client send one mail, and return what it reports."""
        return self.try_to_send(mail, **options)[0]

    def send(self, *mails: smtp.Mail, **options: Any) -> None:
        """Let the client send; the scenario fails here when it reports anything but success."""
        for delivery in self.try_to_send(*mails, **options):
            assert delivery.failure is None, f"the client reports that the mail was not sent: {why(delivery)}"
            assert not delivery.refused, f"the client reports a refused recipient: {why(delivery)}"

    def only(self, box: Box) -> smtp.StoredMail:
        """Return the one message that arrives in a box."""
        found = self._server.wait(local_part=box.local_part, timeout=STRAYED)
        if not found:
            self._look_for_strays()
            found = self._server.wait(local_part=box.local_part, timeout=ARRIVAL - STRAYED)
        assert found, "the client reports success, but the mail did not arrive"
        assert len(found) == 1, f"the mail arrived {len(found)} times"
        return found[0]

    def _look_for_strays(self) -> None:
        """Fail when a mail of this attempt lies in a mailbox to which it was not sent."""
        with contextlib.suppress(interop.Unsupported):
            other = self._server.astray(word=self.token, known=tuple(self._boxes))
            shown = other.replace(self.token[1:], "\N{HORIZONTAL ELLIPSIS}")
            assert not other, f"the mail arrived in the mailbox {shown!r}, to which it was not sent"

    def arrived(self, box: Box, *, within: float = ARRIVAL) -> bool:
        """Return whether anything arrives in a box."""
        return bool(self._server.wait(local_part=box.local_part, timeout=within))

    def missing(self, boxes: Iterable[Box]) -> list[Box]:
        """Return the boxes in which nothing arrives, once none of them has got anything for a while.

        A server on a busy machine delivers one after the other, and is not to be called a loser of mail.
        """
        pending = list(boxes)
        ends, quiet = time.monotonic() + MANY, time.monotonic() + MANY_QUIET
        while pending and time.monotonic() < min(ends, quiet):
            left = [box for box in pending if not self.arrived(box, within=0.0)]
            if len(left) < len(pending):
                pending, quiet = left, time.monotonic() + MANY_QUIET
            else:
                self.arrived(pending[0], within=0.2)
        return pending

    def arrived_nothing(self, box: Box) -> bool:
        """Return whether a box stays empty for a while."""
        return not self.arrived(box, within=QUIET)

    def found(self, box: Box) -> smtp.StoredMail | None:
        """Return this attempt's message in a shared mailbox, None when it does not arrive."""
        subject = f"Subject: {self.token}".encode()
        ends = time.monotonic() + ARRIVAL
        while time.monotonic() < ends:
            for mail in self._server.mailbox(local_part=box.local_part):
                if subject in mail.header:
                    return mail
            time.sleep(0.01)
        return None

    def can(self, capability: str) -> None:
        """End the scenario as unsupported when the client states that it lacks the capability."""
        if capability not in self.description.capabilities:
            kind, _, mechanism = capability.partition(":")
            what = f"authenticates with {mechanism}" if kind == "auth" else smtp.CAPABILITIES[capability]
            raise interop.Unsupported(
                f"{self.description.name} does not declare {capability!r}: {what}", side="client"
            )

    def offered(self, extension: str, *, port: str = "smtp", tls: bool | None = None) -> str:
        """Return an extension's parameters; end the scenario as unsupported when the server lacks it.

        Unless `tls` says otherwise, the answer is that which `endpoint()` leads to by default.
        """
        default = self.wants_tls and port == "smtp"
        extensions = self._server.extensions(port=port, tls=default if tls is None else tls)
        if extension not in extensions:
            answer = ", ".join(sorted(extensions)) or "nothing"
            raise interop.Unsupported(
                f"the server offers no {extension}; its EHLO answer has {answer}", side="server"
            )
        return extensions[extension]

    def commands(self) -> tuple[str, ...]:
        """Return every command line that the client sent in the clear, in order, without message content."""
        return tuple(itertools.chain.from_iterable(map(_commands, self._ended())))

    def sent(self) -> bytes:
        """Return every byte that the client sent, over all of its connections."""
        return b"".join(conversation.client for conversation in self._ended())

    def watch(self) -> Wire:
        """Return the relay, where what the client sends can be read; skip where it is always encrypted."""
        if self.wants_tls:
            pytest.skip(
                "this server takes no mail in the clear, so that what the client sends cannot be read"
            )
        return self._pairing.wire

    def _ended(self) -> list[Conversation]:
        """Return the connections, once they have ended: what a client sends last may still be under way."""
        ends = time.monotonic() + ENDING
        conversations = self._pairing.wire.conversations
        while not all(each.closed_by for each in conversations) and time.monotonic() < ends:
            time.sleep(0.005)
        return conversations


@pytest.fixture
def desk(interop_pairing: Pairing, client: smtp.Client, server: smtp.Server) -> Desk:
    """Where mail is written, sent and looked for."""
    return Desk(interop_pairing, client, server)


def why(delivery: smtp.Delivery) -> str:
    """Return what the client says of a mail that did not get through, in a few words."""
    if delivery.failure is not None:
        return f"{delivery.failure.stage}: {delivery.failure.text}"
    replies = [f"{reply.code} {reply.text}" for reply in delivery.refused.values()]
    return "; ".join(dict.fromkeys(replies)) or "nothing"


def _commands(conversation: Conversation) -> Iterator[str]:
    """Yield the commands of a stream in the clear; content is what follows DATA and begins like a field."""
    lines = conversation.client.split(b"\r\n")
    content = before_content = False
    for line in lines:
        if content:
            content = line != b"."
        elif before_content and re.match(rb"[A-Za-z-]+:", line):
            content = True
        elif line:
            yield line.decode("utf-8", "backslashreplace")
        before_content = line.upper() == b"DATA"
