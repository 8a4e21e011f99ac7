"""What the MQTT contract composes, and that the suite asks only for words that it has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import interop
from interop.errors import Unsupported
from interop.load.catalog import load_catalog

if TYPE_CHECKING:
    from suites.mqtt import contract as mqtt
else:
    mqtt = interop.contract("mqtt")

ENDPOINT = mqtt.Endpoint(host="localhost", port=1)
OPENING = mqtt.Opening(client_id="c")


class Library(mqtt.Client):
    """Has the finer operations alone."""

    def __init__(self, *, refused: bool = False) -> None:
        self.refused = refused
        self.done: list[str] = []

    def describe(self) -> mqtt.Description:
        return mqtt.Description(name="library", version="1")

    def connect(self, **_: object) -> mqtt.Connected:
        self.done.append("connect")
        return mqtt.Connected(failure=mqtt.Failure(text="no") if self.refused else None)

    def publish(self, *, messages: tuple[mqtt.Message, ...], **_: object) -> tuple[mqtt.Published, ...]:
        self.done.append("publish")
        return tuple(mqtt.Published() for _ in messages)

    def subscribe(self, **_: object) -> mqtt.Subscribed:
        self.done.append("subscribe")
        return mqtt.Subscribed(codes=(1,))

    def disconnect(self, **_: object) -> None:
        self.done.append("disconnect")

    def messages(self, **_: object) -> tuple[mqtt.Received, ...]:
        return ()

    def close_all(self) -> None:
        pass


class OneShot(mqtt.Client):
    """Has what must be there alone."""

    describe = Library.describe
    messages = Library.messages
    disconnect = Library.disconnect
    close_all = Library.close_all


def test_sending_is_made_of_the_finer_operations() -> None:
    library = Library()
    sent = library.send(endpoint=ENDPOINT, opening=OPENING, messages=(mqtt.Message(topic="t"),))
    assert library.done == ["connect", "publish", "disconnect"]
    assert sent.published == (mqtt.Published(),)


def test_nothing_is_published_over_a_connection_that_was_refused() -> None:
    library = Library(refused=True)
    sent = library.send(endpoint=ENDPOINT, opening=OPENING, messages=(mqtt.Message(topic="t"),))
    assert library.done == ["connect"]
    assert sent.connected.failure is not None
    assert sent.published == ()


def test_listening_is_made_of_the_finer_operations() -> None:
    library = Library()
    listening = library.listen(
        connection="c",
        endpoint=ENDPOINT,
        opening=OPENING,
        subscriptions=(mqtt.Subscription(topic_filter="t"),),
    )
    assert library.done == ["connect", "subscribe"]
    assert listening.subscribed == mqtt.Subscribed(codes=(1,))


@pytest.mark.parametrize("operation", ["connect", "publish", "subscribe", "unsubscribe", "closed", "drop"])
def test_an_operation_that_is_left_out_is_unsupported(operation: str) -> None:
    arguments: dict[str, dict[str, object]] = {
        "connect": {"endpoint": ENDPOINT, "opening": OPENING},
        "publish": {"messages": ()},
        "subscribe": {"subscriptions": ()},
        "unsubscribe": {"filters": ()},
    }
    with pytest.raises(Unsupported):
        getattr(OneShot(), operation)(connection="c", **arguments.get(operation, {}))


def test_every_feature_has_a_scenario_and_every_scenario_a_feature() -> None:
    suite = load_catalog().suite("mqtt")
    sources = [file.read_text() for file in suite.folder.glob("test_*.py")]
    marks = (re.findall(r'^@interop\.feature\("([^"]+)"', each, re.MULTILINE) for each in sources)
    tried = [feature for found in marks for feature in found]
    assert sorted(tried) == sorted(feature.id for feature in suite.features)


def test_every_capability_that_a_scenario_asks_for_is_a_word_of_the_contract() -> None:
    folder = load_catalog().suite("mqtt").folder
    for file in (*folder.glob("test_*.py"), folder / "conftest.py"):
        for arguments in re.findall(r"\.can\(([^)]*)\)", file.read_text()):
            words = set(re.findall(r'"([^"]+)"', arguments))
            assert words <= set(mqtt.CAPABILITIES), file.name


def test_every_word_that_a_scenario_asks_of_a_broker_is_one_of_the_contract() -> None:
    for file in load_catalog().suite("mqtt").folder.glob("test_*.py"):
        for arguments in re.findall(r"\.offered\(([^)]*)\)", file.read_text()):
            assert set(re.findall(r'"([^"]+)"', arguments)) <= set(mqtt.OFFERS), file.name


def test_every_word_that_a_broker_may_offer_is_a_situation_of_the_suite() -> None:
    situations = {each.id for each in load_catalog().suite("mqtt").situations}
    assert set(mqtt.OFFERS) <= situations
