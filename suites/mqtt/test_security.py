"""That TLS protects what it should, that WebSocket carries it too, and who is let in (3.1.3.4, 5.4, 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import interop

if TYPE_CHECKING:
    from suites.mqtt import contract as mqtt
    from suites.mqtt.conftest import Bench
else:
    mqtt = interop.contract("mqtt")

ACCOUNT: dict[str, Any] = {"user": "alice", "password": "Sesame-4711"}
"""Who is let in at the port `auth` (README)."""
WRONG = {**ACCOUNT, "password": "wrong"}

BAD_CREDENTIALS = {4, 5, 0x86, 0x87}
"""Bad user name or password, and not authorized, in 3.1.1 and in 5.0."""


@interop.feature("tls")
@interop.needs("mqtts")
def test_messages_pass_both_ways_under_tls(bench: Bench) -> None:
    bench.can("tls")
    _both_ways(bench, "mqtts")
    assert not any(b"hello" in each.client + each.server for each in bench.wire.conversations), (
        "the message passed in the clear"
    )


@interop.feature("untrusted-certificate")
@interop.needs("mqtts")
def test_a_certificate_from_an_unknown_authority_is_refused(bench: Bench) -> None:
    bench.can("tls", "verify-ca")
    _refused(bench, bench.endpoint("mqtts", trusted=False))


@interop.feature("wrong-name")
@interop.needs("mqtts")
def test_a_certificate_for_another_name_is_refused(bench: Bench) -> None:
    bench.can("tls", "verify-name")
    _refused(bench, bench.endpoint("mqtts", by_number=True))


@interop.feature("websocket")
@interop.needs("ws")
def test_messages_pass_both_ways_over_websocket(bench: Bench) -> None:
    bench.can("ws")
    _both_ways(bench, "ws")


@interop.feature("websocket-large")
@interop.needs("ws")
def test_a_large_message_passes_over_websocket(bench: Bench) -> None:
    bench.can("ws")
    topic = bench.topic()
    observer = bench.observe((topic, 1))
    payload = bytes(number % 251 for number in range(1024)) * 100
    bench.send(mqtt.Message(topic=topic, payload=payload, qos=1), endpoint=bench.endpoint("ws"))
    found = observer.take(1)
    assert found, "the message did not arrive"
    assert found[0].payload == payload, "the payload was changed"


@interop.feature("password")
@interop.needs("auth")
def test_a_client_with_the_right_password_is_let_in(bench: Bench) -> None:
    bench.can("auth")
    endpoint = bench.endpoint("auth")
    topic = bench.topic()
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1), endpoint=endpoint, **ACCOUNT)
    bench.send(
        mqtt.Message(topic=topic, payload=b"hello", qos=1),
        endpoint=endpoint,
        client_id=bench.client_id("s"),
        **ACCOUNT,
    )
    assert bench.one().payload == b"hello", "the message was changed"


@interop.feature("wrong-password")
@interop.needs("auth")
def test_a_client_with_a_wrong_password_is_refused_and_told_so(bench: Bench) -> None:
    bench.can("auth")
    _let_in_nobody(bench, **WRONG)


@interop.feature("anonymous-refused")
@interop.needs("auth")
def test_a_client_without_a_password_is_refused_and_told_so(bench: Bench) -> None:
    _let_in_nobody(bench)


@interop.feature("wrong-password-5")
@interop.needs("auth")
def test_a_client_of_5_0_with_a_wrong_password_is_told_so(bench: Bench) -> None:
    bench.speak_5()
    bench.can("auth")
    _let_in_nobody(bench, **WRONG)


def _both_ways(bench: Bench, port: str) -> None:
    """Let the client publish and listen through a port."""
    topic = bench.topic()
    observer = bench.observe((topic, 1))
    bench.send(
        mqtt.Message(topic=topic, payload=b"hello", qos=1),
        endpoint=bench.endpoint(port),
        client_id=bench.client_id("s"),
    )
    assert observer.take(1), "the message did not arrive"
    bench.listen(mqtt.Subscription(topic_filter=topic, qos=1), endpoint=bench.endpoint(port))
    observer.publish(topic, b"hello", qos=1)
    assert bench.one().payload == b"hello", "the message was changed"


def _refused(bench: Bench, endpoint: mqtt.Endpoint) -> None:
    topic = bench.topic()
    observer = bench.observe((topic, 1))
    sent = bench.try_to_send(mqtt.Message(topic=topic, payload=b"secret", qos=1), endpoint=endpoint)
    assert sent.connected.failure is not None, "the client reports a connection to whom it must not trust"
    observer.publish(topic, b"that is all", qos=1)
    assert not observer.take_until(b"that is all"), "the message went to a broker that must not be trusted"


def _let_in_nobody(bench: Bench, **credentials: str) -> None:
    """Let the client knock at the port that asks for a password."""
    sent = bench.try_to_send(
        mqtt.Message(topic=bench.topic(), payload=b"secret", qos=1),
        endpoint=bench.endpoint("auth"),
        **credentials,
    )
    failure = sent.connected.failure
    assert failure is not None, "the client reports a connection though it gave no valid password"
    said = [each.code for each in bench.answered() if each.kind is mqtt.packets.Kind.CONNACK]
    assert said, "the broker closed the connection without saying why"
    assert set(said) <= BAD_CREDENTIALS, "the broker gave another reason than the password"
    if "refusal-code" in bench.description.capabilities:
        assert failure.code in BAD_CREDENTIALS, "the client does not show that its password was refused"
