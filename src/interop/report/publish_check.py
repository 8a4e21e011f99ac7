"""The stack checker as a page: `interop check` for people who have no command line.

The evidence, rules and words are embedded (`publish_check_data`); the page's script (assets/check/*.js,
joined in the order of `SCRIPTS`) answers as `judge.check` does, and sets the customer's sheet, which is
what is printed. Its Content-Security-Policy names the one script and its style sheets by their hashes.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from string import Template

from interop.judge.sections import Section
from interop.model.matrix import Matrix
from interop.report.publish_check_data import Guide, facts
from interop.report.publish_parts import Part, named
from interop.report.site import STYLE
from interop.report.site_data import script_json
from interop.report.site_markup import content_hash, short, summary, text

SCRIPTS = (
    "dom",
    *(
        f"check/{name}"
        for name in (
            "texts",
            "versions",
            "names",
            "minimums",
            "seldom",
            "evidence",
            "nearest",
            "impact",
            "ways",
            "findings",
            "check",
            "words",
            "answer",
            "systems",
            "sheet",
            "yaml",
            "stack",
            "plan",
            "form",
            "result",
            "page",
        )
    ),
)

_ASSETS = files("interop.report") / "assets"
_SCRIPT = "\n".join((_ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
_SCREEN = STYLE + (_ASSETS / "check/screen.css").read_text(encoding="utf-8")
_SHEET = (_ASSETS / "sheet.css").read_text(encoding="utf-8")
_ALWAYS = (_ASSETS / "check/always.css").read_text(encoding="utf-8")
_PAGE = Template((_ASSETS / "check/check.html").read_text(encoding="utf-8"))


_DESCRIPTION = (
    "Choose what stands beside {products}: what will work, what will not, what nobody has tested,"
    " and what to tell the customer."
)


def render(matrix: Matrix, found: Sequence[Part], guide: Guide, navigation: str, generator: str) -> str:
    """Return the page. `navigation` is HTML."""
    products = named(found)
    embedded = facts(matrix, guide) | {"places": _places(found)}
    return _PAGE.substitute(
        script_hash=content_hash(_SCRIPT),
        style_hashes=" ".join(f"'{content_hash(style)}'" for style in (_SCREEN, _SHEET, _ALWAYS)),
        generator=text(generator),
        title=short(f"Check a planned stack against {products}"),
        description=summary(_DESCRIPTION.format(products=products)),
        screen=_SCREEN,
        sheet=_SHEET,
        always=_ALWAYS,
        navigation=navigation,
        facts=script_json(embedded),
        script=_SCRIPT,
    )


def _places(found: Sequence[Part]) -> dict[str, str]:
    """Return where the cells of each product version, suite and role stand."""
    return {_key(sheet.section): f"{sheet.file}#cell={sheet.id}" for part in found for sheet in part.sheets}


def _key(section: Section) -> str:
    key = f"{section.suite.name}\0{section.role}\0{section.product}\0{section.product_version}"
    return key.encode("utf-8", "replace").decode("utf-8")
