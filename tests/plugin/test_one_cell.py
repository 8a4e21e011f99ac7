"""`interop repro`, `bundle` and `shell` over a run with a gap, its peers as child processes."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from .runs import cells, run

CELL = "echo:long:garbler@1.0"
INTEROP = (sys.executable, "-uc", "import sys; from interop.cli import main; sys.exit(main())")


@pytest.fixture
def ran(project: pytest.Pytester) -> pytest.Pytester:
    """Return a project after a run in which the garbler garbled."""
    run(project, "--interop-peer=garbler", "--interop-feature=long", "--interop-retries=0")
    return project


def interop(project: pytest.Pytester, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*INTEROP, *arguments],
        cwd=project.path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_cell_is_repeated_and_the_run_it_is_of_stays(ran: pytest.Pytester) -> None:
    before = (ran.path / "interop-report" / "matrix.json").read_bytes()
    done = interop(ran, "repro", CELL)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("pytest --interop --interop-engine process --interop-suite echo")
    assert (ran.path / "interop-report" / "matrix.json").read_bytes() == before
    again = json.loads((ran.path / "interop-report" / "repro" / "matrix.json").read_text())
    assert {(cell["feature"], cell["peer_key"], cell["verdict"]) for cell in again["cells"]} == {
        ("long", "garbler@1.0", "fails")
    }


def test_a_gap_is_packed(ran: pytest.Pytester) -> None:
    done = interop(ran, "bundle", CELL, "--out", "gap.zip", "--config", "interop.yaml")
    assert done.returncode == 0, done.stderr
    assert (ran.path / "gap.zip").stat().st_size > 1000


def test_a_pairing_stays_up_until_it_is_told_to_go_and_the_relay_keeps_what_passed(
    ran: pytest.Pytester,
) -> None:
    with subprocess.Popen(
        [*INTEROP, "shell", CELL, "--engine=process"],
        cwd=ran.path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as shell:
        assert shell.stdout is not None
        shown = ""
        while "takes all down" not in shown:
            line = shell.stdout.readline()
            assert line, shown
            shown += line
        direct, relayed = (
            int(number) for number in re.findall(r"(?:127\.0\.0\.1|localhost):(\d+)", shown)[:2]
        )
        with socket.create_connection(("127.0.0.1", relayed), timeout=30) as connection:
            assert connection.recv(100).startswith(b"ready")
        state = re.search(r"state +(\S+)", shown)
        assert state is not None
        assert Path(state[1]).is_dir()
        os.kill(shell.pid, signal.SIGTERM)
        shown += shell.stdout.read()
        assert shell.wait(timeout=60) == 0, shown
    assert not Path(state[1]).exists()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", direct), timeout=30)
    kept = ran.path / "interop-report" / "shell" / "echo" / "long" / "acme@4.2.0-garbler@1.0.txt"
    assert "S: ready" in kept.read_text()


SLOW_TO_START = """\
import time

time.sleep(2.5)  # longer than the suite's deadline of 2 s
"""


def test_the_time_that_a_driver_takes_to_start_is_not_the_scenarios(project: pytest.Pytester) -> None:
    driver = project.path / "acme.py"
    driver.write_text(SLOW_TO_START + driver.read_text())
    run(project, "--interop-peer=steady@1.10", "--interop-feature=echo", "--interop-retries=0")
    assert cells(project)["steady@1.10", "echo"]["verdict"] == "works"
