"""Being told of changes (RFC 1996)."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from suites.dns_transfer import content
    from suites.dns_transfer.conftest import Desk
else:
    suite = interop.contract("dns-transfer")
    content = importlib.import_module(f"{suite.__package__}.content")


def followed(desk: Desk, *, signed: bool = False) -> None:
    """Have a copy of a zone whose changes the secondary is told of."""
    key = desk.key() if signed else None
    desk.can("primary", "notify")
    desk.serve(content.zone(desk.zone, 1, content.hosts(50)), notify=True, key=key)
    desk.follow(key=key)
    desk.arrives()


@interop.feature("notify")
def test_a_change_arrives_at_once(desk: Desk) -> None:
    followed(desk)
    before = len(desk.notifies())
    desk.change(content.zone(desk.zone, 2, content.hosts(51)))
    desk.arrives()
    assert len(desk.notifies()) > before, "the primary does not tell the secondary of the change"


@interop.feature("notify")
def test_one_change_after_the_other_arrives(desk: Desk) -> None:
    followed(desk)
    for serial in (2, 3, 4):
        desk.change(content.zone(desk.zone, serial, content.hosts(50 + serial)))
    desk.arrives()


@interop.feature("notify-answered")
def test_the_secondary_answers_what_it_is_told(desk: Desk) -> None:
    followed(desk)
    known = len(desk.notifies())
    desk.change(content.zone(desk.zone, 2, content.hosts(51)))
    desk.arrives()
    told = desk.notifies()[known:]
    assert told, "the primary does not tell the secondary of the change"
    answered = [each for each in told if each.answers]
    assert answered, "the secondary does not answer"
    answer = answered[-1].answers[-1]
    assert answer.rcode() == 0, "the secondary answers with an error"
    assert answer.question == answered[-1].asked.question, "the answer has another question"


@interop.feature("notify-repeated", deadline=120)
def test_what_was_lost_is_said_again(desk: Desk) -> None:
    followed(desk)
    # What the primary has to say of the zone's beginning must be over before something is lost.
    assert desk.until(lambda: all(each.answers for each in desk.notifies())), "the secondary does not answer"
    known = len(desk.notifies())
    desk.wire.lose("client", 1)
    desk.change(content.zone(desk.zone, 2, content.hosts(51)))
    assert desk.until(lambda: len(desk.notifies()) > known), "the primary does not tell of the change"
    desk.arrives(within=80)  # sixty seconds is what the clause suggests between the two


@interop.feature("notify-signed")
def test_what_is_said_under_a_key_is_signed(desk: Desk) -> None:
    desk.can("primary", "keys")
    desk.can("secondary", "keys")
    followed(desk, signed=True)
    known = len(desk.notifies())
    desk.change(content.zone(desk.zone, 2, content.hosts(51)))
    desk.arrives()
    told = desk.notifies()[known:]
    assert told, "the primary does not tell the secondary of the change"
    assert all(each.asked.had_tsig for each in told), "the primary does not sign what it says"
    answers = [answer for each in told for answer in each.answers]
    assert answers, "the secondary does not answer"
    assert answers[-1].had_tsig, "the secondary does not sign its answer"


@interop.feature("notify-first")
def test_a_secondary_that_was_there_first_gets_the_zone_when_it_is_told(desk: Desk) -> None:
    desk.can("primary", "notify")
    desk.follow()
    assert desk.until(lambda: bool(desk.asked("SOA", "AXFR", "IXFR"))), (
        "the secondary asks the primary nothing"
    )
    desk.serve(content.zone(desk.zone, 1, content.hosts(50)), notify=True)
    desk.arrives()
