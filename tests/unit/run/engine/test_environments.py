from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from interop.errors import ImageError
from interop.model.implementation import Release
from interop.run.engine.environments import (
    COMPLETE,
    environment_folder,
    installed_digest,
    prepare_environment,
)
from tests.unit.run.engine.process_examples import candidate, no_progress, wheel


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_release_has_its_own_environment_which_is_made_once(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = candidate(tmp_path / "acme", release=Release(version="1.0", pypi=wheel(tmp_path, "1.0")))
    said: list[str] = []

    def prepare() -> None:
        interpreters.append(prepare_environment(acme, lambda _, what: said.append(what)))

    interpreters: list[Path] = []
    threads = [threading.Thread(target=prepare) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert said.count("making a virtual environment") == 1
    assert len(set(interpreters)) == 1
    assert cache in interpreters[0].parents
    code = "import acme_demo, sys; print(acme_demo.VERSION, sys.prefix)"
    printed = subprocess.run([interpreters[0], "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["1.0", str(environment_folder(acme))]
    digest = installed_digest(interpreters[0])
    assert digest.startswith("sha256:")
    assert prepare_environment(acme, no_progress, pull="never") == interpreters[0]

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    environment_folder(acme).mkdir(parents=True)
    (environment_folder(acme) / "torn").touch()  # what a killed build has left
    again = prepare_environment(acme, no_progress)
    assert again != interpreters[0]
    assert not (environment_folder(acme) / "torn").exists()
    assert (environment_folder(acme) / COMPLETE).is_file()
    assert installed_digest(again) == digest


def test_another_requirement_has_another_environment(tmp_path: Path) -> None:
    first = candidate(tmp_path / "acme", release=Release(version="1.0", pypi="acme==1.0"))
    second = candidate(tmp_path / "acme", release=Release(version="1.0", pypi="acme==1.0.1"))
    assert environment_folder(first) != environment_folder(second)


def test_what_cannot_be_installed_ends_with_what_pip_said(tmp_path: Path) -> None:
    gone = (tmp_path / "gone-1.0-py3-none-any.whl").as_uri()
    acme = candidate(tmp_path / "acme", release=Release(version="1.0", pypi=f"gone @ {gone}"))
    with pytest.raises(
        ImageError, match=r"(?s)implementation\.yaml:1: pip cannot install gone @ .*ERROR: .*No such file"
    ):
        prepare_environment(acme, no_progress)
    assert not (environment_folder(acme) / COMPLETE).exists()


def test_a_requirement_is_never_an_option_of_pip(tmp_path: Path) -> None:
    acme = candidate(tmp_path / "acme", release=Release(version="1.0", pypi="--help"))
    with pytest.raises(ImageError, match="pip cannot install --help"):
        prepare_environment(acme, no_progress)


def test_nothing_is_fetched_when_nothing_may_be(tmp_path: Path, cache: Path) -> None:
    acme = candidate(tmp_path / "acme", release=Release(version="1.0", pypi="acme==1.0"))
    with pytest.raises(ImageError, match=r"acme==1\.0 is not installed, and nothing may be fetched"):
        prepare_environment(acme, no_progress, pull="never")
    assert not cache.exists()


def test_a_release_with_nothing_to_install_has_the_harnesss_own_interpreter(tmp_path: Path) -> None:
    assert prepare_environment(candidate(tmp_path / "acme"), no_progress) == Path(sys.executable)
    assert installed_digest(Path(sys.executable)) == ""
