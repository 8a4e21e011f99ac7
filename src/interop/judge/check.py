"""A planned stack held against a matrix: a finding for each component and required feature, and an answer.

Everything rests on cells that were tried; what nobody tried is `not-tested`, however near the next tested
version is. The decisions are tables in the rules (`load/check_rules.json`); this gathers the facts for them.
Knows nothing of words or layouts: those are `report.words` and the reports.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from interop.errors import ConfigError, Place
from interop.judge.change import changed, shifts
from interop.judge.evidence import Asked, Ground
from interop.judge.findings import find
from interop.judge.minimums import refuse_other_kinds
from interop.judge.names import Named, Names
from interop.judge.products import product_of, spellings
from interop.judge.reading import Reading, ill_formed, read_distribution, read_version, well_formed_part
from interop.judge.rules import Rules
from interop.judge.survey import Survey
from interop.judge.ways import agreed
from interop.model.finding import Answer, Change, Finding, Report
from interop.model.implementation import Implementation
from interop.model.matrix import Cell, Matrix, SuiteFacts
from interop.model.stack import Component, Requirement, Stack
from interop.model.suite import Feature
from interop.model.versions import sort_key


def check(
    stack: Stack,
    matrix: Matrix,
    *,
    rules: Rules,
    now: float,
    catalog: Iterable[Implementation] = (),
    max_age_days: float | None = None,
    change: Mapping[str, str] | None = None,
) -> Report:
    """Return what the matrix knows of a stack.

    `now` is in seconds since the epoch; evidence older than `max_age_days` (the rules' own number when
    None) counts as not tested. `catalog` adds aliases and the versions that distributions carry. `change`
    gives new versions by component, implementation or product: the report is then of the changed stack, and
    its `change` compares. Raises ConfigError, UnknownNameError and RecordError where they do not fit.
    """
    survey = Survey.of(matrix)
    names = Names(survey, catalog, rules)
    days = float(rules["max_age_days"]) if max_age_days is None else max_age_days
    report = _check(stack, survey, names, rules, now, days)
    if not change:
        return report
    product = report.stack.product
    called = (report.product_title, *spellings(product, survey, names))
    after = _check(changed(stack, change, names, called), survey, names, rules, now, days)
    shifted = tuple(shifts(report, after, rules))
    return dataclasses.replace(
        after, change=Change(wanted=dict(change), before=report.answer, shifted=shifted)
    )


def exit_code(report: Report, rules: Rules) -> int:
    """Return what a script is told: 0 go, 1 go with conditions, 2 no-go, 3 test first."""
    code: int = rules["exit_codes"][report.answer]
    return code


def _check(stack: Stack, survey: Survey, names: Names, rules: Rules, now: float, days: float) -> Report:
    matrix, product = survey.matrix, product_of(stack, survey, names)
    scheme = names.scheme(product)
    versions = survey.product_versions(product)
    ground = Ground(
        rules=rules,
        names=names,
        now=now,
        max_age_days=days,
        run_started=matrix.run.started,
        survey=survey,
        product=_version(stack.product_version, scheme, versions, names, stack.product, stack.place),
        product_name=product,
        product_scheme=scheme,
    )
    named = [names.implementation(each.implementation, each.place, each.version) for each in stack.components]
    required = {
        each.name: _required((*stack.requirements, *each.requirements), names) for each in stack.components
    }
    asked_for = [(one, suite.name, two.id) for every in required.values() for one, suite, two in every]
    refuse_other_kinds(asked_for, survey, rules)
    pools = survey.pools(product, {each.name for each in named})
    known = _known_versions(survey, names, {each.name for each in named})
    for component, name in zip(stack.components, named, strict=True):
        names.configuration(name, component)
    findings: list[Finding] = []
    unasked: list[Finding] = []
    notes = [each.note for each in named if each.note]
    if stack.go_live and stack.go_live < datetime.fromtimestamp(now, UTC).date().isoformat():
        notes.insert(0, f"The go-live, {stack.go_live}, has passed; this is what is known now.")
    for component, name in zip(stack.components, named, strict=True):

        def pool(each: Asked, name: Named = name) -> Sequence[Cell]:
            return pools.get((name.name, each.suite, each.feature.id, each.role), ())

        offered = known.get(name.name, [])
        mine = list(_questions(component, name, required[component.name], offered, ground))
        if not mine:
            notes.append(f"None of the required features concerns {component.name}.")
        findings += agreed(find(each, pool(each), stack, ground) for each in mine)
        if name.known:
            others = _others(required[component.name], matrix, stack, rules)
            more = _questions(component, name, others, offered, ground)
            failing = [each for each in more if _fails(each, pool(each))]
            found = agreed(find(each, pool(each), stack, ground) for each in failing)
            unasked += [each for each in found if each.status in rules["costed"]]
    if not findings:
        raise ConfigError(
            "none of the required features concerns any of the components.",
            where=stack.place,
            hint="Do the features belong to another protocol?",
        )
    used = [finding.cell for finding in findings if finding.cell is not None]
    when = [cell.tested or matrix.run.started for cell in used]
    return Report(
        stack=dataclasses.replace(stack, product=product),
        answer=_answer(findings, rules),
        findings=tuple(sorted(findings, key=lambda finding: _weight(finding, rules))),
        product_versions=tuple(
            sorted(
                sorted({cell.product_version for cell in used}),  # of equals, always the same first
                key=lambda version: sort_key(version, scheme),
            )
        ),
        product_title=names.title(product),
        run=matrix.run,
        cells=len(matrix.cells),
        tested_from=min(when, default=0.0),
        tested_to=max(when, default=0.0),
        now=now,
        max_age_days=days,
        unasked=tuple(sorted(unasked, key=lambda finding: _weight(finding, rules))),
        unknown=tuple(dict.fromkeys(each.name for each in named if not each.known)),
        notes=tuple(dict.fromkeys(notes)),
    )


def _required(
    requirements: Iterable[Requirement], names: Names
) -> list[tuple[Requirement, SuiteFacts, Feature]]:
    """Look up what must work with one component; what it asks for itself stands above what all are asked."""
    found: dict[tuple[str, str], tuple[Requirement, SuiteFacts, Feature]] = {}
    for requirement in requirements:
        suite, feature = names.feature(requirement)
        found[suite.name, feature.id] = (requirement, suite, feature)
    return list(found.values())


def _others(
    required: Iterable[tuple[Requirement, SuiteFacts, Feature]], matrix: Matrix, stack: Stack, rules: Rules
) -> list[tuple[Requirement, SuiteFacts, Feature]]:
    """Return what nobody asked for, though it matters."""
    asked = {(suite.name, feature.id) for _, suite, feature in required}
    return [
        (Requirement(suite=suite.name, feature=feature.id, place=stack.place), suite, feature)
        for suite in matrix.suites
        for feature in suite.features
        if feature.impact in rules["costed_impacts"] and (suite.name, feature.id) not in asked
    ]


def _fails(asked: Asked, pool: Iterable[Cell]) -> bool:
    """Say, without judging, whether a cell that is meant failed."""
    return any(
        cell.gap and cell.configuration == asked.configuration and asked.version.holds(cell.peer_version)
        for cell in pool
    )


def _known_versions(survey: Survey, names: Names, peers: set[str]) -> dict[str, list[str]]:
    known = {peer: survey.peer_versions(peer) for peer in peers}
    for name in peers & set(names.catalog):
        known[name].update(release.version for release in names.catalog[name].releases)
    return {name: sorted(versions) for name, versions in known.items()}


def _questions(
    component: Component,
    named: Named,
    required: Sequence[tuple[Requirement, SuiteFacts, Feature]],
    known: Iterable[str],
    ground: Ground,
) -> Iterator[Asked]:
    """Yield what is asked of one component: each required feature of the protocols that it speaks."""
    names = ground.names
    taken = names.taken(component)
    version = _reading(component, named, known, ground)
    suites = {suite.name for _, suite, _ in required}
    if not named.known and taken is None and len(suites) > 1:
        raise ConfigError(
            f"{component.implementation!r} is not known, so nobody can tell which protocol it speaks.",
            where=component.place,
            hint=f"Say it: 'role: {required[0][1].name}.{required[0][1].roles[1]}'.",
        )
    for requirement, suite, feature in required:
        first, second = suite.roles
        faced = {first: second, second: first}
        sides = [role for name, role in sorted(names.roles.get(named.name, ())) if name == suite.name]
        if taken is not None:
            sides = [taken[1]] if taken[0] == suite.name else []
        elif not named.known:
            sides = [""]
        for side in sides:
            yield Asked(
                component=component,
                named=named,
                version=version,
                configuration=component.configuration or "default",
                requirement=requirement,
                suite=suite.name,
                feature=feature,
                role=faced.get(side, ""),
            )


def _reading(component: Component, named: Named, known: Iterable[str], ground: Ground) -> Reading:
    scheme = ground.names.scheme(named.name)
    if component.distribution:
        carried = ground.names.carried(named.name, component)
        if carried or not component.version:
            return read_distribution(carried, scheme)
    return _version(component.version, scheme, known, ground.names, component.implementation, component.place)


def _version(spec: str, scheme: str, known: Iterable[str], names: Names, whose: str, place: Place) -> Reading:
    """Read a version as it was written; raise ConfigError for what is none, with what was meant."""
    versions = list(known)
    pattern: str = names.rules["version"]
    bad = ill_formed(spec, pattern, versions, scheme)
    if bad:
        distribution, part = names.distribution(bad), well_formed_part(bad, pattern)
        hint = "Write a version such as 3.7.11, or a series such as 3.7."
        if distribution:
            hint = f"Did you mean the distribution {distribution!r}? Write '{whose} on {distribution}'."
        elif part:
            hint = f"Did you mean {part!r}? That stands for all versions of this series."
        raise ConfigError(f"{bad!r} is no version.", where=place, hint=hint)
    return read_version(spec, scheme, versions)


def _answer(findings: Iterable[Finding], rules: Rules) -> Answer:
    given = {finding.answer for finding in findings}
    return Answer(next(answer for answer in rules["answers"] if answer in given))


def _weight(finding: Finding, rules: Rules) -> tuple[float, ...]:
    """Return what sorts findings: what decides the answer first, then the dearest, then the gravest."""
    cost, hours, failed = (
        (-finding.loss.cost_a_day[1], -finding.loss.hours_a_day[1], -finding.loss.failed_a_day[1])
        if finding.loss
        else (0.0, 0.0, 0.0)
    )
    return (
        rules["answers"].index(finding.answer),
        cost,
        hours,
        failed,
        rules["impacts"].index(finding.feature.impact),
        rules["statuses"].index(finding.status),
    )
