"""What is read from a running party."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from interop.errors import PeerError
from interop.model.implementation import Candidate, Configuration
from interop.run.engine import Executed, facts
from interop.run.engine.facts import configuration_hash, read_party
from interop.run.engine.sdk import APIClient
from tests.unit.run.engine.candidates import tiny


class Inspecting:
    """An engine that knows the image of every container."""

    def __init__(self, image: str = "sha256:abc") -> None:
        self.image = image

    def inspect_container(self, _identity: str) -> dict[str, str]:
        return {"Image": self.image}


@pytest.fixture
def candidate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Candidate:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    plain = tiny(tmp_path / "peer")
    return replace(plain, implementation=replace(plain.implementation, version_from=("tiny", "--version")))


def saying(monkeypatch: pytest.MonkeyPatch, stdout: bytes, code: int = 0, stderr: bytes = b"") -> list[Any]:
    """Let the party's command say this; return how often it was asked."""
    asked: list[Any] = []

    def execute(_client: Any, _identity: str, command: Any, **_options: Any) -> Executed:
        asked.append(command)
        return Executed(code=code, stdout=stdout, stderr=stderr)

    monkeypatch.setattr(facts, "execute", execute)
    return asked


def read(candidate: Candidate, image: str = "sha256:abc") -> Any:
    return read_party(cast("APIClient", Inspecting(image)), "c", candidate, engine="Docker 1")


def test_the_version_is_what_the_party_says_and_is_asked_once_for_an_image(
    candidate: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = saying(monkeypatch, b"1.2~rc1-3\x1b[0m\nCopyright\n")
    for _ in range(2):
        party = read(candidate)
        assert (party.version, party.label, party.release) == ("1.2~rc1-3", "1.2~rc1", "trixie")
    assert asked == [("tiny", "--version")]
    read(candidate, image="sha256:def")
    assert len(asked) == 2


def test_podmans_image_ids_get_their_prefix(candidate: Candidate, monkeypatch: pytest.MonkeyPatch) -> None:
    saying(monkeypatch, b"1")
    assert read(candidate, image="abc").digest == "sha256:abc"


@pytest.mark.parametrize(("stdout", "code"), [(b"1.0", 3), (b"", 0)])
def test_a_party_that_does_not_tell_its_version_is_an_error(
    candidate: Candidate, monkeypatch: pytest.MonkeyPatch, stdout: bytes, code: int
) -> None:
    saying(monkeypatch, stdout, code, b"no such option")
    with pytest.raises(PeerError, match=f"'tiny' ended with status {code} and said 'no such option'"):
        read(candidate)


def test_without_a_command_the_label_has_to_do(tmp_path: Path) -> None:
    assert read(tiny(tmp_path / "peer")).version == "1.2~rc1"


def test_what_the_configuration_is_is_kept(tmp_path: Path) -> None:
    strict = replace(tiny(tmp_path / "peer"), configuration=Configuration(name="strict", title="five errors"))
    assert (read(strict).configuration, read(strict).configuration_title) == ("strict", "five errors")


def test_the_configurations_hash_changes_with_what_sets_the_party_up(candidate: Candidate) -> None:
    first = configuration_hash(candidate)
    assert first == configuration_hash(candidate)
    for other in (Configuration(name="strict"), Configuration(name="default", environment={"A": "1"})):
        assert configuration_hash(replace(candidate, configuration=other)) != first
    folder = candidate.implementation.folder
    (folder / "start").write_text("#!/bin/sh\n")
    assert configuration_hash(candidate) != first
