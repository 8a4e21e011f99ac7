"""The stack checker in a browser: the answers of `interop check`, usable by hand, on paper, on a phone."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from interop.load.rules import check_rules, check_words
from interop.load.schema import schema_text
from interop.model.matrix import Matrix
from interop.model.versions import compare, matches
from interop.report import publish
from interop.report.publish_check_data import Guide
from tests.browser import stacks
from tests.unit import examples, stack_examples
from tests.unit.stack_examples import STACKS

pytestmark = pytest.mark.browser

CASES = 480
NARROW = {"width": 390, "height": 844}

GOOD = """\
customer: Globex
product: smtplib 3.11.7
components: [Exim 4.94.2, Postfix 3.10.13]
features: [smtputf8, starttls]
deployment:
  sites: 900
  transactions_a_day: 200000
  time_to_restart_a_site: 15 min
  cost_of_an_hour_down: 450 EUR
"""

Open = Callable[..., Any]


@pytest.fixture
def checker(visit: Open, tmp_path: Path) -> Open:
    """Open the checker of a matrix."""

    def open_page(matrix: Matrix, fragment: str = "", **options: Any) -> Any:
        guide = Guide(
            rules=check_rules(),
            words=check_words(),
            stack_schema=json.loads(schema_text("stack")),
            catalog=stacks.catalog(),
        )
        for name, text in publish.render([matrix], guide=guide, now=stacks.NOW).items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        return visit(f"{(tmp_path / 'check.html').as_uri()}{fragment}", **options)

    return open_page


def answered(page: Any, text: str, now: float, *, full: bool = False) -> Any:
    asked = "([text, now, full]) => JSON.parse(JSON.stringify(interop.check(text, now, full)))"
    return page.evaluate(asked, [text, now, full])


def take(page: Any, text: str) -> None:
    """Open a stack file, and wait until another answer stands in the place of the one before."""
    page.evaluate("document.querySelector('#result > *')?.setAttribute('data-before', '')")
    page.set_input_files("#file", {"name": "a.stack.yaml", "mimeType": "text/plain", "buffer": text.encode()})
    page.wait_for_selector("#result > :first-child:not([data-before])")


def said(page: Any, place: str = "#result") -> str:
    return " ".join(page.inner_text(place).split())


def test_hundreds_of_stacks_get_the_same_answer_and_sheet_as_from_python(checker: Open) -> None:
    pages: dict[int, Any] = {}
    answers, causes = set(), set()
    for number, case in enumerate(stacks.cases(CASES)):
        full = number % 3 == 0
        if case.matrix not in pages:
            pages[case.matrix] = checker(stacks.matrices()[case.matrix])
        wanted = stacks.expected(case, full=full)
        assert answered(pages[case.matrix], case.text, case.now, full=full) == wanted, case.text
        answers.add(wanted["answer"]["answer"] if "answer" in wanted else "mistake")
        causes |= {each["cause"] for each in wanted["answer"]["findings"]} if "answer" in wanted else set()
    assert answers == {"go", "go-with-conditions", "no-go", "test-first", "mistake"}
    assert "seldom" in causes


@pytest.mark.parametrize("scheme", ["debian", "pep440", "semver", "another"])
def test_versions_are_ordered_and_matched_as_in_python(checker: Open, scheme: str) -> None:
    known = [*stacks.WILD, *stacks.VERSIONS, "", " 1.0 ", "1.0-", "~", "É1", "1" * 300]
    specs = [
        *stacks.WILD,
        *(each.strip('"') for each in stacks.RANGES),
        "1.*",
        "[0-9].0*",
        "!=1.*",
        ">=1.0-1",
        ">",
        "v?.0",
    ]
    found = checker(examples.healthy()).evaluate(
        "([known, specs, scheme]) => ["
        "known.map((left) => known.map((right) => interop.compare(left, right, scheme))),"
        "known.map((version) => specs.map((spec) => interop.matches(version, spec, scheme)))]",
        [known, specs, scheme],
    )
    assert found == [
        [[compare(left, right, scheme) for right in known] for left in known],
        [[matches(version, spec, scheme) for spec in specs] for version in known],
    ]


@pytest.mark.parametrize("file", STACKS, ids=lambda file: file.name.partition(".")[0])
def test_the_shipped_stacks_get_the_same_answer_and_fit_two_pages(checker: Open, file: Path) -> None:
    page = checker(stacks.matrices()[4])
    text = file.read_text(encoding="utf-8")
    now = page.evaluate("Date.now() / 1000")
    assert answered(page, text, now) == stacks.expected(stacks.Case(matrix=4, text=text, now=now))
    take(page, text)
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.count(b"/Type /Page\n") in {1, 2}


@pytest.mark.parametrize(
    "text",
    [
        "customer: [",
        "customer: a\ncustomer: b\n",
        "customer: &a b\nproduct: *a\n",
        "customer: !!python/object b\n",
        "customer: |\n  text\n",
        "\tcustomer: a\n",
        "customer: 'a\n",
        "- a\n- b\n",
        "{}",
        "customer: a\n---\ncustomer: b\n",
        "a: " + "[" * 60 + "]" * 60,
        "x" * 1_100_000,
        "\x00",
        "customer: a: b\n",
        "? a\n: b\n",
    ],
)
def test_what_is_no_stack_file_is_refused_with_a_sentence(checker: Open, text: str) -> None:
    page = checker(examples.healthy())
    take(page, GOOD)
    take(page, text)
    page.wait_for_selector("#result [role=alert]")
    sentence = said(page)
    assert sentence.endswith((".", "'.", "?", ")"))
    assert len(sentence) < 400


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("customer", "costumer"),
        GOOD.replace("smtplib 3.11.7", "{name: smtplib, version: 3.11.7 3.12}"),
        GOOD.replace("[Exim 4.94.2, Postfix 3.10.13]", "[]"),
        GOOD.replace("Postfix 3.10.13", "Postfixx 3.10.13"),
        GOOD.replace("[smtputf8, starttls]", "[smtputf, starttls]"),
        GOOD.replace("15 min", "a fortnight"),
        GOOD.replace("sites: 900", "sites: 0"),
        GOOD.replace("Exim 4.94.2, ", "{implementation: Exim, versoin: 4.94.2}, "),
        GOOD.replace("Exim 4.94.2, ", "Postfix 3.7.11, "),
        GOOD.replace("features: [smtputf8, starttls]", "features: starttls"),
        GOOD.replace("product: smtplib 3.11.7\n", ""),
        GOOD + "go_live: tomorrow\n",
        GOOD.replace("Exim 4.94.2", "{implementation: Exim, version: 4.94.something}"),
        GOOD.replace("Exim 4.94.2", "{implementation: Exim, version: Debian13}"),
        GOOD.replace("Exim 4.94.2", "{implementation: Exim, version: Exim 4.98}"),
        GOOD.replace("Exim 4.94.2", "Exmi 4.94.2"),
        GOOD.replace("smtputf8, starttls", "umlauts"),
        GOOD.replace("sites: 900", "sites: 60.000"),
        GOOD.replace("sites: 900", "sites:"),
        GOOD.replace("Exim 4.94.2", "{implementation: Exim, version: Debian  12 bookworm}"),
        GOOD.replace("Exim 4.94.2", "{implementation: Exim, version: Ubuntu 24.04 LTS now}"),
        GOOD.replace("450 EUR", "450"),
        GOOD.replace("15 min", "15"),
        GOOD.replace("450 EUR", "¥450"),
        GOOD.replace("smtputf8, starttls", "large-message >= 20 MB"),
        GOOD.replace("smtputf8, starttls", "starttls: "),
        GOOD.replace("[smtputf8, starttls]", "[]"),
        GOOD.replace("Exim 4.94.2, Postfix", "Postfix on Debian 12, Postfix"),
        GOOD.replace("Exim 4.94.2, Postfix", "postfix, Postfix"),
        GOOD.replace("Exim 4.94.2", "{implementation: Exim, sites: 1200}"),
        GOOD.replace("Globex", "G" * 5_000),
        GOOD.replace("smtputf8, starttls", "starttls: 20 parsecs, size: 20 minutes"),
        GOOD + "go_live: 2027-02-31\n",
        GOOD.replace("Globex", ""),
    ],
)
def test_what_is_wrong_in_a_stack_file_is_said_in_the_same_words(checker: Open, text: str) -> None:
    now = stacks.NOW
    wanted = stacks.expected(stacks.Case(matrix=3, text=text, now=now))
    assert "mistake" in wanted
    assert answered(checker(stacks.matrices()[3]), text, now) == wanted


def test_what_no_one_reads_is_refused_in_the_same_words(checker: Open) -> None:
    page = checker(stacks.matrices()[3])
    for begun in stacks.UNREAD:
        text = f"{begun}\n"
        wanted = stacks.expected(stacks.Case(matrix=3, text=text, now=stacks.NOW))
        assert answered(page, text, stacks.NOW) == wanted, text
        assert "mistake" in wanted


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("[Exim 4.94.2, Postfix 3.10.13]", "\n  - Exim\n    4.94.2\n  - Postfix\n      3.10.13"),
        GOOD.replace("Globex", "\n  Globex\n  and\n   sons"),
        GOOD.replace("Globex", "Globex\n  and sons"),
        GOOD.replace("Globex", "Globex?"),
        GOOD.replace("Globex", "Globex & sons - a | b > c * d ! @ %"),
    ],
)
def test_what_the_command_line_reads_the_browser_reads_too(checker: Open, text: str) -> None:
    wanted = stacks.expected(stacks.Case(matrix=3, text=text, now=stacks.NOW))
    assert "answer" in wanted
    assert answered(checker(stacks.matrices()[3]), text, stacks.NOW) == wanted


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, NARROW])
def test_a_stack_that_is_entered_by_hand_is_answered_at_once(checker: Open, viewport: dict[str, int]) -> None:
    page = checker(examples.smtp(), viewport=viewport)
    page.fill("#system-0", "Exim")
    page.fill("text=Version or distribution", "4.94.2")
    page.check("text=SMTPUTF8 addresses")
    assert said(page, "#result h2") == "No-go"
    assert "Mail to people whose address is not plain ASCII is refused." in said(page)
    page.fill("text=Version or distribution", "4.98.2")
    assert said(page, "#result h2") == "Go"
    page.click("text=Add a system")
    page.fill("#system-1", "Haraka 3")
    assert said(page, "#result h2") == "Test first"
    page.click("[aria-label='Remove system 2']")
    assert said(page, "#result h2") == "Go"
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@pytest.mark.parametrize(
    ("label", "text", "said_of_it"),
    [
        (
            "An hour down costs a site",
            "450",
            "'An hour down costs a site' should be an amount with its currency",
        ),
        ("Time to restart a site", "15", "'Time to restart a site' should be a time such as 15 min"),
        ("Transactions a day, all sites", "many", "'Transactions a day, all sites' should be a whole number"),
        (
            "Sites that have it",
            "some",
            "'Sites that have it' of system 1 should be a whole number such as 900",
        ),
        ("Version or distribution", "debian 12 bookworm", "Did you mean the distribution 'Debian 12'?"),
        ("Its version", "3 or 4", "'3 or 4' is not one version."),
    ],
)
def test_a_mistake_in_the_form_is_told_by_the_form_s_own_labels(
    checker: Open, label: str, text: str, said_of_it: str
) -> None:
    page = checker(examples.smtp())
    page.fill("#system-0", "Exim")
    page.check("text=SMTPUTF8 addresses")
    page.click("text=What a failure would cost")
    page.get_by_label(label, exact=True).first.fill(text)
    assert said_of_it in said(page)
    assert "_" not in said(page)
    assert "line" not in said(page)


def test_two_systems_of_one_name_are_told_by_the_form_s_own_labels(checker: Open) -> None:
    page = checker(examples.smtp())
    page.click("text=Add a system")
    page.click("text=Add a system")
    page.fill("#system-0", "Exim")
    page.fill("#system-2", "Exim")
    page.check("text=SMTPUTF8 addresses")
    assert said(page) == (
        "'Exim' stands twice. Delete one of them, or say under 'What they call it' which is which."
    )
    page.locator("text=Sites that have it").nth(2).fill("none")
    page.locator("text=What they call it").nth(2).fill("head office")
    assert "'Sites that have it' of system 3 should be a whole number" in said(page)


def test_a_link_holds_the_whole_stack(checker: Open, visit: Open) -> None:
    page = checker(examples.smtp())
    take(page, GOOD)
    shown = said(page)
    address = page.evaluate("location.href")
    assert "#stack=" in address
    again = visit(address)
    assert said(again) == shown
    assert again.input_value("text=An hour down costs a site") == "450 EUR"


def test_a_link_that_was_cut_short_is_told(checker: Open) -> None:
    page = checker(examples.smtp(), "#stack=eyJjd")
    assert page.locator("#result [role=alert]").count() == 1


def test_what_is_saved_is_a_stack_file_with_the_same_answer(checker: Open) -> None:
    page = checker(stacks.matrices()[4])
    take(page, STACKS[0].read_text(encoding="utf-8"))
    with page.expect_download() as saved:
        page.click("text=Save as a stack file")
    assert saved.value.suggested_filename == "meridian-bank.stack.yaml"
    text = Path(saved.value.path()).read_text(encoding="utf-8")
    first, second = (
        stacks.expected(stacks.Case(matrix=4, text=each, now=stacks.NOW))
        for each in (STACKS[0].read_text(encoding="utf-8"), text)
    )
    assert first["sheet"] == second["sheet"]


OWN = GOOD.replace(
    "Exim 4.94.2, Postfix 3.10.13",
    "{implementation: Exim, version: 4.94.2, sites: 12, features: [dot-stuffing]}, Postfix 3.10.13",
)


def test_what_a_component_says_of_itself_is_kept_by_form_link_and_file(checker: Open, visit: Open) -> None:
    page = checker(examples.smtp())
    take(page, OWN)
    assert page.locator("text=Sites that have it").first.input_value() == "12"
    shown = said(page)
    assert said(visit(page.evaluate("location.href"))) == shown
    with page.expect_download() as saved:
        page.click("text=Save as a stack file")
    text = Path(saved.value.path()).read_text(encoding="utf-8")
    assert '"sites": 12' in text
    assert '"features": ["dot-stuffing"]' in text
    take(page, text)
    assert said(page) == shown


def test_what_a_component_says_of_itself_is_reckoned_as_in_python(checker: Open) -> None:
    wanted = stacks.expected(stacks.Case(matrix=3, text=OWN, now=stacks.NOW))
    assert answered(checker(stacks.matrices()[3]), OWN, stacks.NOW) == wanted


def test_a_system_without_a_name_is_told(checker: Open) -> None:
    page = checker(examples.smtp())
    take(page, GOOD)
    page.click("text=Add a system")
    page.locator("text=What they call it").nth(2).fill("the third")
    assert "System 3 has no name, and is left out." in said(page)


def test_a_name_that_nobody_knows_stands_first(checker: Open) -> None:
    page = checker(examples.smtp())
    take(page, GOOD.replace("Postfix 3.10.13", "Haraka 3"))
    assert said(page).startswith("NOT KNOWN HERE: Haraka.")


def test_what_nobody_asked_for_is_told_where_it_fails(checker: Open) -> None:
    page = checker(examples.smtp())
    take(page, GOOD.replace("smtputf8, ", ""))
    assert "Not asked for, but known here" in said(page)
    assert "Not asked for" not in page.text_content("#sheet")


def test_a_function_is_found_by_a_customer_s_word(checker: Open) -> None:
    page = checker(stack_examples.matrix())
    page.fill("[aria-label='Find a function']", "umlaut")
    assert page.locator(".functions div:visible").count() == 2


def test_the_sheet_is_what_is_printed_and_can_be_looked_at(checker: Open) -> None:
    page = checker(examples.smtp())
    take(page, GOOD)
    page.emulate_media(media="print")
    assert not page.locator("#plan").is_visible()
    assert page.locator("#sheet h1").inner_text() == "What to expect: Python smtplib 3.11.7 at Globex"
    page.emulate_media(media="screen")
    assert not page.locator("#sheet").is_visible()
    page.click("text=Customer's sheet")
    assert page.locator("#sheet h1").is_visible()
    assert "--interop" not in page.inner_text("#sheet")
    page.click("text=Back to the checker")
    assert page.locator("#plan").is_visible()


def test_what_two_pages_do_not_hold_is_shown_when_it_is_asked_for(checker: Open) -> None:
    page = checker(stacks.matrices()[4])
    take(page, next(file for file in STACKS if "very-large" in file.name).read_text(encoding="utf-8"))
    page.click("text=Customer's sheet")
    short = page.pdf(prefer_css_page_size=True)
    assert "and 2 more" in said(page, "#sheet")
    page.check("text=Everything, however many pages it takes")
    assert "more" not in said(page, "#sheet .works")
    assert len(page.pdf(prefer_css_page_size=True)) > len(short)
    page.uncheck("text=Everything, however many pages it takes")
    assert "and 2 more" in said(page, "#sheet")


def test_every_column_of_a_sheet_is_on_the_paper_however_long_the_names(checker: Open) -> None:
    page = checker(stacks.matrices()[4])
    names = [f"Regional data centre and subsidiary number {number} of the group" for number in range(5)]
    systems = zip(names, ("Postfix", "Exim", "Sendmail", "OpenSMTPD", "chasquid"), strict=True)
    components = ", ".join(f"{{name: {name}, implementation: {each}}}" for name, each in systems)
    take(page, f"customer: G\nproduct: smtplib\ncomponents: [{components}]\nfeatures: [delivery, 8bitmime]\n")
    page.click("text=Customer's sheet")
    page.set_viewport_size({"width": 680, "height": 900})  # as wide as the text of a page of A4
    page.emulate_media(media="print")
    wide = (
        "[...document.querySelectorAll('#sheet .table')].map((each) => each.scrollWidth - each.clientWidth)"
    )
    assert max(page.evaluate(wide)) <= 0


def test_a_sheet_that_leaves_nothing_out_has_no_more_to_offer(checker: Open) -> None:
    page = checker(examples.smtp())
    take(page, GOOD)
    page.click("text=Customer's sheet")
    assert page.locator("#tools input").count() == 0


def test_the_arithmetic_is_shown(checker: Open) -> None:
    page = checker(examples.smtp())
    take(page, GOOD)
    assert "Costs not reckoned: nobody says how many of the 900 sites use Exim." in said(page)
    take(page, GOOD.replace("Exim 4.94.2, Postfix 3.10.13", "Exim 4.94.2"))
    assert "200,000 transactions a day × 100 % = 200,000 failures a day" in said(page)  # noqa: RUF001 - times


def test_a_finding_leads_to_its_cell_in_the_matrix(checker: Open) -> None:
    page = checker(examples.smtp())
    take(page, GOOD)
    page.click("text=exim@4.94.2 in the matrix")
    page.wait_for_selector("#panel[open]")
    assert "fails with Exim 4.94.2" in said(page, "#panel")


def test_hostile_text_stays_text(checker: Open) -> None:
    hostile = examples.hostile()
    page = checker(dataclasses.replace(hostile, parties=()))
    page.click("text=Show an example")
    page.wait_for_selector("#result > *")
    take(page, GOOD.replace("Globex", '"<img src=x onerror=alert(1)>"'))
    assert page.locator("img, #result script, #plan script").count() == 0
    assert page.locator("script").count() == 2


def test_a_matrix_without_cells_says_so(checker: Open) -> None:
    assert "Nothing was tested" in said(checker(examples.matrix([])))


def test_every_field_has_a_name_and_the_answer_is_announced(checker: Open) -> None:
    page = checker(examples.smtp())
    page.click("text=Show an example")
    unnamed = page.evaluate(
        "[...document.querySelectorAll('input:not([hidden]), select, button')]"
        ".filter((each) => !each.labels?.length && !each.ariaLabel && !each.textContent.trim()).length"
    )
    assert unnamed == 0
    assert page.get_attribute("#result", "aria-live") == "polite"
