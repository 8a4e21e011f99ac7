"""Menus and searches: what the server offers is what the client's user can choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from interop_suite_gopher import contract as gopher
    from interop_suite_gopher.conftest import Reader
else:
    gopher = interop.contract("gopher")


@interop.feature("menu")
def test_the_items_of_a_menu_can_be_chosen(reader: Reader) -> None:
    offered = {(kind, selector) for kind, _, selector in gopher.MENU}
    shown = {(item.type, item.selector) for item in reader.menu()}
    missing = sorted(selector for _, selector in offered - shown)
    assert not missing, f"the client does not offer {', '.join(missing)}"


@interop.feature("search")
@interop.needs("search")
def test_the_words_of_a_search_reach_the_server(reader: Reader) -> None:
    reader.can("search")
    words = "moles and gophers"
    answer = reader.fetch("/cgi-bin/search", kind="7", words=words).decode("utf-8", "replace")
    assert words in answer, "the words that were looked for do not stand in the answer"
