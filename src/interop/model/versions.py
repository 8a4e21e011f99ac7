"""Versions as they really look: how they order, and which of them a user's words mean.

Knows three schemes (`debian`, `pep440`, `semver`) and no implementation. A version that its scheme does not
allow (`10.11.6-MariaDB`, `3.4.1-r0`) is never an error: it is ordered by as much of it as can be read.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from debian.debian_support import NativeVersion
from packaging.version import InvalidVersion, Version

SCHEMES = ("debian", "pep440", "semver")

LENGTH = 200
"""Characters of a version that are looked at: Python reads no number of thousands, and a peer may say one."""

_OPERATORS: dict[str, Callable[[int], bool]] = {
    "==": lambda order: order == 0,
    "=": lambda order: order == 0,
    "!=": lambda order: order != 0,
    ">=": lambda order: order >= 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    "<": lambda order: order < 0,
}
_TERM = re.compile(r"(==|=|!=|>=|<=|>|<)?\s*([^\s,<>=!]+)")
_NUMBERS = re.compile(r"[vV]?(\d+(?:\.\d+)*)")
_SEMVER = re.compile(r"[vV]?(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")
_EPOCH = re.compile(r"^\d+:")
_REPACKED = re.compile(r"[+~.](?:dfsg|ds|repack)[0-9.~+]*$")
_REALLY = re.compile(r"\+really(.+)$")


@functools.lru_cache(maxsize=4096)
def sort_key(version: str, scheme: str) -> Any:
    """Return what sorts `version` among others of the same scheme; any text has a key.

    Debian's order is that of deb-version(7), PEP 440's that of the `packaging` library, semver's that of
    its clause 11. An unknown scheme orders naturally, numbers by value.
    """
    text = version.strip()[:LENGTH]
    if scheme == "debian":
        return _DEBIAN(_as_debian(text))
    if scheme == "pep440":
        return _pep440_key(text)
    if scheme == "semver":
        return _semver_key(text)
    return _natural_key(text)


@functools.lru_cache(maxsize=65_536)
def _debian_order(left: str, right: str) -> int:
    """Compare two; kept, since the library compares character by character whenever it is asked."""
    first, second = NativeVersion(left), NativeVersion(right)
    return bool(first > second) - bool(first < second)


_DEBIAN = functools.cmp_to_key(_debian_order)


@functools.lru_cache(maxsize=65_536)
def compare(left: str, right: str, scheme: str) -> int:
    """Return -1, 0 or 1 as `left` is older than, the same as or newer than `right`."""
    first, second = sort_key(left, scheme), sort_key(right, scheme)
    return bool(first > second) - bool(first < second)


def upstream(version: str, scheme: str) -> str:
    """Return the version that the program's authors gave it, without what a packager has added.

    `1:2.3.4+dfsg-4+deb12u1` becomes `2.3.4`. Local parts (PEP 440) and build metadata (semver) go too.
    """
    text = version.strip()
    if scheme != "debian":
        return text.partition("+")[0]
    text = _EPOCH.sub("", text)
    text = text.rpartition("-")[0] or text
    really = _REALLY.search(text)
    if really:
        text = really.group(1)
    return _REPACKED.sub("", text) or text


@functools.lru_cache(maxsize=65_536)
def called(label: str, version: str, scheme: str) -> str:
    """Return what to call a version: its release's label, unless that is of another one.

    A distribution's update may bring a newer version under the release that a descriptor still calls by the
    older one: what runs is what counts.
    """
    own = upstream(version, scheme)
    return label if label and own.startswith(upstream(label, scheme)) else own


@functools.lru_cache(maxsize=65_536)
def matches(version: str, spec: str, scheme: str) -> bool:
    """Say whether `version` is one that `spec` means.

    A spec is a glob (`3.10*`), an exact version, or comparisons (`>=2.0.11,<2.0.21`) separated by commas
    or spaces, all of which must hold. A spec without a Debian revision speaks of the upstream version.
    An empty spec means every version; a spec in which an operator has no version means none.
    """
    terms = _TERM.findall(spec)
    if _TERM.sub("", spec).strip(" ,\t"):
        return False
    return all(_holds(version.strip(), operator, wanted, scheme) for operator, wanted in terms)


def _holds(version: str, operator: str, wanted: str, scheme: str) -> bool:
    if any(sign in wanted for sign in "*?["):
        found = fnmatchcase(version, wanted) or fnmatchcase(upstream(version, scheme), wanted)
        return found != (operator == "!=")
    if version == wanted and operator in {"", "=", "=="}:
        return True
    return _OPERATORS[operator or "=="](compare(*_alike(version, wanted, scheme), scheme))


def _alike(version: str, wanted: str, scheme: str) -> tuple[str, str]:
    """Return both with only those parts that `wanted` speaks of: epoch, revision, local part."""
    if scheme != "debian":
        return (version if "+" in wanted else upstream(version, scheme)), wanted
    if ":" not in wanted:
        version = _EPOCH.sub("", version)
    if "-" not in wanted:
        version, wanted = (_epoch(text) + upstream(text, scheme) for text in (version, wanted))
    return version, wanted


def _epoch(text: str) -> str:
    found = _EPOCH.match(text)
    return found[0] if found else ""


def _as_debian(text: str) -> str:
    """Return `text` with what deb-version(7) forbids replaced, so that it always has a place in the order."""
    epoch, colon, rest = text.partition(":")
    if not (colon and epoch.isascii() and epoch.isdigit()):
        epoch, colon, rest = "", "", text
    rest = re.sub(r"[^A-Za-z0-9.+~-]", ".", rest)
    if not rest[:1].isalnum():
        rest = f"0{rest}"
    if rest.endswith("-"):
        rest += "0"
    return f"{epoch}{colon}{rest}"


def _pep440_key(text: str) -> Any:
    try:
        return (Version(text), ())
    except InvalidVersion:
        numbers = _NUMBERS.match(text)
        if numbers is None:
            return (Version("0.dev0"), _natural_key(text))
        return (Version(numbers.group(1)), _natural_key(text[numbers.end() :]))


def _semver_key(text: str) -> Any:
    whole = _SEMVER.fullmatch(text)
    if whole is None:
        numbers = _NUMBERS.match(text)
        if numbers is None:
            return ((), (0,), _natural_key(text))
        return (_release(numbers.group(1)), (1,), _natural_key(text[numbers.end() :]))
    if whole.group(2) is None:
        return (_release(whole.group(1)), (1,), ())
    return (_release(whole.group(1)), (0, *map(_identifier, whole.group(2).split("."))), ())


def _release(text: str) -> tuple[int, ...]:
    """Return the numbers without closing zeros: `1.2` and `1.2.0` are the same release."""
    numbers = [int(part) for part in text.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _identifier(text: str) -> tuple[int, int, str]:
    return (0, int(text), "") if text.isascii() and text.isdigit() else (1, 0, text)


def _natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    return tuple(_identifier(part) for part in re.findall(r"[0-9]+|[^0-9]+", text))
