"""From the cells that are meant to one finding: what they say, under which condition, and what could be done.

`evidence` judges a single cell, `nearest` what nobody tried; this puts them together, by the tables `several`
and `answer` of the rules. Knows nothing of which questions a stack asks.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from interop.judge.commands import command_for
from interop.judge.evidence import Asked, Ground, Said, doubt, latest, say
from interop.judge.impact import loss, unpriced
from interop.judge.minimums import reach, worst_limit
from interop.judge.nearest import Missing, aged, missing
from interop.judge.reading import shown
from interop.judge.rules import decide
from interop.judge.seldom import enough
from interop.judge.ways import around, conditions, instead, other_versions
from interop.model.finding import Answer, Finding, Status, Way
from interop.model.matrix import Cell
from interop.model.stack import Stack


def find(asked: Asked, pool: Sequence[Cell], stack: Stack, ground: Ground) -> Finding:
    """Return what the cells of `pool` say to a question."""
    meant = (
        cell
        for cell in pool
        if cell.tried
        and cell.configuration == asked.configuration
        and asked.version.holds(cell.peer_version)
        and ground.product.holds(cell.product_version)
    )
    cells = latest(meant, asked.version.scheme, ground.product_scheme)
    if not cells:
        return _untested(asked, missing(asked, pool, ground), pool, ground)
    said = [say(cell, asked, pool, ground) for cell in cells]
    if asked.version.pinned and (len(said) == 1 or _all_work(said)):
        return _told(said[-1], asked, pool, stack, ground)
    return _open(said, asked, pool, stack, ground)


def _all_work(said: Iterable[Said]) -> bool:
    """Say whether a version that several releases carry works in all of them."""
    return all(each.status is Status.WORKS for each in said)


def _told(said: Said, asked: Asked, pool: Sequence[Cell], stack: Stack, ground: Ground) -> Finding:
    """Return the finding that one cell decides."""
    if said.cause == "old":
        return _untested(asked, aged(said.cell, asked, pool, ground), pool, ground)
    _, minimum, limit = worst_limit(said.cell, asked.requirement.minimums, ground.rules)
    finding = _base(asked, said.status, said.cause, ground)
    broken = said.status in ground.rules["broken"]
    newer, older = other_versions(asked, pool, ground, said.cell) if broken else ((), ())
    untested = said.status is Status.NOT_TESTED
    failure = doubt(said.cell, asked, pool, ground) if said.cause == "seldom" else None
    times = enough(failure) if failure else 0
    command, needs = command_for(asked, said.cause, said.cell, ground, times=times) if untested else ("", "")
    stopped = said.cell.outcome in ground.rules["standstills"]
    costed = said.status in ground.rules["costed"] and asked.feature.impact in ground.rules["costed_impacts"]
    return dataclasses.replace(
        finding,
        cell=said.cell,
        tested=(shown(said.cell, asked.version.scheme),),
        minimum=minimum,
        limit=limit,
        reached=reach(limit, minimum, ground.rules) if limit and minimum else 0.0,
        ways=around(said, asked, pool, ground, newer or older)
        if broken
        else conditions(said, asked, pool, ground),
        newer=newer,
        loss=loss(said.cell.attempts, asked.component, stack, stopped=stopped) if costed else None,
        unpriced=costed and unpriced(asked.component, stack),
        command=command,
        failure=failure,
        times=times,
        needs=needs,
    )


def _open(said: Sequence[Said], asked: Asked, pool: Sequence[Cell], stack: Stack, ground: Ground) -> Finding:
    """Return the finding for a version that several tested ones may stand for."""
    fresh = [each for each in said if each.cause != "old"]
    works = [each for each in fresh if ground.working(each.status)]
    statuses = ground.rules["statuses"]
    if not works:
        worst = min(reversed(fresh or said), key=lambda each: statuses.index(each.status))
        return dataclasses.replace(_told(worst, asked, pool, stack, ground), tested=_versions(fresh, asked))
    known = [each for each in fresh if each.status is not Status.NOT_TESTED]
    row = decide(
        ground.rules["several"],
        {
            "working": "all" if len(works) == len(known) else "some",
            "stated": "yes" if asked.version.stated else "no",
        },
    )
    best = max(reversed(works), key=lambda each: statuses.index(each.status))
    finding = _told(best, asked, pool, stack, ground)
    kind = "version" if best.status is Status.WORKS else "version-conditional"
    version = shown(best.cell, asked.version.scheme)
    chosen = Way(kind=kind, what=version, carrier=ground.names.carrier(asked.named.name, version))
    return dataclasses.replace(
        _base(asked, Status(row["status"]), row["cause"], ground),
        cell=best.cell,
        tested=_versions(known, asked),
        working=_versions(works, asked),
        minimum=finding.minimum,
        limit=finding.limit,
        reached=finding.reached,
        ways=(chosen, *finding.ways),
    )


def _untested(asked: Asked, found: Missing, pool: Sequence[Cell], ground: Ground) -> Finding:
    near = found.nearest
    newer, older = other_versions(asked, pool, ground) if near else ((), ())
    cell = near.cell if near else None
    command, needs = command_for(asked, found.cause, cell, ground, untried=found.reason)
    return dataclasses.replace(
        _base(asked, Status.NOT_TESTED, found.cause, ground),
        likely=found.likely,
        below=found.below,
        above=found.above,
        nearest=near,
        ways=instead(found, asked, ground, newer or older),
        newer=newer,
        command=command,
        needs=needs,
        untried=found.reason,
    )


def _base(asked: Asked, status: Status, cause: str, ground: Ground) -> Finding:
    row = decide(ground.rules["answer"], {"status": status, "cause": cause, "impact": asked.feature.impact})
    written = asked.component.version or (asked.version.spec if asked.version.resolved else "")
    return Finding(
        component=asked.component,
        implementation=asked.named.name,
        title=asked.named.title,
        version=asked.version.spec if asked.version.carried else written,
        scheme=asked.version.scheme,
        configuration=asked.configuration,
        configuration_title=ground.names.configuration_title(
            asked.named.name, asked.suite, asked.configuration
        ),
        requirement=asked.requirement,
        feature=asked.feature,
        suite=asked.suite,
        role=asked.role,
        status=status,
        cause=cause,
        answer=Answer(row["answer"]),
    )


def _versions(said: Iterable[Said], asked: Asked) -> tuple[str, ...]:
    return tuple(shown(each.cell, asked.version.scheme) for each in said)
