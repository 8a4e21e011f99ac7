"""A comparison and a history in words."""

from __future__ import annotations

import re

from interop.judge.diff import diff
from interop.judge.history import history
from interop.report import diff_text, history_text
from tests.unit.examples import HOSTILE, STARTED, broken, cell, hostile, large, matrix


def test_a_comparison_says_what_was_and_what_is() -> None:
    text = diff_text.render(diff(matrix([cell()]), matrix([broken("dot-stuffing", "postfix@3.10.13")])))
    assert text.startswith("1 regressed; 0 cells the same.\n")
    assert "  regressed: Dot stuffing (works → fails: assert:body-differs)" in text


def test_nothing_that_differs_is_said_in_one_sentence() -> None:
    assert "Nothing differs in 1 cells." in diff_text.render(diff(matrix([cell()]), matrix([cell()])))


def test_a_comment_fits_a_job_summary() -> None:
    text = diff_text.markdown(diff(matrix([]), large(20_000)))
    assert len(text.encode()) < 1_000_000
    assert "more." in text


def test_hostile_text_can_do_nothing() -> None:
    for text in (
        diff_text.markdown(diff(matrix([]), hostile())),
        diff_text.render(diff(matrix([]), hostile())),
        history_text.render(history([hostile()]), now=STARTED),
    ):
        assert HOSTILE not in text
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", text)


def test_a_history_says_since_when() -> None:
    cells = [
        cell(peer="mosquitto@2.0.9"),
        broken("dot-stuffing", "mosquitto@2.0.11"),
        cell(peer="mosquitto@2.0.21"),
    ]
    text = history_text.render(history([matrix(cells)]), now=STARTED + 3 * 86_400)
    assert "smtp/dot-stuffing: mosquitto >=2.0.11 <2.0.21" in text
    assert "Since 2026-09-21 14:14 UTC (2 days ago). Works up to 2.0.9." in text
    assert "2 works, 1 fails" in text
