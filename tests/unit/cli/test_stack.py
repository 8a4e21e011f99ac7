"""`interop stack new`: every answer is checked where it is given, and none is lost."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from interop.cli import main
from interop.load.record import matrix_to_json
from interop.load.stack import load_stack, read_stack
from interop.load.stack_text import stack_text
from tests.unit.examples import HOSTILE, cell, feature, matrix, suite

COMPONENTS = ("Postfix 3.10.13", "")
FEATURES = ("dot-stuffing", "")
REST = ("", "", "", "", "")
"""No go-live, and no fact of the deployment."""

Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    monkeypatch.chdir(tmp_path)
    cells = [cell(), cell("dot-stuffing", "exim@4.96"), cell("starttls")]
    recent = matrix(msgspec.structs.replace(each, tested=time.time() - 60) for each in cells)
    (tmp_path / "matrix.json").write_text(matrix_to_json(recent), encoding="utf-8")

    def run(*lines: str, arguments: tuple[str, ...] = ("--matrix", "matrix.json")) -> tuple[int, str, str]:
        left: Iterator[str] = iter(lines)

        def answer(question: str) -> str:
            sys.stdout.write(question)
            line = next(left, None)
            if line is None:
                raise EOFError
            if line == "^C":
                raise KeyboardInterrupt
            return line

        monkeypatch.setattr("builtins.input", answer)
        code = main(["stack", "new", *arguments])
        captured = capsys.readouterr()
        assert next(left, None) is None
        return code, captured.out, captured.err

    return run


def test_a_stack_is_asked_for(ask: Ask, tmp_path: Path) -> None:
    code, out, _ = ask(
        "Acme: the company",
        "smtplib 3.11.7",
        *("Postfix 3.10.13", "Exim on Debian 12", ""),
        *("dot-stufing", "umlauts", "Dot Stuffing >= 20 MB", ""),
        *("soon", "2027-02-01"),
        *("900", "", "12", "", "a while", "15 min", "450 EUR"),
    )
    assert code == 0
    assert "Did you mean 'dot-stuffing'?" in out
    assert "Next: interop check acme--the-company.stack.yaml --matrix matrix.json\n" in out
    stack = read_stack(tmp_path / "acme--the-company.stack.yaml")
    assert [each.implementation for each in stack.components] == ["Postfix", "Exim"]
    assert [each.deployment.sites for each in stack.components] == [0, 12]
    assert stack.requirements[0].minimums[0].value == 20
    assert (stack.deployment.sites, stack.deployment.restart_seconds) == (900, 900)
    assert stack.go_live == "2027-02-01"
    assert "It will ask you to mend this" not in out
    assert main(["check", "acme--the-company.stack.yaml", "--matrix", "matrix.json"]) in {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("Postfx 3.7", "Did you mean 'postfix'?"),
        ("Exim on Debain 12", "Did you mean 'Debian 12'?"),
        ("Exim on Debian12", "Did you mean 'Debian 12'?"),
        ("Exim 4.something", "'4.something' is no version."),
        ("postfix@3.10.13+hardend", "has no configuration 'hardend'"),
        ("@", "'@' is not a component."),
    ],
)
def test_a_slip_of_the_pen_is_told_at_the_question(ask: Ask, wrong: str, said: str) -> None:
    code, out, _ = ask("Acme", "smtplib", wrong, *COMPONENTS, *FEATURES, *REST)
    assert code == 0
    assert said in out
    assert not re.search(r"line \d|stack:\d", out)


def test_without_a_matrix_names_are_those_of_the_catalogue(ask: Ask) -> None:
    code, out, _ = ask("Acme", "anything 1", "Postfx 3.7", *COMPONENTS, "delivery", "", *REST, arguments=())
    assert code == 0
    assert "Did you mean 'postfix'?" in out


def test_a_product_that_the_matrix_does_not_have_is_told_at_once(ask: Ask) -> None:
    _, out, _ = ask("Acme", "smtplip 3.11", "smtplib 3.11", *COMPONENTS, *FEATURES, *REST)
    assert "the matrix has no product 'smtplip'. Did you mean 'smtplib'?" in out


def test_an_implementation_that_nobody_knows_is_taken_and_told(ask: Ask) -> None:
    _, out, _ = ask("Acme", "smtplib", "Haraka 3", "", *FEATURES, *REST)
    assert "Nobody has tested 'Haraka' here. It is written down as it stands." in out


def test_a_second_one_of_the_same_is_asked_for_its_name(ask: Ask, tmp_path: Path) -> None:
    code, out, _ = ask(
        "Acme",
        "smtplib",
        *("Postfix 3.10.13", "postfix 3.7.11", "Postfix", "head office", "postfix", "", ""),
        *FEATURES,
        *("", "900", "7", "1000", "8", "", "", ""),
    )
    assert code == 0
    assert out.count("What does the customer call this one") == 3
    assert "'head office' has 1,000 sites, and the deployment only 900." in out
    first, second = read_stack(tmp_path / "acme.stack.yaml").components
    assert (first.name, first.version, first.deployment.sites) == ("Postfix", "3.10.13", 7)
    assert (second.name, second.version, second.deployment.sites) == ("head office", "3.7.11", 8)


def test_no_message_names_a_line_of_a_file_that_is_not_there(ask: Ask) -> None:
    _, out, _ = ask("Acme", "smtplib", *COMPONENTS, "starttls", "STARTTLS", "", *REST)
    assert "  'starttls' stands twice.\n" in out


def test_an_empty_answer_is_told_why_it_is_asked_again(ask: Ask) -> None:
    _, out, _ = ask("", "Acme", "", "smtplib", "", *COMPONENTS, "", *FEATURES, *REST)
    assert out.count("This one cannot be left out.") == 2
    assert out.count("At least one is needed.") == 2


def test_both_lists_can_be_shown(ask: Ask) -> None:
    _, out, _ = ask("Acme", "smtplib", "?", *COMPONENTS, "?", *FEATURES, *REST)
    assert "OpenSMTPD" in out
    assert "  starttls: Starttls\n" in out


def test_a_file_that_is_there_is_told_before_anything_is_asked(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "a.stack.yaml").write_text("mine", encoding="utf-8")
    (tmp_path / "acme.stack.yaml").write_text("mine", encoding="utf-8")
    given = ("a.stack.yaml", "", "acme.stack.yaml", "b.stack.yaml")
    options = (given[0], "--matrix", "matrix.json")
    code, out, _ = ask(*given[1:], "Acme", "smtplib", *COMPONENTS, *FEATURES, *REST, arguments=options)
    assert code == 0
    assert out.startswith("  a.stack.yaml: this file is there already. Name another one.\nWhich file? ")
    assert read_stack(tmp_path / "b.stack.yaml").customer == "Acme"
    code, out, _ = ask("Acme", "c.stack.yaml", "smtplib", *COMPONENTS, *FEATURES, *REST)
    assert code == 0
    assert "acme.stack.yaml: this file is there already." in out.partition("Product and version")[0]
    assert (tmp_path / "acme.stack.yaml").read_text("utf-8") == "mine"


def test_a_name_that_no_file_can_have_is_told_before_anything_is_asked(ask: Ask) -> None:
    options = ("x" * 300, "--matrix", "matrix.json")
    code, out, _ = ask("a.yaml", "Ü" * 200, "smtplib", *COMPONENTS, *FEATURES, *REST, arguments=options)
    assert code == 0
    assert "no file can have this name" in out
    assert ask("Ü" * 200, "smtplib", *COMPONENTS, *FEATURES, *REST)[0] == 0


@pytest.mark.parametrize(("end", "code"), [((), 1), (("^C",), 130)])
@pytest.mark.parametrize("given", [(), ("Acme",), ("Acme", "smtplib", *COMPONENTS, *FEATURES, "", "900")])
def test_questions_that_are_broken_off_leave_nothing_and_say_so(
    ask: Ask, tmp_path: Path, given: tuple[str, ...], end: tuple[str, ...], code: int
) -> None:
    ended, _, err = ask(*given, *end)
    assert (ended, err) == (code, "\ninterop: broken off, nothing is written\n")
    assert [each.name for each in tmp_path.iterdir()] == ["matrix.json"]


def test_answers_that_cannot_be_written_are_shown(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    options = ("file/acme.stack.yaml", "--matrix", "matrix.json")
    code, out, err = ask("Acme", "smtplib", *COMPONENTS, *FEATURES, *REST, arguments=options)
    assert (code, "cannot be written" in err) == (2, True)
    assert load_stack(out.partition("This is what you answered:\n\n")[2]).customer == "Acme"


def test_hostile_names_of_a_matrix_do_not_act(ask: Ask, tmp_path: Path) -> None:
    evil = matrix([cell(HOSTILE)], suites=(suite([feature(HOSTILE, title=HOSTILE)]),))
    (tmp_path / "evil.json").write_text(matrix_to_json(evil), encoding="utf-8", errors="replace")
    code, out, _ = ask("Acme", "smtplib", *COMPONENTS, "?", "x", arguments=("--matrix", "evil.json"))
    assert code == 1
    assert all(each.isprintable() or each == "\n" for each in out)


def test_values_are_read_back_as_they_were() -> None:
    text = stack_text(
        {
            "customer": 'A: "B" # \u00fc\\',
            "product": "acme 1",
            "components": [{"implementation": "Postfix", "version": "3.10", "sites": 7, "name": "no"}],
            "features": ["on", {"large-message": ">= 20 MB"}, {"a b: c": "1"}],
            "deployment": {},
        }
    )
    stack = load_stack(text)
    assert stack.customer == 'A: "B" # \u00fc\\'
    assert (stack.components[0].version, stack.components[0].deployment.sites) == ("3.10", 7)
    assert [each.feature for each in stack.requirements] == ["on", "large-message", "a b: c"]
