"""A client of MQTT 3.1.1 and 5.0 on a bare socket, correct in all that the suite asks of a product.

It speaks TCP alone, and attends to a connection while an operation on it runs. Every rule that a planted
defect breaks is a method of its own, which `clients` overrides. Packets are read and written by the suite's
own codec.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import interop

if TYPE_CHECKING:
    from suites.mqtt import contract as mqtt
    from suites.mqtt.packets import Packet
else:
    mqtt = interop.contract("mqtt")

Kind = mqtt.packets.Kind
V5 = mqtt.packets.V5
WINDOW = 20
"""Messages that it has under way at most, as many clients do: a broker of 3.1.1 cannot say what it takes."""
NO_CAPABILITY = {"tls", "verify-ca", "verify-name", "ws"}
SINGLE = ("payload_format", "message_expiry", "content_type", "response_topic", "correlation_data")
OPENING = ("session_expiry", "receive_maximum", "maximum_packet_size", "topic_alias_maximum")


@dataclass(kw_only=True)
class Sent:
    """A message with QoS 1 or 2 that is not acknowledged."""

    message: mqtt.Message
    released: bool = False


@dataclass(kw_only=True)
class Held:
    """A connection, and what is kept of its session when it is lost."""

    socket: socket.socket | None = None
    level: int = 4
    rest: bytes = b""
    keep_alive: float = 10
    spoke: float = 0
    pinged: float = 0
    limits: dict[str, Any] = field(default_factory=dict)
    """What the broker's CONNACK says."""
    aliases: dict[int, str] = field(default_factory=dict)
    """Of the broker's."""
    named: dict[int, str] = field(default_factory=dict)
    """Of this client's."""
    numbers: int = 0
    waiting: list[tuple[int, mqtt.Message, bytes]] = field(default_factory=list)
    sent: dict[int, Sent] = field(default_factory=dict)
    done: dict[int, int] = field(default_factory=dict)
    receiving: set[int] = field(default_factory=set)
    answers: dict[int, Packet] = field(default_factory=dict)
    connack: Packet | None = None
    received: list[mqtt.Received] = field(default_factory=list)
    ending: mqtt.Ending | None = None


class Correct(mqtt.Client):
    """Holds connections by their names."""

    def __init__(self) -> None:
        self.connections: dict[str, Held] = {}

    def describe(self) -> mqtt.Description:
        """Say what it can do."""
        capabilities = tuple(each for each in mqtt.CAPABILITIES if each not in NO_CAPABILITY)
        return mqtt.Description(name="planted", version="1.0", capabilities=capabilities)

    # What the planted defects break

    def resent(self, held: Held, message: mqtt.Message, number: int) -> bytes:
        return self.publication(held, message, number, dup=True)

    def keeps(self, sent: dict[int, Sent]) -> dict[int, Sent]:
        """Return what is kept of the messages that were not acknowledged."""
        return sent

    def accepted(self, connack: Packet) -> bool:
        return connack.code == 0

    def goodbye(self, held: Held, data: bytes) -> None:
        self.write(held, data)

    def ping(self, held: Held) -> None:
        held.pinged = time.monotonic()
        self.write(held, mqtt.packets.packet(Kind.PINGREQ, 0, b""))

    def known(self, held: Held, number: int) -> bool:
        """Tell whether a PUBLISH with QoS 2 was received before."""
        return number in held.receiving

    def acknowledge(self, held: Held, kind: Any, number: int) -> None:
        self.write(held, mqtt.packets.acknowledgement(kind, number))

    def handed(self, packet: Packet, topic: str) -> mqtt.Received:
        """Return a message as it is handed to the user."""
        given = packet.properties
        return mqtt.Received(
            topic=topic,
            payload=packet.payload,
            qos=packet.qos,
            retain=packet.retain,
            dup=packet.dup,
            properties=mqtt.Properties(
                **{name: given.get(name) for name in SINGLE},
                user_properties=tuple(given.get("user_property", ())),
                subscription_identifiers=tuple(given.get("subscription_identifier", ())),
            ),
        )

    def allowed(self, topic: str) -> bool:
        return not set(topic) & {"+", "#", "\0"}

    def unacknowledged(self, held: Held) -> mqtt.Published:
        return mqtt.Published(failure=mqtt.Failure(text=held.ending.text if held.ending else "no answer"))

    def user_properties(self, pairs: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
        return list(pairs)

    # Operations

    def connect(
        self, *, connection: str, endpoint: mqtt.Endpoint, opening: mqtt.Opening, timeout: float = 10.0
    ) -> mqtt.Connected:
        held = self.connections.setdefault(connection, Held())
        if opening.clean:
            held = self.connections[connection] = Held(received=held.received)
        held.level = mqtt.packets.LEVELS[opening.version]
        held.rest, held.connack, held.ending = b"", None, None
        held.aliases, held.named, held.answers = {}, {}, {}
        held.keep_alive, held.pinged = opening.keep_alive, 0
        try:
            held.socket = socket.create_connection((endpoint.host, endpoint.port), timeout=timeout)
        except OSError as error:
            return mqtt.Connected(failure=mqtt.Failure(text=str(error)))
        self.write(held, self.greeting(opening, held.level))
        self.attend(held, lambda: held.connack, timeout)
        if held.connack is None:
            self.lost(held, "the broker did not answer")
            return mqtt.Connected(failure=mqtt.Failure(text="no CONNACK"))
        if not self.accepted(held.connack):
            self.lost(held, "refused")
            return mqtt.Connected(failure=mqtt.Failure(text="refused", code=held.connack.code))
        held.limits = held.connack.properties
        held.keep_alive = held.limits.get("server_keep_alive", opening.keep_alive)
        held.sent = self.keeps(held.sent) if held.connack.session_present else held.sent
        for number, sent in held.sent.items():
            again = mqtt.packets.acknowledgement(Kind.PUBREL, number)
            self.write(held, again if sent.released else self.resent(held, sent.message, number))
        return mqtt.Connected(
            session_present=held.connack.session_present,
            assigned_client_id=held.limits.get("assigned_client_id", ""),
        )

    def publish(
        self, *, connection: str, messages: tuple[mqtt.Message, ...], timeout: float = 10.0
    ) -> tuple[mqtt.Published, ...]:
        held = self.connections[connection]
        handed = [self.hand_over(held, message) for message in messages]
        numbers = {each for each in handed if isinstance(each, int)}
        self.attend(held, lambda: numbers <= held.done.keys(), timeout)
        return tuple(
            self.outcome(held, each) if isinstance(each, int) else mqtt.Published(failure=each)
            for each in handed
        )

    def subscribe(
        self,
        *,
        connection: str,
        subscriptions: tuple[mqtt.Subscription, ...],
        identifier: int | None = None,
        timeout: float = 10.0,
    ) -> mqtt.Subscribed:
        held = self.connections[connection]
        number = self.next_number(held)
        filters = [(each.topic_filter, options(each)) for each in subscriptions]
        given = {} if identifier is None else {"subscription_identifier": [identifier]}
        self.write(held, mqtt.packets.subscribe(number, filters, level=held.level, given=given))
        self.attend(held, lambda: number in held.answers, timeout)
        if number not in held.answers:
            return mqtt.Subscribed(failure=mqtt.Failure(text="no SUBACK"))
        return mqtt.Subscribed(codes=held.answers[number].codes)

    def unsubscribe(
        self, *, connection: str, filters: tuple[str, ...], timeout: float = 10.0
    ) -> mqtt.Unsubscribed:
        held = self.connections[connection]
        number = self.next_number(held)
        body = struct.pack(">H", number) + mqtt.packets.properties({}, held.level)
        body += b"".join(map(mqtt.packets.text, filters))
        self.write(held, mqtt.packets.packet(Kind.UNSUBSCRIBE, 2, body))
        self.attend(held, lambda: number in held.answers, timeout)
        if number not in held.answers:
            return mqtt.Unsubscribed(failure=mqtt.Failure(text="no UNSUBACK"))
        return mqtt.Unsubscribed(codes=held.answers[number].codes)

    def messages(self, *, connection: str, count: int, timeout: float = 5.0) -> tuple[mqtt.Received, ...]:
        held = self.connections[connection]
        self.attend(held, lambda: len(held.received) >= count, timeout)
        found, held.received = tuple(held.received), []
        return found

    def disconnect(
        self,
        *,
        connection: str,
        code: int = 0,
        session_expiry: int | None = None,
        timeout: float = 5.0,  # noqa: ARG002 - it does not wait
    ) -> None:
        held = self.connections[connection]
        self.attend(held, lambda: False, 0.05)
        given = {} if session_expiry is None else {"session_expiry": session_expiry}
        self.goodbye(held, mqtt.packets.disconnect(level=held.level, code=code, given=given))
        self.lost(held, "closed by the user")

    def drop(self, *, connection: str) -> None:
        self.lost(self.connections[connection], "dropped")

    def closed(self, *, connection: str, timeout: float = 5.0) -> mqtt.Ending:
        held = self.connections[connection]
        self.attend(held, lambda: held.ending, timeout)
        return held.ending or mqtt.Ending(ended=False)

    def close_all(self) -> None:
        for held in self.connections.values():
            self.lost(held, "closed by the user")
        self.connections.clear()

    # How it is done

    def room(self, held: Held) -> bool:
        return len(held.sent) < min(WINDOW, held.limits.get("receive_maximum", WINDOW))

    def too_large(self, held: Held, size: int) -> bool:
        return size > int(held.limits.get("maximum_packet_size", 1 << 28))

    def hand_over(self, held: Held, message: mqtt.Message) -> int | mqtt.Failure:
        if not self.allowed(message.topic):
            return mqtt.Failure(text="no topic name")
        number = self.next_number(held)
        data = self.publication(held, message, number)
        if self.too_large(held, len(data)):
            return mqtt.Failure(text="too large for the broker")
        held.waiting.append((number, message, data))
        self.flush(held)
        return number

    def flush(self, held: Held) -> None:
        while held.waiting and (not held.waiting[0][1].qos or self.room(held)):
            number, message, data = held.waiting.pop(0)
            self.write(held, data)
            if message.qos:
                held.sent[number] = Sent(message=message)
            else:
                held.done[number] = 0

    def outcome(self, held: Held, number: int) -> mqtt.Published:
        if number not in held.done:
            return self.unacknowledged(held)
        code = held.done[number]
        if code >= 128:
            return mqtt.Published(failure=mqtt.Failure(text="refused", code=code))
        return mqtt.Published(code=code)

    def greeting(self, opening: mqtt.Opening, level: int) -> bytes:
        given = {name: getattr(opening, name) for name in OPENING if getattr(opening, name) is not None}
        will = None
        if opening.will is not None:
            message = opening.will.message
            properties = self.properties(message.properties)
            if opening.will.delay:
                properties["will_delay"] = opening.will.delay
            will = mqtt.packets.Will(
                topic=message.topic,
                payload=message.payload,
                qos=message.qos,
                retain=message.retain,
                properties=properties,
            )
        data = mqtt.packets.connect(
            opening.client_id,
            level=level,
            clean=opening.clean,
            keep_alive=opening.keep_alive,
            will=will,
            given=given,
        )
        return data if opening.user is None else with_account(data, opening)

    def publication(self, held: Held, message: mqtt.Message, number: int, *, dup: bool = False) -> bytes:
        given, topic = self.properties(message.properties), message.topic
        alias = message.properties.topic_alias
        if alias is not None:
            given["topic_alias"] = alias
            topic = "" if held.named.get(alias) == topic else topic
            held.named[alias] = message.topic
        return mqtt.packets.publish(
            topic,
            message.payload,
            level=held.level,
            qos=message.qos,
            retain=message.retain,
            dup=dup,
            identifier=number,
            given=given,
        )

    def properties(self, wanted: mqtt.Properties) -> dict[str, Any]:
        given = {name: getattr(wanted, name) for name in SINGLE if getattr(wanted, name) is not None}
        if wanted.user_properties:
            given["user_property"] = self.user_properties(wanted.user_properties)
        return given

    def next_number(self, held: Held) -> int:
        held.numbers = held.numbers % 65535 + 1
        return held.numbers

    def write(self, held: Held, data: bytes) -> None:
        held.spoke = time.monotonic()
        if held.socket is not None:
            try:
                held.socket.settimeout(10.0)
                held.socket.sendall(data)
            except OSError as error:
                self.lost(held, str(error))

    def lost(self, held: Held, why: str, code: int | None = None) -> None:
        if held.socket is not None:
            held.socket.close()
            held.socket = None
        held.ending = held.ending or mqtt.Ending(ended=True, code=code, text=why)

    def attend(self, held: Held, condition: Callable[[], object], timeout: float) -> None:
        """Receive until the condition holds, the time is over, or the connection ends."""
        ends = time.monotonic() + timeout
        while not condition() and held.socket is not None and (left := ends - time.monotonic()) > 0:
            now = time.monotonic()
            idle = now - held.spoke > held.keep_alive * 0.9
            if held.keep_alive and held.connack and idle and not held.pinged:
                self.ping(held)
            if held.pinged and now - held.pinged > held.keep_alive:
                self.lost(held, "the broker is silent")
                return
            held.socket.settimeout(min(left, 0.2))
            try:
                data = held.socket.recv(1 << 16)
            except TimeoutError:
                continue
            except OSError as error:
                self.lost(held, str(error))
                return
            if not data:
                self.lost(held, "closed by the broker")
                return
            found, held.rest = mqtt.reading.split(held.rest + data)
            for first, body in found:
                self.handle(held, mqtt.reading.read(first, body, held.level))

    def handle(self, held: Held, packet: Packet) -> None:
        if packet.kind is Kind.CONNACK:
            held.connack = packet
        elif packet.kind is Kind.PUBLISH:
            self.receive(held, packet)
        elif packet.kind in {Kind.PUBACK, Kind.PUBREC, Kind.PUBREL, Kind.PUBCOMP}:
            self.settle(held, packet)
        elif packet.kind is Kind.PINGRESP:
            held.pinged = 0
        elif packet.kind is Kind.DISCONNECT:
            self.lost(held, "the broker said DISCONNECT", packet.code)
        else:
            held.answers[packet.identifier] = packet

    def receive(self, held: Held, packet: Packet) -> None:
        alias = packet.properties.get("topic_alias")
        topic = packet.topic or held.aliases.get(alias or 0, "")
        if alias is not None:
            held.aliases[alias] = topic
        if packet.qos < 2 or not self.known(held, packet.identifier):
            held.received.append(self.handed(packet, topic))
        if packet.qos == 1:
            self.acknowledge(held, Kind.PUBACK, packet.identifier)
        elif packet.qos == 2:
            held.receiving.add(packet.identifier)
            self.acknowledge(held, Kind.PUBREC, packet.identifier)

    def settle(self, held: Held, packet: Packet) -> None:
        number = packet.identifier
        if packet.kind is Kind.PUBREL:
            held.receiving.discard(number)
            self.acknowledge(held, Kind.PUBCOMP, number)
        elif packet.kind is Kind.PUBREC and packet.code < 128:
            if number in held.sent:
                held.sent[number].released = True
            self.write(held, mqtt.packets.acknowledgement(Kind.PUBREL, number))
        else:
            held.sent.pop(number, None)
            held.done[number] = packet.code
            self.flush(held)


def options(subscription: mqtt.Subscription) -> int:
    """Return the options byte (5.0, 3.8.3.1); in 3.1.1 only the QoS is ever set."""
    bits = (4 if subscription.no_local else 0) | (8 if subscription.retain_as_published else 0)
    return subscription.qos | bits | subscription.retain_handling << 4


def with_account(data: bytes, opening: mqtt.Opening) -> bytes:
    """Return a CONNECT with user name and password added."""
    ((first, body),), _ = mqtt.reading.split(data)
    flags = body[7] | 0xC0
    account = mqtt.packets.text(opening.user or "") + mqtt.packets.text(opening.password or "")
    return mqtt.packets.packet(Kind(first >> 4), 0, body[:7] + bytes([flags]) + body[8:] + account)
