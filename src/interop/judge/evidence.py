"""The cells that speak about one required feature with one component, and what each of them says.

One cell is judged here by the table `cell` of the rules; `check` decides which cells count, `nearest` what
to say when none does. Knows nothing of stacks as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from interop.judge.minimums import worst_limit
from interop.judge.names import Named, Names
from interop.judge.reading import Reading, shown
from interop.judge.rules import Rules, decide
from interop.judge.verdict import wilson
from interop.model.finding import Status
from interop.model.matrix import Cell, Verdict
from interop.model.stack import Component, Requirement
from interop.model.suite import Feature
from interop.model.versions import sort_key

DAY = 86_400.0
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every judgement stands on."""

    rules: Rules
    names: Names
    now: float
    max_age_days: float
    run_started: float
    product: Reading
    product_scheme: str

    def days(self, cell: Cell) -> int:
        """Return how old a cell's evidence is, in whole days."""
        return max(0, int((self.now - (cell.tested or self.run_started)) // DAY))

    def working(self, status: Status) -> bool:
        """Say whether a status is one in which the feature can be used."""
        return status in self.rules["working"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question: whether a feature works between the product and a component."""

    component: Component
    named: Named
    version: Reading
    configuration: str
    """`default` when none was stated."""
    requirement: Requirement
    suite: str
    feature: Feature
    role: str
    """The role that the product takes; empty when nothing is known of the component."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one cell says to a question."""

    cell: Cell
    status: Status
    cause: str


def say(
    cell: Cell, asked: Asked, pool: Iterable[Cell], ground: Ground, *, whatever_age: bool = False
) -> Said:
    """Judge one tried cell by the table `cell`. `pool` is where another configuration is looked for."""
    facts = _facts(cell, asked, ground, whatever_age=whatever_age)
    row = decide(ground.rules["cell"], {**facts, "configuration": "stated", "elsewhere": "no"})
    if row["status"] in ground.rules["broken"] and not asked.component.configuration:
        others = elsewhere(cell, asked, pool, ground)
        row = decide(
            ground.rules["cell"],
            {**facts, "configuration": "assumed", "elsewhere": "yes" if others else "no"},
        )
    return Said(cell=cell, status=Status(row["status"]), cause=row["cause"])


def elsewhere(cell: Cell, asked: Asked, pool: Iterable[Cell], ground: Ground) -> list[str]:
    """Return the configurations in which the same versions are known to work without more ado."""
    found = []
    for other in pool:
        if (
            other.tried
            and other.configuration != cell.configuration
            and other.peer_version == cell.peer_version
            and other.product_version == cell.product_version
        ):
            row = decide(ground.rules["cell"], {**_facts(other, asked, ground), "configuration": "stated"})
            if row["status"] == Status.WORKS and outweighs(other, cell):
                found.append(other.configuration)
    return sorted(set(found))


def outweighs(good: Cell, bad: Cell) -> bool:
    """Say whether attempts that passed can tell that a failure is not there.

    What fails always is gone after one attempt that passes. What fails seldom is not: there the upper end of
    the interval of the failures that were not seen must lie below the rate that was.
    """
    if bad.verdict is not Verdict.FLAKY:
        return True
    failures = bad.attempts.total - bad.attempts.passed
    _, highest = wilson(0, good.attempts.total)
    return highest < failures / bad.attempts.total


def latest(cells: Iterable[Cell], scheme: str, product_scheme: str) -> list[Cell]:
    """Return one cell for each release of the peer, oldest version first.

    Of several, the one with the newest product is taken, and of those the one tested last: a security
    update of a release takes the place of what was tested before it.
    """
    best: dict[str, Cell] = {}
    for cell in cells:
        version = shown(cell, scheme)
        if version not in best or _newness(cell, product_scheme) > _newness(best[version], product_scheme):
            best[version] = cell
    return sorted(best.values(), key=lambda cell: sort_key(cell.peer_version, scheme))


def _newness(cell: Cell, scheme: str) -> tuple[object, float]:
    return (sort_key(cell.product_version, scheme), cell.tested)


def _facts(cell: Cell, asked: Asked, ground: Ground, *, whatever_age: bool = False) -> dict[str, str]:
    verified = {True: "verified", False: "useless", None: "unverified" if cell.workaround else "none"}
    old = ground.days(cell) > ground.max_age_days and not whatever_age
    return {
        "age": "old" if old else "fresh",
        "verdict": cell.verdict.value,
        "workaround": verified[cell.workaround_verified] if cell.workaround else "none",
        "limit": worst_limit(cell, asked.requirement.minimums, ground.rules)[0],
    }
