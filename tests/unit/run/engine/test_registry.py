"""What a reference to an image names, and how long a registry is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from interop.run.engine.registry import impatient, registry_of, split_reference


@pytest.mark.parametrize(
    ("reference", "registry", "parts"),
    [
        ("debian:trixie-slim", "docker.io", ("debian", "trixie-slim")),
        ("library/debian", "docker.io", ("library/debian", "")),
        ("localhost:5000/a/b", "localhost:5000", ("localhost:5000/a/b", "")),
        ("ghcr.io/a/b:1", "ghcr.io", ("ghcr.io/a/b", "1")),
        ("a@sha256:0f", "docker.io", ("a", "sha256:0f")),
    ],
)
def test_a_reference_is_taken_apart(reference: str, registry: str, parts: tuple[str, str]) -> None:
    assert registry_of(reference) == registry
    assert split_reference(reference) == parts


def test_a_pull_is_followed_to_its_end_and_its_failure_is_raised_here() -> None:
    assert list(impatient(lambda: [{"status": "one"}, {"status": "two"}])) == [
        {"status": "one"},
        {"status": "two"},
    ]

    def failing() -> Iterator[dict[str, Any]]:
        yield {"status": "one"}
        raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        list(impatient(failing))
