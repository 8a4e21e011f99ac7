"""How planted programs are tried: the real plugin in processes of its own, and what its matrices say of each.

Knows no suite: a `Stage` says what is planted in one, and who the healthy ones beside it are.
"""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from interop.load.catalog import load_catalog
from interop.load.record import read_matrix
from interop.model.matrix import Cell, Matrix, Verdict
from tests.containers.planted.defects import Defect
from tests.containers.planted.table import Row, accused, healthy, render, row

ROOT = Path(__file__).parents[3]
REPORT = ROOT / "interop-report-selftest"

AT_ONCE = 6
"""Runs at the same time: most of them wait most of the time."""
TIMEOUT = 600.0
"""Seconds that a run may take on a machine that is busy with other things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What is planted in one suite, and the healthy ones beside it."""

    suite: str
    role: str
    """The role of the planted products."""
    sound_product: str
    """Its name in a matrix."""
    sound_driver: str
    """`module:Class` of the product without a defect."""
    products: str
    """The module in which the planted products are classes."""
    sound_peer: str
    real_peer: str = ""
    """A candidate's id; empty when no real peer stands beside the planted ones."""
    basic: str
    """The feature that everybody must have."""
    peer_folder: Path
    """Where the planted peers are described."""
    engine: str = "auto"
    group: int = 7
    """Planted peers in one run."""

    @property
    def healthy(self) -> tuple[str, ...]:
        """The peers beside which every planted program stands."""
        return (self.sound_peer, self.real_peer) if self.real_peer else (self.sound_peer,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the plugin."""

    stage: Stage
    product: str
    driver: str = ""
    """Class of the product; empty for a program that is shipped under the product's name."""
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


def product_run(stage: Stage, defect: Defect) -> Run:
    """Put a planted product in its place."""
    return Run(
        stage=stage,
        product=defect.party,
        driver=f"{stage.products}:{defect.class_name}",
        peers=(stage.sound_peer,) if defect.slow else stage.healthy,
        features=defect.features if defect.slow else (stage.basic, *defect.features),
        engine=stage.engine,
        defects=(defect,),
    )


def peer_run(stage: Stage, defects: Sequence[Defect]) -> Run:
    """Let the sound product meet planted peers, each in the scenarios that must reveal its defect."""
    ids = [
        f"{scenario}[{stage.sound_product}@1.0-{peer}]"
        for defect in defects
        for feature in defect.features
        for scenario in scenarios(stage.suite)[feature]
        for peer in (f"{stage.sound_peer}@1.0", *stage.healthy[1:], f"{defect.party}@1.0")
    ]
    return Run(
        stage=stage,
        product=stage.sound_product,
        driver=stage.sound_driver,
        peers=(*stage.healthy, *(each.party for each in defects)),
        scenarios=tuple(dict.fromkeys(ids)),
        engine=stage.engine,
        defects=tuple(defects),
    )


def defective_runs(
    stage: Stage, products: Sequence[Defect], peers: Sequence[Defect]
) -> tuple[list[Run], list[Run]]:
    """Return the runs of all planted programs: those that take long, and the others."""
    quick = [each for each in peers if not each.slow]
    slow = [
        *(product_run(stage, each) for each in products if each.slow),
        *(peer_run(stage, [each]) for each in peers if each.slow),
    ]
    return slow, [
        *(peer_run(stage, quick[at : at + stage.group]) for at in range(0, len(quick), stage.group)),
        *(product_run(stage, each) for each in products if not each.slow),
    ]


@functools.cache
def scenarios(suite: str) -> dict[str, list[str]]:
    """Return the node ids of each feature's scenarios, as they stand in the suite's files."""
    found: dict[str, list[str]] = {}
    for file in sorted(load_catalog().suite(suite).folder.glob("test_*.py")):
        marked = re.findall(
            r'^@interop\.feature\("([^"]+)".*\n(?:@.*\n)*def (test_\w+)', file.read_text(), re.MULTILINE
        )
        for feature, name in marked:
            found.setdefault(feature, []).append(f"{suite}/{file.name}::{name}")
    return found


def make(run: Run, folder: Path) -> Matrix:
    """Run the plugin and return its matrix."""
    folder.mkdir()
    role = f"{run.stage.suite}.{run.stage.role}"
    product = (
        f"name: {run.product}\n  version: '1.0'\n  roles: {{{role}: {{driver: '{run.driver}'}}}}"
        if run.driver
        else f"shipped: {run.product}"
    )
    (folder / "interop.yaml").write_text(f"product:\n  {product}\npeer_folders: [{run.stage.peer_folder}]\n")
    (folder / "tmp").mkdir()
    command = [
        *(sys.executable, "-m", "pytest", *run.scenarios, "-q", "--tb=no", "-p", "no:cacheprovider"),
        *("--interop", "--interop-config", str(folder / "interop.yaml")),
        *("--interop-suite", run.stage.suite),
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


def _says_nothing(seen: Row) -> bool:
    """Whether a party did not come up, or the harness was at fault: a busy machine. Wrong blame says much."""
    tried = {cell.feature for cell in seen.revealing if cell.verdict is not Verdict.ERROR}
    return not tried >= set(seen.defect.features)


def see(runs: Sequence[Run], folder: Path, defects: Sequence[Defect]) -> Seen:
    """Make every run, and return what all came to; `defects` gives the order of the table."""
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        matrices = list(pool.map(make, runs, [folder / str(number) for number in range(len(runs))]))
    for number, (run, matrix) in enumerate(zip(runs, matrices, strict=True)):
        if any(_says_nothing(row(each, matrix)) for each in run.defects):
            matrices[number] = make(run, folder / f"{number}-again")
    found = Seen(seconds=time.monotonic() - began, left=left_behind(folder))
    for run, matrix in zip(runs, matrices, strict=True):
        found.rows += [row(each, matrix) for each in run.defects]
        found.healthy += healthy(matrix, run.defects)
    found.rows.sort(key=lambda each: defects.index(each.defect))
    return found


def report(seen: Seen, file: str, real_gaps: Mapping[tuple[str, str], str]) -> str:
    """Write the table to a file among the self-test's reports; return it with its totals."""
    tried = [cell for cell in seen.healthy if cell.tried]
    text = render(seen.rows, len(tried), len(accused(tried, real_gaps)))
    REPORT.mkdir(exist_ok=True)
    (REPORT / file).write_text(f"# Planted defects\n\n{text}\n")
    return f"\n{text}\n{len(seen.rows)} programs, {seen.seconds:.0f} s.\n"


def listed(cells: Iterable[Cell]) -> str:
    """Return a line for each cell: who was tried with whom, what came of it, who is blamed and why."""
    return "\n".join(
        f"{cell.product} with {cell.peer}: {cell.feature} {cell.verdict}, blame {cell.blame}: {cell.reason}"
        for cell in cells
    )
