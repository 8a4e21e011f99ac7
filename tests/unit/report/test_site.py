"""The page as text: what it says, that it is safe and complete; tests/browser opens it."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import pytest

from interop.judge.sections import sections
from interop.judge.summary import headline
from interop.model.matrix import Matrix, Verdict
from interop.report import site, site_data, site_plain
from interop.report.site import render
from interop.report.text import visible
from tests.unit import examples

EXAMPLES = (examples.healthy, examples.with_gaps, examples.hostile, examples.smtp, examples.two_suites)


class Page(HTMLParser):
    """A page's elements, and the text in them by the path that leads there."""

    VOID = frozenset({"meta", "input", "rect", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.raw: dict[str, str] = {}
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"script", "style"}:
            last = self.elements[-1][1]
            self.raw[last.get("id") or self.open[-1]] = data
        elif data.strip():
            self.texts.append(data)

    @property
    def text(self) -> str:
        """All text that a reader sees."""
        return " ".join(" ".join(self.texts).split())

    def attributes(self, name: str) -> list[str]:
        """Return all values of the attribute of that name."""
        return [found[name] for _, found in self.elements if name in found]

    def data(self, name: str) -> Any:
        """Return the JSON in the script element of that id."""
        return json.loads(self.raw[name])


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_element_is_closed_and_every_id_is_one(example: Any) -> None:
    page = Page(render(example()))
    assert page.open == []
    assert len(set(page.attributes("id"))) == len(page.attributes("id"))


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_page_asks_nothing_of_any_network(example: Any) -> None:
    page = render(example())
    parsed = Page(page)
    assert parsed.attributes("src") == []
    assert not {"link", "img", "iframe", "object", "base"} & {tag for tag, _ in parsed.elements}
    assert "url(" not in parsed.raw["style"]
    assert "@import" not in parsed.raw["style"]


def test_the_policy_allows_the_pages_own_script_and_style_and_nothing_else() -> None:
    page = Page(render(examples.smtp()))
    policy = next(
        found["content"] for _, found in page.elements if found.get("http-equiv") == "Content-Security-Policy"
    )
    allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))

    def hashed(name: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(page.raw[name].encode()).digest()).decode()}'"

    assert allowed == {
        "default-src": "'none'",
        "script-src": hashed("script"),
        "style-src": hashed("style"),
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    assert [name for _, found in page.elements for name in found if name.startswith("on")] == []
    assert page.attributes("style") == []


def test_the_scripts_never_make_html_of_text() -> None:
    assets = files("interop.report") / "assets"
    names = [asset.name for asset in assets.iterdir() if asset.name.endswith(".js")]
    assert sorted(names) == sorted(f"{name}.js" for name in site._SCRIPTS)
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch("):
        assert word not in site._SCRIPT


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_answer_comes_first_then_the_gaps_then_the_table(example: Any) -> None:
    matrix = example()
    page = Page(render(matrix)).text
    places = []
    for section in sections(matrix):
        sentence = visible(headline(section).sentence())
        places.append(page.index(sentence[1:]))
    places.append(page.index("Tested"))
    if "Gaps" in page:
        places.append(page.index("Gaps"))
    places += [page.index("All features"), page.index("What the words mean")]
    assert places == sorted(places)


def test_title_and_description_say_what_the_page_answers() -> None:
    page = Page(render(examples.smtp()))
    described = {
        found.get("name") or found.get("property"): found.get("content")
        for tag, found in page.elements
        if tag == "meta"
    }
    assert page.texts[0] == "smtplib 3.11.7 · SMTP client: interoperability"
    assert described["og:title"] == page.texts[0]
    assert described["description"] == described["og:description"]
    assert "features work with all 13 servers" in str(described["description"])


def test_the_top_has_product_date_engine_and_every_exact_version() -> None:
    matrix = examples.smtp()
    text = Page(render(matrix)).text
    assert "2026-09-21 14:13 UTC, 94 s" in text
    assert "smtplib 3.11.7" in text
    assert "docker 20.10.24" in text
    for party in matrix.parties:
        assert party.version in text


def test_a_card_says_who_why_what_the_customer_sees_and_what_helps() -> None:
    page = render(examples.smtp())
    card = Page(
        next(part for part in page.split("<article")[1:] if "RSET" in part)
        .partition(">")[2]
        .partition("</article")[0]
    ).text
    assert card.startswith(
        "Serious · new · RFC 5321, 4.1.1.5 RSET after a refusal ✗ fails with aiosmtpd 1.4.3 , aiosmtpd 1.4.6"
    )
    assert "Why: aiosmtpd is at fault (likely):" in card
    assert "Customer sees: After one refused message, the next ones in the same session are lost." in card
    assert "Workaround: Open a new session after each refusal. (verified)" in card


def test_of_many_gaps_the_first_are_shown_and_the_rest_is_counted() -> None:
    page = Page(render(examples.large(25_000)))
    assert sum(tag == "article" for tag, _ in page.elements) == site.MOST_CARDS
    assert "191 more gaps" in page.text
    assert "50 further gaps in the table only." in page.text


def test_a_run_that_was_cut_short_says_so() -> None:
    matrix = examples.healthy()
    assert "cut short" not in Page(render(matrix)).text
    assert "This run was cut short" in Page(render(dataclasses.replace(matrix, interrupted=True))).text


def test_notes_of_the_matrix_stand_at_the_top() -> None:
    matrix = dataclasses.replace(examples.healthy(), notes={"merged": "runs <a> & b"})
    assert "Merged runs <a> & b" in Page(render(matrix)).text


def test_without_gaps_there_is_no_section_of_gaps() -> None:
    assert 'class="gaps"' not in render(examples.healthy()).partition("<script")[0]


def test_without_cells_the_page_says_that_nothing_was_tested() -> None:
    assert "Nothing was tested." in Page(render(examples.matrix([]))).text


def test_the_legend_explains_every_verdict() -> None:
    legend = render(examples.with_gaps()).partition('<dl class="legend">')[2]
    for verdict in Verdict:
        assert f"<span>{verdict}</span>" in legend
    assert "review due" in legend


def test_hostile_text_is_nothing_but_text() -> None:
    page = render(
        examples.hostile(), evidence={each.evidence: examples.HOSTILE for each in examples.hostile().cells}
    )
    page.encode("utf-8")
    assert "<script>alert" not in page
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e\ud800-\udfff]", page)
    assert [
        address for address in Page(page).attributes("href") if not address.startswith(("#", "https://"))
    ] == []
    assert len(page) < 200_000


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", " https://x", "//x", "file:///etc/passwd", ""]
)
def test_only_addresses_of_the_web_become_links(url: str) -> None:
    assert site_data.web_address(url) == ""


def decoded(matrix: Matrix, **options: Any) -> Any:
    return Page(render(matrix, **options)).data("matrix")


def test_the_data_holds_every_cell_with_all_that_is_known_of_it() -> None:
    matrix = examples.with_gaps()
    (sheet,) = decoded(matrix)["sheets"]
    texts = decoded(matrix)["texts"]
    names = decoded(matrix)["texted"]
    width = len(sheet["columns"])
    for cell in matrix.cells:
        row = [feature["id"] for feature in sheet["features"]].index(cell.feature)
        column = [column["key"] for column in sheet["columns"]].index(cell.peer_key)

        def value(name: str, place: int = row * width + column) -> Any:
            values = sheet["cells"][name]
            found = values[place] if isinstance(values, list) else values
            return texts[found] if name in names else found

        answer = sheet["answers"][value("answer")]
        assert answer["id"] == cell.verdict
        assert (value("passed"), value("total")) == (cell.attempts.passed, cell.attempts.total)
        assert value("verified") is cell.workaround_verified
        assert (value("duration"), value("tested")) == (cell.duration, cell.tested)
        for name in (
            "blame",
            "confidence",
            "outcome",
            "signature",
            "scenario",
            "evidence",
            "expectation",
            "workaround",
        ):
            assert value(name) == getattr(cell, name)
        assert value("reason").split("\n") == cell.reason.split("\n")


def test_cells_that_answer_the_same_share_their_answer_and_others_do_not() -> None:
    (sheet,) = decoded(examples.with_gaps())["sheets"]
    answers = sheet["answers"]
    assert len({json.dumps(answer) for answer in answers}) == len(answers)
    fails = [answer for answer in answers if answer["id"] == "fails"]
    assert {answer["note"] for answer in fails} == {"", "known", "changed", "review due"}
    assert {answer["limit"] for answer in answers if answer["limit"]} == {"10.24 MB", "≥ 2 MiB"}


def test_what_lacks_but_must_be_there_is_a_gap_and_says_required() -> None:
    lacking = examples.cell("dot-stuffing", verdict=Verdict.UNSUPPORTED, reason="it says so")
    (sheet,) = decoded(examples.matrix([lacking]))["sheets"]
    assert (sheet["answers"][0]["gap"], sheet["answers"][0]["note"]) == (True, "required")


def test_columns_say_how_many_work_of_those_tried() -> None:
    (sheet,) = decoded(examples.with_gaps())["sheets"]
    exim = sheet["columns"][0]
    assert (exim["key"], exim["works"], exim["tried"], exim["gaps"]) == ("exim@4.98.2", 4, 6, 1)


def test_each_suite_and_role_is_a_sheet_and_each_product_too() -> None:
    assert [sheet["id"] for sheet in decoded(examples.two_suites())["sheets"]] == [
        "smtp.client",
        "mqtt.publisher",
        "mqtt.broker",
    ]
    other = examples.cell(product="curl", product_version="8.1", product_key="curl@8.1")
    merged = examples.matrix([examples.cell(), other])
    assert [sheet["id"] for sheet in decoded(merged)["sheets"]] == [
        "smtp.client.smtplib@3.11.7",
        "smtp.client.curl@8.1",
    ]
    assert "curl 8.1 · SMTP client" in Page(render(merged)).text


def test_every_link_into_the_page_leads_somewhere() -> None:
    matrix = examples.two_suites()
    page = Page(render(matrix))
    sheets = page.data("matrix")["sheets"]
    places = {f"#sheet={sheet['id']}" for sheet in sheets}
    for sheet in sheets:
        for feature in sheet["features"]:
            places.add(f"#row={sheet['id']}/{feature['id']}")
            places |= {f"#cell={sheet['id']}/{feature['id']}/{column['key']}" for column in sheet["columns"]}
    inward = {address for address in page.attributes("href") if address.startswith("#")}
    assert inward
    assert inward <= places


def test_evidence_is_embedded_and_what_acts_in_it_is_made_visible() -> None:
    matrix = examples.with_gaps()
    cell = next(cell for cell in matrix.cells if cell.evidence)
    page = Page(
        render(
            matrix, evidence={cell.evidence: "S: 250 </script>\r\n\x1b[2J\u202e", "other.txt": "not named"}
        )
    )
    assert page.data("evidence") == {cell.evidence: "S: 250 </script>\n\\x1b[2J\\u202e"}


def test_long_evidence_loses_its_middle() -> None:
    matrix = examples.with_gaps()
    path = next(cell.evidence for cell in matrix.cells if cell.evidence)
    long = "a" * 100_000 + "z" * 100_000
    (text,) = Page(render(matrix, evidence={path: long})).data("evidence").values()
    assert text.startswith("aaa")
    assert text.endswith("zzz")
    assert "152,000 characters are left out" in text
    assert len(text) < site_data.EVIDENCE_CAP + 100


def test_evidence_of_gaps_comes_first_when_not_all_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_data, "EVIDENCE_TOTAL", 10)
    works = examples.cell("envelope", evidence="works.txt")
    fails = examples.broken("dot-stuffing", "exim@4.96", evidence="fails.txt")
    page = Page(
        render(examples.matrix([works, fails]), evidence={"works.txt": "12345678", "fails.txt": "12345678"})
    )
    assert list(page.data("evidence")) == ["fails.txt"]


def test_without_scripts_the_table_says_every_verdict_in_words() -> None:
    table = render(examples.with_gaps()).partition("<noscript>")[2].partition("</noscript>")[0]
    assert table.count("<td>") == 28
    for verdict in Verdict:
        assert f"<span>{verdict}</span>" in table
    assert table.count('scope="row"') == 7


def test_a_large_table_is_left_to_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_plain, "MOST_CELLS", 27)
    assert "The table of 28 cells needs JavaScript." in render(examples.with_gaps())


def test_the_same_matrix_gives_the_same_page() -> None:
    assert render(examples.with_gaps()) == render(examples.with_gaps())


def test_many_cells_take_few_bytes_each() -> None:
    matrix = examples.large(50_000)
    assert len(render(matrix)) < 45 * len(matrix.cells)
