"""What a driver writes, read: a line as a message of JSON-RPC 2.0, and what it said before it ended.

Knows what people get wrong there, and says what to do instead; nothing of operations or of processes.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from interop.errors import DriverError

SHOWN = 200
"""Bytes of a wrong answer that are repeated to the user."""
LAST_LINES = 30
"""Lines of its standard error among which the words are looked for with which a program ended."""

_OPENING = re.compile(rb"\s*[\[{]\s*(?:\"[^\"]*\"\s*:.*)?[\[{,]?\s*$")
"""The first line of an object that goes on in the next one."""
_CRASH = re.compile(r"(?:[\w.$]*(?:Error|Exception)\b|panic: |fatal: )")
"""How the line begins in which an interpreter says what ended a program; its own version may come last."""


def message(line: bytes, role: str) -> dict[str, Any]:
    """Return the message that stands in a line; raise DriverError for what is none, with what to do."""
    try:
        found = msgspec.json.decode(line)
    except msgspec.DecodeError:
        found = None
    if isinstance(found, dict) and found.get("jsonrpc") == "2.0":
        return found
    if isinstance(found, dict) and {"id", "result", "error"} & set(found):
        hint = 'Give every answer "jsonrpc": "2.0".'
    elif found is None and _OPENING.match(line):
        hint = "Write each message on one line: a line end ends it."
    else:
        hint = "Print what is meant for people on standard error."
    raise DriverError(
        f"the driver of the {role} wrote on standard output what is no JSON-RPC 2.0: {shown(line)}.",
        hint=hint,
    )


def error_of(answer: dict[str, Any], operation: str, role: str) -> dict[str, Any] | None:
    """Return the error in an answer, None where there is a result; raise DriverError for one of no shape."""
    error = answer.get("error")
    if error is None or isinstance(error, dict):
        return error
    what = f"the driver of the {role} answered {operation}() with an error that is no object"
    raise DriverError(
        f"{what}: {shown(msgspec.json.encode(error))}.",
        hint='Answer {"code": -32000, "message": "what went wrong"}.',
    )


def last_words(log: str) -> str:
    """Return the line that says why a program has ended, else its last one; empty when it said nothing."""
    lines = log.strip().splitlines()[-LAST_LINES:]
    crashes = [line for line in lines if _CRASH.match(line)] or [line for line in lines if "Error" in line][
        :1
    ]
    return (crashes or lines or [""])[-1].strip()


def shown(data: bytes) -> str:
    """Return the beginning of what a driver has sent."""
    return repr(data[:SHOWN].decode("utf-8", "replace"))
