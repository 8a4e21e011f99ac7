"""What the DNS suites make of messages, texts and looks that are not as they should be."""

from __future__ import annotations

import importlib
from types import ModuleType, SimpleNamespace
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rrset
import pytest

import interop
from interop.run.conversation import Conversation

suite: ModuleType = interop.contract("dns")
transfer: ModuleType = interop.contract("dns-transfer")
messages: ModuleType = importlib.import_module(f"{suite.__package__}.messages")
records: ModuleType = importlib.import_module(f"{suite.__package__}.records")

SOA = dns.rrset.from_text("a.test.", 60, "IN", "SOA", "ns.a.test. mail.a.test. 7 1 1 1 1")


def answer(kind: str = "SOA") -> dns.message.Message:
    made = dns.message.make_response(dns.message.make_query("a.test.", kind))
    made.flags |= dns.flags.AA
    made.answer.append(SOA)
    return made


def packets(data: bytes) -> list[Any]:
    made = Conversation("dns", 0.0, "udp")
    made.keep("server", data)
    return list(messages.packets([made], "server"))


def text(data: str) -> Any:
    return suite.Record(name="A.test.", ttl=60, rclass="IN", type="TXT", data=data)


def test_octets_behind_an_answer_are_seen_and_do_not_hide_it() -> None:
    wire = answer().to_wire()
    (whole,), (more,) = packets(wire), packets(wire + b"more")
    assert (whole.complete, more.complete) == (True, False)
    assert more.message.answer == whole.message.answer


def test_a_message_that_ends_too_soon_cannot_be_read() -> None:
    with pytest.raises(AssertionError, match="cannot be read"):
        packets(answer().to_wire()[:-1])


def test_texts_are_the_same_however_they_are_divided() -> None:
    assert records.texts([text('"one" "two"')]) == records.texts([text('"onetwo"')])
    assert records.texts([text('"one" "two"')]) != records.texts([text('"one"'), text('"two"')])


@pytest.mark.parametrize(("streams", "serial"), [(True, 7), (False, None)])
def test_a_copy_is_looked_at_over_tcp_before_it_is_said_to_be_gone(
    monkeypatch: pytest.MonkeyPatch, streams: bool, serial: int | None
) -> None:
    def ask(*_: Any, **__: Any) -> dns.message.Message:
        if streams:
            return answer()
        raise dns.exception.Timeout

    def lost(*_: Any, **__: Any) -> dns.message.Message:
        raise dns.exception.Timeout

    monkeypatch.setattr(dns.query, "udp", lost)
    monkeypatch.setattr(dns.query, "tcp", ask)
    site = SimpleNamespace(address=lambda _: ("127.0.0.1", 53))
    assert transfer.GeneralSecondary(site).serial(zone="a.test.") == serial
