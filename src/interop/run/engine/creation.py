"""What a party's container is given: names, ports, limits, its state directory, and no way out.

Knows nothing of what happens once it is started.
"""

from __future__ import annotations

import contextlib
import io
import os
import resource
import secrets
import socket
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interop.model.implementation import Candidate
from interop.run.engine import KEY_LOG, variable
from interop.run.engine.cache import cached, write_once
from interop.run.engine.container import INSIDE
from interop.run.engine.labels import PEER, remove_container
from interop.run.engine.sdk import APIClient, APIError, LogConfig, Ulimit, asking, explanation

HOST_NAMES = ("mail.interop.test", "host.interop.test")
"""Names by which a party reaches the host's side of its network."""
NO_RESOLVER = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"
"""A party has no way out, so that a look-up must fail at once: some servers look up every client."""
FILES = 16_384
"""Open files and processes that ulimit allows: Podman needs them said, and some servers close every possible
file when they start. What bounds processes is `pids_limit`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The one network of an engine's parties."""

    id: str
    name: str
    gateway: str
    """The host's address on it."""


def create(
    client: APIClient,
    candidate: Candidate,
    *,
    image: str,
    network: Network,
    labels: Mapping[str, str],
    state: Path,
    environment: Mapping[str, str],
    remote: bool,
) -> str:
    """Make a container that is not started yet, and return its id.

    `remote` says that the engine is another machine.
    """
    role, security = candidate.role, candidate.role.security
    # The caller's name is the serving side's own; a party that serves nothing finds that name on the host.
    own = f"{candidate.implementation.name}.interop.test"
    hostname = environment.get("INTEROP_HOSTNAME", own) if role.ports else own
    bindings = _bindings(candidate, remote=remote)

    def make(*, init: bool) -> str:
        made = client.create_container(
            image,
            command=list(role.command) or None,
            name=f"interop-{candidate.implementation.name}-{secrets.token_hex(4)}",
            hostname=hostname,
            ports=[
                (int(port), protocol) for port, _, protocol in (str(key).partition("/") for key in bindings)
            ],
            environment={
                "INTEROP_STATE": INSIDE,
                "SSLKEYLOGFILE": f"{INSIDE}/{KEY_LOG}",
                "INTEROP_CONFIGURATION": candidate.configuration.name,
                "INTEROP_HOSTNAME": hostname,
                **{variable("PORT", name): str(port) for name, port in role.ports.items()},
                **candidate.configuration.environment,
                **environment,
            },
            labels={**labels, PEER: candidate.id},
            host_config=client.create_host_config(
                network_mode=network.name,
                port_bindings=bindings,
                extra_hosts={name: network.gateway for name in HOST_NAMES if name != hostname},
                init=init,
                cap_drop=["ALL"],
                cap_add=list(security.capabilities),
                security_opt=["no-new-privileges"],
                mem_limit=security.memory,
                memswap_limit=security.memory,
                pids_limit=security.processes,
                nano_cpus=int(min(security.cpus, os.cpu_count() or 1) * 1e9),
                ulimits=_ulimits(),
                log_config=LogConfig(type="json-file", config={"max-size": "8m", "max-file": "2"}),
                **_mounts(state, remote=remote),
            ),
        )
        return str(made["Id"])

    with asking(f"make a container for {candidate.id}"):
        try:
            identity = make(init=True)
        except APIError as error:
            # Podman without its recommended catatonit: the party's own first process has to do.
            if "init binary not found" not in explanation(error):
                raise
            identity = make(init=False)
        if remote:
            client.put_archive(identity, "/", packed(state))
    return identity


def free_port() -> int:
    """Return a number that is free on loopback for TCP and for UDP just now."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
            stream.bind(("127.0.0.1", 0))
            port = int(stream.getsockname()[1])
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, contextlib.suppress(OSError):
                datagrams.bind(("127.0.0.1", port))
                return port


def packed(state: Path) -> bytes:
    """Return a state directory as an archive that is unpacked at `/`."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.add(state, arcname=INSIDE.lstrip("/"))
    return buffer.getvalue()


def _bindings(candidate: Candidate, *, remote: bool) -> dict[int | str, Any]:
    """Return where each port is published; one that speaks UDP too has one number on the host for both."""
    host = "0.0.0.0" if remote else "127.0.0.1"  # noqa: S104 - that machine's loopback cannot be reached from here
    bindings: dict[int | str, Any] = {}
    for name, port in candidate.role.ports.items():
        if name in candidate.role.udp:
            bindings[f"{port}/tcp"] = bindings[f"{port}/udp"] = (host, free_port())
        else:
            bindings[f"{port}/tcp"] = (host,)
    return bindings


def _mounts(state: Path, *, remote: bool) -> dict[str, Any]:
    if remote:
        return {"dns": ["127.0.0.1"], "dns_opt": ["timeout:1", "attempts:1"]}
    if os.getuid() != 0:
        _share(state)
    resolver = cached("resolv.conf")
    write_once(resolver, NO_RESOLVER)
    # `z`: where there is SELinux, containers get access to them.
    return {"binds": [f"{state}:{INSIDE}:rw,z", f"{resolver}:/etc/resolv.conf:ro,z"]}


def reclaim(client: APIClient, image: str, state: Path, labels: Mapping[str, str]) -> None:
    """Give everyone what a party wrote in its state directory as another user, if it wrote anything so.

    Only root inside can do that for a user outside who is not root, and the party's own container may be gone
    or lack the capabilities.
    """
    if os.getuid() == 0 or all(path.lstat().st_uid == os.getuid() for path in state.rglob("*")):
        return
    with asking("open a state directory"):
        made = client.create_container(
            image,
            entrypoint=["chmod", "-R", "a+rwX", INSIDE],
            user="0",
            network_disabled=True,
            labels=dict(labels),
            host_config=client.create_host_config(
                binds=[f"{state}:{INSIDE}:rw,z"],
                network_mode="none",
                cap_drop=["ALL"],
                cap_add=["DAC_OVERRIDE", "FOWNER"],
                security_opt=["no-new-privileges"],
                ulimits=_ulimits(),
            ),
        )
        try:
            client.start(made["Id"])
            client.wait(made["Id"])
        finally:
            remove_container(client, made["Id"])


def _share(state: Path) -> None:
    """Open a state directory to all: inside it is a stranger's, whom root without capabilities obeys."""
    for path in (state, *state.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | (0o777 if path.is_dir() or mode & 0o111 else 0o666))


def _ulimits() -> list[Ulimit]:
    """Return the limits by ulimit; an engine without privileges cannot go beyond this process's own."""
    limits = []
    for name, which in (("nofile", resource.RLIMIT_NOFILE), ("nproc", resource.RLIMIT_NPROC)):
        hard = resource.getrlimit(which)[1]
        value = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
        limits.append(Ulimit(name=name, soft=value, hard=value))
    return limits
