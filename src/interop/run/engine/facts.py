"""What really runs in a container: the exact version as it says it itself, the image's digest, its setup.

Knows nothing of how the container came up.
"""

from __future__ import annotations

import hashlib
import json

from interop.errors import PeerError
from interop.model.attempt import Party
from interop.model.implementation import Candidate
from interop.run.engine.build_context import recipe
from interop.run.engine.cache import cached, write_once
from interop.run.engine.container import clean, execute
from interop.run.engine.sdk import APIClient, asking

VERSION_TIMEOUT = 20.0
"""Seconds for the command that prints the exact version."""
VERSION_LENGTH = 100
"""Characters of a version that are kept."""


def read_party(client: APIClient, identity: str, candidate: Candidate, *, engine: str) -> Party:
    """Return what the container really runs; raise PeerError when it does not tell its version."""
    with asking(f"say what {candidate.id} runs on"):
        image = str(client.inspect_container(identity)["Image"])
    digest = image if image.startswith("sha256:") else f"sha256:{image}"
    implementation, release, role = candidate.implementation, candidate.release, candidate.role
    return Party(
        name=implementation.name,
        title=implementation.title,
        role=role.role,
        suite=role.suite,
        version=_version(client, identity, candidate, digest),
        label=release.version,
        release=release.name,
        configuration=candidate.configuration.name,
        configuration_title=candidate.configuration.title,
        digest=digest,
        configuration_hash=configuration_hash(candidate),
        engine=engine,
        vendor=implementation.vendor,
        homepage=implementation.homepage,
        version_scheme=implementation.version_scheme,
    )


def configuration_hash(candidate: Candidate) -> str:
    """Return a hash over what sets the party up: its configuration, and what its image is made of."""
    inputs = candidate.release.image or recipe(candidate).hash
    configuration = candidate.configuration
    stated = [configuration.name, configuration.environment, candidate.role.command, inputs]
    return "sha256:" + hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()


def _version(client: APIClient, identity: str, candidate: Candidate, digest: str) -> str:
    """Return the exact version, asked once for each image; the release's own where no command tells it."""
    command = candidate.implementation.version_from
    if not command:
        return candidate.release.version
    file = cached("versions", hashlib.sha256("\0".join((digest, *command)).encode()).hexdigest())
    if file.is_file():
        return file.read_text(encoding="utf-8")
    done = execute(client, identity, command, timeout=VERSION_TIMEOUT)
    version = clean(done.stdout.decode("utf-8", "replace")).partition("\n")[0].strip()[:VERSION_LENGTH]
    if done.code != 0 or not version:
        said = clean(done.stderr.decode("utf-8", "replace")).strip()[-200:]
        raise PeerError(
            f"{candidate.id} does not tell its version: {command[0]!r} ended with status {done.code}"
            f"{f' and said {said!r}' if said else ''}.",
            where=candidate.implementation.place,
            hint="Correct `version_from`.",
        )
    write_once(file, version)
    return version
