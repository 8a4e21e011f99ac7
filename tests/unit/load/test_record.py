from __future__ import annotations

import errno
import json
import multiprocessing
import os
import re
import stat
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from interop.errors import RecordError
from interop.load.record import JournalWriter, matrix_to_json, read_journal, read_matrix, write_atomic
from interop.load.schema import schema_text
from interop.model.attempt import Attempt, Limit, Outcome, Party, RunEnd, RunFacts, Skip
from interop.model.matrix import Blame, Cell, Matrix, SuiteFacts, Tally, Verdict
from interop.model.suite import Feature, Impact, Level, Workaround

FACTS = RunFacts(
    id="r1",
    started=1.0,
    product="acme",
    product_version="1",
    interop_version="0.1.0",
    host={"b": "", "a": ""},
)
PARTY = Party(
    name="postfix", role="server", suite="smtp", version="3.10.13-1", label="3.10.13", digest="sha256:1"
)
ATTEMPT = Attempt(
    suite="smtp",
    feature="dot",
    scenario="test_dot",
    product="acme@1",
    peer="postfix@3.10.13",
    role="client",
    outcome=Outcome.PASSED,
    limits=(Limit(name="size", value=2.0, unit="MiB", at_least=True),),
    fallbacks=("HELO",),
)
SKIP = Skip(suite="smtp", feature="dot", product="acme@1", peer="exim@4", role="client", reason="not offered")
END = RunEnd(finished=2.0)

CELL = Cell(
    suite="smtp",
    feature="dot",
    role="client",
    product="acme",
    product_version="1",
    peer="postfix",
    peer_version="3.10.13-1",
    peer_key="postfix@3.10.13",
    verdict=Verdict.FAILS,
    blame=Blame.PEER,
    attempts=Tally(passed=1, total=3),
    limits=ATTEMPT.limits,
)
SUITE = SuiteFacts(
    name="smtp",
    title="SMTP",
    specification="RFC 5321",
    roles=("client", "server"),
    features=(
        Feature(
            id="dot",
            title="Dots",
            clause="4.5.2",
            level=Level.MUST,
            group="Body",
            impact=Impact.CRITICAL,
            workaround=Workaround(text="none", driver={"a": "b"}),
        ),
        Feature(id="size", title="Size", clause="1", level=Level.MAY, group="Body", impact=Impact.MINOR),
    ),
)
MATRIX = Matrix(
    run=FACTS, finished=3.0, suites=(SUITE,), parties=(PARTY,), cells=(CELL, CELL), notes={"b": "1", "a": "2"}
)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "report" / "journal.jsonl"
    with JournalWriter(path) as writer:
        writer.write("run", FACTS)
        writer.write("party", PARTY)
        writer.write("planned", SKIP)
        writer.write("skip", SKIP)
        writer.write("attempt", ATTEMPT)
        writer.write("end", END)
    return path


def test_what_was_written_to_a_journal_is_read_back(journal: Path) -> None:
    read = read_journal(journal)
    assert (read.facts, read.parties, read.planned, read.skips) == (FACTS, (PARTY,), (SKIP,), (SKIP,))
    assert (read.attempts, read.end) == ((ATTEMPT,), END)


def test_each_line_of_a_journal_is_as_its_schema_says(journal: Path) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(schema_text("run")))
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["run", "party", "planned", "skip", "attempt", "end"]
    for line in lines:
        validator.validate(line)
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**lines[4], "unheard": 1})


def test_a_kind_that_is_not_the_values_is_a_programming_error(tmp_path: Path) -> None:
    with (
        JournalWriter(tmp_path / "j") as writer,
        pytest.raises(TypeError, match="'party' is no kind for Attempt"),
    ):
        writer.write("party", ATTEMPT)


def test_a_torn_last_line_is_passed_over_and_cut_off_before_more_is_written(journal: Path) -> None:
    whole = journal.read_bytes()
    for torn in range(1, 49, 7):
        journal.write_bytes(whole[:-torn])
        assert len(read_journal(journal).attempts) == 1
    journal.write_bytes(whole + b'{"kind":"att')
    with JournalWriter(journal) as writer:
        writer.write("attempt", ATTEMPT)
    assert len(read_journal(journal).attempts) == 2
    assert journal.read_bytes().startswith(whole)


def test_a_line_longer_than_a_block_is_cut_off_too(journal: Path) -> None:
    whole = journal.read_bytes()
    journal.write_bytes(whole + b"x" * 200_000)
    JournalWriter(journal).close()
    assert journal.read_bytes() == whole
    journal.write_bytes(b"x" * 200_000)
    JournalWriter(journal).close()
    assert journal.read_bytes() == b""


def test_nothing_is_cut_off_while_another_writes(journal: Path) -> None:
    with JournalWriter(journal):
        with journal.open("ab") as other:
            other.write(b'{"kind":"att')
        torn = journal.read_bytes()
        JournalWriter(journal).close()
        assert journal.read_bytes() == torn


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"kind":"att', ":4: this line of the journal cannot be read: it is cut short."),
        (b"nonsense", ":4: this line of the journal cannot be read: JSON is malformed"),
        (b'{"kind":"attempt"}', ":4: this line of the journal cannot be read: it lacks the field suite."),
        (
            b'{"kind":"end","finished":"x"}',
            ":4: this line of the journal cannot be read: expected float, got str, at finished.",
        ),
        (b'{"kind":"atempt"}', ":4: 'atempt' is no kind of event. Did you mean 'attempt'?"),
        (b"[]", ":4: this line of the journal cannot be read: expected object, got array."),
        (
            b'{"kind":"run","schema_version":2}',
            ":4: it is of schema version 2; this interop reads up to 1. Upgrade",
        ),
    ],
)
def test_any_other_wrong_line_is_said_with_its_number(journal: Path, line: bytes, said: str) -> None:
    lines = journal.read_bytes().splitlines()
    lines[3] = line
    journal.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(RecordError) as caught:
        read_journal(journal)
    assert str(caught.value).startswith(f"{journal}{said}")


def test_a_journal_without_its_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot be read: No such file"):
        read_journal(tmp_path / "none")
    (tmp_path / "empty").touch()
    with pytest.raises(RecordError, match="the journal does not say which run it is of"):
        read_journal(tmp_path / "empty")


def test_a_party_that_several_workers_met_is_one(journal: Path) -> None:
    changed = replace(PARTY, version="3.10.14-1", digest="sha256:2")
    with JournalWriter(journal) as writer:
        writer.write("party", PARTY)
        writer.write("party", replace(PARTY, configuration_hash="another worker's"))
        writer.write("party", changed)
        writer.write("planned", SKIP)
    assert read_journal(journal).parties == (PARTY, changed)
    assert read_journal(journal).planned == (SKIP,)


def test_a_run_that_was_resumed_has_the_first_facts_and_the_last_end(journal: Path) -> None:
    with JournalWriter(journal) as writer:
        writer.write("run", replace(FACTS, id="r2"))
        writer.write("attempt", ATTEMPT)
    read = read_journal(journal)
    assert (read.facts.id, read.end, len(read.attempts)) == ("r1", None, 2)


def write_many(path: Path, worker: int) -> None:
    with JournalWriter(path) as writer:
        for number in range(200):
            writer.write("attempt", replace(ATTEMPT, number=number, reason=str(worker) * 5000))


def test_several_processes_write_to_one_journal(journal: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=write_many, args=(journal, worker)) for worker in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    attempts = read_journal(journal).attempts
    assert len(attempts) == 601
    for digit in "012":
        assert [each.number for each in attempts if each.reason[:1] == digit] == list(range(200))


def test_what_was_written_is_there_after_a_kill(journal: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from tests.unit.load.test_record import *\n"
        "writer = JournalWriter(Path(sys.argv[1])); writer.write('attempt', ATTEMPT); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(journal)], check=False, cwd=Path(__file__).parents[3]
    )
    assert done.returncode == -9
    assert len(read_journal(journal).attempts) == 2


def test_half_a_character_of_a_peer_does_not_stop_the_journal(journal: Path) -> None:
    with JournalWriter(journal) as writer:
        writer.write("attempt", replace(ATTEMPT, reason="said \udcff\ud800 \x1b\x00 </script>"))
    assert read_journal(journal).attempts[-1].reason == "said ?? \x1b\x00 </script>"


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", fail)
    monkeypatch.setattr(os, "fsync", fail)


def test_a_full_disk_is_a_sentence(journal: Path, full_disk: None, tmp_path: Path) -> None:
    assert full_disk is None
    said = "cannot be written: No space left on device. Free some space and run again."
    with JournalWriter(journal) as writer, pytest.raises(RecordError, match=re.escape(f"{journal}: {said}")):
        writer.write("attempt", ATTEMPT)
    (tmp_path / "matrix.json").write_text("before")
    with pytest.raises(RecordError, match=re.escape(said)):
        write_atomic(tmp_path / "matrix.json", "after")
    assert (tmp_path / "matrix.json").read_text() == "before"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["matrix.json"]


def test_a_line_that_was_written_in_part_is_said(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = os.write
    with JournalWriter(journal) as writer:
        monkeypatch.setattr(os, "write", lambda file, line: written(file, line[:20]))
        with pytest.raises(RecordError, match="No space left on device"):
            writer.write("attempt", ATTEMPT)
    assert len(read_journal(journal).attempts) == 1


def test_a_file_is_written_whole_with_the_users_own_permissions(tmp_path: Path) -> None:
    path = tmp_path / "made" / "for it" / "page.html"
    previous = os.umask(0o027)
    try:
        write_atomic(path, "über\nhalf: \udcff")
    finally:
        os.umask(previous)
    assert path.read_bytes() == "über\nhalf: ?".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RecordError, match=r"cannot be written: (?:File exists|Not a directory)"):
        write_atomic(tmp_path / "file" / "matrix.json", "")
    with pytest.raises(RecordError, match=r"cannot be written: (?:File exists|Not a directory)"):
        JournalWriter(tmp_path / "file" / "journal")


def test_a_matrix_is_read_back_as_it_was(tmp_path: Path) -> None:
    write_atomic(tmp_path / "matrix.json", matrix_to_json(MATRIX))
    assert read_matrix(tmp_path / "matrix.json") == MATRIX
    empty = Matrix(run=FACTS)
    write_atomic(tmp_path / "empty.json", matrix_to_json(empty))
    assert read_matrix(tmp_path / "empty.json") == empty


def test_the_published_matrix_is_as_its_schema_says() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(schema_text("matrix")))
    published = json.loads(matrix_to_json(MATRIX))
    validator.validate(published)
    published["cells"][0]["verdict"] = "perfect"
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(published)


@pytest.mark.parametrize("model", [Cell, Party, Feature, RunFacts, SuiteFacts])
def test_the_schema_has_every_field_of_the_model(model: type) -> None:
    schema = json.loads(schema_text("matrix"))["$defs"][model.__name__]
    inspected = msgspec.inspect.type_info(model)
    assert isinstance(inspected, msgspec.inspect.DataclassType | msgspec.inspect.StructType)
    names = {field.name for field in inspected.fields}
    later = {"configuration_title"}  # what was written before these were kept is a matrix as well
    assert set(schema["properties"]) == names
    assert set(schema["required"]) == names - later


def test_keys_are_stable_and_a_cell_is_a_line() -> None:
    text = matrix_to_json(MATRIX)
    assert text == matrix_to_json(replace(MATRIX, notes={"a": "2", "b": "1"}))
    assert list(json.loads(text)) == [field.name for field in fields(Matrix)]
    assert sum(line.startswith('{"suite":"smtp","feature":"dot"') for line in text.splitlines()) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "this is no matrix: it is cut short."),
        (b"<html>", "this is no matrix: JSON is malformed: invalid character (byte 0)."),
        (b"[]", "this is no matrix: expected object, got array."),
        (b"{}", "this is no matrix: it has no schema_version."),
        (
            b'{"schema_version": 2, "cells": 7}',
            "it is of schema version 2; this interop reads up to 1. Upgrade pytest-interop",
        ),
        (b'{"schema_version": "1"}', "this is no matrix: expected int | null, got str, at schema_version."),
        (b'{"schema_version": 1}', "this is no matrix: it lacks the field run."),
        (b"\xff\xfe", "this is no matrix: JSON is malformed"),
        (b"[" * 100_000, "this is no matrix: "),
        (b'{"schema_version": 1, "a": ' + b"[" * 100_000, "this is no matrix: "),
    ],
)
def test_what_is_no_matrix_is_said_in_a_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "matrix.json"
    path.write_bytes(content)
    with pytest.raises(RecordError) as caught:
        read_matrix(path)
    assert str(caught.value).startswith(f"{path}: {said}")
    assert "\n" not in str(caught.value)


def test_a_matrix_that_was_cut_short_or_tampered_with_is_said(tmp_path: Path) -> None:
    path = tmp_path / "matrix.json"
    text = matrix_to_json(MATRIX)
    for end in range(0, len(text) - 3, 97):
        path.write_text(text[:end])
        with pytest.raises(RecordError, match="it is cut short"):
            read_matrix(path)
    path.write_text(text.replace('"fails"', '"perfect"'))
    with pytest.raises(RecordError, match=r"invalid enum value 'perfect', at cells\[0\]\.verdict"):
        read_matrix(path)


def test_the_model_is_what_msgspec_writes() -> None:
    assert json.loads(matrix_to_json(MATRIX)) == json.loads(msgspec.json.encode(MATRIX))
