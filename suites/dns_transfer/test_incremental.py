"""Only what has changed (RFC 1995), and what was changed by updates (RFC 2136)."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from suites.dns_transfer import content
    from suites.dns_transfer.conftest import Desk
    from suites.dns_transfer.messages import Exchange
else:
    suite = interop.contract("dns-transfer")
    content = importlib.import_module(f"{suite.__package__}.content")

SETTLING = 3.0
"""Seconds in which all processes of a server must serve a copy that one of them serves."""
ZONE = 200
"""Records of a zone that is changed: servers send the whole of one that is smaller than its differences."""
MANY = 1000
"""Texts of a zone of which a quarter is changed: more than one message, less than the whole."""


def followed(desk: Desk) -> None:
    """Have a copy of a zone whose changes the secondary is not told of."""
    desk.can("secondary", "incremental")
    desk.serve(content.zone(desk.zone, 1, content.hosts(ZONE)))
    desk.follow()
    desk.arrives()


def refreshed(desk: Desk) -> Exchange:
    """Let the secondary ask; return the transfer by which its copy has become what the primary serves."""
    known = len(desk.transfers())
    desk.refresh()
    desk.arrives()
    asked = [each for each in desk.transfers()[known:] if each.kind == "IXFR"]
    assert asked, "the secondary asks for the whole zone, though it has a copy"
    return next((each for each in asked if each.whole), desk.transfer())


@interop.feature("ixfr")
def test_a_change_is_transferred_as_a_difference(desk: Desk) -> None:
    desk.can("primary", "differences")
    followed(desk)
    # One is deleted, one added, one changed.
    records = [*content.hosts(ZONE - 1, first=1), "new.@ 3600 IN MX 10 host1.@"]
    records[5] = records[5].replace(" 3600 ", " 60 ")
    desk.change(content.zone(desk.zone, 2, records))
    desk.by_differences(refreshed(desk))


@interop.feature("ixfr")
def test_the_secondary_says_which_copy_it_has(desk: Desk) -> None:
    followed(desk)
    desk.change(content.zone(desk.zone, 2, content.hosts(ZONE + 1)))
    known = len(desk.asked("IXFR"))
    refreshed(desk)  # where the primary has no differences by another question, which says nothing of a copy
    question = desk.asked("IXFR")[known].asked
    have = [int(data.serial) for rrset in question.authority for data in rrset]
    assert have == [1], "the secondary does not say which serial number its copy has"


@interop.feature("ixfr-deletion")
def test_what_was_deleted_is_gone(desk: Desk) -> None:
    followed(desk)
    desk.change(content.zone(desk.zone, 2, content.hosts(ZONE // 2)))
    refreshed(desk)


@interop.feature("ixfr-several")
def test_several_changes_are_transferred_together(desk: Desk) -> None:
    desk.can("primary", "differences")
    followed(desk)
    desk.change(content.zone(desk.zone, 2, [*content.hosts(ZONE), "gone.@ 3600 IN A 192.0.2.1"]))
    desk.change(content.zone(desk.zone, 3, [*content.hosts(ZONE), "stays.@ 3600 IN A 192.0.2.2"]))
    desk.change(content.zone(desk.zone, 4, [*content.hosts(ZONE - 3), "stays.@ 3600 IN A 192.0.2.3"]))
    desk.by_differences(refreshed(desk))


@interop.feature("ixfr-large")
def test_differences_of_many_messages_are_made(desk: Desk) -> None:
    desk.can("primary", "differences")
    desk.can("secondary", "incremental")
    desk.serve(content.zone(desk.zone, 1, content.texts(MANY)))
    desk.follow()
    desk.arrives()
    desk.change(content.zone(desk.zone, 2, content.texts(MANY, first=MANY // 4)))
    transfer = refreshed(desk)
    desk.by_differences(transfer)
    assert len(transfer.answers) > 1, "the transfer came in one message"


@interop.feature("ixfr-whole")
def test_the_whole_zone_is_taken_where_there_are_no_differences(desk: Desk) -> None:
    followed(desk)
    desk.withdraw()  # with all that the primary knows of the copy's contents
    desk.serve(content.zone(desk.zone, 7, content.hosts(ZONE, first=50)))
    known = len(desk.transfers())
    desk.refresh()
    desk.arrives()
    transfers = desk.transfers()[known:]
    assert not any(each.incremental for each in transfers), (
        "the primary sends differences to contents that it never had"
    )


@interop.feature("ixfr-current")
def test_nothing_is_transferred_where_nothing_has_changed(desk: Desk) -> None:
    followed(desk)
    known = len(desk.asked("SOA", "IXFR", "AXFR"))
    desk.refresh()
    assert desk.until(lambda: any(each.answers for each in desk.asked("SOA", "IXFR", "AXFR")[known:])), (
        "the secondary asks the primary nothing"
    )
    assert desk.stays(1, seconds=1.0), "the copy is another one"
    transfers = [each for each in desk.transfers()[known:] if len(each.records) > 1]
    assert not transfers, "the zone is transferred though it has not changed"
    desk.compare()


@interop.feature("ixfr-cut")
def test_differences_that_are_cut_off_change_nothing(desk: Desk) -> None:
    desk.can("primary", "differences")
    desk.can("secondary", "incremental")
    kept = content.texts(MANY)
    desk.serve(content.zone(desk.zone, 1, [*kept, *content.texts(MANY // 4, first=MANY)]))
    desk.follow()
    desk.arrives()
    before = desk.content
    # The line breaks down with what is added, behind what is deleted.
    desk.wire.cut(b"y" * 100, "server", forward=False)
    desk.change(content.zone(desk.zone, 2, [*kept, *content.texts(MANY // 4, first=2 * MANY, filler="y")]))
    desk.refresh()
    assert desk.until(desk.broken), "the secondary asks for no transfer"
    after, desk.content = desk.content, before
    assert desk.stays(1, seconds=1.0), "the secondary serves a copy that is changed only in part"
    desk.compare()
    desk.content = after
    desk.wire.calm()
    desk.refresh()
    desk.arrives(within=30)


@interop.feature("ixfr-update")
def test_what_an_update_changes_arrives(desk: Desk) -> None:
    desk.can("primary", "update", "notify", "keys")
    desk.can("secondary", "keys")
    key = desk.key()
    desk.serve(content.zone(desk.zone, 1, content.hosts(ZONE)), notify=True, key=key, updates=True)
    desk.follow(key=key)
    desk.arrives()
    desk.update("updated", "by an update", key)
    assert desk.until(lambda: (desk.serial() or 0) > 1), "the copy is not changed"
    assert desk.until(lambda: any("TXT" in line.split() for line in desk.records()), within=SETTLING), (
        "the copy lacks what the update has added"
    )
    if desk.offered("primary", "differences") and desk.offered("secondary", "incremental"):
        desk.by_differences(desk.transfer())  # a secondary that is told twice asks once more, for nothing
