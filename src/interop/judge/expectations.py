"""What was declared against what was seen: known, changed, fixed, expired, each with its own sentence.

An entry is bound to a failure's signature, so that a known gap never hides a new one. Knows no files and no
clock: `today` is an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import msgspec

from interop.model.expectation import Expectation
from interop.model.matrix import WORKING, Cell, Known, Matrix, Verdict
from interop.model.versions import matches

RED = frozenset({Known.CHANGED, Known.FIXED, Known.EXPIRED})
"""What turns a run red although the entry is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The cell that an expectation may be about."""

    suite: str
    feature: str
    product: str
    peer: str
    version: str
    """The peer's version, by which it was chosen."""
    scheme: str
    configuration: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a cell stands to what was declared, and the sentence that says it."""

    known: Known
    sentence: str = ""
    expectation: Expectation | None = None


def find(where: Where, expectations: Sequence[Expectation]) -> tuple[Expectation, ...]:
    """Return the entries that are about this cell."""
    return tuple(each for each in expectations if _about(each, where))


def stand(  # noqa: PLR0911 - one line for each standing
    verdict: Verdict, signature: str, found: Sequence[Expectation], today: str
) -> Standing:
    """Return how a verdict stands to the entries about its cell; `today` is YYYY-MM-DD."""
    if not found:
        return Standing(known=Known.NONE)
    if verdict in WORKING:
        fixed = next((each for each in found if each.verdict is not Verdict.FLAKY), None)
        if fixed is None:
            return Standing(known=Known.NONE)
        return Standing(
            known=Known.FIXED,
            sentence=f"it works, although {fixed.place} declares that it {_said(fixed)}: delete that entry",
            expectation=fixed,
        )
    if verdict in {Verdict.UNTESTED, Verdict.ERROR}:
        return Standing(known=Known.NONE)
    match = next((each for each in found if each.verdict is verdict and _same(each, signature)), None)
    if match is None:
        return _changed(verdict, signature, found[0])
    if match.review <= today:
        return Standing(
            known=Known.EXPIRED,
            sentence=f"the gap is as declared, but {match.place} was to be reviewed by {match.review}:"
            " look at it again and set a new date",
            expectation=match,
        )
    return Standing(known=Known.KNOWN, sentence=f"known: {match.note}", expectation=match)


def apply(
    matrix: Matrix, expectations: Sequence[Expectation], today: str, schemes: dict[str, str] | None = None
) -> Matrix:
    """Return the matrix with every cell's standing; `schemes` are version schemes by peer name."""
    if not expectations:
        return matrix
    by_name = {party.name: party.version_scheme for party in matrix.parties} | (schemes or {})
    cells = tuple(
        _applied(cell, expectations, today, by_name.get(cell.peer, "debian")) for cell in matrix.cells
    )
    return replace(matrix, cells=cells)


def _applied(cell: Cell, expectations: Sequence[Expectation], today: str, scheme: str) -> Cell:
    standing = stand(cell.verdict, cell.signature, find(_where(cell, scheme), expectations), today)
    if standing.known is Known.NONE:
        return cell
    entry = standing.expectation
    workaround = entry.workaround.text if entry and entry.workaround else cell.workaround
    return msgspec.structs.replace(
        cell, known=standing.known, expectation=standing.sentence, workaround=workaround
    )


def _where(cell: Cell, scheme: str) -> Where:
    label = cell.peer_key.partition("@")[2].partition("+")[0] or cell.peer_version
    return Where(
        suite=cell.suite,
        feature=cell.feature,
        product=cell.product,
        peer=cell.peer,
        version=label,
        scheme=scheme,
        configuration=cell.configuration,
    )


def _about(entry: Expectation, where: Where) -> bool:
    return (
        entry.suite == where.suite
        and entry.feature == where.feature
        and entry.product in {"", where.product}
        and fnmatchcase(where.peer, entry.peer)
        and fnmatchcase(where.configuration, entry.configuration)
        and (not entry.versions or matches(where.version, entry.versions, where.scheme))
    )


def _same(entry: Expectation, signature: str) -> bool:
    if not entry.signature:
        return entry.verdict is Verdict.UNSUPPORTED
    return entry.signature == signature or fnmatchcase(signature, entry.signature)


def _said(entry: Expectation) -> str:
    return {Verdict.FLAKY: "is flaky", Verdict.UNSUPPORTED: "is unsupported"}.get(entry.verdict, "fails")


def _changed(verdict: Verdict, signature: str, entry: Expectation) -> Standing:
    if entry.verdict is not verdict:
        sentence = f"it is {verdict}, while {entry.place} declares that it {_said(entry)}"
    else:
        sentence = (
            f"it fails otherwise than {entry.place} declares: expected {entry.signature!r}, saw {signature!r}"
        )
    return Standing(known=Known.CHANGED, sentence=sentence, expectation=entry)
