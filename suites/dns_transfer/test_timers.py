"""The times of the SOA record (RFC 1034, 4.3.5)."""

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


def unreachable(desk: Desk) -> None:
    """Let nothing more pass between the two."""
    desk.wire.cut(b"", "client", forward=False)
    desk.wire.lose("client", 1_000_000)


@interop.feature("refresh")
def test_a_change_arrives_though_nobody_tells_of_it(desk: Desk) -> None:
    desk.can("secondary", "refresh")
    desk.serve(content.zone(desk.zone, 1, content.hosts(50), refresh=2, retry=1))
    desk.follow()
    desk.arrives()
    desk.change(content.zone(desk.zone, 2, content.hosts(51), refresh=2, retry=1))
    desk.arrives()


@interop.feature("refresh")
def test_times_that_have_changed_hold(desk: Desk) -> None:
    desk.can("secondary", "refresh")
    desk.serve(content.zone(desk.zone, 1, content.hosts(50)))
    desk.follow()
    desk.arrives()
    for serial in (2, 3):
        desk.change(content.zone(desk.zone, serial, content.hosts(50 + serial), refresh=2, retry=1))
        if serial == 2:  # the times of the first contents hold until then
            desk.refresh()
        desk.arrives()


@interop.feature("unreachable")
def test_the_copy_is_served_while_the_primary_is_away(desk: Desk) -> None:
    desk.can("secondary", "refresh")
    desk.serve(content.zone(desk.zone, 1, content.hosts(50), refresh=2, retry=1))
    desk.follow()
    desk.arrives()
    unreachable(desk)
    known = len(desk.exchanges())
    assert desk.until(lambda: len(desk.exchanges()) > known), (
        "the secondary does not ask when its copy is due"
    )
    assert desk.stays(1, seconds=3.0), "the secondary serves its copy no more, though it has not expired"
    desk.compare()


@interop.feature("retry")
def test_a_primary_that_is_back_is_asked_again(desk: Desk) -> None:
    desk.can("secondary", "refresh")
    desk.serve(content.zone(desk.zone, 1, content.hosts(50), refresh=2, retry=1))
    desk.follow()
    desk.arrives()
    unreachable(desk)
    desk.change(content.zone(desk.zone, 2, content.hosts(51), refresh=2, retry=1))
    known = len(desk.exchanges())
    assert desk.until(lambda: len(desk.exchanges()) > known), (
        "the secondary does not ask when its copy is due"
    )
    desk.wire.calm()
    desk.arrives(within=30)


@interop.feature("expire", deadline=90)
def test_a_copy_that_has_expired_is_not_served_until_the_primary_is_back(desk: Desk) -> None:
    desk.can("secondary", "refresh", "expire")
    desk.serve(content.zone(desk.zone, 1, content.hosts(50), refresh=2, retry=1, expire=5))
    desk.follow()
    desk.arrives()
    unreachable(desk)
    assert desk.until(lambda: desk.serial() is None, within=30), (
        "the secondary serves a copy that has expired"
    )
    desk.wire.calm()
    desk.arrives(within=30)
