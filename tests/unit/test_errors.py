"""What a message repeats is other people's text: it is shown, and does not act."""

from __future__ import annotations

from interop.errors import InteropError, Place
from tests.unit.examples import HOSTILE


def test_nothing_in_a_message_steers_a_terminal() -> None:
    said = str(InteropError(f"no {HOSTILE}.", where=Place(f"a{HOSTILE}", 3), hint=f"Known: {HOSTILE}."))
    assert all(character.isprintable() or character == "\n" for character in said)
    assert "\\x1b[31mred" in said
    assert ":3: no " in said


def test_a_message_stays_short_however_long_the_name_is() -> None:
    said = str(InteropError("x" * 5_000, hint="y" * 5_000))
    assert len(said) < 2_100
    assert "… (4,000 more characters) yyy" in said


def test_the_lines_of_a_log_stay_lines() -> None:
    assert str(InteropError("it failed:\n    first\n    second\n")) == "it failed:\n    first\n    second\n"
