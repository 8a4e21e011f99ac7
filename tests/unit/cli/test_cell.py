"""`repro` and `bundle` without running anything, and how a cell is found."""

from __future__ import annotations

import argparse
import io
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import msgspec
import pytest

from interop.cli import main
from interop.cli._cell import find_cell, name_of
from interop.errors import RecordError, UnknownNameError
from interop.load.record import JournalWriter, matrix_to_json
from interop.model.attempt import Attempt, Outcome, RunFacts
from interop.model.exchange import Exchange, Turn
from tests.unit.examples import STARTED, broken, cell, feature, matrix, suite

SCENARIO = "smtp/test_content.py::test_a_lone_dot_arrives"
TALK = (
    Turn(side="server", text="220 mail.interop.test\r\n"),
    Turn(side="client", text="EHLO \xff\r\n"),
    Turn(side="server", text="250 ok\r\n"),
    Turn(side="client", text="AUTH PLAIN <redacted>\r\n", layer="TLS 1.3"),
)


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a report folder with two gaps, cells that work, and one with another product."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "interop-report"
    (folder / "evidence").mkdir(parents=True)
    (folder / "evidence" / "e.txt").write_text(
        f"scenario: x\n\n---- on the wire ----\n== connection 1\n C: EHLO\n\n---- what was raised ----\n"
        f"{tmp_path}/acme.py:3 in {Path.home()}/lib\n",
        encoding="utf-8",
    )
    (folder / "evidence" / "e.json").write_bytes(
        msgspec.json.encode([Exchange(port="smtp", turns=TALK), Exchange(port="smtp", turns=())])
    )
    cells = (
        broken(
            "dot-stuffing",
            "postfix@3.10.13",
            evidence="evidence/e.txt",
            scenario=SCENARIO,
            product="curl",
            product_key="curl@8",
        ),
        broken("dot-stuffing", "exim@4.98.2", evidence="../secret.txt"),
        cell("envelope"),
        cell("envelope", "postfix@3.7.11"),
        cell("envelope", product="curl", product_key="curl@8.14.1"),
    )
    facts = suite((feature("dot-stuffing"), feature("envelope")))
    (tmp_path / "secret.txt").write_text("not of this run", encoding="utf-8")
    run = RunFacts(
        id="r",
        started=STARTED,
        product="smtplib",
        product_version="3.11.7",
        interop_version="0.1.0",
        command=(
            "pytest",
            "--interop",
            "--interop-product=smtplib",
            "--interop-config",
            "a b/interop.yaml",
            "-q",
        ),
    )
    (folder / "matrix.json").write_text(matrix_to_json(matrix(cells, (facts,), run=run)), encoding="utf-8")
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "interop.yaml").write_text(
        "product: {name: a, version: '1', roles: {smtp.client: {driver: a:A}}}"
    )
    return folder


def found(text: str) -> str:
    return name_of(find_cell(argparse.Namespace(cell=text, report="interop-report")).cell)


@pytest.mark.usefixtures("report")
def test_a_cell_is_found_by_its_name_and_by_a_scenario_of_it() -> None:
    name = "smtp:dot-stuffing:curl@8-postfix@3.10.13"
    assert (
        found(name)
        == found("smtp:dot-stuffing:postfix@3.10.13")
        == found("smtp:dot-stuffing:postfix")
        == name
    )
    assert found(f"{SCENARIO}[curl@8-postfix@3.10.13]") == name
    assert found(f"suites/{SCENARIO}[curl@8-postfix@3.10.13]") == name


def test_a_scenario_that_decided_nothing_is_found_by_the_journal(report: Path) -> None:
    with JournalWriter(report / "run.jsonl") as journal:
        journal.write(
            "run",
            RunFacts(id="r", started=0, product="curl", product_version="8", interop_version="0"),
        )
        journal.write(
            "attempt",
            Attempt(
                suite="smtp",
                feature="dot-stuffing",
                scenario="smtp/test_content.py::test_two_dots",
                product="curl@8",
                peer="postfix@3.10.13",
                role="client",
                outcome=Outcome.PASSED,
            ),
        )
    name = "smtp/test_content.py::test_two_dots[curl@8-postfix@3.10.13]"
    assert found(name) == "smtp:dot-stuffing:curl@8-postfix@3.10.13"


@pytest.mark.usefixtures("report")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("smpt:dot-stuffing:postfix", "no suite 'smpt' there. Did you mean 'smtp'?"),
        ("smtp:dot-stufing:postfix", "no feature 'dot-stufing' there. Did you mean 'dot-stuffing'?"),
        (
            "smtp:dot-stuffing:postfx@3.10.13",
            "no peer 'postfx@3.10.13' there. Did you mean 'postfix@3.10.13'?",
        ),
        ("smtp", "no feature '' there"),
        ("smtp:envelope:postfix@3.10.13", "means 2 cells: smtp:envelope:smtplib@3.11.7-postfix@3.10.13, "),
        ("smtp/test_content.py::test_x[a@1-b@2]", "no pairing 'a@1-b@2'"),
        (f"{SCENARIO}s[curl@8-postfix@3.10.13]", f"Did you mean '{SCENARIO}'?"),
    ],
)
def test_a_name_that_is_not_there_is_answered_with_the_nearest(text: str, said: str) -> None:
    with pytest.raises(UnknownNameError, match=re.escape(said)):
        found(text)


def test_without_a_matrix_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecordError, match=r"matrix\.json: cannot be read"):
        found("smtp:dot-stuffing:postfix")


@pytest.mark.usefixtures("report")
def test_the_command_repeats_the_cell_under_what_the_run_was_given(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["repro", "--print", "smtp:dot-stuffing:exim@4.98.2"]) == 0
    assert capsys.readouterr().out == (
        "pytest --interop --interop-config 'a b/interop.yaml' --interop-product smtplib --interop-suite smtp"
        " --interop-feature dot-stuffing --interop-peer exim@4.98.2"
        " --interop-evidence --interop-report interop-report/repro\n"
    )


@pytest.mark.usefixtures("report")
def test_what_is_given_to_repro_takes_the_place_of_what_the_run_had(
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = f"{SCENARIO}[curl@8-postfix@3.10.13]"
    assert main(["repro", "--print", "--config", "b.yaml", "--product", "swaks", name]) == 0
    words = capsys.readouterr().out
    assert "--interop-config b.yaml --interop-product swaks " in words
    assert f" '{name}' " in words


def unpacked(file: Path) -> dict[str, bytes]:
    if file.suffix == ".zip":
        with zipfile.ZipFile(file) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(fileobj=io.BytesIO(file.read_bytes())) as archive:
        return {member.name: opened.read() for member in archive if (opened := archive.extractfile(member))}


@pytest.mark.parametrize("name", ["b.tar.gz", "b.zip"])
def test_a_bundle_has_all_that_a_maintainer_needs(report: Path, name: str) -> None:
    assert main(["bundle", "smtp:dot-stuffing:postfix@3.10.13", "--out", name]) == 0
    files = {path.partition("/")[2]: data for path, data in unpacked(Path(name)).items()}
    assert {"README.md", "evidence.txt", "transcript.txt", "client.txt", "replay.py"} <= set(files)
    assert {"peer/Dockerfile", "peer/main.cf", "peer/implementation.yaml"} <= set(files)
    assert files["client.txt"] == b"EHLO \xff\r\nAUTH PLAIN <redacted>\r\n"
    readme = files["README.md"].decode()
    for words in (
        "# Dot stuffing: fails between curl and Postfix",
        "3.10.13-1+deb13u1",
        "[RFC 5321, 4.5.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.2) (MUST)",
        "- Expected: a lone dot arrives\n- Seen: the body differs at line 2\n- How often: 3 of 3",
        " C: EHLO",
        "docker build -t interop-bundle --build-arg DEBIAN=trixie peer",
        "--cap-drop ALL",
        "python3 replay.py 127.0.0.1 20025",
        "--interop-peer postfix@3.10.13",
    ):
        assert words in readme
    everything = b"".join(files[each] for each in ("README.md", "evidence.txt", "transcript.txt"))
    for folder in (str(report.parent), str(Path.home())):
        assert folder.encode() not in everything
    assert b"./acme.py:3 in ~/lib" in files["evidence.txt"]


@pytest.mark.usefixtures("report")
def test_the_same_cell_makes_the_same_bundle() -> None:
    for name in ("one.zip", "two.zip"):
        main(["bundle", "smtp:dot-stuffing:postfix", "--out", name])
    assert Path("one.zip").read_bytes() == Path("two.zip").read_bytes()


@pytest.mark.usefixtures("report")
def test_evidence_outside_the_report_is_not_packed() -> None:
    assert main(["bundle", "smtp:dot-stuffing:exim@4.98.2", "--out", "b.tar.gz"]) == 0
    names = {path.partition("/")[2] for path in unpacked(Path("b.tar.gz"))}
    assert "README.md" in names
    assert not names & {"evidence.txt", "transcript.txt", "client.txt"}


@pytest.mark.usefixtures("report")
def test_a_cell_that_works_makes_no_bundle(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bundle", "smtp:envelope:postfix@3.7.11", "--out", "b.zip"]) == 2
    assert "is works: there is nothing to report" in capsys.readouterr().err
    assert main(["bundle", "smtp:dot-stuffing:postfix", "--out", "b.rar"]) == 2
    assert "Let it end in .tar.gz or .zip" in capsys.readouterr().err


def test_files_that_are_too_large_are_left_out_and_named(
    report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert report.is_dir()
    monkeypatch.setattr("interop.cli.bundle.FILE_LIMIT", 2000)
    main(["bundle", "smtp:dot-stuffing:postfix", "--out", "b.zip"])
    files = {path.partition("/")[2]: data for path, data in unpacked(Path("b.zip")).items()}
    assert "peer/start" not in files
    assert b"Too large for this bundle: " in files["README.md"]
    assert b"peer/start" in files["README.md"]


def test_the_script_of_a_bundle_is_python_that_compiles(report: Path) -> None:
    main(["bundle", "smtp:dot-stuffing:postfix", "--out", "b.zip"])
    script = next(data for path, data in unpacked(Path("b.zip")).items() if path.endswith("replay.py"))
    (report / "replay.py").write_bytes(script)
    done = subprocess.run(
        [sys.executable, "-m", "py_compile", str(report / "replay.py")],
        env={**os.environ, "PYTHONPYCACHEPREFIX": str(report)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert b"(True, True, 23)" in script


def test_a_bundle_speaks_of_a_peer_that_the_catalogue_does_not_have(report: Path) -> None:
    text = (report / "matrix.json").read_text().replace("postfix@3.10.13", "unheard@1")
    (report / "matrix.json").write_text(text)
    main(["bundle", "smtp:dot-stuffing:unheard@1", "--out", "b.zip"])
    names = {path.partition("/")[2] for path in unpacked(Path("b.zip"))}
    assert names == {"README.md", "evidence.txt", "transcript.txt"}
