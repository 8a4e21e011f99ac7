"""What is published reaches a client that subscribed, and only that (MQTT 3.1.1, 3.3.4, 3.8 to 3.11, 4.7)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from suites.mqtt import contract as mqtt
    from suites.mqtt.conftest import Bench
    from suites.mqtt.observer import Observer
else:
    mqtt = interop.contract("mqtt")

MARKER = b"that is all"
ARRIVAL = 8.0
"""Seconds in which messages must arrive."""


@interop.feature("receive-qos-0")
def test_a_message_with_qos_0_reaches_the_client(bench: Bench) -> None:
    message = _one(bench, 0)
    assert (message.payload, message.qos, message.retain) == (b"hello", 0, False), "the message was changed"


@interop.feature("receive-qos-1")
def test_a_message_with_qos_1_reaches_the_client_and_is_acknowledged(bench: Bench) -> None:
    message = _one(bench, 1)
    assert (message.payload, message.qos, message.retain) == (b"hello", 1, False), "the message was changed"
    assert bench.sends(mqtt.packets.Kind.PUBACK), "the client did not acknowledge the message"


@interop.feature("receive-qos-2")
def test_a_message_with_qos_2_reaches_the_client_exactly_once(bench: Bench) -> None:
    topic = bench.topic()
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=2))
    observer = bench.observe()
    observer.publish(topic, b"hello", qos=2)
    observer.publish(topic, MARKER, qos=2)
    messages = bench.until_marker()
    assert [each.payload for each in messages] == [b"hello"], (
        f"the message reached the client {len(messages)} times" if messages else "the message was lost"
    )
    assert messages[0].qos == 2, "the message came with another QoS"
    assert bench.sends(mqtt.packets.Kind.PUBCOMP), "the client did not complete the exchange with PUBCOMP"


@interop.feature("qos-downgrade")
def test_a_message_comes_with_no_more_qos_than_was_granted(bench: Bench) -> None:
    bench.offered("qos2")
    topic = bench.topic()
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1))
    observer = bench.observe()
    for qos in (0, 1, 2):
        observer.publish(topic, str(qos).encode(), qos=qos)
    found = {each.payload: each.qos for each in bench.received(3)}
    assert found == {b"0": 0, b"1": 1, b"2": 1}, "messages were lost, or came with another QoS"


@interop.feature("granted-qos")
def test_each_filter_of_a_subscription_gets_its_own_code(bench: Bench) -> None:
    bench.can("granted-qos")
    filters = [
        mqtt.Subscription(topic_filter=bench.topic(name), qos=qos)
        for name, qos in (("a", 1), ("b", 0), ("c", 1))
    ]
    listening = bench.listen(*filters)
    subscribed = listening.subscribed
    assert subscribed is not None
    assert subscribed.codes == (1, 0, 1), "the client shows other codes than were granted"


@interop.feature("several-filters")
def test_messages_for_every_filter_of_one_subscription_arrive(bench: Bench) -> None:
    names = ["a", "b/+", "c/#"]
    bench.listen(*(mqtt.Subscription(topic_filter=bench.topic(name), qos=1) for name in names))
    observer = bench.observe()
    topics = {bench.topic("a"), bench.topic("b/1"), bench.topic("c/1/2")}
    for topic in sorted(topics):
        observer.publish(topic, b"hello", qos=1)
    assert {each.topic for each in bench.received(3)} == topics, (
        "a filter's messages did not reach the client"
    )


@interop.feature("plus-wildcard")
def test_a_plus_matches_exactly_one_level(bench: Bench) -> None:
    _matches(bench, "a/+/c", matching=["a/b/c", "a//c"], others=["a/c", "a/b/b/c", "a/b/c/d", "a/b"])


@interop.feature("trailing-plus")
def test_a_plus_at_the_end_matches_one_more_level(bench: Bench) -> None:
    _matches(bench, "a/+", matching=["a/b", "a/"], others=["a", "a/b/c"])


@interop.feature("hash-wildcard")
def test_a_hash_matches_the_level_above_it_and_all_below(bench: Bench) -> None:
    _matches(bench, "a/#", matching=["a", "a/", "a/b", "a/b/c/d"], others=["b", "b/a", "ab", "A/b"])


@interop.feature("dollar-topics")
@interop.needs("sys")
def test_wildcards_at_the_beginning_match_no_topic_of_the_brokers_own(bench: Bench) -> None:
    topic = bench.topic()
    own = bench.observe(("$SYS/#", 0))
    assert own.take(1, within=12.0), "the broker publishes nothing under $SYS"
    bench.listen(
        mqtt.Subscription(topic_filter="#", qos=1), mqtt.Subscription(topic_filter="+/broker/#", qos=1)
    )
    observer = bench.observe()
    _pass_live(own)
    observer.publish(topic, MARKER, qos=1)
    found = [each.topic for each in bench.until_marker()]
    assert not [each for each in found if each.startswith("$")], "the client got messages from below $SYS"


@interop.feature("overlapping-subscriptions")
def test_overlapping_subscriptions_deliver_with_the_highest_qos(bench: Bench) -> None:
    topic = bench.topic("a/b")
    bench.listen(
        mqtt.Subscription(topic_filter=bench.topic("a/#"), qos=0),
        mqtt.Subscription(topic_filter=bench.topic("a/+"), qos=1),
        mqtt.Subscription(topic_filter=bench.topic("c"), qos=1),
    )
    observer = bench.observe()
    observer.publish(topic, b"hello", qos=1)
    arrived = bench.receive_until(lambda found: any(each.qos == 1 for each in found))
    observer.publish(bench.topic("c"), MARKER, qos=1)
    found = [each.qos for each in (*arrived, *bench.until_marker())]
    assert found, "the message was lost"
    assert max(found) == 1, "the message came with less QoS than one of its subscriptions has"
    assert len(found) <= 2, "the message came more often than there are subscriptions"


@interop.feature("subscription-replaced")
def test_a_filter_that_is_subscribed_again_replaces_the_first(bench: Bench) -> None:
    topic = bench.topic()
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1))
    bench.subscribe(mqtt.Subscription(topic_filter=topic, qos=0))
    observer = bench.observe()
    observer.publish(topic, b"hello", qos=1)
    observer.publish(topic, MARKER, qos=1)
    found = [each.qos for each in bench.until_marker()]
    assert found == [0], "the second subscription did not replace the first"


@interop.feature("unsubscribe")
def test_nothing_arrives_for_a_filter_that_was_given_up(bench: Bench) -> None:
    kept, given_up = bench.topic("kept"), bench.topic("given-up")
    bench.listen(mqtt.Subscription(topic_filter=kept, qos=1), mqtt.Subscription(topic_filter=given_up, qos=1))
    bench.unsubscribe(given_up)
    observer = bench.observe()
    observer.publish(given_up, b"too late", qos=1)
    observer.publish(kept, MARKER, qos=1)
    assert not bench.until_marker(), "a message came for a filter that the client had given up"


@interop.feature("shared-subscription")
def test_a_shared_subscription_gives_each_message_to_one_member(bench: Bench) -> None:
    bench.speak_5()
    bench.offered("shared")
    bench.available("shared_available")
    topic, group = bench.topic(), f"$share/{bench.client_id('g')}/"
    member = bench.observe((group + topic, 1), name="m")
    bench.listen(mqtt.Subscription(topic_filter=group + topic, qos=1))
    payloads = {f"{number}".encode() for number in range(20)}
    observer = bench.observe()
    for payload in sorted(payloads):
        observer.publish(topic, payload, qos=1)
    found: list[bytes] = []
    ends = time.monotonic() + ARRIVAL
    while not payloads <= set(found) and time.monotonic() < ends:
        found += _shared(bench, member)
    found += _shared(bench, member)
    assert set(found) == payloads, "messages for a shared subscription were lost"
    assert len(found) == len(payloads), "a message went to more than one member"


@interop.feature("receive-large")
def test_a_payload_of_half_a_mebibyte_reaches_the_client_whole(bench: Bench) -> None:
    topic = bench.topic()
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1))
    payload = bytes(number % 251 for number in range(1024)) * 512
    bench.observe().publish(topic, payload, qos=1)
    assert bench.one().payload == payload, "the payload was changed"
    interop.limit("payload", 512, "KiB", at_least=True)


@interop.feature("receive-burst")
def test_a_burst_of_messages_reaches_the_client_in_order(bench: Bench) -> None:
    topic = bench.topic()
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1))
    observer = bench.observe()
    payloads = [f"{number}".encode() for number in range(100)]
    for payload in payloads:
        observer.publish(topic, payload, qos=1)
    found = [each.payload for each in bench.received(len(payloads))]
    assert sorted(found) == sorted(payloads), "messages were lost or doubled"
    assert found == payloads, "messages came in another order"


@interop.feature("segmented-packets")
def test_packets_that_arrive_byte_by_byte_are_understood(bench: Bench) -> None:
    bench.wire.drip("client")
    bench.wire.drip("server")
    topic = bench.topic()
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1))
    bench.observe().publish(topic, b"hello" * 100, qos=1)
    assert bench.one().payload == b"hello" * 100, "the message was changed"


def _pass_live(own: Observer) -> None:
    """Wait until the broker publishes of its own what is not kept; some do so every ten seconds, or never."""
    own.take(1000, within=0.2)
    ends = time.monotonic() + 11.0
    while time.monotonic() < ends:
        if not all(each.retain for each in own.take(1, within=1.0)):
            return


def _shared(bench: Bench, member: Observer) -> list[bytes]:
    """Return what either member has got, after a moment in which neither got more."""
    found = [each.payload for each in member.take(1, within=0.3)]
    return found + [each.payload for each in bench.received(1, within=0.3)]


def _one(bench: Bench, qos: int) -> mqtt.Received:
    """Return the message that the client gets when it listens and `hello` is published with that QoS."""
    topic = bench.topic()
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=qos))
    bench.observe().publish(topic, b"hello", qos=qos)
    message = bench.one()
    assert message.topic == topic, "the message came with another topic"
    return message


def _matches(bench: Bench, topic_filter: str, *, matching: list[str], others: list[str]) -> None:
    """Look which topics the broker holds to match a filter that the client subscribes to."""
    end = bench.topic("z/end")
    bench.listen(
        mqtt.Subscription(topic_filter=bench.topic(topic_filter), qos=1),
        mqtt.Subscription(topic_filter=end, qos=1),
    )
    observer: Observer = bench.observe()
    for name in (*matching, *others):
        observer.publish(bench.topic(name), name.encode(), qos=1)
    wanted = {name.encode() for name in matching}
    arrived = bench.receive_until(lambda found: wanted <= {each.payload for each in found})
    observer.publish(end, MARKER, qos=1)  # on another topic: it ends only the wait for what must not come
    found = [each.payload.decode() for each in (*arrived, *bench.until_marker())]
    wrong = [name for name in others if name in found]
    assert not wrong, f"{topic_filter} was held to match {', '.join(wrong)}"
    missed = [name for name in matching if name not in found]
    assert not missed, f"{topic_filter} was held not to match {', '.join(missed)}"
