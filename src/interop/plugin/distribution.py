"""With xdist: all cells of one peer go to one worker, and workers write to the controller's journal.

`--dist loadgroup` does not group with pytest 9.2 and xdist 3.8, so the scheduler itself groups by node id.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

WORKERS_LIMIT = 4
"""Workers that `-n auto` gives at most: each brings up peers of its own ahead of need."""


class PeerScheduling(LoadScopeScheduling):
    """Hands a worker all items of one peer at once, so that the peer is brought up once.

    Peers are handed out in the order in which they were collected, which has those first that take longest.
    """

    def __init__(self, config: pytest.Config, log: Any) -> None:
        config.option.loadscopereorder = False  # it would put those first that have most items
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        if "[" not in nodeid:
            return nodeid.rsplit("::", 1)[0]
        suite = nodeid.split("/", 1)[0]
        head, _, version = nodeid.rsplit("[", 1)[1].removesuffix("]").rpartition("@")
        return f"{suite}:{head.rpartition('-')[2]}@{version}"  # a version may hold a dash, as Debian's do


class Distribution:
    """The hooks that xdist asks."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id

    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker which run it belongs to."""
        node.workerinput["interop_run"] = self._run_id

    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> PeerScheduling:
        """Group by peer."""
        return PeerScheduling(config, log)

    @pytest.hookimpl(tryfirst=True)
    def pytest_xdist_auto_num_workers(self, config: pytest.Config) -> int | None:
        """Bound `-n auto` by what an engine on this machine can bear."""
        from xdist.plugin import pytest_xdist_auto_num_workers  # noqa: PLC0415 - only with xdist

        return min(WORKERS_LIMIT, int(pytest_xdist_auto_num_workers(config)))
