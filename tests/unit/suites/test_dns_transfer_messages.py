"""What the suite of zone transfer reads from the wire."""

from __future__ import annotations

import importlib
from typing import Any

import dns.message
import dns.rrset

import interop
from interop.run.conversation import Conversation, Side

MESSAGES = importlib.import_module(f"{interop.contract('dns-transfer').__package__}.messages")

ZONE = "a.test."


def soa(serial: int) -> str:
    return f"{ZONE} 60 IN SOA ns.{ZONE} mail.{ZONE} {serial} 1 1 1 1"


def conversation(kind: str, *answers: list[str], step: int = 7) -> Conversation:
    """Return a connection on which a question is answered, in segments of `step` octets."""
    asked = dns.message.make_query(ZONE, kind)
    made = Conversation("dns", 0.0)
    keep(made, "client", asked, step)
    for records in answers:
        reply = dns.message.make_response(asked)
        for record in records:
            name, ttl, rclass, rtype, data = record.split(maxsplit=4)
            reply.answer.append(dns.rrset.from_text(name, int(ttl), rclass, rtype, data))
        keep(made, "server", reply, step)
    return made


def keep(made: Conversation, side: Side, message: dns.message.Message, step: int) -> None:
    data = message.to_wire()
    data = len(data).to_bytes(2, "big") + data
    for at in range(0, len(data), step):
        made.keep(side, data[at : at + step])


def only(made: Conversation) -> Any:
    (found,) = MESSAGES.Reader(ZONE).exchanges([made])
    return found


def test_a_transfer_in_many_segments_and_messages_is_read_in_its_order() -> None:
    host = f"host.{ZONE} 60 IN A 192.0.2.1"
    found = only(conversation("AXFR", [soa(3), host], [host.replace(".1", ".2"), soa(3)]))
    assert (found.kind, found.transport, found.whole, found.incremental) == ("AXFR", "tcp", True, False)
    assert [str(each[0]) for each in found.records[1:-1]] == ["192.0.2.1", "192.0.2.2"]
    assert found.serials == [3, 3]


def test_differences_are_told_from_a_whole_zone_and_from_a_single_soa_record() -> None:
    differences = [soa(2), soa(1), f"old.{ZONE} 60 IN A 192.0.2.1", soa(2), soa(2)]
    assert only(conversation("IXFR", differences)).incremental
    current = only(conversation("IXFR", [soa(2)]))
    assert not current.incremental
    assert not current.whole


def test_a_transfer_that_breaks_off_is_not_whole() -> None:
    found = only(conversation("AXFR", [soa(3), f"host.{ZONE} 60 IN A 192.0.2.1"]))
    assert not found.whole


def test_questions_about_other_zones_are_left_out() -> None:
    assert MESSAGES.Reader("other.test.").exchanges([conversation("SOA", [soa(1)])]) == []


def test_what_comes_later_is_read_behind_what_was_read() -> None:
    made = conversation("AXFR", [soa(3)], [soa(3)])
    last = made.chunks.pop()
    reader = MESSAGES.Reader(ZONE)
    (found,) = reader.exchanges([made])
    assert not found.whole
    made.chunks.append(last)
    assert reader.exchanges([made]) == [found]
    assert found.whole


def test_messages_without_a_record_are_read_up_to_a_number_and_told_from_a_transfer() -> None:
    made = conversation("AXFR", [soa(3)], *[[]] * (3 * MESSAGES.IDLE), step=4096)
    found = only(made)
    assert len(found.answers) == 1 + MESSAGES.IDLE
    assert (found.idle, found.whole) == (True, False)


def test_a_few_messages_without_a_record_are_no_reason_to_stop() -> None:
    found = only(conversation("AXFR", [soa(3)], *[[]] * (MESSAGES.IDLE - 1), [soa(3)], step=4096))
    assert (found.idle, found.whole) == (False, True)
