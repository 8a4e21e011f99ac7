"""Product x peers x features to ordered cells, each skip with its reason.

Pure: what an engine cannot run is an argument. Knows nothing of pytest nor of how a pairing is brought up.
"""

from __future__ import annotations

import fnmatch
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from interop.errors import UnknownNameError, nearest
from interop.model.attempt import Skip
from interop.model.implementation import Candidate
from interop.model.suite import Suite


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Who stands in the product's place: the product itself, or a control."""

    key: str
    """`smtplib@3.11.7`."""
    suite: str
    role: str
    control: bool = False
    offers: frozenset[str] = frozenset()
    """The situations that it offers, when it is a server that the harness runs."""

    @property
    def identity(self) -> tuple[str, str, str]:
        """Suite, role and key: one implementation may take several roles in a run."""
        return (self.suite, self.role, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A pairing that is planned: one in the product's place, one peer."""

    place: Place
    peer: Candidate
    cannot_run: str = ""
    """Why the peer cannot be brought up here; empty when it can."""
    both_roles: bool = False
    """Whether the one in the product's place takes the suite's other role too in this run."""

    @property
    def id(self) -> str:
        """The pairing's part of a node id: `smtplib@3.11.7-postfix@3.10.13`.

        The role stands before it for one that takes both: `secondary-knot@3.4.6-nsd@4.12.0`.
        """
        lead = f"{self.place.role}-" if self.both_roles else ""
        return f"{lead}{self.place.key}-{self.peer.id}"


def pairs(
    suite: Suite,
    places: Sequence[Place],
    peers: Mapping[str, Sequence[Candidate]],
    cannot_run: Mapping[str, str],
) -> tuple[Pair, ...]:
    """Return every pairing of a suite, peer by peer, so that a peer is brought up once.

    `peers` are candidates by role; `cannot_run` gives the reason by candidate id.
    """
    taken = Counter(
        key for _, key in {(place.role, place.key) for place in places if place.suite == suite.name}
    )
    planned = [
        Pair(place=place, peer=peer, cannot_run=cannot_run.get(peer.id, ""), both_roles=taken[place.key] > 1)
        for place in places
        for peer in peers.get(suite.other_role(place.role), ())
        if place.suite == suite.name
    ]
    order = {key: number for number, key in enumerate(dict.fromkeys(pair.peer.identity for pair in planned))}
    return tuple(sorted(planned, key=lambda pair: order[pair.peer.identity]))


def skip_reason(pair: Pair, needs: Iterable[str]) -> str:
    """Return why this pairing's cell will not run; empty when it will."""
    if pair.cannot_run:
        return pair.cannot_run
    if pair.place.role == pair.peer.role.role:
        return f"{pair.peer.implementation.title} takes the same role"
    missing = sorted(set(needs) - pair.peer.offers - pair.place.offers)
    if missing:
        # Situations are the serving side's: only it has ports. Its role names it: one reason for all peers.
        serving = pair.peer.role.role if pair.peer.role.ports else pair.place.role
        return f"the {serving} is not set up to offer {', '.join(missing)}"
    return ""


def cell(pair: Pair, feature: str, reason: str = "") -> Skip:
    """Return the record of a planned cell, or of a skipped one with its reason."""
    return Skip(
        suite=pair.place.suite,
        feature=feature,
        product=pair.place.key,
        peer=pair.peer.id,
        role=pair.place.role,
        reason=reason,
    )


def select_features(suite: Suite, patterns: Sequence[str]) -> frozenset[str]:
    """Return the ids of the suite's features that match any glob; all when there is no pattern."""
    ids = [feature.id for feature in suite.features]
    if not patterns:
        return frozenset(ids)
    return frozenset(name for name in ids if any(fnmatch.fnmatch(name, pattern) for pattern in patterns))


def check_features(suites: Iterable[Suite], patterns: Sequence[str]) -> None:
    """Raise UnknownNameError for a pattern that matches no feature of any suite."""
    ids = [feature.id for suite in suites for feature in suite.features]
    for pattern in patterns:
        if not any(fnmatch.fnmatch(name, pattern) for name in ids):
            raise UnknownNameError(f"no feature matches {pattern!r}.", hint=nearest(pattern, ids))
