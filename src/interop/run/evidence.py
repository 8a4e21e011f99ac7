"""What an attempt leaves to look at: transcript, logs and output as text, secrets redacted, sizes capped.

Knows nothing of verdicts; writes only where it is told to.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path

import msgspec

from interop.model.exchange import Exchange, Turn
from interop.run.redaction import Piece, cover, redact
from interop.run.tls_names import DATA, title
from interop.run.tls_plaintext import decrypt
from interop.run.wire import Conversation, Side

LINE_LIMIT = 400
"""Characters shown of one line of a transcript."""
TRANSCRIPT_LIMIT = 128 * 1024
"""Characters of one attempt's transcript; the middle is left out of a longer one."""
LOG_LIMIT = 128 * 1024
"""Characters of one log."""
EXCHANGE_LIMIT = 256 * 1024
"""Bytes of one connection that are kept for a replay."""
EXCHANGES = 8
"""Connections of one attempt that are kept for a replay."""
HELD = 0.05
"""Seconds from which on it is told that bytes were held back: less is how a machine works."""

_time = attrgetter("time")
_ASCII = 0x7F
_VISIBLE = bytes(range(32, _ASCII))
_PRINTABLE = frozenset(b"\t\r\n" + _VISIBLE)
_DOTTED = bytes(byte if byte in _VISIBLE else ord(".") for byte in range(256))
"""What a byte is shown as beside its hex digits."""
_HANDSHAKE = b"\x16\x03"
"""How TLS begins (RFC 8446, 5.1)."""
_HEX_LIMIT = 256
"""Bytes shown of what arrived at once and is no text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What passed on the wire, for people and for a replay, and the secrets that were found in it."""

    text: str
    exchanges: tuple[Exchange, ...]
    secrets: frozenset[str]


def transcript(conversations: Sequence[Conversation], *, key_log: bytes = b"") -> Transcript:
    """Return both directions with their times; text as text, anything else as hex with offsets.

    What was said inside TLS is shown in the clear and marked so, where `key_log` (SSLKEYLOGFILE's format)
    has its keys. What proves who somebody is, is covered.
    """
    parts: list[str] = []
    exchanges: list[Exchange] = []
    secrets: set[str] = set()
    for number, conversation in enumerate(conversations, 1):
        closed = f", closed by the {conversation.closed_by}" if conversation.closed_by else ""
        parts.append(f"== connection {number} to port {conversation.port}{closed}")
        notes = sorted(_passing(conversation), key=_time)
        pieces, found = cover(list(heapq.merge(_pieces(conversation, key_log), notes, key=_time)))
        secrets |= found
        for piece in pieces:
            parts.extend(_shown(piece))
        if conversation.dropped:
            parts.append(f"   … {conversation.dropped:,} more bytes passed and were not kept")
        if len(exchanges) < EXCHANGES:
            exchanges.append(_exchange(conversation, pieces))
    text = _middle_out("\n".join(parts), TRANSCRIPT_LIMIT)
    return Transcript(text=text, exchanges=tuple(exchanges), secrets=frozenset(secrets))


def _pieces(conversation: Conversation, key_log: bytes) -> Iterator[Piece]:
    """Yield what passed, in its order; what TLS protected as it was inside, where that can be read."""
    chunks = list(conversation.chunks)
    streams: dict[Side, bytes] = {
        side: b"".join(chunk.data for chunk in chunks if chunk.side == side) for side in ("client", "server")
    }
    plain = decrypt(streams["client"], streams["server"], key_log) if key_log else None
    records: dict[Side, list[Piece]] = {"client": [], "server": []}
    ends: dict[Side, list[int]] = {"client": [], "server": []}
    inner: dict[Side, int] = {"client": 0, "server": 0}
    for record in plain.records if plain else ():
        piece = Piece(time=0.0, side=record.side, layer=plain.version if plain else "")
        if record.kind == DATA:
            piece = replace(piece, data=record.data, offset=inner[record.side])
            inner[record.side] += len(record.data)
        else:
            piece = replace(piece, note=title(record.kind, record.data))
        records[record.side].append(piece)
        ends[record.side].append(record.end)
    offsets: dict[Side, int] = {"client": 0, "server": 0}
    read: dict[Side, int] = {"client": 0, "server": 0}
    for chunk in chunks:
        side, start, time = chunk.side, offsets[chunk.side], chunk.time - conversation.started
        end = offsets[side] = start + len(chunk.data)
        first, last = (plain.starts[side], plain.ends[side]) if plain else (end, end)
        if start < first:
            yield Piece(time=time, side=side, data=chunk.data[: first - start], offset=start)
        while read[side] < len(ends[side]) and ends[side][read[side]] <= end:
            piece = records[side][read[side]]
            read[side] += 1
            if piece.data or piece.note:
                yield replace(piece, time=time)
        if end > max(first, last):
            rest = max(start, last)
            yield Piece(time=time, side=side, data=chunk.data[rest - start :], offset=rest)


def _passing(conversation: Conversation) -> Iterator[Piece]:
    """Yield what the relay did not let through, or only later: the other side saw it then."""
    chunks = list(conversation.chunks)
    for chunk, passed in zip(chunks, conversation.passed_at(), strict=False):
        said = chunk.time - conversation.started
        if not passed:
            yield Piece(time=said, side=chunk.side, note="this did not go on to the other side")
        elif passed - chunk.time > HELD:
            note = f"what was said at {said:.3f} has gone on to the other side now"
            yield Piece(time=passed - conversation.started, side=chunk.side, note=note)


def _exchange(conversation: Conversation, pieces: Iterable[Piece]) -> Exchange:
    """Return the connection turn by turn, up to where it was not kept or cannot be read."""
    turns: list[Turn] = []
    size, whole = 0, not conversation.dropped
    inside: set[Side] = set()
    for piece in pieces:
        if piece.layer:
            inside.add(piece.side)
        if piece.note:
            continue
        unread = not piece.layer and (piece.side in inside or piece.data.startswith(_HANDSHAKE))
        if unread or size + len(piece.data) > EXCHANGE_LIMIT:
            whole = False
            break
        size += len(piece.data)
        text = piece.data.decode("latin-1")
        if turns and (turns[-1].side, turns[-1].layer) == (piece.side, piece.layer):
            turns[-1] = replace(turns[-1], text=turns[-1].text + text)
        else:
            turns.append(Turn(side=piece.side, layer=piece.layer, text=text))
    return Exchange(port=conversation.port, turns=tuple(turns), closed_by=conversation.closed_by, whole=whole)


def _shown(piece: Piece) -> list[str]:
    layer = f"[{piece.layer}] " if piece.layer else ""
    stamp = f"{piece.time:8.3f} {layer}{'C' if piece.side == 'client' else 'S'}: "
    if piece.note:
        return [f"{stamp}({piece.note})"]
    if _is_text(piece.data):
        text = piece.data.decode("utf-8", "backslashreplace")
        return [stamp + _visible(line) for line in text.splitlines(keepends=True)]
    rows = []
    for start in range(0, min(len(piece.data), _HEX_LIMIT), 16):
        row = piece.data[start : start + 16]
        shown = row.translate(_DOTTED).decode("ascii")
        rows.append(f"{stamp}{piece.offset + start:06x}  {row.hex(' '):<47}  {shown}")
    if len(piece.data) > _HEX_LIMIT:
        rows.append(f"{stamp}… {len(piece.data) - _HEX_LIMIT:,} more bytes")
    return rows


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(byte in _PRINTABLE or byte > _ASCII for byte in data)


def _visible(line: str) -> str:
    """Show line ends that matter: a bare LF or CR is what some failures are about."""
    ending = (
        "" if line.endswith("\r\n") else "␊" if line.endswith("\n") else "␍" if line.endswith("\r") else "⏎…"
    )
    body = line.rstrip("\r\n")
    if len(body) > LINE_LIMIT:
        body = f"{body[:LINE_LIMIT]}… ({len(body):,} characters)"
    return body + (ending if ending != "⏎…" else " …")


def _middle_out(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n   … {len(text) - limit:,} characters left out …\n{text[-half:]}"


def write_evidence(
    file: Path,
    facts: Mapping[str, str],
    sections: Mapping[str, str],
    wire: Transcript,
) -> None:
    """Write one attempt's evidence: facts on top, the wire, then each section that is not empty.

    Beside it, in a file of the same name that ends in `.json`, goes what can be replayed.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{name}: {redact(value, wire.secrets)}" for name, value in facts.items()]
    if wire.text:
        lines += ["", "---- on the wire ----", redact(wire.text, wire.secrets)]
    for heading, text in sections.items():
        if text.strip():
            shown = _middle_out(redact(text.rstrip(), wire.secrets), LOG_LIMIT)
            lines += ["", f"---- {heading} ----", shown]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="replace")
    file.with_suffix(".json").write_bytes(msgspec.json.encode(wire.exchanges))
