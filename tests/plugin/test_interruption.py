from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .runs import ARGUMENTS, cells, run_apart


def start(project: pytest.Pytester) -> subprocess.Popen[bytes]:
    """Start a run whose second peer hangs, and return when that peer is being tested."""
    arguments = [*ARGUMENTS, "--interop-peer=garbler", "--interop-peer=mute", "-p", "no:xdist"]
    command = [sys.executable, "-m", "pytest", *arguments]
    process = subprocess.Popen(
        command,
        cwd=project.path,
        stdout=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=_heed_interrupts,  # noqa: PLW1509 - nothing here has threads
    )
    journal = project.path / "interop-report" / "run.jsonl"
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if journal.is_file() and '"peer":"mute@1.0","role":"client","control"' in journal.read_text():
            return process
        time.sleep(0.02)
    raise AssertionError("the run did not get to its second peer")


def _heed_interrupts() -> None:
    """Let SIGINT end what comes next: whoever is started in a shell's background is deaf to it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def left(project: pytest.Pytester) -> list[str]:
    """Return the peers that were started for this project and still run."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and str(project.path).encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_bytes().decode())
        except OSError:
            continue
    return [each for each in found if "serve.py" in each]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_takes_everything_down_and_still_reports(
    project: pytest.Pytester, number: signal.Signals
) -> None:
    process = start(project)
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == pytest.ExitCode.INTERRUPTED, said.decode()
    matrix = json.loads((project.path / "interop-report" / "matrix.json").read_text())
    assert matrix["interrupted"] is True
    assert cells(project)["garbler@1.0", "long"]["verdict"] == "fails"
    assert left(project) == []


def test_a_killed_run_leaves_a_record_from_which_another_goes_on(project: pytest.Pytester) -> None:
    process = start(project)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    chosen = ("--interop-peer=garbler", "--interop-peer=mute", "--interop-retries=0")
    result = run_apart(project, *chosen, "--interop-resume", "-v")
    said = result.stdout.str()
    assert "test_a_line_comes_back[acme@4.2.0-garbler@1.0] PASSED" not in said
    assert "test_a_long_line_comes_back_whole[acme@4.2.0-mute@1.0] FAILED" in said
    assert cells(project)["garbler@1.0", "echo"]["verdict"] == "works"
    assert cells(project)["mute@1.0", "long"]["outcome"] == "hang"
    assert left(project) == []
