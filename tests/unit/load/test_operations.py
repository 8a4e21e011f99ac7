from __future__ import annotations

import json

import jsonschema
import msgspec
import pytest

from interop.load.contract import load_contract
from interop.load.operations import contract_schema, operations

SMTP = load_contract("smtp")


def test_operations_come_with_what_they_need_and_whether_everybody_has_them() -> None:
    found = {each.name: each for each in operations(SMTP.Client)}
    assert [each.name for each in found.values() if each.required] == ["describe", "send"]
    assert list(found["send"].parameters) == ["endpoint", "mails", "account", "timeout", "pause"]
    assert found["send"].defaults == {"account": None, "timeout": 10.0, "pause": 0.0}
    assert found["hello"].returns is SMTP.Hello


def test_the_schema_holds_for_what_really_goes_over_the_wire() -> None:
    schema = contract_schema(SMTP, "smtp", "client")
    params = json.loads(msgspec.json.encode(SMTP.trials(25)["client"]["send"]))
    shape = {**schema["methods"]["send"]["params"], "$defs": schema["$defs"]}
    jsonschema.validate(params, shape)
    with pytest.raises(jsonschema.ValidationError, match="'host' is a required property"):
        jsonschema.validate({**params, "endpoint": {"port": 25}}, shape)


def test_fields_are_explained_in_the_words_of_the_contract() -> None:
    schema = contract_schema(SMTP, "smtp", "client")
    assert schema["$defs"]["Failure"]["properties"]["text"]["description"] == "In the client's own words."
    assert json.loads(json.dumps(schema)) == schema
