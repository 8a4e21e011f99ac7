"""A comparison and a history in words."""

from __future__ import annotations

import dataclasses
import re

import msgspec

from interop.judge.diff import diff
from interop.judge.history import history
from interop.model.matrix import Verdict
from interop.report import diff_text, history_text
from tests.unit.examples import HOSTILE, STARTED, broken, cell, hostile, large, matrix


def test_a_comparison_says_what_was_and_what_is() -> None:
    text = diff_text.render(diff(matrix([cell()]), matrix([broken("dot-stuffing", "postfix@3.10.13")])))
    assert text.startswith("1 regressed; 0 cells the same.\n")
    assert "  regressed: Dot stuffing (works → fails: assert:body-differs)" in text


def test_nothing_that_differs_is_said_in_one_sentence() -> None:
    assert "Nothing differs in 1 cell." in diff_text.render(diff(matrix([cell()]), matrix([cell()])))


def test_a_peer_that_was_left_out_takes_one_line_and_stands_below_what_regressed() -> None:
    gone = [cell(f"feature-{number}", "chasquid@1.6") for number in range(91)]
    old = matrix([*gone, cell(), broken("quit", "chasquid@1.6")])
    text = diff_text.render(diff(old, matrix([broken("dot-stuffing", "postfix@3.10.13")])))
    assert text.index("regressed: Dot stuffing") < text.index("chasquid@1.6")
    assert "  no longer tried: 92 features (91 works, 1 fails)\n" in text
    assert text.count("\n") == 8


def test_of_a_new_peer_each_gap_is_named_and_the_rest_is_counted() -> None:
    cells = [cell(f"feature-{number}") for number in range(9)]
    text = diff_text.render(diff(matrix([]), matrix([*cells, broken("quit", "postfix@3.10.13")])))
    assert "  new: Quit (fails: assert:body-differs)\n  new: 9 features (9 works)\n" in text


def test_a_few_features_that_a_known_peer_lost_are_named() -> None:
    old = matrix([cell("quit"), cell("helo"), cell()])
    text = diff_text.render(diff(old, matrix([cell()])))
    assert "no longer tried: Quit (works)" in text
    assert "no longer tried: Helo (works)" in text


def test_with_several_products_each_line_says_whose_it_is() -> None:
    text = diff_text.markdown(diff(matrix([]), matrix([cell(), cell(product="swaks")])))
    assert "| swaks with postfix" in text
    assert " to 2 products (2026-09-21 14:13 UTC)." in text


def test_a_comment_fits_what_github_takes_and_counts_what_it_left_out() -> None:
    new = matrix(
        [broken(f"feature-{number}", f"postfix@3.{number}", signature="é" * 150) for number in range(900)]
    )
    text = diff_text.markdown(diff(matrix([cell()]), new))
    assert 50_000 < len(text.encode()) <= diff_text.LONGEST_COMMENT < 65_536
    assert re.search(r"Left out here: \d+ new, 1 no longer tried\. <code>interop diff</code>", text)


def test_a_comment_of_many_cells_has_the_regression() -> None:
    old, new = large(20_000), large(20_000)
    worked = max(at for at, cell in enumerate(new.cells) if cell.verdict is Verdict.WORKS)
    cells = list(new.cells)
    cells[worked] = msgspec.structs.replace(cells[worked], verdict=Verdict.FAILS)
    changed = dataclasses.replace(new, cells=tuple(cells))
    text = diff_text.markdown(diff(dataclasses.replace(old, cells=old.cells[10_000:]), changed))
    assert len(text.encode()) <= diff_text.LONGEST_COMMENT
    assert "| regressed |" in text.splitlines()[6]


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
