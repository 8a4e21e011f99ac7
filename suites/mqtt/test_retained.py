"""The last retained message of a topic awaits whoever subscribes (MQTT 3.1.1, 3.3.1.3; 5.0, 3.3.1.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from suites.mqtt import contract as mqtt
    from suites.mqtt.conftest import Bench
else:
    mqtt = interop.contract("mqtt")

MARKER = b"that is all"


@interop.feature("retained-stored")
def test_a_retained_message_awaits_a_later_subscriber(bench: Bench) -> None:
    topic = bench.topic()
    bench.send(mqtt.Message(topic=topic, payload=b"kept", qos=1, retain=True))
    found = bench.kept(topic, b"kept")
    assert found, "the broker did not keep the message"
    assert {payload for payload, _ in found} == {b"kept"}, "the kept message was changed"
    assert all(retained for _, retained in found), "the kept message came without the RETAIN flag"


@interop.feature("retained-replaced")
def test_a_retained_message_takes_the_place_of_the_last(bench: Bench) -> None:
    topic = bench.topic()
    bench.send(
        mqtt.Message(topic=topic, payload=b"first", qos=1, retain=True),
        mqtt.Message(topic=topic, payload=b"second", qos=1, retain=True),
    )
    payloads = [payload for payload, _ in bench.kept(topic, b"second")]
    assert payloads == [b"second"], "a later subscriber did not get the last retained message alone"


@interop.feature("retained-deleted")
def test_an_empty_retained_message_deletes_what_was_kept(bench: Bench) -> None:
    topic = bench.topic()
    bench.send(mqtt.Message(topic=topic, payload=b"kept", qos=1, retain=True))
    assert bench.kept(topic, b"kept"), "the broker did not keep the message"
    bench.send(mqtt.Message(topic=topic, qos=1, retain=True), client_id=bench.client_id("d"))
    assert not bench.kept(topic), "a later subscriber still got a retained message"


@interop.feature("retained-untouched")
def test_a_plain_message_does_not_change_what_is_kept(bench: Bench) -> None:
    topic = bench.topic()
    bench.send(mqtt.Message(topic=topic, payload=b"kept", qos=1, retain=True))
    assert bench.kept(topic, b"kept"), "the broker did not keep the message"
    observer = bench.observe((topic, 1))
    bench.send(mqtt.Message(topic=topic, payload=b"passing", qos=1), client_id=bench.client_id("p"))
    observer.take_until(b"passing")
    observer.disconnect()
    found = [payload for payload, _ in bench.kept(topic, b"kept")]
    assert found == [b"kept"], "the kept message was changed"


@interop.feature("retained-received")
def test_a_client_that_subscribes_late_gets_what_was_kept(bench: Bench) -> None:
    bench.offered("retained")
    topic = bench.topic()
    bench.observe().publish(topic, b"kept", qos=1, retain=True)
    bench.kept(topic, b"kept")
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1))
    found = bench.received(1)
    assert found, "the message did not reach the client"
    assert {each.payload for each in found} == {b"kept"}, "the client got another message"
    assert all(each.retain for each in found), "the client does not show the kept message as retained"


@interop.feature("retained-live")
def test_a_retained_message_reaches_who_is_subscribed_as_a_plain_one(bench: Bench) -> None:
    bench.offered("retained")
    topic = bench.topic()
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1))
    bench.observe().publish(topic, b"live", qos=1, retain=True)
    # A broker may look for what is kept behind its SUBACK: the message then comes as a kept one too.
    found = bench.receive_until(lambda found: not all(each.retain for each in found))
    assert found, "the message did not reach the client"
    assert not all(each.retain for each in found), "the client shows a live message as retained"


@interop.feature("retained-wildcard")
def test_a_filter_with_wildcards_gets_every_message_that_was_kept(bench: Bench) -> None:
    bench.offered("retained", "retained-wildcards")
    topics = {bench.topic("a/1"), bench.topic("a/2"), bench.topic("b/1/c")}
    observer = bench.observe()
    for topic in sorted(topics):
        observer.publish(topic, b"kept", qos=1, retain=True)
    bench.kept(bench.topic("#"), *[b"kept"] * len(topics))
    bench.listen(mqtt.Subscription(topic_filter=bench.topic("#"), qos=1))
    found = bench.receive_until(lambda found: topics <= _retained(found))
    assert topics <= _retained(found), "the client did not get every message that was kept"


@interop.feature("retained-unasked")
def test_what_was_kept_reaches_nobody_who_has_not_asked_for_it(bench: Bench) -> None:
    bench.offered("retained")
    topic, own = bench.topic("others"), bench.topic("own")
    observer = bench.observe()
    observer.publish(topic, b"kept", qos=1, retain=True)
    bench.kept(topic, b"kept")
    bench.observe((topic, 1), name="p")
    bench.listen(mqtt.Subscription(topic_filter=own, qos=1))
    observer.publish(own, MARKER, qos=1)
    found = [each.topic for each in bench.until_marker()]
    assert topic not in found, "the client got a kept message of a topic to which only another has subscribed"


def _retained(found: Sequence[mqtt.Received]) -> set[str]:
    """Return the topics of the messages that were kept."""
    return {each.topic for each in found if each.retain}
