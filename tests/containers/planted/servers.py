"""Mail servers with one defect each, named after it: `python servers.py no-unstuffing`.

Each comment names the clause that is broken.
"""

from __future__ import annotations

import os
import sys
import time

from serve import Gone, Server, serve

ASCII = 127
LINE_LIMIT = 998


class Sound(Server):
    """Has no defect."""


class NoUnstuffing(Server):
    """Keeps the dots that clients add."""

    # RFC 5321, 4.5.2
    def unstuffed(self, line: bytes) -> bytes:
        return line


class BigMailLost(Server):
    """Announces 2 MiB, and loses what is larger than one, though it says 250."""

    # RFC 1870, 6.2 and RFC 5321, 6.1
    def deliver(self) -> None:
        if sum(map(len, self.content)) < 1024 * 1024:
            super().deliver()


class Utf8Mangled(Server):
    """Offers SMTPUTF8, and replaces what is not ASCII by question marks in header and addresses."""

    # RFC 6531, 3.2 and 3.6
    def store(self, recipient: str, content: list[bytes]) -> None:
        if "SMTPUTF8" in self.parameters:
            recipient = recipient.encode("ascii", "replace").decode()
            content = [bytes(octet if octet <= ASCII else ord("?") for octet in line) for line in content]
        super().store(recipient, content)


class EighthBitStripped(Server):
    """Offers 8BITMIME, and strips the eighth bit."""

    # RFC 6152, 3
    def unstuffed(self, line: bytes) -> bytes:
        return bytes(octet & ASCII for octet in super().unstuffed(line))


class SignsDropped(Server):
    """Delivers to the address without what is neither letter nor digit in it."""

    # RFC 5321, 4.1.2 and 6.1
    def store(self, recipient: str, content: list[bytes]) -> None:
        local_part, at, domain = recipient.rpartition("@")
        super().store("".join(filter(str.isalnum, local_part)) + at + domain, content)


class BouncesDropped(Server):
    """Takes mail from the null sender and drops it without a word."""

    # RFC 5321, 4.5.5 and 6.1
    def deliver(self) -> None:
        if self.sender:
            super().deliver()


class OneRecipientOnly(Server):
    """Delivers to the first recipient alone, and says 250 for all."""

    # RFC 5321, 3.3 and 6.1
    def deliver(self) -> None:
        self.store(self.recipients[0], self.content)


class SecondMailLost(Server):
    """Says 250 to every mail of a session and keeps the first."""

    # RFC 5321, 6.1
    taken = False

    def deliver(self) -> None:
        if not self.taken:
            super().deliver()
        self.taken = True


class ResetForgetsNothing(Server):
    """Keeps the recipients over RSET."""

    # RFC 5321, 4.1.1.5
    def do_rset(self, argument: str) -> None:
        recipients = self.recipients
        super().do_rset(argument)
        self.recipients = recipients


class PipeliningBroken(Server):
    """Offers PIPELINING, and drops what waits behind a command."""

    # RFC 2920, 3.2
    def command(self) -> bytes:
        line = super().command()
        self.buffer.clear()
        return line


class DiesOfLongLine(Server):
    """Its process ends at a line that is longer than its buffer."""

    # RFC 5321, 4.5.3.1.9: too long a line may be refused.
    def unstuffed(self, line: bytes) -> bytes:
        if len(line) > LINE_LIMIT:
            os._exit(70)
        return super().unstuffed(line)


class HangsAfterContent(Server):
    """Falls asleep at the final dot."""

    # RFC 5321, 4.1.1.4
    def deliver(self) -> None:
        time.sleep(3600)


class HandshakeBroken(Server):
    """Offers STARTTLS, says 220, and ends the connection instead of the handshake."""

    # RFC 3207, 4
    def encrypt(self) -> None:
        raise Gone


class PasswordRefused(Server):
    """Offers PLAIN and LOGIN, and refuses every password."""

    # RFC 4954, 4
    def knows(self, user: str, password: str) -> bool:  # noqa: ARG002 - nobody is known
        return False


class AnyPassword(Server):
    """Takes every password."""

    # RFC 4954, 4 and 6
    def knows(self, user: str, password: str) -> bool:  # noqa: ARG002 - everybody is known
        return True


class OpenSubmission(Server):
    """Takes mail at the port for submission without authentication."""

    # RFC 6409, 4.3
    def wanted(self) -> str:
        return ""


class PermanentWhenBusy(Server):
    """Refuses a busy mailbox as if it did not exist."""

    # RFC 5321, 4.2.1
    def take(self, path: str) -> str:
        reply = super().take(path)
        return reply.replace("450 4.", "550 5.", 1)


class NoHelo(Server):
    """Knows neither EHLO nor HELO at the port for old clients."""

    # RFC 5321, 4.1.1.1
    def do_helo(self, name: str) -> None:
        if self.service == "no-ehlo":
            self.say("502 5.5.1 Command not implemented")
        else:
            super().do_helo(name)


class HalfMailDelivered(Server):
    """Delivers what it has when the connection is lost in the middle of the content."""

    # RFC 5321, 4.1.1.5 and 4.1.1.10
    def lost(self) -> None:
        if self.content:
            self.deliver()


class LongLinesFolded(Server):
    """Breaks lines of more than 512 octets."""

    # RFC 5321, 4.5.3.1.6
    def store(self, recipient: str, content: list[bytes]) -> None:
        lines = [line[at : at + 512] for line in content for at in range(0, max(1, len(line)), 512)]
        super().store(recipient, lines)


class SpacesStripped(Server):
    """Strips white space from the ends of lines."""

    # RFC 5321, 4.5.2
    def unstuffed(self, line: bytes) -> bytes:
        return super().unstuffed(line).rstrip(b" \t")


class FiftyRecipientsOnly(Server):
    """Takes fifty recipients, and says nothing of the others: 250 for all."""

    # RFC 5321, 4.5.3.1.8 and 4.5.3.1.10
    def deliver(self) -> None:
        del self.recipients[50:]
        super().deliver()


def named(defect: str) -> type[Server]:
    """Return the class of a defect: `no-unstuffing` is `NoUnstuffing`."""
    found: type[Server] = globals()["".join(word.capitalize() for word in defect.split("-"))]
    return found


if __name__ == "__main__":
    serve(named(sys.argv[1]))
