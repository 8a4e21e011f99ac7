from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from interop.model.attempt import Limit
from interop.model.matrix import Matrix, Verdict
from interop.report import terminal
from interop.report.text import measure
from tests.unit import examples
from tests.unit.examples import broken, cell, feature, matrix, suite

ALL = (examples.healthy, examples.with_gaps, examples.hostile, examples.smtp, examples.two_suites)
RSET = "suites/smtp/test_smtp.py::test_rset[smtplib@3.11.7-aiosmtpd@1.4.3]"
COPIED = ("  repeat ", "  evidence ")


def lines(found: Matrix, *, width: int = 200, colour: bool = False, unicode: bool = True) -> list[str]:
    return terminal.render(found, width=width, colour=colour, unicode=unicode).splitlines()


def row(found: list[str], title: str) -> str:
    return next(line for line in found if line[2:].startswith(title))


def test_the_first_thing_seen_is_the_answer() -> None:
    text = " ".join(lines(examples.smtp(), width=80)[:3])
    assert text.startswith("smtplib 3.11.7 · SMTP client: 27 of 35 features work with all 13 servers")


def test_with_several_suites_all_answers_come_first() -> None:
    shown = lines(examples.two_suites())
    assert [line.split(":")[0] for line in shown[:3]] == [
        "smtplib 3.11.7 · SMTP client",
        "smtplib 3.11.7 · MQTT publisher",
        "smtplib 3.11.7 · MQTT broker",
    ]


def test_a_long_report_gives_the_answer_once_more_at_its_end() -> None:
    shown = lines(examples.smtp())
    assert shown[-1] == shown[0]
    assert lines(examples.healthy())[-1] != lines(examples.healthy())[0]


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("width", [60, 80, 100, 200])
@pytest.mark.parametrize("example", ALL)
def test_every_line_fits_but_those_that_are_there_to_be_copied(
    example: Callable[[], Matrix], width: int, unicode: bool
) -> None:
    for line in lines(example(), width=width, unicode=unicode):
        assert measure(line) <= width or line.startswith(COPIED), line


@pytest.mark.parametrize("width", [60, 80, 200])
def test_the_rules_between_implementations_stand_in_one_column(width: int) -> None:
    for block in "\n".join(lines(examples.smtp(), width=width)).split("\n\n"):
        places = {tuple(at for at, sign in enumerate(line) if sign == "│") for line in block.splitlines()}
        longest = max(places, key=len)
        assert all(place == longest[: len(place)] for place in places)


def test_wide_characters_keep_the_columns_in_place() -> None:
    features = [feature("a", title="日本語のメール"), feature("b", title="plain")]
    shown = lines(matrix([cell("a"), cell("b"), broken("b", "exim@4.96")], [suite(features)]))
    places = {measure(line[: line.index("│")]) for line in shown if "│" in line}
    assert len(places) == 1


def test_without_unicode_all_is_ascii() -> None:
    assert terminal.render(examples.with_gaps(), unicode=False).isascii()
    assert terminal.render(examples.hostile(), unicode=False).isascii()
    accented = matrix([cell("a")], [suite([feature("a", title="Grüße")])])
    assert "Gr\\xfc\\xdfe" in terminal.render(accented, unicode=False)


@pytest.mark.parametrize("example", ALL)
def test_without_colour_nothing_acts_on_the_terminal(example: Callable[[], Matrix]) -> None:
    assert all(line.isprintable() for line in lines(example()))


def test_colours_change_nothing_but_the_colour() -> None:
    plain = terminal.render(examples.with_gaps(), width=80)
    coloured = terminal.render(examples.with_gaps(), width=80, colour=True)
    assert coloured != plain
    stripped = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in stripped.splitlines()] == plain.splitlines()


def test_versions_of_one_implementation_stand_side_by_side_under_its_name() -> None:
    shown = lines(examples.smtp())
    names = next(line for line in shown if "Postfix" in line)
    versions = shown[shown.index(names) + 1]
    assert versions.index("3.7.11") >= names.index("Postfix")
    assert versions.index("3.7.11") < versions.index("3.10.13") < versions.index("8.17.1.9")


def test_versions_are_cut_short_where_there_is_little_room_but_stay_apart() -> None:
    shown = lines(examples.smtp(), width=80)
    assert shown[shown.index("Gaps") - 1] == ""
    versions = " ".join(line for line in shown if line.lstrip().startswith("│") and "." in line)
    assert re.findall(r"\d[\d.]*", versions) == (
        [
            "1.4.3",
            "1.4.6",
            "1.11",
            "1.15",
            "4.94",
            "4.96",
            "4.98",
            "6.8",
            "7.6",
            "3.7",
            "3.10",
            "8.17",
            "8.18",
        ]
    )


def test_what_does_not_fit_goes_into_further_blocks_with_all_rows() -> None:
    shown = lines(examples.smtp(), width=80)
    assert sum(line.startswith("Works, of those tried") for line in shown) == 2
    assert sum("Null reverse-path" in line for line in shown) == 2


def test_a_configuration_stands_under_its_version_or_in_the_legend() -> None:
    assert any("+hardened" in line for line in lines(examples.with_gaps())[:8])
    assert any("+h hardened" in line for line in lines(examples.with_gaps(), width=60))


def test_each_verdict_has_a_glyph_of_its_own() -> None:
    shown = lines(examples.with_gaps())
    assert row(shown, "A bare LF").split("│")[1:] == ["    ✓    ", "   ✗       ✗        ✗"]
    assert row(shown, "Commands in one go").split("│")[1:] == ["    !    ", "   ·       ·        ✓"]
    assert row(shown, "Lines that begin").split("│")[1:] == ["    ✗    ", "  (✗)      ✓        ✓"]
    assert "~" in row(shown, "STARTTLS")
    assert "–" in row(shown, "Addresses outside")  # noqa: RUF001 - the glyph
    assert "?" in row(shown, "A message arrives")


def test_a_limit_stands_in_its_cell_with_its_unit() -> None:
    assert row(lines(examples.with_gaps()), "Largest message").split("│")[1].strip() == "10.24MB"
    assert row(lines(examples.with_gaps()), "Largest message").split("│")[2].split() == ["≥2MiB", "✓", "✓"]


def test_a_long_unit_stands_beside_the_feature() -> None:
    assert row(lines(examples.smtp()), "Most recipients").startswith(
        "  Most recipients in one message, recipients"
    )


def test_a_cell_that_fails_shows_no_limit() -> None:
    limit = (Limit(name="size", value=998, unit="B"),)
    shown = lines(matrix([broken("a", "exim@4.96", limits=limit)]))
    assert row(shown, "A ").split("│")[1].strip() == "✗"


def test_the_legend_explains_what_is_used_and_nothing_else() -> None:
    assert "✓ works   a number: works up to it" in lines(examples.healthy())
    assert not any("fails" in line for line in lines(examples.healthy()))
    assert "✓ works" in lines(matrix([cell()]))


def test_each_column_is_summed_up_over_what_was_tried() -> None:
    last = next(line for line in lines(examples.with_gaps()) if line.startswith("Works, of those tried"))
    assert re.findall(r"\d+/\d+", last) == ["4/6", "3/6", "4/6", "5/7"]


def test_rows_that_work_are_folded_only_in_a_long_matrix() -> None:
    features = [feature(f"f{number}") for number in range(80)]
    cells = [cell(each.id) for each in features[1:]]
    shown = lines(matrix([broken("f0", "postfix@3.10.13"), *cells], [suite(features)]))
    assert "  79 work everywhere" in shown
    assert not any("F7" in line for line in shown)
    assert any(line.startswith("✗ F0") for line in shown)


def test_a_gap_is_told_with_all_that_helps() -> None:
    shown = lines(examples.smtp())
    start = shown.index("✗ RSET after a refusal (RFC 5321, 4.1.1.5; SHOULD; serious)")
    assert shown[start + 1 : start + 8] == [
        "  customer sees  After one refused message, the next ones in the same session are lost.",
        "  with           aiosmtpd 1.4.3, 1.4.6: fails; aiosmtpd is at fault (likely)",
        "                 the second message never arrives",
        "                 aiosmtplib@5.1.2 fails with each of them as well, while it works elsewhere",
        "  workaround     Open a new session after each refusal. (verified)",
        f'  repeat         pytest --interop "{RSET}"',
        "  evidence       evidence/smtp/rset/aiosmtpd-1.4.3.txt",
    ]


def test_a_known_gap_says_what_was_declared() -> None:
    text = terminal.render(examples.smtp(), width=200)
    assert "(✗) Longest text line" in text
    assert "  expectation    known: MAIL-77: long lines are folded from 3.13 on" in text


def test_a_declared_gap_that_works_is_told() -> None:
    text = terminal.render(examples.with_gaps(), width=300)
    assert (
        "Declared gaps that work now\n  Addresses outside ASCII with Postfix 3.10.13+hardened: declared"
        in text
    )


def test_what_was_not_tested_is_grouped_by_its_reason() -> None:
    shown = lines(examples.smtp())
    start = shown.index("Not tested (8)")
    assert shown[start + 1 : start + 3] == [
        "  the peer cannot be configured for `full-mailbox`",
        "    Full mailbox is reported, with aiosmtpd 1.4.3, 1.4.6; chasquid 1.11, 1.15",
    ]


def test_errors_are_kept_apart_from_gaps() -> None:
    shown = lines(examples.smtp())
    gaps = shown[shown.index("Gaps") : shown.index("Degraded")]
    assert not any("TLS from the first byte" in line for line in gaps)
    errors = shown[shown.index("Errors, which say nothing about either side (1)") :]
    assert errors[1] == "  the peer never became ready: port smtps refused connections for 60 s"
    assert "test_implicit_tls" in errors[3]


def test_a_run_that_was_cut_short_says_so() -> None:
    assert "interrupted before its end" in lines(matrix([cell()], interrupted=True))[1]
    assert "interrupted before its end" in lines(matrix([cell()], finished=0.0))[1]


def test_a_megabyte_of_hostile_text_makes_no_megabyte_of_report() -> None:
    assert len(terminal.render(examples.hostile())) < 60_000


def test_a_matrix_without_cells_says_that_nothing_was_tested() -> None:
    assert terminal.render(matrix([])) == "nothing was tested: no cell was planned\n"


def test_a_huge_matrix_is_kept_readable() -> None:
    shown = lines(examples.large(20_000))
    assert sum(line.startswith("✗ Feature") for line in shown) < 200 * 100
    assert sum(line.startswith("  repeat") for line in shown) == 40
    assert "  and 160 gaps more, which the other reports have" in shown


@pytest.mark.parametrize("verdict", list(Verdict))
def test_each_verdict_alone_can_be_drawn(verdict: Verdict) -> None:
    assert terminal.render(matrix([cell(verdict=verdict)]))
