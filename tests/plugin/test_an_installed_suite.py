"""A suite that an installed package brings: found through its entry point, and by nothing else."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .runs import CONFIG, MINIATURE, cells, run

MODULE = "acme_echo_suite"


@pytest.fixture
def installed(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Install the miniature suite as pip would: a package, and beside it what names its entry point."""
    site = project.mkdir("site-packages")
    shutil.copytree(MINIATURE / "suites" / "echo", site / MODULE)
    (site / MODULE / "__init__.py").write_text("")
    facts = site / "acme_echo_suite-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-echo-suite\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(f"[interop.suites]\necho = {MODULE}\n")
    monkeypatch.syspath_prepend(str(site))
    without = "".join(line for line in CONFIG.splitlines(keepends=True) if "suite_folders" not in line)
    project.makefile(".yaml", interop=without)
    yield site / MODULE
    sys.modules.pop(MODULE, None)


@pytest.mark.usefixtures("installed")
def test_an_installed_suite_is_run_without_a_word_in_the_configuration(project: pytest.Pytester) -> None:
    run(project, "--interop-suite=echo", "--interop-peer=steady@1.10").assert_outcomes(passed=2, skipped=2)
    assert cells(project)["steady@1.10", "echo"]["verdict"] == "works"


def test_a_control_may_be_described_in_several_folders(project: pytest.Pytester, installed: Path) -> None:
    folder = installed / "peers" / "careful"
    folder.mkdir(parents=True)
    (folder / "implementation.yaml").write_text(
        "name: careful\ntitle: Careful\nreleases: [{version: '1.0'}]\n"
        "roles: {acme.server: {ports: {acme: 7}}}\n"
    )
    run(project, "--interop-peer=garbler", "--interop-feature=long").assert_outcomes(failed=1)
    lines = (project.path / "interop-report" / "run.jsonl").read_text().splitlines()
    attempts = [each for each in map(json.loads, lines) if each["kind"] == "attempt"]
    assert "careful@1.0" in {each["product"] for each in attempts if each.get("control")}


def test_a_control_that_nobody_describes_is_said_with_its_file(
    project: pytest.Pytester, installed: Path
) -> None:
    file = installed / "suite.yaml"
    file.write_text(file.read_text().replace("[careful, steady]", "[carefull, steady]"))
    run(project).stderr.fnmatch_lines(
        ["*suite.yaml: controls: there is no implementation 'carefull'. Did you mean 'careful'?*"]
    )


def test_a_port_that_the_peer_does_not_have_is_said(project: pytest.Pytester, installed: Path) -> None:
    file = installed / "contract.py"
    file.write_text(file.read_text().replace('route("echo")', 'route("ecco")'))
    run(project, "--interop-peer=steady@1.10", "--interop-feature=echo").assert_outcomes(failed=1)
    reason = cells(project)["steady@1.10", "echo"]["reason"]
    assert reason.startswith("steady@1.10 has no port 'ecco'. Did you mean 'echo'?"), reason
