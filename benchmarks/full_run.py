"""The full SMTP run of smtplib against a hand-written script that does only the protocol work.

The script starts the same containers, all at once, and calls the same scenarios one after the other, with the
driver in its own process: no pytest, no journal, no evidence, no reports. Both are timed in turn, so that the
ratio holds when the machine's speed drifts:

    python benchmarks/full_run.py --runs 3
    python benchmarks/full_run.py --runs 3 --overhead

The first tells what a whole run costs, with all that the script does not do: repeats, controls, evidence,
blame, reports. `--overhead` tells what one passing cell costs: both run the scenarios that pass everywhere,
then one of them alone, and what start-up takes falls out of the difference.

The images must be there (`interop images build --suite smtp`).
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import inspect
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from interop.errors import Unsupported
from interop.load.catalog import load_catalog
from interop.load.contract import load_contract
from interop.model.attempt import Party
from interop.model.implementation import Candidate
from interop.run.driver_host import load_driver
from interop.run.engine import Running
from interop.run.engine.choice import choose_engine
from interop.run.pairing import Pairing
from interop.run.pki import Pki
from interop.run.seat import Seat
from interop.run.wire import Switchboard
from interop.scenario import FEATURE_MARK, NEEDS_MARK

PEERS = 13
"""Peer versions of the comparison that is asked for; fewer give a quicker look."""


def candidates(count: int) -> list[Candidate]:
    """Return the peers of the comparison: so many versions, the newest releases first."""
    found = load_catalog().candidates("smtp", "server")
    by_age = sorted(found, key=lambda each: ("trixie", "bookworm", "bullseye").index(each.release.name))
    return sorted(by_age[:count], key=lambda each: each.id)


def by_hand(count: int, features: Collection[str] = ()) -> float:
    """Run every scenario over every peer by hand; return the seconds from first start to last stop.

    Only the scenarios of these features, where some are given.
    """
    chosen, catalog = candidates(count), load_catalog()
    suite, contract = catalog.suite("smtp"), load_contract("smtp")
    engine, _ = choose_engine("docker", run_id="benchmark")
    scenarios = [
        (function, needs)
        for feature, function, needs in _scenarios(suite.folder)
        if not features or feature in features
    ]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(PEERS) as pool:
        root = Path(folder)
        root.chmod(0o755)
        Pki().write(root / "tls")

        def start(candidate: Candidate) -> Running:
            state = root / candidate.id.replace("+", "-")
            state.mkdir()
            state.chmod(0o777)
            shutil.copytree(root / "tls", state / "tls")
            return engine.start(
                candidate,
                state=state,
                environment={"INTEROP_HOSTNAME": "mail.interop.test"},
                progress=lambda *_: None,
            )

        switchboard = Switchboard()
        for candidate, running in zip(chosen, pool.map(start, chosen), strict=True):
            for scenario, needs in scenarios:
                if needs <= candidate.offers:
                    _run(scenario, candidate, running, contract, switchboard, root / "tls")
        engine.close()
        switchboard.close()
    return time.monotonic() - began


def by_plugin(
    folder: Path, count: int, features: Collection[str] = ()
) -> tuple[float, float, list[dict[str, Any]]]:
    """Run the plugin; return its seconds, its own peak memory in MB, and the cells that it ran."""
    selected = [f"--interop-feature={each}" for each in features]
    chosen = [f"--interop-peer={each.id}" for each in candidates(count)]
    report = f"--interop-report={folder}"
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:xdist", "--interop"]
    product = ["--interop-product=smtplib", "--interop-suite=smtp"]
    began = time.monotonic()
    subprocess.run([*command, *product, *chosen, *selected, report], check=False, capture_output=True)
    seconds = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    cells = json.loads((folder / "matrix.json").read_text())["cells"]
    return seconds, peak, [cell for cell in cells if cell["verdict"] != "untested"]


def overhead(count: int) -> float:
    """Return the milliseconds that the plugin adds to a cell that passes at once."""
    with tempfile.TemporaryDirectory() as folder:
        cells = by_plugin(Path(folder), count)[2]
    bad = {cell["feature"] for cell in cells if cell["verdict"] != "works" or cell["attempts"]["total"] > 1}
    good = sorted({cell["feature"] for cell in cells} - bad)
    extra = []
    for features in (good, good[:1]):
        hand = by_hand(count, features)
        with tempfile.TemporaryDirectory() as folder:
            plugin, _, ran = by_plugin(Path(folder), count, features)
        extra.append((plugin - hand, len(ran)))
        print(f"  {len(features)} features, {len(ran)} cells: by hand {hand:.1f} s, plugin {plugin:.1f} s")
    (all_more, all_cells), (one_more, one_cells) = extra
    return (all_more - one_more) / (all_cells - one_cells) * 1000


def _scenarios(folder: Path) -> list[tuple[str, Callable[..., Any], set[str]]]:
    found = []
    for file in sorted(folder.glob("test_*.py")):
        module = _module(file)
        for name, function in vars(module).items():
            marks = {mark.name: mark for mark in getattr(function, "pytestmark", [])}
            if name.startswith("test_") and FEATURE_MARK in marks:
                needs = set(marks[NEEDS_MARK].args) if NEEDS_MARK in marks else set()
                found.append((marks[FEATURE_MARK].args[0], function, needs))
    return found


@functools.cache
def _module(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return module


def _run(
    scenario: Callable[..., Any],
    candidate: Candidate,
    running: Running,
    contract: ModuleType,
    switchboard: Switchboard,
    trust: Path,
) -> None:
    party = Party(name="smtplib", role="client", suite="smtp", version="benchmark")
    seats = {
        "client": Seat(suite="smtp", role="client", party=party),
        "server": Seat(
            suite="smtp", role="server", party=running.party, candidate=candidate, running=running
        ),
    }
    pairing = Pairing(seats, contract, switchboard, gateway="", trust=trust, deadline=30)
    smtplib = load_catalog_driver()
    pairing._drivers["client"] = smtplib()  # noqa: SLF001 - in this process, as a script by hand would
    fixtures = _module(Path(inspect.getfile(scenario)).parent / "conftest.py")
    values: dict[str, Any] = {
        "interop_pairing": pairing,
        "client": pairing.driver("client"),
        "server": pairing.driver("server"),
    }
    try:
        names = inspect.signature(scenario).parameters
        scenario(**{name: _value(name, values, fixtures) for name in names})
    except (AssertionError, Unsupported, pytest.skip.Exception):
        pass  # the comparison is of time; what fails here fails there
    finally:
        pairing.close()


def _value(name: str, values: dict[str, Any], fixtures: ModuleType) -> Any:
    if name not in values:
        function = getattr(fixtures, name)._get_wrapped_function()  # noqa: SLF001 - what the fixture decorates
        names = inspect.signature(function).parameters
        arguments = {each: _value(each, values, fixtures) for each in names}
        values[name] = function(**arguments)
    return values[name]


@functools.cache
def load_catalog_driver() -> type:
    """Return the driver class of smtplib."""
    folder = load_catalog().implementation("smtplib").folder
    return load_driver(f"{folder}/driver.py:Smtplib")


def main() -> None:
    """Time both in turn and print the ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peers", type=int, default=PEERS)
    parser.add_argument("--overhead", action="store_true", help="only what a passing cell costs")
    arguments = parser.parse_args()
    if arguments.overhead:
        found = [overhead(arguments.peers) for _ in range(arguments.runs)]
        print(f"median {statistics.median(found):.0f} ms more for a passing cell")
        return
    ratios, overheads = [], []
    for number in range(arguments.runs):
        hand = by_hand(arguments.peers)
        with tempfile.TemporaryDirectory() as folder:
            plugin, peak, cells = by_plugin(Path(folder), arguments.peers)
        ratios.append(plugin / hand)
        overheads.append((plugin - hand) / len(cells) * 1000)
        print(
            f"run {number + 1}: by hand {hand:.1f} s, plugin {plugin:.1f} s, ratio {ratios[-1]:.2f},"
            f" {overheads[-1]:.0f} ms more a cell ({len(cells)} cells), peak memory {peak:.0f} MB",
            flush=True,
        )
    ratio, more = statistics.median(ratios), statistics.median(overheads)
    print(f"median ratio {ratio:.2f}, median {more:.0f} ms more a cell")


if __name__ == "__main__":
    main()
