"""What a client publishes reaches who has subscribed, as it was (MQTT 3.1.1, 2.2.3, 3.3, 4.3, 4.6, 4.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from suites.mqtt import contract as mqtt
    from suites.mqtt.conftest import Bench
else:
    mqtt = interop.contract("mqtt")

MARKER = b"that is all"


@interop.feature("publish-qos-0")
def test_a_message_with_qos_0_reaches_a_subscriber(bench: Bench) -> None:
    topic = bench.topic()
    observer = bench.observe((topic, 0))
    bench.send(mqtt.Message(topic=topic, payload=b"hello"))
    message = _only(observer.take(1))
    assert (message.topic, message.payload) == (topic, b"hello"), "the message was changed"
    assert message.qos == 0, "the message came with another QoS"


@interop.feature("publish-qos-1")
def test_a_message_with_qos_1_is_acknowledged_and_arrives(bench: Bench) -> None:
    topic = bench.topic()
    observer = bench.observe((topic, 1))
    bench.send(mqtt.Message(topic=topic, payload=b"hello", qos=1))
    message = _only(observer.take(1))
    assert (message.payload, message.qos) == (b"hello", 1), "the message was changed"
    acknowledged = [each for each in bench.answered() if each.kind is mqtt.packets.Kind.PUBACK]
    assert acknowledged, "the broker did not acknowledge the message"


@interop.feature("publish-qos-2")
def test_a_message_with_qos_2_arrives_exactly_once(bench: Bench) -> None:
    topic = bench.topic()
    observer = bench.observe((topic, 2))
    bench.send(mqtt.Message(topic=topic, payload=b"hello", qos=2))
    messages = observer.take_all([b"hello"])
    observer.publish(topic, MARKER, qos=2)
    messages += observer.take_until(MARKER)
    assert [each.payload for each in messages] == [b"hello"], (
        f"the message arrived {len(messages)} times" if messages else "the message did not arrive"
    )
    assert messages[0].qos == 2, "the message came with another QoS"
    released = [each for each in bench.sent() if each.kind is mqtt.packets.Kind.PUBREL]
    assert released, "the client did not complete the exchange with PUBREL"


@interop.feature("empty-payload")
def test_a_message_without_payload_arrives(bench: Bench) -> None:
    topic = bench.topic()
    observer = bench.observe((topic, 0))
    bench.send(mqtt.Message(topic=topic))
    assert _only(observer.take(1)).payload == b"", "the message was changed"


@interop.feature("binary-payload")
def test_every_octet_arrives_unchanged(bench: Bench) -> None:
    topic = bench.topic()
    observer = bench.observe((topic, 0))
    payload = bytes(range(256)) + b"\r\n\x00\xff\xfe"
    bench.send(mqtt.Message(topic=topic, payload=payload))
    assert _only(observer.take(1)).payload == payload, "the payload was changed"


@interop.feature("remaining-length")
def test_packets_at_the_edges_of_each_length_field_arrive(bench: Bench) -> None:
    topic = bench.topic()
    observer = bench.observe((bench.topic("#"), 1))
    others = 2 + len(topic.encode()) + 2
    sizes = [127, 128, 16383, 16384, 16385]
    bench.send(*(mqtt.Message(topic=topic, payload=b"x" * (size - others), qos=1) for size in sizes))
    found = [others + len(each.payload) for each in observer.take(len(sizes))]
    missing = ", ".join(str(size) for size in sizes if size not in found)
    assert not missing, f"packets with a remaining length of {missing} did not arrive whole"


@interop.feature("utf8-topic")
def test_a_topic_beyond_ascii_arrives_unchanged(bench: Bench) -> None:
    names = ["Grüße", "日本語", "\U0001f600", "cafe\u0301", "caf\u00e9", "\ufeffmark"]
    observer = bench.observe((bench.topic("#"), 0))
    bench.send(*(mqtt.Message(topic=bench.topic(name), payload=name.encode(), qos=0) for name in names))
    arrived = {each.payload.decode(): each.topic for each in observer.take(len(names))}
    missing = [ascii(name) for name in names if name not in arrived]
    assert not missing, f"messages to these topics did not arrive: {', '.join(missing)}"
    changed = [ascii(name) for name in names if arrived[name] != bench.topic(name)]
    assert not changed, f"the broker passes these topics on changed: {', '.join(changed)}"


@interop.feature("empty-levels")
def test_empty_levels_spaces_and_case_tell_topics_apart(bench: Bench) -> None:
    base = bench.topic("")
    names = ["a/b", "/a/b", "a//b", "a/b/", "A/b", "a /b"]
    observer = bench.observe(*((base + name, 0) for name in names[1:]))
    bench.send(*(mqtt.Message(topic=base + name, payload=name.encode(), qos=1) for name in names))
    found = observer.take_all(name.encode() for name in names[1:])
    observer.publish(base + names[1], MARKER, qos=1)
    found += observer.take_until(MARKER)
    arrived = {each.payload.decode(): each.topic for each in found}
    assert "a/b" not in arrived, "a message came for a filter that does not match its topic"
    missing = [name for name in names[1:] if arrived.get(name) != base + name]
    assert not missing, f"messages to these topics did not arrive: {', '.join(missing)}"


@interop.feature("long-topic")
def test_a_topic_of_a_thousand_octets_arrives(bench: Bench) -> None:
    reached = 0
    observer = bench.observe((bench.topic("#"), 0))
    for size in (1000, 4000, 16000, 65535):
        topic = bench.topic("").ljust(size, "x")
        sent = bench.try_to_send(
            mqtt.Message(topic=topic, payload=b"hello"), client_id=bench.client_id(f"n{size}")
        )
        if sent.connected.failure or any(each.failure for each in sent.published):
            break
        if [each.topic for each in observer.take(1)] != [topic]:
            break
        reached = size
    assert reached >= 1000, "a message to a topic of 1000 octets did not arrive"
    interop.limit("topic", reached, "octets", at_least=reached == 65535)


@interop.feature("large-payload")
def test_a_payload_of_half_a_mebibyte_arrives_whole(bench: Bench) -> None:
    topic = bench.topic()
    observer = bench.observe((topic, 1))
    reached = 0
    for size in (512, 960):
        payload = bytes(number % 251 for number in range(1024)) * size
        sent = bench.try_to_send(
            mqtt.Message(topic=topic, payload=payload, qos=1), client_id=bench.client_id(f"n{size}")
        )
        if sent.connected.failure or any(each.failure for each in sent.published):
            break
        found = observer.take(1)
        if not found:
            break
        assert found[0].payload == payload, "the payload was changed"
        reached = size
    assert reached >= 512, "a payload of 512 KiB did not get through"
    interop.limit("payload", reached, "KiB", at_least=True)


@interop.feature("ordering")
def test_messages_to_one_topic_arrive_in_their_order(bench: Bench) -> None:
    bench.can("in-flight")
    topic = bench.topic()
    observer = bench.observe((topic, 1))
    payloads = [f"{number}".encode() for number in range(60)]
    bench.connect()
    bench.publish(*(mqtt.Message(topic=topic, payload=each, qos=1) for each in payloads))
    arrived = [each.payload for each in observer.take(len(payloads)) if not each.dup]
    assert sorted(arrived) == sorted(payloads), "messages were lost or doubled"
    assert arrived == payloads, "messages arrived in another order"


@interop.feature("many-in-flight")
def test_a_hundred_messages_at_once_are_all_acknowledged(bench: Bench) -> None:
    bench.can("in-flight", "qos2")
    bench.offered("qos2")
    topic = bench.topic()
    observer = bench.observe((topic, 1))
    payloads = [f"{number}".encode() for number in range(100)]
    bench.connect()
    bench.publish(*(mqtt.Message(topic=topic, payload=each, qos=2) for each in payloads))
    arrived = [each.payload for each in observer.take(len(payloads))]
    assert sorted(arrived) == sorted(payloads), "messages were lost or doubled"


@interop.feature("wildcard-in-topic")
def test_a_topic_name_with_wildcards_is_never_published(bench: Bench) -> None:
    _refused(bench, bench.topic("a/+/b"))


@interop.feature("null-in-topic")
def test_a_topic_name_with_a_null_character_is_never_published(bench: Bench) -> None:
    _refused(bench, bench.topic("a\0b"))


def _refused(bench: Bench, topic: str) -> None:
    """Look whether one side refuses a topic name: the client by itself, or the broker by closing."""
    observer = bench.observe((bench.topic("#"), 1))
    sent = bench.try_to_send(mqtt.Message(topic=topic, payload=b"forbidden", qos=1))
    failed = sent.connected.failure or any(each.failure for each in sent.published)
    observer.publish(bench.topic("end"), MARKER, qos=1)
    arrived = observer.take_until(MARKER)
    assert not arrived, "the message was passed on to a subscriber"
    assert failed, "the client reports the message as published"


def _only(messages: list[mqtt.packets.Packet]) -> mqtt.packets.Packet:
    assert messages, "the message did not arrive"
    assert len(messages) == 1, f"the message arrived {len(messages)} times"
    return messages[0]
