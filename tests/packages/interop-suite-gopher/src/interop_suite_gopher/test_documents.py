"""Documents: what lies on the server is what the client's user gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from interop_suite_gopher.conftest import Reader

LAST_LINE = ["."]


def without_last_line(lines: list[str]) -> list[str]:
    """Leave the final period out, which has a scenario of its own."""
    return lines[:-1] if lines[-1:] == LAST_LINE else lines


@interop.feature("text")
def test_a_text_arrives_whole(reader: Reader) -> None:
    lines = without_last_line(reader.text("/letter.txt"))
    assert lines == reader.stored_text("/letter.txt"), "the text was changed"


@interop.feature("no-last-line")
@interop.needs("no-last-line")
def test_a_text_that_ends_with_the_connection_is_complete(reader: Reader) -> None:
    assert reader.text("/letter.txt") == reader.stored_text("/letter.txt"), "the text was changed"


@interop.feature("last-line")
@interop.needs("last-line")
def test_the_final_period_is_no_part_of_the_text(reader: Reader) -> None:
    assert reader.text("/letter.txt")[-1:] != LAST_LINE, (
        "the client keeps the final period as a line of the text"
    )


@interop.feature("periods")
def test_lines_that_begin_with_a_period_arrive_unchanged(reader: Reader) -> None:
    lines = without_last_line(reader.text("/periods.txt"))
    assert lines == reader.stored_text("/periods.txt"), "lines that begin with a period were changed"


@interop.feature("empty")
def test_a_text_without_a_line_is_no_failure(reader: Reader) -> None:
    assert without_last_line(reader.text("/empty.txt")) == [], "the client shows lines of an empty text"


@interop.feature("large")
def test_a_text_of_a_megabyte_arrives_whole(reader: Reader) -> None:
    stored = reader.stored_text("/large.txt")
    lines = without_last_line(reader.text("/large.txt"))
    assert len(lines) == len(stored), f"{len(stored)} lines became {len(lines)}"
    assert lines == stored, "the text was changed"
    interop.limit("text", len(reader.stored("/large.txt")), "bytes", at_least=True)


@interop.feature("binary")
def test_a_binary_file_arrives_unchanged(reader: Reader) -> None:
    content, stored = reader.fetch("/picture.bin", kind="9"), reader.stored("/picture.bin")
    assert len(content) == len(stored), f"{len(stored)} bytes became {len(content)}"
    assert content == stored, "the bytes were changed"
