"""The MQTT suite's codec against bytes that were written out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import interop

if TYPE_CHECKING:
    from suites.mqtt import contract as mqtt
    from suites.mqtt import packets, reading
else:
    mqtt = interop.contract("mqtt")
    packets, reading = mqtt.packets, mqtt.reading

Kind = packets.Kind


def read(data: bytes, level: int = 4) -> packets.Packet:
    """Return the one packet in `data`."""
    ((first, body),), rest = reading.split(data)
    assert not rest
    return reading.read(first, body, level)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, b"\x00"),
        (127, b"\x7f"),
        (128, b"\x80\x01"),
        (16383, b"\xff\x7f"),
        (16384, b"\x80\x80\x01"),
        (2097151, b"\xff\xff\x7f"),
        (2097152, b"\x80\x80\x80\x01"),
        (268435455, b"\xff\xff\xff\x7f"),
    ],
)
def test_lengths_are_written_as_in_the_specifications_table(number: int, written: bytes) -> None:
    assert packets.variable(number) == written


def test_a_connect_with_a_will_is_written_field_by_field() -> None:
    will = packets.Will(topic="w", payload=b"gone", qos=1, retain=True)
    written = packets.connect("me", level=4, clean=False, keep_alive=10, will=will)
    assert written == b"\x10\x17\x00\x04MQTT\x04\x2c\x00\x0a\x00\x02me\x00\x01w\x00\x04gone"


def test_a_connect_is_read_with_its_will_and_its_account() -> None:
    body = b"\x00\x04MQTT\x05\xee\x00\x0a\x00\x00\x02me"
    body += b"\x05\x18\x00\x00\x00\x02\x00\x01w\x00\x04gone\x00\x01u\x00\x01p"
    packet = read(bytes([0x10, len(body)]) + body)
    assert (packet.level, packet.client_id, packet.keep_alive) == (5, "me", 10)
    assert (packet.user, packet.password) == ("u", b"p")
    assert packet.will == packets.Will(
        topic="w", payload=b"gone", qos=1, retain=True, properties={"will_delay": 2}
    )


def test_a_publish_of_3_1_1_is_written_with_its_flags_and_read_back() -> None:
    written = packets.publish("a/b", b"hi", level=4, qos=2, retain=True, dup=True, identifier=10)
    assert written == b"\x3d\x09\x00\x03a/b\x00\x0ahi"
    packet = read(written)
    assert (packet.topic, packet.payload, packet.identifier) == ("a/b", b"hi", 10)
    assert (packet.qos, packet.retain, packet.dup, packet.size) == (2, True, True, len(written))


def test_properties_of_every_type_come_back_as_they_were_written() -> None:
    given = {
        "payload_format": 1,
        "topic_alias": 7,
        "message_expiry": 100000,
        "content_type": "text/plain",
        "correlation_data": b"\x00\xff",
        "subscription_identifier": [1, 268435455],
        "user_property": [("a", "1"), ("a", "2")],
    }
    packet = read(packets.publish("t", b"p", level=5, given=given), level=5)
    assert packet.properties == given
    assert packet.payload == b"p"


def test_a_reason_code_may_be_left_out_with_its_properties() -> None:
    assert read(b"\x40\x02\x00\x01", level=5).code == 0
    assert read(b"\x40\x03\x00\x01\x10", level=5).code == 0x10
    assert read(b"\xe0\x00", level=5).code == 0
    assert read(b"\xe0\x01\x8e", level=5).code == 0x8E


def test_a_stream_is_read_in_the_version_of_its_connect() -> None:
    stream = packets.connect("me", level=5, keep_alive=10) + packets.publish("t", b"p", level=5)
    assert [each.kind for each in mqtt.packets_of(stream, mqtt.Version.V311)] == [Kind.CONNECT, Kind.PUBLISH]


def test_half_a_packet_is_left_over() -> None:
    whole = packets.publish("t", b"payload", level=4)
    found, rest = reading.split(whole + whole[:-1])
    assert len(found) == 1
    assert rest == whole[:-1]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x62\x01\x00", "ends too early"),
        (b"\x60\x02\x00\x01", "flags 0000"),
        (b"\x00\x00", "type 0"),
        (b"\x30\x04\x00\x02\xc3\x28", "not UTF-8"),
        (b"\x30\x06\x00\x01t\x02\x63\x00", "unknown identifier 99"),
        (b"\x30\x08\x00\x01t\x04\x01\x00\x01\x00", "twice"),
    ],
)
def test_what_is_malformed_is_said_to_be(data: bytes, why: str) -> None:
    with pytest.raises(reading.MalformedError, match=why):
        read(data, level=5)


def test_a_length_of_five_bytes_is_malformed() -> None:
    with pytest.raises(reading.MalformedError, match="four bytes"):
        reading.split(b"\x30\x80\x80\x80\x80\x01")
