"""What an engine's refusal becomes."""

from __future__ import annotations

from typing import Any, cast

import pytest
import requests

from interop.errors import EngineError, PeerError
from interop.run.engine.sdk import APIClient, APIError, asking, product


def test_an_engines_own_words_are_kept() -> None:
    response = requests.Response()
    response.status_code = 409
    error = APIError("409 Client Error", response=response, explanation='"name is taken."')
    with (
        pytest.raises(EngineError, match="the engine refused to make a network: name is taken"),
        asking("make a network"),
    ):
        raise error


def test_silence_is_said_with_its_length() -> None:
    with (
        pytest.raises(EngineError, match="did not answer within 60 s when asked to stop it"),
        asking("stop it"),
    ):
        raise requests.exceptions.ReadTimeout


def test_our_own_errors_pass_as_they_are() -> None:
    with pytest.raises(PeerError, match="it ended"), asking("start it"):
        raise PeerError("it ended")


@pytest.mark.parametrize(
    ("version", "name"),
    [
        (
            {"Version": "20.10.24", "Components": [{"Name": "Engine", "Version": "20.10.24"}]},
            "Docker 20.10.24",
        ),
        ({"Version": "4.3.1", "Components": [{"Name": "Podman Engine", "Version": "4.3.1"}]}, "Podman 4.3.1"),
        ({"Version": "1"}, "Docker 1"),
    ],
)
def test_podman_is_told_from_docker(version: dict[str, Any], name: str) -> None:
    class Answering:
        def version(self) -> dict[str, Any]:
            return version

    assert product(cast("APIClient", Answering())) == name
