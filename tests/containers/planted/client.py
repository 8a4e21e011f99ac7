"""A mail client on a bare socket, correct in all that the SMTP suite asks of a product.

Every rule that a planted defect breaks is a method of its own, which `clients` overrides.
"""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import ssl
import time
from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from suites.smtp import contract as smtp
else:
    smtp = interop.contract("smtp")

ASCII = 127
POSITIVE, INTERMEDIATE, TEMPORARY = 2, 3, 4
"""First digits of replies (RFC 5321, 4.2.1)."""


class Failed(Exception):  # noqa: N818 - what was seen, not an error of ours
    """A mail, or the session, cannot go on."""

    def __init__(
        self,
        text: str,
        reply: smtp.Reply | None = None,
        *,
        temporary: bool | None = False,
        refused: dict[str, smtp.Reply] | None = None,
    ) -> None:
        super().__init__(text)
        self.reply = reply
        self.temporary = temporary
        self.refused = refused or {}


class Correct(smtp.Client):
    """One session at a time, on `self.connection`."""

    def __init__(self) -> None:
        self.connection: socket.socket | None = None
        self.buffer = bytearray()
        self.extensions: dict[str, str] = {}
        self.encrypted = False
        self.stage = smtp.Stage.CONNECT

    def describe(self) -> smtp.Description:
        """Say what it can do."""
        return smtp.Description(
            name="planted",
            version="1.0",
            capabilities=(
                "session",
                "starttls",
                "starttls-if-offered",
                "tls",
                "verify-ca",
                "verify-name",
                "pipelining",
                "size",
                "8bitmime",
                "smtputf8",
                "auth:PLAIN",
                "auth:LOGIN",
            ),
        )

    # Operations

    def send(
        self,
        *,
        endpoint: smtp.Endpoint,
        mails: tuple[smtp.Mail, ...],
        account: smtp.Account | None = None,
        timeout: float = 10.0,
        pause: float = 0.0,
    ) -> tuple[smtp.Delivery, ...]:
        """Send all mails in one session."""
        done: list[smtp.Delivery] = []
        try:
            self.open(endpoint, account, timeout)
            for mail in mails:
                if done:
                    time.sleep(pause)
                done.append(self.deliver(mail))
            self.quit()
        except (Failed, OSError) as error:
            done += [smtp.Delivery(failure=self.failure(error))] * (len(mails) - len(done))
        finally:
            self.close()
        return tuple(done)

    def hello(self, *, endpoint: smtp.Endpoint, timeout: float = 10.0) -> smtp.Hello:
        """Return what the last EHLO was answered."""
        try:
            self.open(endpoint, None, timeout)
            self.quit()
            return smtp.Hello(extensions=self.extensions)
        finally:
            self.close()

    def abandon(
        self, *, endpoint: smtp.Endpoint, first: smtp.Mail, second: smtp.Mail, timeout: float = 10.0
    ) -> smtp.Delivery:
        """Give the first mail's envelope, say RSET, send the second."""
        try:
            self.open(endpoint, None, timeout)
            self.envelope(first)
            self.reset()
            delivery = self.deliver(second)
            self.quit()
        except (Failed, OSError) as error:
            return smtp.Delivery(failure=self.failure(error))
        finally:
            self.close()
        return delivery

    # The session

    def open(self, endpoint: smtp.Endpoint, account: smtp.Account | None, timeout: float) -> None:
        """Connect, be greeted, say who it is, begin TLS, authenticate."""
        self.buffer.clear()
        self.extensions, self.encrypted = {}, False
        self.stage = smtp.Stage.CONNECT
        self.connect(endpoint, timeout)
        if endpoint.security == "tls":
            self.encrypt(endpoint)
        self.greet(endpoint)
        self.start_tls(endpoint)
        if account is not None:
            self.stage = smtp.Stage.AUTHENTICATION
            self.authenticate(account)

    def connect(self, endpoint: smtp.Endpoint, timeout: float) -> None:
        """Connect; `timeout` holds for each step (RFC 5321, 4.5.3.2)."""
        self.connection = socket.create_connection((endpoint.host, endpoint.port), timeout)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def greet(self, endpoint: smtp.Endpoint) -> None:
        """Wait for the greeting (RFC 5321, 4.3.1) before anything is said."""
        self.stage = smtp.Stage.GREETING
        self.expect(POSITIVE, self.reply())
        self.introduce(endpoint)

    def introduce(self, endpoint: smtp.Endpoint) -> None:
        """Say EHLO, or HELO where that is not known (RFC 5321, 3.2)."""
        self.stage = smtp.Stage.HELLO
        reply = self.command(f"EHLO {endpoint.hello}")
        if reply.code in {500, 502}:
            self.fall_back(endpoint, reply)
            return
        self.expect(POSITIVE, reply)
        words = (line.split(None, 1) for line in self.offers(reply))
        self.extensions = {word[0].upper(): word[1] if word[1:] else "" for word in words if word}

    def fall_back(self, endpoint: smtp.Endpoint, _reply: smtp.Reply) -> None:
        """Say HELO; nothing is offered then."""
        self.extensions = {}
        self.expect(POSITIVE, self.command(f"HELO {endpoint.hello}"))

    def offers(self, reply: smtp.Reply) -> list[str]:
        """Return the lines of the answer to EHLO that name extensions: all but the first."""
        return reply.text.split("\n")[1:]

    def start_tls(self, endpoint: smtp.Endpoint) -> None:
        """Begin TLS where that is wanted (RFC 3207)."""
        if endpoint.security not in {"starttls", "starttls-if-offered"}:
            return
        self.stage = smtp.Stage.TLS
        if "STARTTLS" not in self.extensions:
            if endpoint.security == "starttls":
                self.without_tls()
            return
        self.expect(POSITIVE, self.command("STARTTLS"))
        self.buffer.clear()
        self.encrypt(endpoint)
        self.forget_offers(endpoint)

    def without_tls(self) -> None:
        """Refuse to go on in the clear (RFC 3207, 6)."""
        raise Failed("the server does not offer STARTTLS")

    def encrypt(self, endpoint: smtp.Endpoint) -> None:
        """Do the handshake, and look who it is."""
        self.stage = smtp.Stage.TLS
        self.connection = self.context(endpoint).wrap_socket(self.connection, server_hostname=endpoint.host)
        self.encrypted = True

    def context(self, endpoint: smtp.Endpoint) -> ssl.SSLContext:
        """Return what verifies chain and name (RFC 7817, 3)."""
        return ssl.create_default_context(cafile=endpoint.ca_file or None)

    def forget_offers(self, endpoint: smtp.Endpoint) -> None:
        """Ask anew after the handshake (RFC 3207, 4.2)."""
        self.extensions = {}
        self.introduce(endpoint)

    def authenticate(self, account: smtp.Account) -> None:
        """Use the mechanism that was asked for, or the first that both know (RFC 4954, 4)."""
        offered = self.extensions.get("AUTH", "").upper().split()
        wanted = [account.mechanism] if account.mechanism else ["PLAIN", "LOGIN"]
        chosen = next((each for each in wanted if each in offered), "")
        if not chosen or not self.encrypted:
            self.without_authentication(account)
        elif chosen == "PLAIN":
            self.plain(account)
        elif chosen == "LOGIN":
            self.expect(INTERMEDIATE, self.command("AUTH LOGIN"))
            self.expect(INTERMEDIATE, self.command(_encoded(account.user)))
            self.expect(POSITIVE, self.command(_encoded(account.password)))

    def without_authentication(self, _account: smtp.Account) -> None:
        """Refuse to go on where no mechanism is offered under TLS (RFC 4954, 9)."""
        raise Failed("the server offers no mechanism under TLS")

    def plain(self, account: smtp.Account) -> None:
        """Send name and password (RFC 4616)."""
        initial = _encoded(f"\0{account.user}\0{account.password}")
        self.expect(POSITIVE, self.command(f"AUTH PLAIN {initial}"))

    def quit(self) -> None:
        """Say good-bye; whatever becomes of that, the mails are sent (RFC 5321, 4.1.1.10)."""
        with contextlib.suppress(OSError, Failed):
            self.command("QUIT")

    def close(self) -> None:
        """End the connection."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    # A mail

    def deliver(self, mail: smtp.Mail) -> smtp.Delivery:
        """Send one mail; a failure that leaves the session usable is this mail's alone."""
        refused: dict[str, smtp.Reply] = {}
        try:
            accepted, refused = self.envelope(mail)
            self.send_content(mail)
        except Failed as error:
            failure = self.failure(error)
            if self.stage in {smtp.Stage.SENDER, smtp.Stage.RECIPIENTS}:
                with contextlib.suppress(OSError, Failed):
                    self.reset()
            return smtp.Delivery(refused=refused or error.refused, failure=failure)
        except OSError as error:
            self.close()
            return smtp.Delivery(refused=refused, failure=self.failure(error))
        return smtp.Delivery(accepted=accepted, refused=refused)

    def envelope(self, mail: smtp.Mail) -> tuple[tuple[str, ...], dict[str, smtp.Reply]]:
        """Give sender and recipients; return who was accepted, and who was not with the reply."""
        self.stage = smtp.Stage.SENDER
        self.check(mail)
        sender = f"MAIL FROM:<{mail.sender}>{''.join(f' {each}' for each in self.parameters(mail))}"
        recipients = self.recipients(mail)
        first, *answers = self.group([sender, *(f"RCPT TO:<{each}>" for each in recipients)])
        self.expect(POSITIVE, first)
        self.stage = smtp.Stage.RECIPIENTS
        refused = {
            recipient: reply
            for recipient, reply in zip(recipients, answers, strict=True)
            if reply.code // 100 != POSITIVE
        }
        if len(refused) == len(recipients):
            # Trying again helps when it helps for anybody.
            reply = next((each for each in answers if each.code // 100 == TEMPORARY), answers[0])
            temporary = self.temporary(reply)
            raise Failed("every recipient was refused", reply, temporary=temporary, refused=refused)
        return tuple(each for each in mail.recipients if each not in refused), refused

    def check(self, mail: smtp.Mail) -> None:
        """Refuse what the server does not take (RFC 6152, 3; RFC 6531, 3.2)."""
        if mail.utf8 and "SMTPUTF8" not in self.extensions:
            raise Failed("the server does not offer SMTPUTF8")
        if max(mail.content) > ASCII and "8BITMIME" not in self.extensions:
            raise Failed("the server does not offer 8BITMIME")

    def parameters(self, mail: smtp.Mail) -> list[str]:
        """Return MAIL's parameters: nothing that was not offered (RFC 5321, 4.1.1.3)."""
        found = []
        if "SIZE" in self.extensions:
            found.append(f"SIZE={len(self.canonical(mail.content))}")
        if max(mail.content) > ASCII:
            found.append("BODY=8BITMIME")
        if mail.utf8:
            found.append("SMTPUTF8")
        return found

    def recipients(self, mail: smtp.Mail) -> tuple[str, ...]:
        """Return whom RCPT names."""
        return mail.recipients

    def group(self, commands: list[str]) -> list[smtp.Reply]:
        """Send commands at once where PIPELINING is offered (RFC 2920), else one by one."""
        if "PIPELINING" not in self.extensions:
            return [self.command(each) for each in commands]
        self.write("".join(f"{each}\r\n" for each in commands).encode())
        return [self.reply() for _ in commands]

    def reset(self) -> None:
        """Abandon the transaction (RFC 5321, 4.1.1.5)."""
        self.expect(POSITIVE, self.command("RSET"))

    def send_content(self, mail: smtp.Mail) -> None:
        """Send the content and read what has become of it (RFC 5321, 4.1.1.4)."""
        self.stage = smtp.Stage.CONTENT
        self.expect(INTERMEDIATE, self.command("DATA"))
        self.write(self.stuffed(self.canonical(mail.content)) + b".\r\n")
        self.accepted()

    def canonical(self, content: bytes) -> bytes:
        """Return the content with all lines ended by CRLF (RFC 5321, 2.3.8)."""
        return re.sub(rb"\r?\n|\r", b"\r\n", content)

    def stuffed(self, content: bytes) -> bytes:
        """Return the content with a dot more before each that begins a line (RFC 5321, 4.5.2)."""
        return re.sub(rb"^\.", b"..", content, flags=re.MULTILINE)

    def accepted(self) -> None:
        """Read the reply to the final dot: it alone says that the mail is taken (RFC 5321, 4.2.5)."""
        self.expect(POSITIVE, self.reply())

    # The wire

    def command(self, line: str) -> smtp.Reply:
        """Send a command and return its reply."""
        self.write(f"{line}\r\n".encode())
        return self.reply()

    def write(self, data: bytes) -> None:
        """Send bytes."""
        if self.connection is None:
            raise ConnectionError("there is no connection")
        self.connection.sendall(data)

    def reply(self) -> smtp.Reply:
        """Read a reply, with all of its lines (RFC 5321, 4.2.1)."""
        lines = []
        while True:
            line = self.line()
            lines.append(line[4:].decode("utf-8", "replace"))
            if line[3:4] != b"-":
                code = int(line[:3]) if line[:3].isdigit() else 0
                return smtp.Reply(code=code, text="\n".join(lines))

    def line(self) -> bytes:
        """Return the next line without its CRLF."""
        while (end := self.buffer.find(b"\r\n")) < 0:
            received = self.connection.recv(65536) if self.connection is not None else b""
            if not received:
                raise ConnectionError("the server has closed the connection")
            self.buffer += received
        found = bytes(self.buffer[:end])
        del self.buffer[: end + 2]
        return found

    def expect(self, digit: int, reply: smtp.Reply) -> None:
        """Raise Failed for a reply whose first digit is another one."""
        if reply.code // 100 != digit:
            raise Failed(f"{reply.code} {reply.text}", reply, temporary=self.temporary(reply))

    def temporary(self, reply: smtp.Reply) -> bool | None:
        """Tell by the first digit whether trying again may help (RFC 5321, 4.2.1)."""
        return {4: True, 5: False}.get(reply.code // 100)

    def failure(self, error: Exception) -> smtp.Failure:
        """Return the report of what went wrong; what is no reply may be better next time."""
        if isinstance(error, Failed):
            return smtp.Failure(
                text=str(error), stage=self.stage, temporary=error.temporary, reply=error.reply
            )
        return smtp.Failure(text=f"{type(error).__name__}: {error}", stage=self.stage)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
