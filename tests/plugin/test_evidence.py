"""Which attempts leave evidence, and what drivers are told of the key log."""

from __future__ import annotations

import json

import pytest

from .runs import DRIVER, run

CHOSEN = ("--interop-peer=steady@1.10", "--interop-feature=echo")


def kept(project: pytest.Pytester) -> set[str]:
    return {
        file.suffix for file in (project.path / "interop-report").rglob("evidence/**/*") if file.is_file()
    }


def test_what_passes_leaves_evidence_only_when_it_is_asked_for(project: pytest.Pytester) -> None:
    run(project, *CHOSEN)
    assert kept(project) == set()
    run(project, *CHOSEN, "--interop-evidence")
    assert kept(project) == {".txt", ".json"}
    (file,) = (project.path / "interop-report" / "evidence").rglob("*.json")
    (exchange,) = json.loads(file.read_text())
    assert [turn["text"] for turn in exchange["turns"]] == ["ready\n", "ECHO hello\n", "hello\n"]


def test_a_driver_is_given_a_key_log_that_is_there(project: pytest.Pytester) -> None:
    seen = "import os, pathlib; assert pathlib.Path(os.environ['SSLKEYLOGFILE']).is_file()"
    project.makepyfile(acme=DRIVER.replace("        with socket", f"        {seen}\n        with socket", 1))
    run(project, *CHOSEN).assert_outcomes(passed=1)
