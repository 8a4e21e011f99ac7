"""The values that pass between scenarios and drivers: where to connect, what to say, what came of it.

Plain data that JSON can carry. Knows nothing of drivers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Version(StrEnum):
    """A version of the protocol."""

    V311 = "3.1.1"
    V5 = "5.0"


class Transport(StrEnum):
    """What carries the packets. With TLS, the broker's certificate and name are always verified."""

    TCP = "tcp"
    TLS = "tls"
    WS = "ws"
    """WebSocket in the clear, with the subprotocol `mqtt`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where to connect, and how."""

    host: str
    port: int
    transport: Transport = Transport.TCP
    ca_file: str = ""
    """PEM file of the only CA to trust; given wherever TLS is used."""
    path: str = "/mqtt"
    """The path of a WebSocket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Properties:
    """Properties of a message (MQTT 5.0, 3.3.2.3); None and empty tuples stand for what is not there."""

    payload_format: int | None = None
    message_expiry: int | None = None
    """Seconds."""
    content_type: str | None = None
    response_topic: str | None = None
    correlation_data: bytes | None = None
    user_properties: tuple[tuple[str, str], ...] = ()
    topic_alias: int | None = None
    """To publish with; the client decides by itself whether the topic's name goes along."""
    subscription_identifiers: tuple[int, ...] = ()
    """Of received messages alone."""


NONE = Properties()
"""No property."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to be published."""

    topic: str
    payload: bytes = b""
    qos: int = 0
    retain: bool = False
    properties: Properties = NONE
    """Of 5.0 alone; in 3.1.1 always NONE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Will:
    """The message that the broker is to publish when the connection is lost."""

    message: Message
    delay: int = 0
    """Will Delay Interval in seconds (5.0)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a client says in CONNECT. Whatever is None is left out, or left to the client."""

    client_id: str
    """Empty: the client gives none."""
    version: Version = Version.V311
    clean: bool = True
    """Clean Session in 3.1.1, Clean Start in 5.0."""
    keep_alive: int = 10
    """Seconds."""
    user: str | None = None
    password: str | None = None
    will: Will | None = None
    session_expiry: int | None = None
    """Seconds (5.0)."""
    receive_maximum: int | None = None
    maximum_packet_size: int | None = None
    topic_alias_maximum: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One topic filter with its options; the last three are of 5.0 alone."""

    topic_filter: str
    qos: int = 0
    no_local: bool = False
    retain_as_published: bool = False
    retain_handling: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What the client reports when something did not succeed."""

    text: str
    """In the client's own words."""
    code: int | None = None
    """The broker's return or reason code that it goes back to, when the client shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """What the client reports of opening a connection."""

    session_present: bool | None = None
    """None when the client does not show it."""
    assigned_client_id: str = ""
    failure: Failure | None = None
    """Set when the client reports that there is no connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What the client reports of one message."""

    code: int | None = None
    """Reason code of PUBACK or PUBREC (5.0), 0 where that carried none (3.4.2.1, 3.5.2.1).

    None where there was no such packet, or the client does not show it."""
    failure: Failure | None = None
    """Set when the client does not report the message as published: refused, or not acknowledged in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """What the client reports of a SUBACK."""

    codes: tuple[int, ...] = ()
    """One for each filter: the granted QoS, or 128 and above; empty when the client does not show them."""
    failure: Failure | None = None
    """Set when the client reports that the subscriptions were not made at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribed:
    """What the client reports of an UNSUBACK."""

    codes: tuple[int, ...] = ()
    """One for each filter (5.0)."""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the client reports of connecting, publishing and disconnecting."""

    connected: Connected
    published: tuple[Published, ...] = ()
    """One for each message; empty when there was no connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """What the client reports of connecting and subscribing."""

    connected: Connected
    subscribed: Subscribed | None = None
    """None when there was no connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message as the client hands it to its user."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    dup: bool | None = None
    """None when the client does not show it."""
    properties: Properties = NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a connection ended, as the client tells it."""

    ended: bool
    """False when it is still open, as far as the client knows."""
    code: int | None = None
    """Reason code of the broker's DISCONNECT (5.0), when there was one and the client shows it."""
    text: str = ""
    """In the client's own words."""
