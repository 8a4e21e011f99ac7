"""The harness against MQTT programs whose defects are known: each must be found, and the right side blamed.

As `test_planted_defects` does for mail: planted clients as the product, planted brokers as peers beside
healthy ones, and healthy pairings, which must not be accused.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.containers.planted.mqtt.defects import BROKERS, CLIENTS, REAL_GAPS, SOUND
from tests.containers.planted.runs import Run, Seen, Stage, defective_runs, see
from tests.containers.planted.verdicts import Verdicts

pytestmark = pytest.mark.containers

REAL = "mosquitto@2.0.21"
PLANTED = Path(__file__).parent / "planted" / "mqtt"


def stage(folder: Path) -> Stage:
    """Describe every planted broker below the folder; return what is planted."""
    template = (PLANTED / "descriptor.yaml").read_text().replace("PROGRAM", str(PLANTED / "brokers.py"))
    for name in (SOUND.removeprefix("planted-"), *(each.name for each in BROKERS)):
        described = folder / name
        described.mkdir()
        text = template.replace("PARTY", f"planted-{name}").replace("NAME", name)
        (described / "implementation.yaml").write_text(text)
    return Stage(
        suite="mqtt",
        role="client",
        sound_product="planted-client",
        sound_driver="tests.containers.planted.mqtt.client:Correct",
        products="tests.containers.planted.mqtt.clients",
        sound_peer=SOUND,
        basic="publish-qos-0",
        peer_folder=folder,
        engine="process",
    )


def all_runs(planted: Stage) -> list[Run]:
    """Return every run, those first that take longest.

    A planted client meets Mosquitto as well: where controls disagree, what fails with every peer is its own.
    """
    slow_clients, clients = defective_runs(replace(planted, real_peer=REAL, engine="auto"), CLIENTS, ())
    slow_brokers, brokers = defective_runs(planted, (), BROKERS)
    product, driver = planted.sound_product, planted.sound_driver
    healthy = [
        Run(stage=planted, product=product, driver=driver, peers=(SOUND,), engine="process"),
        Run(stage=planted, product=product, driver=driver, peers=(REAL,)),
        Run(stage=planted, product="paho", peers=(SOUND,), engine="process"),
    ]
    return [*healthy, *slow_clients, *slow_brokers, *brokers, *clients]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Make every run."""
    planted = stage(tmp_path_factory.mktemp("described"))
    return see(all_runs(planted), tmp_path_factory.mktemp("planted"), (*CLIENTS, *BROKERS))


class TestMqtt(Verdicts):
    table = "selftest-mqtt.md"
    real_gaps = REAL_GAPS
    met = {SOUND, "mosquitto"}  # noqa: RUF012 - annotated where it is declared
