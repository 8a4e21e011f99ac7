"""A product that serves: started by the harness, or running already."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .runs import MINIATURE, cells, run

SERVE = MINIATURE / "serve.py"


def serves(project: pytest.Pytester, how: str) -> None:
    text = f"""\
product:
  name: acme
  version: 4.2.0
  roles:
    echo.server: {{{how}}}
suite_folders: [{MINIATURE / "suites"}]
peer_folders: [{MINIATURE / "peers"}]
"""
    project.makefile(".yaml", interop=text)


def command(manner: str) -> str:
    started = f"command: [{sys.executable}, -IS, {SERVE}, {manner}]"
    return f"{started}, ports: [echo], ready: {{port: echo, expect: ready}}"


@contextmanager
def standing(folder: Path) -> Iterator[int]:
    """Run a server that the harness knows nothing of."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "INTEROP_PORT_ECHO": str(port)}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([sys.executable, "-ISu", SERVE, "steady"], env=environment, stdout=log)
    try:
        while b"serving" not in (folder / "log").read_bytes():
            assert server.poll() is None
        yield port
    finally:
        server.kill()
        server.wait()


def test_a_command_is_started_on_ports_of_its_own_and_meets_clients(project: pytest.Pytester) -> None:
    serves(project, f"{command('steady')}, offers: [shouting]")
    run(project).assert_outcomes(passed=len(cells(project)))
    assert {(cell["product_key"], cell["role"]) for cell in cells(project).values()} == {
        ("acme@4.2.0", "server")
    }


def test_a_defect_of_a_server_product_is_the_products_as_a_control_of_its_role_passes(
    project: pytest.Pytester,
) -> None:
    serves(project, f"{command('garbler')}, offers: [shouting]")
    run(project, "--interop-feature=long")
    assert {(cell["verdict"], cell["blame"]) for cell in cells(project).values()} == {("fails", "product")}


def test_a_server_product_that_ends_by_itself_has_crashed_and_is_started_again(
    project: pytest.Pytester,
) -> None:
    serves(project, f"{command('faller')}, offers: [shouting]")
    result = run(project)
    result.stdout.fnmatch_lines(["crash (server): acme exited with status 7"])
    found = cells(project)
    assert (found["careful@1.0", "long"]["verdict"], found["careful@1.0", "long"]["blame"]) == (
        "fails",
        "product",
    )
    assert found["careful@1.0", "echo"]["verdict"] == "works"


def test_a_product_that_runs_already_is_met_where_it_is_and_left_running(project: pytest.Pytester) -> None:
    with standing(project.path) as port:
        serves(project, f"endpoint: '127.0.0.1:{port}'")
        run(project, "--interop-feature=echo").assert_outcomes(passed=len(cells(project)))
        with socket.create_connection(("127.0.0.1", port)) as connection:
            assert connection.recv(10) == b"ready\n"


def test_an_endpoint_where_nothing_answers_is_a_mistake_and_no_gap(project: pytest.Pytester) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    serves(project, f"endpoint: '127.0.0.1:{port}'")
    result = run(project)
    result.stderr.fnmatch_lines(
        [f"*interop.yaml:5: nothing answers at 127.0.0.1:{port}*Start the product first*"]
    )
    assert not (project.path / "interop-report" / "matrix.json").exists()


def test_a_port_that_the_suite_does_not_know_is_refused_with_the_nearest(project: pytest.Pytester) -> None:
    serves(project, "command: [acmed], ports: [ehco]")
    result = run(project)
    result.stderr.fnmatch_lines(
        ["*interop.yaml:5: the suite echo knows no port or situation 'ehco'. *'echo'*"]
    )


def test_a_command_that_is_not_there_is_said_and_nothing_is_accused(project: pytest.Pytester) -> None:
    serves(project, "command: [no-such-program], ports: [echo]")
    run(project, "--interop-feature=echo")
    (cell,) = cells(project).values()
    assert cell["verdict"] == "untested"
    assert "no-such-program" in cell["reason"]
