"""The matrix: what was found out, cell by cell, and what it was found out with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

import msgspec

from interop.model.attempt import Limit, Party, RunFacts
from interop.model.suite import Feature

SCHEMA_VERSION = 1


class Verdict(StrEnum):
    """What a cell says. `untested` is a verdict, never a blank."""

    WORKS = "works"
    DEGRADED = "degraded"
    FAILS = "fails"
    UNSUPPORTED = "unsupported"
    FLAKY = "flaky"
    UNTESTED = "untested"
    ERROR = "error"


WORKING = frozenset({Verdict.WORKS, Verdict.DEGRADED})
"""Verdicts of cells in which every attempt passed."""
GAPS = frozenset({Verdict.FAILS, Verdict.FLAKY})
"""Verdicts of cells that a customer would hit."""


class Blame(StrEnum):
    """Who is at fault in a cell that does not work; `none` in a cell that does."""

    NONE = "none"
    PRODUCT = "product"
    PEER = "peer"
    BOTH = "both"
    SPECIFICATION = "specification"
    ENVIRONMENT = "environment"
    UNDETERMINED = "undetermined"


class Known(StrEnum):
    """How a cell stands to the declared expectations."""

    NONE = "none"
    """Nothing is declared about it."""
    KNOWN = "known"
    """The gap is declared, and is as declared."""
    CHANGED = "changed"
    """A gap is declared, but this one has another signature or verdict."""
    FIXED = "fixed"
    """A gap is declared, and the cell works."""
    EXPIRED = "expired"
    """The gap is as declared, but its review date has passed."""


class Tally(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How many of the attempts at a cell ended how: `passed` of `total`."""

    passed: Annotated[int, msgspec.Meta(ge=0)] = 0
    total: Annotated[int, msgspec.Meta(ge=0)] = 0


class Cell(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Pairing x feature: the verdict, whose fault, why, and what it rests on.

    A matrix has up to 100,000 of these; as a struct without cycles one is read in two thirds of the time.
    """

    suite: str
    feature: str
    role: str
    """The role the product takes."""
    product: str
    product_version: str
    peer: str
    peer_version: str
    """Exact, or the release's label while the peer never ran."""
    product_key: str = ""
    """Who stands in the product's place, `smtplib@3.11.7`; with `peer_key` it names the pairing."""
    peer_key: str
    """Key of the column, `postfix@3.10.13+hardened`."""
    configuration: str = "default"
    verdict: Verdict
    blame: Blame = Blame.NONE
    confidence: str = ""
    """`certain`, `likely` or `weak`: how much the blame rests on; empty without blame."""
    reason: str = ""
    outcome: str = ""
    """The raw outcome behind a verdict that is not `works`: failed, hang, crash, error …"""
    signature: str = ""
    scenario: str = ""
    """Node id of the scenario that decided the verdict."""
    duration: float = 0.0
    """Seconds, over all attempts."""
    attempts: Tally = Tally()
    limits: tuple[Limit, ...] = ()
    evidence: str = ""
    known: Known = Known.NONE
    expectation: str = ""
    """What the declared expectation says: reason, owner, issue."""
    workaround: str = ""
    """What helps, when something is known to."""
    workaround_verified: bool | None = None
    """True or False after the workaround was run, None when it was not."""
    tested: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    """When, seconds since the epoch; 0 when it never was."""
    both_roles: bool = False
    """Whether the product takes the suite's other role too in this run."""

    @property
    def pair(self) -> str:
        """The pairing's part of a node id; the role stands before it where the product takes both."""
        lead = f"{self.role}-" if self.both_roles else ""
        return f"{lead}{self.product_key}-{self.peer_key}"

    @property
    def tried(self) -> bool:
        """Whether the cell says anything about the two implementations."""
        return self.verdict not in {Verdict.UNTESTED, Verdict.ERROR}

    @property
    def gap(self) -> bool:
        """Whether a customer would hit this."""
        return self.verdict in GAPS


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteFacts:
    """What a reader of a matrix must know of a suite without having it installed."""

    name: str
    title: str
    specification: str
    roles: tuple[str, str]
    features: tuple[Feature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """One run's result, or several merged. `cells` are in the order in which they are shown."""

    schema_version: int = SCHEMA_VERSION
    run: RunFacts
    finished: float = 0.0
    """Seconds since the epoch; 0 when the run was cut short."""
    interrupted: bool = False
    suites: tuple[SuiteFacts, ...] = ()
    parties: tuple[Party, ...] = ()
    """Every implementation that ran, product and controls included."""
    cells: tuple[Cell, ...] = ()
    notes: dict[str, str] = field(default_factory=dict)

    def counts(self, cells: Iterable[Cell] | None = None) -> Counter[Verdict]:
        """Count verdicts, over all cells or over those given."""
        return Counter(cell.verdict for cell in (self.cells if cells is None else cells))
