"""Findings: what the evidence says about a planned stack, before anybody puts it into words.

Knows no sentence: `cause`, `Way.kind` and the like are words that `report.words` has sentences for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from interop.model.attempt import Limit, RunFacts
from interop.model.matrix import Cell
from interop.model.stack import Component, Minimum, Requirement, Stack
from interop.model.suite import Feature


class Status(StrEnum):
    """What is known of one feature between the product and one component."""

    WORKS = "works"
    WITH_CONDITION = "works-with-condition"
    DOES_NOT_WORK = "does-not-work"
    FLAKY = "flaky"
    UNSUPPORTED = "unsupported"
    NOT_TESTED = "not-tested"


class Answer(StrEnum):
    """What is said of a whole stack."""

    GO = "go"
    GO_WITH_CONDITIONS = "go-with-conditions"
    NO_GO = "no-go"
    TEST_FIRST = "test-first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """How far one version is from another, counted in the first part in which they differ."""

    count: int
    part: str
    """`major`, `minor`, `patch`, or empty where versions cannot be counted so."""
    direction: str
    """Where the tested version lies from the planned one: `older` or `newer`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The tested cell that is nearest to what is planned, and in what it differs."""

    cell: Cell
    status: Status
    cause: str
    """Which rule decided what is said of it."""
    differs: tuple[str, ...]
    """Of `version`, `configuration`, `product`, `age`."""
    steps: Steps | None = None
    days: int = 0
    """Age of the evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way forward that the evidence, or the suite's author, knows."""

    kind: str
    """`configuration`, `version`, `product`: tested, and works (`-conditional`: on a condition of its own).
    `limit`: staying within it. `workaround`: verified. `workaround-unverified`, `workaround-useless`:
    advice, and advice that was tried in vain."""
    what: str
    """The workaround's text, the configuration's name, or a version."""
    carrier: str = ""
    """The distribution that has this version, where one is known: `Debian 13`."""
    title: str = ""
    """What the configuration is, in words, where somebody wrote them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What a failure costs a day, with its 95 % interval, and every number that it was computed from."""

    failures: int
    attempts: int
    rate: tuple[float, float, float]
    """Lower end, observed, upper end; shares of 1."""
    uses: float
    """Uses of the feature a day, over all sites."""
    sites: int
    restart_hours: float
    failed_a_day: tuple[float, float, float]
    hours_a_day: tuple[float, float, float]
    """Hours of sites standing still, over all sites; never more than 24 for each."""
    cost_a_day: tuple[float, float, float]
    hour_cost: float
    currency: str
    basis: str
    """Where `uses` is from: `stated`, `shared` (the sites' part of all transactions), or `assumed`."""
    all_uses: float
    all_sites: int
    """Of the whole stack."""
    stopped: bool
    """Whether one side fell silent or stopped running in the tests; a mail that is refused stops no site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the evidence says about one required feature with one component."""

    component: Component
    """As planned."""
    implementation: str
    """The name under which the matrix knows it; as written when it does not."""
    title: str
    """What people call the implementation."""
    version: str
    """The planned version after a distribution was resolved; may be a range, or empty."""
    scheme: str
    """How the implementation's versions are ordered."""
    configuration: str
    configuration_title: str = ""
    """What the configuration is, in words, where somebody wrote them."""
    requirement: Requirement
    feature: Feature
    suite: str
    role: str
    """The role that the product takes; empty when nothing was ever tested."""
    status: Status
    cause: str
    """Which rule decided: a word that `check_words.json` has a sentence for."""
    likely: str = ""
    """`works` or `fails` for what was not tested but is likely; empty when nothing is. `cause` says why."""
    cell: Cell | None = None
    """The evidence that decided."""
    tested: tuple[str, ...] = ()
    """The tested versions that the planned one stands for, when it stands for several."""
    working: tuple[str, ...] = ()
    """Those of `tested` with which the feature works."""
    below: str = ""
    """The tested versions on either side of one that was not."""
    above: str = ""
    nearest: Nearest | None = None
    ways: tuple[Way, ...] = ()
    command: str = ""
    """What would test it; empty when it was tested."""
    failure: Cell | None = None
    """Where it was seen to fail sometimes, of which the attempts that passed cannot tell that it is gone."""
    times: int = 0
    """How many attempts in a row would tell it; 0 where that is not the question."""
    needs: str = ""
    """What must be there before the command can run: `implementation`, `release`, `product`, `limit`
    (a test of a larger one), `measure` (a test of any), `situation` (a peer that is set up to offer it)."""
    untried: str = ""
    """What the matrix says of a cell that was planned and did not run."""
    minimum: Minimum | None = None
    """The minimum that decided; `limit` is what was found instead, None when nothing was measured."""
    limit: Limit | None = None
    reached: float = 0.0
    """`limit` in the unit of `minimum`."""
    loss: Loss | None = None
    unpriced: bool = False
    """No loss was computed, as nobody said how many sites have this component."""
    newer: tuple[Way, ...] = ()
    """Every newer version of the component in which this is known to work, the nearest first."""
    answer: Answer
    """What this finding alone makes of the stack."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Component, suite, feature and role: what stays the same when versions change."""
        return (self.component.name, self.suite, self.feature.id, self.role)


class Shift(StrEnum):
    """What a change does to a finding."""

    BREAKS = "breaks"
    BROKEN = "broken"
    """It would not work, and nobody knows whether it does today."""
    MENDS = "mends"
    KNOWN = "known"
    """It would be known to work; nobody knows whether it does today."""
    CONDITION = "condition"
    """It still works, but on a condition that was not there before."""
    UNKNOWN = "unknown"
    """Nobody knows how it will be."""
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifted:
    """One finding before and after a change."""

    shift: Shift
    before: Finding
    after: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What replacing some versions would do."""

    wanted: dict[str, str]
    """New versions by the name of the component, implementation or product."""
    before: Answer
    shifted: tuple[Shifted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The answer to a planned stack. With a change, it is the answer for the stack after the change."""

    stack: Stack
    answer: Answer
    findings: tuple[Finding, ...]
    """The worst and dearest first."""
    product_versions: tuple[str, ...]
    """Versions of the product that the evidence used comes from."""
    product_title: str
    """What people call the product."""
    run: RunFacts
    cells: int
    """How many cells were there to look at."""
    tested_from: float = 0.0
    tested_to: float = 0.0
    """When the evidence used was gathered, seconds since the epoch."""
    now: float
    max_age_days: float
    unasked: tuple[Finding, ...] = ()
    """What fails between these very systems and matters, though nobody asked for it."""
    unknown: tuple[str, ...] = ()
    """The implementations of the stack that nobody here knows, as written."""
    notes: tuple[str, ...] = ()
    """What the seller should know of how the stack was read; not for the customer."""
    change: Change | None = None
