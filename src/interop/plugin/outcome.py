"""From what a scenario raised to the outcome of its attempt: never guessed, and always with its side.

Knows pytest's exceptions and those of the run stage; nothing of what an outcome means for a cell.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from interop.errors import InteropError, Unsupported
from interop.model.attempt import Outcome
from interop.run.drivers import Died, DriverFault, Silent
from interop.run.wire import Conversation

REASON_LIMIT = 600
"""Characters of a reason; more stands in the evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one attempt ended with."""

    outcome: Outcome
    side: str = ""
    reason: str = ""


def outcome_of(  # noqa: PLR0911 - one line for each kind of end
    error: BaseException | None, conversations: list[Conversation], roles: tuple[str, str]
) -> Seen:
    """Return the outcome of what a scenario raised, None when it raised nothing.

    `roles` are those of the two sides: in a hang one of them was silent.
    """
    if error is None:
        return Seen(outcome=Outcome.PASSED)
    if isinstance(error, Unsupported):
        return Seen(outcome=Outcome.UNSUPPORTED, side=error.side, reason=error.statement)
    if isinstance(error, Silent):
        side = _silent_side(conversations, error.at, roles) or error.role
        quiet = "" if side == error.role else f"; on the wire it was the {side} that said nothing more"
        return Seen(outcome=Outcome.HANG, side=side, reason=f"{error.reason}{quiet}")
    if isinstance(error, Died):
        return Seen(outcome=Outcome.CRASH, side=error.role, reason=error.reason)
    if isinstance(error, DriverFault):
        return Seen(outcome=Outcome.FAILED, side=error.role, reason=_short(error.reason))
    if isinstance(error, InteropError):
        return Seen(outcome=Outcome.ERROR, reason=_short(str(error)))
    if isinstance(error, (AssertionError, pytest.fail.Exception)):
        return Seen(outcome=Outcome.FAILED, reason=_short(str(error)))
    return Seen(outcome=Outcome.ERROR, reason=_short(f"the scenario raised {type(error).__name__}: {error}"))


def _silent_side(conversations: list[Conversation], at: float, roles: tuple[str, str]) -> str:
    """Return who faces the one that spoke last where the connection was still open; empty where none was.

    On a connection that has ended nobody owes an answer: the one that gives none is then as was said.
    """
    spoken = [
        (chunk.time, chunk.side, conversation.answering)
        for conversation in conversations
        if not 0 < conversation.closed_at <= at
        for chunk in list(conversation.chunks)
        if chunk.time <= at
    ]
    if not spoken:
        return ""
    _, side, named = max(spoken)
    answering = named or roles[1]
    return answering if side == "client" else next(role for role in roles if role != answering)


def _short(text: str) -> str:
    """Keep the first paragraph: what pytest adds about the compared values stands in the evidence."""
    first = text.strip().split("\nassert ", 1)[0].split("\n  ", 1)[0].strip() or "an assertion did not hold"
    return first if len(first) <= REASON_LIMIT else f"{first[:REASON_LIMIT]}…"
