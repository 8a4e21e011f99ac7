"""Pieces of HTML that the pages' parts share. Every text that comes in is escaped here and nowhere else."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from html import escape

from interop.judge.summary import Headline
from interop.model.matrix import Verdict
from interop.report.site_data import MEANINGS, web_address
from interop.report.style import GLYPHS
from interop.report.text import clip, visible


def text(value: str, longest: int = 2_000) -> str:
    """Return any text, whoever wrote it, so that HTML and a reader's eye take it for nothing but text."""
    return escape(visible(value, longest))


def short(value: str, longest: int = 120) -> str:
    """Return a text for a title: escaped, and cut without a word on how much is missing."""
    return escape(clip(_told(value, longest), longest))


def summary(value: str, longest: int = 300) -> str:
    """Return as many whole sentences as fit, for a search engine or the preview of a link; escaped."""
    shown = _told(value, longest)
    kept = ""
    for sentence in re.split(r"(?<=[.!?]) ", shown):
        if len(kept) + len(sentence) > longest:
            break
        kept += f" {sentence}"
    return escape(kept.strip() or clip(shown, longest))


def _told(value: str, longest: int) -> str:
    return visible(" ".join(value[: 10 * longest].split())[: 4 * longest])


def anchor(address: str, value: str) -> str:
    """Return a link to a place in the page."""
    return f'<a href="{escape(address)}">{text(value)}</a>'


def outward(url: str, value: str) -> str:
    """Return a link out of the page; the text alone where the address is not one of the web."""
    address = web_address(url)
    if not address:
        return text(value)
    return f'<a href="{escape(address)}" rel="noopener noreferrer">{text(value)}</a>'


def mark(verdict: Verdict, word: str = "", note: str = "") -> str:
    """Return a verdict with its glyph and its word, or `word` in its place, and a note below."""
    small = f"<small>{text(note)}</small>" if note else ""
    said = f"<i>{GLYPHS[verdict]}</i><span>{text(word or verdict.value)}</span>{small}"
    return f'<span class="v {verdict}">{said}</span>'


def answer_of(head: Headline) -> str:
    """Return a section's answer as a sentence of its own."""
    sentence = head.sentence()
    return f"{sentence[:1].upper()}{sentence[1:]}."


def share(cells: Counter[Verdict]) -> str:
    """Return a bar of cells by verdict; the words beside it say the same."""
    total = cells.total()
    left = 0.0
    parts = []
    for verdict in MEANINGS:
        width = 100 * cells[verdict] / total if total else 0.0
        parts.append(f'<rect class="{verdict}" x="{left:.3f}" width="{width:.3f}" height="1"/>')
        left += width
    bar = "".join(parts)
    return f'<svg class="share" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">{bar}</svg>'


def content_hash(content: str) -> str:
    """Return what a content security policy names a script or a style sheet by."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"
