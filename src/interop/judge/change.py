"""A stack with other versions, and what that does to its findings. Knows nothing of how findings are made."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping

from interop.errors import ConfigError
from interop.judge.names import Names, fold
from interop.judge.rules import Rules, decide
from interop.judge.seldom import outweighs
from interop.model.finding import Finding, Report, Shift, Shifted, Status
from interop.model.stack import Stack

_PRODUCT = -1
"""Where the product stands among the components that are given a version."""


def changed(stack: Stack, change: Mapping[str, str], names: Names, product: Collection[str]) -> Stack:
    """Return the stack with other versions.

    `product` are the names of its product, the one that people read first. Raises ConfigError for a name that
    the stack does not have, and for one thing that is given two versions.
    """
    components = list(stack.components)
    given: dict[int, str] = {}
    for name, version in change.items():
        hits = _meant(name, stack, names)
        if fold(name) in map(fold, product):
            hits.append(_PRODUCT)
        if not hits:
            known = ", ".join([next(iter(product)), *(each.name for each in stack.components)])
            raise ConfigError(
                f"nothing in the stack is called {name!r}.", where=stack.place, hint=f"It has {known}."
            )
        if any(given.setdefault(at, version) != version for at in hits):
            raise ConfigError(f"--change gives {name!r} two versions.", hint="Give it once.")
    for at, version in given.items():
        if at == _PRODUCT:
            continue
        distribution = names.is_distribution(version)
        components[at] = dataclasses.replace(
            components[at],
            version="" if distribution else version,
            distribution=version if distribution else "",
        )
    return dataclasses.replace(
        stack,
        product_version=given.get(_PRODUCT, stack.product_version),
        components=tuple(components),
    )


def _meant(name: str, stack: Stack, names: Names) -> list[int]:
    """Return which components a name means: by what the customer calls them, else by the implementation."""
    called = [at for at, each in enumerate(stack.components) if fold(each.name) == fold(name)]
    return called or [
        at
        for at, each in enumerate(stack.components)
        if names.implementation(each.implementation, each.place) == names.implementation(name, stack.place)
    ]


def shifts(report: Report, after: Report, rules: Rules) -> Iterator[Shifted]:
    """Yield the findings that a change is about, before and after it."""
    before = {finding.key: finding for finding in report.findings}
    everywhere = report.stack.product_version != after.stack.product_version
    for finding in after.findings:
        old = before.get(finding.key)
        if old is not None and (everywhere or old.component != finding.component):
            yield Shifted(shift=_shift(old, finding, rules), before=old, after=finding)


def _shift(before: Finding, after: Finding, rules: Rules) -> Shift:
    """Look up what the change does. A condition on the version alone is no new condition.

    A failure that comes seldom is not called mended by too few attempts.
    """
    only = rules["version_only"]

    def known(finding: Finding) -> Status:
        alone = finding.cause in only and [way.kind for way in finding.ways] == ["version"]
        return Status.WORKS if alone else finding.status

    seldom = before.cell is not None and after.cell is not None and not outweighs(after.cell, before.cell)
    facts = {
        "before": known(before),
        "after": known(after),
        "enough": "no" if seldom and known(after) in rules["working"] else "yes",
        "terms": "same" if _terms(before, only) == _terms(after, only) else "other",
    }
    return Shift(decide(rules["shift"], facts)["shift"])


def _terms(finding: Finding, only: Collection[str]) -> tuple[str, frozenset[tuple[str, str]]]:
    """Return on what a finding works, whichever version it is of that works so."""
    if finding.cause not in only:
        return finding.cause, frozenset((way.kind, way.what) for way in finding.ways)
    ways = [way for way in finding.ways if not way.kind.startswith("version")]
    return (ways[0].kind if ways else "fallback"), frozenset((way.kind, way.what) for way in ways)
