"""What MQTT 5.0 adds to messages and subscriptions passes from end to end (5.0, 3.3.2.3, 3.8.3.1)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pytest

import interop

if TYPE_CHECKING:
    from suites.mqtt import contract as mqtt
    from suites.mqtt.conftest import Bench
    from suites.mqtt.observer import Observer
else:
    mqtt = interop.contract("mqtt")

MARKER = b"that is all"
UNACCEPTABLE = {0x01, 0x84}
"""Codes of CONNACK that refuse the version: in 3.1.1 (3.2.2.3), and in 5.0, which some have read so far."""
PAIRS = (("a", "1"), ("b", "Grüße"), ("a", "2"), ("", ""))
"""User properties with a name that comes twice, and with one that is empty."""


@interop.feature("version-5")
def test_messages_of_every_qos_pass_both_ways_in_5_0(bench: Bench) -> None:
    bench.speak_5()
    highest = min(2 if bench.both_have_qos_2() else 1, bench.announced().get("maximum_qos", 2))
    topic = bench.topic()
    observer = bench.observe((topic, highest))
    levels = range(highest + 1)
    bench.send(
        *(mqtt.Message(topic=topic, payload=str(qos).encode(), qos=qos) for qos in levels),
        client_id=bench.client_id("s"),
    )
    arrived = {each.payload: each.qos for each in observer.take(len(levels))}
    expected = {str(qos).encode(): qos for qos in levels}
    assert arrived == expected, "messages from the client were lost, or came with another QoS"
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=highest))
    for qos in levels:
        observer.publish(topic, str(qos).encode(), qos=qos)
    found = {each.payload: each.qos for each in bench.received(len(levels))}
    assert found == expected, "messages to the client were lost, or came with another QoS"


@interop.feature("version-refused")
def test_a_broker_without_5_0_says_so_and_3_1_1_works(bench: Bench) -> None:
    bench.can("v5")
    if bench.broker_offers("v5"):
        pytest.skip("this broker speaks 5.0, so that there is nothing to fall back from")
    connected = bench.try_to_connect(version=mqtt.Version.V5, timeout=5.0)
    assert bench.opening_packet().level == mqtt.packets.V5, "the client did not ask for 5.0"
    assert bench.connack().code in UNACCEPTABLE, "the broker does not say that it does not speak 5.0"
    assert connected.failure is not None, "the client reports a connection in a version that was refused"
    topic = bench.topic()
    observer = bench.observe((topic, 0))
    bench.send(mqtt.Message(topic=topic, payload=b"hello"), client_id=bench.client_id("f"))
    assert observer.take(1), "the message did not arrive by the older version either"


@interop.feature("versions-together")
def test_a_message_passes_between_the_two_versions(bench: Bench) -> None:
    topic = bench.topic()
    older = bench.observe((topic, 1))
    bench.speak_5()
    properties = mqtt.Properties(content_type="text/plain") if _has(bench, "content-type") else mqtt.NONE
    bench.send(mqtt.Message(topic=topic, payload=b"to the older", qos=1, properties=properties))
    assert [each.payload for each in older.take(1)] == [b"to the older"], "nothing came from 5.0 to 3.1.1"
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1), client_id=bench.client_id("l"))
    older.publish(topic, b"to the newer", qos=1)
    assert bench.one().payload == b"to the newer", "the message was changed from 3.1.1 to 5.0"


@interop.feature("user-properties-out")
def test_user_properties_of_the_client_arrive_in_their_order(bench: Bench) -> None:
    given = _sent(bench, "user-properties", mqtt.Properties(user_properties=PAIRS))
    said = _user_properties(bench.sent())
    assert _by_name(said) == _by_name(PAIRS), "the client lost, changed or reordered user properties"
    assert given.get("user_property", []) == said, "the broker lost, changed or reordered user properties"


@interop.feature("user-properties-in")
def test_user_properties_reach_the_client_in_their_order(bench: Bench) -> None:
    shown = _received(bench, "user-properties", {"user_property": list(PAIRS)})
    said = _user_properties(bench.answered())
    assert said == list(PAIRS), "the broker lost, changed or reordered user properties"
    assert _by_name(shown.user_properties) == _by_name(PAIRS), (
        "the client lost, changed or reordered user properties"
    )


@interop.feature("content-type-out")
def test_content_type_and_format_of_the_client_arrive(bench: Bench) -> None:
    given = _sent(bench, "content-type", mqtt.Properties(content_type="text/plain", payload_format=1))
    assert given.get("content_type") == "text/plain", "the content type was lost or changed"
    assert given.get("payload_format") == 1, "the payload format indicator was lost or changed"


@interop.feature("content-type-in")
def test_content_type_and_format_reach_the_client(bench: Bench) -> None:
    shown = _received(bench, "content-type", {"content_type": "text/plain", "payload_format": 1})
    assert shown.content_type == "text/plain", "the content type was lost or changed"
    assert shown.payload_format == 1, "the payload format indicator was lost or changed"


@interop.feature("request")
def test_a_request_of_the_client_says_where_the_answer_goes(bench: Bench) -> None:
    bench.speak_5()
    reply = bench.topic("reply")
    wanted = mqtt.Properties(response_topic=reply, correlation_data=b"\x00\xff7")
    given = _sent(bench, "request-response", wanted)
    assert given.get("response_topic") == reply, "the response topic was lost or changed"
    assert given.get("correlation_data") == b"\x00\xff7", "the correlation data was lost or changed"


@interop.feature("response")
def test_a_request_to_the_client_says_where_the_answer_goes(bench: Bench) -> None:
    bench.speak_5()
    reply = bench.topic("reply")
    shown = _received(bench, "request-response", {"response_topic": reply, "correlation_data": b"\x00\xff7"})
    assert shown.response_topic == reply, "the response topic was lost or changed"
    assert shown.correlation_data == b"\x00\xff7", "the correlation data was lost or changed"


@interop.feature("message-expiry")
def test_a_message_that_has_expired_is_not_delivered(bench: Bench) -> None:
    bench.speak_5()
    bench.can("message-expiry", "persistent")
    bench.offered("message-expiry", "persistent")
    topic = bench.topic()
    stored = {"session_expiry": 60}
    away = bench.observe((topic, 1), name="w", properties=stored)
    away.disconnect()
    began = time.monotonic()
    bench.send(
        mqtt.Message(topic=topic, payload=b"short", qos=1, properties=mqtt.Properties(message_expiry=1)),
        mqtt.Message(topic=topic, payload=b"long", qos=1, properties=mqtt.Properties(message_expiry=100)),
    )
    time.sleep(2.5)
    back = bench.observe(name="w", clean=False, properties=stored)
    arrived = back.take_all([b"long"]) + back.take(1, within=0.5)
    found = {each.payload: each.properties.get("message_expiry", 0) for each in arrived}
    waited = time.monotonic() - began
    assert b"long" in found, "a message was lost before its time was over"
    assert b"short" not in found, "a message was delivered though its time was over"
    assert 98 - waited <= found[b"long"] < 100, "the message does not say how much of its time is left"


@interop.feature("subscription-identifier")
def test_a_message_says_which_subscription_it_is_for(bench: Bench) -> None:
    bench.speak_5()
    bench.can("subscription-identifier")
    bench.offered("subscription-identifiers")
    bench.available("subscription_identifiers_available")
    bench.listen(mqtt.Subscription(topic_filter=bench.topic("a"), qos=1), identifier=7)
    bench.subscribe(mqtt.Subscription(topic_filter=bench.topic("+"), qos=1), identifier=268435455)
    observer = bench.observe()
    observer.publish(bench.topic("a"), b"hello", qos=1)
    arrived = bench.receive_until(lambda found: len(_identifiers(found)) >= 2)
    observer.publish(bench.topic("end"), MARKER, qos=1)
    found = _identifiers((*arrived, *bench.until_marker()))
    assert sorted(found) == [7, 268435455], "the identifiers of the subscriptions did not come back"


@interop.feature("no-local")
def test_a_client_does_not_get_its_own_messages_back(bench: Bench) -> None:
    bench.speak_5()
    bench.can("subscription-options")
    bench.offered("no-local")
    topic = bench.topic()
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1, no_local=True))
    bench.publish(mqtt.Message(topic=topic, payload=b"mine", qos=1))
    bench.observe().publish(topic, MARKER, qos=1)
    assert not bench.until_marker(), "the client got its own message back"


@interop.feature("retain-as-published")
def test_a_client_may_see_what_was_published_as_retained(bench: Bench) -> None:
    bench.speak_5()
    bench.can("subscription-options")
    bench.offered("retained", "retain-options")
    topic = bench.topic()
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1, retain_as_published=True))
    observer = bench.observe()
    observer.publish(topic, b"retained", qos=1, retain=True)
    observer.publish(topic, b"plain", qos=1)
    # The first may come twice: a broker may look for what is kept behind its SUBACK.
    wanted = {(b"retained", True), (b"plain", False)}
    found = bench.receive_until(lambda found: len({each.payload for each in found}) == len(wanted), least=2)
    assert {(each.payload, each.retain) for each in found} == wanted, (
        "the RETAIN flag was not kept as published"
    )


@interop.feature("retain-handling")
def test_a_client_may_do_without_what_was_kept(bench: Bench) -> None:
    bench.speak_5()
    bench.can("subscription-options")
    bench.offered("retained", "retain-options")
    never, once = bench.topic("never"), bench.topic("once")
    observer = bench.observe()
    for topic in (never, once):
        observer.publish(topic, b"kept", qos=1, retain=True)
    bench.kept(once, b"kept")
    first_only = mqtt.Subscription(topic_filter=once, qos=1, retain_handling=1)
    bench.listen(mqtt.Subscription(topic_filter=never, qos=1, retain_handling=2), first_only)
    arrived = bench.receive_until(lambda found: once in {each.topic for each in found})
    bench.subscribe(first_only)
    observer.publish(never, MARKER, qos=1)
    found = [each.topic for each in (*arrived, *bench.until_marker())]
    assert never not in found, "the client got a kept message that it had asked not to get"
    assert found.count(once) < 2, "the client got a kept message again that it had asked to get once"
    assert found == [once], "the client did not get a kept message that it had asked for"


@interop.feature("reason-codes")
def test_the_client_shows_the_reason_code_of_an_acknowledgement(bench: Bench) -> None:
    bench.speak_5()
    bench.can("reason-codes")
    bench.connect()
    published = bench.publish(mqtt.Message(topic=bench.topic("nobody"), payload=b"hello", qos=1))
    said = [each.code for each in bench.answered() if each.kind is mqtt.packets.Kind.PUBACK]
    assert [each.code for each in published] == said, "the client shows another reason code than it was given"


@interop.feature("unsubscribe-codes")
def test_an_unsubscription_of_5_0_is_answered_for_each_filter(bench: Bench) -> None:
    bench.speak_5()
    known, unknown = bench.topic("known"), bench.topic("unknown")
    bench.listen(mqtt.Subscription(topic_filter=known, qos=1))
    bench.unsubscribe(known, unknown)
    said = [each.codes for each in bench.answered() if each.kind is mqtt.packets.Kind.UNSUBACK]
    assert [len(each) for each in said] == [2], "the broker does not answer for each filter"
    ((first, second),) = said
    assert first < 0x80, "the broker refuses to end a subscription that there was"
    # No clause says that a broker must tell an unknown filter from a known one.
    assert second in {0x00, 0x11}, "the broker calls it an error that there was no subscription"


def _identifiers(found: Sequence[mqtt.Received]) -> list[int]:
    """Return for which subscriptions the messages are; a broker may send one for each of them or for all."""
    return [number for each in found for number in each.properties.subscription_identifiers]


def _user_properties(packets: list[mqtt.packets.Packet]) -> list[tuple[str, str]]:
    """Return those of the messages that passed between client and broker."""
    published = [each for each in packets if each.kind is mqtt.packets.Kind.PUBLISH]
    return [pair for each in published for pair in each.properties.get("user_property", [])]


def _by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return each name's values in their order.

    The order of different names binds servers alone (3.3.2.3.7 [MQTT-3.3.2-18]): a client may hand its user a
    map of names to values, and take one.
    """
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _has(bench: Bench, capability: str) -> bool:
    return capability in bench.description.capabilities


def _sent(bench: Bench, capability: str, properties: mqtt.Properties) -> dict[str, Any]:
    """Let the client publish with properties; return those that arrive."""
    bench.speak_5()
    bench.can(capability)
    topic = bench.topic()
    observer: Observer = bench.observe((topic, 1))
    bench.send(mqtt.Message(topic=topic, payload=b"hello", qos=1, properties=properties))
    found = observer.take(1)
    assert found, "the message did not arrive"
    return found[0].properties


def _received(bench: Bench, capability: str, given: dict[str, Any]) -> mqtt.Properties:
    """Publish with properties; return those that the client shows."""
    bench.speak_5()
    bench.can(capability)
    topic = bench.topic()
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1))
    bench.observe().publish(topic, b"hello", qos=1, given=given)
    return bench.one().properties
