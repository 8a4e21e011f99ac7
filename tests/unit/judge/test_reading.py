"""What a customer's words for a version mean."""

from __future__ import annotations

import pytest

from interop.judge.reading import read_distribution, read_version, steps

KNOWN = ("3.5.25", "3.7.11", "3.10.13-1+deb13u1")


@pytest.mark.parametrize(
    ("spec", "pinned", "holds"),
    [
        ("3.7.11", True, ["3.7.11"]),
        ("==3.7.11", True, ["3.7.11"]),
        ("3.10.13", True, ["3.10.13-1+deb13u1"]),
        ("3.10", False, ["3.10.13-1+deb13u1"]),
        ("3", False, list(KNOWN)),
        ("3.1", True, []),
        ("3.7*", False, ["3.7.11"]),
        (">=3.7 <3.10", False, ["3.7.11"]),
        ("", False, list(KNOWN)),
        ("3.8.6", True, []),
    ],
)
def test_a_version_is_pinned_or_open(spec: str, pinned: bool, holds: list[str]) -> None:
    reading = read_version(spec, "debian", KNOWN)
    assert reading.pinned is pinned
    assert [version for version in KNOWN if reading.holds(version)] == holds


@pytest.mark.parametrize(
    ("spec", "anchor"),
    [("3.8.6", "3.8.6"), (">=3.8 <3.9", "3.8"), ("<3.5", "3.5"), ("3.8*", "3.8"), ("", "")],
)
def test_a_version_has_a_place_among_the_others(spec: str, anchor: str) -> None:
    assert read_version(spec, "debian", ()).anchor == anchor


def test_a_distribution_whose_version_nobody_knows_means_none() -> None:
    assert not read_distribution((), "debian").holds("3.7.11")


@pytest.mark.parametrize(
    ("planned", "tested", "count", "part", "direction"),
    [
        ("3.8.6", "3.7.11", 1, "minor", "older"),
        ("3.8.6", "3.10.13", 2, "minor", "newer"),
        ("3.8.6", "3.8.2", 4, "patch", "older"),
        ("2", "4.1", 2, "major", "newer"),
        ("1.4", "1.4.6", 6, "patch", "newer"),
        ("6.8.0p2", "6.8.0p1", 1, "patch", "older"),
    ],
)
def test_the_distance_is_counted_in_the_first_part_that_differs(
    planned: str, tested: str, count: int, part: str, direction: str
) -> None:
    found = steps(planned, tested, "debian")
    assert found is not None
    assert (found.count, found.part, found.direction) == (count, part, direction)


def test_the_same_version_has_no_distance() -> None:
    assert steps("3.7.11", "3.7.11", "debian") is None
