"""What must not be shown: what a client says to prove who it is, wherever it turns up again.

Knows the shape that authentication has in line protocols (`AUTH` with its argument, the answers to
challenges: RFC 4954 and its likes), and no suite.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

Side = Literal["client", "server"]

MASK = "<redacted>"
_LINE_LIMIT = 16 * 1024
"""Bytes. A longer line is no authentication (RFC 4954, 4: 12,288)."""
_SHORTEST = 4
"""Characters. What is shorter is not looked for elsewhere: it would be found everywhere."""

_ASKED = re.compile(
    rb"(?:\S+ )?AUTH(?:ENTICATE)?[ \t]+\S+(?:[ \t]+(?P<secret>\S.*?))?[ \t\r\n]*", re.IGNORECASE
)
_CHALLENGE = re.compile(rb"(?:334|\+)(?: (?P<text>.*?))?[ \t\r\n]*")

_LOGGED = re.compile(
    r"(\bAUTH(?:ENTICATE)?[ \t]+[\w-]+[ \t]+)(?=\S*(?-i:[a-z]|[+/=]))[A-Z0-9+/=]{8,}", re.IGNORECASE
)
_BASE64 = r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
_LOGGED_ANSWER = re.compile(
    rf"(^.*\b334(?: {_BASE64})?[ \t]*\r?\n.*?)(?<!\S)(?=\S){_BASE64}[ \t]*$", re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Bytes of one side as they arrived, or as they were inside TLS."""

    time: float
    """Seconds since the connection began."""
    side: Side
    layer: str = ""
    """`TLS 1.3` for what was inside it; empty for what was in the clear."""
    data: bytes = b""
    offset: int = 0
    """Where it begins in that side's stream in that layer."""
    note: str = ""
    """What it is, in words, when it carries no application data."""


@dataclass(slots=True)
class _Line:
    """A line as far as it has come, and which pieces it lies in."""

    side: Side
    text: bytearray = field(default_factory=bytearray)
    parts: list[tuple[int, int, int]] = field(default_factory=list)
    """Piece, and from where to where in it."""

    def within(self, start: int, stop: int) -> Iterator[tuple[int, int, int, str]]:
        """Yield piece, from where to where in it, and what to show there, for a part of the line."""
        at, mask = 0, MASK
        for number, first, last in self.parts:
            low, high = max(start - at, 0), min(stop - at, last - first)
            if low < high:
                yield number, first + low, first + high, mask
                mask = ""
            at += last - first


@dataclass(slots=True)
class _Exchange:
    """How far the proof of who somebody is has come."""

    open: bool = False
    challenged: bool = False
    challenge: bytes = b""
    secrets: set[str] = field(default_factory=set)

    def server(self, line: bytes) -> None:
        found = _CHALLENGE.fullmatch(line)
        self.challenged = self.open and found is not None
        self.open = self.challenged
        self.challenge = (found["text"] or b"") if found else b""

    def client(self, line: bytes) -> tuple[int, int]:
        """Return from where to where the line is a secret."""
        if self.challenged:
            start, end = 0, len(line.rstrip(b"\r\n"))
            if line.strip() == b"*":
                return 0, 0
        else:
            found = _ASKED.fullmatch(line)
            if found is None:
                return 0, 0
            self.open = True
            start, end = found.span("secret")
        if start < end:
            self._learn(line[start:end])
        return start, end

    def _learn(self, secret: bytes) -> None:
        self.secrets.add(secret.decode("utf-8", "replace"))
        plain = _decoded(secret)
        if b"\0" in plain:
            self.secrets.add(plain.rpartition(b"\0")[2].decode("utf-8", "replace"))
        elif b"password" in _decoded(self.challenge).lower():
            self.secrets.add(plain.decode("utf-8", "replace"))


def cover(pieces: Sequence[Piece]) -> tuple[list[Piece], frozenset[str]]:
    """Return the pieces of one connection with every secret covered, and the secrets that were found."""
    exchange = _Exchange()
    lines: dict[tuple[Side, str], _Line] = {}
    covered: dict[int, list[tuple[int, int, str]]] = {}

    def end(line: _Line) -> None:
        text = bytes(line.text)
        if line.side == "server":
            exchange.server(text)
        else:
            for number, first, last, mask in line.within(*exchange.client(text)):
                covered.setdefault(number, []).append((first, last, mask))

    for number, piece in enumerate(pieces):
        for first, last, ended in _parts(piece.data):
            line = lines.setdefault((piece.side, piece.layer), _Line(side=piece.side))
            line.parts.append((number, first, last))
            line.text += piece.data[first : min(last, first + _LINE_LIMIT)]
            if ended:
                end(lines.pop((piece.side, piece.layer)))
    for line in lines.values():
        end(line)
    shown = [
        replace(piece, data=_masked(piece.data, covered[number])) if number in covered else piece
        for number, piece in enumerate(pieces)
    ]
    return shown, frozenset(each for each in exchange.secrets if len(each) >= _SHORTEST)


def _parts(data: bytes) -> Iterator[tuple[int, int, bool]]:
    """Yield from where to where each line is in the data, and whether it ends there."""
    first = 0
    while first < len(data):
        newline = data.find(b"\n", first)
        last = newline + 1 if newline >= 0 else len(data)
        yield first, last, newline >= 0
        first = last


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return text without the secrets, plain or in base64, and without what a log shows of an `AUTH`."""
    text = _LOGGED_ANSWER.sub(rf"\1{MASK}", _LOGGED.sub(rf"\1{MASK}", text))
    for secret in sorted(secrets, key=len, reverse=True):
        if secret:
            for form in (secret, base64.b64encode(secret.encode()).decode()):
                text = text.replace(form, MASK)
    return text


def _masked(data: bytes, ranges: Iterable[tuple[int, int, str]]) -> bytes:
    for start, end, mask in sorted(ranges, reverse=True):
        data = data[:start] + mask.encode() + data[end:]
    return data


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
