"""What a failure costs a day: failures x restart time x price, with the interval that the sample allows.

Failures a day are the uses of a feature a day times the rate at which attempts failed (k of n, with its
95 % Wilson interval). Uses a day are the customer's transactions; where he gave none, one use a day at each
site is assumed, and said. A site cannot stand still for more than 24 hours a day.
"""

from __future__ import annotations

from interop.judge.verdict import wilson
from interop.model.finding import Loss
from interop.model.matrix import Tally
from interop.model.stack import Deployment

_HOURS = 24.0
_SECONDS = 3600.0


def loss(attempts: Tally, deployment: Deployment) -> Loss | None:
    """Compute the loss; None when nothing failed or the deployment's facts are not enough."""
    failures = attempts.total - attempts.passed
    uses = deployment.transactions_a_day or float(deployment.sites)
    if failures <= 0 or not uses:
        return None
    low, high = wilson(failures, attempts.total)
    rate = (low, failures / attempts.total, high)
    hours = deployment.restart_seconds / _SECONDS
    ceiling = deployment.sites * _HOURS
    failed = _each(rate, uses)
    standing = tuple(min(each, ceiling) for each in _each(failed, hours))
    still = (standing[0], standing[1], standing[2]) if deployment.sites else (0.0, 0.0, 0.0)
    return Loss(
        failures=failures,
        attempts=attempts.total,
        rate=rate,
        uses=uses,
        uses_stated=bool(deployment.transactions_a_day),
        sites=deployment.sites,
        restart_hours=hours,
        failed_a_day=failed,
        hours_a_day=still,
        cost_a_day=_each(still, deployment.hour_cost),
        hour_cost=deployment.hour_cost,
        currency=deployment.currency,
    )


def _each(values: tuple[float, float, float], factor: float) -> tuple[float, float, float]:
    low, middle, high = values
    return (low * factor, middle * factor, high * factor)
