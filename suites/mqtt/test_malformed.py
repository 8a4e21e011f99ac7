"""What is no MQTT is refused, and harms nobody else (MQTT 3.1.1, 2.2.2, 4.8; 5.0, 4.13.1).

No client program sends such packets, so an observer does: somebody else's faulty device, while the client
listens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from suites.mqtt import contract as mqtt
    from suites.mqtt.conftest import Bench
else:
    mqtt = interop.contract("mqtt")

Kind = mqtt.packets.Kind
MARKER = b"that is all"
FORBIDDEN = b"forbidden"
GOES_ON = "the broker goes on with who sent a malformed packet"
FAULTY = "f"
"""The name of who sends what is malformed."""
SOON = 0.5
"""Seconds after which nobody waits for a broker that goes on."""
ENDLESS = bytes([Kind.PUBLISH << 4, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
"""A fixed header whose Remaining Length has five bytes; four are the most (3.1.1, 2.2.3)."""
NO_PROPERTY = bytes([2, 0x7F, 0])
"""The properties of a packet, one of which has an identifier that there is not (5.0, 2.2.2.2)."""
MALFORMED, PROTOCOL_ERROR = 0x81, 0x82
"""Reason codes (5.0, 4.13.1)."""


@interop.feature("malformed-qos")
def test_a_message_with_both_qos_bits_is_refused(bench: Bench) -> None:
    _refused(bench, _with_qos_3(bench))


@interop.feature("malformed-utf8")
def test_a_topic_name_that_is_not_utf8_is_refused(bench: Bench) -> None:
    _refused(bench, _with_a_surrogate(bench))


@interop.feature("malformed-property")
def test_a_message_with_an_unknown_property_is_refused(bench: Bench) -> None:
    bench.speak_5()
    body = mqtt.packets.text(bench.topic("sent")) + NO_PROPERTY + FORBIDDEN
    _refused(bench, mqtt.packets.packet(Kind.PUBLISH, 0, body))


@interop.feature("malformed-flags")
def test_a_subscribe_with_wrong_flags_is_refused(bench: Bench) -> None:
    _refused(bench, _with_wrong_flags(bench))


@interop.feature("malformed-filter-qos")
def test_a_subscription_with_qos_3_is_refused(bench: Bench) -> None:
    _refused(bench, _subscribing(bench, (bench.topic("#"), 3)))


@interop.feature("empty-subscribe")
def test_a_subscribe_without_a_filter_is_refused(bench: Bench) -> None:
    _refused(bench, _subscribing(bench))


@interop.feature("second-connect")
def test_a_second_connect_ends_the_connection(bench: Bench) -> None:
    _refused(bench, _connecting(bench))


@interop.feature("malformed-length")
def test_a_remaining_length_of_five_bytes_is_refused(bench: Bench) -> None:
    _refused(bench, ENDLESS)


@interop.feature("malformed-reason")
def test_the_sender_of_a_malformed_packet_is_told_so(bench: Bench) -> None:
    bench.speak_5()
    _listen(bench)
    faulty = bench.observe(name=FAULTY)
    faulty.write(_with_qos_3(bench))
    assert faulty.ended(), GOES_ON
    assert faulty.ending is not None, "the broker closed the connection without saying why"
    assert faulty.ending.code in {MALFORMED, PROTOCOL_ERROR}, (
        "the broker gave another reason than the malformed packet"
    )


@interop.feature("malformed-harmless")
def test_the_malformed_packets_of_others_do_not_harm_a_client(bench: Bench) -> None:
    # Broken names are not among it: a client that gets one is itself bound to end its connection (1.5.3).
    _listen(bench)
    for packet in (
        _with_qos_3(bench),
        _with_wrong_flags(bench),
        _subscribing(bench),
        _connecting(bench),
        ENDLESS,
    ):
        faulty = bench.observe(name=FAULTY)
        faulty.write(packet)
        faulty.ended(within=SOON)
        faulty.drop()
    _until_others_sent(bench)  # whether what was malformed came too is asked elsewhere


def _listen(bench: Bench) -> None:
    """Let the client listen to whatever this attempt's others send."""
    bench.listen(mqtt.Subscription(topic_filter=bench.topic("#"), qos=1))


def _refused(bench: Bench, packet: bytes) -> None:
    """Let somebody send it while the client listens: his connection ends, the client gets nothing of it.

    What others send after it must still come: a broker that dies of it ends the connection too.
    """
    _listen(bench)
    assert bench.observe(name=FAULTY).refused(packet), GOES_ON
    assert not _until_others_sent(bench), "the malformed message was passed on to the client"


def _until_others_sent(bench: Bench) -> tuple[mqtt.Received, ...]:
    """Let somebody else send the marker, which must come; return what the client received before it."""
    bench.observe(name="p").publish(bench.topic("end"), MARKER, qos=1)
    return bench.until_marker()


def _level(bench: Bench) -> int:
    return mqtt.packets.LEVELS[bench.version]


def _with_qos_3(bench: Bench) -> bytes:
    return mqtt.packets.publish(bench.topic("sent"), FORBIDDEN, level=_level(bench), qos=3, identifier=7)


def _with_a_surrogate(bench: Bench) -> bytes:
    return mqtt.packets.publish(bench.topic("a\ud800b"), FORBIDDEN, level=_level(bench))


def _with_wrong_flags(bench: Bench) -> bytes:
    return bytes([Kind.SUBSCRIBE << 4]) + _subscribing(bench, (bench.topic("#"), 0))[1:]


def _subscribing(bench: Bench, *filters: tuple[str, int]) -> bytes:
    return mqtt.packets.subscribe(7, filters, level=_level(bench))


def _connecting(bench: Bench) -> bytes:
    return mqtt.packets.connect(bench.client_id(FAULTY), level=_level(bench), keep_alive=10)
