"""The published site of several products: who gets on with whom, and what each peer does by itself."""

from __future__ import annotations

import dataclasses

import msgspec

from interop.model.matrix import Blame, Verdict
from interop.model.suite import Impact
from tests.unit import examples
from tests.unit.examples import broken, cell, feature
from tests.unit.report.test_publish import Page, published


def of_two_products() -> dict[str, str]:
    """Publish the example once as it is, and once more with another product in its place."""
    first = examples.smtp()
    cells = tuple(
        msgspec.structs.replace(cell, product="other", product_key=f"other@{cell.product_version}")
        for cell in first.cells
    )
    return published(first, dataclasses.replace(first, cells=cells))


def test_products_that_share_a_suite_share_a_page_that_stands_for_them_in_the_navigation() -> None:
    files = of_two_products()
    (suite,) = [name for name in files if name.startswith("suite-")]
    page = Page(files[suite])
    assert "Which client with which server" in page.text
    links = [str(link["href"]) for link in Page(files["index.html"]).all("a")]
    assert suite in links
    nav = files["index.html"].split("<nav", 1)[1].split("</nav>", 1)[0]
    assert "matrix-" not in nav
    matrices = [name for name in files if name.startswith("matrix-")]
    assert len(matrices) == 2
    assert all(any(link.startswith(name) for link in links) for name in matrices)


def several(*products: str) -> dict[str, str]:
    cells = [examples.cell(each, product=product) for product in products for each in ("quit", "helo")]
    return published(examples.matrix(cells))


def test_a_site_of_many_products_counts_them_in_its_titles() -> None:
    files = several(*(f"client-{number}" for number in range(15)))
    titles = {file: Page(text).title for file, text in files.items()}
    assert titles["index.html"] == "Interoperability of 15 clients"
    assert titles["gaps.html"] == "Gaps · Interoperability of 15 clients"
    assert titles["with-postfix.html"] == "Postfix · Interoperability of 15 clients"
    assert titles["check.html"] == "Check a planned stack against 15 clients"
    assert "with 1 server in 1 version" in files["index.html"].partition("<body")[0]


def test_a_site_of_two_products_names_them() -> None:
    assert Page(several("swaks", "curl")["index.html"]).title == "Interoperability of swaks and curl"


def test_an_implementation_that_several_products_met_is_summed_up_in_one_sentence() -> None:
    page = Page(of_two_products()["with-exim.html"])
    every = "33 of 35 features work in all 3 versions and configurations; 2 gaps"
    assert f"With 2 SMTP clients: {every} each." in page.text
    assert f"With smtplib 3.11.7 · SMTP client: {every}." in page.text, "each has its own below"


def test_every_figure_of_a_suites_page_leads_to_a_page_that_is_there() -> None:
    files = of_two_products()
    (suite,) = [name for name in files if name.startswith("suite-")]
    for link in Page(files[suite]).all("a"):
        assert str(link["href"]).split("#")[0] in {*files, ""}, link


def of_two_clients() -> dict[str, str]:
    """Publish what `good` and `poor` get from two servers.

    `poor` gets `large` from nobody. From exim nobody gets `resume`, which is its fault, nor `secret`, which
    it lacks though the specification requires it.
    """
    lacks = {"verdict": Verdict.UNSUPPORTED, "outcome": "unsupported"}
    cells = [
        *(cell(each, "postfix@3", product="good") for each in ("large", "resume", "secret")),
        *(cell(each, "postfix@3", product="poor") for each in ("resume", "secret")),
        *(broken("large", peer, product="poor") for peer in ("postfix@3", "exim@4")),
        cell("large", "exim@4", product="good"),
        *(broken("resume", "exim@4", Blame.PEER, product=each) for each in ("good", "poor")),
        *(cell("secret", "exim@4", product=each, **lacks) for each in ("good", "poor")),
    ]
    features = [feature("large"), feature("resume", impact=Impact.CRITICAL), feature("secret")]
    run = examples.matrix([]).run
    return published(
        examples.matrix(
            cells,
            [examples.suite(features)],
            run=dataclasses.replace(run, product="good, poor", product_version=""),
        )
    )


def marks(page: str, title: str) -> list[str]:
    """Return the signs of a feature's row in the table of what each peer does."""
    row = page.rpartition(f">{title}</a>")[2].partition("</tr>")[0]
    return Page(row.partition("</th>")[2]).text.split()


def test_a_client_that_gets_a_feature_from_nobody_does_not_tell_against_a_server() -> None:
    page = of_two_clients()["suite-smtp-client.html"]
    assert marks(page, "Large") == ["✓", "✓"]
    assert marks(page, "Resume") == ["✗!", "✓"]


def test_what_a_server_lacks_though_it_is_required_is_red() -> None:
    page = of_two_clients()["suite-smtp-client.html"]
    row = page.rpartition(">Secret</a>")[2].partition("</tr>")[0]
    assert '<span class="v fails">–</span>' in row  # noqa: RUF001 - the dash of the page


def test_a_suites_page_sums_up_what_some_client_gets_from_each_server() -> None:
    page = Page(of_two_clients()["suite-smtp-client.html"])
    assert "Features that some client gets, of 3 1 3 Gaps that are the server's own fault 1" in page.text


def test_an_implementations_page_begins_with_what_it_does_not_do_and_whose_fault_that_is() -> None:
    files = of_two_clients()
    page = Page(files["with-exim.html"])
    assert "1 gap is its own fault." in page.text
    assert "What Exim does not do as SMTP server" in page.text
    assert page.text.index("Resume") < page.text.index("Secret")
    assert "No gap is its own fault." in Page(files["with-postfix.html"]).text
    assert "Every feature that some client gets from some server works with it." in files["with-postfix.html"]


def test_a_server_of_two_protocols_has_one_sentence_on_its_fault() -> None:
    cells = [cell("axfr", "exim@4", suite="dns", product=each) for each in ("good", "poor")]
    cells += [broken("quit", "exim@4", Blame.PEER, product=each) for each in ("good", "poor")]
    page = Page(published(examples.matrix(cells))["with-exim.html"])
    assert page.text.count("its own fault") == 1


def test_the_page_of_a_client_says_its_answer_once() -> None:
    page = Page(of_two_clients()["with-good.html"])
    assert page.text.count("1 of 3 features") == 1


def test_what_each_product_gets_is_folded_and_a_version_stands_once() -> None:
    page = of_two_clients()["with-exim.html"]
    assert page.count("<details><summary>With ") == 2
    assert Page(page.partition("<h2>Versions</h2>")[2]).text.count("4-1+deb13u1") == 1


def test_a_gap_says_whose_it_is_and_its_suite_has_a_part_of_its_own() -> None:
    page = Page(of_two_clients()["gaps.html"])
    assert "good 3.11.7 · ✗ fails with Exim 4" in page.text
    cells = [broken("quit", "exim@4"), broken("qos", "mosquitto@2", suite="mqtt")]
    several_suites = published(examples.matrix(cells))["gaps.html"]
    assert several_suites.count('<section id="suite-') == 2
    assert 'href="#suite-1"' in several_suites


def test_hundreds_of_causes_are_folded() -> None:
    cells = [broken(f"feature-{number}", "exim@4") for number in range(50)]
    page = published(examples.matrix(cells))["gaps.html"]
    assert page.count("<article") == 50
    assert "<summary>30 more causes</summary>" in page


def test_a_matrix_page_names_its_own_product_alone() -> None:
    files = of_two_clients()
    assert "good, poor" not in Page(files["matrix-good-smtp.html"]).text
    assert "good, poor" not in Page(files["matrix-poor-smtp.html"]).text


def test_the_trend_of_a_run_of_many_products_is_its_suites() -> None:
    products = ("a", "b", "c")
    cells = [cell(product=each) for each in products]
    run = dataclasses.replace(examples.matrix([]).run, product="a, b, c", product_version="")
    page = published(examples.matrix(cells, run=run))["history.html"]
    assert "<b>SMTP</b>" in page
    assert "2026-09-21, :" not in page


def test_a_failure_that_never_was_otherwise_is_no_history() -> None:
    cells = [broken("quit", "exim@4"), cell("helo", "exim@4"), broken("helo", "exim@5")]
    page = published(examples.matrix(cells))["history.html"]
    assert "1 failure that came or went with a version or a day, 1 in everything that was tested." in page
    assert page.index("Helo</a>") < page.index("<summary>1 failure in everything") < page.index("Quit</a>")


def test_the_overview_says_what_each_implementation_is() -> None:
    assert "SMTP server" in Page(of_two_clients()["index.html"]).text.partition("Implementations")[2]
