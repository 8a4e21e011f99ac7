"""The four tests that stand behind every table of planted defects; each suite's file brings its own runs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import ClassVar

import pytest

from tests.containers.planted.runs import Seen, listed, report
from tests.containers.planted.table import accused


class Verdicts:
    """Inherited by a test class, beside a fixture `seen`."""

    table: ClassVar[str]
    """The file of the table among the self-test's reports."""
    real_gaps: ClassVar[Mapping[tuple[str, str], str]]
    """What real libraries really lack, by product and feature."""
    met: ClassVar[set[str]]
    """Peers that healthy pairings must have been tried with."""

    def test_every_planted_defect_is_found_and_blamed_on_the_right_side(
        self, seen: Seen, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with capsys.disabled():
            sys.stdout.write(report(seen, self.table, self.real_gaps))
        wrong = [each for each in seen.rows if not each.right_throughout]
        assert not wrong, "\n".join(map(str, wrong))

    def test_no_healthy_pairing_is_accused(self, seen: Seen) -> None:
        assert {cell.peer for cell in seen.healthy if cell.tried} >= self.met
        found = accused(seen.healthy, self.real_gaps)
        assert not found, listed(found)

    def test_each_planted_program_works_but_for_its_defect(self, seen: Seen) -> None:
        others = [cell for each in seen.rows for cell in each.others]
        assert not others, listed(others)

    def test_no_run_leaves_anything_behind(self, seen: Seen) -> None:
        assert not seen.left, "\n".join(seen.left)
