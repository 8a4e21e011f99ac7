"""Images found, pulled and built, against an engine that plays what a test tells it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import requests

from interop.errors import ImageError
from interop.run.engine import images, registry
from interop.run.engine.build_context import recipe
from interop.run.engine.images import (
    Images,
    build_all,
    list_images,
    remove_images,
)
from interop.run.engine.sdk import APIClient, APIError, NotFound
from tests.unit.run.engine.candidates import tiny

BASE = "debian:trixie-slim"
UNREACHABLE = 'Get "https://registry-1.docker.io/v2/": no such host'


def refusal(kind: type[APIError], status: int, text: str) -> APIError:
    response = requests.Response()
    response.status_code = status
    return kind(text, response=response, explanation=text)


class Engine:
    """What it has; how its registry and its builder behave."""

    def __init__(self, *present: str) -> None:
        self.present = set(present)
        self.asked: list[str] = []
        self.pulls: Any = refusal(APIError, 500, UNREACHABLE)
        self.builds: list[dict[str, Any]] = [
            {"stream": "Step 1/2 : FROM debian\n"},
            {"stream": " ---> done\n"},
        ]

    def inspect_image(self, reference: str) -> dict[str, str]:
        if reference not in self.present:
            raise refusal(NotFound, 404, "no such image")
        return {"Id": "sha256:0"}

    def pull(self, name: str, *, tag: str, **_options: Any) -> Iterator[dict[str, Any]]:
        self.asked.append(f"pull {name} {tag}")
        if isinstance(self.pulls, Exception):
            raise self.pulls
        self.present.add(f"{name}:{tag}")
        yield from self.pulls

    def tag(self, source: str, name: str, tag: str, **_options: Any) -> None:
        assert source in self.present
        self.present.add(f"{name}:{tag}")

    def build(self, *, tag: str, nocache: bool, **_options: Any) -> Iterator[dict[str, Any]]:
        self.asked.append(f"build {tag}{' anew' if nocache else ''}")
        yield from self.builds
        self.present.add(tag)

    def images(self, **_options: Any) -> list[dict[str, Any]]:
        tags = sorted(tag for tag in self.present if "interop/" in tag)
        return [{"RepoTags": tags, "Id": "sha256:0", "Size": 5, "Created": 7}]

    def remove_image(self, tag: str) -> None:
        if tag not in self.present:
            raise refusal(NotFound, 404, "no such image")
        self.present.remove(tag)


def over(engine: Engine, pull: str = "missing", mirror: str = "") -> Images:
    return Images(cast("APIClient", engine), pull=pull, mirror=mirror)


def quiet(_subject: str, _word: str) -> None:
    """Take progress and say nothing."""


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what is bootstrapped, which is only noted."""
    noted: list[str] = []

    def bootstrap(client: Any, release: str, reference: str, _progress: Any) -> None:
        noted.append(release)
        client.present.add(reference)

    monkeypatch.setattr(images, "bootstrap", bootstrap)
    return noted


def test_what_is_there_is_neither_pulled_nor_built(tmp_path: Path) -> None:
    candidate = tiny(tmp_path / "peer")
    engine = Engine(recipe(candidate).tag)
    for policy in ("never", "missing"):
        assert over(engine, policy).ensure(candidate, quiet) == recipe(candidate).tag
    assert engine.asked == []


def test_what_is_missing_is_built_upon_the_base_that_is_there(tmp_path: Path) -> None:
    candidate = tiny(tmp_path / "peer")
    engine = Engine(BASE)
    words: list[str] = []
    over(engine).ensure(candidate, lambda _subject, word: words.append(word))
    assert engine.asked == [f"build {recipe(candidate).tag}"]
    assert words == ["building", "step 1/2: FROM debian"]


def test_a_base_that_no_registry_gives_is_made_and_the_registry_is_asked_once(
    tmp_path: Path, made: list[str]
) -> None:
    engine = Engine()
    one = over(engine)
    one.ensure(tiny(tmp_path / "peer"), quiet)
    one.ensure(tiny(tmp_path / "peer", build={"DEBIAN": "bullseye"}), quiet)
    assert made == ["trixie", "bullseye"]
    assert [word for word in engine.asked if word.startswith("pull")] == ["pull debian trixie-slim"]


def test_a_base_that_a_registry_has_is_pulled(tmp_path: Path, made: list[str]) -> None:
    engine = Engine()
    engine.pulls = [{"status": "Pulling"}]
    over(engine).ensure(tiny(tmp_path / "peer"), quiet)
    assert engine.asked[0] == "pull debian trixie-slim"
    assert made == []


def test_a_mirror_is_asked_instead_and_the_image_gets_its_own_name(tmp_path: Path, made: list[str]) -> None:
    engine = Engine()
    engine.pulls = [{"status": "Pulling"}]
    over(engine, mirror="hub.example.org/proxy/").ensure(tiny(tmp_path / "peer"), quiet)
    assert engine.asked[0] == "pull hub.example.org/proxy/debian trixie-slim"
    assert BASE in engine.present
    assert made == []


def test_a_registry_that_swallows_what_it_is_sent_costs_its_patience_only(
    tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "FIRST_ANSWER", 0.05)
    engine = Engine()

    answered = threading.Event()

    def swallow(*_arguments: Any, **_options: Any) -> Iterator[dict[str, Any]]:
        answered.wait(60)
        yield {}

    monkeypatch.setattr(engine, "pull", swallow)
    began = time.monotonic()
    over(engine).ensure(tiny(tmp_path / "peer"), quiet)
    assert time.monotonic() - began < 30
    answered.set()
    assert made == ["trixie"]


def test_a_ready_image_that_cannot_be_pulled_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    candidate = tiny(tmp_path / "peer", image="postgres@sha256:0", build={})
    with pytest.raises(
        ImageError, match=r"the image postgres@sha256:0 cannot be pulled: .*no such host"
    ) as caught:
        over(Engine()).ensure(candidate, quiet)
    assert "docker load" in caught.value.hint
    engine = Engine()
    engine.pulls = [{"error": "manifest unknown."}]
    with pytest.raises(ImageError, match="cannot be pulled: manifest unknown"):
        over(engine).ensure(candidate, quiet)


def test_an_image_by_digest_keeps_the_mirrors_name(tmp_path: Path) -> None:
    engine = Engine("hub.example.org/postgres@sha256:0")
    candidate = tiny(tmp_path / "peer", image="postgres@sha256:0", build={})
    assert (
        over(engine, mirror="hub.example.org").ensure(candidate, quiet) == "hub.example.org/postgres@sha256:0"
    )


def test_the_policy_never_forbids_both(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="the pull policy `never` forbids to build it"):
        over(Engine(BASE), "never").ensure(tiny(tmp_path / "peer"), quiet)
    with pytest.raises(ImageError, match="the pull policy `never` forbids to pull it"):
        over(Engine(), "never").ensure(tiny(tmp_path / "peer", image="a:1", build={}), quiet)


def test_the_policy_always_builds_anew_once_and_keeps_a_base_that_cannot_be_pulled(tmp_path: Path) -> None:
    candidate = tiny(tmp_path / "peer")
    tag = recipe(candidate).tag
    engine = Engine(BASE, tag)
    one = over(engine, "always")
    one.ensure(candidate, quiet)
    one.ensure(candidate, quiet)
    assert engine.asked == ["pull debian trixie-slim", f"build {tag} anew"]


def test_a_failing_build_shows_its_step_and_the_end_of_its_log(tmp_path: Path) -> None:
    engine = Engine(BASE)
    engine.builds = [
        {"stream": "Step 3/5 : RUN apt-get update     && apt-get install -y tiny\n"},
        {"stream": "\x1b[91mE: Unable to locate package tiny\x1b[0m\n"},
        {"error": "The command returned a non-zero code: 100.", "errorDetail": {"code": 100}},
    ]
    with pytest.raises(ImageError) as caught:
        over(engine).ensure(tiny(tmp_path / "peer"), quiet)
    message = str(caught.value)
    assert message.startswith(
        f"{tmp_path}/peer/Dockerfile:4: the image of tiny@1.2~rc1 cannot be built; `RUN apt-get"
    )
    assert "non-zero code: 100. The end of its log:" in message
    assert "\n    E: Unable to locate package tiny\n" in message
    assert "\x1b" not in message


def test_one_failure_does_not_keep_the_others_from_being_built(tmp_path: Path) -> None:
    good, bad = tiny(tmp_path / "good"), tiny(tmp_path / "bad", version="2", build={"X": ""})
    engine = Engine(BASE)
    failures = build_all(over(engine), [bad, good], quiet, jobs=2)
    assert list(failures) == ["tiny@2"]
    assert recipe(good).tag in engine.present


def test_images_are_listed_and_removed(tmp_path: Path) -> None:
    tag = recipe(tiny(tmp_path / "peer")).tag
    engine = Engine(BASE, tag)
    client = cast("APIClient", engine)
    assert [(image.tag, image.size) for image in list_images(client)] == [(tag, 5)]
    assert remove_images(client) == [tag]
    assert remove_images(client, [tag]) == []
    assert BASE in engine.present


def test_podmans_names_and_other_peoples_are_told_apart() -> None:
    engine = Engine(
        "docker.io/interop/tiny:1", "localhost/interop/tiny:2", "lab.example/other/interop/tiny:3"
    )
    listed = [image.tag for image in list_images(cast("APIClient", engine))]
    assert listed == ["docker.io/interop/tiny:1", "localhost/interop/tiny:2"]
