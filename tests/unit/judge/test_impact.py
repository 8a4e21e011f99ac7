"""What a failure costs: arithmetic that can be done by hand."""

from __future__ import annotations

import pytest

from interop.judge.impact import loss
from interop.model.matrix import Tally
from interop.model.stack import Deployment

CHAIN = Deployment(sites=900, transactions_a_day=9_000, restart_seconds=900, hour_cost=450, currency="EUR")


def test_failures_times_restart_time_times_price() -> None:
    found = loss(Tally(passed=57, total=60), CHAIN)
    assert found is not None
    assert found.failed_a_day[1] == pytest.approx(450)
    assert found.hours_a_day[1] == pytest.approx(112.5)
    assert found.cost_a_day[1] == pytest.approx(50_625)
    assert found.rate == pytest.approx((0.01714, 0.05, 0.13703), abs=1e-4)


def test_the_interval_goes_through_to_the_cost() -> None:
    found = loss(Tally(passed=57, total=60), CHAIN)
    assert found is not None
    low, middle, high = found.cost_a_day
    assert low < middle < high
    assert low == pytest.approx(found.rate[0] * 9_000 * 0.25 * 450)


def test_a_site_stands_still_for_a_day_at_most() -> None:
    found = loss(Tally(passed=0, total=3), Deployment(sites=2, transactions_a_day=1e6, restart_seconds=60))
    assert found is not None
    assert found.hours_a_day == (48, 48, 48)


def test_without_transactions_each_site_uses_it_once_a_day() -> None:
    found = loss(Tally(passed=0, total=3), Deployment(sites=900, restart_seconds=900))
    assert found is not None
    assert (found.uses, found.uses_stated, found.hours_a_day[1]) == (900, False, 225)


@pytest.mark.parametrize(
    ("tally", "deployment"), [(Tally(passed=3, total=3), CHAIN), (Tally(passed=0, total=3), Deployment())]
)
def test_nothing_is_reckoned_from_nothing(tally: Tally, deployment: Deployment) -> None:
    assert loss(tally, deployment) is None
