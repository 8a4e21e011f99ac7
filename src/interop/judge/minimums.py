"""What a customer needs at least, held against the limits that were found.

Knows units and what one of each is; nothing of how a cell is judged otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from interop.errors import ConfigError
from interop.judge.names import fold
from interop.judge.rules import Rules
from interop.judge.survey import Survey
from interop.model.attempt import Limit
from interop.model.matrix import Cell
from interop.model.stack import Minimum, Requirement


def worst_limit(
    cell: Cell, minimums: Iterable[Minimum], rules: Rules
) -> tuple[str, Minimum | None, Limit | None]:
    """Hold a cell's limits against what is needed; return the worst answer with the pair that gave it.

    Answers, worst first: `short`, `unmeasured`, `beyond` (it was not tried that far), `met`; `none` when
    nothing is needed.
    """
    answers = [_limit(cell, minimum, rules) for minimum in minimums]
    for wanted in ("short", "unmeasured", "beyond", "met"):
        for answer in answers:
            if answer[0] == wanted:
                return answer
    return ("none", None, None)


def reach(limit: Limit, minimum: Minimum, rules: Rules) -> float:
    """Return a limit in the unit of what is needed; a number without a unit is of the limit's own."""
    if not minimum.unit:
        return limit.value
    return limit.value * _unit(limit.unit, rules)[1] / _unit(minimum.unit, rules)[1]


def refuse_other_kinds(
    required: Iterable[tuple[Requirement, str, str]], survey: Survey, rules: Rules
) -> None:
    """Raise ConfigError for a minimum of sizes where times are measured, and the like.

    `required` has each requirement with the names of its suite and feature. Where nothing was measured,
    nothing can be said.
    """
    asked = [
        (each, suite, feature, minimum)
        for each, suite, feature in required
        for minimum in each.minimums
        if minimum.unit
    ]
    wanted = {(suite, feature) for _, suite, feature, _ in asked}
    measured: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for cell in survey.features(wanted):
        if cell.limits:
            measured[cell.suite, cell.feature].update((each.name, each.unit) for each in cell.limits)
    for requirement, suite, feature, minimum in asked:
        units = {
            unit
            for name, unit in measured[suite, feature]
            if not minimum.limit or fold(name) == fold(minimum.limit)
        }
        if units and _unit(minimum.unit, rules)[0] not in {_unit(unit, rules)[0] for unit in units}:
            raise ConfigError(
                f"{feature!r} is measured in {', '.join(sorted(units))}, not in {minimum.unit}.",
                where=requirement.place,
                hint="Write the least that will do in such a unit.",
            )


def _limit(cell: Cell, minimum: Minimum, rules: Rules) -> tuple[str, Minimum, Limit | None]:
    kind, factor = _unit(minimum.unit, rules)
    comparable = [
        limit
        for limit in cell.limits
        if (not minimum.limit or fold(minimum.limit) == fold(limit.name))
        and (not minimum.unit or _unit(limit.unit, rules)[0] == kind)
    ]
    if not comparable:
        return ("unmeasured", minimum, None)
    needed = minimum.value * factor

    def length(limit: Limit) -> float:
        return limit.value * (_unit(limit.unit, rules)[1] if minimum.unit else 1.0)

    least = min(comparable, key=length)
    if length(least) >= needed:
        return ("met", minimum, least)
    return ("beyond" if least.at_least else "short", minimum, least)


def _unit(unit: str, rules: Rules) -> tuple[str, float]:
    """Return the kind of a unit and what one of it is in the kind's base; an unknown unit is its own kind."""
    kind, factor = rules["units"].get(unit, (unit.casefold(), 1))
    return str(kind), float(factor)
