"""The harness against mail programs whose defects are known: each must be found, and the right side blamed.

The real plugin runs in processes of its own: each planted client as the product, each planted server as a
peer beside healthy ones, and healthy pairings, which must not be accused.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.containers.planted.defects import CLIENTS, REAL_GAPS, SERVERS, SOUND
from tests.containers.planted.runs import Run, Seen, Stage, defective_runs, see
from tests.containers.planted.verdicts import Verdicts

pytestmark = pytest.mark.containers

REPEAT = 3
"""How often healthy pairings are tried."""

STAGE = Stage(
    suite="smtp",
    role="client",
    sound_product="planted-client",
    sound_driver="tests.containers.planted.client:Correct",
    products="tests.containers.planted.clients",
    sound_peer=SOUND,
    real_peer="aiosmtpd@1.4.6",
    basic="delivery",
    peer_folder=Path(__file__).parent / "planted" / "peers",
)


def all_runs() -> list[Run]:
    """Return every run, those first that take longest."""
    slow, quick = defective_runs(STAGE, CLIENTS, SERVERS)
    product, driver = STAGE.sound_product, STAGE.sound_driver
    sound = [
        Run(stage=STAGE, product=product, driver=driver, peers=(peer,), repeat=REPEAT)
        for peer in (*STAGE.healthy, "postfix@trixie")
    ]
    shipped = [
        Run(stage=STAGE, product=name, peers=(peer,), repeat=REPEAT, engine="process")
        for name in ("smtplib", "aiosmtplib")
        for peer in STAGE.healthy
    ]
    return [*slow, *sound, *shipped, *quick]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Make every run."""
    return see(all_runs(), tmp_path_factory.mktemp("planted"), (*CLIENTS, *SERVERS))


class TestSmtp(Verdicts):
    table = "selftest.md"
    real_gaps = REAL_GAPS
    met = {SOUND, "aiosmtpd", "postfix"}  # noqa: RUF012 - annotated where it is declared
