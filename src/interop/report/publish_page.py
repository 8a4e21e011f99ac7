"""The frame of a published site's pages: head, policy, navigation. Knows nothing of what stands in them.

A page asks nothing of any network, and its Content-Security-Policy allows its own style sheet and no script.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template

from interop.report.site import STYLE
from interop.report.site_markup import content_hash, short, summary, text
from interop.report.text import moment

_ASSETS = files("interop.report") / "assets"
_PAGE = Template((_ASSETS / "published.html").read_text(encoding="utf-8"))
_STYLE = STYLE + (_ASSETS / "publish.css").read_text(encoding="utf-8")

NOTHING = "–"  # noqa: RUF001 - a dash that is wider than a hyphen
"""What stands where there is nothing to say."""

OVERVIEW, GAPS, HISTORY, CHECK = "index.html", "gaps.html", "history.html", "check.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One entry of the navigation."""

    file: str
    title: str


def navigation(places: Iterable[Place], here: str) -> str:
    """Return the links to the site's pages; the page on which they stand is marked."""
    links = "".join(
        f'<a href="{escape(place.file)}"{_current(place.file == here)}>{text(place.title, 80)}</a>\n'
        for place in places
    )
    return f'<nav class="pages" aria-label="Pages">\n{links}</nav>\n'


def _current(here: bool) -> str:
    return ' aria-current="page"' if here else ""


def table(titles: Iterable[str], rows: str, kind: str = "listing") -> str:
    """Return a table that scrolls by itself where it is wider than the page. `rows` is HTML."""
    head = "".join(f'<th scope="col">{text(title, 80)}</th>' for title in titles)
    return (
        f'<div class="scroll"><table class="{kind}"><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}</tbody></table></div>"
    )


def row(head: str, *cells: str) -> str:
    """Return a row of such a table; everything is HTML."""
    return f'<tr><th scope="row">{head}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>\n'


def day(seconds: float, never: str = "never") -> str:
    """Return seconds since the epoch as a day that is not broken over lines; `never` stands for 0."""
    return f'<span class="day">{moment(seconds)[:10]}</span>' if seconds else never


def cards(title: str, found: Iterable[tuple[str, str, str]]) -> str:
    """Return a section of links, each with an address, a name and a sentence; nothing when there is none."""
    items = "".join(
        f'<li><a href="{escape(address)}">{text(name)}</a><span>{text(said)}</span></li>\n'
        for address, name, said in found
    )
    return f'<section class="ways"><h2>{text(title)}</h2><ul>{items}</ul></section>\n' if items else ""


def page(
    *, title: str, description: str, heading: str, lead: str, content: str, places: str, generator: str
) -> str:
    """Return a page; `lead`, `content` and `places` are HTML, the rest is plain text."""
    return _PAGE.substitute(
        style=_STYLE,
        style_hash=content_hash(_STYLE),
        generator=text(generator),
        title=short(title),
        description=summary(description),
        navigation=places,
        heading=text(heading, 200),
        lead=lead,
        content=content,
    )
