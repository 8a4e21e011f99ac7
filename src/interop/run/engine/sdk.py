"""The door to the Docker SDK: the only module that imports it. Docker and Podman both answer it.

Knows how to connect and how to say what an engine answered; knows nothing of parties or images.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import requests
from docker import APIClient
from docker.errors import APIError, DockerException, NotFound, TLSParameterError
from docker.tls import TLSConfig
from docker.types import CancellableStream, LogConfig, Ulimit

from interop.errors import EngineError
from interop.run.engine.endpoint import Endpoint, endpoints

__all__ = [
    "APIClient",
    "APIError",
    "CancellableStream",
    "LogConfig",
    "NotFound",
    "Ulimit",
    "asking",
    "connect",
    "explanation",
    "product",
    "reach",
]

ANSWER = 60.0
"""Seconds that one call to the engine may take; builds, pulls and streams have limits of their own."""
PING = 5.0
"""Seconds in which an engine says its version, or counts as not there."""


@contextmanager
def asking(what: str) -> Generator[None]:
    """Turn whatever the SDK raises into an EngineError that says what was asked."""
    try:
        yield
    except APIError as error:
        raise EngineError(f"the engine refused to {what}: {explanation(error)}.") from error
    except requests.exceptions.ReadTimeout as error:
        raise EngineError(
            f"the engine did not answer within {ANSWER:g} s when asked to {what}.",
            hint="See `interop doctor`.",
        ) from error
    except (DockerException, requests.exceptions.RequestException, OSError) as error:
        raise EngineError(
            f"the engine could not be asked to {what}: {error}.", hint="See `interop doctor`."
        ) from error


def explanation(error: APIError) -> str:
    """Return the engine's own words, without the SDK's wrapping and without a full stop."""
    return str(error.explanation or error).strip().strip('"').rstrip(".")


def reach(endpoint: Endpoint) -> APIClient:
    """Return a client for the engine at this endpoint; raise EngineError when none answers there."""
    if endpoint.socket is not None and not endpoint.socket.exists():
        raise EngineError(
            f"no container engine answers: {endpoint} is not there.", hint="See `interop doctor`."
        )
    try:
        _knock(endpoint)
        client = APIClient(
            base_url=endpoint.url,
            version="auto",
            timeout=PING,  # type: ignore[arg-type]  # the stub says int; requests takes any number
            tls=_tls(endpoint),
            use_ssh_client=True,  # paramiko breaks under pytest's capture, and knows no ~/.ssh/config
        )
    except (DockerException, requests.exceptions.RequestException, OSError) as error:
        raise EngineError(
            f"no container engine answers at {endpoint}: {_cause(error)}.", hint="See `interop doctor`."
        ) from error
    client.timeout = ANSWER  # type: ignore[assignment]  # likewise
    return client


def connect(places: Sequence[Endpoint] | None = None) -> tuple[APIClient, Endpoint]:
    """Return a client for the first engine that answers, and where that is.

    Looks at what the environment names, or at the usual sockets, when no places are given. Raises EngineError
    for the first place that is there and does not answer, or for the first of all.
    """
    failures: list[EngineError] = []
    for endpoint in endpoints(os.environ, Path.home()) if places is None else places:
        try:
            return reach(endpoint), endpoint
        except EngineError as error:
            is_there = endpoint.socket is None or endpoint.socket.exists()
            failures.insert(0 if is_there else len(failures), error)
    raise failures[0]


def product(client: APIClient) -> str:
    """Return the engine's name and version, such as `Docker 20.10.24` or `Podman 4.3.1`."""
    with asking("say its version"):
        version = client.version()
    components = {part.get("Name", ""): part.get("Version", "") for part in version.get("Components") or ()}
    if "Podman Engine" in components:
        return f"Podman {components['Podman Engine']}"
    return f"Docker {version.get('Version', '')}"


def _knock(endpoint: Endpoint) -> None:
    """Raise OSError where nobody listens on the Unix socket: the SDK would leave its own socket open then."""
    if endpoint.socket is not None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
            stream.settimeout(PING)
            stream.connect(str(endpoint.socket))


def _tls(endpoint: Endpoint) -> TLSConfig | bool:
    if endpoint.certificates is None:
        return False
    folder = endpoint.certificates
    pair = (str(folder / "cert.pem"), str(folder / "key.pem"))
    authority = str(folder / "ca.pem")
    try:
        return TLSConfig(
            client_cert=pair if Path(pair[0]).exists() else None,
            ca_cert=authority if endpoint.verify else None,
            verify=endpoint.verify,
        )
    except TLSParameterError as error:
        raise EngineError(f"the TLS settings of {endpoint} cannot be used: {error}.") from error


def _cause(error: BaseException) -> str:
    """Return the innermost reason: `Permission denied`, `Connection refused`."""
    seen: BaseException = error
    while seen.__context__ is not None:
        seen = seen.__context__
    return (seen.strerror or str(seen)) if isinstance(seen, OSError) else str(seen).rstrip(".")
