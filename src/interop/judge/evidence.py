"""The cells that speak about one required feature with one component, and what each of them says.

One cell is judged here by the table `cell` of the rules; `check` decides which cells count, `nearest` what
to say when none does. Knows nothing of stacks as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from interop.judge.minimums import worst_limit
from interop.judge.names import Named, Names
from interop.judge.reading import Reading, shown
from interop.judge.rules import Rules, decide
from interop.judge.seldom import doubted, once, outweighs
from interop.judge.survey import Survey
from interop.model.finding import Status
from interop.model.matrix import Cell
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
    survey: Survey
    product: Reading
    product_name: str
    product_scheme: str

    def days(self, cell: Cell) -> int:
        """Return how old a cell's evidence is, in whole days."""
        return max(0, int((self.now - (cell.tested or self.run_started)) // DAY))

    def measures(self, asked: Asked) -> bool:
        """Say whether any cell of a feature, whoever's it is, has a limit."""
        return any(cell.limits for cell in self.survey.features({(asked.suite, asked.feature.id)}))

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
    cell: Cell,
    asked: Asked,
    pool: Sequence[Cell],
    ground: Ground,
    *,
    whatever_age: bool = False,
    only_here: bool = False,
) -> Said:
    """Judge one tried cell by the table `cell`.

    `pool` is where a failure that comes seldom is looked for and, without `only_here`, another configuration.
    """
    facts = _facts(cell, asked, pool, ground, whatever_age=whatever_age)
    row = decide(ground.rules["cell"], {**facts, "configuration": "stated", "elsewhere": "no"})
    if row["status"] in ground.rules["broken"] and not (only_here or asked.component.configuration):
        others = elsewhere(cell, asked, pool, ground)
        row = decide(
            ground.rules["cell"],
            {**facts, "configuration": "assumed", "elsewhere": "yes" if others else "no"},
        )
    return Said(cell=cell, status=Status(row["status"]), cause=row["cause"])


def elsewhere(cell: Cell, asked: Asked, pool: Sequence[Cell], ground: Ground) -> list[str]:
    """Return the configurations in which the same versions are known to work without more ado."""
    found = []
    for other in pool:
        if (
            other.tried
            and other.configuration != cell.configuration
            and other.peer_version == cell.peer_version
            and other.product_version == cell.product_version
        ):
            facts = {**_facts(other, asked, pool, ground), "configuration": "stated"}
            row = decide(ground.rules["cell"], facts)
            if row["status"] == Status.WORKS and outweighs(other, cell):
                found.append(other.configuration)
    return sorted(set(found))


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


def doubt(cell: Cell, asked: Asked, pool: Sequence[Cell], ground: Ground) -> Cell | None:
    """Return the failure of which a cell that passed cannot tell that it is gone; None when there is none."""
    return doubted(cell, pool, asked.version.scheme, ground.product_scheme)


def _facts(
    cell: Cell, asked: Asked, pool: Sequence[Cell], ground: Ground, *, whatever_age: bool = False
) -> dict[str, str]:
    helped = cell.workaround_verified if once(cell) or not cell.workaround_verified else None
    verified = {True: "verified", False: "useless", None: "unverified"}
    old = ground.days(cell) > ground.max_age_days and not whatever_age
    return {
        "age": "old" if old else "fresh",
        "verdict": cell.verdict.value,
        "workaround": verified[helped] if cell.workaround else "none",
        "limit": worst_limit(cell, asked.requirement.minimums, ground.rules)[0],
        "enough": "yes" if doubt(cell, asked, pool, ground) is None else "no",
    }
