"""A suite that somebody else's package brings: installed, found by its entry point, run over its own peers.

The package lies in tests/packages and touches no file outside its folder. It is installed as pip installs it,
so that nothing but its entry point leads to it.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from interop.load.record import read_matrix
from interop.model.matrix import Matrix

pytestmark = pytest.mark.containers

PACKAGE = Path(__file__).parents[1] / "packages" / "interop-suite-gopher"
PEERS = ("gophernicus@trixie", "pygopherd@trixie", "pituophis")
FEATURES = ("text", "periods", "segments", "menu", "search")
TIMEOUT = 900.0
"""Seconds that a run may take where the images must be built first."""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Install the package, and return the environment in which it is installed."""
    site = tmp_path_factory.mktemp("site-packages")
    # Where the build backend is here already, no registry is asked for it.
    offline = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", *offline]
    subprocess.run([*command, "--target", str(site), str(PACKAGE)], check=True, timeout=TIMEOUT)
    return {**os.environ, "PYTHONPATH": str(site)}


@pytest.fixture(scope="module")
def matrix(environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Matrix:
    """Run curl through a part of the suite, in a folder that has no configuration."""
    folder = tmp_path_factory.mktemp("run")
    command = [
        *(sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider"),
        *("--interop", "--interop-suite", "gopher", "--interop-product", "curl"),
        *("--interop-report", str(folder / "report"), "--interop-retries", "1"),
        *(f"--interop-peer={each}" for each in PEERS),
        *(f"--interop-feature={each}" for each in FEATURES),
    ]
    ended = run(command, environment, folder)
    assert ended.returncode in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}, ended.stdout
    return read_matrix(folder / "report" / "matrix.json")


def run(command: list[str], environment: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def interop(environment: Mapping[str, str], folder: Path, *arguments: str) -> str:
    ended = run([sys.executable, "-m", "interop.cli", *arguments], environment, folder)
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


def test_its_matrix_is_that_of_real_servers(matrix: Matrix) -> None:
    verdicts = {(cell.peer, cell.feature): str(cell.verdict) for cell in matrix.cells}
    assert len(verdicts) == len(PEERS) * len(FEATURES)
    for peer in ("gophernicus", "pygopherd", "pituophis"):
        for feature in ("text", "periods", "search"):
            assert verdicts[peer, feature] == "works", (peer, feature)
        assert verdicts[peer, "menu"] == "unsupported"
    assert {each.version for each in matrix.parties if each.name == "gophernicus"} == {"3.1.1-3.1"}


def test_a_server_that_takes_half_a_selector_for_a_whole_one_is_blamed(matrix: Matrix) -> None:
    """Pituophis answers whatever one read gives it."""
    found = {cell.peer: cell for cell in matrix.cells if cell.feature == "segments"}
    assert (str(found["pituophis"].verdict), str(found["pituophis"].blame)) == ("fails", "peer")
    assert {str(found[name].verdict) for name in ("gophernicus", "pygopherd")} == {"works"}


def test_its_contract_can_be_read_and_a_driver_held_against_it(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    assert "# The contract of `gopher.client`" in interop(
        environment, tmp_path, "driver", "contract", "gopher.client"
    )
    (tmp_path / "acme.py").write_text(
        "import interop\n\n"
        "gopher = interop.contract('gopher')\n\n\n"
        "class Reader(gopher.Client):\n"
        "    def describe(self):\n"
        "        return gopher.Description(name='acme', version='1', capabilities=('search',))\n\n"
        "    def fetch(self, *, endpoint, selector, kind='0', words='', timeout=10.0):\n"
        "        return gopher.Answer(failure='nobody answers')\n"
    )
    said = interop(environment, tmp_path, "driver", "check", "gopher.client", "--driver", "acme:Reader")
    assert "fetch(): answers after" in said
    assert "menu(): not supported" in said
    assert "It keeps the contract" in said


def test_its_package_is_listed_with_what_is_shipped(environment: Mapping[str, str], tmp_path: Path) -> None:
    listed = interop(environment, tmp_path, "peers", "curl")
    assert "SMTP client" in listed
    assert "Gopher client" in listed
