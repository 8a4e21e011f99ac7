"""What a failure costs: arithmetic that can be done by hand."""

from __future__ import annotations

import pytest

from interop.errors import Place
from interop.judge.impact import loss as loss_of
from interop.judge.impact import unpriced
from interop.model.finding import Loss
from interop.model.matrix import Tally
from interop.model.stack import Component, Deployment, Stack

CHAIN = Deployment(sites=900, transactions_a_day=9_000, restart_seconds=900, hour_cost=450, currency="EUR")


PLACE = Place("stack")


def stack(deployment: Deployment, *own: Deployment) -> Stack:
    """Return a stack with a component for each of `own`, with facts of its own."""
    components = tuple(
        Component(name=f"system {at}", implementation="postfix", deployment=each, place=PLACE)
        for at, each in enumerate(own or (Deployment(),))
    )
    return Stack(
        customer="Globex",
        product="smtplib",
        components=components,
        requirements=(),
        deployment=deployment,
        place=PLACE,
    )


def loss(tally: Tally, deployment: Deployment, *own: Deployment) -> Loss | None:
    planned = stack(deployment, *own)
    return loss_of(tally, planned.components[0], planned, stopped=True)


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
    assert (found.uses, found.basis, found.hours_a_day[1]) == (900, "assumed", 225)


@pytest.mark.parametrize(
    ("tally", "deployment"), [(Tally(passed=3, total=3), CHAIN), (Tally(passed=0, total=3), Deployment())]
)
def test_nothing_is_reckoned_from_nothing(tally: Tally, deployment: Deployment) -> None:
    assert loss(tally, deployment) is None


BROKEN = Tally(passed=0, total=3)


def test_of_several_components_only_those_are_reckoned_of_which_somebody_says_how_many_sites_have_them() -> (
    None
):
    planned = stack(CHAIN, Deployment(), Deployment(sites=90))
    silent, said = planned.components
    assert loss_of(BROKEN, silent, planned, stopped=True) is None
    assert unpriced(silent, planned)
    found = loss_of(BROKEN, said, planned, stopped=True)
    assert found is not None
    assert (found.sites, found.uses, found.basis, found.all_uses) == (90, 900, "shared", 9_000)
    assert not unpriced(said, planned)


def test_what_a_component_says_of_itself_stands_above_what_the_stack_says() -> None:
    own = Deployment(sites=1, transactions_a_day=12, restart_seconds=3_600, hour_cost=1_000, currency="CHF")
    found = loss(BROKEN, CHAIN, own, Deployment())
    assert found is not None
    assert (found.uses, found.basis, found.restart_hours) == (12, "stated", 1)
    assert (found.cost_a_day[1], found.currency) == (12_000, "CHF")


def test_transactions_of_its_own_are_failures_where_the_sites_are_not_known() -> None:
    found = loss(BROKEN, CHAIN, Deployment(transactions_a_day=12), Deployment())
    assert found is not None
    assert (found.failed_a_day[1], found.hours_a_day[1]) == (12, 0)


def test_where_nothing_was_said_of_the_deployment_nothing_is_missing() -> None:
    planned = stack(Deployment(), Deployment(), Deployment())
    assert not unpriced(planned.components[0], planned)
