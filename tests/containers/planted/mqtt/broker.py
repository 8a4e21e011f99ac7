"""A broker of MQTT 3.1.1 and 5.0, correct in all that the suite asks of a peer, on TCP alone.

Every rule that a planted defect breaks is a method of its own, which `brokers` overrides. It keeps the
conventions of suites/mqtt/README.md. Packets are read and written by the suite's own codec.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import interop

if TYPE_CHECKING:
    from suites.mqtt import contract as mqtt
    from suites.mqtt.packets import Packet
else:
    mqtt = interop.contract("mqtt")

Kind = mqtt.packets.Kind
V5 = mqtt.packets.V5
ACCOUNT = ("alice", b"Sesame-4711")
FOR_EVER = float("inf")
PACKET_LIMIT = 1024 * 1024
RECEIVE_MAXIMUM = 10
TOPIC_ALIASES = 5
MOST_QOS = 2
NO_LOCAL, AS_PUBLISHED = 4, 8
"""Bits of a subscription's options (5.0, 3.8.3.1)."""
LEFT = ("topic_alias", "message_expiry", "subscription_identifier")
"""Properties of PUBLISH that are not simply passed on."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message on its way."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    properties: dict[str, Any]
    sender: str = ""
    ends: float = FOR_EVER
    """When it expires, in the loop's time."""


@dataclass(kw_only=True)
class Subscription:
    """What a session subscribed to."""

    options: int
    identifier: int | None = None


@dataclass(kw_only=True)
class Sent:
    """A message with QoS 1 or 2 that is not acknowledged."""

    message: Message
    released: bool = False


@dataclass(kw_only=True)
class Session:
    """What is known of a client, whether it is there or not."""

    client_id: str
    expiry: float = 0
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    waiting: list[Message] = field(default_factory=list)
    sent: dict[int, Sent] = field(default_factory=dict)
    received: set[int] = field(default_factory=set)
    numbers: Any = field(default_factory=lambda: itertools.cycle(range(1, 65536)))
    link: Link | None = None
    will: asyncio.TimerHandle | None = None
    end: asyncio.TimerHandle | None = None


class Broker:
    """All sessions and all retained messages."""

    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        self.retained: dict[str, Message] = {}
        self.turns: dict[str, int] = {}
        self.names = itertools.count(1)

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    # What the planted defects break

    def matches(self, topic_filter: str, topic: str) -> bool:
        if topic.startswith("$") and topic_filter[0] in "+#":
            return False
        return self.fits(topic_filter.split("/"), topic.split("/"))

    def fits(self, pattern: list[str], levels: list[str]) -> bool:
        if not pattern:
            return not levels
        if pattern[0] == "#":
            return True
        return bool(levels) and pattern[0] in {"+", levels[0]} and self.fits(pattern[1:], levels[1:])

    def lowered(self, message: Message, options: int) -> int:
        return min(message.qos, options & 3)

    def keep(self, message: Message) -> None:
        if message.payload:
            self.retained[message.topic] = message
        else:
            self.retained.pop(message.topic, None)

    def from_store(self, message: Message) -> Message:
        return replace(message, retain=True)

    def live(self, message: Message, options: int) -> bool:
        return message.retain and bool(options & AS_PUBLISHED)

    def local(self, session: Session, message: Message, options: int) -> bool:
        return bool(options & NO_LOCAL) and session.client_id == message.sender

    def chosen(self, members: list[Session], group: str) -> list[Session]:
        there = [each for each in members if each.link] or members
        self.turns[group] = self.turns.get(group, -1) + 1
        return [there[self.turns[group] % len(there)]]

    def hold(self, session: Session, message: Message) -> None:
        session.waiting.append(message)

    def expired(self, message: Message) -> bool:
        return self.now >= message.ends

    def passed_on(self, properties: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in properties.items() if name not in LEFT}

    def lifetime(self, session: Session) -> float:
        return session.expiry

    def knows(self, user: str | None, password: bytes | None) -> bool:
        return (user, password) == ACCOUNT

    def welcome(self, session: Session) -> None:
        """Send a client that has come what waits for it."""
        self.flush(session)

    def take_over(self, link: Link) -> None:
        link.end(0x8E)

    def again(self, session: Session, identifier: int) -> bool:
        """Tell whether a PUBLISH with QoS 2 was received before."""
        return identifier in session.received

    def room(self, link: Link, session: Session) -> bool:
        return len(session.sent) < link.receive_maximum

    def too_large(self, link: Link, size: int) -> bool:
        return size > link.packet_limit

    def patience(self, keep_alive: int) -> float | None:
        return keep_alive * 1.5 if keep_alive else None

    def wanted(self, link: Link, *, goodbye: bool) -> bool:
        """Tell whether a will is to be published."""
        return link.will is not None and not goodbye

    def forget(self, session: Session, topic_filter: str) -> bool:
        return session.subscriptions.pop(topic_filter, None) is not None

    def sound(self, packet: Packet) -> bool:
        """Tell whether a packet that could be read is one that MQTT allows."""
        if packet.kind is Kind.SUBSCRIBE:
            return bool(packet.filters) and all(options & 3 <= MOST_QOS for _, options in packet.filters)
        return packet.kind is not Kind.PUBLISH or packet.qos <= MOST_QOS

    def unreadable(self) -> None:
        """Do what there is to be done about what is no packet at all, besides ending its connection."""

    def again_connected(self, link: Link) -> None:
        """Do what there is to be done about a second CONNECT."""
        link.end(0x82)

    def explained(self, link: Link) -> bool:
        """Tell whether a client learns why its connection ends."""
        return link.level == V5 and link.session is not None

    def handling(self, options: int, *, known: bool) -> bool:
        """Tell whether retained messages are sent for a subscription."""
        handling = options >> 4 & 3
        return handling == 0 or (handling == 1 and not known)

    # What they all share

    def publish(self, message: Message) -> None:
        if message.retain:
            self.keep(message)
        groups: dict[str, list[Session]] = {}
        for session in list(self.sessions.values()):
            found = []
            for topic_filter, subscription in session.subscriptions.items():
                rest = topic_filter.removeprefix("$share/").partition("/")[2]
                if topic_filter.startswith("$share/"):
                    if self.matches(rest, message.topic):
                        groups.setdefault(topic_filter, []).append(session)
                elif self.matches(topic_filter, message.topic) and not self.local(
                    session, message, subscription.options
                ):
                    found.append(subscription)
            if found:
                self.deliver(session, message, found)
        for group, members in groups.items():
            for session in self.chosen(members, group):
                self.deliver(session, message, [session.subscriptions[group]])

    def deliver(self, session: Session, message: Message, subscriptions: list[Subscription]) -> None:
        best = max(subscriptions, key=lambda each: each.options & 3)
        identifiers = [each.identifier for each in subscriptions if each.identifier is not None]
        properties = self.passed_on(message.properties)
        if identifiers:
            properties["subscription_identifier"] = identifiers
        self.enqueue(
            session,
            replace(
                message,
                qos=self.lowered(message, best.options),
                retain=any(self.live(message, each.options) for each in subscriptions),
                properties=properties,
            ),
        )

    def enqueue(self, session: Session, message: Message) -> None:
        if session.link is None and message.qos == 0:
            return
        if session.link is None:
            self.hold(session, message)
        else:
            session.waiting.append(message)
            self.flush(session)

    def flush(self, session: Session) -> None:
        link = session.link
        while link is not None and session.waiting:
            message = session.waiting[0]
            if message.qos and not self.room(link, session):
                return
            session.waiting.pop(0)
            if self.expired(message):
                continue
            identifier = 0
            if message.qos:
                identifier = next(each for each in session.numbers if each not in session.sent)
            data = link.publication(message, identifier)
            if self.too_large(link, len(data)):
                continue
            if message.qos:
                session.sent[identifier] = Sent(message=message)
            link.writer.write(data)

    def left(self, link: Link, *, goodbye: bool) -> None:
        """Settle what remains of a client whose connection has ended."""
        session = link.session
        if session is None or session.link is not link:
            return
        session.link = None
        loop = asyncio.get_running_loop()
        lifetime = self.lifetime(session)
        if self.wanted(link, goodbye=goodbye) and link.will is not None:
            will = link.will
            delay = min(will.properties.get("will_delay", 0), lifetime)
            session.will = loop.call_later(delay, self.publish, link.testament(will))
        if lifetime == 0:
            self.sessions.pop(session.client_id, None)
        elif lifetime < FOR_EVER:
            session.end = loop.call_later(lifetime, self.sessions.pop, session.client_id, None)


class Link:
    """One connection."""

    def __init__(
        self, broker: Broker, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, protected: bool
    ) -> None:
        self.broker = broker
        self.reader = reader
        self.writer = writer
        self.protected = protected
        self.level = 4
        self.session: Session | None = None
        self.will: mqtt.packets.Will | None = None
        self.keep_alive = 10
        self.receive_maximum = 65535
        self.packet_limit = 1 << 28
        self.aliases: dict[int, str] = {}
        self.goodbye = False
        self.closed = False

    async def run(self) -> None:
        rest = b""
        try:
            while not self.closed:
                patience = self.broker.patience(self.keep_alive)
                data = await asyncio.wait_for(self.reader.read(65536), patience)
                if not data:
                    break
                found, rest = mqtt.reading.split(rest + data)
                for first, body in found:
                    self.handle(mqtt.reading.read(first, body, self.level))
                if len(rest) > PACKET_LIMIT:
                    self.end(0x95)
        except mqtt.reading.MalformedError:
            self.broker.unreadable()
            self.end(0x81)
        except (TimeoutError, OSError):
            pass
        self.broker.left(self, goodbye=self.goodbye)
        self.writer.close()

    def write(self, kind: Any, body: bytes) -> None:
        self.writer.write(mqtt.packets.packet(kind, 2 if kind is Kind.PUBREL else 0, body))

    def end(self, code: int) -> None:
        if self.broker.explained(self):
            self.writer.write(mqtt.packets.disconnect(level=V5, code=code))
        self.closed = True
        self.writer.close()

    def handle(self, packet: Packet) -> None:
        if self.closed:
            return
        if packet.kind is Kind.CONNECT and self.session is None:
            self.on_connect(packet)
        elif packet.kind is Kind.CONNECT:
            self.broker.again_connected(self)
        elif not self.broker.sound(packet):
            self.end(0x81)
        elif self.session is None or packet.kind not in HANDLERS:
            self.end(0x82)
        else:
            HANDLERS[packet.kind](self, self.session, packet)

    def on_puback(self, session: Session, packet: Packet) -> None:
        session.sent.pop(packet.identifier, None)
        self.broker.flush(session)

    def on_pubrec(self, session: Session, packet: Packet) -> None:
        if packet.code >= 128:
            self.on_puback(session, packet)
            return
        if packet.identifier in session.sent:
            session.sent[packet.identifier].released = True
        self.write(Kind.PUBREL, number(packet.identifier))

    def on_pubrel(self, session: Session, packet: Packet) -> None:
        session.received.discard(packet.identifier)
        self.write(Kind.PUBCOMP, number(packet.identifier))

    def on_unsubscribe(self, session: Session, packet: Packet) -> None:
        known = [self.broker.forget(session, each) for each, _ in packet.filters]
        codes = bytes(0 if each else 0x11 for each in known) if self.level == V5 else b""
        self.write(Kind.UNSUBACK, number(packet.identifier) + self.given({}) + codes)

    def on_ping(self, _session: Session, _packet: Packet) -> None:
        self.write(Kind.PINGRESP, b"")

    def on_disconnect(self, session: Session, packet: Packet) -> None:
        self.goodbye = packet.code == 0
        session.expiry = packet.properties.get("session_expiry", session.expiry)
        self.closed = True

    def on_connect(self, packet: Packet) -> None:
        self.level, self.keep_alive = packet.level, packet.keep_alive
        self.will = packet.will
        self.receive_maximum = packet.properties.get("receive_maximum", 65535)
        self.packet_limit = packet.properties.get("maximum_packet_size", 1 << 28)
        if self.protected and not self.broker.knows(packet.user, packet.password):
            self.write(Kind.CONNACK, bytes([0, 0x86 if self.level == V5 else 5]) + self.given({}))
            self.closed = True
            return
        clean = bool(packet.connect_flags & 2)
        client_id = packet.client_id or f"assigned{next(self.broker.names)}"
        session = self.broker.sessions.get(client_id)
        if session is not None and session.link is not None:
            self.broker.take_over(session.link)
            self.broker.left(session.link, goodbye=False)
        if session is not None:
            for timer in (session.will, session.end):
                if timer is not None:
                    timer.cancel()
        present = session is not None and not clean and client_id in self.broker.sessions
        if session is None or not present:
            session = self.broker.sessions[client_id] = Session(client_id=client_id)
        default = 0 if self.level == V5 or clean else FOR_EVER
        session.expiry = packet.properties.get("session_expiry", default)
        session.link, self.session = self, session
        announced = {
            "receive_maximum": RECEIVE_MAXIMUM,
            "maximum_packet_size": PACKET_LIMIT,
            "topic_alias_maximum": TOPIC_ALIASES,
        }
        if not packet.client_id:
            announced["assigned_client_id"] = client_id
        self.write(Kind.CONNACK, bytes([present, 0]) + self.given(announced))
        for identifier, sent in session.sent.items():
            if sent.released:
                self.write(Kind.PUBREL, number(identifier))
            else:
                self.writer.write(self.publication(sent.message, identifier, dup=True))
        self.broker.welcome(session)

    def on_publish(self, session: Session, packet: Packet) -> None:
        topic, alias = packet.topic, packet.properties.get("topic_alias")
        if alias is not None:
            topic = topic or self.aliases.get(alias, "")
            self.aliases[alias] = topic
        if not topic or set(topic) & {"+", "#", "\0"}:
            self.end(0x90)
            return
        expiry = packet.properties.get("message_expiry")
        message = Message(
            topic=topic,
            payload=packet.payload,
            qos=packet.qos,
            retain=packet.retain,
            properties=packet.properties,
            sender=session.client_id,
            ends=FOR_EVER if expiry is None else self.broker.now + expiry,
        )
        if packet.qos < 2:
            self.broker.publish(message)
        elif not self.broker.again(session, packet.identifier):
            session.received.add(packet.identifier)
            self.broker.publish(message)
        if packet.qos:
            self.write(Kind.PUBACK if packet.qos == 1 else Kind.PUBREC, number(packet.identifier))

    def on_subscribe(self, session: Session, packet: Packet) -> None:
        identifier = next(iter(packet.properties.get("subscription_identifier", [])), None)
        codes, kept = [], []
        for topic_filter, options in packet.filters:
            known = topic_filter in session.subscriptions
            subscription = Subscription(options=options, identifier=identifier)
            session.subscriptions[topic_filter] = subscription
            codes.append(options & 3)
            if topic_filter.startswith("$share/") or not self.broker.handling(options, known=known):
                continue
            kept += [
                (self.broker.from_store(each), subscription)
                for topic, each in self.broker.retained.items()
                if self.broker.matches(topic_filter, topic)
            ]
        self.write(Kind.SUBACK, number(packet.identifier) + self.given({}) + bytes(codes))
        for message, subscription in kept:
            qos = self.broker.lowered(message, subscription.options)
            properties = self.broker.passed_on(message.properties)
            self.broker.enqueue(session, replace(message, qos=qos, properties=properties))

    def testament(self, will: mqtt.packets.Will) -> Message:
        properties = {name: value for name, value in will.properties.items() if name != "will_delay"}
        return Message(
            topic=will.topic, payload=will.payload, qos=will.qos, retain=will.retain, properties=properties
        )

    def publication(self, message: Message, identifier: int, *, dup: bool = False) -> bytes:
        properties = dict(message.properties)
        if message.ends < FOR_EVER:
            properties["message_expiry"] = max(0, int(message.ends - self.broker.now))
        return mqtt.packets.publish(
            message.topic,
            message.payload,
            level=self.level,
            qos=message.qos,
            retain=message.retain,
            dup=dup,
            identifier=identifier,
            given=properties,
        )

    def given(self, properties: dict[str, Any]) -> bytes:
        return mqtt.packets.properties(properties, self.level)


HANDLERS = {
    Kind.PUBLISH: Link.on_publish,
    Kind.PUBACK: Link.on_puback,
    Kind.PUBREC: Link.on_pubrec,
    Kind.PUBREL: Link.on_pubrel,
    Kind.PUBCOMP: Link.on_puback,
    Kind.SUBSCRIBE: Link.on_subscribe,
    Kind.UNSUBSCRIBE: Link.on_unsubscribe,
    Kind.PINGREQ: Link.on_ping,
    Kind.DISCONNECT: Link.on_disconnect,
}
"""What each packet of a client does once it is connected."""


def number(identifier: int) -> bytes:
    """Return a packet identifier as it is written."""
    return identifier.to_bytes(2, "big")


async def serve(broker: Broker) -> None:
    """Serve the ports that the environment names, until the process ends."""
    host = os.environ.get("INTEROP_HOST", "127.0.0.1")
    servers = []
    for name in ("MQTT", "AUTH"):
        port = int(os.environ[f"INTEROP_PORT_{name}"])

        async def answer(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, protected: bool = name == "AUTH"
        ) -> None:
            await Link(broker, reader, writer, protected=protected).run()

        servers.append(await asyncio.start_server(answer, host, port))
    await asyncio.gather(*(each.serve_forever() for each in servers))
