"""The pages and schemas beside the contracts are what the contracts say now."""

from __future__ import annotations

import json

import pytest

from interop.load.catalog import load_catalog
from interop.load.contract import load_contract
from interop.load.operations import contract_schema
from interop.report.contract_page import render

SUITES = {suite.name: suite for suite in load_catalog().suites}
KEYS = [(suite.name, role) for suite in SUITES.values() for role in suite.roles]


@pytest.mark.parametrize(("suite", "role"), KEYS)
def test_page_and_schema_of_every_contract_lie_beside_it(suite: str, role: str) -> None:
    module = load_contract(suite)
    schema = contract_schema(module, suite, role)
    words = getattr(module, "CAPABILITIES", {}) if "describe" in schema["methods"] else {}
    folder = SUITES[suite].folder / "contracts"
    again = f"run `interop driver contract {suite}.{role}` with both formats into {folder}"
    page = (folder / f"{role}.md").read_text()
    assert page == render(schema, suite=suite, role=role, capabilities=words), again
    assert json.loads((folder / f"{role}.schema.json").read_text()) == schema, again


def test_a_page_links_what_an_operation_answers_to_its_shape() -> None:
    page = (SUITES["smtp"].folder / "contracts" / "client.md").read_text()
    assert "| [`hello(endpoint, timeout)`](#hello) | [Hello](#hello) | no |" in page
    assert '| `stage` | [Stage](#stage) | `"unknown"` |  |' in page
    assert "One of `authentication`, `connect`," in page
