"""Pytester projects that use the miniature suite: its peers are line servers run as child processes."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

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


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Make a user's repository with a product of the echo protocol."""
    monkeypatch.delenv("INTEROP_SUITE_FOLDERS", raising=False)
    pytester.makefile(".yaml", interop=CONFIG)
    pytester.makepyfile(acme=DRIVER)
    return pytester
