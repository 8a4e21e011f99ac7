"""What a driver of each MQTT role can do, and the driver that serves every conventional broker peer.

A driver translates: it calls its library or program in the way that is usual there, and says what came
of it. It adds no protocol of its own, retries nothing and hides nothing: a library's automatic
reconnection is turned off. Knows nothing of scenarios.
"""
# ruff: noqa: ARG002 - operations that a client may leave out take what they would need

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from interop.errors import Unsupported

from . import packets, reading
from .observer import Observer, kept
from .traffic import Traffic, packets_of
from .values import (
    NONE,
    Connected,
    Ending,
    Endpoint,
    Failure,
    Listening,
    Message,
    Opening,
    Properties,
    Published,
    Received,
    Sent,
    Subscribed,
    Subscription,
    Transport,
    Unsubscribed,
    Version,
    Will,
)

if TYPE_CHECKING:
    from interop.run.pairing import Site

__all__ = [
    "CAPABILITIES",
    "GENERAL",
    "NONE",
    "OFFERS",
    "ROLES",
    "Broker",
    "Client",
    "Connected",
    "Description",
    "Ending",
    "Endpoint",
    "Failure",
    "GeneralBroker",
    "Listening",
    "Message",
    "Opening",
    "Properties",
    "Published",
    "Received",
    "Sent",
    "Subscribed",
    "Subscription",
    "Traffic",
    "Transport",
    "Unsubscribed",
    "Version",
    "Will",
    "kept",
    "packets",
    "packets_of",
    "reading",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a client is, and what it states that it can do."""

    name: str
    version: str
    capabilities: tuple[str, ...] = ()
    """Words of `CAPABILITIES`. What is not among them, the client states that it lacks."""


CAPABILITIES = {
    "v3.1.1": "speaks MQTT 3.1.1",
    "v5": "speaks MQTT 5.0",
    "tls": "speaks TLS",
    "verify-ca": "refuses a certificate from a CA that it does not trust",
    "verify-name": "refuses a certificate that does not name the broker",
    "ws": "speaks MQTT over WebSocket",
    "auth": "gives user name and password",
    "refusal-code": "shows the code by which a broker refused the connection",
    "no-client-id": "connects without a client identifier",
    "assigned-client-id": "shows the client identifier that the broker assigned (5.0)",
    "qos2": "publishes and receives with QoS 2",
    "granted-qos": "shows the codes of a SUBACK",
    "reason-codes": "shows the reason codes of PUBACK and PUBREC (5.0)",
    "persistent": "asks for a session that outlives its connection, and shows whether there was one",
    "resume": "keeps unacknowledged messages over a lost connection, and sends them again on the next",
    "in-flight": "publishes further messages before the first is acknowledged",
    "will": "leaves a will, with the QoS and retain flag that are asked for",
    "will-properties": "leaves a will with properties, among them Will Delay Interval (5.0)",
    "session-expiry": "sets the Session Expiry Interval (5.0)",
    "disconnect-options": "sets reason code and Session Expiry Interval in DISCONNECT (5.0)",
    "disconnect-reason": "shows the reason code of the broker's DISCONNECT (5.0)",
    "receive-maximum": "sets its Receive Maximum (5.0)",
    "maximum-packet-size": "sets its Maximum Packet Size (5.0)",
    "topic-alias-in": "sets its Topic Alias Maximum, and understands the aliases that follow (5.0)",
    "topic-alias-out": "publishes with a Topic Alias (5.0)",
    "message-expiry": "publishes with a Message Expiry Interval (5.0)",
    "user-properties": "publishes and shows User Properties (5.0)",
    "content-type": "publishes and shows Content Type and Payload Format Indicator (5.0)",
    "request-response": "publishes and shows Response Topic and Correlation Data (5.0)",
    "subscription-identifier": "subscribes with a Subscription Identifier, and shows what comes back (5.0)",
    "subscription-options": "sets No Local, Retain As Published and Retain Handling (5.0)",
}
"""What a client may declare, and what each word means."""


class Client(ABC):
    """A program or library that speaks MQTT, holding connections by the names that scenarios give them.

    Every `timeout` is in seconds, and bounds the operation: what has not come by then is reported as such.
    Whatever goes wrong between client and broker is reported in the result, never raised.
    """

    @abstractmethod
    def describe(self) -> Description:
        """Return name, exact version and capabilities of the client."""

    @abstractmethod
    def messages(self, *, connection: str, count: int, timeout: float = 5.0) -> tuple[Received, ...]:
        """Return all that was received and not returned before, in the order of its arrival.

        Returns as soon as there are `count` messages or more, else after the timeout, whatever there is.
        Messages that arrived before a connection was lost may still be asked for.
        """

    @abstractmethod
    def disconnect(
        self, *, connection: str, code: int = 0, session_expiry: int | None = None, timeout: float = 5.0
    ) -> None:
        """Send DISCONNECT and close. `code` and `session_expiry` are of 5.0, and left out when 0 and None.

        A program that cannot be told them says Unsupported when they are given. It is no mistake to
        disconnect what has ended already.
        """

    @abstractmethod
    def close_all(self) -> None:
        """End every connection in whatever way, and forget all of them, with what they have kept."""

    def send(
        self,
        *,
        endpoint: Endpoint,
        opening: Opening,
        messages: tuple[Message, ...],
        timeout: float = 10.0,
    ) -> Sent:
        """Connect, publish the messages in their order, disconnect: made of these three operations."""
        connection = f"send {opening.client_id}"
        connected = self.connect(connection=connection, endpoint=endpoint, opening=opening, timeout=timeout)
        if connected.failure is not None:
            return Sent(connected=connected)
        published = self.publish(connection=connection, messages=messages, timeout=timeout)
        self.disconnect(connection=connection)
        return Sent(connected=connected, published=published)

    def listen(
        self,
        *,
        connection: str,
        endpoint: Endpoint,
        opening: Opening,
        subscriptions: tuple[Subscription, ...],
        identifier: int | None = None,
        timeout: float = 10.0,
    ) -> Listening:
        """Connect and subscribe, once the broker has confirmed it; made of `connect` and `subscribe`.

        `identifier` is a Subscription Identifier (5.0). What arrives is asked for with `messages`.
        """
        connected = self.connect(connection=connection, endpoint=endpoint, opening=opening, timeout=timeout)
        if connected.failure is not None:
            return Listening(connected=connected)
        subscribed = self.subscribe(
            connection=connection, subscriptions=subscriptions, identifier=identifier, timeout=timeout
        )
        return Listening(connected=connected, subscribed=subscribed)

    def drop(self, *, connection: str) -> None:
        """Lose the network: close the socket without DISCONNECT, and keep what the client keeps then."""
        raise Unsupported("the client cannot be made to lose its connection")

    def connect(
        self, *, connection: str, endpoint: Endpoint, opening: Opening, timeout: float = 10.0
    ) -> Connected:
        """Open a connection and wait for CONNACK.

        Under a name that was used before, the same client connects again, with whatever it has kept of its
        session; `endpoint` and `opening` may then be others.
        """
        raise Unsupported("the client does not hold a connection between two operations")

    def publish(
        self, *, connection: str, messages: tuple[Message, ...], timeout: float = 10.0
    ) -> tuple[Published, ...]:
        """Hand all messages over in their order, then wait until each is sent (QoS 0) or acknowledged."""
        raise Unsupported("the client does not hold a connection between two operations")

    def subscribe(
        self,
        *,
        connection: str,
        subscriptions: tuple[Subscription, ...],
        identifier: int | None = None,
        timeout: float = 10.0,
    ) -> Subscribed:
        """Send one SUBSCRIBE with all subscriptions, and wait for SUBACK."""
        raise Unsupported("the client does not hold a connection between two operations")

    def unsubscribe(
        self, *, connection: str, filters: tuple[str, ...], timeout: float = 10.0
    ) -> Unsubscribed:
        """Send one UNSUBSCRIBE with all filters, and wait for UNSUBACK."""
        raise Unsupported("the client does not unsubscribe while it is connected")

    def closed(self, *, connection: str, timeout: float = 5.0) -> Ending:
        """Return as soon as the connection has ended, or after the timeout, how it is."""
        raise Unsupported("the client does not tell how its connection ended")


OFFERS = {
    "v5": "MQTT 5.0",
    "qos2": "QoS 2",
    "persistent": "sessions that outlive their connections",
    "retained": "retained messages",
    "retained-wildcards": "retained messages for filters with wildcards",
    "shared": "shared subscriptions",
    "wills": "will messages",
    "will-delay": "the Will Delay Interval",
    "message-expiry": "the Message Expiry Interval",
    "no-local": "the subscription option No Local",
    "retain-options": "the subscription options Retain As Published and Retain Handling",
    "subscription-identifiers": "Subscription Identifiers",
    "topic-alias": "Topic Aliases from clients",
    "topic-alias-out": "Topic Aliases towards clients",
}
"""What a broker may document that it has; where a word is missing, it documents that it lacks it."""


class Broker(ABC):
    """A program that takes messages and passes them on to those who have subscribed."""

    @abstractmethod
    def observe(
        self,
        *,
        client_id: str,
        version: Version = Version.V311,
        clean: bool = True,
        will: packets.Will | None = None,
        properties: Mapping[str, Any] | None = None,
    ) -> Observer:
        """Return a second connection to the broker, past the relay; `properties` are those of CONNECT."""

    @abstractmethod
    def offered(self, *, word: str) -> bool:
        """Return whether the broker documents that it has what a word of `OFFERS` names."""


class GeneralBroker(Broker):
    """The driver of every broker peer that keeps the conventions of this suite's README."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._observers: list[Observer] = []

    def observe(
        self,
        *,
        client_id: str,
        version: Version = Version.V311,
        clean: bool = True,
        will: packets.Will | None = None,
        properties: Mapping[str, Any] | None = None,
    ) -> Observer:
        """Connect to the published port `mqtt`; the connection ends with the attempt."""
        level = packets.LEVELS[version]
        observer = Observer(
            self._site.address("mqtt"), client_id, level=level, clean=clean, will=will, given=properties
        )
        self._observers.append(observer)
        return observer

    def offered(self, *, word: str) -> bool:
        """Look it up in the descriptor."""
        return word in self._site.offers

    def close(self) -> None:
        """Let the observers say goodbye: what a lost connection leaves behind would meet the next attempt."""
        for observer in self._observers:
            observer.disconnect()


ROLES = {"client": Client, "broker": Broker}
"""The contract of each role."""

GENERAL = {"broker": GeneralBroker}
"""The drivers that serve most implementations of a role."""


def trials(port: int) -> dict[str, dict[str, dict[str, Any]]]:
    """Return parameters by role and operation, against a broker that is not there, for a driver's check."""
    endpoint = Endpoint(host="127.0.0.1", port=port)
    opening = Opening(client_id="trial")
    message, subscription = Message(topic="a/b", payload=b"trial", qos=1), Subscription(topic_filter="a/#")
    return {
        "client": {
            "send": {"endpoint": endpoint, "opening": opening, "messages": (message,), "timeout": 5.0},
            "listen": {
                "connection": "trial",
                "endpoint": endpoint,
                "opening": opening,
                "subscriptions": (subscription,),
                "timeout": 5.0,
            },
            "connect": {"connection": "trial", "endpoint": endpoint, "opening": opening, "timeout": 5.0},
            "close_all": {},
        }
    }
