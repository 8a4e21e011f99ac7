"""DNS clients with one defect each. Each comment names the clause that is broken."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING, Any

import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset
import dns.update

import interop
from tests.containers.planted.dns.client import Correct

if TYPE_CHECKING:
    from suites.dns import contract as suite
else:
    suite = interop.contract("dns")


class TruncationIgnored(Correct):
    """Takes a truncated answer for the whole."""

    # RFC 7766, 5 and RFC 2181, 9
    def truncated(self, reply: dns.message.Message) -> bool:  # noqa: ARG002 - nothing else matters
        return False


class QuestionLowerCased(Correct):
    """Asks in small letters, and so does not see whether its own come back."""

    # RFC 4343, 4.1: no conversion of case.
    def name(self, text: str) -> dns.name.Name:
        return super().name(text.lower())


class NoTimeout(Correct):
    """Waits for ever."""

    # RFC 1035, 4.2.1
    def datagram(
        self,
        endpoint: suite.Endpoint,
        message: dns.message.Message,
        timeout: float,  # noqa: ARG002 - this is the defect
        tries: int,
    ) -> dns.message.Message:
        return super().datagram(endpoint, message, 3600, tries)


class NeverAsksAgain(Correct):
    """Declares that it asks again, and does not."""

    # RFC 1035, 4.2.1
    def datagram(
        self,
        endpoint: suite.Endpoint,
        message: dns.message.Message,
        timeout: float,
        tries: int,  # noqa: ARG002 - this is the defect
    ) -> dns.message.Message:
        return super().datagram(endpoint, message, timeout, 1)


class CutsAt4096(Correct):
    """Takes no more of a message than 4096 octets."""

    # RFC 1035, 4.2.2: a message may have 65535.
    def whole(self, connection: Any) -> bytes:
        return super().whole(connection)[:4096]


class AnyCertificate(Correct):
    """Takes every certificate."""

    # RFC 8310, 8.1
    def trust(self, endpoint: suite.Endpoint) -> ssl.SSLContext:
        context = super().trust(endpoint)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context


class AnyName(Correct):
    """Takes every name in a certificate."""

    # RFC 8310, 8.1
    def trust(self, endpoint: suite.Endpoint) -> ssl.SSLContext:
        context = super().trust(endpoint)
        context.check_hostname = False
        return context


class FirstRecordOnly(Correct):
    """Shows one record of several."""

    # RFC 2181, 5
    def records(self, section: list[dns.rrset.RRset]) -> tuple[suite.Record, ...]:
        return super().records(
            [dns.rrset.from_rdata_list(each.name, each.ttl, [each[0]]) for each in section]
        )


class CodeIgnored(Correct):
    """Shows every answer as a success."""

    # RFC 1035, 4.1.1
    def rcode(self, reply: dns.message.Message) -> str:  # noqa: ARG002 - likewise
        return "NOERROR"


class EdnsDropped(Correct):
    """Never sends EDNS."""

    # RFC 6891, 6.1.1: what it declares to do.
    def extend(self, message: dns.message.Message, edns: suite.Edns) -> None:
        pass


class DoBitForgotten(Correct):
    """Never asks for signatures."""

    # RFC 4035, 4.1
    def extend(self, message: dns.message.Message, edns: suite.Edns) -> None:
        super().extend(message, edns)
        message.ednsflags &= ~dns.flags.DO


class TextUnescaped(Correct):
    """Shows texts without the backslashes that the master file form asks for."""

    # RFC 1035, 5.1
    def text(self, data: Any) -> str:
        if data.rdtype != dns.rdatatype.TXT:
            return super().text(data)
        return " ".join('"' + each.decode("latin-1") + '"' for each in data.strings)


class StringsJoined(Correct):
    """Shows one string for the several of a text."""

    # RFC 1035, 3.3.14
    def text(self, data: Any) -> str:
        return super().text(data).replace('" "', "")


class DotsDivide(Correct):
    """Takes every dot for the end of a label."""

    # RFC 1035, 5.1
    def name(self, text: str) -> dns.name.Name:
        return super().name(text.replace("\\.", "."))


class DiesOfUnknownType(Correct):
    """Ends when it meets a type without a name."""

    # RFC 3597, 3
    def text(self, data: Any) -> str:
        if dns.rdatatype.to_text(data.rdtype).startswith("TYPE"):
            os._exit(3)
        return super().text(data)


class PrerequisitesForgotten(Correct):
    """Sends updates without their prerequisites."""

    # RFC 2136, 2.4
    def require(
        self, message: dns.update.UpdateMessage, prerequisites: tuple[suite.Prerequisite, ...]
    ) -> None:
        pass


class Unsigned(Correct):
    """Declares that it signs, and does not."""

    # RFC 8945, 5.1
    def sign(self, message: dns.message.Message, key: suite.Key | None) -> None:
        pass


class TtlInMinutes(Correct):
    """Shows times to live in minutes."""

    # RFC 1035, 3.2.1: seconds.
    def records(self, section: list[dns.rrset.RRset]) -> tuple[suite.Record, ...]:
        return super().records(
            [dns.rrset.from_rdata_list(each.name, each.ttl // 60, list(each)) for each in section]
        )
