"""Only what lies in a run's own folder of evidence is read back, whatever a matrix names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from interop.load.evidence import LIMIT, read_evidence
from tests.unit.examples import cell, matrix


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    report = tmp_path / "report"
    (report / "evidence" / "smtp").mkdir(parents=True)
    (report / "evidence" / "smtp" / "postfix.txt").write_text("220 ready", encoding="utf-8")
    (report / "id_rsa").write_text("secret", encoding="utf-8")
    (tmp_path / "outside.txt").write_text("secret", encoding="utf-8")
    return report


def read(folder: Path, name: str) -> dict[str, str]:
    return read_evidence(matrix([cell(evidence=name)]), folder)


def test_the_evidence_of_a_run_is_read_up_to_a_limit(folder: Path) -> None:
    assert read(folder, "evidence/smtp/postfix.txt") == {"evidence/smtp/postfix.txt": "220 ready"}
    (folder / "evidence" / "long.txt").write_text("x" * (LIMIT + 1), encoding="utf-8")
    assert len(read(folder, "evidence/long.txt")["evidence/long.txt"]) == LIMIT


@pytest.mark.parametrize(
    "name",
    [
        "",
        "id_rsa",
        "./id_rsa",
        "evidence/../id_rsa",
        "../outside.txt",
        "evidence",
        "evidence/none.txt",
        "evidence/nul\0.txt",
        "evidence/" + "x" * 5_000,
        "evidence/\ud800",
        "/etc/passwd",
    ],
)
def test_what_lies_elsewhere_or_nowhere_is_no_evidence(folder: Path, name: str) -> None:
    assert read(folder, name) == {}


def test_an_absolute_name_is_no_evidence(folder: Path) -> None:
    assert read(folder, str(folder / "evidence" / "smtp" / "postfix.txt")) == {}


def test_a_link_out_of_the_folder_is_no_evidence(folder: Path, tmp_path: Path) -> None:
    (folder / "evidence" / "link.txt").symlink_to(folder / "id_rsa")
    assert read(folder, "evidence/link.txt") == {}
    other = tmp_path / "other"
    other.mkdir()
    (other / "evidence").symlink_to(tmp_path)
    assert read(other, "evidence/outside.txt") == {}


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "evidence" / "pipe")
    assert read(folder, "evidence/pipe") == {}


def test_a_report_folder_may_itself_be_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to(folder)
    assert read(tmp_path / "latest", "evidence/smtp/postfix.txt")
