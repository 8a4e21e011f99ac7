"""The harness against DNS programs whose defects are known: each must be found, and the right side blamed.

As `test_planted_defects` does for mail: planted clients as the product, planted servers as peers beside
healthy ones, and healthy pairings, which must not be accused.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.containers.planted.dns.defects import CLIENTS, REAL_GAPS, SERVERS, SOUND
from tests.containers.planted.runs import Run, Seen, Stage, defective_runs, see
from tests.containers.planted.verdicts import Verdicts

pytestmark = pytest.mark.containers

STAGE = Stage(
    suite="dns",
    role="client",
    sound_product="planted-client",
    sound_driver="tests.containers.planted.dns.client:Correct",
    products="tests.containers.planted.dns.clients",
    sound_peer=SOUND,
    real_peer="bind9@9.20.30",
    basic="address",
    peer_folder=Path(__file__).parent / "planted" / "dns" / "peers",
)


def all_runs() -> list[Run]:
    """Return every run, those first that take longest."""
    slow, quick = defective_runs(STAGE, CLIENTS, SERVERS)
    peers = (SOUND, STAGE.real_peer)
    sound = [
        Run(stage=STAGE, product=STAGE.sound_product, driver=STAGE.sound_driver, peers=(peer,))
        for peer in (*peers, "knot@bookworm")
    ]
    shipped = [Run(stage=STAGE, product="dnspython", peers=(peer,)) for peer in peers]
    return [*slow, *sound, *shipped, *quick]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Make every run."""
    return see(all_runs(), tmp_path_factory.mktemp("planted"), (*CLIENTS, *SERVERS))


class TestDns(Verdicts):
    table = "selftest-dns.md"
    real_gaps = REAL_GAPS
    met = {SOUND, "bind9", "knot"}  # noqa: RUF012 - annotated where it is declared
