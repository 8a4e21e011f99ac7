"""`interop doctor`: what is here, what is missing, and the command that mends it."""

from __future__ import annotations

import argparse
import platform
import shutil
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import interop
from interop.cli._catalog import add_config_option, find_catalog
from interop.load.catalog import Catalog

DISK_WANTED = 4 * 1024**3
"""Bytes that the images of all shipped peers take, with the layers that their builds leave."""


@dataclass(frozen=True, slots=True)
class _Check:
    good: bool
    text: str
    mend: str = ""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "doctor",
        help="say what is missing on this machine, and what mends it",
        description="Look at everything that a run needs. Exit code 1 when something is missing.",
    )
    add_config_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print one line for each thing that a run needs."""
    catalog = find_catalog(arguments)
    checks = [_versions(), *_suites(catalog), _engine(), *_images(catalog), _disk()]
    for check in checks:
        print(f"{'ok ' if check.good else '!! '} {check.text}")
        if check.mend and not check.good:
            print(f"      {check.mend}")
    return 0 if all(check.good for check in checks) else 1


def _versions() -> _Check:
    try:
        xdist = f", pytest-xdist {version('pytest-xdist')}"
    except PackageNotFoundError:
        xdist = ""
    return _Check(
        good=True,
        text=f"interop {interop.__version__}, Python {platform.python_version()},"
        f" pytest {version('pytest')}{xdist}",
    )


def _suites(catalog: Catalog) -> list[_Check]:
    lines = []
    for suite in catalog.suites:
        counts = ", ".join(
            f"{len({each.implementation.name for each in found})} {role}s in {len(found)} versions"
            for role in suite.roles
            if (found := catalog.candidates(suite.name, role))
        )
        lines.append(_Check(good=True, text=f"suite {suite.name}: {len(suite.features)} features, {counts}"))
    broken = [_Check(good=False, text=str(mistake)) for mistake in catalog.mistakes]
    return [*lines, *broken] or [
        _Check(good=False, text="no suite was found", mend="pip install pytest-interop")
    ]


def _engine() -> _Check:
    from interop.run.engine.install import find_engine  # noqa: PLC0415 - the SDK takes long to import

    status = find_engine()
    if status.name:
        return _Check(good=True, text=str(status))
    hint = f"{status.mend} Or, as root on Debian: `interop engine up --install`."
    return _Check(good=False, text=status.why, mend=hint)


def _images(catalog: Catalog) -> list[_Check]:
    from interop.errors import EngineError  # noqa: PLC0415
    from interop.run.engine.build_context import recipe  # noqa: PLC0415
    from interop.run.engine.images import list_images  # noqa: PLC0415
    from interop.run.engine.sdk import connect  # noqa: PLC0415

    try:
        client, _ = connect()
    except EngineError:
        return []
    there = {image.tag.removeprefix("localhost/") for image in list_images(client)}
    wanted = {
        recipe(candidate).tag
        for suite in catalog.suites
        for role in suite.roles
        for candidate in catalog.candidates(suite.name, role)
        if (candidate.implementation.folder / "Dockerfile").is_file()
    }
    built = len(wanted & there)
    text = f"{built} of {len(wanted)} images are built"
    return [_Check(good=True, text=text if built == len(wanted) else f"{text}; a run builds the others")]


def _disk() -> _Check:
    free = shutil.disk_usage("/").free
    return _Check(
        good=free > DISK_WANTED,
        text=f"{free / 1024**3:.0f} GiB of disk are free;"
        f" all images take about {DISK_WANTED / 1024**3:.0f} GiB",
        mend="Make room, or take only some peers with --interop-peer.",
    )
