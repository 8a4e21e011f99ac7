"""`interop images`: build, list and clean the images of peers."""

from __future__ import annotations

import argparse
import sys
import time

from interop.cli._catalog import add_config_option, candidates_of, check_names, find_catalog
from interop.errors import ConfigError
from interop.model.implementation import Candidate


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its three parts."""
    parser = subparsers.add_parser(
        "images",
        help="build, list or clean the peers' images",
        description="Peers are built from their folders; an image is kept until its folder changes.",
    )
    parts = parser.add_subparsers(title="what to do", metavar="build|list|clean", required=True)
    build = parts.add_parser("build", help="build what is not there yet, base images included")
    build.add_argument(
        "selectors", nargs="*", metavar="PEER", help="only these, such as postfix or 'exim@4.9*'"
    )
    build.add_argument("--suite", metavar="NAME", help="only the peers of this suite")
    build.add_argument("--jobs", type=int, default=2, metavar="N", help="how many at a time (default: 2)")
    build.add_argument("--again", action="store_true", help="rebuild, and pull base images anew")
    add_config_option(build)
    build.set_defaults(run=run_build)
    listing = parts.add_parser("list", help="list the images that were built here, with their sizes")
    listing.set_defaults(run=run_list)
    clean = parts.add_parser("clean", help="remove the images that were built here")
    clean.set_defaults(run=run_clean)


def run_build(arguments: argparse.Namespace) -> int:
    """Build; print a line for each step, and every failure at the end."""
    from interop.run.engine.images import Images, build_all  # noqa: PLC0415 - the SDK takes long to import
    from interop.run.engine.sdk import connect  # noqa: PLC0415

    catalog = find_catalog(arguments)
    check_names(catalog, arguments.selectors)
    suites = [catalog.suite(arguments.suite)] if arguments.suite else catalog.suites
    wanted = {
        candidate.id: candidate
        for suite in suites
        for role in suite.roles
        for candidate in candidates_of(catalog, suite.name, role, arguments.selectors)
        if candidate.release.image or (candidate.implementation.folder / "Dockerfile").is_file()
    }
    if arguments.selectors and not wanted:
        raise ConfigError(
            f"{' '.join(arguments.selectors)}: there is no image to build.",
            hint="Such a peer has no Dockerfile in its folder, and its releases name no 'image'."
            + catalog.unread,
        )
    client, _ = connect()
    images = Images(client, pull="always" if arguments.again else "missing")
    began = time.monotonic()
    failures = build_all(images, list[Candidate](wanted.values()), _say, jobs=max(1, arguments.jobs))
    for error in failures.values():
        print(f"interop: {error}", file=sys.stderr)
    good = len(wanted) - len(failures)
    for mistake in catalog.mistakes:
        print(f"not read: {mistake}", file=sys.stderr)
    print(f"{good} of {len(wanted)} images are ready ({time.monotonic() - began:.0f} s).")
    return 1 if failures else 0


def run_list(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command takes them
    """Print tags, ages and sizes."""
    from interop.run.engine.images import list_images  # noqa: PLC0415 - the SDK takes long to import
    from interop.run.engine.sdk import connect  # noqa: PLC0415

    client, _ = connect()
    found = list_images(client)
    for image in found:
        made = time.strftime("%Y-%m-%d", time.gmtime(image.created))
        print(f"{image.tag}  {made}  {image.size / 1e6:.0f} MB")
    print(f"{len(found)} images. Layers that they share are counted in each.")
    return 0


def run_clean(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command takes them
    """Remove them and say which."""
    from interop.run.engine.images import remove_images  # noqa: PLC0415 - the SDK takes long to import
    from interop.run.engine.sdk import connect  # noqa: PLC0415

    client, _ = connect()
    removed = remove_images(client)
    for tag in removed:
        print(f"removed {tag}")
    print(f"{len(removed)} images removed.")
    return 0


def _say(subject: str, word: str) -> None:
    if word:
        print(f"{subject}: {word}", flush=True)
