"""A planned stack against a matrix: every kind of finding, from evidence only."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest

from interop.errors import ConfigError, InteropError, RecordError, UnknownNameError
from interop.judge.check import check, exit_code
from interop.load.rules import check_rules
from interop.load.stack import load_stack, read_stack
from interop.model.attempt import Limit, Party
from interop.model.finding import Answer, Finding, Report, Shift, Status
from interop.model.matrix import Cell, Matrix, Tally, Verdict
from interop.model.suite import Impact, Workaround
from tests.unit.examples import STARTED, broken, cell, feature, matrix, suite, two_suites, untested
from tests.unit.stack_examples import NOW, STACKS, catalog
from tests.unit.stack_examples import matrix as shipped

DAY = 86_400.0
LATER = STARTED + 10 * DAY


def asked(
    found: Matrix,
    components: str,
    *,
    features: str = "dot-stuffing",
    product: str = "smtplib",
    more: str = "",
    **options: Any,
) -> Report:
    stack = load_stack(
        f"customer: Globex\nproduct: {product}\ncomponents: [{components}]\nfeatures: [{features}]\n{more}"
    )
    return check(stack, found, rules=check_rules(), now=options.pop("now", LATER), **options)


def one(*cells: Cell, component: str = "Postfix 3.10.13", **options: Any) -> Finding:
    (finding,) = asked(matrix(cells), component, **options).findings
    return finding


def test_what_was_tested_and_passed_works() -> None:
    finding = one(cell())
    assert (finding.status, finding.cause, finding.answer) == (Status.WORKS, "works", Answer.GO)
    assert finding.tested == ("3.10.13",)


def test_a_debian_revision_does_not_make_another_version() -> None:
    assert one(cell(peer_version="3.10.13-1+deb13u1")).status is Status.WORKS


def test_what_fails_does_not_work() -> None:
    finding = one(broken("dot-stuffing", "postfix@3.10.13"))
    assert (finding.status, finding.answer) == (Status.DOES_NOT_WORK, Answer.NO_GO)


def test_what_fails_and_matters_little_is_a_condition_and_no_refusal() -> None:
    facts = [suite([feature(impact=Impact.MINOR)])]
    report = asked(matrix([broken("dot-stuffing", "postfix@3.10.13")], facts), "Postfix 3.10.13")
    assert (report.findings[0].status, report.answer) == (Status.DOES_NOT_WORK, Answer.GO_WITH_CONDITIONS)


def test_a_verified_workaround_is_a_condition() -> None:
    finding = one(broken("dot-stuffing", "postfix@3.10.13", workaround="Set x.", workaround_verified=True))
    assert (finding.status, finding.cause) == (Status.WITH_CONDITION, "workaround")
    assert [(way.kind, way.what) for way in finding.ways] == [("workaround", "Set x.")]


@pytest.mark.parametrize(
    ("verified", "kind"), [(None, "workaround-unverified"), (False, "workaround-useless")]
)
def test_a_workaround_that_was_not_verified_is_only_advice(verified: bool | None, kind: str) -> None:
    finding = one(
        broken("dot-stuffing", "postfix@3.10.13", workaround="Set x.", workaround_verified=verified)
    )
    assert finding.status is Status.DOES_NOT_WORK
    assert [way.kind for way in finding.ways] == [kind]


def test_the_suite_s_own_advice_is_a_way_forward() -> None:
    facts = [suite([feature(workaround=Workaround(text="Use less."))])]
    (finding,) = asked(matrix([broken("dot-stuffing", "postfix@3.10.13")], facts), "Postfix 3.10.13").findings
    assert [(way.kind, way.what) for way in finding.ways] == [("workaround-unverified", "Use less.")]


def test_a_fallback_is_a_condition() -> None:
    assert one(cell(verdict=Verdict.DEGRADED)).cause == "fallback"


def test_flaky_and_unsupported_keep_their_names() -> None:
    flaky = cell(verdict=Verdict.FLAKY, attempts=Tally(passed=2, total=3))
    assert one(flaky).status is Status.FLAKY
    assert one(cell(verdict=Verdict.UNSUPPORTED)).status is Status.UNSUPPORTED


def test_another_configuration_that_works_is_a_condition_while_none_was_stated() -> None:
    cells = (broken("dot-stuffing", "postfix@3.10.13"), cell(peer="postfix@3.10.13+hardened"))
    assert (one(*cells).status, one(*cells).cause) == (Status.WITH_CONDITION, "configuration")
    stated = one(*cells, component="{implementation: Postfix, version: 3.10.13, configuration: default}")
    assert stated.status is Status.DOES_NOT_WORK
    assert stated.ways == ()


def test_one_attempt_that_passed_does_not_mend_a_failure_that_comes_seldom() -> None:
    flaky = cell(verdict=Verdict.FLAKY, attempts=Tally(passed=57, total=60))
    few = cell(peer="postfix@3.10.13+hardened")
    many = cell(peer="postfix@3.10.13+hardened", attempts=Tally(passed=200, total=200))
    assert one(flaky, few).status is Status.FLAKY
    assert one(flaky, few).ways == ()
    assert one(flaky, many).cause == "configuration"


def test_other_versions_that_work_are_ways_forward() -> None:
    finding = one(
        broken("dot-stuffing", "postfix@3.7.11"),
        cell(peer="postfix@3.5.25"),
        cell(peer="postfix@3.10.13"),
        cell(peer="postfix@3.7.11", product_version="3.13.0", tested=STARTED),
        component="Postfix 3.7.11",
        product="smtplib 3.11.7",
    )
    assert [(way.kind, way.what) for way in finding.ways] == [("version", "3.10.13"), ("product", "3.13.0")]


def test_a_way_that_has_a_condition_of_its_own_says_so() -> None:
    finding = one(
        broken("dot-stuffing", "postfix@3.7.11"),
        cell(peer="postfix@3.10.13", verdict=Verdict.DEGRADED),
        component="Postfix 3.7.11",
    )
    assert [way.kind for way in finding.ways] == ["version-conditional"]


TESTED = (cell(peer="postfix@3.5.25"), cell(peer="postfix@3.7.11"), cell(peer="postfix@3.10.13"))


@pytest.mark.parametrize(
    ("version", "cause", "below", "above", "likely"),
    [
        ("3.8.6", "between", "3.7.11", "3.10.13", "works"),
        ("3.4.1", "older", "", "3.5.25", "works"),
        ("3.11.0", "newer", "3.10.13", "", "works"),
        ("'>=3.8 <3.10'", "between", "3.7.11", "3.10.13", "works"),
    ],
)
def test_a_version_that_was_not_tested_never_works(
    version: str, cause: str, below: str, above: str, likely: str
) -> None:
    finding = one(*TESTED, component=f"{{implementation: Postfix, version: {version}}}")
    assert (finding.status, finding.cause) == (Status.NOT_TESTED, cause)
    assert (finding.below, finding.above, finding.likely) == (below, above, likely)
    assert finding.answer is Answer.TEST_FIRST
    assert finding.command


def test_neighbours_that_disagree_make_nothing_likely() -> None:
    cells = (cell(peer="postfix@3.7.11"), broken("dot-stuffing", "postfix@3.10.13"))
    assert one(*cells, component="Postfix 3.8.6").likely == ""
    both = tuple(broken("dot-stuffing", f"postfix@{version}") for version in ("3.7.11", "3.10.13"))
    assert one(*both, component="Postfix 3.8.6").likely == "fails"


def test_one_neighbour_makes_nothing_likely() -> None:
    assert one(cell(), component="Postfix 3.11").likely == ""


def test_neighbours_in_another_configuration_make_nothing_likely() -> None:
    finding = one(*TESTED, component="{implementation: Postfix, version: 3.8.6, configuration: hard}")
    assert (finding.cause, finding.likely) == ("between", "")
    assert finding.nearest is not None
    assert finding.nearest.differs == ("version", "configuration")


def test_the_distance_to_the_nearest_tested_one_is_told() -> None:
    near = one(*TESTED, component="Postfix 3.8.6").nearest
    assert near is not None
    assert near.steps is not None
    assert (near.cell.peer_version, near.steps.count, near.steps.part) == ("3.7.11", 1, "minor")
    assert near.steps.direction == "older"
    assert near.days == 9


@pytest.mark.parametrize(("component", "nearest"), [("Postfix 4", "3.10.13"), ("Postfix 2", "3.5.25")])
def test_of_versions_as_many_steps_away_the_next_one_is_the_nearest(component: str, nearest: str) -> None:
    near = one(*TESTED, component=component).nearest
    assert near is not None
    assert near.cell.peer_version == nearest


def test_of_the_product_s_versions_too_the_next_one_is_the_nearest() -> None:
    near = one(cell(), cell(product_version="3.9.1", tested=STARTED + 2 * DAY), product="smtplib 4").nearest
    assert near is not None
    assert near.cell.product_version == "3.11.7"


def test_the_command_that_would_test_it_is_exact() -> None:
    finding = one(*TESTED, component="{implementation: Postfix, version: 3.8.6, configuration: hard}")
    assert finding.command == (
        "pytest --interop --interop-suite smtp --interop-peer postfix@3.8.6"
        " --interop-configuration hard --interop-feature dot-stuffing"
    )


@pytest.mark.parametrize(
    ("product", "named"),
    [
        ("smtplib", " --interop-product smtplib"),
        ("swaks 20201014.0", " --interop-product swaks@20201014.0"),
        ("swaks 1999", " --interop-product swaks"),
        ("acme-mailer 4.2.0", ""),
    ],
)
def test_the_command_names_a_product_that_is_shipped_and_no_other(product: str, named: str) -> None:
    name = product.partition(" ")[0]
    cells = [cell(peer="postfix@3.11.1", product=name, product_version="1.0")]
    (finding,) = asked(matrix(cells), "Postfix 3.7.11", product=product, catalog=catalog().programs).findings
    assert finding.command == (
        f"pytest --interop --interop-suite smtp{named} --interop-peer postfix@3.7.11"
        " --interop-feature dot-stuffing"
    )


def test_a_version_of_the_product_that_is_shipped_need_not_be_installed() -> None:
    cells = [cell(product="swaks", product_version="1.0")]
    for product, needs in (("swaks 20201014.0", ""), ("swaks 1999", "product")):
        report = asked(matrix(cells), "Postfix 3.10.13", product=product, catalog=catalog().programs)
        assert (report.findings[0].cause, report.findings[0].needs) == ("product", needs)


def test_a_release_that_was_updated_is_called_by_what_runs() -> None:
    cells = [cell(peer="postfix@3.7.11"), cell(peer="postfix@3.10.13", peer_version="3.11.1-1+deb13u2")]
    planned = one(*cells, component="Postfix 3.10.13")
    assert (planned.status, planned.below, planned.above) == (Status.NOT_TESTED, "3.7.11", "3.11.1")
    assert one(*cells, component="Postfix 3.11.1").tested == ("3.11.1",)


def test_a_command_is_quoted_for_the_shell() -> None:
    assert "--interop-peer 'postfix>=3.8 <3.10'" in one(*TESTED, component="'Postfix >=3.8 <3.10'").command


def test_another_configuration_than_the_tested_ones_is_not_tested() -> None:
    finding = one(cell(), component="{implementation: Postfix, version: 3.10.13, configuration: strange}")
    assert (finding.status, finding.cause) == (Status.NOT_TESTED, "configuration-untested")


def test_another_version_of_the_product_is_not_tested() -> None:
    finding = one(cell(), product="smtplib 3.12.0")
    assert (finding.status, finding.cause, finding.needs) == (Status.NOT_TESTED, "product", "product")
    assert [(way.kind, way.what) for way in finding.ways] == [("product", "3.11.7")]


def test_evidence_that_is_too_old_is_no_evidence() -> None:
    finding = one(cell(), now=STARTED + 400 * DAY)
    assert (finding.status, finding.cause, finding.likely) == (Status.NOT_TESTED, "old", "works")
    assert one(cell(), now=STARTED + 400 * DAY, max_age_days=500).status is Status.WORKS


def test_a_cell_that_did_not_run_says_why() -> None:
    finding = one(untested("dot-stuffing", "postfix@3.10.13", "no port `bare`"))
    assert (finding.status, finding.cause, finding.untried) == (
        Status.NOT_TESTED,
        "never-run",
        "no port `bare`",
    )


def test_a_run_does_not_answer_what_the_peer_is_not_set_up_for() -> None:
    said = "the server is not set up to offer greylisting"
    assert one(untested("dot-stuffing", "postfix@3.10.13", said)).needs == "situation"
    assert one(untested("dot-stuffing", "postfix@3.10.13", "the run was cut short")).needs == ""


def test_an_error_of_the_harness_is_not_tested() -> None:
    assert one(cell(verdict=Verdict.ERROR)).status is Status.NOT_TESTED


def test_an_unknown_implementation_is_not_tested() -> None:
    finding = one(cell(), component="Haraka 3.0")
    assert (finding.status, finding.cause, finding.needs) == (
        Status.NOT_TESTED,
        "implementation",
        "implementation",
    )


def test_a_series_works_on_the_condition_that_it_is_the_release_that_was_tested() -> None:
    finding = one(*TESTED, component="{implementation: Postfix, version: 3.10}")
    assert (finding.status, finding.cause) == (Status.WITH_CONDITION, "version-open")
    assert [(way.kind, way.what) for way in finding.ways] == [("version", "3.10.13")]


def test_a_range_in_which_one_version_fails_says_which_to_take() -> None:
    finding = one(cell(), broken("dot-stuffing", "postfix@3.7.11"), component="'Postfix >=3.7'")
    assert (finding.status, finding.cause) == (Status.WITH_CONDITION, "version-choose")
    assert (finding.tested, finding.working) == (("3.7.11", "3.10.13"), ("3.10.13",))


def test_a_range_in_which_everything_fails_does_not_work() -> None:
    cells = [broken("dot-stuffing", f"postfix@{version}") for version in ("3.7.11", "3.10.13")]
    assert one(*cells, component="'Postfix >=3.7'").status is Status.DOES_NOT_WORK


def test_no_version_at_all_is_a_condition_too() -> None:
    assert one(*TESTED, component="Postfix").cause == "version-unstated"


def test_a_distribution_gives_the_version_that_it_carries() -> None:
    (finding,) = asked(matrix([cell(peer="exim@4.98.2")]), "Exim on Debian 13").findings
    assert (finding.version, finding.status) == ("4.98.2", Status.WORKS)
    (unknown,) = asked(matrix([cell(peer="exim@4.98.2")]), "Exim on Fedora 41").findings
    assert (unknown.status, unknown.cause) == (Status.NOT_TESTED, "release")


@pytest.mark.parametrize(
    "component",
    [
        "{implementation: Exim, version: 4, distribution: Debian 13}",
        "{implementation: Exim, version: 4.98.x, distribution: Debian 13}",
        "'Exim >=4.90 on Debian 13'",
        "Exim 4 on trixie",
    ],
)
def test_a_distribution_decides_where_a_version_stands_beside_it(component: str) -> None:
    cells = [cell(peer="exim@4.94.2"), broken("dot-stuffing", "exim@4.98.2"), cell(peer="exim@4.99")]
    parties = tuple(
        Party(name="exim", role="server", suite="smtp", version=version, label=version, release=release)
        for version, release in (("4.94.2", "bullseye"), ("4.98.2", "trixie"), ("4.99", "forky"))
    )
    (finding,) = asked(matrix(cells, parties=parties), component).findings
    assert (finding.status, finding.version) == (Status.DOES_NOT_WORK, "4.98.2")


def test_a_version_counts_where_nobody_knows_what_the_distribution_carries() -> None:
    component = "{implementation: Exim, version: 4.98.2, distribution: Fedora 41}"
    assert one(cell(peer="exim@4.98.2"), component=component).status is Status.WORKS


def test_two_releases_of_one_version_are_told_apart() -> None:
    old = broken("dot-stuffing", "opensmtpd@6.8.0p2-3")
    new = cell(peer="opensmtpd@6.8.0p2-4")
    assert one(old, new, component="OpenSMTPD 6.8.0p2-4").status is Status.WORKS
    assert one(old, new, component="OpenSMTPD 6.8.0p2").cause == "version-choose"


def sized(value: float, unit: str, *, at_least: bool = False) -> Cell:
    return cell(limits=(Limit(name="message", value=value, unit=unit, at_least=at_least),))


@pytest.mark.parametrize(
    ("found", "status", "cause"),
    [
        (sized(25, "MB"), Status.WORKS, "works"),
        (sized(20_971_520, "B"), Status.WORKS, "works"),
        (sized(20, "MiB", at_least=True), Status.WORKS, "works"),
        (sized(10, "MB"), Status.DOES_NOT_WORK, "limit"),
        (sized(10, "MB", at_least=True), Status.NOT_TESTED, "limit-beyond"),
        (cell(), Status.NOT_TESTED, "limit-unmeasured"),
    ],
)
def test_a_minimum_is_held_against_the_limit_that_was_found(found: Cell, status: Status, cause: str) -> None:
    finding = one(found, features="dot-stuffing: '>= 20 MB'")
    assert (finding.status, finding.cause) == (status, cause)


def test_where_the_suite_measures_no_limit_of_a_feature_a_run_is_not_the_answer() -> None:
    assert one(cell(), features="dot-stuffing: 3 MB").needs == "measure"
    elsewhere = msgspec.structs.replace(sized(25, "MB"), peer="exim", peer_key="exim@4.96", product="swaks")
    (finding,) = asked(matrix([cell(), elsewhere]), "Postfix 3.10.13", features="dot-stuffing: 3 MB").findings
    assert (finding.cause, finding.needs) == ("limit-unmeasured", "")


def test_of_several_limits_the_least_counts() -> None:
    limits = tuple(Limit(name=f"with {value}", value=value, unit="MB") for value in (10, 25))
    assert one(cell(limits=limits), features="dot-stuffing: 20 MB").status is Status.DOES_NOT_WORK
    assert one(cell(limits=limits), features="dot-stuffing: {with 25: 20 MB}").status is Status.WORKS


def test_a_minimum_that_is_missed_is_refused_whatever_its_impact() -> None:
    facts = [suite([feature(impact=Impact.MINOR)])]
    report = asked(matrix([sized(10, "MB")], facts), "Postfix 3.10.13", features="dot-stuffing: 20 MB")
    assert report.answer is Answer.NO_GO


def test_the_worst_finding_answers_for_the_stack() -> None:
    cells = [cell(), broken("dot-stuffing", "exim@4.98.2"), cell(peer="exim@4.96")]
    answers = {
        "Postfix 3.10.13": Answer.GO,
        "Postfix 3.10.13, Exim": Answer.GO_WITH_CONDITIONS,
        "Postfix 3.10.13, Exim 4.97": Answer.TEST_FIRST,
        "Haraka 3, Exim 4.98.2": Answer.NO_GO,
    }
    reports = {text: asked(matrix(cells), text) for text in answers}
    assert {text: report.answer for text, report in reports.items()} == answers
    assert [exit_code(report, check_rules()) for report in reports.values()] == [0, 1, 3, 2]


def test_what_costs_most_stands_first() -> None:
    cells = [
        cell(verdict=Verdict.FLAKY, attempts=Tally(passed=59, total=60)),
        cell(peer="exim@4.98.2", verdict=Verdict.FLAKY, attempts=Tally(passed=30, total=60)),
        cell(peer="chasquid@1.15"),
    ]
    report = asked(
        matrix(cells),
        "Chasquid 1.15, {implementation: Postfix, version: 3.10.13, sites: 10},"
        " {implementation: Exim, version: 4.98.2, sites: 10}",
        more="deployment: {time_to_restart_a_site: 5 min, cost_of_an_hour_down: 100 EUR}",
    )
    assert [finding.implementation for finding in report.findings] == ["exim", "postfix", "chasquid"]


def test_the_role_is_told_apart() -> None:
    report = asked(two_suites(), "paho 2.1.0, mosquitto 2.0.21", features="qos-1")
    assert {finding.implementation: finding.role for finding in report.findings} == {
        "paho": "broker",
        "mosquitto": "publisher",
    }


def test_a_component_that_no_required_feature_concerns_is_noted() -> None:
    report = asked(two_suites(), "Postfix 3.10.13, mosquitto 2.0.21", features="starttls")
    assert report.notes == ("None of the required features concerns mosquitto.",)


def test_an_alias_that_may_mean_two_programs_is_noted() -> None:
    found = matrix([cell(peer="samba@4.22.11")])
    report = asked(found, "AD 4.22.11")
    assert report.findings[0].implementation == "samba"
    assert "'AD' was read as samba" in report.notes[0]


@pytest.mark.parametrize("spelling", ["POSTFIX 3.10.13", "Postfix MTA 3.10.13", "postfix@3.10.13"])
def test_names_are_found_however_they_are_spelled(spelling: str) -> None:
    assert one(cell(), component=spelling).status is Status.WORKS


@pytest.mark.parametrize(
    ("components", "features", "product", "kind", "said"),
    [
        ("Postfx 3.10.13", "dot-stuffing", "smtplib", UnknownNameError, "Did you mean 'postfix'?"),
        ("Psotfix", "dot-stuffing", "smtplib", UnknownNameError, "Did you mean 'postfix'?"),
        ("Postfix on Debian12", "dot-stuffing", "smtplib", UnknownNameError, "Did you mean 'Debian 12'?"),
        ("Postfix on Debain 12", "dot-stuffing", "smtplib", UnknownNameError, "Did you mean 'Debian 12'?"),
        ("Postfix", "dot-stufing", "smtplib", UnknownNameError, "Did you mean 'dot-stuffing'?"),
        ("Postfix", "smpt/dot-stuffing", "smtplib", UnknownNameError, "Did you mean 'smtp'?"),
        ("Postfix", "dot-stuffing", "other", RecordError, "the matrix is of smtplib, the stack is of other."),
        (
            "{implementation: Postfix, role: smtp.sever}",
            "dot-stuffing",
            "smtplib",
            UnknownNameError,
            "Did you mean 'smtp.server'?",
        ),
        (
            "{implementation: Postfix, configuration: defualt}",
            "dot-stuffing",
            "smtplib",
            UnknownNameError,
            "Did you mean 'default'?",
        ),
        (
            "{implementation: Postfix, version: 3.5.25, distribution: Debian 13}",
            "dot-stuffing",
            "smtplib",
            ConfigError,
            "'Postfix' has two versions: 3.5.25 as written, and 3.10.13",
        ),
    ],
)
def test_a_wrong_name_is_refused_with_the_right_one(
    components: str, features: str, product: str, kind: type[InteropError], said: str
) -> None:
    with pytest.raises(kind) as caught:
        asked(matrix([cell()]), components, features=features, product=product)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("component", "hint"),
    [
        ("Postfix-3.7", "Did you mean 'Postfix 3.7'?"),
        ("postfix_v3.7.11", "Did you mean 'Postfix 3.7.11'?"),
        ("Postfix version 3.7.11", "Did you mean 'Postfix 3.7.11'?"),
        ("Postfix Version v3.7.11", "Did you mean 'Postfix 3.7.11'?"),
        ("Postfix latest", "Did you mean 'Postfix'?"),
        ("{implementation: Postfix-3.7.11, version: 3.10.13}", "Did you mean 'Postfix 3.7.11'?"),
        (
            "{implementation: Postfix 3.7.11, version: 3.10.13}",
            "Write them apart: 'implementation: Postfix', 'version: 3.7.11'.",
        ),
    ],
)
def test_a_known_name_with_a_version_in_it_is_no_unknown_vendor(component: str, hint: str) -> None:
    with pytest.raises(UnknownNameError, match="in neither the matrix nor the catalogue") as caught:
        one(*TESTED, component=component)
    assert caught.value.hint == hint


@pytest.mark.parametrize("component", ["Postfix Cloud", "Exchange 2019", "Microsoft Exchange latest"])
def test_a_name_that_only_begins_like_a_known_one_is_another_vendor_s(component: str) -> None:
    assert one(*TESTED, component=component).cause == "implementation"


def test_a_distribution_without_its_release_is_refused_with_those_that_carry_it() -> None:
    with pytest.raises(ConfigError) as caught:
        asked(matrix(TESTED), "Postfix on Debian", catalog=catalog().implementations)
    assert caught.value.hint == "Write which one: 'Debian 11' or 'Debian 12' or 'Debian 13'."
    with pytest.raises(ConfigError, match=r"'Ubuntu 22.04' or 'Ubuntu 24.04'"):
        asked(matrix(TESTED), "{implementation: Postfix, distribution: ubuntu}")


def changed(found: Matrix, components: str, **change: str) -> Report:
    return asked(found, components, change=change)


def test_a_change_tells_what_it_breaks_mends_and_nobody_knows() -> None:
    names = ("breaks", "broken", "mends", "unknown", "same", "seldom")
    cells = [cell(each, "postfix@3.7.11") for each in ("breaks", "unknown", "same")]
    cells += [broken(each, "postfix@3.10.13") for each in ("breaks", "broken")]
    cells += [broken("mends", "postfix@3.7.11"), untested("broken", "postfix@3.7.11", "no port")]
    cells += [cell(each, "postfix@3.10.13") for each in ("mends", "same", "seldom")]
    cells += [cell("seldom", "postfix@3.7.11", verdict=Verdict.FLAKY, attempts=Tally(passed=57, total=60))]
    cells += [cell("same", "exim@4.96")]
    report = asked(
        matrix(cells), "Postfix 3.7.11, Exim 4.96", features=", ".join(names), change={"postfix": "3.10"}
    )
    assert report.change is not None
    assert {each.after.feature.id: each.shift for each in report.change.shifted} == {
        "breaks": Shift.BREAKS,
        "broken": Shift.BROKEN,
        "mends": Shift.MENDS,
        "unknown": Shift.UNKNOWN,
        "same": Shift.SAME,
        "seldom": Shift.UNKNOWN,
    }
    assert {each.after.implementation for each in report.change.shifted} == {"postfix"}


def test_a_change_may_be_a_distribution_or_the_product() -> None:
    cells = [
        cell(peer="postfix@3.7.11"),
        cell(),
        broken("dot-stuffing", "postfix@3.7.11", product_version="4"),
    ]
    upgraded = changed(
        matrix(cells), "{implementation: Postfix, name: relay, version: 3.7.11}", relay="Debian 13"
    )
    assert upgraded.findings[0].version == "3.10.13"
    newer = asked(matrix(cells), "Postfix 3.7.11", product="smtplib 3.11.7", change={"smtplib": "4"})
    assert newer.change is not None
    assert [each.shift for each in newer.change.shifted] == [Shift.BREAKS]


@pytest.mark.parametrize("product", ["smtplib 3.11.7", "Python smtplib 3.11.7"])
@pytest.mark.parametrize("name", ["smtplib", "Python smtplib", "PYTHON-SMTPLIB"])
def test_a_change_finds_the_product_under_every_name_that_it_has(product: str, name: str) -> None:
    title = Party(name="smtplib", title="Python smtplib", role="client", suite="smtp", version="3.11.7")
    found = matrix([cell(), cell(product_version="3.12.1")])
    report = asked(
        dataclasses.replace(found, parties=(title,)),
        "Postfix 3.10.13",
        product=product,
        change={name: "3.12.1"},
    )
    assert report.stack.product_version == "3.12.1"


def test_a_change_that_gives_one_thing_two_versions_is_refused() -> None:
    for change in ({"Postfix": "3.10.13", "postfix": "3.5.25"}, {"smtplib": "4", "SMTPLIB": "5"}):
        with pytest.raises(ConfigError, match="two versions"):
            asked(matrix(TESTED), "Postfix 3.7.11", change=change)
    twice = {"Postfix": "3.10.13", "postfix": "3.10.13"}
    assert asked(matrix(TESTED), "Postfix 3.7.11", change=twice).findings[0].version == "3.10.13"


def test_a_change_tells_which_conditions_go_and_which_are_others() -> None:
    names = ("goes", "stays", "turns", "open")
    helped: dict[str, Any] = {"workaround": "Set x.", "workaround_verified": True}
    cells = [broken(each, "postfix@3.7.11", **helped) for each in ("goes", "stays", "turns")]
    cells += [cell("goes", "postfix@3.10.13"), broken("stays", "postfix@3.10.13", **helped)]
    cells += [cell("turns", "postfix@3.10.13", verdict=Verdict.DEGRADED)]
    cells += [cell("open", peer, verdict=Verdict.DEGRADED) for peer in ("postfix@3.7.11", "postfix@3.10.13")]
    for before in ("3.7.11", "3.7"):
        report = asked(
            matrix(cells),
            f"{{implementation: Postfix, version: {before}}}",
            features=", ".join(names),
            change={"postfix": "3.10.13"},
        )
        assert report.change is not None
        assert {each.after.feature.id: each.shift for each in report.change.shifted} == {
            "goes": Shift.MENDS,
            "stays": Shift.SAME,
            "turns": Shift.CONDITION,
            "open": Shift.SAME,
        }


def test_a_change_of_what_the_stack_does_not_have_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"It has smtplib, Postfix\."):
        changed(matrix([cell(), cell(peer="exim@4.96")]), "Postfix", exim="4.96")


@pytest.mark.parametrize("file", STACKS, ids=lambda file: file.name)
def test_the_stacks_that_are_shipped_have_an_answer(file: Any) -> None:
    report = check(
        read_stack(file), shipped(), rules=check_rules(), now=NOW, catalog=catalog().implementations
    )
    assert report.findings


def test_nothing_untested_ever_works() -> None:
    planned = shipped()
    cells = tuple(msgspec.structs.replace(each, verdict=Verdict.UNTESTED) for each in planned.cells)
    for file in STACKS:
        report = check(
            read_stack(file),
            dataclasses.replace(planned, cells=cells),
            rules=check_rules(),
            now=NOW,
            catalog=catalog().implementations,
        )
        assert {finding.status for finding in report.findings} == {Status.NOT_TESTED}


def test_titles_of_the_product_are_names_too() -> None:
    found = matrix([cell()])
    titled = Party(name="smtplib", title="Python smtplib", role="client", suite="smtp", version="3.11.7")
    report = asked(dataclasses.replace(found, parties=(titled,)), "Postfix 3.10.13", product="Python smtplib")
    assert (report.stack.product, report.product_title) == ("smtplib", "Python smtplib")


def test_a_product_that_was_not_tested_is_refused_with_those_that_were() -> None:
    names = ("aiosmtplib", "curl", "msmtp", "nodemailer", "swaks")
    found = matrix([cell(product=name) for name in names])
    joined = dataclasses.replace(found, run=dataclasses.replace(found.run, product=", ".join(names)))
    with pytest.raises(RecordError) as caught:
        asked(joined, "Postfix 3.10.13", product="acme-mailer")
    assert caught.value.what == (
        "the matrix is of aiosmtplib, curl, msmtp and 2 more, the stack is of acme-mailer."
    )
    with pytest.raises(RecordError, match="Did you mean 'swaks'"):
        asked(joined, "Postfix 3.10.13", product="swask")


def test_a_product_s_title_is_known_from_the_catalogue_too() -> None:
    report = asked(
        matrix([cell()]), "Postfix 3.10.13", product="Python smtplib", catalog=catalog().implementations
    )
    assert report.stack.product == "smtplib"


SITES = (
    "deployment: {sites: 420, transactions_a_day: 60000, time_to_restart_a_site: 20 min,"
    " cost_of_an_hour_down: 300 EUR}"
)


def test_a_component_s_own_sites_are_what_a_failure_costs() -> None:
    cells = [broken("dot-stuffing", "exim@4.96"), broken("dot-stuffing", "postfix@3.10.13")]
    report = asked(
        matrix(cells), "{implementation: Exim, version: 4.96, sites: 1}, Postfix 3.10.13", more=SITES
    )
    found = {finding.implementation: finding for finding in report.findings}
    priced = found["exim"].loss
    assert priced is not None
    assert priced.cost_a_day[1] == pytest.approx(24 * 300)
    assert found["postfix"].loss is None
    assert found["postfix"].unpriced


@pytest.mark.parametrize(("outcome", "stopped"), [("failed", False), ("hang", True), ("crash", True)])
def test_what_a_failure_costs_says_whether_anything_stood_still(outcome: str, stopped: bool) -> None:
    bad = broken("dot-stuffing", "postfix@3.10.13", outcome=outcome, attempts=Tally(passed=0, total=1))
    (finding,) = asked(matrix([bad]), "Postfix 3.10.13", more=SITES).findings
    assert finding.loss is not None
    assert finding.loss.stopped is stopped
    assert finding.loss.rate == pytest.approx((0.2065, 1, 1), abs=1e-3)
    assert finding.loss.cost_a_day[0] < finding.loss.cost_a_day[1]


@pytest.mark.parametrize("impact", [Impact.MODERATE, Impact.MINOR])
def test_what_matters_little_has_no_price(impact: Impact) -> None:
    facts = [suite([feature(impact=impact)])]
    bad = broken("dot-stuffing", "postfix@3.10.13")
    (finding,) = asked(matrix([bad], facts), "Postfix 3.10.13", more=SITES).findings
    assert finding.loss is None
    assert not finding.unpriced


def test_a_feature_may_be_asked_of_one_component_alone() -> None:
    cells = [
        cell(each, peer) for each in ("dot-stuffing", "starttls") for peer in ("exim@4.96", "postfix@3.10.13")
    ]
    report = asked(
        matrix(cells), "Exim 4.96, {implementation: Postfix, version: 3.10.13, features: [starttls]}"
    )
    assert {(each.implementation, each.feature.id) for each in report.findings} == {
        ("exim", "dot-stuffing"),
        ("postfix", "dot-stuffing"),
        ("postfix", "starttls"),
    }


def test_what_a_component_asks_stands_above_what_all_are_asked() -> None:
    own = "{implementation: Postfix, version: 3.10.13, features: [dot-stuffing: 20 MB]}"
    (finding,) = asked(matrix([sized(10, "MB")]), own).findings
    assert finding.cause == "limit"


def test_of_the_newer_versions_the_one_that_mends_most_is_named() -> None:
    names = ("dot-stuffing", "starttls", "size")
    cells = [broken(each, "postfix@3.7.11") for each in names]
    cells += [cell("dot-stuffing", "postfix@3.8.6")]
    cells += [cell(each, "postfix@3.10.13") for each in names[:2]]
    cells += [cell("size", "postfix@3.5.25"), broken("size", "postfix@3.10.13")]
    report = asked(matrix(cells), "Postfix 3.7.11", features=", ".join(names))
    ways = {each.feature.id: [way.what for way in each.ways] for each in report.findings}
    assert ways == {"dot-stuffing": ["3.10.13"], "starttls": ["3.10.13"], "size": []}


def test_an_older_build_is_not_advised_where_a_newer_version_works() -> None:
    cells = [
        cell(peer="opensmtpd@6.8.0p2-3"),
        untested("dot-stuffing", "opensmtpd@6.8.0p2-4", "not set up"),
        cell(peer="opensmtpd@7.6.0p1"),
    ]
    parties = tuple(
        Party(
            name="opensmtpd",
            title="OpenSMTPD",
            role="server",
            suite="smtp",
            version=version,
            label=version,
            release=release,
            version_scheme="debian",
        )
        for version, release in (("6.8.0p2-3", "bullseye"), ("6.8.0p2-4", "bookworm"), ("7.6.0p1", "trixie"))
    )
    report = asked(matrix(cells, parties=parties), "OpenSMTPD on Debian 12")
    (finding,) = report.findings
    assert finding.cause == "never-run"
    assert [(way.what, way.carrier) for way in finding.ways] == [("7.6.0p1", "Debian 13")]


def test_what_fails_and_matters_is_known_though_nobody_asked() -> None:
    facts = [suite([feature(), feature("starttls"), feature("quit", impact=Impact.MINOR), feature("rset")])]
    cells = [cell(), broken("starttls", "postfix@3.10.13"), broken("quit", "postfix@3.10.13")]
    cells += [broken("rset", "postfix@3.7.11")]
    report = asked(matrix(cells, facts), "Postfix 3.10.13")
    assert report.answer is Answer.GO
    assert [each.feature.id for each in report.unasked] == ["starttls"]


@pytest.mark.parametrize("version", ["3.10.x", "3.10.X", "'3.10.*'", "3.10"])
def test_a_series_is_read_however_it_is_written(version: str) -> None:
    finding = one(*TESTED, component=f"{{implementation: Postfix, version: {version}}}")
    assert (finding.cause, finding.tested) == ("version-open", ("3.10.13",))


@pytest.mark.parametrize(
    "component",
    [
        "Postfix v3.10.13",
        "postfix@V3.10.13",
        "{implementation: Postfix, version: v3.10.13}",
        "{implementation: Postfix, version: v3.10.13, distribution: Debian 13}",
        "{implementation: Postfix, version: v3.10, distribution: Debian 13}",
    ],
)
def test_the_letter_before_a_version_is_no_part_of_it(component: str) -> None:
    assert one(*TESTED, component=component).status is Status.WORKS


def test_the_letter_may_stand_in_a_range_and_before_the_product_s_version() -> None:
    finding = one(*TESTED, component="'Postfix >=v3.6 <V3.11'", product="smtplib v3.11.7")
    assert finding.tested == ("3.7.11", "3.10.13")
    assert one(*TESTED, component="Postfix v3.8.6").below == "3.7.11"


def test_a_version_that_was_tested_with_the_letter_keeps_it() -> None:
    assert one(cell(peer="postfix@v3.10.13"), component="Postfix v3.10.13").status is Status.WORKS


@pytest.mark.parametrize(
    ("version", "meant"),
    [
        ("3.10.something", "Did you mean '3.10'?"),
        ("Debian13", "Did you mean the distribution 'Debian 13'?"),
        ("latest", "Write a version such as 3.7.11"),
        ("'>=banana'", "Write a version such as 3.7.11"),
    ],
)
def test_what_is_no_version_is_refused_with_what_was_meant(version: str, meant: str) -> None:
    with pytest.raises(ConfigError, match="is no version") as caught:
        one(*TESTED, component=f"{{implementation: Postfix, version: {version}}}")
    assert meant in caught.value.hint


def test_what_was_tested_is_a_version_whatever_it_looks_like() -> None:
    assert one(cell(peer="postfix@rolling"), component="{implementation: Postfix, version: rolling}").status


@pytest.mark.parametrize("wanted", ["unicode", "umlauts", "an accent", "UTF-8"])
def test_a_customer_s_word_leads_to_the_feature(wanted: str) -> None:
    facts = [suite([feature(), feature("smtputf8-address")])]
    with pytest.raises(UnknownNameError, match="Did you mean 'smtputf8-address'"):
        asked(matrix([cell()], facts), "Postfix 3.10.13", features=wanted)


def test_a_minimum_of_another_kind_than_what_was_measured_is_refused() -> None:
    for minimum in ("20 minutes", "5 recipients"):
        with pytest.raises(ConfigError, match="is measured in MiB, not in"):
            one(sized(2, "MiB"), features=f"dot-stuffing: {minimum}")


def test_a_name_that_nobody_knows_is_told() -> None:
    assert asked(matrix([cell()]), "Haraka 3.0, Postfix 3.10.13").unknown == ("Haraka",)


def test_a_go_live_that_has_passed_is_told() -> None:
    notes = asked(matrix([cell()]), "Postfix 3.10.13", more="go_live: 2020-01-01").notes
    assert notes == ("The go-live, 2020-01-01, has passed; this is what is known now.",)
    assert asked(matrix([cell()]), "Postfix 3.10.13", more="go_live: 2120-01-01").notes == ()


def test_a_change_to_what_was_tested_is_newly_known_to_work() -> None:
    report = asked(matrix([cell()]), "Postfix 3.8.6", change={"postfix": "3.10.13"})
    assert report.change is not None
    assert [each.shift for each in report.change.shifted] == [Shift.KNOWN]
