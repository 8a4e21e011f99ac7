from __future__ import annotations

import pytest

from interop.errors import Place
from interop.judge.expectations import Where, find, stand
from interop.model.expectation import Expectation
from interop.model.matrix import Known, Verdict

TODAY = "2026-11-22"
WHERE = Where(
    suite="smtp",
    feature="dots",
    product="acme",
    peer="opensmtpd",
    version="7.6.0p1",
    scheme="debian",
    configuration="default",
)


def entry(**changed: object) -> Expectation:
    values = {
        "suite": "smtp",
        "feature": "dots",
        "peer": "opensmtpd",
        "signature": "failed: dots",
        "reason": "upstream",
        "review": "2027-01-01",
        "place": Place("e.yaml", 2),
    } | changed
    return Expectation(**values)  # type: ignore[arg-type]  # each value has its field's type


@pytest.mark.parametrize(
    ("changed", "about"),
    [
        ({}, True),
        ({"peer": "open*"}, True),
        ({"versions": ">=7"}, True),
        ({"versions": ">=8"}, False),
        ({"product": "other"}, False),
        ({"configuration": "hardened"}, False),
        ({"configuration": "*"}, True),
        ({"feature": "dashes"}, False),
    ],
)
def test_an_entry_is_about_the_cells_that_it_names(changed: dict[str, object], about: bool) -> None:
    assert bool(find(WHERE, [entry(**changed)])) is about


@pytest.mark.parametrize(
    ("verdict", "signature", "changed", "known"),
    [
        (Verdict.FAILS, "failed: dots", {}, Known.KNOWN),
        (Verdict.FAILS, "failed: dots", {"signature": "failed: d*"}, Known.KNOWN),
        (Verdict.FAILS, "hang: dots", {}, Known.CHANGED),
        (Verdict.FLAKY, "failed: dots", {}, Known.CHANGED),
        (Verdict.WORKS, "", {}, Known.FIXED),
        (Verdict.DEGRADED, "", {}, Known.FIXED),
        (Verdict.WORKS, "", {"verdict": Verdict.FLAKY}, Known.NONE),
        (Verdict.FAILS, "failed: dots", {"review": TODAY}, Known.EXPIRED),
        (Verdict.UNTESTED, "", {}, Known.NONE),
        (Verdict.ERROR, "error: x", {}, Known.NONE),
        (
            Verdict.UNSUPPORTED,
            "unsupported: x",
            {"verdict": Verdict.UNSUPPORTED, "signature": ""},
            Known.KNOWN,
        ),
    ],
)
def test_each_standing_has_its_own_rule(
    verdict: Verdict, signature: str, changed: dict[str, object], known: Known
) -> None:
    assert stand(verdict, signature, [entry(**changed)], TODAY).known is known


def test_a_cell_without_an_entry_stands_for_itself() -> None:
    assert stand(Verdict.FAILS, "failed: x", [], TODAY).known is Known.NONE
