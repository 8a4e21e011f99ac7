"""Where an attempt takes place: who can do what, and names and places of its own. Lets nobody do anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import interop

from . import contract as mqtt
from .traffic import Traffic

if TYPE_CHECKING:
    from interop.run.pairing import Pairing


class Stand(Traffic):
    """One client and one broker, with what both have stated."""

    def __init__(self, pairing: Pairing, client: mqtt.Client, broker: mqtt.Broker) -> None:
        super().__init__(pairing.wire)
        self._pairing = pairing
        self._client = client
        self._broker = broker
        self.version: mqtt.Version = mqtt.Version.V311
        self.description = client.describe()

    # Who can do what

    def can(self, *capabilities: str) -> None:
        """End the scenario as unsupported when the client states that it lacks one of the capabilities."""
        for capability in capabilities:
            if capability not in self.description.capabilities:
                what = mqtt.CAPABILITIES.get(capability, capability)
                raise interop.Unsupported(
                    f"{self.description.name} does not declare {capability!r}: {what}", side="client"
                )

    def offered(self, *words: str) -> None:
        """End the scenario as unsupported when the broker documents that it lacks one of the words."""
        for word in words:
            if not self._broker.offered(word=word):
                raise interop.Unsupported(f"the broker does not offer {mqtt.OFFERS[word]}", side="broker")

    def both_have_qos_2(self) -> bool:
        """Return whether neither side states that it lacks QoS 2."""
        return "qos2" in self.description.capabilities and self._broker.offered(word="qos2")

    def broker_offers(self, word: str) -> bool:
        """Return whether the broker documents that it has what the word names."""
        return self._broker.offered(word=word)

    def speak_5(self) -> None:
        """Use MQTT 5.0 from here on; end the scenario as unsupported where one side lacks it."""
        self.can("v5")
        self.offered("v5")
        self.version = mqtt.Version.V5

    def announced(self) -> dict[str, Any]:
        """Return the properties of the CONNACK that the broker gives to a client of 5.0."""
        memory = self._pairing.site("broker").memory
        if "announced" not in memory:
            asker = self._broker.observe(client_id=self._pairing.unique("a"), version=mqtt.Version.V5)
            assert asker.connack is not None, "the broker closes the connection of a client that speaks 5.0"
            memory["announced"] = asker.connack.properties
            asker.disconnect()
        return dict(memory["announced"])

    def available(self, announcement: str) -> None:
        """End the scenario as unsupported when the broker's CONNACK says 0 to what it names."""
        if self.announced().get(announcement, 1) == 0:
            raise interop.Unsupported(
                f"the broker announces that {announcement.replace('_', ' ')} is 0", side="broker"
            )

    # Names and places

    @property
    def pairing(self) -> Pairing:
        """The pairing itself."""
        return self._pairing

    def topic(self, name: str = "topic") -> str:
        """Return a topic of this attempt's own, with a name that may have levels."""
        return f"interop/{self._pairing.unique('t')}/{name}"

    def foreign(self, topic: str) -> bool:
        """Return whether a topic is another attempt's: what comes of it is left to `retained-unasked`."""
        return topic.startswith("interop/") and not topic.startswith(self.topic(""))

    def client_id(self, name: str = "c") -> str:
        """Return a client identifier of this attempt's own; short enough for every broker."""
        return self._pairing.unique(name)

    def endpoint(self, port: str = "mqtt", *, trusted: bool = True, by_number: bool = False) -> mqtt.Endpoint:
        """Return where the client connects: through the relay, with what its port speaks."""
        transports = {"mqtts": mqtt.Transport.TLS, "ws": mqtt.Transport.WS}
        transport = transports.get(port, mqtt.Transport.TCP)
        host, number = self._pairing.site("broker").route(port, by_number=by_number)
        encrypted = transport is mqtt.Transport.TLS
        ca_file = self._pairing.site("client").ca_file(trusted=trusted) if encrypted else ""
        return mqtt.Endpoint(host=host, port=number, transport=transport, ca_file=ca_file)

    def opening(self, **said: Any) -> mqtt.Opening:
        """Return what the client says in CONNECT, with an identifier and a version unless they are given."""
        return mqtt.Opening(**{"client_id": self.client_id(), "version": self.version, **said})
