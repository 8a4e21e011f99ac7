"""What a failure costs a day: failures x restart time x price, with the interval that the sample allows.

Failures a day are the uses of a feature a day times the rate at which attempts failed (k of n, with its
95 % Wilson interval). Uses a day are those of the sites that have the component: as stated, or the
customer's transactions in the share that these sites are of all; where neither is known, one use a day at
each site is assumed, and said. A site cannot stand still for more than 24 hours a day. Where a stack has
several components, nothing is reckoned for one of which nobody says how many sites have it.
"""

from __future__ import annotations

from interop.judge.verdict import wilson
from interop.model.finding import Loss
from interop.model.matrix import Tally
from interop.model.stack import Component, Deployment, Stack

_HOURS = 24.0
_SECONDS = 3600.0


def loss(attempts: Tally, component: Component, stack: Stack, *, stopped: bool) -> Loss | None:
    """Compute the loss; None when nothing failed or the deployment's facts are not enough.

    `stopped` says whether one side stood still when it failed. It changes no number: what a failure stops at
    the customer's is not known here, and whoever reads the sum is told.
    """
    failures = attempts.total - attempts.passed
    own, whole = component.deployment, stack.deployment
    sites = own.sites or (whole.sites if _alone(stack) else 0)
    uses, basis = _uses(own, whole, sites, alone=_alone(stack))
    if failures <= 0 or not uses:
        return None
    low, high = wilson(failures, attempts.total)
    rate = (low, failures / attempts.total, high)
    hours = (own.restart_seconds or whole.restart_seconds) / _SECONDS
    ceiling = sites * _HOURS
    failed = _each(rate, uses)
    standing = tuple(min(each, ceiling) for each in _each(failed, hours))
    still = (standing[0], standing[1], standing[2]) if sites else (0.0, 0.0, 0.0)
    priced = own if own.hour_cost else whole
    return Loss(
        failures=failures,
        attempts=attempts.total,
        rate=rate,
        uses=uses,
        basis=basis,
        all_uses=whole.transactions_a_day,
        all_sites=whole.sites,
        stopped=stopped,
        sites=sites,
        restart_hours=hours,
        failed_a_day=failed,
        hours_a_day=still,
        cost_a_day=_each(still, priced.hour_cost),
        hour_cost=priced.hour_cost,
        currency=priced.currency,
    )


def unpriced(component: Component, stack: Stack) -> bool:
    """Say whether a loss could be computed if anybody said how many sites have this component."""
    own, whole = component.deployment, stack.deployment
    known = own.sites or own.transactions_a_day or _alone(stack)
    return not known and bool(whole.sites or whole.transactions_a_day)


def _alone(stack: Stack) -> bool:
    return len(stack.components) == 1


def _uses(own: Deployment, whole: Deployment, sites: int, *, alone: bool) -> tuple[float, str]:
    """Return the uses a day at these sites, and whether that is `stated`, a `shared` part or `assumed`."""
    if own.transactions_a_day:
        return own.transactions_a_day, "stated"
    if whole.transactions_a_day and whole.sites and sites:
        share = min(sites / whole.sites, 1.0)
        return whole.transactions_a_day * share, "stated" if share == 1.0 else "shared"
    if whole.transactions_a_day and alone:
        return whole.transactions_a_day, "stated"
    return float(sites), "assumed"


def _each(values: tuple[float, float, float], factor: float) -> tuple[float, float, float]:
    low, middle, high = values
    return (low * factor, middle * factor, high * factor)
