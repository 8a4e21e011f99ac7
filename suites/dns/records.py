"""Records as texts and as data: compared without their order and spelling. Knows nothing of scenarios."""

from __future__ import annotations

from collections.abc import Iterable

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from .contract import Record

RRset = frozenset[tuple[dns.name.Name, dns.rdatatype.RdataType, bytes]]
"""Records without order, time to live and spelling: owner, type, data in canonical form (RFC 4034, 6)."""


def shown(rrset: dns.rrset.RRset) -> tuple[Record, ...]:
    """Return an RRset's records."""
    return tuple(
        Record(
            name=rrset.name.to_text(),
            ttl=rrset.ttl,
            rclass=dns.rdataclass.to_text(rrset.rdclass),
            type=dns.rdatatype.to_text(rrset.rdtype),
            data=data.to_text(),
        )
        for data in rrset
    )


def texts(records: Iterable[Record]) -> set[tuple[dns.name.Name, bytes]]:
    """Return the texts without the ends of their strings."""
    found = set()
    for record in records:
        if record.type == "TXT":
            canonical([record])  # which tells what cannot be read
            found.add((dns.name.from_text(record.name).canonicalize(), b"".join(data_of(record).strings)))
    return found


def canonical(records: Iterable[Record]) -> RRset:
    """Return the records without their order and spelling; fail when one is in no master file form."""
    return frozenset(_canonical(record) for record in records)


def _canonical(record: Record) -> tuple[dns.name.Name, dns.rdatatype.RdataType, bytes]:
    try:
        owner = dns.name.from_text(record.name).canonicalize()
        return owner, _kind(record), data_of(record).to_digestable(dns.name.root)
    except (dns.exception.DNSException, ValueError) as error:
        raise AssertionError(
            f"the client shows a {record.type} record in no master file form\n  {record}: {error}"
        ) from None


def _kind(record: Record) -> dns.rdatatype.RdataType:
    return dns.rdatatype.from_text(record.type)


def data_of(record: Record) -> dns.rdata.Rdata:
    return dns.rdata.from_text(
        record.rclass, record.type, record.data, origin=dns.name.root, relativize=False
    )
