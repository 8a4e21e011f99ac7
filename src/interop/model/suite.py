"""A suite: one protocol, its two roles, its features. Knows nothing of scenarios' code or of peers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Level(StrEnum):
    """How strongly the specification asks for a feature (RFC 2119)."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Impact(StrEnum):
    """What a missing feature means to those who run the stack."""

    CRITICAL = "critical"
    """Data is lost or altered without a word, or the service stops."""
    SERIOUS = "serious"
    """Some traffic cannot pass, and nothing takes its place."""
    MODERATE = "moderate"
    """It works by another way, slower or less safe."""
    MINOR = "minor"
    """A convenience is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workaround:
    """What to do about a missing feature, and how the harness can verify that it helps."""

    text: str
    driver: dict[str, str] = field(default_factory=dict)
    """Driver options to set, by name; empty when there is nothing to run."""
    configuration: str = ""
    """A peer configuration to use instead, by name; empty when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A row of the matrix: an interoperable function with its clause."""

    id: str
    title: str
    clause: str
    """The specification's clause, such as `RFC 5321, 4.5.2`."""
    url: str = ""
    """Where the clause can be read."""
    level: Level
    group: str
    """The theme under which the row stands."""
    impact: Impact
    customer_sees: str = ""
    """What the customer sees where the feature is missing, in words for people who do not read RFCs."""
    workaround: Workaround | None = None
    conditional: bool = False
    """Whether the clause binds only those who take up an optional part: to lack it is then no gap."""
    legal: str = ""
    """What both sides may do under the clause and still not meet; empty when one side must be wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Something a peer can be configured to provoke, or a service it may have, that scenarios may need."""

    id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """One protocol. `roles` are the two sides, the one that opens the connection first."""

    name: str
    title: str
    specification: str
    roles: tuple[str, str]
    folder: Path
    features: tuple[Feature, ...]
    situations: tuple[Situation, ...] = ()
    controls: tuple[str, ...] = ()
    """Implementations that stand in the product's place to find out whose fault a failure is."""
    deadline: float = 30.0
    """Seconds that one attempt may take."""

    def feature(self, feature_id: str) -> Feature:
        """Return the feature of that id; KeyError when the suite has none."""
        for feature in self.features:
            if feature.id == feature_id:
                return feature
        raise KeyError(feature_id)

    def other_role(self, role: str) -> str:
        """Return the role that faces `role`."""
        first, second = self.roles
        return second if role == first else first
