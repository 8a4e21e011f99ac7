"""`interop publish`: what it writes, what it refuses, and that nothing is half there."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import msgspec
import pytest

from interop.cli import main
from interop.load.record import matrix_to_json, read_matrix
from interop.report import publish
from tests.unit import examples


@pytest.fixture
def report(tmp_path: Path) -> Path:
    folder = tmp_path / "interop-report"
    folder.mkdir()
    (folder / "matrix.json").write_text(matrix_to_json(examples.with_gaps()), encoding="utf-8")
    return folder


def test_a_report_folder_becomes_a_site(
    report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "site"
    assert main(["publish", str(report), "--out", str(out)]) == 0
    names = {file.name for file in out.iterdir()}
    assert {"index.html", "matrix.html", "gaps.html", "history.html", "check.html", ".nojekyll"} < names
    assert read_matrix(out / "matrix.json").cells == examples.with_gaps().cells
    assert "pages of 1 run" in capsys.readouterr().out
    assert sorted(each.name for each in tmp_path.iterdir()) == ["interop-report", "site"]


def test_several_runs_keep_their_evidence_apart(report: Path, tmp_path: Path) -> None:
    matrix = examples.with_gaps()
    path = next(cell.evidence for cell in matrix.cells if cell.evidence)
    second = tmp_path / "runs" / "second"
    later = dataclasses.replace(
        matrix,
        cells=tuple(
            msgspec.structs.replace(cell, peer_key=f"{cell.peer_key}+b", configuration="b")
            for cell in matrix.cells
        ),
        run=dataclasses.replace(matrix.run, started=matrix.run.started + 60, id="second"),
    )
    for folder, found, proof in ((report, matrix, "first proof"), (second, later, "second proof")):
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_text(proof, encoding="utf-8")
        (folder / "matrix.json").write_text(matrix_to_json(found), encoding="utf-8")
    assert main(["publish", str(report), str(tmp_path / "runs"), "--out", str(tmp_path / "site")]) == 0
    page = (tmp_path / "site" / "matrix.html").read_text(encoding="utf-8")
    assert "first proof" in page
    assert "second proof" in page


def test_a_site_is_replaced_by_the_next_one(report: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    assert main(["publish", str(report), "--out", str(out)]) == 0
    (out / "with-gone.html").write_text("old", encoding="utf-8")
    assert main(["publish", str(report), "--out", str(out)]) == 0
    assert not (out / "with-gone.html").exists()


@pytest.mark.parametrize("stranger", ["thesis.odt", "index.html", "folder/x.html"])
def test_a_folder_that_is_no_site_is_not_touched(
    report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], stranger: str
) -> None:
    file = tmp_path / "mine" / stranger
    file.parent.mkdir(parents=True)
    file.write_text("precious", encoding="utf-8")
    assert main(["publish", str(report), "--out", str(tmp_path / "mine")]) == 2
    assert "would be replaced" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "precious"


def test_an_empty_folder_is_taken(report: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["publish", str(report), "--out", str(tmp_path / "empty")]) == 0


def test_a_matrix_that_cannot_be_read_leaves_the_old_site(
    report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "site"
    assert main(["publish", str(report), "--out", str(out)]) == 0
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    (report / "matrix.json").write_text('{"schema_version": 99', encoding="utf-8")
    assert main(["publish", str(report), "--out", str(out)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


def test_when_writing_fails_the_old_site_stays_and_nothing_else(
    report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "site"
    assert main(["publish", str(report), "--out", str(out)]) == 0
    monkeypatch.setattr(publish, "render", lambda *_, **__: {"index.html": "new", "no/such\0name": ""})
    assert main(["publish", str(report), "--out", str(out)]) == 2
    assert "this is a fault of interop" in capsys.readouterr().err
    assert (out / "check.html").exists()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["interop-report", "site"]


def test_a_folder_without_a_run_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "nothing").mkdir()
    assert main(["publish", str(tmp_path / "nothing"), "--out", str(tmp_path / "site")]) == 2
    assert "no matrix is in this folder" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()
