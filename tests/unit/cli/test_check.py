"""`interop check`, `diff`, `history` and `stack new`, run in process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from interop.cli import main
from interop.load.record import matrix_to_json
from interop.model.matrix import Cell, Matrix
from tests.unit.examples import broken, cell, matrix, with_gaps

STACK = "customer: Globex\nproduct: smtplib\ncomponents: [Postfix 3.10.13]\nfeatures: [dot-stuffing]\n"
Say = Callable[..., tuple[int, str, str]]


def recent(*cells: Cell) -> Matrix:
    return matrix(msgspec.structs.replace(each, tested=time.time() - 60) for each in cells)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "globex.stack.yaml").write_text(STACK, encoding="utf-8")
    (tmp_path / "matrix.json").write_text(matrix_to_json(recent(cell())), encoding="utf-8")
    bad = recent(broken("dot-stuffing", "postfix@3.10.13"))
    (tmp_path / "bad.json").write_text(matrix_to_json(bad), encoding="utf-8")
    return tmp_path


@pytest.fixture
def say(folder: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    assert folder.is_dir()

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_the_exit_code_is_the_answer(say: Say) -> None:
    assert say("check", "globex.stack.yaml", "--matrix", "matrix.json")[0] == 0
    assert say("check", "globex.stack.yaml", "--matrix", "bad.json")[0] == 2
    assert say("check", "globex.stack.yaml", "--matrix", "matrix.json", "--change", "postfix=3.11")[0] == 3


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
def test_every_format_can_go_to_a_file(say: Say, folder: Path, form: str) -> None:
    code, out, _ = say(
        "check", "globex.stack.yaml", "--matrix", "matrix.json", "--format", form, "--out", f"sheet.{form}"
    )
    assert (code, out) == (0, f"Go: written to sheet.{form}\n")
    assert "Globex" in (folder / f"sheet.{form}").read_text("utf-8")


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_the_full_sheet_leaves_nothing_out(say: Say, folder: Path, form: str) -> None:
    features = [f"feature-{number}" for number in range(400)]
    peers = ("postfix@3.7.11", "exim@4.96", "sendmail@8.18.1")
    every = recent(*(broken(each, peer, workaround=f"As {peer}") for each in features for peer in peers))
    (folder / "matrix.json").write_text(matrix_to_json(every), encoding="utf-8")
    stack = STACK.replace("dot-stuffing", ", ".join(features)).replace("Postfix 3.10.13", ", ".join(peers))
    (folder / "globex.stack.yaml").write_text(stack, "utf-8")
    asked = ("check", "globex.stack.yaml", "--matrix", "matrix.json", "--format", form)
    _, short, _ = say(*asked)
    assert re.search(r"In the full list, which we send on request: 1,1\d\d more\.", short)
    _, full, _ = say(*asked, "--full")
    assert "on request" not in full
    assert all(f"Feature {number}" in full for number in range(400))


def test_a_folder_is_all_its_runs_together(say: Say, folder: Path) -> None:
    code, out, _ = say("check", "globex.stack.yaml", "--matrix", str(folder), "--format", "json")
    assert (code, json.loads(out)["evidence"]["cells"]) == (0, 1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "cut short"),
        ("{", "cut short"),
        ("no", "no matrix"),
        ('{"schema_version": 99}', "schema version 99"),
        ('{"cells": []}', "no schema_version"),
        ('{"schema_version": 1, "run": 5}', "no matrix"),
    ],
)
def test_a_bad_matrix_is_one_sentence_and_nothing_is_written(
    say: Say, folder: Path, content: str, said: str
) -> None:
    (folder / "matrix.json").write_text(content, encoding="utf-8")
    code, out, err = say("check", "globex.stack.yaml", "--matrix", "matrix.json", "--out", "sheet.txt")
    assert (code, out, err.count("\n")) == (4, "", 1)
    assert said in err
    assert not (folder / "sheet.txt").exists()


@pytest.mark.parametrize("change", ["postfix", "=3", "postfix=", "exim=4.96"])
def test_a_bad_change_is_one_sentence(say: Say, change: str) -> None:
    code, _, err = say("check", "globex.stack.yaml", "--matrix", "matrix.json", "--change", change)
    assert (code, err.count("\n")) == (4, 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["globex.stack.yaml", "--format", "pdf"], "invalid choice: 'pdf'"),
        (["globex.stack.yaml", "--nope"], "unrecognized arguments: --nope"),
        (["globex.stack.yaml", "--max-age", "abc"], "'abc' is no number of days; write one such as 90."),
        (["globex.stack.yaml", "--max-age", "inf"], "'inf' is no number of days; write one such as 90."),
        (["globex.stack.yaml", "--max-age", "-1"], "'-1' is no number of days; write one such as 90."),
        ([], "the following arguments are required: STACK"),
    ],
)
def test_a_mistake_in_the_arguments_is_no_answer(
    say: Say, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        say("check", *arguments)
    assert ended.value.code == 4
    assert said in capsys.readouterr().err


def test_a_fault_of_the_program_s_own_is_no_answer(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("interop.cli.check.check", fail)
    code, out, err = say("check", "globex.stack.yaml", "--matrix", "matrix.json")
    assert (code, out) == (4, "")
    assert err.startswith("Traceback")
    assert "this is a fault of interop, not of what you gave. Nothing was answered." in err


@pytest.mark.parametrize(("matrix", "code"), [("matrix.json", 0), ("bad.json", 2)])
def test_an_answer_stays_what_it_is_when_nobody_reads_it(folder: Path, matrix: str, code: int) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "interop.cli", "check", "globex.stack.yaml", "--matrix", matrix]
    ended = subprocess.run(command, cwd=folder, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (code, b"")


def test_an_address_that_does_not_answer_is_one_sentence(say: Say) -> None:
    code, _, err = say("check", "globex.stack.yaml", "--matrix", "http://127.0.0.1:9/matrix.json")
    assert code == 4
    assert err.startswith("interop: http://127.0.0.1:9/matrix.json: cannot be fetched")


def test_a_difference_is_red_when_it_was_asked_to_be(say: Say) -> None:
    assert say("diff", "matrix.json", "bad.json")[0] == 1
    assert say("diff", "matrix.json", "bad.json", "--fail-on", "none")[0] == 0
    assert say("diff", "bad.json", "matrix.json", "--format", "markdown")[0] == 0
    assert say("diff", "bad.json", "matrix.json", "--fail-on", "fixed,new-gap")[0] == 1


def test_a_word_that_fail_on_does_not_know_is_refused(say: Say) -> None:
    with pytest.raises(SystemExit) as caught:
        say("diff", "matrix.json", "bad.json", "--fail-on", "everything")
    assert caught.value.code == 2


def test_a_history_reads_a_folder(say: Say, folder: Path) -> None:
    (folder / "runs" / "1").mkdir(parents=True)
    (folder / "runs" / "1" / "matrix.json").write_text(matrix_to_json(with_gaps()), encoding="utf-8")
    code, out, _ = say("history", "runs")
    assert code == 0
    assert "DOES NOT WORK" in out


def test_what_test_cannot_run_is_said_with_the_reason(say: Say, folder: Path) -> None:
    (folder / "unknown.stack.yaml").write_text(
        "customer: Globex\nproduct: smtplib\ncomponents: [Haraka 3.0]\nfeatures: [dot-stuffing]\n"
    )
    _, _, err = say("check", "unknown.stack.yaml", "--matrix", "matrix.json", "--test")
    passed, nothing = err.splitlines()
    why = "No implementation of this name was ever tested. First add it as an implementation (docs/peers.md)."
    assert passed == f"interop: not tested: Haraka 3.0: dot-stuffing. {why}"
    assert nothing == "interop: there is nothing that a run could test."


def test_a_run_for_what_is_missing_takes_the_product_once(say: Say, folder: Path, monkeypatch: Any) -> None:
    (folder / "near.stack.yaml").write_text(
        "customer: Globex\nproduct: smtplib\ncomponents: [Postfix 3.7.11]\nfeatures: [dot-stuffing]\n"
    )
    called: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        called.append(command)
        return subprocess.CompletedProcess(command, 4, "", "no engine\n")

    monkeypatch.setattr(subprocess, "run", run)
    (folder / "interop.yaml").write_text("product: {shipped: smtplib}\n")
    for given in ((), ("--config", "interop.yaml")):
        _, _, err = say("check", "near.stack.yaml", "--matrix", "matrix.json", "--test", *given)
        assert "wrote no matrix: no engine" in err
    assert called[0].count("--interop-product") == 1
    assert "--interop-product" not in called[1]
    assert "--interop-config=interop.yaml" in called[1]


def test_a_check_without_a_matrix_says_how_to_name_one(say: Say, folder: Path) -> None:
    (folder / "matrix.json").unlink()
    code, _, err = say("check", "globex.stack.yaml")
    assert (code, err.count("\n")) == (4, 1)
    assert "there is no matrix here. Name one that is there, such as '--matrix site/matrix.json'" in err
