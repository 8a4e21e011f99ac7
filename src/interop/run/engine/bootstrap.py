"""A Debian base image without a registry: made with mmdebstrap from the machine's Debian mirror.

Knows nothing of peers; the engine is only asked to import the archive.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from interop.errors import ImageError
from interop.run.engine.sdk import APIClient, asking

REFERENCE = re.compile(r"^(?:docker\.io/)?(?:library/)?debian:([a-z]+)-slim$")
TIMEOUT = 1800.0
"""Seconds; a slow mirror is slow, but one that stands still must end."""
EXCLUDED = ("doc/*", "info/*", "lintian/*", "linda/*", "locale/*", "man/*")
"""What Debian's own slim images leave out of /usr/share; copyright files stay."""
DEFAULT_MIRROR = "http://deb.debian.org/debian"


def debian_release(reference: str) -> str:
    """Return `trixie` for `debian:trixie-slim`; empty for an image that cannot be made here."""
    found = REFERENCE.match(reference)
    return found[1] if found else ""


def bootstrap(client: APIClient, release: str, reference: str, progress: Callable[[str], None]) -> None:
    """Make a slim Debian and give it to the engine under `reference`; raise ImageError when that fails."""
    if shutil.which("mmdebstrap") is None:
        raise ImageError(
            f"the base image {reference} is not there, and mmdebstrap, which makes it, is not installed.",
            hint="Run `apt-get install mmdebstrap`, or load the image with `docker load`.",
        )
    progress(f"making {reference} with mmdebstrap")
    with tempfile.TemporaryDirectory(prefix="interop-base-") as folder:
        # A file, not a pipe: an archive that was cut short must not become an image.
        archive = Path(folder) / "root.tar"
        _make(release, archive, progress)
        progress(f"importing {reference}")
        repository, _, tag = reference.rpartition(":")
        with asking(f"import the base image {reference}"):
            client.import_image_from_file(
                str(archive), repository=repository, tag=tag, changes=['CMD ["bash"]']
            )


def command(release: str, archive: Path, sources: list[str]) -> list[str]:
    """Return mmdebstrap's command line; without sources it takes Debian's own mirror."""
    excluded = [f"--dpkgopt=path-exclude=/usr/share/{pattern}" for pattern in EXCLUDED]
    kept = ["--dpkgopt=path-include=/usr/share/doc/*/copyright"]
    return ["mmdebstrap", "--variant=minbase", *excluded, *kept, release, str(archive), *sources]


def machine_sources(release: str) -> list[str]:
    """Return apt lines for the mirror that this machine uses; empty when that is Debian's own, or none."""
    try:
        listed = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)", "Identifier: Packages"],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    found: dict[str, str] = {}
    for line in listed.splitlines():
        label, _, address = line.strip().rpartition(" ")
        found.setdefault(label, address.rstrip("/"))
    main = found.get("Debian", DEFAULT_MIRROR)
    if main == DEFAULT_MIRROR:
        return []
    lines = [f"deb {main} {release} main", f"deb {main} {release}-updates main"]
    if "Debian-Security" in found:
        lines.append(f"deb {found['Debian-Security']} {release}-security main")
    return lines


def _make(release: str, archive: Path, progress: Callable[[str], None]) -> None:
    last = deque[str](maxlen=8)
    with subprocess.Popen(
        command(release, archive, machine_sources(release)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as made:
        timer = threading.Timer(TIMEOUT, made.kill)
        timer.daemon = True
        timer.start()
        for line in made.stderr or ():
            last.append(line.strip())
            if line.startswith("I: "):
                progress(f"making debian:{release}-slim: {line[3:].strip()}")
        code = made.wait()
        timer.cancel()
    if code != 0:
        log = "".join(f"\n    {line}" for line in last)
        raise ImageError(
            f"mmdebstrap could not make debian:{release}-slim (status {code}):{log}\n",
            hint="It needs root or unprivileged user namespaces, and a Debian mirror that has this release.",
        )
