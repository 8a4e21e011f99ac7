"""What the recording relay costs: the same mails with it and without it, in turn, so that drift cancels out.

    python benchmarks/relay.py                  # nothing but the protocol: smtplib to aiosmtpd in a loop
    python benchmarks/relay.py --whole-run      # also a whole `pytest --interop` of smtplib with aiosmtpd

Client, relay and server are processes of their own, as in a run. Needs no container engine; aiosmtpd is
installed by the process engine when it is not there yet. The number that counts is that of the whole run: the
loop leaves out all that a run does beside talking. Processor time is told beside what the clock says, because
it drifts less on a machine that others use too.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from interop.load.catalog import load_catalog
from interop.run.engine.choice import choose_engine
from interop.run.provision import Provisioner
from interop.run.wire import Switchboard, Wire

CLIENT = """
import smtplib, sys
port, small, large = map(int, sys.argv[1:])
for number in range(small):
    with smtplib.SMTP("127.0.0.1", port, "client.interop.test") as session:
        session.sendmail("bob@sender.test", ["box@interop.test"], b"Subject: x\\r\\n\\r\\nHello,\\r\\n")
body = b"Subject: x\\r\\n\\r\\n" + (b"x" * 76 + b"\\r\\n") * (1572864 // 78)
for number in range(large):
    with smtplib.SMTP("127.0.0.1", port, "client.interop.test") as session:
        session.sendmail("bob@sender.test", ["box@interop.test"], body)
"""
WITHOUT_RELAY = """
from interop.run.wire import Wire
Wire.route = lambda self, name, upstream, *, listen="": upstream[1]
"""


def main() -> None:
    """Measure what was asked for, and print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=5, metavar="N", help="how often each (default: 5)")
    parser.add_argument("--small", type=int, default=200, metavar="N", help="small mails (default: 200)")
    parser.add_argument("--large", type=int, default=3, metavar="N", help="mails of 1.5 MiB (default: 3)")
    parser.add_argument("--whole-run", action="store_true", help="measure a whole run too")
    arguments = parser.parse_args()
    with server() as port:
        print(f"{arguments.small} small mails, a session each:")
        compare(arguments.pairs, lambda relay: talk(port, arguments.small, 0, relay=relay))
        print(f"{arguments.large} mails of 1.5 MiB, a session each:")
        compare(arguments.pairs, lambda relay: talk(port, 0, arguments.large, relay=relay))
    if arguments.whole_run:
        with tempfile.TemporaryDirectory(prefix="interop-benchmark-") as folder:
            needs_relay = failing(Path(folder))
            print(f"A whole run, without {len(needs_relay)} scenarios that look at the wire themselves:")
            compare(arguments.pairs, lambda relay: run(Path(folder), needs_relay, relay=relay))


def compare(pairs: int, measure: Callable[..., None]) -> None:
    """Measure without and with, in turn, and print the median of the pairs' ratios."""
    measure(relay=True)
    costs: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    for number in range(pairs):
        # Whichever comes first in a pair has the colder caches.
        for relay in (False, True) if number % 2 else (True, False):
            before = time.perf_counter(), processor_time()
            measure(relay=relay)
            after = time.perf_counter(), processor_time()
            costs[relay].append((after[0] - before[0], after[1] - before[1]))
    for which, name in enumerate(("by the clock", "of processors")):
        without, with_it = ([each[which] for each in costs[relay]] for relay in (False, True))
        ratios = [slow / fast for fast, slow in zip(without, with_it, strict=True)]
        print(
            f"  seconds {name}: {statistics.median(without):.3f} without,"
            f" {statistics.median(with_it):.3f} with,"
            f" ratio {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f}, {pairs} pairs)",
            flush=True,
        )


def processor_time() -> float:
    """Return the seconds that this process and its ended children have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + used.ru_utime + used.ru_stime


@contextmanager
def server() -> Iterator[int]:
    """Bring aiosmtpd up as a process; yield its port."""
    engine, _ = choose_engine("process", run_id="benchmark")
    newest = load_catalog().candidates("smtp", "server", selectors=["aiosmtpd"])[-1]
    provisioner = Provisioner(engine, [newest], progress=lambda *_: None)
    try:
        yield provisioner.acquire(newest).address("smtp")[1]
    finally:
        provisioner.close()


def talk(port: int, small: int, large: int, *, relay: bool) -> None:
    """Let a client in a process of its own send the mails."""
    switchboard = Switchboard()
    wire = Wire(switchboard)
    try:
        number = wire.route("smtp", ("127.0.0.1", port)) if relay else port
        words = [sys.executable, "-c", CLIENT, str(number), str(small), str(large)]
        subprocess.run(words, check=True)
    finally:
        wire.close()
        switchboard.close()


def failing(folder: Path) -> list[str]:
    """Return the scenarios that do not pass without the relay: they look at what went over it."""
    run(folder, [], relay=False)
    matrix = (folder / "report" / "run.jsonl").read_text(encoding="utf-8")
    events = [json.loads(line) for line in matrix.splitlines()]
    return sorted({each["scenario"] for each in events if each["kind"] == "attempt" and not fine(each)})


def fine(attempt: dict[str, object]) -> bool:
    """Say whether an attempt showed nothing wrong."""
    return attempt["outcome"] in {"passed", "unsupported"}


def run(folder: Path, deselected: list[str], *, relay: bool) -> None:
    """Run pytest over all scenarios but those."""
    (folder / "without_relay.py").write_text(WITHOUT_RELAY, encoding="utf-8")
    words = [
        sys.executable,
        "-m",
        "pytest",
        "--interop",
        "--interop-engine=process",
        "--interop-product=smtplib",
    ]
    words += ["--interop-suite=smtp", "--interop-peer=aiosmtpd@1.4.6", "--interop-retries=0"]
    words += ["--interop-report=report", "-q", "-p", "no:cacheprovider", "--tb=no"]
    words += ["-p", "without_relay"] if not relay else []
    for scenario in deselected:
        words += ["--deselect", scenario]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    subprocess.run(words, cwd=folder, env=environment, check=False, capture_output=True)


if __name__ == "__main__":
    main()
