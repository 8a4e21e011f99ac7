"""From a journal to the matrix: every planned cell gets a verdict, every broken one a blame with its reason.

Knows nothing of files; merging and comparing matrices are `merge` here and `diff`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from interop.judge.blame import Evidence, decide
from interop.judge.verdict import BROKEN, Ruling, rule, worst
from interop.model.attempt import Attempt, Journal, Outcome, Party, Skip
from interop.model.matrix import GAPS, WORKING, Blame, Cell, Matrix, SuiteFacts, Verdict
from interop.model.suite import Feature, Suite

Key = tuple[str, str, str, str, str]
"""Suite, role, product key, peer key, feature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """All rulings of one scenario in one role, by (who stood in the product's place, peer)."""

    product: Mapping[tuple[str, str], Ruling]
    controls: Mapping[tuple[str, str], Ruling]


def build(journal: Journal, suites: Iterable[Suite]) -> Matrix:
    """Compute the matrix of one run. Suites give the features' titles, levels and clauses."""
    known = {suite.name: suite for suite in suites}
    rows = _rows(journal.attempts)
    parties = {(party.suite, party.role, party.key): party for party in journal.parties}
    attempts: dict[Key, list[Attempt]] = defaultdict(list)
    for attempt in journal.attempts:
        if not attempt.control:
            attempts[attempt.suite, attempt.role, attempt.product, attempt.peer, attempt.feature].append(
                attempt
            )
    skipped = {(s.suite, s.role, s.product, s.peer, s.feature): s for s in journal.skips}
    planned = {(s.suite, s.role, s.product, s.peer, s.feature): s for s in journal.planned}
    cells = [
        _cell(key, attempts.get(key, []), skipped.get(key), rows, parties, known[key[0]], journal)
        for key in dict.fromkeys((*planned, *skipped, *attempts))
        if key[0] in known
    ]
    roles = {(cell.suite, cell.product_key, cell.role) for cell in cells}
    taken = Counter((suite, key) for suite, key, _ in roles)
    cells = [
        msgspec.structs.replace(cell, both_roles=taken[cell.suite, cell.product_key] > 1) for cell in cells
    ]
    names = dict.fromkeys(cell.suite for cell in cells)
    return Matrix(
        run=journal.facts,
        finished=journal.end.finished if journal.end else 0.0,
        interrupted=journal.end is None or journal.end.interrupted,
        suites=tuple(_facts(known[name], cells) for name in names),
        parties=journal.parties,
        cells=tuple(cells),
    )


def _facts(suite: Suite, cells: Iterable[Cell]) -> SuiteFacts:
    used = {cell.feature for cell in cells if cell.suite == suite.name}
    features = tuple(feature for feature in suite.features if feature.id in used)
    return SuiteFacts(
        name=suite.name,
        title=suite.title,
        specification=suite.specification,
        roles=suite.roles,
        features=features,
    )


def _rows(attempts: Iterable[Attempt]) -> dict[tuple[str, str], _Row]:
    grouped: dict[tuple[str, str], dict[tuple[bool, str, str], list[Attempt]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for each in attempts:
        grouped[each.scenario, each.role][each.control, each.product, each.peer].append(each)
    return {
        scenario: _Row(
            product={
                (who, peer): rule(found) for (control, who, peer), found in pairs.items() if not control
            },
            controls={(who, peer): rule(found) for (control, who, peer), found in pairs.items() if control},
        )
        for scenario, pairs in grouped.items()
    }


def _cell(
    key: Key,
    attempts: list[Attempt],
    skip: Skip | None,
    rows: Mapping[tuple[str, str], _Row],
    parties: Mapping[tuple[str, str, str], Party],
    suite: Suite,
    journal: Journal,
) -> Cell:
    name, role, product_key, peer_key, feature_id = key
    product = parties.get((name, role, product_key))
    peer = parties.get((name, suite.other_role(role), peer_key))
    product_name, _, product_label = product_key.partition("@")
    peer_name, _, rest = peer_key.partition("@")
    peer_label, _, configuration = rest.partition("+")
    base = Cell(
        suite=name,
        feature=feature_id,
        role=role,
        product=product_name,
        product_version=product.version if product else product_label,
        peer=peer_name,
        peer_version=peer.version if peer else peer_label,
        product_key=product_key,
        peer_key=peer_key,
        configuration=configuration or "default",
        verdict=Verdict.UNTESTED,
        reason=skip.reason if skip else _why_untested(journal),
    )
    if not attempts:
        return base
    feature = suite.feature(feature_id)
    by_scenario: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        by_scenario[attempt.scenario].append(attempt)
    ruling = worst(rule(found) for found in by_scenario.values())
    return _judged(base, attempts, ruling, rows[ruling.decisive.scenario, role], feature, suite)


def _why_untested(journal: Journal) -> str:
    if journal.end is None or journal.end.interrupted:
        return "the run ended before this cell's turn"
    return "it was not run"


def _judged(
    base: Cell, attempts: list[Attempt], ruling: Ruling, row: _Row, feature: Feature, suite: Suite
) -> Cell:
    decisive = ruling.decisive
    values: dict[str, Any] = {
        "verdict": ruling.verdict,
        "reason": decisive.reason,
        "outcome": decisive.outcome.value,
        "signature": decisive.signature,
        "scenario": decisive.scenario,
        "duration": sum(each.duration for each in attempts),
        "attempts": ruling.tally,
        "limits": tuple(limit for each in attempts[:1] for limit in each.limits),
        "evidence": decisive.evidence,
        "tested": max(each.started for each in attempts),
    }
    if ruling.verdict is Verdict.DEGRADED:
        values["reason"] = "; ".join(decisive.fallbacks)
    elif ruling.verdict is Verdict.WORKS:
        values["reason"] = ""
    if ruling.verdict in GAPS:
        finding = decide(_evidence(decisive, ruling, row, feature, suite))
        values |= {
            "blame": finding.blame,
            "confidence": finding.confidence.value,
            "reason": f"{decisive.reason}\n{finding.reason}",
        }
        if feature.workaround is not None:
            values["workaround"] = feature.workaround.text
        helped = [each.outcome is Outcome.PASSED for each in attempts if each.why == "workaround"]
        if helped:
            values["workaround_verified"] = all(helped)
    elif ruling.verdict is Verdict.ERROR:
        values |= {"blame": Blame.ENVIRONMENT, "confidence": "certain"}
    return msgspec.structs.replace(base, **values)


def _of_control(ruling: Ruling) -> Verdict:
    """Return a control's verdict; one that failed by chance, and more often passed, is able to do it."""
    by_chance = ruling.verdict is Verdict.FLAKY and 2 * ruling.tally.passed > ruling.tally.total
    return Verdict.WORKS if by_chance else ruling.verdict


def _evidence(decisive: Attempt, ruling: Ruling, row: _Row, feature: Feature, suite: Suite) -> Evidence:
    here, product = decisive.peer, decisive.product
    own_kind = product.split("@", 1)[0]
    declared = {pair: each for pair, each in row.controls.items() if pair[0].split("@", 1)[0] != own_kind}
    # Another product of the same run that ran the same scenario is as good a control as a declared one.
    others = {
        (who, peer): each
        for (who, peer), each in row.product.items()
        if who.split("@", 1)[0] != own_kind and who.split("@", 1)[0] in suite.controls
    }
    controls = {pair: _of_control(each) for pair, each in (declared | others).items()}
    wavering = {
        who
        for (who, peer), each in (*declared.items(), *others.items())
        if peer == here and (each.verdict is Verdict.FLAKY or _of_control(each) is not controls[who, peer])
    }
    mine = {
        peer: each.verdict for (who, peer), each in row.product.items() if who == product and peer != here
    }
    failing = sorted(who for (who, peer), v in controls.items() if peer == here and v is Verdict.FAILS)
    return Evidence(
        product=product,
        peer=here,
        product_role=decisive.role,
        verdict=ruling.verdict,
        outcome=decisive.outcome,
        side=decisive.side if decisive.outcome in BROKEN else "",
        product_works_with=tuple(peer for peer, verdict in mine.items() if verdict in WORKING),
        product_fails_with=tuple(peer for peer, verdict in mine.items() if verdict is Verdict.FAILS),
        controls_pass=tuple(
            sorted(who for (who, peer), v in controls.items() if peer == here and v in WORKING)
        ),
        controls_fail=tuple(failing),
        controls_waver=tuple(sorted(wavering)),
        controls_elsewhere=tuple(
            sorted({peer for (who, peer), v in controls.items() if who in failing and v in WORKING})
        ),
        legal=feature.legal,
    )
