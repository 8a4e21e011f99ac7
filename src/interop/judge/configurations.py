"""What the configurations of implementations are, in words. Knows nothing of results.

A name such as `hardened` says nothing to whoever did not write it; the title beside it does.
"""

from __future__ import annotations

from collections.abc import Iterable

from interop.model.attempt import Party
from interop.model.implementation import Implementation

Titles = dict[tuple[str, str, str], str]
"""By implementation, suite and configuration."""


def configuration_titles(parties: Iterable[Party], catalog: Iterable[Implementation]) -> Titles:
    """Return the titles of configurations that have one; what ran stands above what the catalogue offers."""
    offered = {
        (each.name, role.suite, one.name): one.title
        for each in catalog
        for role in each.roles
        for one in role.configurations
        if one.title
    }
    ran = {
        (party.name, party.suite, party.configuration): party.configuration_title
        for party in parties
        if party.configuration_title
    }
    return offered | ran
