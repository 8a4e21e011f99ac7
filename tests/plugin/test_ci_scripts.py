"""The shell parts of the CI templates, run as a job would run them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from interop.load.record import matrix_to_json
from tests.unit.examples import broken, cell, matrix

from .jobs import comments, forge, program, script


def test_the_run_passes_its_arguments_on_with_their_quotes(tmp_path: Path) -> None:
    program(tmp_path, "python3", 'for each in "$@"; do echo "<$each>"; done')
    said = script(
        "run.sh", tmp_path, INTEROP_ARGUMENTS="--interop-peer 'postfix@3.*' -x", INTEROP_CONFIG="my.yaml"
    )
    assert said.returncode == 0
    assert "<--interop-config>\n<my.yaml>" in said.stdout
    assert "<--interop-peer>\n<postfix@3.*>\n<-x>" in said.stdout


def test_a_red_run_is_a_red_step(tmp_path: Path) -> None:
    program(tmp_path, "python3", "exit 1")
    assert script("run.sh", tmp_path).returncode == 1


def test_the_summary_is_appended_where_github_looks(tmp_path: Path) -> None:
    (tmp_path / "interop-report").mkdir()
    (tmp_path / "interop-report" / "matrix.md").write_text("# matrix\n")
    summary = tmp_path / "summary"
    summary.write_text("before\n")
    assert script("summary.sh", tmp_path, GITHUB_STEP_SUMMARY=str(summary)).returncode == 0
    assert summary.read_text() == "before\n# matrix\n"


def test_a_run_that_wrote_no_matrix_fails_once_and_not_again_in_the_summary(tmp_path: Path) -> None:
    said = script("summary.sh", tmp_path)
    assert said.returncode == 0
    assert "was not written" in said.stderr


GITHUB = {
    "GITHUB_REPOSITORY": "acme/mailer",
    "INTEROP_PULL_REQUEST": "17",
    "INTEROP_TOKEN": "secret-token",
    "INTEROP_BASELINE": "before/matrix.json",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_API_V4_URL": "https://gitlab.example/api/v4",
    "CI_PROJECT_ID": "4",
    "INTEROP_PULL_REQUEST": "17",
    "INTEROP_TOKEN": "secret-token",
    "INTEROP_BASELINE": "before/matrix.json",
}


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a baseline, and with a report in which a line is cut."""
    folder = tmp_path_factory.mktemp("compared")
    for name, found in (
        ("before", [cell()]),
        ("interop-report", [broken("dot-stuffing", "postfix@3.10.13")]),
    ):
        (folder / name).mkdir()
        (folder / name / "matrix.json").write_text(matrix_to_json(matrix(found)))
    return folder


@pytest.fixture
def job(compared: Path, tmp_path: Path) -> Path:
    shutil.copytree(compared, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.mark.parametrize("platform", [GITHUB, GITLAB], ids=["github", "gitlab"])
def test_a_pull_request_is_told_what_it_changes(job: Path, platform: dict[str, str]) -> None:
    forge(job, "looks good", None)
    said = script("comment.sh", job, **platform)
    assert (said.returncode, said.stderr) == (0, "")
    first, _, made = comments(job)
    assert first == "looks good"
    assert made.startswith("<!-- interop: interop -->\n### 1 regressed")
    assert "Dot stuffing" in made


@pytest.mark.parametrize("platform", [GITHUB, GITLAB], ids=["github", "gitlab"])
def test_the_comment_of_an_earlier_push_is_edited_and_no_other(job: Path, platform: dict[str, str]) -> None:
    others = ["another bot's", "> <!-- interop: interop -->", "<!-- interop: mqtt -->"]
    forge(job, *["talk"] * 120, "<!-- interop: interop -->\r\nold", *others)
    assert script("comment.sh", job, **platform).returncode == 0
    found = comments(job)
    assert found[:120] == ["talk"] * 120
    assert "1 regressed" in found[120]
    assert found[121:] == others


@pytest.mark.parametrize("platform", [GITHUB, GITLAB], ids=["github", "gitlab"])
def test_two_jobs_of_a_pipeline_keep_a_comment_each(job: Path, platform: dict[str, str]) -> None:
    forge(job)
    for name in ("smtp 3.11 -->", "mqtt", "smtp 3.11 -->"):
        assert script("comment.sh", job, INTEROP_NAME=name, **platform).returncode == 0
    assert [each.splitlines()[0] for each in comments(job)] == [
        "<!-- interop: smtp-3.11---- -->",
        "<!-- interop: mqtt -->",
    ]


def test_the_calls_are_those_of_the_forges_interfaces(job: Path) -> None:
    for platform in (GITHUB, GITLAB):
        forge(job)
        for _ in range(2):
            script("comment.sh", job, **platform)
    calls = (job / "calls").read_text()
    assert "api --silent --method POST repos/acme/mailer/issues/17/comments --field body=@" in calls
    assert "api --silent --method PATCH repos/acme/mailer/issues/comments/1000 --field body=@" in calls
    notes = "https://gitlab.example/api/v4/projects/4/merge_requests/17/notes"
    assert f"--request POST {notes} --data-urlencode body@" in calls
    assert f"--request PUT {notes}/1000 --data-urlencode body@" in calls


def test_the_token_stands_in_no_list_of_processes(job: Path) -> None:
    forge(job)
    script("comment.sh", job, **GITLAB)
    assert "secret-token" not in (job / "calls").read_text()
    assert set((job / "headers").read_text().splitlines()) == {"PRIVATE-TOKEN: secret-token"}


@pytest.mark.parametrize("platform", [GITHUB, GITLAB], ids=["github", "gitlab"])
def test_a_comment_that_is_refused_is_said_and_no_red_step(job: Path, platform: dict[str, str]) -> None:
    forge(job)
    (job / "refuse").touch()
    said = script("comment.sh", job, **platform)
    assert said.returncode == 0
    assert "HTTP 403" in said.stderr
    assert said.stderr.endswith("the comments could not be read; no comment.\n")


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("INTEROP_PULL_REQUEST", "this is no pull request"),
        ("INTEROP_BASELINE", "there is no baseline (INTEROP_BASELINE)"),
        ("INTEROP_TOKEN", "INTEROP_TOKEN is not set"),
    ],
)
def test_why_there_is_no_comment_is_said(job: Path, missing: str, reason: str) -> None:
    forge(job)
    said = script("comment.sh", job, **{**GITHUB, missing: ""})
    assert said.returncode == 0
    assert reason in said.stderr
    assert not (job / "calls").exists()


def test_before_the_first_site_is_published_there_is_nothing_to_compare_with(job: Path) -> None:
    forge(job)
    said = script("comment.sh", job, **{**GITHUB, "INTEROP_BASELINE": "http://127.0.0.1:9/matrix.json"})
    assert said.returncode == 0
    assert "cannot be fetched" in said.stderr
    assert "no comment" in said.stderr


def test_the_site_is_made_of_this_run_and_earlier_ones_and_its_folder_is_told(job: Path) -> None:
    told = job / "output"
    said = script("publish.sh", job, GITHUB_OUTPUT=str(told), INTEROP_RUNS="before", INTEROP_SITE="public")
    assert said.returncode == 0, said.stderr
    assert "of 2 runs" in said.stdout
    assert (job / "public" / "index.html").is_file()
    assert told.read_text() == "site=public\n"


def test_a_run_that_wrote_no_matrix_publishes_nothing_and_uploads_nothing(tmp_path: Path) -> None:
    told = tmp_path / "output"
    said = script("publish.sh", tmp_path, GITHUB_OUTPUT=str(told))
    assert said.returncode == 0
    assert "nothing to publish" in said.stderr
    assert not told.exists()
