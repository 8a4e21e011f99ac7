"""What a command inside a container costs: through the shell that stays there, and by the engine's own call.

    python benchmarks/execute.py [COMMANDS]     (default: 100)

Both are measured in turn against one running container of swaks, which is built when it is not there yet.
Processor time is the whole machine's, since most of it is spent by the engine: let nothing else run.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from interop.load.catalog import load_catalog
from interop.run.engine.container import Container, execute
from interop.run.engine.docker import DockerEngine
from interop.run.engine.sdk import connect
from interop.run.provision import Provisioner

ROUNDS = 5
COMMAND = ("true",)


def main() -> None:
    """Measure and print it."""
    commands = int(sys.argv[1]) if sys.argv[1:] else 100
    newest = load_catalog().candidates("smtp", "client", selectors=["swaks"])[-1]
    engine = DockerEngine(run_id="benchmark")
    client, _ = connect()
    provisioner = Provisioner(engine, [newest], progress=lambda *_: None)
    try:
        party = provisioner.acquire(newest)
        if not isinstance(party, Container):
            raise TypeError("this party is no container")
        ways: dict[str, Callable[[], object]] = {
            "through the shell": lambda: party.execute(COMMAND),
            "by the engine": lambda: execute(client, party.identity, COMMAND, timeout=10),
        }
        told: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, way in ways.items():
                told[name].append(_measured(way, commands))
    finally:
        provisioner.close()
        client.close()
        engine.close()
    for name, seen in told.items():
        wall, busy = (statistics.median(each) * 1000 for each in zip(*seen, strict=True))
        print(f"{name:18} {wall:6.1f} ms, {busy:6.1f} ms of processor time a command")


def _measured(way: Callable[[], object], times: int) -> tuple[float, float]:
    """Return the wall and processor seconds of one call."""
    began, before = time.perf_counter(), _busy()
    for _ in range(times):
        way()
    return (time.perf_counter() - began) / times, (_busy() - before) / times


def _busy() -> float:
    """Return the seconds in which the machine's processors were not idle (proc(5), /proc/stat)."""
    user, nice, system, _idle, _iowait, *rest = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    return sum(map(int, (user, nice, system, *rest[:3]))) / 100


if __name__ == "__main__":
    main()
