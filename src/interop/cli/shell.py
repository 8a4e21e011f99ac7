"""`interop shell`: a cell's pairing brought up and left up, with all that is needed to look into it."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from interop.cli._catalog import add_config_option, find_catalog
from interop.cli._cell import FoundCell, add_cell_arguments, find_cell
from interop.errors import InteropError
from interop.load.catalog import Catalog
from interop.load.contract import furnish
from interop.model.implementation import Candidate

if TYPE_CHECKING:
    from interop.run.engine import Engine, Running
    from interop.run.provision import Provisioner
    from interop.run.wire import Wire


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "shell",
        help="bring a cell's pairing up and leave it up",
        description="Bring a cell's peer up, and the implementation in the product's place where that is a"
        " shipped one; print how to reach both; wait for Enter or Ctrl-C, then take all down. What passes"
        " through the printed relay ports is written to the report folder.",
    )
    add_cell_arguments(parser)
    parser.add_argument("--engine", default="auto", help="auto, docker or process (default: %(default)s)")
    add_config_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Bring up, print, wait, take down."""
    from interop.run.engine.choice import choose_engine  # noqa: PLC0415 - the SDK takes long to import
    from interop.run.provision import Provisioner  # noqa: PLC0415

    found = find_cell(arguments)
    candidates = _candidates(found, find_catalog(arguments))
    engine, fell_back = choose_engine(arguments.engine, run_id=f"shell-{os.getpid()}")
    if fell_back:
        print(f"interop: {fell_back}", file=sys.stderr)
    provisioner = Provisioner(engine, candidates, progress=_say, furnish=furnish)
    with _sigterm_as_interrupt():
        try:
            parties = [provisioner.acquire(candidate) for candidate in candidates]
            _stay(found, parties, engine, provisioner)
        finally:
            print("Taking all down.", flush=True)
            provisioner.close()
    return 0


def _candidates(found: FoundCell, catalog: Catalog) -> list[Candidate]:
    """Return the peer, and the product where it is a shipped one."""
    cell = found.cell
    suite = catalog.suite(cell.suite)
    peers = catalog.candidates(suite.name, suite.other_role(cell.role), selectors=[cell.peer_key])
    shipped: tuple[Candidate, ...] = ()
    with contextlib.suppress(InteropError):  # the user's own product is not in the catalogue
        shipped = catalog.candidates(suite.name, cell.role, selectors=[cell.product_key])
    return [*peers[:1], *(each for each in shipped[:1] if each.role.driven != "process")]


def _stay(found: FoundCell, parties: list[Running], engine: Engine, provisioner: Provisioner) -> None:
    """Show everything, and wait; then write down what passed through the relay."""
    from interop.run.evidence import transcript, write_evidence  # noqa: PLC0415 - see run()
    from interop.run.wire import Switchboard, Wire  # noqa: PLC0415

    switchboard = Switchboard()
    wire = Wire(switchboard)
    try:
        for party in parties:
            others = [each for each in parties if each is not party]
            _show(party, wire, engine, contained=any(_contained(each) for each in others))
        tls = provisioner.root / "tls"
        print(f"\nTLS\n  CA           {tls / 'ca.pem'}\n  certificate  {tls / 'cert.pem'}")
        print(f"  keys         {provisioner.key_log}")
        _wait()
    finally:
        wire.close()
        switchboard.close()
        if wire.conversations:
            passed = transcript(wire.conversations, key_log=provisioner.key_log.read_bytes())
            file = found.report / "shell" / f"{found.name.replace(':', '/')}.txt"
            write_evidence(file, {"cell": found.name}, {}, passed)
            print(f"\nWhat passed through the relay: {_shown(file)}")


def _show(party: Running, wire: Wire, engine: Engine, *, contained: bool) -> None:
    """Print where a party is reached, directly and through the relay, and how one gets into it."""
    print(f"\n{party.party.key} ({party.party.role}, {party.party.title} {party.party.version})")
    gateway = engine.gateway() if contained else ""
    for port in party.candidate.role.ports:
        host, number = party.address(port)
        relay = wire.route(port, (host, number), listen=gateway)
        inside = f", from the other container mail.interop.test:{relay}" if contained else ""
        print(f"  {port:<12} {host}:{number}  (through the relay localhost:{relay}{inside})")
    for what, how in party.ways_in().items():
        print(f"  {what:<12} {how}")
    print(f"  {'state':<12} {party.state}{f' (inside: {party.inside})' if _contained(party) else ''}")


def _contained(party: Running) -> bool:
    return party.inside != str(party.state)


def _wait() -> None:
    """Return after Enter or Ctrl-C; where there is no input, only after Ctrl-C or SIGTERM."""
    with contextlib.suppress(KeyboardInterrupt):
        print("\nEnter or Ctrl-C takes all down.", flush=True)
        if not sys.stdin.readline():
            while True:
                signal.pause()


@contextlib.contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    """Let SIGTERM take all down as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _shown(file: Path) -> str:
    relative = os.path.relpath(file)
    return relative if not relative.startswith("..") else str(file)


def _say(subject: str, word: str) -> None:
    if word:
        print(f"{subject}: {word}", file=sys.stderr, flush=True)
