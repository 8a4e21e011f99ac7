from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return what writes a file below the test's folder and returns the folder that it is in."""

    def write(name: str, text: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
        return file.parent

    return write


@pytest.fixture
def peer(write: Write) -> Write:
    """Return what writes an implementation with a server role, in the versions given."""

    def peer(
        name: str, *versions: str, role: str = "echo.server", more: str = "", folder: str = "peers"
    ) -> Path:
        releases = ", ".join(f"{{version: {version}}}" for version in versions or ("1.0",))
        roles = f"{{{role}: {{ports: {{echo: 7}}}}}}"
        write(f"{folder}/{name}/Dockerfile", "FROM scratch\n")
        text = f"name: {name}\ntitle: {name.title()}\nreleases: [{releases}]\nroles: {roles}\n"
        return write(f"{folder}/{name}/implementation.yaml", text + more)

    return peer


@pytest.fixture
def suite(write: Write) -> Write:
    """Return what writes a suite of one feature."""

    def suite(name: str = "echo", *, folder: str = "suites") -> Path:
        return write(
            f"{folder}/{name}/suite.yaml",
            f"""\
            name: {name}
            title: Echo
            specification: RFC 862
            roles: [client, server]
            features:
              - {{id: echo, title: Echo, clause: "1", level: MUST, group: All, impact: minor}}
            """,
        )

    return suite
