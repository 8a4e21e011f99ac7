"""How a base image is asked of mmdebstrap; that it works is measured in tests/containers."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any, cast

import pytest

from interop.errors import ImageError
from interop.run.engine import bootstrap
from interop.run.engine.sdk import APIClient


class Importing:
    """An engine that notes what it imports."""

    def __init__(self) -> None:
        self.imported: list[str] = []

    def import_image_from_file(self, file: str, *, repository: str, tag: str, **_options: Any) -> None:
        assert Path(file).read_text() == "archive\n"
        self.imported.append(f"{repository}:{tag}")


def play(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Put a program in mmdebstrap's place, and take away the machine's own mirror."""
    program = folder / "mmdebstrap"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setattr(bootstrap, "machine_sources", lambda _release: [])


def test_only_slim_debian_images_can_be_made() -> None:
    assert bootstrap.debian_release("debian:trixie-slim") == "trixie"
    assert bootstrap.debian_release("docker.io/library/debian:trixie-slim") == "trixie"
    assert bootstrap.debian_release("debian:trixie") == ""
    assert bootstrap.debian_release("alpine:3-slim") == ""


def test_what_is_made_is_imported_with_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    play(
        monkeypatch,
        tmp_path,
        'echo "I: extracting archives..." >&2; for a; do case $a in *.tar) echo archive >"$a"; esac; done',
    )
    engine, words = Importing(), list[str]()
    bootstrap.bootstrap(cast("APIClient", engine), "trixie", "debian:trixie-slim", words.append)
    assert engine.imported == ["debian:trixie-slim"]
    assert "making debian:trixie-slim: extracting archives..." in words


def test_what_failed_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    play(monkeypatch, tmp_path, 'echo "E: no Release file" >&2; exit 25')
    engine = Importing()
    with pytest.raises(ImageError, match=r"status 25\):\n    E: no Release file"):
        bootstrap.bootstrap(cast("APIClient", engine), "x", "debian:x-slim", lambda _word: None)
    assert engine.imported == []


def test_without_mmdebstrap_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        ImageError, match=r"mmdebstrap, which makes it, is not installed\. Run `apt-get install"
    ):
        bootstrap.bootstrap(cast("APIClient", Importing()), "x", "debian:x-slim", lambda _word: None)


@pytest.mark.parametrize(
    ("listed", "lines"),
    [
        ("Debian http://deb.debian.org/debian/\n", []),
        ("", []),
        (
            "Debian http://mirror.lab/debian/\nDebian http://mirror.lab/other/\nDebian-Security http://mirror.lab/sec\n",
            [
                "deb http://mirror.lab/debian trixie main",
                "deb http://mirror.lab/debian trixie-updates main",
                "deb http://mirror.lab/sec trixie-security main",
            ],
        ),
    ],
)
def test_the_machines_own_mirror_is_used(
    listed: str, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str], **_options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0, stdout=listed)

    monkeypatch.setattr(subprocess, "run", run)
    assert bootstrap.machine_sources("trixie") == lines


def test_a_machine_without_apt_has_no_mirror(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bootstrap.machine_sources("trixie") == []
