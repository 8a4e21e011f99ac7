"""What a customer's words for a version mean: one version, several, or none that anybody can name.

`3.7.11` is pinned. `3.10`, of which `3.10.13` is a release, is a series and open; so are ranges, globs and
no word at all. Knows nothing of what was tested with which result.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from interop.model.finding import Steps
from interop.model.matrix import Cell
from interop.model.versions import called, matches, sort_key, upstream

_OPERATOR = re.compile(r"(==|=|!=|>=|<=|>|<)\s*([^\s,<>=!]+)")
_SERIES = re.compile(r"(?:\.[xX*])+$")
_LETTER = re.compile(r"(?<![^\s,<>=!])[vV](?=[0-9])")
"""The letter that people write before a version, at the beginning of a word."""
_PARTS = ("major", "minor", "patch")


@functools.lru_cache(maxsize=4096)
def plain(version: str, scheme: str) -> str:
    """Return the upstream version: what customers say, and what the texts show."""
    return upstream(version, scheme)


def shown(cell: Cell, scheme: str) -> str:
    """Return the peer's version as people say it: the label of its release, else the upstream version."""
    label = cell.peer_key.partition("@")[2].partition("+")[0]
    return called(label if label[:1].isdigit() else "", cell.peer_version, scheme)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A planned version, understood."""

    spec: str
    """What `versions.matches` is asked with."""
    scheme: str
    pinned: bool
    stated: bool = True
    """False when no version was given at all."""
    resolved: bool = True
    """False when a distribution was given whose version nobody here knows."""
    carried: frozenset[str] = frozenset()
    """The versions of a distribution, as exactly as they are known; `spec` is what to call them."""

    def holds(self, version: str) -> bool:
        """Say whether a tested version is one that is meant."""
        if not self.resolved:
            return False
        return any(matches(version, spec, self.scheme) for spec in self.carried or (self.spec,))

    @property
    def anchor(self) -> str:
        """The one version by which the planned ones are compared with the tested ones; empty without any."""
        terms = _OPERATOR.findall(self.spec)
        lower = [version for sign, version in terms if sign.startswith((">", "="))]
        upper = [version for sign, version in terms if sign.startswith("<")]
        base = (lower or upper or [self.spec])[0]
        return re.split(r"[*?\[]", base, maxsplit=1)[0].strip(" ,").rstrip(".")


def read_version(spec: str, scheme: str, known: Iterable[str]) -> Reading:
    """Read a version as it was written; `known` are the versions that were tested or are offered."""
    text, versions = _SERIES.sub(".*", spec.strip()), list(known)
    if not any(matches(each, text, scheme) for each in versions):
        text = without_letter(text)
    if not text:
        return Reading(spec="", scheme=scheme, pinned=False, stated=False)
    if len(_OPERATOR.findall(text)) == 1:
        text = re.sub(r"^==?\s*", "", text)
    if re.search(r"[<>=!*?\[\s,]", text):
        return Reading(spec=text, scheme=scheme, pinned=False)
    series = f"{text}.*"
    if not any(matches(each, text, scheme) for each in versions) and any(
        matches(each, series, scheme) for each in versions
    ):
        return Reading(spec=series, scheme=scheme, pinned=False)
    return Reading(spec=text, scheme=scheme, pinned=True)


def without_letter(spec: str) -> str:
    """Return a spec without the letter that people write before a version: `v3.7.11` is 3.7.11."""
    return _LETTER.sub("", spec)


def ill_formed(spec: str, pattern: str, known: Iterable[str], scheme: str) -> str:
    """Return what stands in a spec for a version and is none (`3.10.something`); empty when nothing does.

    `pattern` is the rules'; what was tested under such a name is a version all the same.
    """
    versions: list[str] | None = None
    for word in re.split(r"[\s,<>=!]+", _SERIES.sub("", spec.strip())):
        if not word or re.search(r"[*?\[]", word) or re.fullmatch(pattern, word):
            continue
        versions = list(known) if versions is None else versions
        if not any(matches(each, word, scheme) for each in versions):
            return word
    return ""


def well_formed_part(word: str, pattern: str) -> str:
    """Return as much of a word, from its beginning to a dot, as is a version; empty when nothing is."""
    parts = word.split(".")
    begun = (".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1))
    return next((each for each in begun if re.fullmatch(pattern, each)), "")


def read_distribution(versions: Collection[str], scheme: str) -> Reading:
    """Read what a distribution carries; without any version the reading is not resolved."""
    if not versions:
        return Reading(spec="", scheme=scheme, pinned=True, stated=False, resolved=False)
    # Of equals (`1.15`, `1.15.0`) always the same one.
    newest = max(sorted(versions), key=lambda version: sort_key(version, scheme))
    return Reading(spec=plain(newest, scheme), scheme=scheme, pinned=True, carried=frozenset(versions))


def steps(planned: str, tested: str, scheme: str) -> Steps | None:
    """Return how far a tested version is from the planned one; None when they are the same."""
    left, right = sort_key(planned, scheme), sort_key(tested, scheme)
    if left == right:
        return None
    direction = "older" if right < left else "newer"
    numbers = [
        [int(part[:18]) for part in re.findall(r"\d+", plain(each, scheme))] for each in (planned, tested)
    ]
    width = max(len(each) for each in numbers)
    first, second = ([*each, *[0] * (width - len(each))] for each in numbers)
    for index, (ours, theirs) in enumerate(zip(first, second, strict=True)):
        if ours != theirs:
            return Steps(count=abs(ours - theirs), part=_PARTS[min(index, 2)], direction=direction)
    return Steps(count=0, part="", direction=direction)


def farness(distance: Steps | None) -> tuple[int, int]:
    """Return what sorts distances, the nearest first."""
    if distance is None:
        return (0, 0)
    return (len(_PARTS) - _PARTS.index(distance.part) if distance.part else 1, distance.count)
