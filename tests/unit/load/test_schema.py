from __future__ import annotations

import json
from importlib import resources

import jsonschema
import pytest

from interop.errors import ConfigError
from interop.load.schema import check, schema_text
from interop.load.yaml import load_yaml

GOOD = """\
name: acme
title: Acme
releases:
  - {version: 1.10}
roles:
  echo.server:
    ports: {echo: 7}
"""

SCHEMAS = ["implementation", "suite", "interop", "matrix", "run"]


def said(text: str, schema: str = "implementation") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        check(load_yaml(text, "f"), schema)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_schema_is_one_and_has_words_for_editors(schema: str) -> None:
    loaded = json.loads(schema_text(schema))
    jsonschema.Draft202012Validator.check_schema(loaded)
    assert loaded["title"]
    assert loaded["description"]


@pytest.mark.parametrize("schema", ["implementation", "suite", "interop"])
def test_every_key_that_a_user_may_write_is_described(schema: str) -> None:
    def undescribed(value: object, path: str) -> list[str]:
        found = []
        if isinstance(value, dict):
            for key, inner in value.get("properties", {}).items():
                if isinstance(inner, dict) and not inner.get("description"):
                    found.append(f"{path}.{key}")
            for key, inner in value.items():
                found += [] if key in {"if", "then", "else"} else undescribed(inner, f"{path}.{key}")
        elif isinstance(value, list):
            for inner in value:
                found += undescribed(inner, path)
        return found

    assert undescribed(json.loads(schema_text(schema)), schema) == []


def test_all_schemas_are_shipped() -> None:
    names = {file.name for file in resources.files("interop.load").joinpath("schemas").iterdir()}
    assert {f"{schema}.schema.json" for schema in SCHEMAS} <= names


def test_a_version_without_quotes_is_text() -> None:
    document = load_yaml(GOOD, "f")
    check(document, "implementation")
    assert document.value["releases"][0]["version"] == "1.10"


def test_all_mistakes_of_a_file_are_told_each_with_its_line() -> None:
    text = GOOD.replace("name:", "nam:").replace("echo: 7", "echo: 70000").replace("1.10", "[]")
    assert said(text) == [
        "f:1: 'nam' is not a known key. Did you mean 'name'?",
        "f:1: 'name' is missing.",
        "f:4: 'version' should be text or a whole number, is a list.",
        "f:7: 'echo' should be 65535 or less, is 70000.",
    ]


def test_more_than_ten_mistakes_are_counted() -> None:
    lines = said(GOOD + "".join(f"wrong{number}: 1\n" for number in range(15)))
    assert len(lines) == 11
    assert lines[-1] == "and 5 more."


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("title: Acme", "title:", "f:2: 'title' should be text, but has no value."),
        ("title: Acme", "title: ''", "f:2: 'title' is empty."),
        ("title: Acme", "title: true", "f:2: 'title' should be text, is true."),
        (
            "name: acme",
            "name: Acme Mail",
            "f:1: 'name' should be lower-case letters, digits, dots, dashes, is 'Acme Mail'.",
        ),
        ("  - {version: 1.10}", "  []", "f:3: 'releases' is empty."),
        ("{version: 1.10}", "{versoin: 1.10}", "'version' is missing in item 1 of 'releases'."),
        ("{version: 1.10}", "1.10", "f:4: item 1 of 'releases' should be a mapping, is '1.10'."),
        (
            "echo.server:",
            "server:",
            "Expected suite and role with a dot between, such as smtp.server.",
        ),
        ("ports: {echo: 7}", "ports: [7]", "f:7: 'ports' should be a mapping, is a list."),
        ("ports: {echo: 7}", "ports: {echo: seven}", "f:7: 'echo' should be a whole number, is 'seven'."),
        ("ports: {echo: 7}", "ports: {echo: 0}", "f:7: 'echo' should be 1 or more, is 0."),
        ("ports: {echo: 7}", "driven: proces", "f:7: 'driven' cannot be 'proces'. Did you mean 'process'?"),
        ("ports: {echo: 7}", "offers: [a, a]", "f:7: 'offers' names something twice."),
        (
            "ports: {echo: 7}",
            "ready: {tiemout: 3}",
            "f:7: 'tiemout' is not a known key in 'ready'. Did you mean 'timeout'?",
        ),
        (
            "title: Acme",
            "title: Acme\nversion_scheme: deb",
            "f:3: 'version_scheme' cannot be 'deb'. Did you mean 'debian'?",
        ),
    ],
)
def test_a_mistake_is_a_sentence(old: str, new: str, expected: str) -> None:
    assert old in GOOD
    assert any(line.endswith(expected) for line in said(GOOD.replace(old, new)))


@pytest.mark.parametrize("text", ["- a\n", "just text", "12", "~"])
def test_a_file_that_is_no_mapping_is_said(text: str) -> None:
    assert said(text)[0].startswith("f:1: the file should be a mapping")


def test_of_two_allowed_shapes_the_mistakes_are_those_of_the_one_that_was_meant() -> None:
    text = """\
    product:
      name: acme
      version: {comand: [acme]}
      roles: {smtp.client: {driver: [1]}, smtp.server: {driver: acme}}
    """
    assert said(text, "interop") == [
        "f:3: 'comand' is not a known key in 'version'. Did you mean 'command'?",
        "f:3: 'command' is missing in 'version'.",
        "f:4: 'driver' should be a module and a class, such as acme_interop:Mailer, is 'acme'.",
        "f:4: 'driver' should be text or a mapping, is a list.",
    ]
