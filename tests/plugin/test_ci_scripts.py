"""The shell parts of the CI templates, run as a job would run them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .runs import run

CI = Path(__file__).parents[2] / "ci"


def script(name: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", str(CI / name)],
        cwd=folder,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def program(folder: Path, name: str, text: str) -> None:
    file = folder / "bin" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def test_the_run_passes_its_arguments_on_with_their_quotes(tmp_path: Path) -> None:
    program(tmp_path, "python3", 'for each in "$@"; do echo "<$each>"; done')
    said = script(
        "run.sh", tmp_path, INTEROP_ARGUMENTS="--interop-peer 'postfix@3.*' -x", INTEROP_CONFIG="my.yaml"
    )
    assert said.returncode == 0
    assert "<--interop-config>\n<my.yaml>" in said.stdout
    assert "<--interop-peer>\n<postfix@3.*>\n<-x>" in said.stdout


def test_a_red_run_is_a_red_step(tmp_path: Path) -> None:
    program(tmp_path, "python3", "exit 1")
    assert script("run.sh", tmp_path).returncode == 1


def test_the_summary_is_appended_where_github_looks(tmp_path: Path) -> None:
    (tmp_path / "interop-report").mkdir()
    (tmp_path / "interop-report" / "matrix.md").write_text("# matrix\n")
    summary = tmp_path / "summary"
    summary.write_text("before\n")
    assert script("summary.sh", tmp_path, GITHUB_STEP_SUMMARY=str(summary)).returncode == 0
    assert summary.read_text() == "before\n# matrix\n"


def test_a_run_that_wrote_no_matrix_fails_once_and_not_again_in_the_summary(tmp_path: Path) -> None:
    said = script("summary.sh", tmp_path)
    assert said.returncode == 0
    assert "was not written" in said.stderr


def test_a_pull_request_is_told_what_it_changes(project: pytest.Pytester) -> None:
    run(project, "--interop-peer=steady@1.10", "--interop-report=before")
    driver = project.path / "acme.py"
    driver.write_text(driver.read_text().replace("ECHO {line}", "ECHO {line[:99]}"))
    run(project, "--interop-peer=steady@1.10", "--interop-retries=0")
    program(
        project.path, "gh", 'cat "$5"; echo; echo "called: $1 $2 $3"; case "$*" in *edit-last*) exit 1;; esac'
    )
    said = script("comment.sh", project.path, INTEROP_BASELINE="before/matrix.json", PULL_REQUEST="17")
    assert said.returncode == 0, said.stderr
    assert "<!-- interop -->" in said.stdout
    assert "called: pr comment 17" in said.stdout
    assert "A long line comes back whole" in said.stdout


def test_without_a_baseline_there_is_no_comment(tmp_path: Path) -> None:
    said = script("comment.sh", tmp_path, PULL_REQUEST="17")
    assert said.returncode == 0
    assert "no comment" in said.stderr
