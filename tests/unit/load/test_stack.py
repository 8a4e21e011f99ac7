"""Stack files: short forms, and every mistake in one sentence with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from interop.errors import ConfigError
from interop.load.stack import load_stack, read_stack
from interop.model.stack import Component, Minimum
from tests.unit.stack_examples import STACKS

HEAD = "customer: Globex\nproduct: acme 4.2.0\n"
FEATURES = "features: [starttls]\n"


def component(text: str) -> Component:
    (found,) = load_stack(f"{HEAD}components:\n  - {text}\n{FEATURES}").components
    return found


def refused(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_stack(text, "globex.stack.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "name", "version", "distribution", "configuration"),
    [
        ("Postfix 3.7.11", "Postfix", "3.7.11", "", ""),
        ("Postfix", "Postfix", "", "", ""),
        ("Exim on Debian 12", "Exim", "", "Debian 12", ""),
        ('"Postfix >=3.7 <3.11"', "Postfix", ">=3.7 <3.11", "", ""),
        ("opensmtpd>=7", "opensmtpd", ">=7", "", ""),
        ("389-ds 2.3.1", "389-ds", "2.3.1", "", ""),
        ("Microsoft Exchange 2019", "Microsoft Exchange", "2019", "", ""),
        ("postfix@3.10.13+hardened", "postfix", "3.10.13", "", "hardened"),
        ("{implementation: Postfix, version: 15}", "Postfix", "15", "", ""),
        ("{implementation: Postfix, configuration: hardened}", "Postfix", "", "", "hardened"),
    ],
)
def test_a_component_is_written_long_or_short(
    text: str, name: str, version: str, distribution: str, configuration: str
) -> None:
    found = component(text)
    assert (found.implementation, found.version) == (name, version)
    assert (found.distribution, found.configuration) == (distribution, configuration)


def test_the_product_is_written_short_or_long() -> None:
    long = "customer: Globex\nproduct: {name: acme, version: 4.2.0}\ncomponents: [Exim]\n" + FEATURES
    for text in (long, f"{HEAD}components: [Exim]\n{FEATURES}"):
        stack = load_stack(text)
        assert (stack.product, stack.product_version) == ("acme", "4.2.0")


def test_a_minimum_has_a_number_and_a_unit() -> None:
    stack = load_stack(
        f'{HEAD}components: [Exim]\nfeatures:\n  - message-size: ">= 20 MB"\n  - smtp/recipients: 500\n'
        "  - line: {longest line: at least 1.5 kB}\n"
    )
    assert [each.minimums for each in stack.requirements] == [
        (Minimum(value=20, unit="MB"),),
        (Minimum(value=500, unit=""),),
        (Minimum(value=1.5, unit="kB", limit="longest line"),),
    ]
    assert stack.requirements[1].suite == "smtp"


def test_the_deployment_is_read_with_its_units() -> None:
    facts = load_stack(
        f"{HEAD}components: [Exim]\n{FEATURES}deployment: {{sites: 900, transactions_a_day: 200000,"
        " time_to_restart_a_site: 15 min, cost_of_an_hour_down: 450.50 EUR}\n"
    ).deployment
    assert (facts.sites, facts.transactions_a_day, facts.restart_seconds) == (900, 200_000, 900)
    assert (facts.hour_cost, facts.currency) == (450.5, "EUR")


@pytest.mark.parametrize(
    ("facts", "seconds", "cost", "currency"),
    [
        ("20 minutes, cost_of_an_hour_down: 300 Euros", 1_200, 300, "EUR"),
        ("1 hour, cost_of_an_hour_down: '1,100.50 €'", 3_600, 1_100.5, "EUR"),
        ("30s, cost_of_an_hour_down: 20 pounds", 30, 20, "GBP"),
        ("30s, cost_of_an_hour_down: $300", 30, 300, "$"),
        ("30s, cost_of_an_hour_down: 300 dollars", 30, 300, "$"),
        ("30s, cost_of_an_hour_down: €450", 30, 450, "EUR"),
        ("30s, cost_of_an_hour_down: EUR 450.50", 30, 450.5, "EUR"),
        ("30s, cost_of_an_hour_down: '£ 1,450'", 30, 1_450, "GBP"),
    ],
)
def test_amounts_are_read_as_people_write_them(
    facts: str, seconds: float, cost: float, currency: str
) -> None:
    found = load_stack(
        f"{HEAD}components: [Exim]\n{FEATURES}deployment: {{sites: '4,200', transactions_a_day: '60,000',"
        f" time_to_restart_a_site: {facts}}}\n"
    ).deployment
    assert (found.sites, found.transactions_a_day) == (4_200, 60_000)
    assert (found.restart_seconds, found.hour_cost, found.currency) == (seconds, cost, currency)


def test_a_component_has_facts_and_features_of_its_own() -> None:
    found = component(
        "{implementation: Exim, sites: 12, time_to_restart_a_site: 1 h,"
        " features: [auth-plain, large-message: 5 MB]}"
    )
    assert (found.deployment.sites, found.deployment.restart_seconds) == (12, 3_600)
    assert [each.feature for each in found.requirements] == ["auth-plain", "large-message"]
    assert found.requirements[1].minimums == (Minimum(value=5, unit="MB"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f"{HEAD}components: [{{implementation: Exim, features: [starttls, starttls]}}]\n{FEATURES}",
            "'starttls' stands twice",
        ),
        (f"{HEAD}components: [{{implementation: Exim, version: Exim 4.98}}]\n{FEATURES}", "mean '4.98'?"),
        (f"{HEAD}components: [Exim]\n{FEATURES}deployment: {{sites: some}}\n", "such as 900 or 4,200"),
        (f"{HEAD}components: [Exim]\n{FEATURES}deployment: {{sites: '60.000'}}\n", "such as 900 or 4,200"),
        (f"{HEAD}components: []\n{FEATURES}", "globex.stack.yaml:3: 'components' "),
        (f"{HEAD}components: [Exim]\nfeatures: []\n", "globex.stack.yaml:4: 'features' "),
        (f"{HEAD}components: [Exim]\n{FEATURES}go-live: 2027-02-01\n", "Did you mean 'go_live'?"),
        (f"{HEAD}components: [Exim]\n{FEATURES}go_live: 2027-02-30\n", "the calendar has no such day"),
        (f"{HEAD}components: [Exim]\n{FEATURES}go_live: soon\n", "a date such as 2027-02-01"),
        (
            f"{HEAD}components:\n  - Postfix 3.5\n  - postfix 3.7\n{FEATURES}",
            "globex.stack.yaml:5: 'postfix' stands twice with 3.5 and 3.7; it was first given",
        ),
        (
            f"{HEAD}components: [Exim on Debian 12, Exim 4.96]\n{FEATURES}",
            "'Exim' stands twice with Debian 12 and 4.96; it was first given",
        ),
        (f"{HEAD}components: [Exim, Exim 4.96]\n{FEATURES}", "'Exim' stands twice with no version and 4.96;"),
        (f"{HEAD}components: []\n{FEATURES}", "'components' is empty."),
        (
            f"{HEAD}components: [Exim]\n{FEATURES}deployment: {{cost_of_an_hour_down: 450}}\n",
            "'cost_of_an_hour_down' should be an amount with its currency such as 450 EUR, is 450.",
        ),
        (
            f"{HEAD}components: [Exim]\n{FEATURES}deployment: {{time_to_restart_a_site: 15}}\n",
            "'time_to_restart_a_site' should be a time such as 15 min (seconds, minutes or hours), is 15.",
        ),
        (
            f"{HEAD}components: [Exim]\nfeatures: [large-message >= 20 MB]\n",
            "'large-message >= 20 MB' has its minimum in its name. Write large-message: \">= 20 MB\".",
        ),
        (
            f"{HEAD}components: [{{implementation: Exim, sites: 7}}]\n{FEATURES}deployment: {{sites: 5}}\n",
            "globex.stack.yaml:3: 'Exim' has 7 sites, and the deployment only 5. Mend one of them.",
        ),
        (f"{HEAD}components: ['Exim 4.96 4.98']\n{FEATURES}", "'4.96 4.98' is not one version."),
        (
            f"{HEAD}components: [{{implementation: Exim, version: the newest}}]\n{FEATURES}",
            "'the newest' is not one version.",
        ),
        (
            f"{HEAD}components: [{{implementation: Exim, version: debian 12 bookworm}}]\n{FEATURES}",
            "'debian 12 bookworm' is not one version. Did you mean the distribution 'Debian 12'?",
        ),
        (f"{HEAD}components: [Exim]\nfeatures: [starttls, STARTTLS]\n", "'STARTTLS' stands twice"),
        (f"{HEAD}components: [Exim]\nfeatures: [size: big]\n", "'big' is not a minimum."),
        (f"{HEAD}components: [Exim]\nfeatures: [size: 20 MB, a: 1, b: 2]\n{FEATURES}", "stands twice"),
        (f"{HEAD}components: ['@']\n{FEATURES}", "'@' is not a component."),
        (f"{HEAD}{FEATURES}", "'components' is missing."),
        (f"{HEAD}product: other\ncomponents: [Exim]\n{FEATURES}", "'product' stands twice"),
        (
            f"{HEAD}components: [Exim]\n{FEATURES}deployment: {{time_to_restart_a_site: a while}}\n",
            "a time such as 15 min",
        ),
        (
            HEAD.replace("Globex", "G" * 5_000) + f"components: [Exim]\n{FEATURES}",
            "globex.stack.yaml:1: 'customer' should have 200 characters or fewer, has 5000.",
        ),
        (
            f"{HEAD}components: [Exim]\nfeatures: [starttls: ]\n",
            "'starttls' should be text or a whole number or a mapping, but has no value.",
        ),
        (f"{HEAD}components: [Exim]\nfeatures: [{{size: 20 MB, a: 1}}]\n", "should name one thing only."),
        ("a: &a [1]\nb: [*a, *a]\n", "globex.stack.yaml:1: the anchor &a"),
        ("just words", "the file"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_line(text: str, said: str) -> None:
    assert said in refused(text)


def test_ten_megabytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    file = tmp_path / "globex.stack.yaml"
    file.write_text(HEAD + "# " + "x" * 10_000_000, encoding="utf-8")
    with pytest.raises(ConfigError, match="at most"):
        read_stack(file)


@pytest.mark.parametrize("file", STACKS, ids=lambda file: file.name)
def test_the_stacks_that_are_shipped_can_be_read(file: Path) -> None:
    assert read_stack(file).components


def test_there_are_five_of_them() -> None:
    assert len(STACKS) == 5
