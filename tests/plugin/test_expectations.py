from __future__ import annotations

import sys

import pytest

from .runs import cells, run

ENTRY = """\
expectations:
  - suite: echo
    feature: long
    peer: {peer}
    verdict: {verdict}
    signature: "{signature}"
    reason: upstream cuts at 1000
    owner: jane
    review: {review}
"""
SIGNATURE = "failed: 5000 characters became 1000"


def declare(project: pytest.Pytester, **changed: str) -> None:
    values = {"peer": "garbler", "verdict": "fails", "signature": SIGNATURE, "review": "2999-01-01"} | changed
    (project.path / "interop-expectations.yaml").write_text(ENTRY.format(**values))


def run_garbler(project: pytest.Pytester, peer: str = "garbler") -> pytest.RunResult:
    return run(project, f"--interop-peer={peer}", "--interop-feature=long", "--interop-retries=0")


def test_a_gap_as_declared_is_known_and_the_run_is_green(project: pytest.Pytester) -> None:
    declare(project)
    result = run_garbler(project)
    result.assert_outcomes(xfailed=1)
    assert result.ret == pytest.ExitCode.OK
    cell = cells(project)["garbler@1.0", "long"]
    assert (cell["verdict"], cell["known"]) == ("fails", "known")
    assert "upstream cuts at 1000; owner jane; to be reviewed by 2999-01-01" in cell["expectation"]


def test_a_new_gap_is_red(project: pytest.Pytester) -> None:
    declare(project, peer="steady")
    result = run_garbler(project)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert cells(project)["garbler@1.0", "long"]["known"] == "none"


def test_a_changed_signature_is_red_and_says_both(project: pytest.Pytester) -> None:
    declare(project, signature="failed: 5000 characters became 999")
    result = run_garbler(project)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    sentence = cells(project)["garbler@1.0", "long"]["expectation"]
    assert "fails otherwise than" in sentence
    assert "became 999" in sentence
    assert "became 1000" in sentence


def test_a_fixed_gap_is_red_until_its_entry_is_deleted(project: pytest.Pytester) -> None:
    declare(project, peer="steady@1.10")
    result = run_garbler(project, "steady@1.10")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    said = "*it works, although *interop-expectations.yaml:2 declares that it fails: delete*"
    result.stdout.fnmatch_lines([said])


def test_an_entry_whose_review_is_due_is_red(project: pytest.Pytester) -> None:
    declare(project, review="2020-01-01")
    result = run_garbler(project)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "was to be reviewed by 2020-01-01" in cells(project)["garbler@1.0", "long"]["expectation"]


def test_an_entry_for_other_versions_does_not_apply(project: pytest.Pytester) -> None:
    declare(project, peer="'garbler>=2'")
    assert run_garbler(project).ret == pytest.ExitCode.TESTS_FAILED


def test_an_entry_without_a_signature_is_refused_with_its_line(project: pytest.Pytester) -> None:
    declare(project, signature="")
    result = run_garbler(project)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*interop-expectations.yaml:2: 'signature' is missing*"])


def test_a_misspelt_feature_in_an_entry_is_named(project: pytest.Pytester) -> None:
    declare(project)
    file = project.path / "interop-expectations.yaml"
    file.write_text(file.read_text().replace("feature: long", "feature: lomg"))
    result = run_garbler(project)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    said = "*interop-expectations.yaml:3: echo has no feature 'lomg'. Did you mean 'long'?*"
    result.stderr.fnmatch_lines([said])


def test_a_workaround_of_the_driver_is_verified(project: pytest.Pytester) -> None:
    driver = project.path / "acme.py"
    text = driver.read_text().replace(
        "class Mailer:", "class Mailer:\n    def __init__(self, short='no'):\n        self.short = short\n"
    )
    shorter = "        line = line if self.short == 'no' else line[:9]\n        with socket"
    driver.write_text(text.replace("        with socket", shorter))
    declare(project)
    file = project.path / "interop-expectations.yaml"
    file.write_text(file.read_text() + "    workaround: {text: send short lines, driver: {short: 'yes'}}\n")
    run_garbler(project)
    assert cells(project)["garbler@1.0", "long"]["workaround_verified"] is False  # it asks for all 5000


def test_accept_turns_the_run_green_and_keeps_comments(project: pytest.Pytester) -> None:
    run_garbler(project)
    file = project.path / "interop-expectations.yaml"
    file.write_text("# ours\nexpectations: []\n")
    accepted = project.run(
        sys.executable,
        "-m",
        "interop.cli",
        "accept",
        "interop-report",
        "--reason",
        "upstream: cuts",
        "--owner",
        "jane",
    )
    assert accepted.ret == 0
    assert file.read_text().startswith("# ours\n")
    assert run_garbler(project).ret == pytest.ExitCode.OK


def test_accept_without_a_reason_writes_nothing(project: pytest.Pytester) -> None:
    run_garbler(project)
    accepted = project.run(sys.executable, "-m", "interop.cli", "accept", "interop-report")
    assert accepted.ret == 2
    assert not (project.path / "interop-expectations.yaml").exists()
