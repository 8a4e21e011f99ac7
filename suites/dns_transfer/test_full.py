"""The whole zone at once (RFC 5936)."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import dns.name
import dns.rdatatype

import interop

if TYPE_CHECKING:
    from suites.dns.zones import sign
    from suites.dns_transfer import content
    from suites.dns_transfer.conftest import Desk
else:
    suite = interop.contract("dns-transfer")
    content = importlib.import_module(f"{suite.__package__}.content")
    sign = importlib.import_module(f"{interop.contract('dns').__package__}.zones").sign

BIG = 2500
"""Records of the big zone: about 600 KB, far more than the 64 KiB of one message."""


def transferred(desk: Desk, *records: str) -> None:
    """Let the primary serve the records, and see the secondary serve them too."""
    desk.serve(content.zone(desk.zone, 1, records))
    desk.follow()
    desk.arrives()


@interop.feature("axfr")
def test_a_new_secondary_has_the_whole_zone(desk: Desk) -> None:
    transferred(desk, *content.hosts(20))


@interop.feature("axfr-tcp")
def test_a_zone_is_transferred_over_tcp(desk: Desk) -> None:
    transferred(desk, *content.hosts(20))
    assert desk.transfer().transport == "tcp", "the zone is transferred over UDP"


@interop.feature("axfr-soa-ends")
def test_a_transfer_begins_and_ends_with_the_soa_record(desk: Desk) -> None:
    between_soas(desk, 0)


@interop.feature("axfr-soa-ends")
def test_a_transfer_of_many_messages_has_the_soa_record_at_its_ends_alone(desk: Desk) -> None:
    between_soas(desk, 2500)


def between_soas(desk: Desk, count: int) -> None:
    """See a zone of so many hosts transferred with the SOA record first and last."""
    transferred(desk, *content.hosts(count))
    transfer = desk.transfer()
    assert transfer.records[0].rdtype == dns.rdatatype.SOA, "the transfer begins with another record"
    assert transfer.serials == [1, 1], "the SOA record stands in the middle of the transfer too"


@interop.feature("axfr-types")
def test_all_classic_types_arrive(desk: Desk) -> None:
    transferred(desk, *content.CLASSIC)


@interop.feature("axfr-modern-types")
def test_newer_types_arrive(desk: Desk) -> None:
    desk.can("primary", "modern-types")
    transferred(desk, *content.MODERN)


@interop.feature("axfr-unknown-types")
def test_types_without_a_name_arrive(desk: Desk) -> None:
    desk.can("primary", "unknown-types")
    transferred(desk, *content.UNKNOWN)


@interop.feature("axfr-binary-labels")
def test_names_of_any_octets_arrive(desk: Desk) -> None:
    desk.can("primary", "binary-labels")
    transferred(desk, *content.BINARY)


@interop.feature("axfr-wildcards")
def test_wildcards_and_what_is_between_names_arrive(desk: Desk) -> None:
    transferred(desk, *content.WILDCARDS)


@interop.feature("axfr-delegations")
def test_delegations_and_their_glue_arrive(desk: Desk) -> None:
    transferred(desk, *content.DELEGATED)


@interop.feature("axfr-occluded")
def test_what_a_delegation_hides_arrives(desk: Desk) -> None:
    transferred(desk, *content.OCCLUDED)


@interop.feature("axfr-case")
def test_names_keep_their_case(desk: Desk) -> None:
    transferred(desk, *content.CASES)
    wanted = {f"MiXeD-CaSe.{desk.zone}", f"Alias.{desk.zone}", f"lower.{desk.zone}"}
    sent = {str(each.name) for each in desk.transfer().records}
    assert wanted <= sent, "the primary sends names in another case than the zone has"
    assert wanted <= {line.split()[0] for line in desk.records()}, (
        "the secondary serves names in another case"
    )


@interop.feature("axfr-large")
def test_a_zone_of_many_messages_arrives(desk: Desk) -> None:
    transferred(desk, *content.texts(BIG))
    assert len(desk.transfer().answers) > 1, "the zone came in one message"


@interop.feature("axfr-large")
def test_a_record_of_almost_a_whole_message_arrives(desk: Desk) -> None:
    strings = " ".join(f'"{number:0250d}"' for number in range(240))
    desk.serve(content.zone(desk.zone, 1, [f"huge.@ 3600 IN TXT {strings}", *content.hosts(20)]))
    desk.follow()
    desk.comes()
    if desk.until(lambda: bool(desk.records()), within=5.0):
        desk.compare()
    else:  # to have such a record is one thing; to transfer it once more is a primary's, and tried with those
        desk.answers("huge", "TXT")


@interop.feature("axfr-packed")
def test_a_message_holds_many_records(desk: Desk) -> None:
    transferred(desk, *content.hosts(500))
    assert len(desk.transfer().answers) < 50, "each message holds but a few records"


@interop.feature("axfr-segmented")
def test_a_transfer_that_arrives_byte_by_byte_is_read(desk: Desk) -> None:
    desk.wire.drip("server")
    desk.wire.drip("client")
    transferred(desk, *content.hosts(50))


@interop.feature("axfr-cut")
def test_a_transfer_that_is_cut_off_is_not_served_and_is_made_again(desk: Desk) -> None:
    desk.wire.cut(b"x" * 100, "server")  # every text holds that: the line breaks down with the first of them
    desk.serve(content.zone(desk.zone, 1, content.texts(BIG)))
    desk.follow()
    assert desk.until(desk.broken), "the secondary asks for no transfer"
    assert desk.stays(None, seconds=1.0), "the secondary serves a zone that it has only in part"
    desk.wire.calm()
    desk.refresh()
    desk.arrives(within=30)


@interop.feature("axfr-dnssec")
def test_a_signed_zone_arrives_with_its_signatures(desk: Desk) -> None:
    signed(desk, nsec3=False)


@interop.feature("axfr-nsec3")
def test_a_zone_that_is_signed_with_nsec3_arrives_with_its_parameters(desk: Desk) -> None:
    signed(desk, nsec3=True)


def signed(desk: Desk, *, nsec3: bool) -> None:
    """See a zone that was signed beforehand arrive as it was signed."""
    desk.can("primary", "dnssec")
    lines, _ = sign(desk.zone, content.zone(desk.zone, 1, content.SECURE), nsec3=nsec3)
    desk.serve(tuple(lines))
    desk.follow()
    desk.arrives()
