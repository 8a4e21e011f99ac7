from __future__ import annotations

import pytest

from interop.judge.blame import Confidence, Evidence, decide
from interop.model.attempt import Outcome
from interop.model.matrix import Blame, Verdict

ELSEWHERE = ("exim@4.98", "sendmail@8.18")


def evidence(**changed: object) -> Evidence:
    values = {
        "product": "acme@1",
        "peer": "opensmtpd@7.6",
        "product_role": "client",
        "verdict": Verdict.FAILS,
        "outcome": Outcome.FAILED,
    } | changed
    return Evidence(**values)  # type: ignore[arg-type]  # each value has its field's type


@pytest.mark.parametrize(
    ("known", "blame", "confidence"),
    [
        (
            {"controls_pass": ("swaks@1", "smtplib@3"), "product_works_with": ELSEWHERE},
            Blame.PRODUCT,
            "certain",
        ),
        ({"controls_pass": ("swaks@1",), "product_works_with": ELSEWHERE}, Blame.UNDETERMINED, "weak"),
        (
            {
                "controls_pass": ("swaks@1", "smtplib@3", "curl@8"),
                "controls_waver": ("curl@8",),
                "product_works_with": ELSEWHERE,
            },
            Blame.UNDETERMINED,
            "weak",
        ),
        (
            {
                "controls_pass": ("swaks@1", "smtplib@3", "curl@8"),
                "controls_waver": ("curl@8",),
                "product_fails_with": ELSEWHERE,
            },
            Blame.PRODUCT,
            "certain",
        ),
        ({"controls_pass": ("swaks@1",), "product_fails_with": ELSEWHERE}, Blame.PRODUCT, "likely"),
        (
            {"controls_pass": ("swaks@1", "swaks@2")},
            Blame.PRODUCT,
            "likely",
        ),  # one program twice is one witness
        (
            {"controls_pass": ("swaks@1", "smtplib@3"), "product_fails_with": ELSEWHERE},
            Blame.PRODUCT,
            "certain",
        ),
        ({"controls_fail": ("swaks@1", "smtplib@3"), "product_works_with": ELSEWHERE}, Blame.PEER, "certain"),
        ({"controls_fail": ("swaks@1",), "product_works_with": ELSEWHERE}, Blame.PEER, "likely"),
        (
            {"controls_pass": ("a@1",), "controls_fail": ("b@1",), "product_fails_with": ELSEWHERE},
            Blame.PRODUCT,
            "likely",
        ),
        (
            {"controls_pass": ("a@1",), "controls_fail": ("b@1",), "product_works_with": ELSEWHERE},
            Blame.UNDETERMINED,
            "weak",
        ),
        (
            {"controls_fail": ("a@1",), "product_fails_with": ELSEWHERE, "controls_elsewhere": ELSEWHERE},
            Blame.BOTH,
            "likely",
        ),
        (
            {"controls_fail": ("a@1",), "product_fails_with": ("other@1",), "controls_elsewhere": ELSEWHERE},
            Blame.UNDETERMINED,
            "weak",
        ),
        ({"controls_fail": ("a@1",), "controls_elsewhere": ELSEWHERE}, Blame.PEER, "likely"),
        ({"controls_fail": ("a@1", "b@1"), "product_fails_with": ELSEWHERE}, Blame.UNDETERMINED, "weak"),
        ({"product_works_with": ELSEWHERE}, Blame.UNDETERMINED, "weak"),
        ({"product_fails_with": ELSEWHERE}, Blame.UNDETERMINED, "weak"),
        ({"outcome": Outcome.CRASH, "side": "client", "controls_fail": ("a@1",)}, Blame.PRODUCT, "certain"),
        ({"outcome": Outcome.CRASH, "side": "server", "controls_pass": ("a@1",)}, Blame.PEER, "certain"),
        ({"legal": "either may", "controls_fail": ("a@1", "b@1")}, Blame.SPECIFICATION, "likely"),
        ({"legal": "either may", "controls_pass": ("a@1", "b@1")}, Blame.PRODUCT, "certain"),
        ({"verdict": Verdict.FLAKY, "controls_pass": ("a@1", "b@1")}, Blame.UNDETERMINED, "weak"),
    ],
)
def test_the_table_decides(known: dict[str, object], blame: Blame, confidence: str) -> None:
    finding = decide(evidence(**known))
    assert (finding.blame, finding.confidence) == (blame, Confidence(confidence))


def test_the_reason_names_who_passes_where() -> None:
    finding = decide(evidence(controls_pass=("aiosmtplib@5", "swaks@1"), product_works_with=ELSEWHERE))
    assert (
        finding.reason
        == "aiosmtplib@5, swaks@1 pass with opensmtpd@7.6; acme@1 passes with the other 2 peers"
    )


def test_no_peer_is_accused_while_any_control_works_with_it() -> None:
    for works in ((), ELSEWHERE):
        for fails in ((), ELSEWHERE):
            found = decide(
                evidence(controls_pass=("a@1",), product_works_with=works, product_fails_with=fails)
            )
            assert found.blame is not Blame.PEER
