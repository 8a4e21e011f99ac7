"""Who a client is, how long the broker remembers it, and what ends a connection (3.1, 3.2, 3.12, 3.14)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from suites.mqtt import contract as mqtt
    from suites.mqtt.conftest import Bench
else:
    mqtt = interop.contract("mqtt")

MARKER = b"that is all"

FORGETTING = 1.0
"""Seconds in which a broker may clear away a session that was given up; nothing tells when it has done so."""


@interop.feature("connect")
def test_a_client_connects_and_says_goodbye(bench: Bench) -> None:
    bench.connect()
    bench.finish()
    bench.opening_packet()
    kinds = [each.kind for each in bench.sent()]
    assert kinds[-1] is mqtt.packets.Kind.DISCONNECT, "the client did not say DISCONNECT"


@interop.feature("client-id")
def test_a_client_identifier_of_23_letters_and_digits_is_taken(bench: Bench) -> None:
    topic = bench.topic()
    observer = bench.observe((topic, 0))
    bench.send(mqtt.Message(topic=topic, payload=b"hello"), client_id=bench.client_id("Z").ljust(23, "x"))
    assert observer.take(1), "the message did not arrive"


@interop.feature("no-client-id")
def test_a_client_without_an_identifier_gets_one(bench: Bench) -> None:
    bench.can("no-client-id")
    topic = bench.topic()
    observer = bench.observe((topic, 0))
    bench.send(mqtt.Message(topic=topic, payload=b"hello"), client_id="")
    assert observer.take(1), "the message did not arrive"


@interop.feature("assigned-client-id")
def test_a_client_is_told_the_identifier_that_it_was_given(bench: Bench) -> None:
    bench.speak_5()
    bench.can("no-client-id", "assigned-client-id")
    assigned = bench.connect(client_id="").assigned_client_id
    told = bench.connack().properties.get("assigned_client_id", "")
    assert told, "the broker did not tell the identifier that it assigned"
    assert assigned == told, "the client shows another identifier than it was given"


@interop.feature("clean-session")
def test_a_clean_session_knows_nothing_of_the_last_one(bench: Bench) -> None:
    bench.can("persistent")
    bench.offered("persistent")
    topic = bench.topic()
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1), clean=False)
    bench.finish()
    connected = bench.connect(connection="again", clean=True)
    assert connected.session_present is not True, "the client shows a session where it asked for a clean one"
    bench.observe().publish(topic, b"for nobody", qos=1)
    bench.subscribe(mqtt.Subscription(topic_filter=bench.topic("end"), qos=1), connection="again")
    bench.observe(name="p").publish(bench.topic("end"), MARKER, qos=1)
    assert not bench.until_marker(connection="again"), "a subscription outlived the session that it was of"


@interop.feature("session-present")
def test_a_session_that_was_kept_is_shown_as_present(bench: Bench) -> None:
    bench.can("persistent")
    bench.offered("persistent")
    first = bench.listen(mqtt.Subscription(topic_filter=bench.topic(), qos=1), clean=False).connected
    assert first.session_present is not True, "the client shows a session before there was one"
    bench.finish()
    again = bench.connect(clean=False)
    assert bench.connack(1).session_present, "the broker did not keep the session"
    assert again.session_present is True, "the client does not show that its session was kept"


@interop.feature("session-queue")
def test_messages_for_a_client_that_is_away_wait_for_it(bench: Bench) -> None:
    bench.can("persistent")
    bench.offered("persistent")
    topic = bench.topic()
    subscription = mqtt.Subscription(topic_filter=topic, qos=1)
    bench.listen(subscription, clean=False)
    bench.finish()
    payloads = [f"{number}".encode() for number in range(20)]
    observer = bench.observe()
    for payload in payloads:
        observer.publish(topic, payload, qos=1)
    bench.connect(clean=False)
    found = [each.payload for each in bench.received(len(payloads))]
    assert sorted(found) == sorted(payloads), "messages that were to wait for the client were lost or doubled"
    assert found == payloads, "messages that waited came in another order"


@interop.feature("session-kept-5")
def test_a_session_is_kept_for_as_long_as_the_client_asked(bench: Bench) -> None:
    bench.speak_5()
    bench.can("persistent", "session-expiry")
    bench.offered("persistent")
    topic = bench.topic()
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1), session_expiry=60)
    bench.finish()
    bench.observe().publish(topic, b"waiting", qos=1)
    bench.connect(clean=False, session_expiry=60)
    assert bench.one().payload == b"waiting", "the client got another message"


@interop.feature("session-expired")
def test_a_session_is_forgotten_when_its_time_is_over(bench: Bench) -> None:
    bench.speak_5()
    bench.can("persistent", "session-expiry")
    bench.offered("persistent")
    topic = bench.topic()
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1), session_expiry=1)
    bench.finish()
    bench.observe().publish(topic, b"too late", qos=1)
    time.sleep(3.0)
    connected = bench.connect(clean=False, session_expiry=1)
    present = bench.connack(1).session_present
    assert not present, "the broker still has a session whose time is over"
    assert connected.session_present is not True, "the client shows a session whose time is over"


@interop.feature("session-expiry-at-end")
def test_a_client_may_give_its_session_up_when_it_leaves(bench: Bench) -> None:
    bench.speak_5()
    bench.can("persistent", "session-expiry", "disconnect-options")
    bench.offered("persistent")
    bench.listen(mqtt.Subscription(topic_filter=bench.topic(), qos=1), session_expiry=60)
    bench.finish(session_expiry=0)
    time.sleep(FORGETTING)
    bench.connect(clean=False)
    assert not bench.connack(1).session_present, "the broker kept a session that was given up"


@interop.feature("take-over")
def test_a_second_connection_of_the_same_client_ends_the_first(bench: Bench) -> None:
    bench.connect()
    bench.observe(client_id=bench.client_id())
    assert bench.closed().ended, "the first connection was not ended"


@interop.feature("take-over-reason")
def test_a_client_is_told_that_another_took_its_place(bench: Bench) -> None:
    bench.speak_5()
    bench.can("disconnect-reason")
    bench.connect()
    bench.observe(client_id=bench.client_id())
    ending = bench.closed()
    assert ending.ended, "the first connection was not ended"
    said = [each.code for each in bench.answered() if each.kind is mqtt.packets.Kind.DISCONNECT]
    assert said == [0x8E], "the broker did not say that the session was taken over"
    assert ending.code == 0x8E, "the client does not show that its session was taken over"


@interop.feature("keep-alive")
def test_an_idle_client_shows_that_it_is_there(bench: Bench) -> None:
    bench.connect(keep_alive=2)
    ends = time.monotonic() + 5.0
    pinged = False
    while time.monotonic() < ends and not pinged:
        assert not bench.closed(within=0.25).ended, "the connection of an idle client was ended"
        pinged = mqtt.packets.Kind.PINGRESP in [each.kind for each in bench.answered()]
    assert pinged, "an idle client sent no PINGREQ, or got no answer to it"


@interop.feature("keep-alive-expired")
def test_a_client_that_falls_silent_is_given_up(bench: Bench) -> None:
    bench.can("will")
    bench.offered("wills")
    topic = bench.topic()
    observer = bench.observe((topic, 1))
    bench.wire.stall(b"\x20\x02\x00\x00", "server")  # nothing passes any more after CONNACK
    will = mqtt.Will(message=mqtt.Message(topic=topic, payload=b"gone", qos=1))
    began = time.monotonic()
    bench.connect(keep_alive=2, will=will)
    assert observer.take(1, within=10.0), "the broker did not give up a client that had fallen silent"
    assert time.monotonic() - began > 1.9, "the broker gave up a client before its time was over"


@interop.feature("broker-silent")
def test_a_client_gives_up_a_broker_that_does_not_answer_its_ping(bench: Bench) -> None:
    bench.wire.stall(b"\xc0\x00", "client", forward=False)
    bench.connect(keep_alive=2)
    ending = bench.closed(within=12.0)
    assert ending.ended, "the client does not notice that the broker is silent"


@interop.feature("no-connack")
def test_a_broker_that_never_answers_is_reported(bench: Bench) -> None:
    bench.wire.stall(b"MQTT", "client", forward=False)
    connected = bench.try_to_connect(timeout=2.0)
    assert connected.failure is not None, "the client reports a connection that the broker never confirmed"


@interop.feature("no-puback")
def test_a_message_that_is_never_acknowledged_is_reported(bench: Bench) -> None:
    topic = bench.topic()
    bench.wire.stall(topic.encode(), "client", forward=False)
    bench.connect()
    published = bench.try_to_publish(mqtt.Message(topic=topic, payload=b"hello", qos=1), timeout=2.0)
    assert published[0].failure is not None, "the client reports a message as published that nobody has taken"
