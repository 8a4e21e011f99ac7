"""A stack with other versions, and what that does to its findings. Knows nothing of how findings are made."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from interop.errors import ConfigError
from interop.judge.names import Names, fold
from interop.judge.rules import Rules, decide
from interop.judge.seldom import outweighs
from interop.model.finding import Finding, Report, Shift, Shifted, Status
from interop.model.stack import Stack


def changed(stack: Stack, change: Mapping[str, str], names: Names) -> Stack:
    """Return the stack with other versions; raise ConfigError for a name that it does not have."""
    product, components = stack.product_version, list(stack.components)
    for name, version in change.items():
        wanted = fold(name)
        hits = [at for at, each in enumerate(components) if fold(each.name) == wanted]
        hits = hits or [
            at
            for at, each in enumerate(components)
            if names.implementation(each.implementation, each.place)
            == names.implementation(name, stack.place)
        ]
        is_product = wanted == fold(stack.product)
        if not hits and not is_product:
            known = ", ".join([stack.product, *(each.name for each in stack.components)])
            raise ConfigError(
                f"nothing in the stack is called {name!r}.", where=stack.place, hint=f"It has {known}."
            )
        if is_product:
            product = version
        distribution = names.is_distribution(version)
        for at in hits:
            components[at] = dataclasses.replace(
                components[at],
                version="" if distribution else version,
                distribution=version if distribution else "",
            )
    return dataclasses.replace(stack, product_version=product, components=tuple(components))


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
        return Status.WORKS if finding.cause in only and len(finding.ways) == 1 else finding.status

    seldom = before.cell is not None and after.cell is not None and not outweighs(after.cell, before.cell)
    facts = {
        "before": known(before),
        "after": known(after),
        "enough": "no" if seldom and known(after) in rules["working"] else "yes",
    }
    return Shift(decide(rules["shift"], facts)["shift"])
