"""What every MQTT scenario works with: both drivers, and a bench where clients, observers and topics are had.

Messages of assertions name no address, port, topic or time: they are what a failure is known by in another
run.
"""

from __future__ import annotations

import contextlib
import importlib
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

import interop

if TYPE_CHECKING:
    from suites.mqtt import contract as mqtt
    from suites.mqtt.observer import Observer
    from suites.mqtt.packets import Kind
    from suites.mqtt.stand import Stand

    from interop.run.pairing import Pairing
else:
    mqtt = interop.contract("mqtt")
    Stand = importlib.import_module(f"{mqtt.__package__}.stand").Stand

client = interop.role("client")
broker = interop.role("broker")

ARRIVAL = 8.0
"""Seconds in which a message must arrive."""

ENDING = 2.0
"""Seconds in which a connection must have ended on the wire once its client has left."""

MARKER = b"that is all"
"""The payload of the message that ends an observation: what comes before it has come."""


class Bench(Stand):
    """Lets the client connect, publish and listen; looks at the broker's other side; reads the wire."""

    def __init__(self, pairing: Pairing, client: mqtt.Client, broker: mqtt.Broker) -> None:
        super().__init__(pairing, client, broker)
        self._numbers = itertools.count(1)
        client.close_all()  # what an earlier scenario has left open

    # The client

    def try_to_connect(
        self,
        *,
        connection: str = "c",
        endpoint: mqtt.Endpoint | None = None,
        timeout: float = 10.0,
        **said: Any,
    ) -> mqtt.Connected:
        """Let the client connect, and return what it reports; `said` is what CONNECT says."""
        return self._client.connect(
            connection=connection,
            endpoint=endpoint or self.endpoint(),
            opening=self.opening(**said),
            timeout=timeout,
        )

    def connect(self, **how: Any) -> mqtt.Connected:
        """Let the client connect; the scenario fails here when it reports that it did not."""
        return succeeded(self.try_to_connect(**how))

    def try_to_publish(
        self, *messages: mqtt.Message, connection: str = "c", timeout: float = 10.0
    ) -> tuple[mqtt.Published, ...]:
        """Let the connected client publish, and return what it reports."""
        published = self._client.publish(connection=connection, messages=messages, timeout=timeout)
        assert len(published) == len(messages), "the client does not report on every message"
        return published

    def publish(self, *messages: mqtt.Message, connection: str = "c") -> tuple[mqtt.Published, ...]:
        """Let the connected client publish; the scenario fails here when it reports anything but success."""
        return all_published(self.try_to_publish(*messages, connection=connection))

    def try_to_send(
        self, *messages: mqtt.Message, endpoint: mqtt.Endpoint | None = None, **said: Any
    ) -> mqtt.Sent:
        """Let the client connect, publish and disconnect; return what it reports."""
        self.can(*_needed(messages))
        self._offered_for(messages)
        sent = self._client.send(
            endpoint=endpoint or self.endpoint(), opening=self.opening(**said), messages=messages
        )
        every = sent.connected.failure or len(sent.published) == len(messages)
        assert every, "the client does not report on every message"
        return sent

    def send(
        self, *messages: mqtt.Message, endpoint: mqtt.Endpoint | None = None, **said: Any
    ) -> tuple[mqtt.Published, ...]:
        """Let the client connect, publish and disconnect; the scenario fails here when that did not work."""
        sent = self.try_to_send(*messages, endpoint=endpoint, **said)
        succeeded(sent.connected)
        return all_published(sent.published)

    def listen(
        self,
        *subscriptions: mqtt.Subscription,
        connection: str = "c",
        endpoint: mqtt.Endpoint | None = None,
        identifier: int | None = None,
        **said: Any,
    ) -> mqtt.Listening:
        """Let the client connect and subscribe; the scenario fails here when it reports that it did not."""
        if any(each.qos > 1 for each in subscriptions):
            self.can("qos2")
            self.offered("qos2")
        listening = self._client.listen(
            connection=connection,
            endpoint=endpoint or self.endpoint(),
            opening=self.opening(**said),
            subscriptions=subscriptions,
            identifier=identifier,
        )
        succeeded(listening.connected)
        assert listening.subscribed is not None, "the client does not report on its subscriptions"
        self.granted(subscriptions, listening.subscribed)
        return listening

    def subscribe(
        self, *subscriptions: mqtt.Subscription, connection: str = "c", identifier: int | None = None
    ) -> mqtt.Subscribed:
        """Let the connected client subscribe; the scenario fails here when it reports that it did not."""
        subscribed = self._client.subscribe(
            connection=connection, subscriptions=subscriptions, identifier=identifier
        )
        self.granted(subscriptions, subscribed)
        return subscribed

    def unsubscribe(self, *filters: str, connection: str = "c") -> mqtt.Unsubscribed:
        """Let the connected client unsubscribe; the scenario fails here when it reports that it did not."""
        unsubscribed = self._client.unsubscribe(connection=connection, filters=filters)
        failure = unsubscribed.failure
        assert failure is None, f"the client reports that it is still subscribed: {failure.text}"
        return unsubscribed

    def finish(self, *, connection: str = "c", **how: Any) -> None:
        """Let the client disconnect, and wait until the broker has closed the connection too."""
        self._client.disconnect(connection=connection, **how)
        self.settle()

    def settle(self) -> None:
        """Wait until both sides have closed the last connection: its end may else come after the next one."""
        ends = time.monotonic() + ENDING
        conversation = self.conversation(-1)
        while len(conversation.ended) < 2 and time.monotonic() < ends:
            time.sleep(0.005)

    def drop(self, *, connection: str = "c") -> None:
        """Let the client lose its connection."""
        self._client.drop(connection=connection)

    def closed(self, *, connection: str = "c", within: float = ARRIVAL) -> mqtt.Ending:
        """Return how the client's connection ended, or how it is after that time."""
        return self._client.closed(connection=connection, timeout=within)

    def granted(self, subscriptions: tuple[mqtt.Subscription, ...], subscribed: mqtt.Subscribed) -> None:
        """Look whether every subscription was made; one with less QoS than asked for is a broker's right."""
        failure = subscribed.failure
        assert failure is None, f"the client reports that it is not subscribed: {failure.text}"
        for each, code in zip(subscriptions, subscribed.codes, strict=False):
            assert code < 128, "the broker refuses a subscription"
            if code < each.qos:
                raise interop.Unsupported(
                    f"the broker grants QoS {code} where {each.qos} was asked for", side="broker"
                )

    def received(
        self, count: int, *, connection: str = "c", within: float = ARRIVAL
    ) -> tuple[mqtt.Received, ...]:
        """Return what the client received as soon as there is that much, or what there is after that time."""
        return self.receive_until(
            lambda found: len(found) >= count, least=count, connection=connection, within=within
        )

    def receive_until(
        self,
        enough: Callable[[Sequence[mqtt.Received]], bool],
        *,
        least: int = 1,
        connection: str = "c",
        within: float = ARRIVAL,
    ) -> tuple[mqtt.Received, ...]:
        """Return what the client received as soon as that is enough, or what there is after that time."""
        found: list[mqtt.Received] = []
        ends = time.monotonic() + within
        while not enough(found) and (left := ends - time.monotonic()) > 0:
            found += self._messages(connection, max(1, least - len(found)), max(0.05, left))
        return tuple(found)

    def one(self, *, connection: str = "c") -> mqtt.Received:
        """Return the one message that the client receives."""
        found = self.received(1, connection=connection)
        assert found, "the message did not reach the client"
        assert len(found) == 1, f"the message reached the client {len(found)} times"
        return found[0]

    def until_marker(self, *, connection: str = "c", within: float = ARRIVAL) -> tuple[mqtt.Received, ...]:
        """Return what the client received before the marker; the scenario fails when that does not come."""

        def payloads(found: Sequence[mqtt.Received]) -> list[bytes]:
            return [each.payload for each in found]

        found = self.receive_until(
            lambda found: MARKER in payloads(found), connection=connection, within=within
        )
        assert MARKER in payloads(found), "the message that ends the observation did not reach the client"
        return found[: payloads(found).index(MARKER)]

    def _messages(self, connection: str, count: int, seconds: float) -> list[mqtt.Received]:
        """Return what the client has received of this attempt's topics, and of none of another's."""
        found = self._client.messages(connection=connection, count=count, timeout=seconds)
        return [each for each in found if not self.foreign(each.topic)]

    # The other side

    def observe(
        self,
        *filters: tuple[str, int],
        name: str = "o",
        client_id: str = "",
        version: str = "",
        **how: Any,
    ) -> Observer:
        """Return an observer that is connected and subscribed, by default with the client's own version.

        A filter comes with the QoS or the options byte of its subscription. A broker that grants less is
        within its rights: the scenario ends as unsupported.
        """
        observer = self._broker.observe(
            client_id=client_id or self.client_id(name),
            version=mqtt.Version(version) if version else self.version,
            **how,
        )
        assert observer.accepted, "the broker refuses an observer's connection"
        observer.disregard(self.foreign)
        if filters:
            for (_, wanted), code in zip(filters, observer.subscribe(*filters), strict=True):
                assert code < 128, "the broker refuses an observer's subscription"
                if code < wanted & 3:
                    raise interop.Unsupported(
                        f"the broker grants QoS {code} where {wanted & 3} was asked for", side="broker"
                    )
        return observer

    def kept(self, topic_filter: str, *wanted: bytes) -> list[tuple[bytes, bool]]:
        """Return what new subscribers get of what was kept, with each message's RETAIN flag."""
        return mqtt.kept(lambda: self.observe((topic_filter, 1), name=f"k{next(self._numbers)}"), wanted)

    def _offered_for(self, messages: tuple[mqtt.Message, ...]) -> None:
        """End the scenario as unsupported when the broker states that it lacks what the messages need."""
        if any(each.qos > 1 for each in messages):
            self.offered("qos2")
        if any(each.retain for each in messages):
            self.offered("retained")

    def sends(self, kind: Kind, *, connection: str = "c") -> bool:
        """Return whether the client sends a packet of that kind over its last connection, in time."""
        ends = time.monotonic() + ARRIVAL
        while not (found := any(each.kind is kind for each in self.sent(-1))) and time.monotonic() < ends:
            self._client.messages(connection=connection, count=1, timeout=0.05)
        return found


@pytest.fixture
def bench(interop_pairing: Pairing, client: mqtt.Client, broker: mqtt.Broker) -> Iterator[Bench]:
    """Where clients, observers and topics are had."""
    yield Bench(interop_pairing, client, broker)
    with contextlib.suppress(Exception):  # how it ended has been seen; this only tidies up
        client.close_all()


def succeeded(connected: mqtt.Connected) -> mqtt.Connected:
    """Return it; the scenario fails here when the client reports that it is not connected."""
    failure = connected.failure
    assert failure is None, f"the client reports that it is not connected: {failure.text}"
    return connected


def all_published(published: tuple[mqtt.Published, ...]) -> tuple[mqtt.Published, ...]:
    """Return them; the scenario fails here when the client reports anything but success of one."""
    for each in published:
        assert each.failure is None, f"the client reports a message as not published: {each.failure.text}"
    return published


def _needed(messages: tuple[mqtt.Message, ...]) -> tuple[str, ...]:
    """Return the capabilities that a client needs to publish the messages."""
    return ("qos2",) if any(each.qos > 1 for each in messages) else ()
