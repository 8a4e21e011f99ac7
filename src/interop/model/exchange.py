"""What two sides said on one connection, turn by turn: what of an attempt can be replayed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one side said until the other one spoke."""

    side: str
    """`client` or `server`."""
    text: str
    """The bytes as Latin-1, one character a byte. Secrets are covered."""
    layer: str = ""
    """`TLS 1.3` when it was said inside TLS; empty in the clear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One connection."""

    port: str
    """The name of the port that the client reached."""
    turns: tuple[Turn, ...]
    closed_by: str = ""
    whole: bool = True
    """False when bytes are missing: it was too long, or TLS could not be read."""
