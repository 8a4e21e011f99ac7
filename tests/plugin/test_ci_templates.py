"""The Action and the GitLab template, read as their forges read them: both run the same scripts."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from .jobs import CI, program, shell

ACTION = yaml.safe_load((CI.parent / "action.yml").read_text())
TEMPLATE = yaml.safe_load((CI / "gitlab.yml").read_text())
SCRIPTS = sorted(file.name for file in CI.glob("*.sh"))
PREDEFINED = re.compile(r"GITHUB_|GITLAB_CI$|CI_")
"""What each forge gives to every job."""


def action_steps() -> dict[str, dict[str, Any]]:
    """Return the action's steps by the script that they run."""
    steps = (step for step in ACTION["runs"]["steps"] if "run" in step)
    return {re.findall(r"ci/([\w-]+\.sh)", step["run"])[0]: step for step in steps}


def template_jobs() -> dict[str, dict[str, Any]]:
    """Return the template's jobs by each script that they run, with what they extend put in."""
    found = {}
    for job in TEMPLATE.values():
        base = TEMPLATE.get(job.get("extends", ""), {})
        lines = [*job.get("before_script", base.get("before_script", [])), *job.get("script", [])]
        variables = {**base.get("variables", {}), **job.get("variables", {})}
        for name in re.findall(r"\$scripts/([\w-]+\.sh)", "\n".join(lines)):
            found[name] = {**base, **job, "lines": lines, "variables": variables}
    return found


def test_both_templates_run_every_script_and_no_other() -> None:
    assert sorted(action_steps()) == SCRIPTS
    assert sorted(template_jobs()) == SCRIPTS


@pytest.mark.parametrize("name", SCRIPTS)
def test_both_templates_give_what_a_script_reads(name: str) -> None:
    text = (CI / name).read_text()
    read = {each for each in re.findall(r"\$\{?([A-Z][A-Z0-9_]+)", text) if not PREDEFINED.match(each)}
    step, job = action_steps()[name], template_jobs()[name]
    exported = re.findall(r"export (\w+)=", "\n".join(job["lines"]))
    assert read <= set(step["env"])
    assert read <= {*job["variables"], *exported}
    assert set(step["env"]) <= read, "what no script reads is a mistake"


def test_every_input_of_the_action_is_used_and_every_one_that_is_used_is_there() -> None:
    used = set(re.findall(r"inputs\.(\w+)", (CI.parent / "action.yml").read_text()))
    assert used == set(ACTION["inputs"])


def test_junit_is_an_output_of_the_action_and_a_report_of_the_template() -> None:
    assert ACTION["outputs"]["junit"]["value"].endswith("/junit.xml")
    job = template_jobs()["run.sh"]
    folder = job["variables"]["INTEROP_REPORT"]
    assert job["artifacts"]["reports"]["junit"] == f"{folder}/junit.xml"
    assert job["artifacts"]["paths"] == [f"{folder}/"]


def test_the_site_is_kept_where_each_forge_takes_it() -> None:
    upload = next(
        step
        for step in ACTION["runs"]["steps"]
        if step.get("uses", "").startswith("actions/upload-pages-artifact")
    )
    assert upload["with"]["path"] == action_steps()["publish.sh"]["env"]["INTEROP_SITE"]
    job = template_jobs()["publish.sh"]
    assert job["artifacts"]["paths"] == [job["variables"]["INTEROP_SITE"]] == ["public"]


def test_the_package_has_the_scripts_where_the_template_looks() -> None:
    wheel = tomllib.loads((CI.parent / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]
    assert wheel["wheel"]["force-include"]["ci"] == "interop/shipped/ci"
    (line,) = (line for line in template_jobs()["run.sh"]["lines"] if line.startswith("scripts="))
    assert line.endswith("/shipped/ci")


def test_a_red_run_on_gitlab_has_its_summary_and_ends_red(tmp_path: Path) -> None:
    shutil.copytree(CI, tmp_path / "shipped" / "ci")
    (tmp_path / "interop-report").mkdir()
    (tmp_path / "interop-report" / "matrix.md").write_text("# matrix\n")
    program(tmp_path, "pip", "exit 0")
    program(tmp_path, "python3", 'case "$*" in -c*) pwd;; *pytest*) exit 3;; esac')
    lines = ["set -eo pipefail; export INTEROP_REPORT=interop-report", *template_jobs()["run.sh"]["lines"]]
    said = shell(["bash", "-c", "\n".join(lines)], tmp_path, INTEROP_PACKAGE="pytest-interop")
    assert said.returncode == 3
    assert said.stdout == "# matrix\n"
    assert "this is no pull request; no comment" in said.stderr
