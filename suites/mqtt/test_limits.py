"""What one side announces that it can take, the other keeps to (5.0, 3.1.2.11, 3.2.2.3, 4.9)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

import interop

if TYPE_CHECKING:
    from suites.mqtt import contract as mqtt
    from suites.mqtt.conftest import Bench
    from suites.mqtt.packets import Packet

    from interop.run.conversation import Side
else:
    mqtt = interop.contract("mqtt")

MARKER = b"that is all"
FEW = 50
"""A Receive Maximum above this is not worth exceeding on purpose."""


@interop.feature("receive-maximum-of-client")
def test_the_broker_sends_no_more_at_once_than_the_client_takes(bench: Bench) -> None:
    bench.speak_5()
    bench.can("receive-maximum", "persistent", "session-expiry")
    bench.offered("persistent")
    topic = bench.topic()
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1), session_expiry=60, receive_maximum=3)
    bench.finish()
    observer = bench.observe()
    payloads = [f"{number}".encode() for number in range(45)]
    for payload in payloads:
        observer.publish(topic, payload, qos=1)
    bench.wire.delay(0.1, "client")
    bench.connect(clean=False, session_expiry=60, receive_maximum=3)
    found = [each.payload for each in bench.received(len(payloads))]
    assert sorted(found) == sorted(payloads), "messages were lost or doubled"
    assert _most_in_flight(bench, 1, "server") <= 3, "the broker sent more at once than the client takes"


@interop.feature("receive-maximum-of-broker")
def test_the_client_sends_no_more_at_once_than_the_broker_takes(bench: Bench) -> None:
    bench.speak_5()
    bench.can("in-flight")
    most = bench.announced().get("receive_maximum", 65535)
    if most > FEW:
        pytest.skip("this broker takes so much at once that there is nothing to exceed")
    topic = bench.topic()
    bench.wire.delay(0.1, "server")
    bench.connect()
    # A client may also refuse by itself what is too much at once: only what it sends is looked at.
    bench.try_to_publish(
        *(mqtt.Message(topic=topic, payload=f"{n}".encode(), qos=1) for n in range(most + 10))
    )
    assert _most_in_flight(bench, 0, "client") <= most, "the client sent more at once than the broker takes"


@interop.feature("packet-size-of-client")
def test_the_broker_sends_no_packet_that_is_too_large_for_the_client(bench: Bench) -> None:
    bench.speak_5()
    bench.can("maximum-packet-size")
    topic = bench.topic()
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1), maximum_packet_size=400)
    observer = bench.observe()
    observer.publish(topic, b"x" * 300, qos=1)
    observer.publish(topic, b"x" * 500, qos=1)
    observer.publish(topic, MARKER, qos=1)
    sizes = [len(each.payload) for each in bench.until_marker()]
    assert 500 not in sizes, "the broker sent a packet that is larger than the client takes"
    assert sizes == [300], "a message was lost that the client could have taken"


@interop.feature("packet-size-of-broker")
@interop.needs("packet-limit")
def test_the_client_sends_no_packet_that_is_too_large_for_the_broker(bench: Bench) -> None:
    bench.speak_5()
    most = bench.announced().get("maximum_packet_size")
    assert most is not None, "the broker does not announce the largest packet that it takes"
    bench.connect()
    published = bench.try_to_publish(
        mqtt.Message(topic=bench.topic(), payload=b"x" * most, qos=1), timeout=5.0
    )
    assert published[0].failure is not None, "the client reports a message as published that was too large"
    sent = bench.sent()
    begun = len(bench.conversation().client) > sum(each.size for each in sent)
    too_large = begun or bool(_publications(sent))
    assert not too_large, "the client sent a packet that is too large"


@interop.feature("topic-alias-out")
def test_a_client_may_name_a_topic_by_an_alias(bench: Bench) -> None:
    bench.speak_5()
    bench.can("topic-alias-out")
    bench.offered("topic-alias")
    if not bench.announced().get("topic_alias_maximum", 0):
        raise interop.Unsupported("the broker announces that it takes no topic alias", side="broker")
    topic = bench.topic()
    observer = bench.observe((topic, 1))
    bench.connect()
    alias = mqtt.Properties(topic_alias=1)
    payloads = [b"first", b"second", b"third"]
    for payload in payloads:
        bench.publish(mqtt.Message(topic=topic, payload=payload, qos=1, properties=alias))
    found = observer.take(len(payloads))
    assert [each.payload for each in found] == payloads, "messages were lost"
    assert {each.topic for each in found} == {topic}, "the broker passed on another topic"
    assert not [each for each in found if "topic_alias" in each.properties], "the alias was passed on"


@interop.feature("topic-alias-in")
def test_the_broker_may_name_a_topic_by_an_alias(bench: Bench) -> None:
    bench.speak_5()
    bench.can("topic-alias-in")
    bench.offered("topic-alias-out")
    topic = bench.topic()
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1), topic_alias_maximum=5)
    observer = bench.observe()
    for payload in (b"first", b"second", b"third"):
        observer.publish(topic, payload, qos=1)
    found = bench.received(3)
    used = [each.properties.get("topic_alias", 0) for each in _publications(bench.answered())]
    assert [each.payload for each in found] == [b"first", b"second", b"third"], "messages were lost"
    assert max(used) <= 5, "the broker used an alias beyond what the client takes"
    assert {each.topic for each in found} == {topic}, "the client did not resolve the alias"
    if not any(used):
        raise interop.Unsupported("the broker used no alias", side="broker")


@interop.feature("no-topic-alias")
def test_the_broker_uses_no_alias_that_the_client_did_not_allow(bench: Bench) -> None:
    bench.speak_5()
    topic = bench.topic()
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1))
    if bench.opening_packet().properties.get("topic_alias_maximum", 0):
        raise interop.Unsupported("the client announces by itself that it takes topic aliases", side="client")
    observer = bench.observe()
    for payload in (b"first", b"second"):
        observer.publish(topic, payload, qos=1)
    found = bench.received(2)
    assert [each.payload for each in found] == [b"first", b"second"], "messages were lost"
    used = [each for each in _publications(bench.answered()) if "topic_alias" in each.properties]
    assert not used, "the broker used an alias though the client takes none"


@interop.feature("server-keep-alive")
@interop.needs("server-keep-alive")
def test_the_client_keeps_to_the_keep_alive_that_the_broker_sets(bench: Bench) -> None:
    bench.speak_5()
    bench.connect(keep_alive=600)
    told = bench.connack().properties.get("server_keep_alive")
    assert told is not None, "the broker did not set a keep alive"
    ends = time.monotonic() + told * 1.5 + 2
    pinged = False
    while time.monotonic() < ends and not pinged:
        assert not bench.closed(within=0.5).ended, "the broker ended the connection of an idle client"
        pinged = mqtt.packets.Kind.PINGREQ in [each.kind for each in bench.sent()]
    assert pinged, "the client does not keep to the keep alive that the broker set"


def _publications(found: list[Packet]) -> list[Packet]:
    return [each for each in found if each.kind is mqtt.packets.Kind.PUBLISH]


def _most_in_flight(bench: Bench, connection: int, side: Side) -> int:
    """Return how many messages with QoS 1 one side had sent at most whose acknowledgement it had not got."""
    open_ones: set[int] = set()
    most = 0
    for sender, packet in bench.dialogue(connection, seen_by=side):
        if sender == side and packet.kind is mqtt.packets.Kind.PUBLISH and packet.qos:
            open_ones.add(packet.identifier)
        elif sender != side and packet.kind is mqtt.packets.Kind.PUBACK:
            open_ones.discard(packet.identifier)
        most = max(most, len(open_ones))
    return most
