"""`interop engine up`: have a container engine that answers."""

from __future__ import annotations

import argparse


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its one part."""
    parser = subparsers.add_parser(
        "engine",
        help="find or start a container engine",
        description="Peers run in containers of Docker or Podman.",
    )
    parts = parser.add_subparsers(title="what to do", metavar="up", required=True)
    up = parts.add_parser(
        "up",
        help="return when an engine answers",
        description="Find an engine that answers; as root, start the Docker that is installed.",
    )
    up.add_argument(
        "--install",
        action="store_true",
        help="as root on Debian or Ubuntu: install Docker when it is missing",
    )
    up.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Say which engine answers; raise EngineError with what mends it when none does."""
    from interop.run.engine.install import engine_up  # noqa: PLC0415 - the SDK takes long to import

    print(engine_up(install=arguments.install, progress=_say))
    return 0


def _say(word: str) -> None:
    print(f"interop: {word}", flush=True)
