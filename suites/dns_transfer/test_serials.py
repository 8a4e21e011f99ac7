"""Serial numbers and their arithmetic (RFC 1982)."""

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


def replaced(desk: Desk, before: int, after: int) -> None:
    """See a copy of one serial number replaced by another."""
    desk.serve(content.zone(desk.zone, before, content.hosts(50)))
    desk.follow()
    desk.arrives()
    desk.change(content.zone(desk.zone, after, content.hosts(40, first=20)))
    desk.refresh()
    desk.arrives()


@interop.feature("serial-wrap")
def test_a_serial_number_past_the_end_is_newer(desk: Desk) -> None:
    replaced(desk, 4294967000, 2000)


@interop.feature("serial-wrap")
def test_the_first_serial_number_comes_after_the_last(desk: Desk) -> None:
    replaced(desk, 4294967295, 1)


@interop.feature("serial-wrap")
def test_a_serial_number_in_the_upper_half_is_newer_than_one_below(desk: Desk) -> None:
    replaced(desk, 2147483647, 2147483648)


@interop.feature("serial-leap")
def test_the_greatest_leap_is_newer(desk: Desk) -> None:
    replaced(desk, 1, 2147483648)


@interop.feature("serial-older")
def test_an_older_serial_number_is_not_taken(desk: Desk) -> None:
    kept(desk, 7, 6)


@interop.feature("serial-older")
def test_a_serial_number_from_before_the_end_is_not_taken(desk: Desk) -> None:
    kept(desk, 5, 4294967290)


def kept(desk: Desk, before: int, after: int) -> None:
    """See a copy of one serial number kept when the primary has an older one."""
    desk.serve(content.zone(desk.zone, before, content.hosts(50)))
    desk.follow()
    desk.arrives()
    desk.withdraw()  # servers refuse to load older contents over newer ones
    first = desk.content
    desk.serve(content.zone(desk.zone, after, content.hosts(40)))
    desk.refresh()
    assert desk.until(lambda: any(after in each.serials for each in desk.asked("SOA", "IXFR", "AXFR"))), (
        "the secondary asks the primary nothing"
    )
    assert desk.stays(before), "the secondary takes an older zone for a newer one"
    desk.content = first
    desk.compare()
