"""Runs of the miniature suite, in this process or in one of its own, and the matrix that they leave.

A run in this process finds everything imported: what a process of its own spends on that is most of a short
run. Only a run that is sent signals, that has workers, whose imports are the question, or one whose drivers
die (they take pipes with them that only the end of the process closes) needs its own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cryptography.hazmat.backends.openssl.backend  # noqa: F401 - cannot be imported a second time
import pytest

import interop.plugin.distribution
import interop.plugin.session
import interop.run.engine.process  # noqa: F401 - with those above, all that a run imports

MINIATURE = Path(__file__).parents[1] / "miniature"

CONFIG = f"""\
product:
  name: acme
  version: 4.2.0
  roles:
    echo.client: {{driver: "acme:Mailer"}}
suite_folders: [{MINIATURE / "suites"}]
peer_folders: [{MINIATURE / "peers"}]
"""

DRIVER = """\
import socket


class Mailer:
    def echo(self, *, host, port, line):
        with socket.create_connection((host, port)) as connection, connection.makefile("rwb") as stream:
            stream.readline()
            stream.write(f"ECHO {line}\\n".encode())
            stream.flush()
            return {"text": stream.readline().decode().rstrip("\\n")}
"""

ARGUMENTS = ("--interop", "--interop-engine=process", "-p", "no:cacheprovider")


def run(project: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run the suite over the project's product in this process."""
    return project.runpytest_inprocess(*ARGUMENTS, *arguments)


def run_apart(project: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run the suite over the project's product in a process of its own."""
    return project.runpytest_subprocess(*ARGUMENTS, *arguments)


def cells(project: pytest.Pytester) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the matrix's cells by peer and feature."""
    matrix = json.loads((project.path / "interop-report" / "matrix.json").read_text())
    return {(cell["peer_key"], cell["feature"]): cell for cell in matrix["cells"]}
