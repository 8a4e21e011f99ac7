"""The harness against DNS programs whose defects are known: each must be found, and the right side blamed.

As `test_planted_defects` does for mail: planted clients as the product, planted servers as peers beside
healthy ones, and healthy pairings, which must not be accused.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.containers.planted.dns.defects import CLIENTS, REAL_GAPS, SERVERS, SOUND
from tests.containers.planted.runs import Run, Seen, Stage, defective_runs, listed, report, see
from tests.containers.planted.table import accused

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


def test_every_planted_defect_is_found_and_blamed_on_the_right_side(
    seen: Seen, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        sys.stdout.write(report(seen, "selftest-dns.md", REAL_GAPS))
    wrong = [each for each in seen.rows if not each.right_throughout]
    assert not wrong, "\n".join(map(str, wrong))


def test_no_healthy_pairing_is_accused(seen: Seen) -> None:
    assert {cell.peer for cell in seen.healthy if cell.tried} >= {SOUND, "bind9", "knot"}
    found = accused(seen.healthy, REAL_GAPS)
    assert not found, listed(found)


def test_each_planted_program_works_but_for_its_defect(seen: Seen) -> None:
    others = [cell for each in seen.rows for cell in each.others]
    assert not others, listed(others)


def test_no_run_leaves_anything_behind(seen: Seen) -> None:
    assert not seen.left, "\n".join(seen.left)
