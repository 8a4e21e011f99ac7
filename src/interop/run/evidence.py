"""What an attempt leaves to look at: transcript, logs and output as text, secrets redacted, sizes capped.

Knows nothing of verdicts; writes only where it is told to.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from interop.run.wire import Chunk, Conversation

LINE_LIMIT = 400
"""Characters shown of one line of a transcript."""
TRANSCRIPT_LIMIT = 128 * 1024
"""Characters of one attempt's transcript; the middle is left out of a longer one."""
HEX_LIMIT = 256
"""Bytes of one binary chunk that are shown."""
LOG_LIMIT = 64 * 1024
"""Characters of one log."""

_SECRET_LINE = re.compile(rb"(?im)^(AUTH\s+\S+\s+)(\S+)(\r?)$")
ASCII = 0x7F
_PRINTABLE = frozenset(b"\t\r\n" + bytes(range(32, 127)))


def transcript(conversations: Sequence[Conversation], *, secrets: Iterable[str] = ()) -> str:
    """Return both directions with their times; text as text, anything else as hex with offsets."""
    parts = []
    for number, conversation in enumerate(conversations, 1):
        closed = f", closed by the {conversation.closed_by}" if conversation.closed_by else ""
        parts.append(f"== connection {number} to port {conversation.port}{closed}")
        offsets = {"client": 0, "server": 0}
        for chunk in list(conversation.chunks):
            parts.extend(_chunk(chunk, conversation.started, offsets[chunk.side]))
            offsets[chunk.side] += len(chunk.data)
        if conversation.dropped:
            parts.append(f"   … {conversation.dropped:,} more bytes passed and were not kept")
    return _middle_out(redact("\n".join(parts), secrets), TRANSCRIPT_LIMIT)


def _chunk(chunk: Chunk, started: float, offset: int) -> list[str]:
    mark = "C:" if chunk.side == "client" else "S:"
    stamp = f"{chunk.time - started:8.3f} {mark} "
    if _is_text(chunk.data):
        text = _SECRET_LINE.sub(rb"\1<redacted>\3", chunk.data).decode("utf-8", "backslashreplace")
        return [stamp + _visible(line) for line in text.splitlines(keepends=True)]
    rows = []
    for start in range(0, min(len(chunk.data), HEX_LIMIT), 16):
        row = chunk.data[start : start + 16]
        shown = "".join(chr(byte) if byte in _PRINTABLE and chr(byte).isprintable() else "." for byte in row)
        rows.append(f"{stamp}{offset + start:06x}  {row.hex(' '):<47}  {shown}")
    if len(chunk.data) > HEX_LIMIT:
        rows.append(f"{stamp}… {len(chunk.data) - HEX_LIMIT:,} more bytes")
    return rows


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(byte in _PRINTABLE or byte > ASCII for byte in data)


def _visible(line: str) -> str:
    """Show line ends that matter: a bare LF or CR is what some failures are about."""
    ending = (
        "" if line.endswith("\r\n") else "␊" if line.endswith("\n") else "␍" if line.endswith("\r") else "⏎…"
    )
    body = line.rstrip("\r\n")
    if len(body) > LINE_LIMIT:
        body = f"{body[:LINE_LIMIT]}… ({len(body):,} characters)"
    return body + (ending if ending != "⏎…" else " …")


def redact(text: str, secrets: Iterable[str]) -> str:
    """Replace every secret, as itself and in base64, by `<redacted>`."""
    for secret in secrets:
        if not secret:
            continue
        for form in (secret, base64.b64encode(secret.encode()).decode()):
            text = text.replace(form, "<redacted>")
    return text


def _middle_out(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n   … {len(text) - limit:,} characters left out …\n{text[-half:]}"


def write_evidence(file: Path, facts: Mapping[str, str], sections: Mapping[str, str]) -> None:
    """Write one attempt's evidence: facts on top, then each section that is not empty."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{name}: {value}" for name, value in facts.items()]
    for title, text in sections.items():
        if text.strip():
            lines += ["", f"---- {title} ----", _middle_out(text.rstrip(), LOG_LIMIT * 2)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="replace")
