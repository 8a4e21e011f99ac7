"""Where a container engine may be reached: DOCKER_HOST, the current Docker context, the usual sockets.

Knows nothing of the SDK and opens no connection; whether anything answers there is `sdk.connect`'s question.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from interop.errors import EngineError, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One place where an engine may answer, and who named it."""

    url: str
    source: str
    """What named it, in words for a message: `DOCKER_HOST`, `the Docker context 'lab'`, …"""
    certificates: Path | None = None
    """Folder with ca.pem, cert.pem and key.pem; None for a connection without TLS."""
    verify: bool = True

    @property
    def socket(self) -> Path | None:
        """The Unix socket's path, None when the engine is not reached by one."""
        return Path(urlsplit(self.url).path) if self.url.startswith("unix://") else None

    @property
    def remote(self) -> str:
        """The engine's host when it is another machine; empty when it shares this one's loopback."""
        host = urlsplit(self.url).hostname or ""
        return "" if host in {"localhost", "127.0.0.1", "::1"} else host

    def __str__(self) -> str:
        return f"{self.url} ({self.source})"


def endpoints(environment: Mapping[str, str], home: Path) -> list[Endpoint]:
    """Return where to look for an engine, in order. What the user named is the only answer when there is one.

    Raises EngineError when the environment or a Docker context says something that cannot be used.
    """
    if environment.get("DOCKER_HOST"):
        return [_from_environment(environment, home)]
    folder = Path(environment.get("DOCKER_CONFIG") or home / ".docker")
    context = environment.get("DOCKER_CONTEXT") or _current_context(folder)
    if context and context != "default":
        return [_from_context(folder, context)]
    runtime = Path(environment.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    sockets = {
        Path("/var/run/docker.sock"): "Docker's usual socket",
        runtime / "docker.sock": "the socket of rootless Docker",
        runtime / "podman/podman.sock": "the socket of rootless Podman",
        Path("/run/podman/podman.sock"): "Podman's usual socket",
    }
    return [Endpoint(url=f"unix://{path}", source=source) for path, source in sockets.items()]


def _from_environment(environment: Mapping[str, str], home: Path) -> Endpoint:
    url = environment["DOCKER_HOST"]
    if urlsplit(url).scheme not in {"unix", "tcp", "http", "https", "ssh"}:
        raise EngineError(
            f"DOCKER_HOST is {url!r}, which names no engine.",
            hint="Write it as unix:///path, tcp://host:port or ssh://host.",
        )
    # Docker's own rule: the client verifies when the variable has any text at all.
    verify = bool(environment.get("DOCKER_TLS_VERIFY"))
    named = environment.get("DOCKER_CERT_PATH")
    certificates = Path(named) if named else home / ".docker" if verify else None
    return Endpoint(url=url, source="DOCKER_HOST", certificates=certificates, verify=verify)


def _current_context(folder: Path) -> str:
    file = folder / "config.json"
    try:
        settings = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise EngineError(f"Docker's settings cannot be read: {error}.", where=Place(file)) from None
    return str(settings.get("currentContext", "")) if isinstance(settings, dict) else ""


def _from_context(folder: Path, name: str) -> Endpoint:
    key = hashlib.sha256(name.encode()).hexdigest()
    file = folder / "contexts" / "meta" / key / "meta.json"
    try:
        docker = json.loads(file.read_text(encoding="utf-8"))["Endpoints"]["docker"]
        url, skip = str(docker["Host"]), bool(docker.get("SkipTLSVerify", False))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise EngineError(
            f"the Docker context {name!r} cannot be read.",
            where=Place(file),
            hint="`docker context ls` lists what there is; `docker context use default` goes back.",
        ) from None
    certificates = folder / "contexts" / "tls" / key / "docker"
    return Endpoint(
        url=url,
        source=f"the Docker context {name!r}",
        certificates=certificates if certificates.is_dir() else None,
        verify=not skip,
    )
