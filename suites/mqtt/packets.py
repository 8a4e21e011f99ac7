"""MQTT control packets of 3.1.1 and 5.0: their words, and how they are written.

Writes whatever it is told to, sensible or not. Knows nothing of connections, nor of reading (`reading`).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

LEVELS = {"3.1.1": 4, "5.0": 5}
"""Protocol levels by version (3.1.2.2)."""
V5 = 5


class Kind(IntEnum):
    """Packet types (2.1.2 in 5.0, 2.2.1 in 3.1.1)."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    PUBREC = 5
    PUBREL = 6
    PUBCOMP = 7
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14
    AUTH = 15


REQUESTS = frozenset({Kind.PUBREL, Kind.SUBSCRIBE, Kind.UNSUBSCRIBE})
"""Packets whose fixed header must have the flags 0010."""

PROPERTIES: dict[int, tuple[str, str]] = {
    1: ("payload_format", "byte"),
    2: ("message_expiry", "four"),
    3: ("content_type", "text"),
    8: ("response_topic", "text"),
    9: ("correlation_data", "binary"),
    11: ("subscription_identifier", "variable"),
    17: ("session_expiry", "four"),
    18: ("assigned_client_id", "text"),
    19: ("server_keep_alive", "two"),
    21: ("authentication_method", "text"),
    22: ("authentication_data", "binary"),
    23: ("request_problem_information", "byte"),
    24: ("will_delay", "four"),
    25: ("request_response_information", "byte"),
    26: ("response_information", "text"),
    28: ("server_reference", "text"),
    31: ("reason_string", "text"),
    33: ("receive_maximum", "two"),
    34: ("topic_alias_maximum", "two"),
    35: ("topic_alias", "two"),
    36: ("maximum_qos", "byte"),
    37: ("retain_available", "byte"),
    38: ("user_property", "pair"),
    39: ("maximum_packet_size", "four"),
    40: ("wildcard_available", "byte"),
    41: ("subscription_identifiers_available", "byte"),
    42: ("shared_available", "byte"),
}
"""Name and type of every property by its identifier (5.0, 2.2.2.2)."""

REPEATED = frozenset({"user_property", "subscription_identifier"})
"""Properties that may stand in a packet several times; their values are lists."""

IDENTIFIERS = {name: (number, kind) for number, (name, kind) in PROPERTIES.items()}
"""Identifier and type of every property by its name."""
FIXED = {"byte": ">B", "two": ">H", "four": ">I"}
"""Layouts of the types that have a fixed length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Will:
    """What CONNECT says of a will."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """A packet as it was read; what its kind does not have is left at its default."""

    kind: Kind
    flags: int = 0
    size: int = 0
    """Bytes of the whole packet."""
    identifier: int = 0
    topic: str = ""
    payload: bytes = b""
    code: int = 0
    """Return or reason code."""
    codes: tuple[int, ...] = ()
    """Of SUBACK and UNSUBACK, one for each filter."""
    session_present: bool = False
    level: int = 0
    """Of CONNECT: 4 for 3.1.1, 5 for 5.0."""
    connect_flags: int = 0
    keep_alive: int = 0
    client_id: str = ""
    will: Will | None = None
    user: str | None = None
    password: bytes | None = None
    filters: tuple[tuple[str, int], ...] = ()
    """Of SUBSCRIBE with each one's QoS or options byte, of UNSUBSCRIBE with 0."""
    properties: dict[str, Any] = field(default_factory=dict)

    @property
    def qos(self) -> int:
        """Of PUBLISH."""
        return self.flags >> 1 & 3

    @property
    def retain(self) -> bool:
        """Of PUBLISH."""
        return bool(self.flags & 1)

    @property
    def dup(self) -> bool:
        """Of PUBLISH."""
        return bool(self.flags & 8)


def packet(kind: Kind, flags: int, body: bytes) -> bytes:
    """Return a whole packet."""
    return bytes([kind << 4 | flags]) + variable(len(body)) + body


def variable(number: int) -> bytes:
    """Return a Variable Byte Integer (5.0, 1.5.5; 3.1.1, 2.2.3)."""
    found = bytearray()
    while True:
        number, digit = divmod(number, 128)
        found.append(digit | (128 if number else 0))
        if not number:
            return bytes(found)


def text(value: str) -> bytes:
    """Return a UTF-8 string with its length."""
    return binary(value.encode("utf-8", "surrogatepass"))


def binary(value: bytes) -> bytes:
    """Return binary data with its length."""
    return struct.pack(">H", len(value)) + value


def properties(given: Mapping[str, Any], level: int) -> bytes:
    """Return a packet's properties with their length; nothing in 3.1.1."""
    if level < V5:
        return b""
    written = bytearray()
    for name, value in given.items():
        number, kind = IDENTIFIERS[name]
        for each in value if name in REPEATED else (value,):
            written += variable(number) + _value(kind, each)
    return variable(len(written)) + bytes(written)


def _value(kind: str, value: Any) -> bytes:
    if kind in FIXED:
        return struct.pack(FIXED[kind], value)
    if kind == "variable":
        return variable(value)
    if kind == "pair":
        return text(value[0]) + text(value[1])
    return text(value) if kind == "text" else binary(value)


def connect(
    client_id: str,
    *,
    level: int,
    clean: bool = True,
    keep_alive: int,
    will: Will | None = None,
    given: Mapping[str, Any] | None = None,
) -> bytes:
    """Return a CONNECT without user name and password."""
    flags = 2 if clean else 0
    if will is not None:
        flags |= 4 | will.qos << 3 | (32 if will.retain else 0)
    body = text("MQTT") + struct.pack(">BBH", level, flags, keep_alive) + properties(given or {}, level)
    body += text(client_id)
    if will is not None:
        body += properties(will.properties, level) + text(will.topic) + binary(will.payload)
    return packet(Kind.CONNECT, 0, body)


def publish(
    topic: str,
    payload: bytes = b"",
    *,
    level: int,
    qos: int = 0,
    retain: bool = False,
    dup: bool = False,
    identifier: int = 0,
    given: Mapping[str, Any] | None = None,
) -> bytes:
    """Return a PUBLISH."""
    body = text(topic) + (struct.pack(">H", identifier) if qos else b"") + properties(given or {}, level)
    return packet(Kind.PUBLISH, (8 if dup else 0) | qos << 1 | retain, body + payload)


def acknowledgement(kind: Kind, identifier: int) -> bytes:
    """Return a PUBACK, PUBREC, PUBREL or PUBCOMP that says success."""
    return packet(kind, 2 if kind in REQUESTS else 0, struct.pack(">H", identifier))


def subscribe(
    identifier: int,
    filters: Sequence[tuple[str, int]],
    *,
    level: int,
    given: Mapping[str, Any] | None = None,
) -> bytes:
    """Return a SUBSCRIBE with each filter's QoS or options byte."""
    body = struct.pack(">H", identifier) + properties(given or {}, level)
    body += b"".join(text(each) + bytes([options]) for each, options in filters)
    return packet(Kind.SUBSCRIBE, 2, body)


def disconnect(*, level: int, code: int = 0, given: Mapping[str, Any] | None = None) -> bytes:
    """Return a DISCONNECT; the reason code is left out where it need not be there."""
    if level < V5 or not (code or given):
        return packet(Kind.DISCONNECT, 0, b"")
    return packet(Kind.DISCONNECT, 0, bytes([code]) + properties(given or {}, level))
