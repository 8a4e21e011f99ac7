"""How a party's output is read; what needs an engine is in tests/containers."""

from __future__ import annotations

import struct

from interop.run.engine.container import clean, demultiplex


def frame(number: int, text: bytes) -> bytes:
    return struct.pack(">BxxxL", number, len(text)) + text


def test_output_and_errors_are_told_apart() -> None:
    mixed = frame(1, b"out ") + frame(2, b"err") + frame(1, b"again")
    assert demultiplex(mixed) == (b"out again", b"err")


def test_half_a_frame_at_the_end_is_no_mistake() -> None:
    assert demultiplex(frame(1, b"whole") + frame(1, b"halved")[:-3]) == (b"wholehal", b"")
    assert demultiplex(frame(1, b"whole") + b"\x01\x00") == (b"whole", b"")


def test_what_would_move_a_terminals_cursor_is_left_out() -> None:
    assert clean("\x1b[31mred\x1b[0m\x07\r\n\ttab \x9b2J") == "red\n\ttab 2J"
