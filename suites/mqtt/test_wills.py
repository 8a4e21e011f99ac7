"""A will is published when its client's connection is lost, not when it says goodbye (3.1.2.5, 3.14)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

import interop

if TYPE_CHECKING:
    from suites.mqtt import contract as mqtt
    from suites.mqtt.conftest import Bench
    from suites.mqtt.observer import Observer
else:
    mqtt = interop.contract("mqtt")

MARKER = b"that is all"


@interop.feature("will")
def test_a_will_is_published_when_the_connection_is_lost(bench: Bench) -> None:
    topic, observer = _will(bench)
    bench.drop()
    message = _only(observer)
    assert (message.topic, message.payload, message.qos) == (topic, b"gone", 1), "the will was changed"
    assert not message.retain, "the will came with the RETAIN flag"


@interop.feature("no-will")
def test_a_will_is_not_published_when_the_client_says_goodbye(bench: Bench) -> None:
    topic, observer = _will(bench)
    bench.finish()
    observer.publish(topic, MARKER, qos=1)
    assert not observer.take_until(MARKER), "the will was published though the client had said goodbye"
    _quiet(observer)


@interop.feature("will-retained")
def test_a_retained_will_awaits_a_later_subscriber(bench: Bench) -> None:
    bench.offered("retained")
    topic, observer = _will(bench, retain=True)
    bench.drop()
    _only(observer)
    found = bench.kept(topic, b"gone")
    assert found, "the broker did not keep the will"
    payload, retained = found[0]
    assert payload == b"gone", "the kept will was changed"
    assert retained, "the kept will came without the RETAIN flag"


@interop.feature("will-delay")
def test_a_will_with_a_delay_is_published_when_that_is_over(bench: Bench) -> None:
    _version_5(bench, "will-delay")
    _, observer = _will(bench, delay=2, session_expiry=60)
    lost = time.monotonic()
    bench.drop()
    _only(observer)
    assert time.monotonic() - lost > 1.0, "the will was published before its delay was over"


@interop.feature("will-delay-cancelled")
def test_a_will_is_not_published_when_the_client_is_back_in_time(bench: Bench) -> None:
    _version_5(bench, "will-delay")
    bench.can("persistent")
    bench.offered("persistent")
    delay = 3
    _, observer = _will(bench, delay=delay, session_expiry=60)
    lost = time.monotonic()
    bench.drop()
    bench.settle()
    bench.connect(clean=False, session_expiry=60)
    if time.monotonic() - lost > delay:
        pytest.skip("the client took longer to come back than the broker was to wait for it")
    assert not observer.take(1, within=delay + 2.0), (
        "the will was published though the client was back in time"
    )


@interop.feature("disconnect-with-will")
def test_a_client_may_ask_for_its_will_when_it_leaves(bench: Bench) -> None:
    _version_5(bench)
    bench.can("disconnect-options")
    _, observer = _will(bench)
    bench.finish(code=0x04)
    _only(observer)


@interop.feature("will-properties")
def test_a_will_keeps_its_properties(bench: Bench) -> None:
    _version_5(bench)
    _, observer = _will(
        bench,
        properties=mqtt.Properties(content_type="text/plain", user_properties=(("a", "1"), ("a", "2"))),
    )
    bench.drop()
    given = _only(observer).properties
    assert given.get("content_type") == "text/plain", "the will lost its content type"
    assert given.get("user_property") == [("a", "1"), ("a", "2")], "the will's user properties were changed"


def _version_5(bench: Bench, *words: str) -> None:
    bench.speak_5()
    bench.can("will-properties")
    bench.offered(*words)


def _will(
    bench: Bench,
    *,
    retain: bool = False,
    delay: int = 0,
    properties: mqtt.Properties = mqtt.NONE,
    session_expiry: int | None = None,
) -> tuple[str, Observer]:
    """Let the client connect with a will; return its topic, and an observer that waits for it."""
    bench.can("will")
    bench.offered("wills")
    topic = bench.topic()
    observer = bench.observe((topic, 1))
    message = mqtt.Message(topic=topic, payload=b"gone", qos=1, retain=retain, properties=properties)
    bench.listen(
        mqtt.Subscription(topic_filter=bench.topic("other")),
        will=mqtt.Will(message=message, delay=delay),
        session_expiry=session_expiry,
    )
    return topic, observer


def _only(observer: Observer) -> mqtt.packets.Packet:
    found = observer.take(1)
    assert found, "the will was not published"
    assert len(found) == 1, f"the will was published {len(found)} times"
    return found[0]


def _quiet(observer: Observer) -> None:
    """Look a moment longer: a broker may publish a will only after it has passed on other messages."""
    assert not observer.take(1, within=0.3), "the will was published though the client had said goodbye"
