"""Clients with one defect each, named after it. Each comment names the clause that is broken.

Clauses are of MQTT 3.1.1 unless it says otherwise.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import interop
from tests.containers.planted.mqtt.client import Correct, Held, Kind, Sent

if TYPE_CHECKING:
    from suites.mqtt import contract as mqtt
    from suites.mqtt.packets import Packet
else:
    mqtt = interop.contract("mqtt")


class NoDup(Correct):
    """Sends messages again without the DUP flag."""

    # MQTT-3.3.1-1
    def resent(self, held: Held, message: mqtt.Message, number: int) -> bytes:
        return self.publication(held, message, number)


class ForgetsUnacknowledged(Correct):
    """Forgets what was not acknowledged when a connection is lost."""

    # MQTT-4.4.0-1
    def keeps(self, sent: dict[int, Sent]) -> dict[int, Sent]:  # noqa: ARG002 - nothing is
        return {}


class NewNumberOnResend(Correct):
    """Sends messages again as if they were new ones."""

    # MQTT-4.3.3-1, MQTT-4.4.0-1
    def keeps(self, sent: dict[int, Sent]) -> dict[int, Sent]:
        return {number + 100: replace(each, released=False) for number, each in sent.items()}


class RefusalIsSuccess(Correct):
    """Takes every CONNACK for success."""

    # 3.2.2.3
    def accepted(self, connack: Packet) -> bool:  # noqa: ARG002 - any will do
        return True


class NoGoodbye(Correct):
    """Closes without DISCONNECT."""

    # 3.14, MQTT-3.1.2-8
    def goodbye(self, held: Held, data: bytes) -> None:
        pass


class NoPing(Correct):
    """Sends no PINGREQ."""

    # MQTT-3.1.2-23
    def ping(self, held: Held) -> None:
        pass


class HandsOverTwice(Correct):
    """Hands a message with QoS 2 over again when it is delivered again."""

    # MQTT-4.3.3-2
    def known(self, held: Held, number: int) -> bool:  # noqa: ARG002 - it does not look
        return False


class NoPuback(Correct):
    """Does not acknowledge messages with QoS 1."""

    # MQTT-3.3.4-1
    def acknowledge(self, held: Held, kind: Any, number: int) -> None:
        if kind is not Kind.PUBACK:
            super().acknowledge(held, kind, number)


class NothingIsRetained(Correct):
    """Does not show which messages were kept."""

    # MQTT-3.3.1-8
    def handed(self, packet: Packet, topic: str) -> mqtt.Received:
        return replace(super().handed(packet, topic), retain=False)


class TopicsInAscii(Correct):
    """Writes topics with question marks for what is not ASCII."""

    # MQTT-3.3.2-1
    def publication(self, held: Held, message: mqtt.Message, number: int, *, dup: bool = False) -> bytes:
        topic = message.topic.encode("ascii", "replace").decode()
        return super().publication(held, replace(message, topic=topic), number, dup=dup)


class CutsAt16384(Correct):
    """Writes a remaining length of more than two bytes as two."""

    # 2.2.3
    def publication(self, held: Held, message: mqtt.Message, number: int, *, dup: bool = False) -> bytes:
        fitting = replace(message, payload=message.payload[: 16383 - 4 - len(message.topic.encode())])
        return super().publication(held, fitting, number, dup=dup)


class SilenceIsSuccess(Correct):
    """Takes a message for published that was never acknowledged."""

    # MQTT-4.3.2-1
    def unacknowledged(self, held: Held) -> mqtt.Published:  # noqa: ARG002 - all is well
        return mqtt.Published()


class SortsUserProperties(Correct):
    """Sorts user properties, and sends each name once."""

    # 5.0, MQTT-3.3.2-18
    def user_properties(self, pairs: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
        return sorted(dict(pairs).items())


class DiesOfRetained(Correct):
    """Ends when a retained message comes."""

    # MQTT-3.3.1-8
    def handed(self, packet: Packet, topic: str) -> mqtt.Received:
        if packet.retain:
            os._exit(3)
        return super().handed(packet, topic)


class WaitsForEver(Correct):
    """Waits for CONNACK without end."""

    # 3.2
    def attend(self, held: Held, condition: Callable[[], object], timeout: float) -> None:
        if held.connack is None:
            while not condition() and held.socket is not None:
                super().attend(held, condition, timeout)
                time.sleep(0.01)
        super().attend(held, condition, timeout)
