"""One suite's answer as a badge, in the JSON that shields.io reads from an endpoint.

The numbers are the strict ones: a feature counts when it works with every server that was tested at all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from interop.judge.sections import Standing, sections
from interop.judge.summary import Headline, amount, headline
from interop.model.matrix import Matrix
from interop.model.suite import Impact
from interop.report.text import visible


def render(matrix: Matrix, suite: str) -> str:
    """Return the endpoint's JSON for a suite, over all roles that the product takes in it.

    See https://shields.io/badges/endpoint-badge.
    """
    found = [headline(section) for section in sections(matrix, suite)]
    badge = {
        "schemaVersion": 1,
        "label": f"{visible(suite, 40)} interop",
        "message": _message(found),
        "color": _color(found),
    }
    return json.dumps(badge, ensure_ascii=False, indent=2) + "\n"


def _message(found: Sequence[Headline]) -> str:
    peers = [amount(each.peers, visible(each.section.peer_role, 40)) for each in found if each.peers]
    if not peers:
        return "not tested"
    works = sum(each.working_everywhere for each in found)
    return " · ".join((f"{works}/{sum(each.features for each in found)} features", *peers))


def _color(found: Sequence[Headline]) -> str:
    """Red for a critical gap, orange for a serious one, yellow for lesser or known ones, green for none."""
    if not any(each.peers for each in found):
        return "lightgrey"
    if any(each.gaps > each.known for each in found):
        impacts = {impact for each in found for impact in each.impacts}
        if Impact.CRITICAL in impacts:
            return "red"
        return "orange" if Impact.SERIOUS in impacts else "yellow"
    if any(each.gaps for each in found):
        return "yellow"
    complete = all(each.standings[Standing.EVERYWHERE] == each.features for each in found)
    return "brightgreen" if complete else "green"
