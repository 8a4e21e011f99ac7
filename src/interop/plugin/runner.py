"""How an item runs: attempts until they can be believed, then the controls, then the workaround.

Decides whether to repeat and what pytest reports; what the attempts mean is for `judge` to say.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from interop.errors import InteropError
from interop.judge.expectations import Standing, Where, find, stand
from interop.judge.verdict import BROKEN, rule
from interop.load.controls import ControlCache
from interop.load.record import JournalWriter
from interop.model.attempt import Attempt, Outcome
from interop.model.expectation import Expectation
from interop.model.matrix import WORKING, Known
from interop.model.suite import Suite, Workaround
from interop.plan import Pair, cell
from interop.plugin.attempts import Attempts, Declined, NotHad, Trial, Tried
from interop.plugin.cast import Actor
from interop.plugin.collect import FEATURE, PAIR, SKIP, Collection, scenario_id
from interop.plugin.company import Company
from interop.plugin.settings import Settings

Try = Callable[[Trial], Tried | Declined | NotHad]
"""Makes one attempt of a trial."""

CONTROL_ATTEMPTS = 3
"""Of a control that fails in a way of its own: more than half of them must pass for it to count as able."""
LOG_LINES = 12
"""Lines of a log that a failure to bring a peer up ends with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What the user declared about gaps, and the day on which the run judges it."""

    expectations: tuple[Expectation, ...] = ()
    today: str = ""


@dataclass(slots=True, kw_only=True)
class Runner:
    """Runs scenario items; one for each process."""

    settings: Settings
    suites: Mapping[str, Suite]
    actors: Mapping[tuple[str, str, str], Actor]
    collection: Collection
    journal: JournalWriter
    attempts: Attempts
    declared: Declared
    controls: ControlCache = field(default_factory=ControlCache)
    company: Company | None = None
    down: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """Why a party cannot be had, by its identity: tried once, then said for each of its cells."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run a scenario item with all its attempts; leave other items to pytest."""
        pair = item.stash.get(PAIR, None)
        if pair is None or not isinstance(item, pytest.Function) or self.company is None:
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in self._reports(self.company, item, pair, nextitem):
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        following = nextitem.stash.get(PAIR, None) if nextitem is not None else None
        if following is None or following.peer.identity != pair.peer.identity:
            self.company.dismiss(pair.peer)
        return True

    def _reports(
        self, company: Company, item: pytest.Function, pair: Pair, nextitem: pytest.Item | None
    ) -> list[pytest.TestReport]:
        if item.stash[SKIP]:
            self._skip(item, pair, item.stash[SKIP])
            return runtestprotocol(item, log=False, nextitem=nextitem)
        down = self.down.get(pair.peer.identity) or self.down.get(pair.place.identity)
        if down:
            self._skip(item, pair, down)
            return [_made_report(item, "skipped", down)]
        trial = Trial(item=item, pair=pair, peer=pair.peer)

        def attempt(changed: Trial) -> Tried | Declined | NotHad:
            return self.attempts.make(company, changed, nextitem)

        first = attempt(trial)
        if isinstance(first, NotHad):
            self.down[first.party] = first.reason
            self._skip(item, pair, first.reason)
            return [_made_report(item, "failed", _with_log(first))]
        if isinstance(first, Declined):
            self._skip(item, pair, first.reason)
            return first.reports
        tries = self._repeat(company, trial, first, attempt)
        standing = self._stand(item, pair, tries)
        if any(each.attempt.outcome in BROKEN for each in tries):
            self._triangulate(company, trial, tries, attempt)
            self._try_workaround(company, trial, standing, attempt)
        return _final(tries, standing)

    def _repeat(
        self,
        company: Company,
        trial: Trial,
        first: Tried,
        attempt: Try,
    ) -> list[Tried]:
        """Repeat as asked; a broken attempt at least `retries` times more, the last on a fresh peer."""
        tries = [first]
        while len(tries) < self._wanted(tries):
            number = len(tries) + 1
            broken = any(each.attempt.outcome in BROKEN for each in tries)
            fresh = broken and number == self._wanted(tries)
            if fresh or tries[-1].attempt.outcome in {Outcome.HANG, Outcome.CRASH}:
                try:
                    company.replace(trial.peer)
                except InteropError:
                    break  # the next item says that it cannot be had
            again = attempt(replace(trial, number=number, why="fresh-peer" if fresh else "repeat"))
            if not isinstance(again, Tried):
                break
            tries.append(again)
        return tries

    def _wanted(self, tries: Sequence[Tried]) -> int:
        broken = any(each.attempt.outcome in BROKEN for each in tries)
        return max(self.settings.repeat, 1 + self.settings.retries if broken else 1)

    def _triangulate(self, company: Company, trial: Trial, tries: Sequence[Tried], attempt: Try) -> None:
        """Run the scenario with each control against the same running peer, or take what is known of it.

        Where none passes, one that failed in another way than the product is asked again: it may have failed
        by chance, and the peer would be accused on the strength of that.
        """
        own = self.actors[trial.pair.place.identity].name
        others = [
            Trial(item=item, pair=item.stash[PAIR], why="control", peer=trial.peer)
            for item in self.collection.controls(trial.item)
            if self.actors[item.stash[PAIR].place.identity].name != own
        ]
        done = [(other, self._control(company, other, attempt)) for other in others]
        found = [(other, each) for other, each in done if each is not None]
        if any(each.outcome is Outcome.PASSED for _, each in found):
            return
        seen = {each.attempt.signature for each in tries}
        odd = [other for other, each in found if each.outcome in BROKEN and each.signature not in seen]
        for other in odd:
            for number in range(2, 1 + CONTROL_ATTEMPTS):
                again = self._control(company, replace(other, number=number), attempt)
                if again is None or again.outcome in BROKEN:
                    break

    def _control(self, company: Company, trial: Trial, attempt: Try) -> Attempt | None:
        """Return what a control does: kept from before where it was seen, else tried and kept."""
        place, scenario = trial.pair.place, scenario_id(trial.item)
        if place.identity in self.down:
            return None
        suite = self.suites[place.suite].folder
        try:
            control = company.actor_seat(self.actors[place.identity]).party
            peer = company.peer_seat(trial.peer).party
        except InteropError as error:
            self.down[place.identity] = str(error)
            return None
        kept = self.controls.find(control, peer, scenario, trial.number, suite)
        if kept is not None and kept.product == place.key and kept.peer == trial.peer.id:
            self.journal.write("attempt", kept)
            return kept
        tried = attempt(trial)
        if not isinstance(tried, Tried):
            return None
        self.controls.keep(tried.attempt, control, peer, suite)
        return tried.attempt

    def _try_workaround(
        self,
        company: Company,
        trial: Trial,
        standing: Standing,
        attempt: Try,
    ) -> None:
        """Run once more under the declared workaround, where it names something that can be run."""
        feature = self.suites[trial.pair.place.suite].feature(trial.item.stash[FEATURE])
        declared = standing.expectation.workaround if standing.expectation else None
        workaround: Workaround | None = declared or feature.workaround
        if workaround is None or not (workaround.driver or workaround.configuration):
            return
        peer = trial.peer
        if workaround.configuration:
            variants = {each.name: each for each in peer.role.configurations}
            if workaround.configuration not in variants:
                return
            peer = replace(peer, configuration=variants[workaround.configuration])
        attempt(replace(trial, why="workaround", peer=peer, options=workaround.driver))
        if peer.id != trial.peer.id:
            company.dismiss(peer)

    def _stand(self, item: pytest.Function, pair: Pair, tries: Sequence[Tried]) -> Standing:
        ruling = rule([each.attempt for each in tries])
        where = Where(
            suite=pair.place.suite,
            feature=item.stash[FEATURE],
            product=self.actors[pair.place.identity].name,
            peer=pair.peer.implementation.name,
            version=pair.peer.release.version,
            scheme=pair.peer.implementation.version_scheme,
            configuration=pair.peer.configuration.name,
        )
        found = find(where, self.declared.expectations)
        if ruling.verdict in WORKING:
            return Standing(known=Known.NONE)  # another scenario of the cell may be the one that fails
        return stand(ruling.verdict, ruling.decisive.signature, found, self.declared.today)

    def _skip(self, item: pytest.Function, pair: Pair, reason: str) -> None:
        self.journal.write("skip", cell(pair, item.stash[FEATURE], reason))


def _with_log(not_had: NotHad) -> str:
    lines = not_had.log.strip().splitlines()[-LOG_LINES:]
    return "\n".join((not_had.reason, *(("The end of its log:", *lines) if lines else ())))


def _final(tries: list[Tried], standing: Standing) -> list[pytest.TestReport]:
    """Return the reports that stand for all attempts: the first broken one's, else the first."""
    broken = [each for each in tries if each.attempt.outcome in BROKEN]
    decisive = broken[0] if broken else tries[0]
    for report in decisive.reports:
        if standing.known is Known.KNOWN and report.when == "call":
            report.outcome = "skipped"
            report.wasxfail = standing.sentence
        if report.failed and broken and len(tries) > 1:
            report.sections.append(("interop attempts", f"{len(broken)} of {len(tries)} attempts failed"))
        if report.failed and standing.sentence:
            report.sections.append(("interop expectations", standing.sentence))
    return decisive.reports


def _made_report(item: pytest.Function, outcome: str, text: str) -> pytest.TestReport:
    longrepr: Any = (str(item.path), item.location[1] or 0, text) if outcome == "skipped" else text
    now = time.time()
    return pytest.TestReport(
        nodeid=item.nodeid,
        location=item.location,
        keywords=dict.fromkeys(item.keywords, 1),
        outcome=outcome,  # type: ignore[arg-type]  # one of its literals
        longrepr=longrepr,
        when="setup",
        start=now,
        stop=now,
    )
