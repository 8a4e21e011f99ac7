from __future__ import annotations

from pathlib import Path

from interop.judge.matrix import build
from interop.model.attempt import Attempt, Journal, Limit, Outcome, Party, RunEnd, RunFacts, Skip
from interop.model.matrix import Blame, Cell, Verdict
from interop.model.suite import Feature, Impact, Level, Suite, Workaround

FACTS = RunFacts(id="1", started=1.0, product="acme", product_version="1", interop_version="0")
SUITE = Suite(
    name="smtp",
    title="SMTP",
    specification="RFC 5321",
    roles=("client", "server"),
    folder=Path("suites/smtp"),
    controls=("swaks", "smtplib"),
    features=(
        Feature(
            id="dots",
            title="Dots",
            clause="RFC 5321, 4.5.2",
            level=Level.MUST,
            group="Content",
            impact=Impact.SERIOUS,
            workaround=Workaround(text="send no dots", driver={"dots": "no"}),
        ),
    ),
)
POSTFIX = Party(name="postfix", role="server", suite="smtp", version="3.10.13-0+deb13u1", label="3.10.13")


def attempt(outcome: Outcome, peer: str = "postfix@3.10.13", **changed: object) -> Attempt:
    values = {
        "suite": "smtp",
        "feature": "dots",
        "scenario": "smtp/test_content.py::test_dots",
        "product": "acme@1",
        "peer": peer,
        "role": "client",
        "outcome": outcome,
        "reason": "" if outcome is Outcome.PASSED else "a dot was lost",
        "duration": 0.5,
    } | changed
    return Attempt(**values)  # type: ignore[arg-type]  # each value has its field's type


def control(outcome: Outcome, name: str = "swaks@1", peer: str = "postfix@3.10.13") -> Attempt:
    return attempt(outcome, peer, product=name, control=True, why="control")


def cells(*attempts: Attempt, skips: tuple[Skip, ...] = (), end: RunEnd | None = None) -> dict[str, Cell]:
    planned = tuple(
        Skip(suite="smtp", feature="dots", product="acme@1", peer=peer, role="client", reason="")
        for peer in ("postfix@3.10.13", "exim@4.98")
    )
    journal = Journal(
        facts=FACTS,
        parties=(POSTFIX,),
        skips=skips,
        attempts=attempts,
        planned=planned,
        end=end or RunEnd(finished=2.0),
    )
    return {cell.peer_key: cell for cell in build(journal, [SUITE]).cells if cell.product == "acme"}


P, F = Outcome.PASSED, Outcome.FAILED


def test_a_planned_cell_that_never_ran_is_untested_and_never_blank() -> None:
    found = cells(attempt(P))
    assert found["exim@4.98"].verdict is Verdict.UNTESTED
    assert found["exim@4.98"].reason == "it was not run"


def test_a_run_that_was_cut_short_says_so_in_the_cells_that_it_did_not_reach() -> None:
    found = cells(attempt(P), end=RunEnd(finished=2.0, interrupted=True))
    assert found["exim@4.98"].reason == "the run ended before this cell's turn"


def test_a_skip_gives_its_reason() -> None:
    skip = Skip(
        suite="smtp", feature="dots", product="acme@1", peer="exim@4.98", role="client", reason="no engine"
    )
    assert cells(attempt(P), skips=(skip,))["exim@4.98"].reason == "no engine"


def test_the_exact_version_is_the_running_peers_own() -> None:
    assert cells(attempt(P))["postfix@3.10.13"].peer_version == "3.10.13-0+deb13u1"


def test_a_failure_that_controls_share_is_the_peers_when_the_product_works_elsewhere() -> None:
    found = cells(attempt(F), control(F), control(F, "smtplib@3"), attempt(P, "exim@4.98"))["postfix@3.10.13"]
    assert (found.verdict, found.blame, found.confidence) == (Verdict.FAILS, Blame.PEER, "certain")
    assert found.reason.startswith("a dot was lost\n")
    assert found.workaround == "send no dots"


def test_a_failure_that_controls_do_not_share_is_the_products() -> None:
    found = cells(attempt(F), control(P), control(P, "smtplib@3"), attempt(P, "exim@4.98"))["postfix@3.10.13"]
    assert found.blame is Blame.PRODUCT


def test_a_peer_with_which_a_control_fails_now_and_then_says_nothing_against_the_product() -> None:
    wavering = (control(F, "smtplib@3"), control(P, "smtplib@3"), control(P, "smtplib@3"))
    found = cells(attempt(F), control(P), *wavering, attempt(P, "exim@4.98"))["postfix@3.10.13"]
    assert found.blame is Blame.UNDETERMINED
    assert "smtplib@3 fails with postfix@3.10.13 now and then" in found.reason


def test_a_control_that_passes_as_another_product_has_failed_all_the_same() -> None:
    seen = (control(P), control(F, "smtplib@3"), attempt(P, product="smtplib@3"))
    found = cells(attempt(F), *seen, attempt(P, "exim@4.98"))["postfix@3.10.13"]
    assert found.blame is Blame.UNDETERMINED


def test_a_failure_against_every_peer_is_a_failure_and_not_unsupported() -> None:
    found = cells(attempt(F), attempt(F, "exim@4.98"), control(F), control(F, peer="exim@4.98"))
    assert {cell.verdict for cell in found.values()} == {Verdict.FAILS}
    assert {cell.blame for cell in found.values()} == {Blame.UNDETERMINED}


def test_both_are_blamed_where_the_very_control_that_fails_here_passes_where_the_product_fails_too() -> None:
    shared = (attempt(F), attempt(F, "exim@4.98"), control(F))
    same = cells(*shared, control(P, peer="exim@4.98"))["postfix@3.10.13"]
    other = cells(*shared, control(P, "smtplib@3", "exim@4.98"))["postfix@3.10.13"]
    assert (same.blame, other.blame) == (Blame.BOTH, Blame.UNDETERMINED)


def test_an_error_of_the_harness_accuses_nobody() -> None:
    found = cells(attempt(Outcome.ERROR))["postfix@3.10.13"]
    assert (found.verdict, found.blame) == (Verdict.ERROR, Blame.ENVIRONMENT)


def test_the_product_is_no_witness_against_itself() -> None:
    found = cells(attempt(F), control(P, "acme@2"), attempt(P, "exim@4.98"))["postfix@3.10.13"]
    assert found.blame is Blame.UNDETERMINED


def test_a_verified_workaround_is_told_and_the_cell_still_fails() -> None:
    for outcome, verified in ((P, True), (F, False)):
        tried = attempt(outcome, why="workaround")
        found = cells(attempt(F), tried, control(P), attempt(P, "exim@4.98"))["postfix@3.10.13"]
        assert (found.verdict, found.workaround_verified) == (Verdict.FAILS, verified)


def test_a_pass_by_a_fallback_is_degraded_with_the_fallback_as_its_reason() -> None:
    found = cells(attempt(P, fallbacks=("HELO instead of EHLO",)))["postfix@3.10.13"]
    assert (found.verdict, found.reason) == (Verdict.DEGRADED, "HELO instead of EHLO")


def test_limits_and_durations_reach_the_cell() -> None:
    limit = Limit(name="size", value=1_500_000, unit="octets")
    found = cells(attempt(P, limits=(limit,)), attempt(P, number=2))["postfix@3.10.13"]
    assert found.limits == (limit,)
    assert found.duration == 1.0
