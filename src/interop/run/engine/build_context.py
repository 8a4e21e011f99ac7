"""What goes into an image: the Dockerfile's own statements, the files beside it, and a hash over both.

Knows nothing of engines: it reads one folder and makes bytes.
"""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from interop.errors import ImageError, Place
from interop.model.implementation import Candidate

DOCKERFILE = "Dockerfile"
CA_FILE = "interop-ca.crt"
"""The host's CA bundle in the context of a Dockerfile that mentions it."""
HARNESS_ONLY = frozenset({"implementation.yaml", "driver.py", "README.md"})
"""Files that the harness or people read: in the context only where the Dockerfile names them."""
PREDEFINED = ("http_proxy", "https_proxy", "no_proxy", "ftp_proxy", "all_proxy")
"""Build arguments that Docker knows without an ARG, in lower and upper case; no layer depends on them."""
FROM_HOST = (
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_TRUSTED_HOST",
    "npm_config_registry",
    "GOPROXY",
    "GOSUMDB",
    "GOFLAGS",
)
"""Variables of the host that a Dockerfile gets by declaring an ARG of the same name."""
CA_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "CURL_CA_BUNDLE")
SYSTEM_CA = Path("/etc/ssl/certs/ca-certificates.crt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One instruction of a Dockerfile."""

    line: int
    word: str
    """`FROM`, `RUN`, … in capitals."""
    rest: str

    @property
    def squeezed(self) -> str:
        """Its text without any space: builders show it with spaces of their own."""
        return "".join((self.word + self.rest).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All that determines a candidate's image."""

    name: str
    release: str
    dockerfile: Path
    instructions: tuple[Instruction, ...]
    arguments: dict[str, str]
    files: tuple[Path, ...]
    bases: tuple[str, ...]
    """The images that it builds upon, such as `debian:trixie-slim`."""
    hash: str
    """Hex digest of everything above."""

    @property
    def tag(self) -> str:
        """`interop/postfix:3.10.13-0123456789ab`."""
        label = re.sub(r"[^A-Za-z0-9_.-]", "-", self.release)[:100]
        return f"interop/{self.name.lower()}:{label}-{self.hash[:12]}"

    def line_of(self, step: str) -> int:
        """Return where the instruction that a builder shows as `step` stands; 0 when it is none of them."""
        begin = "".join(step.split())[:40]
        return next((item.line for item in self.instructions if item.squeezed.startswith(begin)), 0)


def recipe(candidate: Candidate) -> Recipe:
    """Read what determines the candidate's image; raise ImageError when its Dockerfile cannot be used."""
    folder = candidate.implementation.folder
    dockerfile = folder / DOCKERFILE
    try:
        text = dockerfile.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ImageError(
            f"the Dockerfile of {candidate.id} cannot be read: {error}.", where=Place(dockerfile)
        ) from None
    instructions = parse(text)
    arguments = candidate.release.build
    unknown = sorted(set(arguments) - declared(instructions))
    if unknown:
        descriptor = candidate.release.place or candidate.implementation.place
        raise ImageError(
            f"{candidate.id} sets the build argument {unknown[0]!r}, which no ARG declares.",
            where=Place(dockerfile),
            hint=f"Add `ARG {unknown[0]}`, or take it out of {descriptor}.",
        )
    files = context_files(folder, text)
    bases = base_images(instructions, arguments)
    digest = hashlib.sha256()
    for file in files:
        _add(digest, file.relative_to(folder).as_posix(), oct(file.stat().st_mode & 0o111), file.read_bytes())
    for key in sorted(arguments):
        _add(digest, "ARG", key, arguments[key])
    for base in bases:
        _add(digest, "FROM", base)
    return Recipe(
        name=candidate.implementation.name,
        release=candidate.release.version,
        dockerfile=dockerfile,
        instructions=instructions,
        arguments=dict(arguments),
        files=files,
        bases=bases,
        hash=digest.hexdigest(),
    )


def parse(text: str) -> tuple[Instruction, ...]:
    """Return the instructions of a Dockerfile, continued lines joined, comments left out."""
    found: list[Instruction] = []
    begun, parts = 0, []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        begun = begun or number
        parts.append(line.removesuffix("\\").strip())
        if line.endswith("\\"):
            continue
        word, _, rest = " ".join(parts).partition(" ")
        found.append(Instruction(line=begun, word=word.upper(), rest=rest.strip()))
        begun, parts = 0, []
    return tuple(found)


def declared(instructions: tuple[Instruction, ...]) -> frozenset[str]:
    """Return the names that ARG declares."""
    return frozenset(item.rest.partition("=")[0].strip() for item in instructions if item.word == "ARG")


def base_images(instructions: tuple[Instruction, ...], arguments: Mapping[str, str]) -> tuple[str, ...]:
    """Return the images that FROM names, build arguments put in; not `scratch`, not earlier stages."""
    values: dict[str, str] = {}
    stages: set[str] = set()
    bases: list[str] = []
    for item in instructions:
        if item.word == "ARG" and not bases:
            name, _, default = item.rest.partition("=")
            values[name.strip()] = arguments.get(name.strip(), default.strip().strip("\"'"))
        if item.word == "FROM":
            words = [word for word in item.rest.split() if not word.startswith("--")]
            image = re.sub(r"\$\{?(\w+)\}?", lambda match: values.get(match[1], ""), words[0])
            if image != "scratch" and image not in stages and image not in bases:
                bases.append(image)
            if len(words) > 2 and words[1].upper() == "AS":  # noqa: PLR2004 - FROM image AS name
                stages.add(words[2])
    return tuple(bases)


def context_files(folder: Path, dockerfile: str) -> tuple[Path, ...]:
    """Return the files that a build sees, in a fixed order."""
    return tuple(
        file
        for file in sorted(folder.rglob("*"))
        if file.is_file()
        and "__pycache__" not in file.parts
        and (file.name not in HARNESS_ONLY or file.name in dockerfile)
    )


def pack(recipe: Recipe, certificates: bytes) -> bytes:
    """Return the build context as a tar archive, the same bytes for the same input.

    `certificates` goes in as `interop-ca.crt` when the Dockerfile mentions it.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for file in recipe.files:
            mode = 0o755 if file.stat().st_mode & 0o111 else 0o644
            _put(archive, file.relative_to(recipe.dockerfile.parent).as_posix(), file.read_bytes(), mode)
        if CA_FILE in recipe.dockerfile.read_text(encoding="utf-8"):
            _put(archive, CA_FILE, certificates, 0o644)
    return buffer.getvalue()


def host_certificates(environment: Mapping[str, str]) -> bytes:
    """Return the CA bundle that this host trusts, empty when it has none."""
    named = [Path(environment[name]) for name in CA_VARIABLES if environment.get(name)]
    for file in (*named, SYSTEM_CA):
        if file.is_file():
            return file.read_bytes()
    return b""


def build_arguments(recipe: Recipe, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the release's own arguments and those that the host's environment gives."""
    names = {*PREDEFINED, *(name.upper() for name in PREDEFINED)} | (
        set(FROM_HOST) & declared(recipe.instructions)
    )
    host = {name: environment[name] for name in sorted(names) if environment.get(name)}
    return {**host, **recipe.arguments}


def _put(archive: tarfile.TarFile, name: str, content: bytes, mode: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    archive.addfile(entry, io.BytesIO(content))


def _add(digest: hashlib._Hash, *parts: str | bytes) -> None:
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
