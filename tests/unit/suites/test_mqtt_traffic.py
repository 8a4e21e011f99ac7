"""What a client claims and did not say is told as such, not as an error of the suite."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

import interop
from interop.run.conversation import Conversation

if TYPE_CHECKING:
    from suites.mqtt import contract as mqtt

    from interop.run.wire import Wire
else:
    mqtt = interop.contract("mqtt")

GREETING = mqtt.packets.connect("c", level=4, keep_alive=10)
CONNACK = b"\x20\x02\x01\x00"


def traffic(*said: tuple[bytes, bytes]) -> mqtt.Traffic:
    """Return what passed over connections, each with the client's and the broker's bytes."""
    conversations = []
    for client, server in said:
        conversation = Conversation(port="mqtt", started=0.0)
        conversation.keep("client", client)
        conversation.passed("client", len(client))
        conversation.keep("server", server)
        conversations.append(conversation)
    found = mqtt.Traffic(cast("Wire", SimpleNamespace(conversations=conversations)))
    found.version = mqtt.Version.V311
    return found


def test_each_connection_has_its_own_packets() -> None:
    found = traffic((GREETING, b""), (GREETING, CONNACK))
    assert found.opening_packet(1).client_id == "c"
    assert found.connack(1).session_present
    assert found.answered(-1) == found.answered(1)
    assert [side for side, _ in found.dialogue(1, seen_by="server")] == ["client", "server"]


def test_what_was_held_back_is_not_seen_by_the_side_that_it_is_for() -> None:
    found = traffic((GREETING, CONNACK))
    assert [side for side, _ in found.dialogue(0, seen_by="client")] == ["client"]


def test_a_client_that_opened_no_connection_is_told_so() -> None:
    with pytest.raises(AssertionError, match="the client opened no connection"):
        traffic().sent()


def test_a_client_that_did_not_connect_again_is_told_so() -> None:
    with pytest.raises(AssertionError, match="the client did not open another connection"):
        traffic((GREETING, CONNACK)).connack(1)


def test_a_client_that_said_nothing_is_told_so() -> None:
    with pytest.raises(AssertionError, match="the client sent nothing"):
        traffic((b"", b"")).opening_packet()


def test_a_broker_that_did_not_answer_is_told_so() -> None:
    with pytest.raises(AssertionError, match="the broker did not answer"):
        traffic((GREETING, b"")).connack()


def test_who_sent_what_is_no_mqtt_is_named() -> None:
    with pytest.raises(AssertionError, match="the broker sends what is no MQTT"):
        traffic((GREETING, b"\x00\x00")).answered()
