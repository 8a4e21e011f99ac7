"""A matrix that no run could have written is refused; one that a run wrote never is."""

from __future__ import annotations

import dataclasses
import itertools
import json
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from interop.cli._matrices import find_matrix, find_runs
from interop.errors import RecordError
from interop.judge.survey import Survey
from interop.load.record import matrix_to_json, read_matrix
from interop.model.matrix import Matrix, Tally, Verdict
from tests.unit import examples, stack_examples
from tests.unit.examples import cell, matrix


def read(tmp_path: Path, found: Matrix) -> Matrix:
    (tmp_path / "matrix.json").write_text(matrix_to_json(found), encoding="utf-8", errors="replace")
    return read_matrix(tmp_path / "matrix.json")


def refused(tmp_path: Path, found: Matrix) -> str:
    with pytest.raises(RecordError) as caught:
        read(tmp_path, found)
    said = str(caught.value)
    assert said.startswith(f"{tmp_path / 'matrix.json'}: ")
    assert "\n" not in said
    return said


def with_cell(**changes: Any) -> Matrix:
    return matrix([cell(), cell("starttls", **changes)])


@pytest.mark.parametrize(
    ("verdict", "passed", "total"),
    [
        (Verdict.WORKS, 0, 3),
        (Verdict.WORKS, 0, 0),
        (Verdict.WORKS, 5, 1),
        (Verdict.DEGRADED, 0, 1),
        (Verdict.FLAKY, 0, 3),
        (Verdict.FLAKY, 3, 3),
        (Verdict.FAILS, 3, 3),
        (Verdict.FAILS, 0, 0),
        (Verdict.UNTESTED, 2, 1),
    ],
)
def test_a_verdict_that_its_attempts_do_not_bear_out_is_refused(
    tmp_path: Path, verdict: Verdict, passed: int, total: int
) -> None:
    said = refused(tmp_path, with_cell(verdict=verdict, attempts=Tally(passed=passed, total=total)))
    what = f"the cell of smtp:starttls:postfix@3.10.13 says '{verdict}', but {passed} of {total} attempts"
    assert what in said


def test_what_passed_in_some_attempts_and_was_unsupported_in_others_works(tmp_path: Path) -> None:
    assert read(tmp_path, with_cell(attempts=Tally(passed=1, total=2))).cells


def test_a_hostile_name_stays_on_the_line(tmp_path: Path) -> None:
    said = refused(tmp_path, with_cell(peer_key=f"evil@{examples.HOSTILE}", attempts=Tally()))
    assert said.isprintable()


@pytest.mark.parametrize("number", ["attempts", "tested"])
def test_a_number_below_zero_is_refused(tmp_path: Path, number: str) -> None:
    wrong: dict[str, Any] = {"attempts": Tally(passed=-1, total=1), "tested": -5.0}
    assert ">= 0" in refused(tmp_path, with_cell(**{number: wrong[number]}))


@pytest.mark.parametrize("year", [1, 30, 1e290])
def test_a_result_from_the_future_is_refused(tmp_path: Path, year: float) -> None:
    late = time.time() + year * 365 * 86_400
    run = dataclasses.replace(examples.healthy().run, started=late)
    for found in (
        with_cell(tested=late),
        dataclasses.replace(examples.healthy(), finished=late),
        dataclasses.replace(examples.healthy(), run=run),
    ):
        assert "it was made in the future, " in refused(tmp_path, found)


def test_a_clock_that_is_an_hour_ahead_does_no_harm(tmp_path: Path) -> None:
    assert read(tmp_path, with_cell(tested=time.time() + 3_600)).cells


def test_a_run_before_time_began_is_refused(tmp_path: Path) -> None:
    assert "before 1970" in refused(tmp_path, dataclasses.replace(examples.healthy(), finished=-1e300))


def twice(tmp_path: Path) -> Path:
    """Write a matrix in which a second result contradicts the first."""
    fails = msgspec.structs.replace(cell(), verdict=Verdict.FAILS, attempts=Tally(passed=0, total=3))
    file = tmp_path / "matrix.json"
    file.write_text(matrix_to_json(matrix([fails, cell("starttls"), cell()])), encoding="utf-8")
    return file


def test_two_results_for_one_cell_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"it has two results for smtp:dot-stuffing:postfix@3\.10\.13\."):
        find_runs(twice(tmp_path))
    with pytest.raises(RecordError, match=r"it has two results for smtp:dot-stuffing:postfix@3\.10\.13\."):
        find_matrix(str(tmp_path))


def test_two_results_for_what_is_asked_are_no_answer(tmp_path: Path) -> None:
    survey = Survey.of(find_matrix(str(twice(tmp_path))))
    with pytest.raises(RecordError, match=r"two results for smtp:dot-stuffing:postfix@3\.10\.13\."):
        survey.pools("smtplib", {"postfix"})
    assert survey.pools("smtplib", {"exim"}) == {}


def test_cells_of_several_products_and_roles_are_not_one_cell(tmp_path: Path) -> None:
    cells = [
        cell(product_version=version, product_key=f"smtplib@{version}", role=role)
        for version, role in itertools.product(("3.11", "3.12"), ("client", "server"))
    ]
    (tmp_path / "matrix.json").write_text(matrix_to_json(matrix(cells)), encoding="utf-8")
    ((_, found),) = find_runs(tmp_path)
    assert len(found.cells) == 4
    assert Survey.of(found).pools("smtplib", {"postfix"})


def test_cells_of_no_suite_are_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, dataclasses.replace(examples.healthy(), suites=()))
    assert "says nothing of their suites" in said


@pytest.mark.parametrize(
    "found",
    [
        examples.healthy(),
        examples.with_gaps(),
        examples.smtp(),
        examples.two_suites(),
        examples.large(2_000),
        stack_examples.matrix(),
    ],
)
def test_what_a_run_writes_is_believed(tmp_path: Path, found: Matrix) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "matrix.json").write_text(matrix_to_json(found), encoding="utf-8")
    assert find_runs(tmp_path)
    assert len(read(tmp_path, found).cells) == len(json.loads(matrix_to_json(found))["cells"])
