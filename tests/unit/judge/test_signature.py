from __future__ import annotations

import pytest

from interop.judge.signature import LIMIT, signature


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("no answer on 127.0.0.1:40123 after 2.01 s", "no answer on 127.0.0.1:55555 after 2.35 s"),
        ("box9ecd32324b was not found", "boxc5c4c9bd1a was not found"),
        ("object at 0x7fe82c380540", "object at 0x11223344"),
        ("id 3f0c0a5e-1d2b-4c3d-8e9f-001122334455", "id 00000000-1d2b-4c3d-8e9f-001122334455"),
    ],
)
def test_the_same_failure_has_the_same_signature_in_another_run(one: str, another: str) -> None:
    assert signature("failed", one) == signature("failed", another)


@pytest.mark.parametrize(
    ("one", "another"), [("550 no such user", "450 no such user"), ("998 became 1000", "998 became 990")]
)
def test_reply_codes_and_counts_tell_failures_apart(one: str, another: str) -> None:
    assert signature("failed", one) != signature("failed", another)


def test_only_the_first_line_counts_and_it_is_capped() -> None:
    assert signature("failed", "first\nsecond") == "failed: first"
    assert len(signature("failed", "word " * 100)) == LIMIT
