from __future__ import annotations

import html
import re

import pytest

from interop.model.matrix import Verdict
from interop.report import markdown
from tests.unit import examples
from tests.unit.examples import HOSTILE, broken, cell, matrix


def test_the_first_thing_seen_is_the_answer() -> None:
    lines = markdown.render(examples.smtp()).splitlines()
    assert lines[0] == "### ❌ smtplib 3.11.7 · SMTP client"
    assert lines[2].startswith("**27 of 35 features work with all 13 servers, 3 more wherever tried; 4 gaps")


def test_a_run_without_new_gaps_is_green_and_one_without_tests_is_not() -> None:
    assert markdown.render(examples.healthy()).startswith("### ✅")
    assert markdown.render(matrix([cell(verdict=Verdict.UNTESTED)])).startswith("### ⬜")


def test_the_table_has_a_column_for_each_peer_and_a_row_for_each_feature() -> None:
    table = [line for line in markdown.render(examples.with_gaps()).splitlines() if line.startswith("|")]
    assert table[0] == (
        "| Feature | Exim<br>4.98.2 | Postfix<br>3.7.11 | Postfix<br>3.10.13 | Postfix<br>3.10.13+hardened |"
    )
    assert "| Largest message | 10.24 MB | ≥ 2 MiB | ✅ | ✅ |" in table
    assert "| Lines that begin with a dot arrive unchanged | ❌ | ❌ known | ✅ | ✅ |" in table
    assert table[-1] == "| Works, of those tried | 4/6 | 3/6 | 4/6 | 5/7 |"
    assert {line.count("|") for line in table} == {6}


def test_the_legend_gives_each_glyph_its_word() -> None:
    assert "✅ works (15) · 🟡 degraded (1) · ❌ fails (7)" in markdown.render(examples.with_gaps())


def test_a_gap_has_all_that_helps() -> None:
    text = html.unescape(markdown.render(examples.smtp()))
    gap = text[text.index("<b>RSET") : text.index("</details>")]
    assert "(RFC 5321, 4.1.1.5, SHOULD, serious) with aiosmtpd 1.4.3, 1.4.6</summary>" in gap
    assert "- Customer sees: After one refused message" in gap
    assert "- aiosmtpd 1.4.3, 1.4.6: fails; aiosmtpd is at fault (likely)" in gap
    assert "  - Workaround: Open a new session after each refusal. (verified)" in gap
    assert "::test_rset[smtplib@3.11.7-aiosmtpd@1.4.3]" in gap


def test_a_command_can_be_copied_just_as_it_was() -> None:
    text = html.unescape(markdown.render(examples.smtp()))
    assert (
        '<code>pytest --interop "suites/smtp/test_smtp.py::test_rset[smtplib@3.11.7-aiosmtpd@1.4.3]"</code>'
        in text
    )


def test_untested_cells_and_errors_are_summed_up_by_reason() -> None:
    text = html.unescape(markdown.render(examples.smtp()))
    assert "**Not tested: 8**" in text
    assert (
        "- the peer cannot be configured for `greylisting` (4): Tries again after 450, with aiosmtpd" in text
    )
    assert "**Errors: 1**" in text


def test_a_declared_gap_that_works_is_told() -> None:
    assert "- ✅ smtputf8 with Postfix 3.10.13+hardened: declared as a gap" in markdown.render(
        examples.with_gaps()
    )


def test_several_suites_give_their_answers_first() -> None:
    text = markdown.render(examples.two_suites())
    assert text.index("### ❌ smtplib 3.11.7 · MQTT broker") < text.index("| Feature |")
    assert "#### smtplib 3.11.7 · MQTT publisher" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a|b", "a&#124;b"),
        ("`x`", "&#96;x&#96;"),
        ("<script>", "&#60;script&#62;"),
        ("a\nb", "a b"),
        ("[x](https://evil.test)", "&#91;x&#93;(https&#58;//evil.test)"),
        ("www.evil.test", "www&#46;evil.test"),
        ("ask @everyone", "ask @&#8203;everyone"),
        ("@everyone", "@&#8203;everyone"),
        ("postfix@3.10", "postfix@3.10"),
        ("*a* _b_ ~c~ #1 $x$", "&#42;a&#42; &#95;b&#95; &#126;c&#126; &#35;1 &#36;x&#36;"),
        ("&amp;", "&#38;amp;"),
    ],
)
def test_nothing_in_a_text_acts_as_markdown(text: str, expected: str) -> None:
    assert markdown.escape(text) == expected


def test_escaped_text_reads_as_what_it_was() -> None:
    assert html.unescape(markdown.escape("a|b *c* <d> [e] `f` & \\g")) == "a|b *c* <d> [e] `f` & \\g"


def test_hostile_text_brings_no_tag_no_row_and_no_mention() -> None:
    text = markdown.render(examples.hostile())
    assert set(re.findall(r"</?(\w+)", text)) == {"b", "br", "code", "details", "summary"}
    assert "@everyone" not in re.sub(r"<code>.*?</code>", "", text)
    assert {line.count("|") for line in text.splitlines() if line.startswith("|")} == {8}
    assert text.replace("\n", "").isprintable()
    assert HOSTILE not in text


@pytest.mark.parametrize("limit", [100_000, 7_000, 5_000, 3_000, 2_000, 1_000, 500])
def test_the_summary_never_exceeds_its_limit(limit: int) -> None:
    assert len(markdown.render(examples.smtp(), limit=limit).encode()) <= limit


def test_what_is_shortened_says_so_and_keeps_what_fails() -> None:
    whole = markdown.render(examples.smtp())
    assert markdown.SHORTENED not in whole
    short = markdown.render(examples.smtp(), limit=len(whole.encode()) - 1)
    assert markdown.SHORTENED in short
    assert "| Null reverse-path |" not in short
    assert "| RSET after a refusal |" in short
    assert "| Works, of those tried |" in short


def test_gaps_are_the_last_to_go() -> None:
    text = markdown.render(examples.large(5_000), limit=30_000)
    assert "| Feature 0001 |" not in text
    assert "<b>Feature 0001</b>" in text
    assert "| Works, of those tried |" in text


def test_ten_thousand_cells_with_a_gap_in_each_row_stay_below_a_small_limit() -> None:
    assert len(markdown.render(examples.large(10_000), limit=50_000).encode()) <= 50_000


def test_a_matrix_without_cells_says_that_nothing_was_tested() -> None:
    assert "**Nothing was tested: no cell was planned.**" in markdown.render(matrix([]))


def test_a_gap_without_workaround_or_evidence_has_no_empty_lines_for_them() -> None:
    text = markdown.render(matrix([broken("a", "exim@4.96", evidence="", scenario="")]))
    assert "Workaround" not in text
    assert "Evidence" not in text
    assert "Repeat" not in text
