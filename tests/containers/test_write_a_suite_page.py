"""docs/write-a-suite.md, followed word by word: the files that it shows are a package that installs and runs.

It needs a registry of Python packages, and no container engine.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from interop.load.record import read_matrix

pytestmark = pytest.mark.containers

PAGE = Path(__file__).parents[2] / "docs" / "write-a-suite.md"
TIMEOUT = 300.0
"""Seconds."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the page's files, and install the package that they are."""
    folder = tmp_path_factory.mktemp("project")
    for body in re.findall(
        r"^```(?:toml|yaml|python)\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL
    ):
        name, text = body.split("\n", 1)
        file = folder / name.removeprefix("# ")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    offline = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", *offline]
    subprocess.run([*command, "--target", str(folder / "site"), str(folder)], check=True, timeout=TIMEOUT)
    return folder


def run(project: Path, *arguments: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project / "site")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert ended.returncode in {0, 1}, ended.stdout
    return ended.stdout


def test_the_suite_of_the_page_is_found_and_runs(project: Path) -> None:
    assert "Gopher client  Pituophis" in run(project, "interop.cli", "peers", "--suite", "gopher")
    assert "fetch(endpoint, selector)" in run(project, "interop.cli", "driver", "contract", "gopher.client")
    only = ("--interop-suite=gopher", "--interop-product=pituophis", "--interop-role=gopher.client")
    run(project, "pytest", "--interop", *only)
    matrix = read_matrix(project / "interop-report" / "matrix.json")
    assert {cell.feature for cell in matrix.cells} == {"text", "segments"}
    assert {str(cell.verdict) for cell in matrix.cells if cell.feature == "text"} == {"works"}


def test_the_defect_that_the_page_plants_is_found(project: Path) -> None:
    only = ("--interop-suite=gopher", "--interop-role=gopher.client", "--interop-feature=text")
    run(project, "pytest", "--interop", "--interop-config=tests/interop.yaml", *only)
    matrix = read_matrix(project / "interop-report" / "matrix.json")
    assert {cell.peer: str(cell.verdict) for cell in matrix.cells} == {
        "pituophis": "works",
        "planted-half": "fails",
    }
