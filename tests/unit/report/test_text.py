from __future__ import annotations

import pytest

from interop.judge.sections import sections
from interop.judge.summary import Cause, gaps
from interop.model.attempt import Limit
from interop.model.matrix import Blame, Cell, Known, Tally, Verdict
from interop.report import text
from tests.unit import examples
from tests.unit.examples import HOSTILE, broken, cell


def test_nothing_in_hostile_text_acts() -> None:
    shown = text.visible(HOSTILE)
    assert shown.isprintable()
    assert shown.startswith("\\x1b[31mred\\x1b[0m\\x07\\x00|a|`b` <script>")
    assert "\\u202edrow\\ud800\\ufffe" in shown


def test_ordinary_text_of_any_script_is_left_as_it_is() -> None:
    assert text.visible("Grüße, 世界, и все · ≥ 2") == "Grüße, 世界, и все · ≥ 2"


def test_long_text_is_cut_and_counted() -> None:
    assert text.visible("a" * 5_000, 10) == "aaaaaaaaaa… (4,990 more characters)"


def test_of_many_lines_the_last_one_stays() -> None:
    shown = text.lines("\n".join(map(str, range(100))))
    assert shown == ["0", "1", "2", "3", "4", "5", "… (93 more lines)", "99"]


def test_wide_and_combining_characters_are_measured_as_they_are_drawn() -> None:
    assert text.measure("日本") == 4
    assert text.measure("\uff21") == 2
    assert text.measure("e\u0301") == 1
    assert text.pad("日本", 6) == "日本  "
    assert text.centre("日", 4) == " 日 "


@pytest.mark.parametrize("width", range(1, 12))
def test_clipped_text_is_never_wider_than_its_place(width: int) -> None:
    assert text.measure(text.clip("日本語 and more", width)) <= width


def test_text_that_fits_is_not_clipped() -> None:
    assert text.clip("日本語", 6) == "日本語"
    assert text.clip("日本語", 5) == "日本…"


@pytest.mark.parametrize("width", [12, 20, 40])
def test_wrapped_lines_keep_to_the_width_and_lose_nothing(width: int) -> None:
    words = "a short line and averyveryverylongwordindeed and 日本語日本語日本語 at the end"
    lines = text.wrap(words, width, "> ", "  ")
    assert all(text.measure(line) <= width for line in lines)
    assert "".join(line[2:] for line in lines).replace(" ", "") == words.replace(" ", "")
    assert lines[0].startswith("> ")


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (2_097_152, "B", "2 MiB"),
        (1_572_864, "bytes", "1.5 MiB"),
        (10_240_000, "octets", "10.24 MB"),
        (998, "B", "998 B"),
        (65_535, "B", "65,535 B"),
        (2_000, "B", "2 kB"),
        (100, "recipients", "100 recipients"),
        (0.125, "s", "0.125 s"),
        (1e12, "x", "1,000,000,000,000 x"),
        (float("inf"), "B", "inf B"),
    ],
)
def test_limits_are_shortened_with_their_unit(value: float, unit: str, expected: str) -> None:
    assert text.number(Limit(name="n", value=value, unit=unit)) == expected
    assert text.number(Limit(name="n", value=value, unit=unit, at_least=True)) == f"≥ {expected}"


def test_peers_are_named_by_implementation() -> None:
    (section,) = sections(examples.smtp())
    cells = [each for each in section.rows[0].cells if each.peer in {"exim", "postfix"}]
    assert text.named(section, cells) == "Exim 4.94.2, 4.96, 4.98.2; Postfix 3.7.11, 3.10.13"
    assert text.named(section, cells, most=3) == "Exim 4.94.2, 4.96, 4.98.2 and 2 more"
    assert text.named(section, section.rows[0].cells) == "every server"


@pytest.mark.parametrize(
    ("blame", "expected"),
    [
        (Blame.PRODUCT, "fails (crash); smtplib is at fault (certain)"),
        (Blame.PEER, "fails (crash); exim is at fault (certain)"),
        (Blame.SPECIFICATION, "fails (crash); both sides keep to the specification (certain)"),
        (Blame.NONE, "fails (crash)"),
    ],
)
def test_a_ruling_says_what_happened_and_whose_fault_it_is(blame: Blame, expected: str) -> None:
    assert text.ruling(Cause(cells=(broken("a", "exim@4.96", blame, outcome="crash"),))) == expected


def test_a_flaky_cell_says_how_often_it_passed() -> None:
    flaky = cell(verdict=Verdict.FLAKY, attempts=Tally(passed=2, total=3))
    assert text.ruling(Cause(cells=(flaky,))) == "flaky (2 of 3 attempts passed)"


def test_a_reason_for_several_peers_names_none_of_them_alone() -> None:
    (section,) = sections(examples.smtp())
    cause = gaps(section)[0].causes[0]
    assert text.because(cause) == [
        "the second message never arrives",
        "aiosmtplib@5.1.2 fails with each of them as well, while it works elsewhere",
    ]


def blamed(peer: str, comparison: str) -> Cell:
    reason = f"too much was sent\n{comparison}"
    return broken("a", peer, Blame.PEER, reason=reason, signature="too much was sent")


def test_a_peer_whose_name_begins_anothers_is_told_apart_from_it() -> None:
    cause = Cause(
        cells=(
            blamed(
                "mta@2.0-1", "swaks@1 fails with mta@2.0-1 as well, and smtplib@3.11.7 with mta@2.0-1.2 too"
            ),
            blamed(
                "mta@2.0-1.2", "swaks@1 fails with mta@2.0-1.2 as well, and smtplib@3.11.7 with mta@2.0-1 too"
            ),
        )
    )
    assert text.because(cause) == [
        "too much was sent",
        "for example with mta@2.0-1: swaks@1 fails with it as well, and smtplib@3.11.7 with mta@2.0-1.2 too",
    ]


def test_what_a_control_did_with_one_peer_is_not_said_of_the_others() -> None:
    cause = Cause(
        cells=(
            blamed("exim@4.96", "msmtp@1 and swaks@1 fail with exim@4.96 as well"),
            blamed("postfix@3.7", "swaks@1 fails with postfix@3.7 as well"),
        )
    )
    assert text.because(cause)[1:] == ["for example with exim@4.96: msmtp@1 and swaks@1 fail with it as well"]


def test_a_peer_that_is_also_a_control_keeps_its_name_as_one() -> None:
    cause = Cause(
        cells=tuple(blamed(peer, f"exim@4.96 fails with {peer} as well") for peer in ("exim@4.96", "nsd@4"))
    )
    assert text.because(cause)[1:] == ["exim@4.96 fails with each of them as well"]


def test_the_command_to_repeat_names_the_one_pairing() -> None:
    assert text.repeat(broken("rset", "postfix@3.10.13+hardened")) == (
        'pytest --interop "suites/smtp/test_smtp.py::test_rset[smtplib@3.11.7-postfix@3.10.13+hardened]"'
    )


def test_a_hostile_name_cannot_break_out_of_the_command() -> None:
    command = text.repeat(broken("a", "evil@1", scenario='a"; $(reboot) `reboot` \\'))
    assert command == ('pytest --interop "a\\"; \\$(reboot) \\`reboot\\` \\\\[smtplib@3.11.7-evil@1]"')


def test_a_cell_without_a_scenario_has_no_command() -> None:
    assert text.repeat(cell(scenario="")) == ""


@pytest.mark.parametrize("known", list(Known))
def test_each_state_of_an_expectation_has_its_own_words(known: Known) -> None:
    others = {text.standing(cell(known=each, expectation="ACME-1")) for each in Known if each is not known}
    assert text.standing(cell(known=known, expectation="ACME-1")) not in others


def test_a_workaround_says_whether_it_was_verified() -> None:
    assert text.workaround(cell(workaround="Do it.", workaround_verified=True)) == "Do it. (verified)"
    assert text.workaround(cell(workaround="Do it.", workaround_verified=False)) == (
        "Do it. (tried: it does not help)"
    )
    assert text.workaround(cell(), "Ask.") == "Ask."
    assert text.workaround(cell()) == ""
