from __future__ import annotations

from pathlib import Path

import pytest

from interop.errors import ConfigError
from interop.load import yaml
from interop.load.yaml import load_yaml, read_yaml


def test_what_yaml_would_turn_into_something_else_stays_text() -> None:
    text = "[1.10, 12:30, no, yes, on, 2026-01-01, 0x1F, 007, 1_000, 1e3, .inf, True, '5', \"~\", -]"
    expected = [
        "1.10",
        "12:30",
        "no",
        "yes",
        "on",
        "2026-01-01",
        "0x1F",
        "007",
        "1_000",
        "1e3",
        ".inf",
        "True",
        "5",
        "~",
    ]
    assert load_yaml(text.replace(", -]", "]"), "f").value == expected


def test_whole_numbers_true_false_and_nothing_are_told_apart() -> None:
    assert load_yaml("[0, 25, -3, true, false, null, ~, ]", "f").value == [0, 25, -3, True, False, None, None]
    assert load_yaml("a:\nb: 1", "f").value == {"a": None, "b": 1}


def test_a_number_of_thousands_of_digits_stays_text() -> None:
    assert load_yaml("9" * 5000, "f").value == "9" * 5000


def test_every_value_knows_its_line() -> None:
    document = load_yaml("a: 1\nb:\n  - x\n  - c: 2\n    d: 3\n", Path("some.yaml"))
    assert str(document.place("b", 1, "d")) == "some.yaml:5"
    assert str(document.place("b", 0)) == "some.yaml:3"
    assert str(document.place("b", 1, "not", "there")) == "some.yaml:4"
    assert str(document.place()) == "some.yaml:1"


def test_a_duplicate_key_names_both_lines() -> None:
    with pytest.raises(ConfigError, match=r"f:3: 'a' stands twice; it was first given in line 1\."):
        load_yaml("a: 1\nb: 2\na: 3\n", "f")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x [1]\nb: *x", "f:1: the anchor &x is not read. Delete it."),
        ("a: [*x]", "f:1: the alias *x is not read"),
        (
            "a: 1\nb: !!python/object/apply:os.system [ls]",
            "f:2: the tag tag:yaml.org,2002:python/object/apply:os.system",
        ),
        ("a: !!int abc", "f:1: the tag tag:yaml.org,2002:int is not read"),
        ("a: !thing {}", "f:1: the tag !thing is not read"),
        ("a: [1\nb: 2", "f:2: a comma or ] was expected here."),
        ("a: 1\n\tb: 2", "f:2: a tab indents this line. Use blanks."),
        ("a: 1\nb: \x07", "f:2: a character stands here that text files do not have"),
        ("a: 1\nb: \ud800", "f:2: not valid YAML: half a character"),
        ("a: 1\n---\nb: 2", "f:2: a second document begins here"),
        ("true: 1", "f:1: 'true' is not a key"),
        ("a: 1\n? [x]\n: 2", "f:2: a list or a mapping is not a key"),
        ("[" * 60 + "]" * 60, "f:1: more than 50 levels deep"),
        ("[" * 400_000, "f:1: more than 50 levels deep"),
        ("a: 1\n!!str b: 2", "f:2: the tag tag:yaml.org,2002:str is not read. Delete it."),
        ("a: 1\n&x b: 2", "f:2: the anchor &x is not read. Delete it."),
        ("a: b: c", "f:1: a second colon stands in this line. Put the value in quotation marks."),
        ("a: 1\n  b: c", "f:2: this line does not fit those before it. Look at its indentation"),
        ("a 1\nb: c", "f:2: this line does not fit those before it. Look at its indentation"),
        ("a: 1\nb\n", "f:2: a key and a colon were expected here."),
        ("a: - b", "f:1: a list begins in this line, behind its key. Begin it on a line of its own."),
        ("a: 'b\nc: d\n", "f:1: a quotation mark is never closed."),
        ("a: [b,\n", "f:1: a bracket is never closed."),
        ("a: {b: c\n", "f:1: a bracket is never closed."),
        ("a: [b, , c]", "f:1: a value was expected here."),
        ("a: @b", "f:1: a value does not begin with @. Put it in quotation marks."),
        ("a: ]", "f:1: a value does not begin with ]. Put it in quotation marks."),
        ("a: >= 20 MB", "f:1: a value does not begin with >. Put it in quotation marks: '>= 20 MB'."),
        ("a: [b] c", "f:1: something stands here behind the value. Put all of it in quotation marks."),
        ('a: "\\q"', "f:1: a backslash stands here that means nothing. Use single quotation marks."),
        ("a: *", "f:1: not valid YAML: "),
        ("#" * 1_100_000, "f: the file has 1,100,000 characters"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_yaml(text, "f")
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: |\n  b\n", "f:1: a block of text begins here. Write it in one line."),
        ("a: 1\nb: >-\n  c\n", "f:2: a block of text begins here. Write it in one line."),
        ("%YAML 1.1\n---\na: b\n", "f:1: directives are not read. Delete the line."),
        ("a: 1\n? b\n: c\n", "f:2: a question mark stands before this key."),
        ("{? a: b}", "f:1: a question mark stands before this key."),
    ],
)
def test_what_the_checker_in_the_browser_does_not_read_is_refused_where_that_is_asked(
    text: str, said: str
) -> None:
    assert load_yaml(text, "f").value
    with pytest.raises(ConfigError) as caught:
        load_yaml(text, "f", simple=True)
    assert str(caught.value).startswith(said)


def test_a_question_at_the_end_of_a_line_is_no_key() -> None:
    assert load_yaml("a: really?\nb: c?\n", "f", simple=True).value == {"a": "really?", "b": "c?"}


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert load_yaml("", "f").value == {}
    assert load_yaml("# nothing\n", "f").value == {}


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        read_yaml(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes("a: é".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"not UTF-8 text: .* at byte 3"):
        read_yaml(tmp_path / "latin.yaml")
    (tmp_path / "big.yaml").write_bytes(b"#" * (yaml.SIZE_LIMIT * 4 + 1))
    with pytest.raises(ConfigError, match="the file has 4,194,305 bytes"):
        read_yaml(tmp_path / "big.yaml")


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "marked.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_yaml(tmp_path / "marked.yaml").value == {"a": 1}
