"""Whose fault a gap is: decided from the product's row, the controls' and the peer's column, by one table.

The rules stand in `RULES`, first match wins, each with the sentence that it gives as its reason. A false
accusation is the worst that can happen here, so whatever the evidence does not carry is `undetermined`.
Knows nothing of how attempts were made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from interop.model.attempt import Outcome
from interop.model.matrix import Blame, Verdict


class Confidence(StrEnum):
    """How much a blame rests on."""

    CERTAIN = "certain"
    LIKELY = "likely"
    WEAK = "weak"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known about one broken scenario of one pairing. Names are keys: `postfix@3.10.13`."""

    product: str
    peer: str
    product_role: str
    verdict: Verdict
    outcome: Outcome
    side: str = ""
    """The role that crashed; empty otherwise."""
    product_works_with: tuple[str, ...] = ()
    """Other peers with which the product passes the same scenario."""
    product_fails_with: tuple[str, ...] = ()
    controls_pass: tuple[str, ...] = ()
    """Controls that pass the same scenario with this peer."""
    controls_fail: tuple[str, ...] = ()
    controls_waver: tuple[str, ...] = ()
    """Controls that pass it with this peer in some attempts alone, be they counted as passing or not."""
    controls_elsewhere: tuple[str, ...] = field(default=())
    """Peers with which a control that fails here passes the same scenario."""
    legal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Whose fault it is, how sure that is, and why, in a sentence."""

    blame: Blame
    confidence: Confidence
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the table."""

    when: Callable[[Evidence], bool]
    blame: Blame
    confidence: Callable[[Evidence], Confidence]
    because: Callable[[Evidence], str]


def _always(confidence: Confidence) -> Callable[[Evidence], Confidence]:
    return lambda _: confidence


def _by_count(names: Callable[[Evidence], tuple[str, ...]]) -> Callable[[Evidence], Confidence]:
    """Two independent controls that agree make it certain; one makes it likely."""
    return lambda evidence: Confidence.CERTAIN if len(_kinds(names(evidence))) > 1 else Confidence.LIKELY


def _kinds(keys: Iterable[str]) -> frozenset[str]:
    return frozenset(key.split("@", 1)[0] for key in keys)


def _some(names: tuple[str, ...], limit: int = 3) -> str:
    shown = ", ".join(names[:limit])
    more = len(names) - limit
    return f"{shown} and {more} more" if more > 0 else shown


def _both(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in first if name in second)


def _peers(names: tuple[str, ...]) -> str:
    return f"the other {len(names)} peers" if len(names) > 1 else names[0]


def _elsewhere(evidence: Evidence) -> str:
    """Say how the product does with the other peers."""
    works, fails = evidence.product_works_with, evidence.product_fails_with
    if works and fails:
        return f"{evidence.product} passes with {_some(works)}, fails with {_some(fails)} too"
    if works:
        return f"{evidence.product} passes with {_peers(works)}"
    if fails:
        return f"{evidence.product} fails with {_peers(fails)} too"
    return f"{evidence.product} was tried with no other peer"


RULES: tuple[Rule, ...] = (
    Rule(
        when=lambda e: e.verdict is Verdict.FLAKY,
        blame=Blame.UNDETERMINED,
        confidence=_always(Confidence.WEAK),
        because=lambda _: "it fails only sometimes, so no comparison with a control carries",
    ),
    Rule(
        when=lambda e: e.outcome is Outcome.CRASH and e.side == e.product_role,
        blame=Blame.PRODUCT,
        confidence=_always(Confidence.CERTAIN),
        because=lambda e: f"the process of {e.product} ended while it was at work",
    ),
    Rule(
        when=lambda e: e.outcome is Outcome.CRASH and e.side not in {"", e.product_role},
        blame=Blame.PEER,
        confidence=_always(Confidence.CERTAIN),
        because=lambda e: f"{e.peer} itself ended while it was at work, whatever it was sent",
    ),
    Rule(
        when=lambda e: bool(e.legal) and not e.controls_pass,
        blame=Blame.SPECIFICATION,
        confidence=_always(Confidence.LIKELY),
        because=lambda e: f"both sides are within the clause: {e.legal}",
    ),
    Rule(
        when=lambda e: not e.controls_pass and not e.controls_fail,
        blame=Blame.UNDETERMINED,
        confidence=_always(Confidence.WEAK),
        because=lambda e: f"no control could try it with {e.peer}; {_elsewhere(e)}",
    ),
    Rule(
        # It may get by only because it leaves something out that the product uses, such as an extension.
        when=lambda e: (
            len(_kinds(e.controls_pass)) == 1
            and not e.controls_fail
            and bool(e.product_works_with)
            and not e.product_fails_with
        ),
        blame=Blame.UNDETERMINED,
        confidence=_always(Confidence.WEAK),
        because=lambda e: (
            f"{_some(e.controls_pass)} passes with {e.peer}, and {_elsewhere(e)}:"
            " one control is too little to tell"
        ),
    ),
    Rule(
        # A peer that does it only sometimes may have done it for the controls, and not for the product.
        when=lambda e: bool(e.controls_waver) and not e.controls_fail and bool(e.product_works_with),
        blame=Blame.UNDETERMINED,
        confidence=_always(Confidence.WEAK),
        because=lambda e: (
            f"{_some(e.controls_waver)} fail{'s' if len(e.controls_waver) == 1 else ''} with {e.peer} now and"
            f" then, so that it says little who passes there; {_elsewhere(e)}"
        ),
    ),
    Rule(
        when=lambda e: bool(e.controls_pass) and not e.controls_fail,
        blame=Blame.PRODUCT,
        confidence=_by_count(lambda e: e.controls_pass),
        because=lambda e: (
            f"{_some(e.controls_pass)} pass{'es' if len(e.controls_pass) == 1 else ''} with"
            f" {e.peer}; {_elsewhere(e)}"
        ),
    ),
    Rule(
        when=lambda e: bool(e.controls_pass) and not e.product_works_with and bool(e.product_fails_with),
        blame=Blame.PRODUCT,
        confidence=_always(Confidence.LIKELY),
        because=lambda e: (
            f"{_some(e.controls_pass)} can do it with {e.peer}, {_some(e.controls_fail)} cannot;"
            f" {_elsewhere(e)}"
        ),
    ),
    Rule(
        when=lambda e: bool(e.controls_pass),
        blame=Blame.UNDETERMINED,
        confidence=_always(Confidence.WEAK),
        because=lambda e: (
            f"the controls disagree: {_some(e.controls_pass)} can do it with {e.peer},"
            f" {_some(e.controls_fail)} cannot; {_elsewhere(e)}"
        ),
    ),
    Rule(
        when=lambda e: bool(e.product_works_with),
        blame=Blame.PEER,
        confidence=_by_count(lambda e: e.controls_fail),
        because=lambda e: (
            f"{_some(e.controls_fail)} fail{'s' if len(e.controls_fail) == 1 else ''} with {e.peer}"
            f" as well, while {_elsewhere(e)}"
        ),
    ),
    Rule(
        when=lambda e: bool(_both(e.controls_elsewhere, e.product_fails_with)),
        blame=Blame.BOTH,
        confidence=_always(Confidence.LIKELY),
        because=lambda e: (
            f"{_some(e.controls_fail)} cannot do it with {e.peer} but can with"
            f" {_some(_both(e.controls_elsewhere, e.product_fails_with))}, where {e.product} fails too"
        ),
    ),
    Rule(
        when=lambda e: bool(e.controls_elsewhere) and not e.product_fails_with,
        blame=Blame.PEER,
        confidence=_always(Confidence.LIKELY),
        because=lambda e: (
            f"{_some(e.controls_fail)} cannot do it with {e.peer} either, but can with"
            f" {_some(e.controls_elsewhere)}"
        ),
    ),
    Rule(
        when=lambda _: True,
        blame=Blame.UNDETERMINED,
        confidence=_always(Confidence.WEAK),
        because=lambda e: (
            f"nobody passes it with {e.peer}, and {_elsewhere(e)}: the scenario itself may ask too much"
        ),
    ),
)
"""The whole of the decision, in order."""


def decide(evidence: Evidence) -> Finding:
    """Return the first rule's finding that holds."""
    rule = next(each for each in RULES if each.when(evidence))
    return Finding(blame=rule.blame, confidence=rule.confidence(evidence), reason=rule.because(evidence))
