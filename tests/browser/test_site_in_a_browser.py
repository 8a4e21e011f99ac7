"""The web page in a real browser, from disk and offline; skipped without Playwright or without Chromium."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from interop.judge.sections import sections
from interop.model.matrix import Matrix
from interop.report import site
from interop.report.text import repeat
from tests.browser.conftest import settle
from tests.unit import examples

pytestmark = pytest.mark.browser

NARROW = {"width": 390, "height": 844}

Open = Callable[..., Any]


@pytest.fixture
def page_of(visit: Callable[..., Any], tmp_path: Path) -> Open:
    """Open a matrix's page."""

    def open_page(
        matrix: Matrix, fragment: str = "", *, evidence: dict[str, str] | None = None, **options: Any
    ) -> Any:
        file = tmp_path / "index.html"
        file.write_text(site.render(matrix, evidence=evidence or {}), encoding="utf-8")
        return visit(f"{file.as_uri()}{fragment}", **options)

    return open_page


def titles(page: Any) -> list[str]:
    return list(page.locator("#box tbody th.feature a").all_inner_texts())


def said(locator: Any) -> str:
    """Return a place's text with all white space as single blanks."""
    return " ".join(locator.inner_text().split())


def focused(page: Any) -> str:
    settle(page)
    return str(
        page.evaluate("document.activeElement.getAttribute('href') || document.activeElement.textContent")
    )


def fragment(page: Any) -> str:
    settle(page)
    return str(page.evaluate("location.hash"))


def test_every_cell_has_a_glyph_and_a_word_and_says_both_peer_and_feature(page_of: Open) -> None:
    page = page_of(examples.with_gaps())
    for link in page.locator("#box td a").all():
        glyph, word = link.locator("i").inner_text(), link.locator("span").inner_text()
        label = link.get_attribute("aria-label")
        assert glyph
        assert word in label
        assert any(title in label for title in titles(page))
        assert "Exim" in label or "Postfix" in label


def test_versions_that_answer_the_same_share_a_cell(page_of: Open) -> None:
    page = page_of(examples.with_gaps())
    row = page.locator("#box tr", has_text="A message arrives")
    assert [(cell.get_attribute("colspan"), cell.inner_text()) for cell in row.locator("td").all()] == [
        (None, "✓\nworks"),
        ("2", "✓\nworks"),
        (None, "?\nflaky"),
    ]


def test_the_table_has_a_caption_and_every_header_a_scope(page_of: Open) -> None:
    page = page_of(examples.two_suites())
    assert page.locator("#box caption").inner_text() == "SMTP client: features by implementation and version"
    assert page.locator("#box th:not([scope])").count() == 0


def test_both_headers_stay_in_sight_while_the_table_scrolls(page_of: Open) -> None:
    page = page_of(examples.smtp(), viewport={"width": 900, "height": 600})
    page.evaluate("document.getElementById('box').scrollTo(300, 700)")
    settle(page)
    box = page.locator("#box").bounding_box()
    corner = page.locator("#box thead th.feature").first.bounding_box()
    assert corner["x"] == pytest.approx(box["x"], abs=2)
    assert corner["y"] == pytest.approx(box["y"], abs=2)


def test_text_filters_rows_and_lives_in_the_address(page_of: Open) -> None:
    page = page_of(examples.smtp())
    page.fill("#q", "starttls ehlo")
    assert titles(page) == ["EHLO again after STARTTLS"]
    assert fragment(page) == "#q=starttls%20ehlo"
    page.reload()
    assert titles(page) == ["EHLO again after STARTTLS"]
    page.click("text=Clear filters")
    assert len(titles(page)) == 35
    assert focused(page) == ""


def test_a_peer_filters_columns_and_the_page_answers_for_it(page_of: Open) -> None:
    page = page_of(examples.smtp(), "#peer=exim@4.94.2")
    assert page.locator("#box thead .versions th").all_inner_texts() == ["4.94.2"]
    assert page.locator("#answer").inner_text().startswith("With Exim 4.94.2: 35 features in 1 column.")
    assert page.locator(".cards article:visible h3").all_inner_texts() == [
        "SMTPUTF8 addresses",
        "Several messages in one session",
    ]


def test_a_header_filters_by_its_implementation_and_keeps_the_focus(page_of: Open) -> None:
    page = page_of(examples.smtp())
    page.click("#box thead button[data-peer=exim]")
    assert page.locator("#box thead .versions th").all_inner_texts() == ["4.94.2", "4.96", "4.98.2"]
    assert focused(page) == "Exim"
    page.keyboard.press("Enter")
    assert page.locator("#box thead .versions th").count() == 13


def test_only_gaps_leaves_rows_and_implementations_with_a_gap(page_of: Open) -> None:
    page = page_of(examples.smtp())
    page.check("[name=gaps]")
    assert titles(page) == [
        "Several messages in one session",
        "RSET after a refusal",
        "Longest text line",
        "SMTPUTF8 addresses",
    ]
    assert page.locator("#box th[scope=colgroup]").all_inner_texts() == ["aiosmtpd", "Exim", "Sendmail"]
    assert fragment(page) == "#gaps=1"


def test_a_verdict_filters_and_its_button_says_that_it_is_pressed(page_of: Open) -> None:
    page = page_of(examples.smtp())
    page.click("[data-verdict=degraded]")
    assert titles(page) == ["EHLO again after STARTTLS"]
    assert page.get_attribute("[data-verdict=degraded]", "aria-pressed") == "true"
    page.click("[data-verdict=degraded]")
    assert len(titles(page)) == 35


def test_filters_that_leave_nothing_say_so(page_of: Open) -> None:
    page = page_of(examples.smtp(), "#q=nothing-of-the-kind")
    assert page.locator("#none").is_visible()


def test_a_theme_folds_and_opens_again(page_of: Open) -> None:
    page = page_of(examples.smtp(), "#group=Envelope")
    assert len(titles(page)) == 6
    page.click("#box [data-theme=Envelope]")
    assert titles(page) == []
    assert focused(page) == "Envelope"
    page.keyboard.press("Enter")
    assert len(titles(page)) == 6


def test_a_link_to_a_cell_opens_its_details(page_of: Open) -> None:
    matrix = examples.with_gaps()
    cell = next(cell for cell in matrix.cells if cell.feature == "dot-stuffing" and cell.known == "known")
    proof = "C: EHLO client\nS: 250 <script>\x1b[31m"
    page = page_of(matrix, f"#cell=smtp.client/dot-stuffing/{cell.peer_key}", evidence={cell.evidence: proof})
    panel = page.locator("#panel")
    text = said(panel)
    for part in (
        "Lines that begin with a dot arrive unchanged",
        "fails with Postfix 3.7.11",
        "RFC 5321, 4.5.2",
        "product, certain",
        "0 of 3 passed",
        "assert:body-differs",
        "A known gap: ACME-123",
        "Postfix 3.7.11-1+deb13u1 (trixie) as server",
        "smtplib 3.11.7 as client",
        "sha256:",
        "2026-09-21 14:14 UTC, took 125 ms",
        "default",
    ):
        assert part in text
    assert (
        panel.locator("a[href^=https]").first.get_attribute("href").startswith("https://www.rfc-editor.org/")
    )
    assert panel.locator("pre.proof").inner_text() == "C: EHLO client\nS: 250 <script>\\x1b[31m"


def test_the_command_to_repeat_is_the_one_that_other_reports_give(page_of: Open) -> None:
    matrix = examples.with_gaps()
    cell = msgspec.structs.replace(matrix.cells[0], scenario='test_"quoted$`.py::test_a')
    page = page_of(
        dataclasses.replace(matrix, cells=(cell,)), f"#cell=smtp.client/{cell.feature}/{cell.peer_key}"
    )
    assert page.locator("#panel pre").inner_text() == repeat(cell)


def test_copy_buttons_copy(page_of: Open) -> None:
    page = page_of(
        examples.smtp(), "#cell=smtp.client/ehlo/exim@4.96", permissions=["clipboard-read", "clipboard-write"]
    )
    page.click("text=Copy command")
    page.wait_for_selector("text=Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("pytest --interop")
    page.click("text=Copy link")
    page.wait_for_selector("#panel .actions >> text=Copied")
    assert page.evaluate("navigator.clipboard.readText()").endswith("#cell=smtp.client/ehlo/exim@4.96")


def test_escape_closes_the_panel_and_the_focus_returns_to_its_cell(page_of: Open) -> None:
    page = page_of(examples.smtp(), "#q=rset")
    cell = page.locator("#box a.fails")
    cell.click()
    assert fragment(page) == "#q=rset&cell=smtp.client/rset/aiosmtpd@1.4.3"
    assert page.locator("#panel").is_visible()
    page.keyboard.press("Escape")
    page.wait_for_selector("#panel", state="hidden")
    assert focused(page) == "#cell=smtp.client/rset/aiosmtpd@1.4.3"
    assert fragment(page) == "#q=rset"


def test_the_browsers_back_closes_the_panel(page_of: Open) -> None:
    page = page_of(examples.smtp())
    page.click("#box a.fails >> nth=0")
    page.go_back()
    page.wait_for_selector("#panel", state="hidden")


def test_after_a_link_to_a_cell_closing_leads_to_it_in_the_table(page_of: Open) -> None:
    page = page_of(examples.smtp(), "#cell=smtp.client/implicit-tls/sendmail@8.18.1")
    page.keyboard.press("Escape")
    page.wait_for_selector("#box a:focus")
    assert focused(page).startswith("#cell=smtp.client/implicit-tls/sendmail@")
    assert page.evaluate("document.activeElement.getBoundingClientRect().bottom <= innerHeight")


def test_a_feature_has_its_own_link_and_lists_every_peer(page_of: Open) -> None:
    page = page_of(examples.smtp(), "#row=smtp.client/smtputf8")
    text = page.locator("#panel").inner_text()
    assert "Mail to people whose address is not plain ASCII is refused." in text
    assert "Exim 4.94.2" in text
    page.click("#panel a:has-text('Exim 4.94.2')")
    assert fragment(page) == "#cell=smtp.client/smtputf8/exim@4.94.2"


def test_the_panel_leads_to_the_other_versions(page_of: Open) -> None:
    page = page_of(examples.smtp(), "#cell=smtp.client/smtputf8/exim@4.94.2")
    page.click(".siblings a:has-text('4.98.2')")
    assert "works with Exim 4.98.2" in said(page.locator("#panel .verdict"))


def test_arrow_keys_walk_the_grid_and_keep_their_column_through_merged_cells(page_of: Open) -> None:
    page = page_of(examples.smtp())
    page.focus("#box tbody [tabindex='0']")
    walked = []
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "End", "Home", "Control+End", "Control+Home"):
        page.keyboard.press(key)
        walked.append(focused(page))
    assert walked == [
        "#row=smtp.client/greeting",
        "#cell=smtp.client/greeting/aiosmtpd@1.4.3",
        "#cell=smtp.client/greeting/chasquid@1.11",
        "#cell=smtp.client/greeting/sendmail@8.17.1.9",
        "#row=smtp.client/greeting",
        "#cell=smtp.client/implicit-tls/sendmail@8.17.1.9",
        "Session",
    ]
    page.goto(page.url.split("#")[0] + "#cell=smtp.client/many-messages/exim@4.96")
    page.wait_for_selector("#panel", state="visible")
    page.keyboard.press("Escape")
    page.wait_for_selector("#box a[href='#cell=smtp.client/many-messages/exim@4.96']:focus")
    page.keyboard.press("ArrowDown")
    assert focused(page) == "#cell=smtp.client/rset/exim@4.94.2"
    page.keyboard.press("ArrowUp")
    assert focused(page) == "#cell=smtp.client/many-messages/exim@4.96"
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel", state="visible")


def test_exactly_one_place_of_the_table_is_in_the_tab_order(page_of: Open) -> None:
    page = page_of(examples.smtp())
    page.focus("#box tbody [tabindex='0']")
    for key in ("ArrowDown", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
        assert page.locator("#box tbody [tabindex='0']").count() == 1


def test_suites_and_roles_are_tabs(page_of: Open) -> None:
    page = page_of(examples.two_suites())
    assert page.locator("#tabs a").all_inner_texts() == ["SMTP client", "MQTT publisher", "MQTT broker"]
    page.click("#tabs a >> text=MQTT broker")
    assert page.locator("#box th[scope=colgroup]").all_inner_texts() == ["paho"]
    assert page.locator("#tabs [aria-current=page]").inner_text() == "MQTT broker"
    page.click(".cards a:has-text('paho')")
    assert "fails with paho" in said(page.locator("#panel .verdict"))


def test_hostile_text_stays_text(page_of: Open) -> None:
    page = page_of(examples.hostile())
    assert page.locator("script").count() == 3
    page.locator("#box td a").first.click()
    assert "<script>alert" in page.locator("#panel").inner_text()
    assert page.locator("a[href^='javascript']").count() == 0


def test_an_address_of_another_report_does_no_harm(page_of: Open) -> None:
    page = page_of(examples.smtp(), "#cell=gone/gone/gone&peer=nobody&verdict=odd&q=%ff&sheet=gone&&=")
    assert not page.locator("#panel").is_visible()
    assert page.locator("#none").is_visible()


def test_a_matrix_without_cells_has_a_page(page_of: Open) -> None:
    page = page_of(examples.matrix([]))
    assert "Nothing was tested" in page.inner_text("header")
    assert not page.locator("#live").is_visible()


def test_a_narrow_screen_shows_a_list_and_never_scrolls_sideways(page_of: Open) -> None:
    page = page_of(examples.smtp(), viewport=NARROW)
    assert page.locator("#box table").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    feature = page.locator("#box article", has_text="RSET after a refusal")
    assert [said(each) for each in feature.locator("li").all()] == [
        "✓ works with 11 of 13 servers",
        "✗ fails with aiosmtpd 1.4.3, 1.4.6",
    ]
    feature.locator("li a").click()
    assert page.locator("#panel").bounding_box()["width"] == 390


def test_without_scripts_the_whole_table_is_readable(page_of: Open) -> None:
    page = page_of(examples.with_gaps(), java_script_enabled=False)
    assert page.locator("noscript tbody tr:not(.theme)").count() == 7
    assert page.locator("noscript tbody td").count() == 28
    assert page.locator("noscript td", has_text="≥ 2 MiB").is_visible()
    assert not page.locator("#live").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, NARROW])
def test_all_text_has_the_contrast_that_wcag_aa_asks_for(
    page_of: Open, scheme: str, viewport: dict[str, int]
) -> None:
    page = page_of(examples.with_gaps(), "#gaps=1", color_scheme=scheme, viewport=viewport)
    assert page.evaluate(CONTRASTS) == []
    page.evaluate("location.hash = '#cell=smtp.client/dot-stuffing/postfix@3.7.11'")
    page.wait_for_selector("#panel[open]")
    assert page.evaluate(CONTRASTS) == []


def test_what_was_not_tested_looks_different_from_what_fails_without_colour(page_of: Open) -> None:
    page = page_of(examples.with_gaps())
    styles = {
        verdict: page.locator(f"#box .{verdict}").first.evaluate(
            "each => getComputedStyle(each).borderTopStyle + getComputedStyle(each).fontWeight"
        )
        for verdict in ("fails", "untested", "error")
    }
    assert len(set(styles.values())) == 3


def test_on_paper_a_wide_table_becomes_a_list_and_a_small_one_stays(page_of: Open) -> None:
    wide = page_of(examples.smtp())
    assert wide.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    settle(wide)
    wide.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert wide.locator("#box article").count() == 35
    wide.evaluate("dispatchEvent(new Event('afterprint'))")
    assert wide.locator("#box table").count() == 1
    small = page_of(examples.two_suites())
    small.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert small.locator("#box table").count() == 3


def test_a_long_list_on_a_narrow_screen_is_drawn_as_the_reader_scrolls(page_of: Open) -> None:
    page = page_of(examples.large(20_000), viewport=NARROW)
    drawn = page.locator("#box article").count()
    assert drawn < 100
    while drawn < 200:
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_function("drawn => document.querySelectorAll('#box article').length > drawn", arg=drawn)
        drawn = page.locator("#box article").count()
    assert drawn == 200


def test_a_hundred_thousand_cells_load_and_filter_and_only_those_in_sight_are_drawn(page_of: Open) -> None:
    matrix = examples.large(100_000)
    page = page_of(matrix)
    assert page.locator("#box td a").count() < 2500
    page.fill("#q", "feature-01")
    assert len(titles(page)) < 100
    assert page.locator("#answer").inner_text().startswith("100 features in 100 columns.")
    page.fill("#q", "")
    page.evaluate("document.getElementById('box').scrollTo(3000, 20000)")
    page.wait_for_selector("text=Feature 0410")
    page.focus("#box tbody [tabindex='0']")
    page.keyboard.press("Control+End")
    assert focused(page).startswith("#cell=smtp.client/feature-0999/server19@")
    assert len(sections(matrix)[0].columns) == 100


CONTRASTS = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = (rgb) => {
    const linear = (part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = rgb.map((each) => linear(each / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const [r, g, b, a = 1] = parse(getComputedStyle(each).backgroundColor);
      if (a === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const root = document.querySelector("dialog[open]") ?? document.body;
  const poor = new Set();
  for (const element of root.querySelectorAll("*")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || element.closest("script, noscript, option, [hidden]")) continue;
    if (!element.getClientRects().length) continue;
    const [ink, paper] = [parse(getComputedStyle(element).color).slice(0, 3), behind(element)].map(light);
    const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (contrast < 4.5) poor.add(`${element.className || element.tagName} ${contrast.toFixed(2)}`);
  }
  return [...poor];
}"""
