"""What was not acknowledged when a connection was lost is sent again, and no more than that (4.3, 4.4)."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from suites.mqtt import contract as mqtt
    from suites.mqtt.conftest import Bench
    from suites.mqtt.observer import Observer

    from interop.run.conversation import Side
else:
    mqtt = interop.contract("mqtt")

MARKER = b"that is all"
CLEAN = 2
"""Clean Session among the flags of CONNECT."""
COMPLETION = 8.0
"""Seconds in which an exchange must be completed."""
PUBREC, PUBCOMP = b"\x50\x02", b"\x70\x02"
"""How these packets begin in MQTT 3.1.1."""


@interop.feature("resend-publish")
def test_a_message_that_was_lost_on_its_way_is_sent_again(bench: Bench) -> None:
    bench.can("persistent", "resume")
    bench.offered("persistent")
    topic = bench.topic()
    observer = bench.observe((topic, 1))
    _interrupted(bench, topic, qos=1, after=b"hello", side="client")
    assert observer.take(1), "the client did not send the message again"
    first, again = _published(bench, 0), _published(bench, 1)
    assert first, "the client did not send the message over its first connection"
    assert again, "the client did not send the message over its second connection"
    assert again[0].dup, "the client sent the message again without the DUP flag"
    assert again[0].identifier == first[0].identifier, (
        "the client sent the message again under another identifier"
    )


@interop.feature("resend-qos-2")
def test_a_message_whose_receipt_was_lost_arrives_exactly_once(bench: Bench) -> None:
    bench.can("persistent", "resume", "qos2")
    bench.offered("persistent", "qos2")
    topic = bench.topic()
    observer = bench.observe((topic, 2))
    _interrupted(bench, topic, qos=2, after=PUBREC, side="server")
    _exactly_once(bench, observer, topic)


@interop.feature("resend-pubrel")
def test_a_message_whose_completion_was_lost_arrives_exactly_once(bench: Bench) -> None:
    bench.can("persistent", "resume", "qos2")
    bench.offered("persistent", "qos2")
    topic = bench.topic()
    observer = bench.observe((topic, 2))
    _cut_off(bench, topic, qos=2, after=PUBCOMP, side="server")
    bench.try_to_connect(clean=False)  # a client may wait for PUBCOMP before it calls itself connected
    _resumed(bench)
    _completed(bench)
    _exactly_once(bench, observer, topic)
    assert mqtt.packets.Kind.PUBREL in _kinds(bench.sent(1)), "the client did not send PUBREL again"
    assert not _published(bench, 1), "the client sent a message again that the broker had received"


@interop.feature("redelivery")
def test_a_message_whose_acknowledgement_was_lost_is_delivered_again(bench: Bench) -> None:
    bench.can("persistent", "resume")
    bench.offered("persistent")
    topic = bench.topic()
    bench.wire.cut(b"hello", "server", forward=False)
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1), clean=False)
    bench.observe().publish(topic, b"hello", qos=1)
    assert bench.closed().ended, "the client does not notice that its connection was lost"
    bench.wire.calm()
    bench.connect(clean=False)
    _resumed(bench)
    assert bench.one().payload == b"hello", "the broker delivered another message"
    again = [each for each in bench.answered(1) if each.kind is mqtt.packets.Kind.PUBLISH]
    assert again, "the client shows a message that did not come over its second connection"
    assert again[0].dup, "the broker delivered the message again without the DUP flag"


@interop.feature("redelivery-qos-2")
def test_a_message_that_is_delivered_again_is_handed_over_once(bench: Bench) -> None:
    bench.can("persistent", "resume", "qos2")
    bench.offered("persistent", "qos2")
    topic = bench.topic()
    bench.wire.cut(PUBREC, "client", forward=False)
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=2), clean=False)
    observer = bench.observe()
    observer.publish(topic, b"hello", qos=2)
    assert bench.closed().ended, "the client does not notice that its connection was lost"
    bench.wire.calm()
    bench.connect(clean=False)
    _resumed(bench)
    delivered = bench.received(1)
    observer.publish(topic, MARKER, qos=2)
    found = [each.payload for each in (*delivered, *bench.until_marker())]
    assert found == [b"hello"], (
        f"the message was handed over {len(found)} times" if found else "the message was lost"
    )


def _interrupted(bench: Bench, topic: str, *, qos: int, after: bytes, side: Side) -> None:
    """Let the client publish over a connection that is cut before `after` has passed, then connect again."""
    _cut_off(bench, topic, qos=qos, after=after, side=side)
    bench.connect(clean=False)
    _resumed(bench)


def _cut_off(bench: Bench, topic: str, *, qos: int, after: bytes, side: Side) -> None:
    """Let the client publish over a connection that is cut before `after` has passed."""
    bench.wire.cut(after, side, forward=False)
    # The subscription gives the broker something to keep: some keep no session that is empty otherwise.
    bench.listen(mqtt.Subscription(topic_filter=bench.topic("own"), qos=1), clean=False)
    bench.try_to_publish(mqtt.Message(topic=topic, payload=b"hello", qos=qos), timeout=3.0)
    assert bench.closed().ended, "the client does not notice that its connection was lost"
    bench.wire.calm()


def _completed(bench: Bench) -> None:
    """Look whether the broker answers a PUBREL that it gets over the second connection."""
    ends = time.monotonic() + COMPLETION

    def unanswered() -> bool:
        sent, answered = _kinds(bench.sent(1)), _kinds(bench.answered(1))
        return mqtt.packets.Kind.PUBREL in sent and mqtt.packets.Kind.PUBCOMP not in answered

    while unanswered() and not bench.conversation(1).ended and time.monotonic() < ends:
        time.sleep(0.005)
    assert not unanswered(), "the broker does not answer a PUBREL that comes again"


def _kinds(packets: Iterable[mqtt.packets.Packet]) -> set[mqtt.packets.Kind]:
    return {each.kind for each in packets}


def _resumed(bench: Bench) -> None:
    """Look whether both sides still have the session: a client owes nothing to a broker that lost it."""
    assert not bench.opening_packet(1).connect_flags & CLEAN, "the client did not ask for its session again"
    assert bench.connack(1).session_present, "the broker did not keep the session of a lost connection"


def _exactly_once(bench: Bench, observer: Observer, topic: str) -> None:
    """Look whether the message arrived once; what the client publishes after it ends the observation."""
    found = [each.payload for each in observer.take(1)]
    bench.publish(mqtt.Message(topic=topic, payload=MARKER, qos=2))
    found += [each.payload for each in observer.take_until(MARKER)]
    assert found == [b"hello"], (
        f"the message arrived {len(found)} times" if found else "the message was lost with the connection"
    )


def _published(bench: Bench, connection: int) -> list[mqtt.packets.Packet]:
    """Return how the client published the message over its first or second connection."""
    sent = bench.sent(connection)
    return [each for each in sent if each.kind is mqtt.packets.Kind.PUBLISH and each.payload == b"hello"]
