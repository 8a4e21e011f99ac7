"""DNS servers with one defect each, named after it: `python servers.py no-truncation-flag`.

Each comment names the clause that is broken.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rrset
import dns.zone
from serve import Server, _exactly, rrsets, serve


class Sound(Server):
    """Has no defect."""


class NoTruncationFlag(Server):
    """Leaves out what does not fit a datagram, and says nothing of it."""

    # RFC 2181, 9
    def truncated(self) -> dns.flags.Flag:
        return dns.flags.Flag(0)


class PayloadIgnored(Server):
    """Sends datagrams of any size."""

    # RFC 6891, 6.2.3
    def largest(self, query: dns.message.Message) -> int:  # noqa: ARG002 - nothing else matters
        return 65000


class SecondQuestionLost(Server):
    """Answers the first question of a connection, and no more."""

    # RFC 7766, 6.2.1
    def serve_stream(self, connection: Any) -> None:
        with connection:
            size = int.from_bytes(_exactly(connection, 2), "big")
            answer = self.respond(_exactly(connection, size), stream=True) or b""
            connection.sendall(len(answer).to_bytes(2, "big") + answer)
            while connection.recv(4096):
                pass


class NameErrorForNoData(Server):
    """Says that a name does not exist that has records of other types."""

    # RFC 2308, 2.2
    def no_data(self) -> dns.rcode.Rcode:
        return dns.rcode.NXDOMAIN


class NoWildcard(Server):
    """Takes a wildcard for a name like any other."""

    # RFC 4592, 3.3.1
    def wildcard(self, zone: dns.zone.Zone, name: dns.name.Name) -> dns.name.Name | None:  # noqa: ARG002 - likewise
        return None


class FutureVersionAccepted(Server):
    """Answers EDNS version 1 as if it were version 0."""

    # RFC 6891, 6.1.3
    def edns(self, query: dns.message.Message, reply: dns.message.Message) -> bool:
        query.ednsflags &= 0xFFFF
        return super().edns(query, reply)


class UnknownOptionRefused(Server):
    """Calls an option that it does not know a mistake."""

    # RFC 6891, 6.1.2
    def option(self, option: dns.edns.Option, said: list[dns.edns.Option]) -> bool:
        return option.otype in {3, 10, 12} and super().option(option, said)


class DoBitDropped(Server):
    """Does not say that it has seen the wish for signatures."""

    # RFC 3225, 3
    def edns_flags(self, query: dns.message.Message) -> int:  # noqa: ARG002 - likewise
        return 0


class EdnsUnasked(Server):
    """Answers with EDNS whoever asks."""

    # RFC 6891, 7
    def edns(self, query: dns.message.Message, reply: dns.message.Message) -> bool:
        reply.use_edns(0, 0, 1232)
        return super().edns(query, reply)


class SignaturesMissing(Server):
    """Keeps the signatures for itself."""

    # RFC 4035, 3.1.1
    def signatures(self, zone: dns.zone.Zone, name: dns.name.Name, kind: int) -> list[dns.rdata.Rdata]:  # noqa: ARG002 - likewise
        return []


class ProofMissing(Server):
    """Proves nothing of what is not there."""

    # RFC 4035, 3.1.3
    def proofs(self, zone: dns.zone.Zone, names: list[dns.name.Name]) -> list[dns.name.Name]:  # noqa: ARG002 - likewise
        return []


class QuestionLowerCased(Server):
    """Repeats the question in small letters."""

    # RFC 1035, 4.1.2: the question is that of the query.
    def question(self, query: dns.message.Message) -> list[dns.rrset.RRset]:
        return [
            dns.rrset.RRset(each.name.canonicalize(), each.rdclass, each.rdtype) for each in query.question
        ]


class AnySignature(Server):
    """Looks at the name of a key, and not at the signature."""

    # RFC 8945, 5.2.2
    def check_signature(self, query: dns.message.Message, wire: bytes) -> dns.rcode.Rcode:
        error = super().check_signature(query, wire)
        return dns.rcode.NOERROR if error == dns.rcode.BADSIG else error


class DnameAlone(Server):
    """Leaves the alias that follows from a DNAME to its clients."""

    # RFC 6672, 3.1
    def synthesized(self, name: dns.name.Name, target: dns.name.Name) -> list[dns.rrset.RRset]:  # noqa: ARG002 - likewise
        return []


class GlueMissing(Server):
    """Names the servers of another zone without their addresses."""

    # RFC 1034, 4.2.1
    def glue(self, zone: dns.zone.Zone, servers: dns.rrset.RRset) -> list[dns.rrset.RRset]:  # noqa: ARG002 - likewise
        return []


class NotAuthoritative(Server):
    """Never says that it has the zone."""

    # RFC 1035, 4.1.1
    def authority_flag(self) -> dns.flags.Flag:
        return dns.flags.Flag(0)


class SoaMissing(Server):
    """Says no to everything without telling for how long."""

    # RFC 2308, 3
    def negative(self, zone: dns.zone.Zone) -> dns.rrset.RRset | None:  # noqa: ARG002 - likewise
        return None


class StringsJoined(Server):
    """Makes one string of the several of a text."""

    # RFC 1035, 3.3.14
    def records(self, rrset: dns.rrset.RRset) -> dns.rrset.RRset:
        if rrset.rdtype != dns.rdatatype.TXT:
            return rrset
        joined = [each.replace(strings=(b"".join(each.strings)[:255],)) for each in rrset]
        return dns.rrset.from_rdata_list(rrset.name, rrset.ttl, joined)


class HalfAnswers(Server):
    """Gives the first half of the records."""

    # RFC 2181, 5
    def records(self, rrset: dns.rrset.RRset) -> dns.rrset.RRset:
        return dns.rrset.from_rdata_list(rrset.name, rrset.ttl, list(rrset)[: (len(rrset) + 1) // 2])


class NeverZero(Server):
    """Takes a time to live of zero for a mistake."""

    # RFC 1035, 3.2.1
    def records(self, rrset: dns.rrset.RRset) -> dns.rrset.RRset:
        return dns.rrset.from_rdata_list(rrset.name, max(60, rrset.ttl), list(rrset))


class CookieForgotten(Server):
    """Sends a cookie of its own and not the client's."""

    # RFC 7873, 5.2.3
    def cookie(self, clients: bytes) -> bytes:
        return super().cookie(bytes(len(clients)))


class UnsignedUpdateMade(Server):
    """Lets anybody change the zone."""

    # RFC 2136, 3.3
    def may_update(self, query: dns.message.Message) -> bool:  # noqa: ARG002 - likewise
        return True


class PrerequisitesIgnored(Server):
    """Makes every update."""

    # RFC 2136, 3.2.5
    def require(self, zone: dns.zone.Zone, prerequisites: list[dns.rrset.RRset]) -> None:
        pass


class SerialForgotten(Server):
    """Changes the zone and leaves its serial number."""

    # RFC 2136, 3.6
    def raise_serial(self, zone: dns.zone.Zone) -> None:
        pass


class RrsetDeletedForRecord(Server):
    """Deletes the whole RRset where one record was meant."""

    # RFC 2136, 3.4.2.4
    def change(self, zone: dns.zone.Zone, line: dns.rrset.RRset) -> None:
        if line.deleting is not None and rrsets(zone, line.name):
            zone.delete_node(line.name)
        else:
            super().change(zone, line)


class DiesOfOddLabel(Server):
    """Ends when a label holds the octet zero."""

    # RFC 2181, 11
    def reply_to(self, query: dns.message.Message) -> dns.message.Message:
        if any(b"\0" in label for label in query.question[0].name.labels):
            os._exit(3)
        return super().reply_to(query)


if __name__ == "__main__":
    serve(globals()["".join(word.capitalize() for word in sys.argv[1].split("-"))])
