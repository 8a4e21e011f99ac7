"""Mail clients with one defect each, named after it. Each comment names the clause that is broken."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import ssl
import time
from typing import TYPE_CHECKING

import interop
from tests.containers.planted.client import ASCII, POSITIVE, Correct

if TYPE_CHECKING:
    from suites.smtp import contract as smtp
else:
    smtp = interop.contract("smtp")

LINE_LIMIT = 998


class BareLineFeed(Correct):
    """Sends line ends as it was given them."""

    # RFC 5321, 2.3.8: a line feed MUST NOT be sent but as part of CRLF.
    def canonical(self, content: bytes) -> bytes:
        return content


class NoDotStuffing(Correct):
    """Adds no dot to lines that begin with one."""

    # RFC 5321, 4.5.2
    def stuffed(self, content: bytes) -> bytes:
        return content


class TemporaryAsPermanent(Correct):
    """Gives a mail up at a reply that asks to try again."""

    # RFC 5321, 4.2.1: 4yz is a transient negative completion reply.
    def temporary(self, reply: smtp.Reply) -> bool | None:
        return False if reply.code // 100 in {4, 5} else None


class FinalReplyIgnored(Correct):
    """Reads the reply to the final dot, and calls the mail sent whatever it says."""

    # RFC 5321, 4.2.5
    def accepted(self) -> None:
        self.reply()


class NoHeloFallback(Correct):
    """Gives up where EHLO is not known."""

    # RFC 5321, 3.2
    def fall_back(self, endpoint: smtp.Endpoint, reply: smtp.Reply) -> None:  # noqa: ARG002 - it is given up
        self.expect(POSITIVE, reply)


class EarlyTalker(Correct):
    """Says EHLO at once."""

    # RFC 5321, 4.3.1: the client waits for the greeting.
    def greet(self, endpoint: smtp.Endpoint) -> None:
        self.early = not self.encrypted
        if self.early:
            self.write(f"EHLO {endpoint.hello}\r\n".encode())
        super().greet(endpoint)

    def command(self, line: str) -> smtp.Reply:
        early, self.early = self.early, False
        return self.reply() if early else super().command(line)


class LastRecipientLost(Correct):
    """Names all recipients but the last of several, and reports all as accepted."""

    # RFC 5321, 3.3: one RCPT for each recipient.
    def recipients(self, mail: smtp.Mail) -> tuple[str, ...]:
        return mail.recipients[:-1] or mail.recipients


class AnyCertificate(Correct):
    """Takes every certificate."""

    # RFC 8314, 5.3; without the chain the name says nothing either.
    def context(self, endpoint: smtp.Endpoint) -> ssl.SSLContext:
        context = super().context(endpoint)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context


class AnyName(Correct):
    """Takes every name in a certificate that it trusts."""

    # RFC 7817, 3
    def context(self, endpoint: smtp.Endpoint) -> ssl.SSLContext:
        context = super().context(endpoint)
        context.check_hostname = False
        return context


class Downgrade(Correct):
    """Goes on in the clear where TLS was asked for and is not offered."""

    # RFC 3207, 6
    def without_tls(self) -> None:
        pass


class PasswordInClear(Correct):
    """Sends the password where authentication is not offered, because the channel is not protected."""

    # RFC 4954, 9
    def without_authentication(self, account: smtp.Account) -> None:
        self.plain(account)


class HangsAfterData(Correct):
    """Falls asleep when it should send the content."""

    # RFC 5321, 4.1.1.4
    def canonical(self, content: bytes) -> bytes:
        if self.stage == smtp.Stage.CONTENT:
            time.sleep(3600)
        return super().canonical(content)


class HangsInC(Correct):
    """Falls asleep in C code that holds the interpreter's lock, so that none of its Python code runs."""

    # RFC 5321, 4.1.1.4
    def canonical(self, content: bytes) -> bytes:
        if self.stage == smtp.Stage.CONTENT:
            ctypes.PyDLL(None).sleep(3600)
        return super().canonical(content)


class NoTimeout(Correct):
    """Waits for ever for a server that has fallen silent."""

    # RFC 5321, 4.5.3.2: a client MUST provide a timeout mechanism.
    def connect(self, endpoint: smtp.Endpoint, timeout: float) -> None:
        super().connect(endpoint, timeout)
        if isinstance(self.connection, socket.socket):
            self.connection.settimeout(None)


class DiesOfLongLine(Correct):
    """Its process ends at a line that is longer than its buffer."""

    # RFC 5321, 4.5.3.1.9: too long a line may be refused.
    def canonical(self, content: bytes) -> bytes:
        if max(map(len, content.split(b"\r\n"))) > LINE_LIMIT:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().canonical(content)


class CutsLines(Correct):
    """Cuts lines off at 512 octets."""

    # RFC 5321, 4.5.3.1.6: 998 octets and CRLF.
    def canonical(self, content: bytes) -> bytes:
        return b"\r\n".join(line[:512] for line in super().canonical(content).split(b"\r\n"))


class ForgetsReset(Correct):
    """Forgets a transaction by itself, and does not tell the server."""

    # RFC 5321, 4.1.1.5
    def reset(self) -> None:
        pass


class KeepsRecipients(Correct):
    """Sends each mail of a session to the recipients of the mails before it as well."""

    # RFC 5321, 4.1.4: each transaction has its own recipients.
    def open(self, endpoint: smtp.Endpoint, account: smtp.Account | None, timeout: float) -> None:
        self.kept: tuple[str, ...] = ()
        super().open(endpoint, account, timeout)

    def recipients(self, mail: smtp.Mail) -> tuple[str, ...]:
        self.kept = (*self.kept, *mail.recipients)
        return self.kept


class FirstLineOnly(Correct):
    """Knows only the first extension of a multi-line answer."""

    # RFC 5321, 4.2.1
    def offers(self, reply: smtp.Reply) -> list[str]:
        return super().offers(reply)[:1]


class QuestionMarks(Correct):
    """Replaces what is not ASCII by question marks."""

    # RFC 6152, 3
    def canonical(self, content: bytes) -> bytes:
        return bytes(octet if octet <= ASCII else ord("?") for octet in super().canonical(content))


class EightBitUndeclared(Correct):
    """Sends 8-bit content without BODY=8BITMIME."""

    # RFC 6152, 3
    def parameters(self, mail: smtp.Mail) -> list[str]:
        return [each for each in super().parameters(mail) if not each.startswith("BODY=")]


class UnofferedParameters(Correct):
    """Always declares the size."""

    # RFC 5321, 4.1.1.3
    def parameters(self, mail: smtp.Mail) -> list[str]:
        found = super().parameters(mail)
        return found if "SIZE" in self.extensions else [f"SIZE={len(mail.content)}", *found]


class LostReplyIsSuccess(Correct):
    """Calls a mail sent when the connection is lost before its reply has come."""

    # RFC 5321, 4.2.5 and 3.8
    def accepted(self) -> None:
        try:
            super().accepted()
        except ConnectionError:
            return


class StaleOffers(Correct):
    """Goes by what was offered before TLS."""

    # RFC 3207, 4.2
    def forget_offers(self, endpoint: smtp.Endpoint) -> None:
        known = self.extensions
        super().forget_offers(endpoint)
        self.extensions = known


class WrongRecipientBlamed(Correct):
    """Reports recipients as refused who were accepted, in the place of those who were not."""

    # RFC 5321, 3.3
    def envelope(self, mail: smtp.Mail) -> tuple[tuple[str, ...], dict[str, smtp.Reply]]:
        accepted, refused = super().envelope(mail)
        told = dict(zip((*accepted, *refused), refused.values(), strict=False))
        return tuple(each for each in mail.recipients if each not in told), told


class NoQuit(Correct):
    """Ends the connection without a word."""

    # RFC 5321, 4.1.1.10
    def quit(self) -> None:
        pass


class Utf8Unoffered(Correct):
    """Sends an internationalised address where SMTPUTF8 is not offered."""

    # RFC 6531, 3.2
    def check(self, mail: smtp.Mail) -> None:
        if not mail.utf8:
            super().check(mail)


class NullSenderFilled(Correct):
    """Puts an address in the place of the null sender."""

    # RFC 5321, 4.5.5
    def group(self, commands: list[str]) -> list[smtp.Reply]:
        return super().group([each.replace("FROM:<>", "FROM:<bounce@sender.test>") for each in commands])
