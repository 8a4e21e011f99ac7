"""`interop peers`: which implementations the catalogue has, in which versions, and whether they are built."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from interop.cli._catalog import add_config_option, candidates_of, check_names, find_catalog
from interop.errors import EngineError
from interop.model.implementation import Candidate


@dataclass(frozen=True, slots=True)
class _Line:
    role: str
    name: str
    version: str
    release: str
    ready: str


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "peers",
        help="list the implementations of the catalogue",
        description="List every implementation by role, in all versions, and say which are built already.",
    )
    parser.add_argument(
        "selectors", nargs="*", metavar="PEER", help="only these, such as postfix or 'exim@4.9*'"
    )
    parser.add_argument("--suite", metavar="NAME", help="only this suite")
    add_config_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the table."""
    catalog = find_catalog(arguments)
    check_names(catalog, arguments.selectors)
    suites = [catalog.suite(arguments.suite)] if arguments.suite else catalog.suites
    found = [
        (suite.title, role, candidate)
        for suite in suites
        for role in suite.roles
        for candidate in candidates_of(catalog, suite.name, role, arguments.selectors)
    ]
    tags = _built_tags()
    lines = [
        _Line(
            f"{title} {role}",
            each.implementation.title,
            each.release.version,
            each.release.name,
            _state(each, tags),
        )
        for title, role, each in found
    ]
    _print(lines)
    for mistake in catalog.mistakes:
        print(f"not read: {mistake}")
    return 0


def _built_tags() -> frozenset[str] | None:
    """Return the tags that an engine has, None when no engine answers."""
    from interop.run.engine.images import list_images  # noqa: PLC0415 - the SDK takes long to import
    from interop.run.engine.sdk import connect  # noqa: PLC0415

    try:
        client, _ = connect()
    except EngineError:
        return None
    return frozenset(image.tag.removeprefix("localhost/") for image in list_images(client))


def _state(candidate: Candidate, tags: frozenset[str] | None) -> str:
    from interop.run.engine.build_context import recipe  # noqa: PLC0415

    if not (candidate.implementation.folder / "Dockerfile").is_file():
        return "process" if candidate.release.pypi else "as installed"
    also = ", or as a process" if candidate.release.pypi else ""
    if tags is None:
        return f"needs a container engine{also}"
    return f"{'built' if recipe(candidate).tag in tags else 'not built'}{also}"


def _print(lines: Sequence[_Line]) -> None:
    head = _Line("ROLE", "IMPLEMENTATION", "VERSION", "RELEASE", "STATE")
    rows = [(each.role, each.name, each.version, each.release, each.ready) for each in (head, *lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    previous = ("", "")
    for row in rows:
        shown = ("" if row[0] == previous[0] else row[0], "" if row[:2] == previous else row[1], *row[2:])
        print("  ".join(text.ljust(width) for text, width in zip(shown, (*widths, 0), strict=True)).rstrip())
        previous = row[:2]
