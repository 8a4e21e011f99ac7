"""The harness against programs whose defects are known: each must be found, and the right side blamed.

The real plugin runs in processes of its own: each planted client as the product, each planted server as a
peer beside healthy ones, and healthy pairings, which must not be accused.
"""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from interop.load.catalog import load_catalog
from interop.load.record import read_matrix
from interop.model.matrix import Cell, Matrix
from tests.containers.planted.defects import CLIENTS, REAL_GAPS, SERVERS, SOUND, Defect
from tests.containers.planted.table import Row, accused, healthy, render, row

pytestmark = pytest.mark.containers

ROOT = Path(__file__).parents[2]
PLANTED = Path(__file__).parent / "planted" / "peers"
REPORT = ROOT / "interop-report-selftest" / "selftest.md"

AT_ONCE = 6
"""Runs at the same time: most of them wait most of the time."""
GROUP = 7
"""Planted servers in one run."""
REPEAT = 3
"""How often healthy pairings are tried."""
TIMEOUT = 600.0
"""Seconds that a run may take on a machine that is busy with other things."""

SOUND_CLIENT = "planted-client"
SOUND_DRIVER = "tests.containers.planted.client:Correct"
REAL_PEER = "aiosmtpd@1.4.6"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the plugin."""

    product: str
    driver: str = SOUND_DRIVER
    """Class of the product; empty for a client that is shipped under the product's name."""
    peers: tuple[str, ...]
    features: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    """Node ids; without features and node ids everything is run."""
    repeat: int = 1
    engine: str = "auto"
    defects: tuple[Defect, ...] = ()
    """What the run is about; empty for one over healthy pairings."""


@dataclass(slots=True, kw_only=True)
class Seen:
    """What all runs came to."""

    rows: list[Row] = field(default_factory=list)
    healthy: list[Cell] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    seconds: float = 0.0


def client_run(defect: Defect) -> Run:
    """Put a planted client in the product's place."""
    return Run(
        product=defect.party,
        driver=f"tests.containers.planted.clients:{defect.class_name}",
        peers=(SOUND,) if defect.slow else (SOUND, REAL_PEER),
        features=defect.features if defect.slow else ("delivery", *defect.features),
        defects=(defect,),
    )


def server_run(defects: Sequence[Defect]) -> Run:
    """Let the sound client meet planted servers, each in the scenarios that must reveal its defect."""
    ids = [
        f"{scenario}[{SOUND_CLIENT}@1.0-{peer}]"
        for defect in defects
        for feature in defect.features
        for scenario in scenarios()[feature]
        for peer in (f"{SOUND}@1.0", REAL_PEER, f"{defect.party}@1.0")
    ]
    return Run(
        product=SOUND_CLIENT,
        peers=(SOUND, REAL_PEER, *(each.party for each in defects)),
        scenarios=tuple(dict.fromkeys(ids)),
        defects=tuple(defects),
    )


@functools.cache
def scenarios() -> dict[str, list[str]]:
    """Return the node ids of each feature's scenarios, as they stand in the suite's files."""
    found: dict[str, list[str]] = {}
    for file in sorted(load_catalog().suite("smtp").folder.glob("test_*.py")):
        marked = re.findall(
            r'^@interop\.feature\("([^"]+)".*\n(?:@.*\n)*def (test_\w+)', file.read_text(), re.MULTILINE
        )
        for feature, name in marked:
            found.setdefault(feature, []).append(f"smtp/{file.name}::{name}")
    return found


def all_runs() -> list[Run]:
    """Return every run, those first that take longest."""
    quick = [each for each in SERVERS if not each.slow]
    peers = (SOUND, REAL_PEER)
    return [
        *(client_run(each) for each in CLIENTS if each.slow),
        *(server_run([each]) for each in SERVERS if each.slow),
        *(Run(product=SOUND_CLIENT, peers=(peer,), repeat=REPEAT) for peer in (*peers, "postfix@trixie")),
        *(
            Run(product=name, driver="", peers=(peer,), repeat=REPEAT, engine="process")
            for name in ("smtplib", "aiosmtplib")
            for peer in peers
        ),
        *(server_run(quick[at : at + GROUP]) for at in range(0, len(quick), GROUP)),
        *(client_run(each) for each in CLIENTS if not each.slow),
    ]


def make(run: Run, folder: Path) -> Matrix:
    """Run the plugin and return its matrix."""
    folder.mkdir()
    product = (
        f"name: {run.product}\n  version: '1.0'\n  roles: {{smtp.client: {{driver: '{run.driver}'}}}}"
        if run.driver
        else f"shipped: {run.product}"
    )
    (folder / "interop.yaml").write_text(f"product:\n  {product}\npeer_folders: [{PLANTED}]\n")
    (folder / "tmp").mkdir()
    command = [
        *(sys.executable, "-m", "pytest", *run.scenarios, "-q", "--tb=no", "-p", "no:cacheprovider"),
        *("--interop", "--interop-config", str(folder / "interop.yaml")),
        *("--interop-report", str(folder / "report"), "--interop-engine", run.engine),
        *("--interop-retries", "1", "--interop-repeat", str(run.repeat)),
        *(f"--interop-peer={each}" for each in run.peers),
        *(f"--interop-feature={each}" for each in run.features),
    ]
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert ended.returncode in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}, ended.stdout
    return read_matrix(folder / "report" / "matrix.json")


def left_behind(folder: Path) -> list[str]:
    """Return processes and state directories of runs in `folder` that are still there."""
    processes = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if os.fsencode(folder) in environment.read_bytes():
                command = (environment.parent / "cmdline").read_bytes()
                processes.append(command.replace(b"\0", b" ").decode("utf-8", "replace"))
        except OSError:
            continue
    return [*processes, *map(str, folder.glob("*/tmp/interop-state-*"))]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Make every run."""
    folder, began, runs = tmp_path_factory.mktemp("planted"), time.monotonic(), all_runs()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        matrices = list(pool.map(make, runs, [folder / str(number) for number in range(len(runs))]))
    found = Seen(seconds=time.monotonic() - began, left=left_behind(folder))
    for run, matrix in zip(runs, matrices, strict=True):
        found.rows += [row(each, matrix) for each in run.defects]
        found.healthy += healthy(matrix, run.defects)
    found.rows.sort(key=lambda each: (*CLIENTS, *SERVERS).index(each.defect))
    return found


def listed(cells: Iterable[Cell]) -> str:
    return "\n".join(
        f"{cell.product} with {cell.peer}: {cell.feature} {cell.verdict}, blame {cell.blame}: {cell.reason}"
        for cell in cells
    )


def test_every_planted_defect_is_found_and_blamed_on_the_right_side(
    seen: Seen, capsys: pytest.CaptureFixture[str]
) -> None:
    tried = [cell for cell in seen.healthy if cell.tried]
    text = render(seen.rows, len(tried), len(accused(tried, REAL_GAPS)))
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(f"# Planted defects\n\n{text}\n")
    with capsys.disabled():
        sys.stdout.write(f"\n{text}\n{len(seen.rows)} programs, {seen.seconds:.0f} s.\n")
    wrong = [each for each in seen.rows if not each.right_throughout]
    assert not wrong, "\n".join(map(str, wrong))


def test_no_healthy_pairing_is_accused(seen: Seen) -> None:
    assert {cell.peer for cell in seen.healthy if cell.tried} >= {SOUND, "aiosmtpd", "postfix"}
    found = accused(seen.healthy, REAL_GAPS)
    assert not found, listed(found)


def test_each_planted_program_works_but_for_its_defect(seen: Seen) -> None:
    others = [cell for each in seen.rows for cell in each.others]
    assert not others, listed(others)


def test_no_run_leaves_anything_behind(seen: Seen) -> None:
    assert not seen.left, "\n".join(seen.left)
