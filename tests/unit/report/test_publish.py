"""The published site: its pages, their links, their policy, and what hostile text cannot do in them."""

from __future__ import annotations

import dataclasses
import functools
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import pytest

from interop.load.rules import check_rules, check_words
from interop.load.schema import schema_text
from interop.model.attempt import Party
from interop.model.matrix import Matrix
from interop.report import publish
from interop.report.publish_check_data import Guide, facts
from interop.report.publish_parts import file_name, parts
from interop.report.site_markup import content_hash
from tests.unit import examples

DAY = 86_400.0
NOW = examples.STARTED + 30 * DAY
GUIDE = Guide(rules=check_rules(), words=check_words(), stack_schema=json.loads(schema_text("stack")))


class Page(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.title = ""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self._inside == "title" and not self.title:
            self.title = data
        if self._inside not in {"script", "style"}:
            self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def published(*matrices: Matrix, **options: Any) -> dict[str, str]:
    return publish.render(matrices, guide=GUIDE, now=NOW, **options)


@functools.cache
def smtp() -> dict[str, str]:
    return published(examples.smtp())


def upgraded() -> Matrix:
    """Build the same run ten days later, with a newer product, without Sendmail, and with all gaps mended."""
    old = examples.smtp()
    cells = tuple(
        examples.cell(each.feature, each.peer_key, product_version="3.12.1", tested=each.tested + 10 * DAY)
        for each in old.cells
        if each.peer != "sendmail"
    )
    run = dataclasses.replace(
        old.run, product_version="3.12.1", started=old.run.started + 10 * DAY, id="second"
    )
    return dataclasses.replace(old, run=run, cells=cells)


MATRICES: dict[str, Callable[[], Matrix]] = {
    "smtp": examples.smtp,
    "gaps": examples.with_gaps,
    "two": examples.two_suites,
    "healthy": examples.healthy,
    "large": lambda: examples.matrix(
        examples.cell("quit", product=f"{'long-' * 20}{number}", role="client") for number in range(9)
    ),
    "hostile": examples.hostile,
    "empty": lambda: examples.matrix([]),
}


@pytest.mark.parametrize("name", MATRICES)
def test_every_link_leads_to_a_page_of_the_site_or_to_the_web(name: str) -> None:
    files = published(MATRICES[name]())
    for file, text in files.items():
        for link in Page(text).all("a"):
            address = link["href"] or ""
            assert address.startswith(("https://", "#")) or address.partition("#")[0] in files, (
                f"{file}: {address}"
            )


@pytest.mark.parametrize("name", MATRICES)
def test_every_page_says_what_it_is_and_asks_nothing_of_a_network(name: str) -> None:
    titles = set()
    for file, text in published(MATRICES[name]()).items():
        page = Page(text)
        about = {
            meta.get("name") or meta.get("property"): meta["content"]
            for meta in page.all("meta")
            if "content" in meta
        }
        assert page.title
        assert about["og:title"] == page.title
        assert about["description"] == about["og:description"] != ""
        assert len(page.title) <= 120
        assert len(about["description"] or "") <= 300
        assert "more characters" not in page.title + (about["description"] or "")
        assert "width=device-width" in (about["viewport"] or "")
        assert not [each for each in page.all("link") + page.all("img") + page.all("iframe") if each], file
        assert not [each for each in page.all("script") if "src" in each]
        titles.add(page.title)
    assert len(titles) == len(published(MATRICES[name]()))


@pytest.mark.parametrize("name", MATRICES)
def test_the_policy_allows_what_is_on_the_page_and_nothing_else(name: str) -> None:
    for file, text in published(MATRICES[name]()).items():
        policy = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
        assert len(policy) == 1
        assert policy[0].startswith("default-src 'none'; ")
        assert "unsafe" not in policy[0]
        styles = re.findall(r"<style[^>]*>(.*?)</style>", text, re.DOTALL)
        scripts = re.findall(r'<script type="module">(.*?)</script>', text, re.DOTALL)
        assert scripts or "script-src" not in policy[0], file
        assert all(f"'{content_hash(each)}'" in policy[0] for each in (*styles, *scripts)), file
        assert not re.search(
            r"<[a-z][^>]*\s(?:style|on[a-z]+)=", text.split("<body>")[1].split("<script")[0]
        ), file


def test_hostile_text_stays_text_on_every_page() -> None:
    for file, text in published(examples.hostile()).items():
        page = Page(text)
        assert len(page.all("script")) == {"check.html": 2, "matrix.html": 3}.get(file, 0), file
        assert not [link for link in page.all("a") if (link["href"] or "").startswith("javascript")]
        assert not re.search("[\x00-\x08\x0b-\x1f\u202e\ud800]", text), file
        text.encode("utf-8")


def test_names_that_would_leave_the_folder_make_harmless_files() -> None:
    for file in published(examples.hostile()):
        assert re.fullmatch(r"[a-z0-9-]+\.html", file)
    taken: set[str] = set()
    made = [
        file_name(("with", name), taken) for name in ("../../etc/passwd", "etc/passwd", "ETC passwd", "", "é")
    ]
    assert len(set(made)) == len(made)
    assert all(re.fullmatch(r"[a-z0-9-]+\.html", each) for each in made)


def test_the_overview_answers_for_each_suite_and_role_with_the_newest_product() -> None:
    page = Page(published(examples.smtp(), upgraded())["index.html"])
    assert (
        "smtplib 3.12.1 · SMTP client · tested 2026-10-01 All 35 features work with all 11 servers"
        in page.text
    )
    assert "Older versions of the product smtplib 3.11.7 · SMTP client 27 of 35 features" in page.text
    assert Page(published(examples.two_suites())["index.html"]).text.count(" · tested 2026-09-21") == 3


def test_each_suite_has_a_matrix_page_with_the_newest_product_first() -> None:
    assert {"matrix-smtp.html", "matrix-mqtt.html"} < published(examples.two_suites()).keys()
    (part,) = parts([upgraded(), examples.smtp()])
    assert [(sheet.section.product_version, sheet.current) for sheet in part.sheets] == [
        ("3.12.1", True),
        ("3.11.7", False),
    ]


def test_the_gaps_are_told_the_dearest_first_with_where_and_what_helps() -> None:
    page = Page(smtp()["gaps.html"])
    assert page.text.index("1. SMTPUTF8 addresses") < page.text.index("2. RSET after a refusal")
    for part in (
        "After one refused message, the next ones in the same session are lost.",
        "aiosmtpd: fails in 1.4.3, 1.4.6; works in no version that was tested",
        "Workaround (verified) Open a new session after each refusal.",
        "The product (certain).",
        "MAIL-77",
    ):
        assert part in page.text
    links = [unquote(link["href"] or "") for link in page.all("a")]
    assert "matrix.html#cell=smtp.client/rset/aiosmtpd@1.4.3" in links


def test_an_implementations_page_has_its_versions_and_what_works_with_whom() -> None:
    page = Page(smtp()["with-exim.html"])
    assert "SMTP client: 33 of 35 features work in all 3 versions and configurations; 2 gaps." in page.text
    assert "4.94.2-1+deb13u1" in page.text
    assert "32 features work in all of them" in page.text
    links = [unquote(link["href"] or "") for link in page.all("a")]
    assert "matrix.html#sheet=smtp.client&peer=exim" in links
    assert "matrix.html#cell=smtp.client/smtputf8/exim@4.94.2" in links


def test_an_implementation_shows_its_vendor_and_homepage_and_never_a_script_as_one() -> None:
    cells = [examples.cell()]
    for homepage, shown in (("https://www.postfix.org/", True), ("javascript:alert(1)", False)):
        party = Party(
            name="postfix",
            title="Postfix",
            role="server",
            suite="smtp",
            version="3.10.13",
            vendor="Wietse",
            homepage=homepage,
        )
        page = Page(published(examples.matrix(cells, parties=(party,)))["with-postfix.html"])
        assert "Wietse" in page.text
        assert any(link["href"] == homepage for link in page.all("a")) is shown


def test_an_implementation_that_only_an_older_product_met_keeps_its_result() -> None:
    files = published(examples.smtp(), upgraded())
    assert "With smtplib 3.11.7 · SMTP client" in Page(files["with-sendmail.html"]).text
    assert "With smtplib 3.12.1 · SMTP client" in Page(files["with-exim.html"]).text


def test_the_history_says_since_when_and_until_when() -> None:
    page = Page(published(examples.smtp(), upgraded())["history.html"])
    assert "Exim smtplib 3.11.7 >=4.94.2 <4.96 2026-09-21" in page.text
    assert "2 runs" in page.text
    assert len(page.all("g")) == 2
    assert page.all("svg")[0]["role"] == "img"


def test_a_matrix_without_a_gap_says_so() -> None:
    files = published(examples.healthy())
    assert "There is no gap among what was tested." in Page(files["gaps.html"]).text
    assert "Nothing that was tested." in Page(files["history.html"]).text


def test_the_navigation_marks_the_page_on_which_it_stands() -> None:
    for file in ("index.html", "matrix.html", "gaps.html", "history.html", "check.html"):
        current = [link["href"] for link in Page(smtp()[file]).all("a") if link.get("aria-current") == "page"]
        assert current == [file]


def test_each_table_has_headers_with_a_scope() -> None:
    for file in ("index.html", "history.html", "with-exim.html"):
        assert all("scope" in header for header in Page(smtp()[file]).all("th")), file


def test_evidence_is_embedded_where_its_cells_stand() -> None:
    matrix = examples.with_gaps()
    path = next(cell.evidence for cell in matrix.cells if cell.evidence)
    files = published(matrix, evidence={path: "S: 250 <b>ok</b>"})
    assert "S: 250 \\u003cb\\u003eok" in files["matrix.html"]


def test_the_checkers_data_holds_every_cell_and_repeats_nothing() -> None:
    matrix = examples.smtp()
    data = facts(matrix, GUIDE)
    assert len(data["cells"]["pairing"]) == len(matrix.cells)
    assert data["rules"] is GUIDE.rules
    assert data["words"] is GUIDE.words
    assert len(data["pairings"]) == 13
    for number, cell in enumerate(matrix.cells):
        pairing = data["pairings"][data["cells"]["pairing"][number]]
        result = data["results"][data["cells"]["result"][number]]
        assert (pairing["peer_key"], result["verdict"], result["reason"]) == (
            cell.peer_key,
            cell.verdict,
            cell.reason,
        )


def test_pages_about_many_cells_stay_small() -> None:
    files = published(examples.large(10_000))
    assert max(len(text) for file, text in files.items() if file.startswith("with-")) < 500_000
    assert len(files["gaps.html"]) < 1_000_000
    assert len(files["history.html"]) < 1_000_000
