"""Pieces of HTML that the page's parts share. Every text that comes in is escaped here and nowhere else."""

from __future__ import annotations

from html import escape

from interop.model.matrix import Verdict
from interop.report.site_data import web_address
from interop.report.style import GLYPHS
from interop.report.text import visible


def text(value: str, longest: int = 2_000) -> str:
    """Return any text, whoever wrote it, so that HTML and a reader's eye take it for nothing but text."""
    return escape(visible(value, longest))


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
