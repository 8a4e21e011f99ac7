"""A candidate's image: found, pulled or built; each one once, whoever asks at the same time.

Knows nothing of containers. What goes into an image is `build_context`'s matter; where no registry answers,
`bootstrap` makes the base image.
"""

from __future__ import annotations

import io
import os
import re
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from interop.errors import ImageError, InteropError, Place
from interop.model.implementation import Candidate
from interop.run.engine import Progress
from interop.run.engine.bootstrap import bootstrap, debian_release
from interop.run.engine.build_context import Recipe, build_arguments, host_certificates, pack, recipe
from interop.run.engine.cache import locked
from interop.run.engine.container import clean
from interop.run.engine.registry import impatient, registry_of, split_reference
from interop.run.engine.sdk import APIClient, APIError, NotFound, asking, explanation

LABEL = "interop.image"
"""On every image that is built here. Not the label of containers: they inherit what their image has."""
LAST_LINES = 15
"""Lines of a failed build's log that its error shows."""
STEP = re.compile(r"^(?:\[\d+/\d+\] )?STEP (\d+)/(\d+) ?: (.*)$", re.IGNORECASE)


@dataclass(slots=True)
class Images:
    """The images of one engine, under one pull policy (`never`, `missing`, `always`)."""

    client: APIClient
    pull: str = "missing"
    mirror: str = ""
    """A registry to pull from instead of the images' own, such as `registry.example.org/hub`."""
    _unreachable: dict[str, str] = field(default_factory=dict)
    """Registries that did not answer, and how: they are asked once a process."""
    _fresh: set[str] = field(default_factory=set)
    """What this process has already pulled or built under `always`."""

    def ensure(self, candidate: Candidate, progress: Progress) -> str:
        """Have the candidate's image at hand and return its reference; raise ImageError when that fails."""
        if candidate.release.image:
            # A digest cannot be given to another name: from a mirror it keeps the mirror's.
            image = candidate.release.image
            reference = self._source(image) if "@" in image else image
            self._ensure_base(reference, candidate.id, progress)
            return reference
        wanted = recipe(candidate)
        if self._settled(wanted.tag):
            return wanted.tag
        with locked(
            wanted.tag,
            lambda: progress(candidate.id, "waiting for its image, which is being built elsewhere"),
        ):
            if not self._settled(wanted.tag):
                self._build(candidate, wanted, progress)
        return wanted.tag

    def _settled(self, tag: str) -> bool:
        """Say whether an image needs no work under the policy."""
        return (self.pull != "always" or tag in self._fresh) and self.identity(tag) is not None

    def identity(self, reference: str) -> str | None:
        """Return an image's id (`sha256:…`), None when the engine does not have it."""
        with asking(f"look for the image {reference}"):
            try:
                found = self.client.inspect_image(reference)  # type: ignore[no-untyped-call]  # so the stub has it
                return str(found["Id"])
            except NotFound:
                return None

    def _build(self, candidate: Candidate, wanted: Recipe, progress: Progress) -> None:
        if self.pull == "never":
            raise ImageError(
                f"the image {wanted.tag} is not there, and the pull policy `never` forbids to build it.",
                where=Place(wanted.dockerfile),
                hint="Build it with `interop images build`, or run with --interop-pull=missing.",
            )
        for base in wanted.bases:
            self._ensure_base(base, candidate.id, progress)
        progress(candidate.id, "building")
        with asking(f"build the image of {candidate.id}"):
            stream = self.client.build(
                fileobj=io.BytesIO(pack(wanted, host_certificates(os.environ))),
                custom_context=True,
                tag=wanted.tag,
                buildargs=build_arguments(wanted, os.environ),
                labels={LABEL: candidate.implementation.name},
                nocache=self.pull == "always",
                rm=True,
                forcerm=True,
                decode=True,
            )
            _follow_build(stream, candidate, wanted, progress)
        self._fresh.add(wanted.tag)

    def _ensure_base(self, reference: str, subject: str, progress: Progress) -> None:
        """Have a ready image at hand: local, pulled, or made from Debian's packages."""
        if self._settled(reference):
            return
        with locked(
            reference, lambda: progress(subject, f"waiting for {reference}, which is being fetched elsewhere")
        ):
            if self._settled(reference):
                return
            if self.pull == "never":
                raise ImageError(
                    f"the image {reference} is not there, and the pull policy `never` forbids to pull it.",
                    hint="Load it with `docker load`, or run with --interop-pull=missing.",
                )
            self._fetch_base(reference, subject, progress)
            self._fresh.add(reference)

    def _fetch_base(self, reference: str, subject: str, progress: Progress) -> None:
        with asking(f"pull {reference}"):
            failure = self._pull(reference, subject, progress)
        if not failure:
            return
        if self.identity(reference) is not None:
            progress(subject, f"keeps the {reference} that is there: {failure}")
            return
        release = debian_release(reference)
        if not release:
            raise ImageError(
                f"the image {reference} cannot be pulled: {failure}.",
                hint="Load it with `docker load`, or name a mirror that has it.",
            )
        try:
            bootstrap(self.client, release, reference, lambda what: progress(subject, what))
        except ImageError as error:
            raise ImageError(
                f"{error.what} (It cannot be pulled either: {failure}.)", hint=error.hint
            ) from None

    def _source(self, reference: str) -> str:
        """Return the name under which an image is pulled."""
        mirror = self.mirror.rstrip("/")
        return reference if not mirror or reference.startswith(f"{mirror}/") else f"{mirror}/{reference}"

    def _pull(self, reference: str, subject: str, progress: Progress) -> str:
        """Pull an image; return why that failed, empty when it did not."""
        source = self._source(reference)
        registry = registry_of(source)
        if registry in self._unreachable:
            return self._unreachable[registry]
        progress(subject, f"pulling {source}")
        repository, version = split_reference(source)
        failure = ""
        try:
            for event in impatient(
                lambda: self.client.pull(repository, tag=version or "latest", stream=True, decode=True)
            ):
                failure = failure or clean(str(event.get("error", ""))).rstrip(".")
                progress(subject, f"pulling {source}: {clean(str(event.get('status', '')))}")
        except TimeoutError:
            self._unreachable[registry] = f"{registry} does not answer"
            return self._unreachable[registry]
        except APIError as error:
            if error.status_code is not None and error.status_code >= 500:  # noqa: PLR2004 - the engine could not reach it
                self._unreachable[registry] = explanation(error)
            return explanation(error)
        if not failure and source != reference:
            with asking(f"name the image {reference}"):
                name, tag = split_reference(reference)
                self.client.tag(source, name, tag or "latest", force=True)
        return failure


def _follow_build(
    stream: Iterable[dict[str, Any]], candidate: Candidate, wanted: Recipe, progress: Progress
) -> None:
    """Report a build's steps as they come; raise ImageError with the end of its log when it fails."""
    step, error, last = "", "", deque[str](maxlen=LAST_LINES)
    # To its end even after an error: that gives the connection back.
    for event in stream:
        error = error or clean(str(event.get("error", ""))).strip().rstrip(".")[:300]
        for raw in str(event.get("stream", "")).splitlines():
            line = clean(raw)
            if found := STEP.match(line):
                step = found[3]
                progress(candidate.id, f"step {found[1]}/{found[2]}: {step[:100]}")
            if line.strip():
                last.append(line)
    if error:
        log = "".join(f"\n    {line[:300]}" for line in last)
        raise ImageError(
            f"the image of {candidate.id} cannot be built; `{step[:100]}` failed: {error}. "
            f"The end of its log:{log}\n",
            where=Place(wanted.dockerfile, wanted.line_of(step)),
            hint="Correct that step; if it could not reach a package mirror, set http_proxy and https_proxy.",
        )


def build_all(
    images: Images, candidates: Iterable[Candidate], progress: Progress, *, jobs: int = 2
) -> dict[str, InteropError]:
    """Have the images of all candidates at hand, `jobs` at a time; return the failures by candidate's id."""
    failures: dict[str, InteropError] = {}

    def one(candidate: Candidate) -> None:
        try:
            images.ensure(candidate, progress)
        except InteropError as error:
            failures[candidate.id] = error

    with ThreadPoolExecutor(jobs, thread_name_prefix="interop-images") as pool:
        list(pool.map(one, candidates))
    return failures


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One image that was built here."""

    tag: str
    id: str
    size: int
    """Bytes, shared layers included."""
    created: int
    """Seconds since the epoch."""


def list_images(client: APIClient) -> list[Image]:
    """Return the images that were built here, by tag."""
    with asking("list its images"):
        found = client.images(filters={"label": LABEL})
    return sorted(
        (
            Image(tag=tag, id=item["Id"], size=item["Size"], created=item["Created"])
            for item in found
            for tag in item.get("RepoTags") or ()
            if re.match(r"(?:[\w.]+/)?interop/", tag)  # Podman puts a registry before the name
        ),
        key=lambda image: image.tag,
    )


def remove_images(client: APIClient, tags: Sequence[str] | None = None) -> list[str]:
    """Remove these images, or all that were built here; return those that are gone. One in use stays."""
    removed = []
    for tag in [image.tag for image in list_images(client)] if tags is None else tags:
        with asking(f"remove the image {tag}"):
            try:
                client.remove_image(tag)
            except APIError as error:
                if error.status_code not in {404, 409}:
                    raise
            else:
                removed.append(tag)
    return removed
