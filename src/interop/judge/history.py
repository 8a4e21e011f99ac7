"""Many runs along the versions: since when something fails, until when it worked, and how a suite fares.

Versions that were not tested stay unknown: a range such as `>=2.0.11 <2.0.21` says that everything tested in
it fails, and that 2.0.21 was tested and does not. Results of other product versions are kept side by side.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from interop.judge.reading import shown
from interop.judge.seldom import doubted, standing
from interop.model.attempt import Party
from interop.model.matrix import WORKING, Cell, Matrix, SuiteFacts, Verdict
from interop.model.suite import Feature
from interop.model.versions import sort_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One feature with one peer configuration and one product version, along the peer's versions."""

    suite: str
    feature: str
    role: str
    product: str
    product_version: str
    peer: str
    configuration: str
    versions: tuple[tuple[str, Verdict], ...]
    """Every version tested, oldest first, with its latest verdict."""
    failing: tuple[str, ...]
    """Ranges of versions in which everything tested fails."""
    unsure: tuple[str, ...] = ()
    """Versions with too few attempts to tell that an older one's failure is gone; they end no range."""
    worked_until: str = ""
    """The version before the first failing one; empty when none before it works."""
    failing_since: float = 0.0
    """When the failure that is there now was first seen, seconds since the epoch; 0 when there is none."""
    last_worked: float = 0.0
    """When any of the failing versions was last known to work; 0 when none ever was."""
    tested: float = 0.0
    """When it was last tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One run of one suite: the trend is the row of them."""

    run: str
    started: float
    product: str
    product_version: str
    counts: dict[Verdict, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that the runs say."""

    lines: tuple[Line, ...]
    trend: dict[str, tuple[Point, ...]]
    """By suite, oldest run first."""
    last_tested: dict[str, float]
    """By peer: when anything was last tried with it."""


def history(matrices: Iterable[Matrix]) -> History:
    """Return the history of all runs given, in whatever order they are."""
    runs = sorted(matrices, key=lambda matrix: matrix.run.started)
    schemes = {party.name: party.version_scheme for matrix in runs for party in matrix.parties}
    groups: dict[tuple[str, ...], list[Cell]] = defaultdict(list)
    last: dict[str, float] = {}
    for cell in _dated(runs):
        if cell.tried:
            key = (
                cell.suite,
                cell.feature,
                cell.role,
                cell.product,
                cell.product_version,
                cell.peer,
                cell.configuration,
            )
            groups[key].append(cell)
            last[cell.peer] = max(last.get(cell.peer, 0.0), cell.tested)
    return History(
        lines=tuple(_line(cells, schemes.get(cells[0].peer, "debian")) for cells in groups.values()),
        trend=_trend(runs),
        last_tested=last,
    )


def together(matrices: Sequence[Matrix]) -> Matrix:
    """Return one matrix that holds what is known of every cell; results of other versions stay.

    That is the latest result, save that a failure that comes seldom needs more than one attempt that passed
    to be gone (`seldom.standing`). Its run is the newest one.
    """
    runs = sorted(matrices, key=lambda matrix: matrix.run.started)
    cells: dict[tuple[str, ...], list[Cell]] = defaultdict(list)
    for cell in _dated(runs):
        key = (
            cell.suite,
            cell.feature,
            cell.role,
            cell.product,
            cell.product_version,
            cell.peer_key,
            cell.peer_version,
        )
        cells[key].append(cell)
    return dataclasses.replace(
        runs[-1],
        suites=_suites(runs),
        parties=_parties(runs),
        cells=tuple(_last(standing(said)) for said in cells.values()),
    )


def _last(cells: Iterable[Cell]) -> Cell:
    *_, last = cells
    return last


def _dated(runs: Iterable[Matrix]) -> Iterable[Cell]:
    """Yield all cells in the order of their runs; a tried cell without a time has its run's."""
    for matrix in runs:
        for cell in matrix.cells:
            undated = cell.tried and not cell.tested
            yield msgspec.structs.replace(cell, tested=matrix.run.started) if undated else cell


def _suites(runs: Iterable[Matrix]) -> tuple[SuiteFacts, ...]:
    newest: dict[str, SuiteFacts] = {}
    features: dict[str, dict[str, Feature]] = defaultdict(dict)
    for matrix in runs:
        for suite in matrix.suites:
            newest[suite.name] = suite
            features[suite.name].update((feature.id, feature) for feature in suite.features)
    return tuple(
        dataclasses.replace(suite, features=tuple(features[name].values())) for name, suite in newest.items()
    )


def _parties(runs: Iterable[Matrix]) -> tuple[Party, ...]:
    return tuple(
        {
            (party.suite, party.role, party.key, party.version): party
            for matrix in runs
            for party in matrix.parties
        }.values()
    )


def _line(cells: Sequence[Cell], scheme: str) -> Line:
    told: dict[str, list[Cell]] = defaultdict(list)
    for cell in sorted(cells, key=lambda cell: cell.tested):
        told[shown(cell, scheme)].append(cell)
    known = {version: list(standing(said)) for version, said in told.items()}
    latest = {version: said[-1] for version, said in known.items()}
    row = sorted(latest, key=lambda version: sort_key(version, scheme))
    unsure = tuple(each for each in row if doubted(latest[each], latest.values(), scheme, "debian"))
    firm = [version for version in row if version not in unsure]
    bad = [latest[version].verdict not in WORKING for version in firm]
    broken = [version for version, fails in zip(firm, bad, strict=True) if fails]
    first = latest[row[0]]
    worked = firm[bad.index(True) - 1] if any(bad) and bad.index(True) else ""
    return Line(
        suite=first.suite,
        feature=first.feature,
        role=first.role,
        product=first.product,
        product_version=first.product_version,
        peer=first.peer,
        configuration=first.configuration,
        versions=tuple((version, latest[version].verdict) for version in row),
        failing=tuple(_ranges(firm, bad)),
        unsure=unsure,
        worked_until=worked,
        failing_since=min((_since(known[version]) for version in broken), default=0.0),
        last_worked=max(
            (each.tested for version in broken for each in known[version] if each.verdict in WORKING),
            default=0.0,
        ),
        tested=max(cell.tested for cell in cells),
    )


def _ranges(row: Sequence[str], bad: Sequence[bool]) -> Iterable[str]:
    """Yield the stretches of failing versions: from the first that fails to the next that does not."""
    start = ""
    for version, broken in zip(row, bad, strict=True):
        if broken and not start:
            start = version
        elif not broken and start:
            yield f">={start} <{version}"
            start = ""
    if start:
        yield f">={start}"


def _since(known: Sequence[Cell]) -> float:
    """Return when a version's failure that is there now began: after it was last known to work."""
    failing = itertools.takewhile(lambda cell: cell.verdict not in WORKING, reversed(known))
    return min(cell.tested for cell in failing)


def _trend(runs: Iterable[Matrix]) -> dict[str, tuple[Point, ...]]:
    trend: dict[str, list[Point]] = defaultdict(list)
    for matrix in runs:
        counts: dict[str, Counter[Verdict]] = defaultdict(Counter)
        for cell in matrix.cells:
            counts[cell.suite][cell.verdict] += 1
        for suite, found in counts.items():
            trend[suite].append(
                Point(
                    run=matrix.run.id,
                    started=matrix.run.started,
                    product=matrix.run.product,
                    product_version=matrix.run.product_version,
                    counts=dict(found),
                )
            )
    return {suite: tuple(points) for suite, points in trend.items()}
