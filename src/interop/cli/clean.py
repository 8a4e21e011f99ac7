"""`interop clean`: take down whatever carries our labels, and remove what runs have left on disk."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from interop.errors import EngineError
from interop.run.provision import STATE_PREFIX


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "clean",
        help="take down every container and network of ours",
        description="Take down every container and network that carries our labels, also those of a run that"
        " goes on or was told to keep its peers, and remove state directories. Images stay:"
        " 'interop images clean' removes them.",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command takes them
    """Remove and say what was removed."""
    removed = [*_containers(), *_processes(), *_folders()]
    for name in removed:
        print(f"removed {name}")
    print(f"{len(removed)} things removed." if removed else "Nothing of ours was left.")
    return 0


def _containers() -> list[str]:
    from interop.run.engine.labels import remove_all_labelled  # noqa: PLC0415 - the SDK takes long to import
    from interop.run.engine.sdk import connect  # noqa: PLC0415

    try:
        client, _ = connect()
    except EngineError:
        return []
    return remove_all_labelled(client)


def _processes() -> list[str]:
    from interop.run.engine.process import ProcessEngine  # noqa: PLC0415

    engine = ProcessEngine(run_id="clean")
    try:
        return engine.sweep()
    finally:
        engine.close()


def _folders() -> list[str]:
    removed = []
    for folder in Path(tempfile.gettempdir()).glob(f"{STATE_PREFIX}*"):
        shutil.rmtree(folder, ignore_errors=True)
        removed.append(str(folder))
    return removed
