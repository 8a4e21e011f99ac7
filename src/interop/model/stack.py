"""A stack: what a customer plans to deploy, as it was written down.

Knows no matrix: names stand as the customer wrote them, and whether anybody tested them is `judge.check`'s
business.
"""

from __future__ import annotations

from dataclasses import dataclass

from interop.errors import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum:
    """What a limit must reach: `value` of `unit` or more."""

    value: float
    unit: str
    limit: str = ""
    """The limit's name; empty when the feature has only one that is measured in this kind of unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A feature that the customer needs, with the limits that it must reach."""

    feature: str
    suite: str = ""
    """Empty when the feature's name alone says which suite is meant."""
    minimums: tuple[Minimum, ...] = ()
    place: Place

    @property
    def key(self) -> str:
        """`suite/feature`, or the feature alone while the suite is not known."""
        return f"{self.suite}/{self.feature}" if self.suite else self.feature


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The facts from which a failure's cost is computed. Zero stands for what was not stated."""

    sites: int = 0
    transactions_a_day: float = 0.0
    """Over all sites together."""
    restart_seconds: float = 0.0
    """How long it takes to get one stopped site going again."""
    hour_cost: float = 0.0
    """What an hour costs during which one site is down, in `currency`."""
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One implementation that the customer runs or plans to run."""

    name: str
    """What the customer calls it; the implementation's name when nothing else was said."""
    implementation: str
    """As written: a name, a title or an alias."""
    version: str = ""
    """A version, a series (`3.10`) or a range (`>=3.7 <3.11`); empty when it was not stated."""
    configuration: str = ""
    """Empty when it was not stated: the default one is assumed."""
    distribution: str = ""
    """Such as `Debian 12`; stands for the version that this distribution carries."""
    role: str = ""
    """`suite.role` that it takes; empty when the matrix knows."""
    requirements: tuple[Requirement, ...] = ()
    """What must work with this one besides what must work with all."""
    deployment: Deployment = Deployment()
    """The facts that are this one's own; they stand above those of the stack."""
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A customer's plan: the product, what it will stand beside, and what must work between them."""

    customer: str
    product: str
    product_version: str = ""
    components: tuple[Component, ...]
    requirements: tuple[Requirement, ...]
    deployment: Deployment = Deployment()
    go_live: str = ""
    """A date, `2027-02-01`."""
    place: Place
