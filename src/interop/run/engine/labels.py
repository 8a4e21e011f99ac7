"""The labels on everything that is made in an engine, and what of it runs that are dead have left.

Knows nothing of what the containers are for.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from interop.run.engine.sdk import APIClient, APIError, asking

MARK = "interop"
RUN = "interop.run"
PID = "interop.pid"
BORN = "interop.born"
HOST = "interop.host"
KEEP = "interop.keep"
PEER = "interop.peer"
ENGINE = "interop.engine"
AT_ONCE = 4
"""Containers that are removed at the same time."""


def labels(run_id: str, engine: str, *, keep: bool) -> dict[str, str]:
    """Return the labels of what this process makes."""
    return {
        MARK: "1",
        RUN: run_id,
        ENGINE: engine,
        PID: str(os.getpid()),
        BORN: born(os.getpid()),
        HOST: socket.gethostname(),
        "interop.started": f"{time.time():.0f}",
        **({KEEP: "1"} if keep else {}),
    }


def born(pid: int) -> str:
    """Return when a process began, in ticks since this host began (proc(5), field 22); empty when not known.

    A number can be given to another process later; together with this it names one process.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]


def left_over(found: Mapping[str, str]) -> bool:
    """Say whether labels belong to a process of this host that is gone, and nobody asked to keep it."""
    if found.get(HOST) != socket.gethostname() or found.get(KEEP):
        return False
    try:
        pid = int(found.get(PID, ""))
        os.kill(pid, 0)
    except (ValueError, ProcessLookupError):
        return True
    except PermissionError:
        pass
    return born(pid) != found.get(BORN, "")


def sweep(client: APIClient) -> list[str]:
    """Remove what dead runs of this host have left; return the names of what was removed."""
    return _remove(client, f"{MARK}=1", only_left_over=True)


def remove_all_labelled(client: APIClient, label: str = f"{MARK}=1") -> list[str]:
    """Remove every container and network with the label, whoever made it; return their names."""
    return _remove(client, label, only_left_over=False)


def _remove(client: APIClient, label: str, *, only_left_over: bool) -> list[str]:
    with asking("list what earlier runs have left"):
        containers = client.containers(all=True, filters={"label": label})
        networks = client.networks(filters={"label": label})
    doomed = [item for item in containers if not only_left_over or left_over(item["Labels"] or {})]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        gone = pool.map(lambda container: remove_container(client, container["Id"]), doomed)
        removed = [
            f"container {_name(container)}" for container, done in zip(doomed, gone, strict=True) if done
        ]
    for network in networks:
        if only_left_over and not left_over(network["Labels"] or {}):
            continue
        if remove_network(client, network["Id"]):
            removed.append(f"network {network['Name']}")
    return removed


def _name(container: Mapping[str, Any]) -> str:
    names = container.get("Names") or [container["Id"][:12]]
    return str(names[0]).lstrip("/")


def remove_container(client: APIClient, container: str) -> bool:
    """Remove a container with its volumes, running or not; False when it was gone or is going already."""
    with asking("remove a container"):
        try:
            client.remove_container(container, v=True, force=True)
        except APIError as error:
            # 404: gone. 409: another process removes it just now.
            if error.status_code in {404, 409}:
                return False
            raise
    return True


def remove_network(client: APIClient, network: str) -> bool:
    """Remove a network; False when it was gone, or another process still uses it."""
    with asking("remove a network"):
        try:
            client.remove_network(network)
        except APIError as error:
            if error.status_code in {403, 404, 409}:
                return False
            raise
    return True
