"""How a decision table is read. What the tables say is data (`check_rules.json`); this knows none of it.

A table is a list of rows. A row's `when` names facts and the values that each may have, one or a list; the
first row whose facts all agree is the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Rules = Mapping[str, Any]


def decide(table: Sequence[Mapping[str, Any]], facts: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the first row that agrees with the facts; an empty one when none does."""
    for row in table:
        for fact, wanted in row["when"].items():
            value = facts.get(fact, "")
            if value not in wanted if isinstance(wanted, list) else value != wanted:
                break
        else:
            return row
    return {}
