"""`interop publish`: a static site of one or more runs, for people who do not run pytest."""

from __future__ import annotations

import argparse
import dataclasses
import json
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from interop.cli._catalog import add_config_option, find_catalog
from interop.cli._matrices import find_runs
from interop.errors import ConfigError, Place
from interop.judge.history import together
from interop.load.evidence import read_evidence
from interop.load.record import matrix_to_json, write_atomic
from interop.load.rules import check_rules, check_words
from interop.load.schema import schema_text
from interop.model.matrix import Matrix
from interop.report import publish
from interop.report.publish_check_data import Guide

_EPILOG = """\
The pages need no server and ask nothing of any network: open site/index.html, or publish the folder with
GitHub or GitLab Pages. It also has the matrix, for 'interop check STACK --matrix https://…/matrix.json'.

  interop publish interop-report
  interop publish runs/ --out public
"""
_OURS = "index.html"
_MARK = '<meta name="generator" content="interop '


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "publish",
        help="make a web site of one or more runs, with the stack checker in it",
        description="Write a static site: overview, matrix, gaps, implementations, history, stack checker.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "runs",
        metavar="RUN",
        type=Path,
        nargs="+",
        help="a matrix.json, a report folder, or a folder of them",
    )
    parser.add_argument("--out", metavar="DIR", type=Path, default=Path("site"), help="default: %(default)s")
    add_config_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Render every page, then put the folder in its place."""
    out: Path = arguments.out
    _refuse_strangers(out)
    found = [each for path in arguments.runs for each in find_runs(path)]
    matrices, evidence = _with_evidence(found)
    guide = Guide(
        rules=check_rules(),
        words=check_words(),
        stack_schema=json.loads(schema_text("stack")),
        catalog=find_catalog(arguments).programs,
    )
    files = publish.render(matrices, guide=guide, now=time.time(), evidence=evidence)
    # A forge's Jekyll would leave out what begins with an underscore.
    files |= {"matrix.json": matrix_to_json(together(matrices)), ".nojekyll": ""}
    _replace(out, files)
    print(f"{len(files) - 2} pages of {len(matrices)} run{'s' if len(matrices) > 1 else ''}: {out / _OURS}")
    return 0


def _with_evidence(found: list[tuple[Path, Matrix]]) -> tuple[list[Matrix], dict[str, str]]:
    """Return the runs and their evidence; of several, each has paths of its own, as they name files alike."""
    matrices: list[Matrix] = []
    texts: dict[str, str] = {}
    for number, (file, matrix) in enumerate(found, 1):
        mine = read_evidence(matrix, file.parent)
        folder = f"{number}/" if len(found) > 1 else ""
        texts |= {f"{folder}{name}": text for name, text in mine.items()}
        cells = matrix.cells
        if folder:
            cells = tuple(
                msgspec.structs.replace(cell, evidence=f"{folder}{cell.evidence}") if cell.evidence else cell
                for cell in cells
            )
        matrices.append(dataclasses.replace(matrix, cells=cells))
    return matrices, texts


def _refuse_strangers(out: Path) -> None:
    """Raise ConfigError unless the folder is new, empty, or a site that was published before."""
    if not out.exists():
        return
    where = Place(out)
    if not out.is_dir():
        raise ConfigError("this is no folder.", where=where, hint="Give --out another name.")
    strangers = [name for name in _names(out) if not name.endswith((".html", ".json", ".nojekyll"))]
    index = out / _OURS
    ours = index.is_file() and _MARK in index.read_text(encoding="utf-8", errors="replace")[:100_000]
    if strangers or (any(out.iterdir()) and not ours):
        what = f"{strangers[0]!r} is in it" if strangers else "it has no site of interop's in it"
        raise ConfigError(
            f"this folder would be replaced, and {what}.",
            where=where,
            hint="Give --out a new or an empty folder.",
        )


def _names(folder: Path) -> Iterator[str]:
    for each in sorted(folder.iterdir()):
        yield f"{each.name}/" if each.is_dir() else each.name


def _replace(out: Path, files: Mapping[str, str]) -> None:
    """Write all files beside the folder, then put them in its place: there is the old site or the new one."""
    token = secrets.token_hex(6)
    made, old = out.with_name(f".{out.name}.{token}"), out.with_name(f".{out.name}.{token}.old")
    try:
        for name, text in files.items():
            write_atomic(made / name, text)
        if out.exists():
            out.rename(old)
        made.rename(out)
    finally:
        if old.exists() and not out.exists():
            old.rename(out)
        shutil.rmtree(made, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
