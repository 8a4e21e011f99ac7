from __future__ import annotations

import itertools

import pytest

from interop.model.versions import compare, matches, sort_key, upstream

ODD = [
    "",
    " ",
    "10.11.6-MariaDB",
    "3.4.1-r0",
    "latest",
    "v1",
    "1:2",
    ":",
    "-",
    "~",
    "1__2",
    "é",
    "1." * 500,
    "9" * 9000,
]


@pytest.mark.parametrize(
    ("scheme", "ordered"),
    [
        ("debian", ["1.0~rc1-1", "1.0-1", "1.0-1+deb12u1", "1.0-2", "1.9", "1.10", "1:0.1"]),
        ("debian", ["10.11.6-MariaDB", "10.11.10-MariaDB"]),
        ("debian", ["3.4.1-r0", "3.4.1-r1", "3.4.2-r0"]),
        ("debian", ["6.8.0p2", "7.6.0p1"]),
        ("pep440", ["1.0.dev1", "1.0a2", "1.0rc1", "1.0", "1.0.post1", "1.9", "1.10"]),
        ("pep440", ["nightly", "1.0", "10.11.6", "10.11.6-MariaDB", "10.11.7"]),
        (
            "semver",
            ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0"],
        ),
        ("semver", ["latest", "v1.9.0", "1.10.0", "1.10.0_1", "1.10.1"]),
        ("unheard-of", ["1.9", "1.10", "1.10b"]),
    ],
)
def test_versions_are_ordered_as_their_scheme_says(scheme: str, ordered: list[str]) -> None:
    for left, right in itertools.pairwise(ordered):
        assert compare(left, right, scheme) == -1
        assert sort_key(left, scheme) < sort_key(right, scheme)


@pytest.mark.parametrize("scheme", ["debian", "pep440", "semver", "unheard-of"])
def test_no_version_is_an_error(scheme: str) -> None:
    for left, right in itertools.product(ODD, ODD):
        assert compare(left, right, scheme) == -compare(right, left, scheme)
        assert isinstance(upstream(left, scheme), str)
        matches(left, right, scheme)
        matches(left, f">={right}, !=2", scheme)


@pytest.mark.parametrize(
    ("version", "scheme", "expected"),
    [
        ("1:2.3.4+dfsg-4+deb12u1", "debian", "2.3.4"),
        ("2.3.4~dfsg1-1", "debian", "2.3.4"),
        ("2.0+really1.9-1", "debian", "1.9"),
        ("6.8.0p2-4+b3", "debian", "6.8.0p2"),
        ("5.1-2-3", "debian", "5.1-2"),
        ("10.11.6-MariaDB", "debian", "10.11.6"),
        ("1.4.6+local.1", "pep440", "1.4.6"),
        ("1.2.3-rc.1+build.5", "semver", "1.2.3-rc.1"),
    ],
)
def test_the_upstream_version_is_what_the_authors_gave(version: str, scheme: str, expected: str) -> None:
    assert upstream(version, scheme) == expected


@pytest.mark.parametrize(
    ("version", "spec", "scheme"),
    [
        ("3.10.13-1", "3.10*", "debian"),
        ("1:2.3.4-1", "2.3*", "debian"),
        ("2.0.11-1", ">=2.0.11,<2.0.21", "debian"),
        ("2.0.11-1+deb12u1", "<=2.0.11", "debian"),
        ("1:2.3.4+dfsg-4", "2.3.4", "debian"),
        ("1:2.3.4+dfsg-4", "=2.3.4", "debian"),
        ("1:2.3.4-4", "<=2.3.4-4", "debian"),
        ("1:2.3.4-4", "1:2.3.4-4", "debian"),
        ("1:2.3.4-4", "1:2.3.4", "debian"),
        ("2.3.4+dfsg-4", "2.3.4+dfsg", "debian"),
        ("3.0", ">= 2.0 , < 4", "debian"),
        ("3.0", ">=2.0 !=3.1 !=3.2*", "debian"),
        ("1.4.6", "1.4.6.0", "pep440"),
        ("1.4.6+local", "==1.4.6", "pep440"),
        ("v1.10.0", ">1.9", "semver"),
        ("1.2", "1.2.0", "semver"),
        ("7.6.0p1", ">=7", "debian"),
        ("anything", "", "debian"),
        ("anything", "*", "semver"),
    ],
)
def test_a_version_is_meant(version: str, spec: str, scheme: str) -> None:
    assert matches(version, spec, scheme)


@pytest.mark.parametrize(
    ("version", "spec", "scheme"),
    [
        ("3.1.3", "3.10*", "debian"),
        ("2.0.21-1", ">=2.0.11,<2.0.21", "debian"),
        ("2.3.4-4", "<2.3.4", "debian"),
        ("2.3.4-4", "<=2.3.4-3", "debian"),
        ("2.3.4-4", "2.3.4-5", "debian"),
        ("1:2.3.4-4", "2:2.3.4-4", "debian"),
        ("3.10.13", "!=3.10*", "debian"),
        ("1.10", "<1.9", "pep440"),
        ("1.0rc1", ">=1.0", "pep440"),
        ("1.0.0-rc.1", ">=1.0.0", "semver"),
        ("2", ">=", "debian"),
        ("2", ">=1 <", "debian"),
    ],
)
def test_a_version_is_not_meant(version: str, spec: str, scheme: str) -> None:
    assert not matches(version, spec, scheme)
