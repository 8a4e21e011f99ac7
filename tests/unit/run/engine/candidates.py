"""A candidate for tests of engines: one peer with a Dockerfile in a folder of the test's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from interop.errors import Place
from interop.model.implementation import Candidate, Configuration, Implementation, Release, RoleSpec

DOCKERFILE = """\
# What it is built upon.
ARG DEBIAN=bookworm
FROM debian:${DEBIAN}-slim
RUN apt-get update \\
    && apt-get install -y tiny
COPY start /start
CMD ["/start"]
"""


def tiny(folder: Path, *, dockerfile: str = DOCKERFILE, **release: Any) -> Candidate:
    """Write a peer's folder, and return its one candidate; `release` replaces fields of its release."""
    folder.mkdir(exist_ok=True)
    (folder / "Dockerfile").write_text(dockerfile, encoding="utf-8")
    (folder / "implementation.yaml").write_text("name: tiny\n", encoding="utf-8")
    (folder / "start").write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    fields: dict[str, Any] = {"version": "1.2~rc1", "name": "trixie", "build": {"DEBIAN": "trixie"}}
    return Candidate(
        implementation=Implementation(
            name="tiny",
            title="Tiny",
            releases=(),
            roles=(),
            folder=folder,
            place=Place(folder / "implementation.yaml", 1),
        ),
        release=Release(**(fields | release)),
        role=RoleSpec(suite="echo", role="server", ports={"echo": 7, "no-ehlo": 8}, udp=("echo",)),
        configuration=Configuration(name="default"),
    )
