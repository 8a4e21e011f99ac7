"""Which side was silent when an operation had no answer."""

from __future__ import annotations

import pytest

from interop.model.attempt import Outcome
from interop.plugin.outcome import Seen, outcome_of
from interop.run.conversation import Chunk, Conversation, Side
from interop.run.drivers import Silent

ROLES = ("primary", "secondary")


def hung(*conversations: Conversation) -> Seen:
    """Return what is seen of a hang of the secondary's operation at the time 10."""
    return outcome_of(Silent("secondary", "no answer", at=10.0), list(conversations), ROLES)


def spoken(side: Side, *, answering: str = "", closed_at: float = 0.0) -> Conversation:
    made = Conversation("dns", 1.0, answering=answering, closed_at=closed_at)
    made.chunks = [Chunk(2.0, "client", b"?"), Chunk(3.0, side, b"x")]
    return made


@pytest.mark.parametrize(
    ("side", "answering", "silent"),
    [
        ("client", "primary", "primary"),
        ("server", "primary", "secondary"),
        ("client", "secondary", "secondary"),
        ("client", "", "secondary"),
    ],
)
def test_who_faces_the_last_to_speak_was_silent_whoever_opened_the_connection(
    side: Side, answering: str, silent: str
) -> None:
    seen = hung(spoken(side, answering=answering))
    assert (seen.outcome, seen.side) == (Outcome.HANG, silent)
    assert ("said nothing more" in seen.reason) == (silent != "secondary")


def test_nobody_owes_an_answer_on_a_connection_that_has_ended() -> None:
    assert hung(spoken("client", answering="primary", closed_at=4.0)) == Seen(
        outcome=Outcome.HANG, side="secondary", reason="no answer"
    )


def test_what_the_end_of_the_driver_closes_was_open_when_it_hung() -> None:
    assert hung(spoken("client", answering="primary", closed_at=10.5)).side == "primary"
