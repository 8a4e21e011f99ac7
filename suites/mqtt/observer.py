"""A second connection to the broker, past the relay: it sees and provokes what happens at the other side.

Acknowledges what it receives, as MQTT asks, and does nothing else by itself. What a broker does wrong towards
it is an assertion that fails; its messages name no address, topic or token.
"""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from . import packets, reading
from .packets import Kind, Packet

PATIENCE = 8.0
"""Seconds in which an answer, or a message that is on its way, must come."""

QUIET = 0.5
"""Seconds without a message after which a new subscriber is held to have got all that was kept."""

MOMENT = 1.0
"""Seconds in which a broker must end a connection before it is asked whether it is there still."""

KEEP_ALIVE = 10
"""Seconds; a PINGREQ is sent while something is awaited for half as long."""


class Observer:
    """One connection, open once it is made. `level` is 4 for MQTT 3.1.1, 5 for 5.0."""

    def __init__(
        self,
        address: tuple[str, int],
        client_id: str,
        *,
        level: int = 4,
        clean: bool = True,
        will: packets.Will | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        """Connect; `given` are properties of CONNECT. Whether it was accepted stands in `connack.code`."""
        self.level = level
        self.client_id = client_id
        self.messages: list[Packet] = []
        """What was received and not taken yet."""
        self.ending: Packet | None = None
        """The broker's DISCONNECT."""
        self._disregarded: Callable[[str], bool] = lambda _: False
        self._answers: list[Packet] = []
        self._numbers = itertools.count(1)
        self._rest = b""
        self._ended = self._alive = False
        self._socket = socket.create_connection(address, timeout=PATIENCE)
        self.write(
            packets.connect(
                client_id, level=level, clean=clean, keep_alive=KEEP_ALIVE, will=will, given=given
            )
        )
        self._until(lambda: self._answers or self._ended, PATIENCE)
        self.connack = self._answers.pop(0) if self._answers else None
        """None when the broker closed the connection without an answer."""

    @property
    def accepted(self) -> bool:
        """Whether the broker took the connection."""
        return self.connack is not None and self.connack.code == 0

    def disregard(self, which: Callable[[str], bool]) -> None:
        """Take no notice of messages from such topics, neither of those that are here nor of later ones."""
        self._disregarded = which
        self.messages = [each for each in self.messages if not which(each.topic)]

    def subscribe(self, *filters: tuple[str, int], given: Mapping[str, Any] | None = None) -> tuple[int, ...]:
        """Subscribe to filters with their QoS or options bytes; return the broker's codes."""
        number = next(self._numbers)
        self.write(packets.subscribe(number, filters, level=self.level, given=given))
        return self._answer(Kind.SUBACK, number).codes

    def publish(
        self,
        topic: str,
        payload: bytes = b"",
        *,
        qos: int = 0,
        retain: bool = False,
        given: Mapping[str, Any] | None = None,
    ) -> int:
        """Publish, and return the reason code once the broker has acknowledged it; 0 for QoS 0 and 3.1.1."""
        number = next(self._numbers)
        self.write(
            packets.publish(
                topic, payload, level=self.level, qos=qos, retain=retain, identifier=number, given=given
            )
        )
        if qos == 0:
            return 0
        answer = self._answer(Kind.PUBACK if qos == 1 else Kind.PUBREC, number)
        if answer.kind is Kind.PUBREC and answer.code < 128:
            self.write(packets.acknowledgement(Kind.PUBREL, number))
            self._answer(Kind.PUBCOMP, number)
        return answer.code

    def take(self, count: int, *, within: float = PATIENCE) -> list[Packet]:
        """Return what has arrived as soon as there are `count` messages, or after so many seconds."""
        self._until(lambda: len(self.messages) >= count or self._ended, within)
        taken, self.messages = self.messages, []
        return taken

    def take_all(self, payloads: Iterable[bytes], *, within: float = PATIENCE) -> list[Packet]:
        """Return what has arrived as soon as all these payloads are there, or after so many seconds."""
        wanted = set(payloads)
        self._until(lambda: wanted <= {each.payload for each in self.messages} or self._ended, within)
        taken, self.messages = self.messages, []
        return taken

    def take_until(self, payload: bytes, *, within: float = PATIENCE) -> list[Packet]:
        """Return what arrives before a message with that payload; the scenario fails when it never comes."""
        self._until(lambda: any(each.payload == payload for each in self.messages) or self._ended, within)
        taken, self.messages = self.messages, []
        for number, each in enumerate(taken):
            if each.payload == payload:
                self.messages = taken[number + 1 :]
                return taken[:number]
        raise AssertionError("the broker did not pass on the message that ends the observation")

    def ended(self, *, within: float = PATIENCE) -> bool:
        """Return whether the broker ends the connection in that time."""
        self._until(lambda: self._ended, within)
        return self._ended

    def refused(self, data: bytes) -> bool:
        """Send bytes as they are; return whether the broker ends the connection, and does not just go on.

        One that goes on answers a PINGREQ, and gets a moment more: nobody has to wait for long to know it.
        """
        self.write(data)
        if not self.ended(within=MOMENT):
            self._alive = False
            self.write(packets.packet(Kind.PINGREQ, 0, b""))
            self._until(lambda: self._alive or self._ended, PATIENCE)
        return self.ended(within=MOMENT)

    def disconnect(self, *, code: int = 0, given: Mapping[str, Any] | None = None) -> None:
        """Say goodbye and close."""
        if not self._ended:
            self.write(packets.disconnect(level=self.level, code=code, given=given))
            self._until(lambda: self._ended, 0.2)
        self.drop()

    def drop(self) -> None:
        """Close without a word."""
        self._socket.close()
        self._ended = True

    def write(self, data: bytes) -> None:
        """Send bytes as they are, packets or not."""
        try:
            self._socket.settimeout(PATIENCE)
            self._socket.sendall(data)
        except OSError:
            self._ended = True

    def _answer(self, kind: Kind, number: int) -> Packet:
        """Wait for the acknowledgement of a packet."""

        def mine() -> list[Packet]:
            return [each for each in self._answers if (each.kind, each.identifier) == (kind, number)]

        self._until(lambda: mine() or self._ended, PATIENCE)
        for answer in mine():
            self._answers.remove(answer)
            return answer
        how = "ended the observer's connection" if self._ended else "did not answer"
        raise AssertionError(f"the broker {how} where {kind.name} was due")

    def _until(self, condition: Callable[[], object], seconds: float) -> None:
        """Receive until the condition holds, or so long."""
        ends = time.monotonic() + seconds
        while not condition() and not self._ended:
            left = ends - time.monotonic()
            if left <= 0:
                return
            self._socket.settimeout(min(left, KEEP_ALIVE / 2))
            try:
                data = self._socket.recv(1 << 16)
            except TimeoutError:
                self.write(packets.packet(Kind.PINGREQ, 0, b""))
                continue
            except OSError:
                data = b""
            if not data:
                self._ended = True
                return
            self._receive(data)

    def _receive(self, data: bytes) -> None:
        try:
            found, self._rest = reading.split(self._rest + data)
            for first, body in found:
                self._handle(reading.read(first, body, self.level))
        except reading.MalformedError as error:
            raise AssertionError(f"the broker sends what is no MQTT: {error}") from None

    def _handle(self, packet: Packet) -> None:
        if packet.kind is Kind.PUBLISH:
            if not self._disregarded(packet.topic):
                self.messages.append(packet)
            if packet.qos:
                kind = Kind.PUBACK if packet.qos == 1 else Kind.PUBREC
                self.write(packets.acknowledgement(kind, packet.identifier))
        elif packet.kind is Kind.PUBREL:
            self.write(packets.acknowledgement(Kind.PUBCOMP, packet.identifier))
        elif packet.kind is Kind.DISCONNECT:
            self.ending = packet
        elif packet.kind is Kind.PINGRESP:
            self._alive = True
        else:
            self._answers.append(packet)


def kept(subscribe: Callable[[], Observer], wanted: Sequence[bytes]) -> list[tuple[bytes, bool]]:
    """Return what a new subscriber gets of what was kept, each once, with its RETAIN flag.

    An acknowledgement says that the broker has taken a message over, not that it is done with it (3.1.1,
    4.3.2), and no clause says when it must be stored. So new subscribers are made until one gets what is
    wanted, and that alone; in the end, what the last one got is returned. What comes twice is told once: a
    broker that sends kept messages unasked is seen elsewhere.
    """
    ends = time.monotonic() + PATIENCE
    while True:
        subscriber = subscribe()
        found = subscriber.take(len(wanted), within=PATIENCE / 4)
        while (more := subscriber.take(1, within=QUIET)) and time.monotonic() < ends:
            found += more
        subscriber.disconnect()
        told = dict.fromkeys((each.topic, each.payload, each.retain) for each in (*found, *more))
        shown = [(payload, retain) for _, payload, retain in told]
        if shown == [(each, True) for each in wanted] or time.monotonic() > ends:
            return shown


def payloads(messages: Sequence[Packet]) -> list[bytes]:
    """Return the payloads in their order."""
    return [each.payload for each in messages]
