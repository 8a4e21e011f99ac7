"""Brokers with one defect each, named after it: `python brokers.py plus-matches-two-levels`.

Each comment names the clause that is broken, of MQTT 3.1.1 unless it says otherwise.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from broker import FOR_EVER, Broker, Link, Message, Session, serve

if TYPE_CHECKING:
    from suites.mqtt.packets import Packet


class SoundBroker(Broker):
    """Has no defect."""


class RetainedFlagLost(Broker):
    """Sends retained messages to new subscribers as if they were live."""

    # MQTT-3.3.1-8
    def from_store(self, message: Message) -> Message:
        return replace(message, retain=False)


class RetainedForEver(Broker):
    """Does not delete what it kept when an empty retained message comes."""

    # MQTT-3.3.1-10
    def keep(self, message: Message) -> None:
        if message.payload:
            super().keep(message)


class FirstRetainedWins(Broker):
    """Keeps the first retained message of a topic."""

    # MQTT-3.3.1-5
    def keep(self, message: Message) -> None:
        if not (message.payload and message.topic in self.retained):
            super().keep(message)


class RetainedForEverybody(Broker):
    """Sends whoever connects the retained messages to which anybody has subscribed."""

    # MQTT-3.3.2-3
    def welcome(self, session: Session) -> None:
        super().welcome(session)
        wanted = {each for other in self.sessions.values() for each in other.subscriptions}
        for topic, message in self.retained.items():
            if any(self.matches(each, topic) for each in wanted):
                self.enqueue(session, self.from_store(message))


class PlusMatchesTwoLevels(Broker):
    """Lets + stand for two levels as well."""

    # MQTT-4.7.1-3
    def fits(self, pattern: list[str], levels: list[str]) -> bool:
        longer = pattern[:1] == ["+"] and len(levels) > 1
        return super().fits(pattern, levels) or (longer and super().fits(pattern[1:], levels[2:]))


class HashWithoutParent(Broker):
    """Does not let # stand for the level above it."""

    # 4.7.1.2
    def fits(self, pattern: list[str], levels: list[str]) -> bool:
        return super().fits(pattern, levels) and (pattern != ["#"] or bool(levels))


class EmptyLevelsDropped(Broker):
    """Takes a//b for a/b."""

    # MQTT-4.7.3-4
    def matches(self, topic_filter: str, topic: str) -> bool:
        return super().matches(*("/".join(filter(None, each.split("/"))) for each in (topic_filter, topic)))


class QosNotLowered(Broker):
    """Delivers with the QoS of the publisher, whatever was granted."""

    # MQTT-3.8.4-6
    def lowered(self, message: Message, options: int) -> int:  # noqa: ARG002 - it is ignored
        return message.qos


class SecondReceiptDelivered(Broker):
    """Passes a message with QoS 2 on again when it is sent again."""

    # MQTT-4.3.3-2
    def again(self, session: Session, identifier: int) -> bool:  # noqa: ARG002 - it is ignored
        return False


class WillAtGoodbye(Broker):
    """Publishes wills of clients that say goodbye."""

    # MQTT-3.1.2-10
    def wanted(self, link: Link, *, goodbye: bool) -> bool:
        return super().wanted(link, goodbye=goodbye) or link.will is not None


class NoWill(Broker):
    """Forgets wills."""

    # MQTT-3.1.2-8
    def wanted(self, link: Link, *, goodbye: bool) -> bool:  # noqa: ARG002 - it is ignored
        return False


class SessionsNeverEnd(Broker):
    """Keeps sessions beyond their expiry."""

    # 5.0, MQTT-4.1.0-2
    def lifetime(self, session: Session) -> float:
        return FOR_EVER if session.expiry else 0


class NothingHeld(Broker):
    """Drops messages for clients that are away."""

    # MQTT-3.1.2-5
    def hold(self, session: Session, message: Message) -> None:
        pass


class LastHeldFirst(Broker):
    """Hands what it held for a client over in the wrong order."""

    # MQTT-4.6.0-6
    def hold(self, session: Session, message: Message) -> None:
        session.waiting.insert(0, message)


class UserPropertiesDropped(Broker):
    """Does not pass user properties on."""

    # 5.0, MQTT-3.3.2-17
    def passed_on(self, properties: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value for name, value in super().passed_on(properties).items() if name != "user_property"
        }


class NoLocalIgnored(Broker):
    """Sends clients their own messages back though they asked not to."""

    # 5.0, MQTT-3.8.3-3
    def local(self, session: Session, message: Message, options: int) -> bool:  # noqa: ARG002 - it is ignored
        return False


class ExpiryIgnored(Broker):
    """Delivers messages that have expired."""

    # 5.0, MQTT-3.3.2-5
    def expired(self, message: Message) -> bool:  # noqa: ARG002 - it is ignored
        return False


class AnyPassword(Broker):
    """Lets everybody in."""

    # 5.4.1
    def knows(self, user: str | None, password: bytes | None) -> bool:  # noqa: ARG002 - it is ignored
        return True


class BothStay(Broker):
    """Keeps the first connection when the same client connects again."""

    # MQTT-3.1.4-2
    def take_over(self, link: Link) -> None:
        pass


class SharedToAll(Broker):
    """Sends messages of a shared subscription to every member."""

    # 5.0, 4.8.2
    def chosen(self, members: list[Session], group: str) -> list[Session]:  # noqa: ARG002 - all are
        return members


class ReceiveMaximumIgnored(Broker):
    """Sends more at once than the client takes."""

    # 5.0, MQTT-3.3.4-9
    def room(self, link: Link, session: Session) -> bool:  # noqa: ARG002 - there is always room
        return True


class PacketSizeIgnored(Broker):
    """Sends packets that are larger than the client takes."""

    # 5.0, MQTT-3.1.2-24
    def too_large(self, link: Link, size: int) -> bool:  # noqa: ARG002 - nothing is
        return False


class PatientForEver(Broker):
    """Does not give up clients that have fallen silent."""

    # MQTT-3.1.2-24
    def patience(self, keep_alive: int) -> float | None:  # noqa: ARG002 - it is ignored
        return None


class UnsubscribeIgnored(Broker):
    """Answers UNSUBSCRIBE, and keeps the subscription."""

    # MQTT-3.10.4-2
    def forget(self, session: Session, topic_filter: str) -> bool:
        return topic_filter in session.subscriptions


class NothingIsMalformed(Broker):
    """Takes whatever can be read."""

    # MQTT-3.3.1-4, MQTT-3.8.3-3
    def sound(self, packet: Packet) -> bool:  # noqa: ARG002 - everything is
        return True


class SecondConnectIgnored(Broker):
    """Goes on with clients that connect a second time."""

    # MQTT-3.1.0-2
    def again_connected(self, link: Link) -> None:
        pass


class EndsWithoutReason(Broker):
    """Does not tell clients why their connection ends."""

    # 5.0, 3.1.4, 4.13.1
    def explained(self, link: Link) -> bool:  # noqa: ARG002 - nobody is told
        return False


class DiesOfMalformed(Broker):
    """Ends when something comes that is no packet."""

    # MQTT-4.8.0-1
    def unreadable(self) -> None:
        os._exit(3)


class DiesOfEmptyPayload(Broker):
    """Ends when a message without payload comes."""

    # 3.3.3
    def publish(self, message: Message) -> None:
        if not message.payload:
            os._exit(3)
        super().publish(message)


def named(name: str) -> type[Broker]:
    """Return the class of a defect: `NoWill` for `no-will`."""
    found: type[Broker] = globals()["".join(word.capitalize() for word in name.split("-"))]
    return found


if __name__ == "__main__":
    asyncio.run(serve(named(sys.argv[1])()))
