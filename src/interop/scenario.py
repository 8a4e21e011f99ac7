"""What a scenario's author imports: markers, fixtures for roles, statements about what was seen.

Knows nothing of how a scenario is run.
"""

from __future__ import annotations

import math
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest

from interop.model.attempt import Limit

FEATURE_MARK = "interop_feature"
NEEDS_MARK = "interop_needs"


@dataclass(slots=True)
class Observations:
    """What a scenario stated while it ran, besides passing or failing."""

    fallbacks: list[str] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)


current: ContextVar[Observations | None] = ContextVar("current", default=None)
"""The running attempt's observations; set by the plugin around each attempt."""


def feature(feature_id: str, *, deadline: float | None = None) -> pytest.MarkDecorator:
    """Mark a scenario with the one feature that it exercises.

    `deadline` is in seconds and replaces the suite's own for this scenario.
    """
    return getattr(pytest.mark, FEATURE_MARK)(feature_id, deadline=deadline)  # type: ignore[no-any-return]


def needs(*situations: str) -> pytest.MarkDecorator:
    """Mark a scenario with what the peer must offer; where it does not, the cell is untested and says so."""
    return getattr(pytest.mark, NEEDS_MARK)(*situations)  # type: ignore[no-any-return]


def role(name: str) -> Any:
    """Return a pytest fixture that is the driver of the implementation in that role of the pairing."""

    @pytest.fixture(name=name)
    def driver(interop_pairing: Any) -> Any:
        return interop_pairing.driver(name)

    driver.__doc__ = f"The driver of the implementation in the role `{name}`."
    return driver


def fallback(what: str) -> None:
    """State that the feature worked, but only by a fallback: the cell becomes `degraded`."""
    observations = current.get()
    if observations is not None:
        observations.fallbacks.append(what)


def limit(name: str, value: float, unit: str, *, at_least: bool = False) -> None:
    """Record a number with its unit: the largest size or count that still worked; it must be finite."""
    if not math.isfinite(value):
        raise ValueError(f"the limit {name!r} is {value}: a limit is a finite number")
    observations = current.get()
    if observations is not None:
        observations.limits.append(Limit(name=name, value=value, unit=unit, at_least=at_least))


def contract(suite: str) -> ModuleType:
    """Return the contract module of a suite, for drivers: `smtp = interop.contract("smtp")`."""
    from interop.load.contract import load_contract  # noqa: PLC0415 - drivers without it need not have it

    return load_contract(suite)
