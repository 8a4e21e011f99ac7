"""The whole site: every page of all runs, by file name.

Static and self-contained: pages link to one another by name alone and ask nothing of any network, so that
they work from a disk, a web server's folder, or a forge's pages. Reads no file and writes none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from interop.judge.history import history, together
from interop.judge.landscape import Landscape, landscapes
from interop.model.matrix import Matrix
from interop.report import (
    publish_check,
    publish_gaps,
    publish_history,
    publish_overview,
    publish_peer,
    publish_suite,
    site,
)
from interop.report.publish_check_data import Guide
from interop.report.publish_page import CHECK, GAPS, HISTORY, OVERVIEW, Place, navigation, page
from interop.report.publish_parts import Part, file_name, named, parts
from interop.report.site_markup import answer_of, text

_NO_EVIDENCE: Mapping[str, str] = MappingProxyType({})


def render(
    matrices: Sequence[Matrix], *, guide: Guide, now: float, evidence: Mapping[str, str] = _NO_EVIDENCE
) -> dict[str, str]:
    """Return the pages of one or more runs, by file name.

    `now` is in seconds since the epoch. `evidence` has texts by the cells' evidence paths.
    """
    found = parts(matrices)
    past = history(matrices)
    peers = _peers(found)
    current = [sheet for part in found for sheet in part.sheets if sheet.current]
    wide = [each for each in landscapes(sheet.section for sheet in current) if len(each.sections) > 1]
    suites = _suite_pages(wide, {part.file for part in found})
    places = _places(found, wide, suites)
    products = named(found)
    newest = max(matrices, key=lambda matrix: matrix.run.started)
    frame = _Frame(f"interop {newest.run.interop_version}", products, places)
    heads = [answer_of(sheet.head) for sheet in current if not publish_overview.covered(sheet, wide)]
    files = {
        OVERVIEW: page(
            title=f"Interoperability of {products}",
            description=_description(wide, heads),
            heading=f"Interoperability of {products}",
            lead=publish_overview.lead(found, wide, suites),
            content=publish_overview.content(found, past, peers, wide),
            places=navigation(places, OVERVIEW),
            generator=frame.generator,
        ),
        GAPS: frame.page(GAPS, "Gaps", *publish_gaps.content(current)),
        HISTORY: frame.page(HISTORY, "History", *publish_history.content(past, found, peers, now)),
        CHECK: publish_check.render(
            together(matrices), found, guide, navigation(places, CHECK), frame.generator
        ),
    }
    for landscape, file in zip(wide, suites, strict=True):
        sheets = {
            sheet.section.product: sheet
            for sheet in current
            if (sheet.section.suite.name, sheet.section.role) == (landscape.suite.name, landscape.role)
        }
        files[file] = frame.page(
            file,
            publish_suite.title(landscape, wide),
            publish_suite.answer(landscape),
            publish_suite.content(landscape, sheets, peers),
        )
    for part in found:
        shown = {cell.evidence for cell in part.matrix.cells if cell.evidence}
        texts = {name: evidence[name] for name in shown & evidence.keys()}
        files[part.file] = site.render(part.matrix, evidence=texts, navigation=navigation(places, part.file))
    for name, file in peers.items():
        content = publish_peer.content(name, found, wide)
        files[file] = frame.page(file, publish_peer.title(name, found), *content)
    return files


class _Frame:
    """What all pages of one site share."""

    def __init__(self, generator: str, products: str, places: Sequence[Place]) -> None:
        self.generator = generator
        self._products = products
        self._places = places

    def page(self, file: str, heading: str, answer: str, content: str) -> str:
        return page(
            title=f"{heading} · Interoperability of {self._products}",
            description=answer,
            heading=heading,
            lead=f'<div class="answer"><p>{text(answer, 600)}</p></div>',
            content=content,
            places=navigation(self._places, file),
            generator=self.generator,
        )


def _description(wide: Sequence[Landscape], heads: Sequence[str]) -> str:
    suites = [f"{publish_suite.title(each, wide)}: {publish_suite.answer(each)}" for each in wide]
    return " ".join((*suites, *heads)) or "Nothing was tested."


def _peers(found: Sequence[Part]) -> dict[str, str]:
    """Return the page of every implementation by its name: peers first, then products."""
    names = [column.peer for part in found for sheet in part.sheets for column in sheet.section.columns]
    names += [part.product for part in found]
    taken: set[str] = set()
    return {name: file_name(("with", name), taken) for name in dict.fromkeys(names)}


def _suite_pages(wide: Sequence[Landscape], taken: set[str]) -> list[str]:
    """Return the name of each landscape's page, in their order."""
    return [file_name(("suite", each.suite.name, each.role), taken) for each in wide]


def _places(found: Sequence[Part], wide: Sequence[Landscape], suites: Sequence[str]) -> tuple[Place, ...]:
    """Return the navigation: a suite's page stands for the matrices of all its products."""
    products = {part.product for part in found}
    covered = {(section.product, each.suite.name) for each in wide for section in each.sections}
    matrix = [
        Place(
            file=part.file,
            title="Matrix"
            if len(found) == 1
            else part.title
            if len(products) > 1
            else part.sheets[0].section.suite.title,
        )
        for part in found
        if (part.product, part.suite) not in covered
    ]
    tabs = [
        Place(file=file, title=publish_suite.title(each, wide))
        for each, file in zip(wide, suites, strict=True)
    ]
    return (
        Place(file=OVERVIEW, title="Overview"),
        *tabs,
        *matrix,
        Place(file=GAPS, title="Gaps"),
        Place(file=HISTORY, title="History"),
        Place(file=CHECK, title="Check a stack"),
    )
