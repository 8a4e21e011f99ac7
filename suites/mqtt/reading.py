"""MQTT control packets of 3.1.1 and 5.0 read from bytes: for the observer, and for what the relay recorded.

Reads strictly: what the specification calls malformed is an error. Knows nothing of connections.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from .packets import FIXED, PROPERTIES, REPEATED, REQUESTS, V5, Kind, Packet, Will, variable

ACKNOWLEDGING = frozenset({Kind.PUBACK, Kind.PUBREC, Kind.PUBREL, Kind.PUBCOMP})


class MalformedError(ValueError):
    """Bytes that are no packet; the text says why."""


def split(stream: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Return the first byte and the body of each whole packet, and what is left over."""
    found = []
    at = 0
    while (header := _header(stream, at)) is not None:
        length, start = header
        if start + length > len(stream):
            break
        found.append((stream[at], stream[start : start + length]))
        at = start + length
    return found, stream[at:]


def _header(stream: bytes, at: int) -> tuple[int, int] | None:
    """Return the remaining length and where the body begins; None when it is not there yet."""
    length = 0
    for place in range(4):
        if at + 1 + place >= len(stream):
            return None
        digit = stream[at + 1 + place]
        length |= (digit & 127) << 7 * place
        if digit < 128:
            return length, at + 2 + place
    raise MalformedError("a remaining length of more than four bytes")


def read(first: int, body: bytes, level: int) -> Packet:
    """Return a packet; raise MalformedError when it is none."""
    try:
        kind = Kind(first >> 4)
    except ValueError:
        raise MalformedError("a packet of type 0") from None
    flags, size = first & 15, 1 + len(variable(len(body))) + len(body)
    if kind is not Kind.PUBLISH and flags != (2 if kind in REQUESTS else 0):
        raise MalformedError(f"{kind.name} with the flags {flags:04b}")
    reader = _Reader(body)
    try:
        return Packet(kind=kind, flags=flags, size=size, **_fields(kind, flags, reader, level))
    except (struct.error, IndexError):
        raise MalformedError(f"{kind.name} that ends too early") from None
    except UnicodeDecodeError:
        raise MalformedError(f"{kind.name} with a string that is not UTF-8") from None


def conversation(stream: bytes, level: int) -> Iterator[Packet]:
    """Yield the whole packets of one side's stream; a CONNECT decides the level of what follows."""
    for first, body in split(stream)[0]:
        found = read(first, body, level)
        level = found.level or level
        yield found


class _Reader:
    """Takes a packet's body apart from its beginning."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    @property
    def left(self) -> int:
        return len(self.data) - self.at

    def number(self, layout: str) -> int:
        (found,) = struct.unpack_from(layout, self.data, self.at)
        self.at += struct.calcsize(layout)
        return int(found)

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise IndexError
        self.at += count
        return self.data[self.at - count : self.at]

    def binary(self) -> bytes:
        return self.take(self.number(">H"))

    def text(self) -> str:
        return self.binary().decode()

    def variable(self) -> int:
        found = shift = 0
        while True:
            digit = self.number(">B")
            found |= (digit & 127) << shift
            shift += 7
            if digit < 128:
                return found

    def properties(self, level: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if level < V5:
            return found
        ends = self.variable() + self.at
        if ends > len(self.data):
            raise IndexError
        while self.at < ends:
            number = self.variable()
            if number not in PROPERTIES:
                raise MalformedError(f"a property with the unknown identifier {number}")
            name, kind = PROPERTIES[number]
            value = self._property(kind)
            if name in REPEATED:
                found.setdefault(name, []).append(value)
            elif name in found:
                raise MalformedError(f"the property {name} twice")
            else:
                found[name] = value
        return found

    def _property(self, kind: str) -> Any:
        if kind in FIXED:
            return self.number(FIXED[kind])
        if kind == "pair":
            return (self.text(), self.text())
        return {"variable": self.variable, "text": self.text, "binary": self.binary}[kind]()


def _fields(kind: Kind, flags: int, reader: _Reader, level: int) -> dict[str, Any]:  # noqa: PLR0911 - one for each kind
    if kind is Kind.CONNECT:
        return _connect(reader)
    if kind is Kind.CONNACK:
        present, code = reader.number(">B") == 1, reader.number(">B")
        given = reader.properties(level) if reader.left else {}
        return {"session_present": present, "code": code, "properties": given}
    if kind is Kind.PUBLISH:
        topic = reader.text()
        identifier = reader.number(">H") if flags >> 1 & 3 else 0
        given = reader.properties(level)
        return {
            "topic": topic,
            "identifier": identifier,
            "properties": given,
            "payload": reader.take(reader.left),
        }
    if kind in ACKNOWLEDGING:
        return {"identifier": reader.number(">H"), **_reason(reader, level)}
    if kind in {Kind.SUBACK, Kind.UNSUBACK}:
        identifier, given = reader.number(">H"), reader.properties(level)
        return {"identifier": identifier, "properties": given, "codes": tuple(reader.take(reader.left))}
    if kind in {Kind.SUBSCRIBE, Kind.UNSUBSCRIBE}:
        identifier, given = reader.number(">H"), reader.properties(level)
        filters = []
        while reader.left:
            filters.append((reader.text(), reader.number(">B") if kind is Kind.SUBSCRIBE else 0))
        return {"identifier": identifier, "properties": given, "filters": tuple(filters)}
    if kind in {Kind.DISCONNECT, Kind.AUTH}:
        return _reason(reader, level)
    return {}


def _reason(reader: _Reader, level: int) -> dict[str, Any]:
    """Read a reason code and properties, both of which may be left out (5.0, 3.4.2.1 and others)."""
    code = reader.number(">B") if reader.left else 0
    return {"code": code, "properties": reader.properties(level) if reader.left else {}}


def _connect(reader: _Reader) -> dict[str, Any]:
    reader.text()
    level, flags, keep_alive = reader.number(">B"), reader.number(">B"), reader.number(">H")
    given = reader.properties(level)
    client_id = reader.text()
    will = _will(reader, level, flags) if flags & 4 else None
    return {
        "level": level,
        "connect_flags": flags,
        "keep_alive": keep_alive,
        "properties": given,
        "client_id": client_id,
        "will": will,
        "user": reader.text() if flags & 128 else None,
        "password": reader.binary() if flags & 64 else None,
    }


def _will(reader: _Reader, level: int, flags: int) -> Will:
    given = reader.properties(level)
    return Will(
        topic=reader.text(),
        payload=reader.binary(),
        qos=flags >> 3 & 3,
        retain=bool(flags & 32),
        properties=given,
    )
