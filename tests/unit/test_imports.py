"""The direction of imports: a wrong arrow fails here."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

import interop

ROOT = Path(interop.__file__).parent

ALLOWED = {
    "errors": set[str](),
    "model": {"errors", "model"},
    "load": {"errors", "model", "load"},
    "plan": {"errors", "model"},
    "judge": {"errors", "model", "judge"},
    "report": {"errors", "model", "judge", "report"},
    "run": {"errors", "model", "run"},
    "scenario": {"errors", "model", "load"},
}
"""Stage: what it may import."""

EXCEPTIONS = {
    ("run/driver_host.py", "load"): "it finds a suite's contract in a process of its own",
}

UNTOUCHED = ("os", "time", "socket", "subprocess", "random", "tempfile", "shutil")
"""Modules that touch the world; `model`, `plan`, `judge` and `report` use none of them."""


def modules() -> Iterator[tuple[str, str, Path]]:
    for file in sorted(ROOT.rglob("*.py")):
        name = file.relative_to(ROOT).as_posix()
        stage = name.split("/")[0].removesuffix(".py")
        if stage in ALLOWED:
            yield name, stage, file


@functools.cache
def imported(file: Path) -> tuple[str, ...]:
    found: list[str] = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return tuple(found)


@pytest.mark.parametrize(("name", "stage", "file"), [pytest.param(*each, id=each[0]) for each in modules()])
def test_a_module_imports_only_what_its_stage_may(name: str, stage: str, file: Path) -> None:
    for found in imported(file):
        top, _, rest = found.partition(".")
        other = rest.split(".")[0]
        if top == "interop" and other and (name, other) not in EXCEPTIONS:
            assert other in ALLOWED[stage], f"{name} imports interop.{rest}"


@pytest.mark.parametrize(
    ("name", "file"),
    [
        pytest.param(name, file, id=name)
        for name, stage, file in modules()
        if stage in {"model", "plan", "judge", "report"}
    ],
)
def test_a_pure_module_touches_nothing(name: str, file: Path) -> None:
    for found in imported(file):
        assert found.split(".")[0] not in UNTOUCHED, f"{name} imports {found}"


def test_only_the_docker_engine_imports_the_sdk() -> None:
    users = {
        name for name, _, file in modules() if any(each.split(".")[0] == "docker" for each in imported(file))
    }
    assert {name.rpartition("/")[0] for name in users} == {"run/engine"}
