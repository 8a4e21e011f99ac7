"""Selectors: what the client sends is what the server understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from interop_suite_gopher import contract as gopher
    from interop_suite_gopher.conftest import Reader
else:
    gopher = interop.contract("gopher")

LONG = f"/{gopher.LONG_NAME}"


@interop.feature("spaces")
def test_a_selector_with_spaces_leads_to_its_document(reader: Reader) -> None:
    check(reader, "/with two spaces.txt")


@interop.feature("long-selector")
def test_a_long_selector_leads_to_its_document(reader: Reader) -> None:
    check(reader, LONG)


@interop.feature("segments")
def test_a_selector_that_arrives_byte_by_byte_is_understood(reader: Reader) -> None:
    reader.wire.drip("client")
    check(reader, LONG)


def check(reader: Reader, selector: str) -> None:
    """Let the client fetch a text; whether a final period counts is for another scenario to say."""
    stored = reader.stored_text(selector)
    assert reader.text(selector)[: len(stored)] == stored, "the server's answer is not the document"
