"""How an item runs: an attempt, repeated when it fails, then with the controls in the product's place.

Writes every attempt to the journal before the next begins. What the attempts mean is for `judge` to say; only
whether to repeat, and what pytest reports, is decided here.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from interop.errors import InteropError, Unsupported
from interop.judge.signature import signature
from interop.judge.verdict import BROKEN
from interop.load.record import JournalWriter
from interop.model.attempt import Attempt, Outcome
from interop.model.suite import Suite
from interop.plan import Pair, cell
from interop.plugin.cast import Actor
from interop.plugin.collect import FEATURE, PAIR, SKIP, Collection, scenario_id
from interop.plugin.company import Company
from interop.plugin.outcome import Seen, outcome_of
from interop.plugin.settings import Settings
from interop.run.drivers import Silent
from interop.run.engine import Exit
from interop.run.evidence import transcript, write_evidence
from interop.run.pairing import Pairing, Seat
from interop.scenario import FEATURE_MARK, Observations, current

EXIT_NOTICE = 0.2
"""Seconds that an engine may take to tell that a party has ended."""
GRACE = 2.0
"""Seconds beyond an attempt's deadline until a scenario that is stuck in itself is interrupted."""


@dataclass(slots=True)
class _Try:
    """What one attempt produced."""

    attempt: Attempt
    reports: list[pytest.TestReport]


@dataclass(slots=True)
class _Scene:
    """What is open while one attempt runs."""

    pair: Pair
    pairing: Pairing | None = None
    error: BaseException | None = None
    observations: Observations = field(default_factory=Observations)


class Runner:
    """Runs scenario items; one for each process."""

    def __init__(
        self,
        settings: Settings,
        suites: dict[str, Suite],
        actors: dict[str, Actor],
        collection: Collection,
        journal: JournalWriter,
    ) -> None:
        self._settings = settings
        self._suites = suites
        self._actors = actors
        self._collection = collection
        self._journal = journal
        self.company: Company | None = None
        self._scene: _Scene | None = None
        self._down: dict[str, str] = {}
        """Why a party cannot be had, by its key: tried once, then said for each of its cells."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run a scenario item with all its attempts; leave other items to pytest."""
        pair = item.stash.get(PAIR, None)
        if pair is None or not isinstance(item, pytest.Function):
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in self._reports(item, pair, nextitem):
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        following = nextitem.stash.get(PAIR, None) if nextitem is not None else None
        if self.company is not None and (following is None or following.peer.id != pair.peer.id):
            self.company.dismiss(pair.peer)
        return True

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Any, None]:
        """Keep what an attempt raised, and let `Unsupported` be a skip with its statement."""
        result = yield
        if self._scene is None or call.excinfo is None:
            return
        if self._scene.error is None:
            self._scene.error = call.excinfo.value
        if isinstance(call.excinfo.value, Unsupported):
            report = result.get_result()
            report.outcome = "skipped"
            report.longrepr = (
                str(item.path),
                item.location[1] or 0,
                f"unsupported: {call.excinfo.value.statement}",
            )

    @contextmanager
    def open_pairing(self) -> Generator[Pairing]:
        """Hand out the pairing of the attempt that runs; the fixture `interop_pairing` asks for it."""
        if self._scene is None or self._scene.pairing is None:
            raise RuntimeError("interop_pairing can only be used by a scenario of a suite")
        yield self._scene.pairing

    def _reports(
        self, item: pytest.Function, pair: Pair, nextitem: pytest.Item | None
    ) -> list[pytest.TestReport]:
        reason = item.stash[SKIP]
        if reason:
            self._skip(item, pair, reason)
            return runtestprotocol(item, log=False, nextitem=nextitem)
        down = self._down.get(pair.peer.id) or self._down.get(pair.place.key)
        if down:
            self._skip(item, pair, down)
            return [_made_report(item, "skipped", down)]
        tries = [self._attempt(item, pair, 1, "first", nextitem)]
        if isinstance(tries[0], str):
            self._skip(item, pair, self._down.get(pair.peer.id) or self._down.get(pair.place.key) or tries[0])
            return [_made_report(item, "failed", tries[0])]
        return self._repeat(item, pair, tries[0], nextitem)

    def _repeat(
        self, item: pytest.Function, pair: Pair, first: _Try, nextitem: pytest.Item | None
    ) -> list[pytest.TestReport]:
        tries = [first]
        broken = first.attempt.outcome in BROKEN
        wanted = max(self._settings.repeat, 1 + (self._settings.retries if broken else 0))
        for number in range(2, wanted + 1):
            fresh = broken and number == wanted and number > self._settings.repeat
            if (
                fresh or tries[-1].attempt.outcome in {Outcome.HANG, Outcome.CRASH}
            ) and self.company is not None:
                try:
                    self.company.replace(pair.peer)
                except InteropError:
                    break
            again = self._attempt(item, pair, number, "fresh-peer" if fresh else "repeat", nextitem)
            if isinstance(again, str):
                break
            tries.append(again)
            broken = broken or again.attempt.outcome in BROKEN
            if broken and number == wanted and wanted == self._settings.repeat:
                break
        if any(each.attempt.outcome in BROKEN for each in tries):
            self._triangulate(item, pair, nextitem)
        return _final(tries)

    def _triangulate(self, item: pytest.Function, pair: Pair, nextitem: pytest.Item | None) -> None:
        """Run the scenario with each control against the same running peer."""
        for control in self._collection.controls.get((scenario_id(item), pair.peer.id), []):
            theirs = control.stash[PAIR]
            if theirs.place.key == pair.place.key or theirs.place.role != pair.place.role:
                continue
            if self._down.get(theirs.place.key):
                continue
            self._attempt(control, theirs, 1, "control", nextitem)

    def _attempt(
        self, item: pytest.Function, pair: Pair, number: int, why: str, nextitem: pytest.Item | None
    ) -> _Try | str:
        """Run the item once; return what came of it, or why its parties cannot be had."""
        company, suite = self.company, self._suites[pair.place.suite]
        if company is None:
            return "no engine runs peers"
        actor = self._actors[pair.place.key]
        mark = item.get_closest_marker(FEATURE_MARK)
        deadline = float((mark.kwargs.get("deadline") if mark else None) or suite.deadline)
        scene = _Scene(pair)
        for party, bring_up in (
            (pair.peer.id, lambda: company.peer_seat(pair.peer)),
            (pair.place.key, lambda: company.actor_seat(actor)),
        ):
            try:
                bring_up()
            except InteropError as error:
                self._down[party] = f"{party} could not be brought up: {error}"
                return _with_log(self._down[party], error)
        scene.pairing = company.pairing(suite, actor, pair.peer, deadline)
        self._scene = scene
        started, clock = time.time(), time.monotonic()
        token = current.set(scene.observations)
        try:
            with _alarm(deadline + GRACE):
                reports = runtestprotocol(item, log=False, nextitem=nextitem)
        finally:
            current.reset(token)
            self._scene = None
            scene.pairing.close()
        seen = self._seen(scene, suite, company)
        attempt = self._record(item, scene, seen, number, why, started, time.monotonic() - clock)
        if attempt.outcome is not Outcome.PASSED:
            _explain(reports, attempt)
        return _Try(attempt, reports)

    def _seen(self, scene: _Scene, suite: Suite, company: Company) -> Seen:
        """Return the outcome; a party that has ended by itself outweighs what the scenario made of it."""
        pair = scene.pair
        seat = company.peer_seat(pair.peer)
        ended = _exit_of(seat, scene)
        if ended is not None:
            company.replace(pair.peer)
            return Seen(
                outcome=Outcome.CRASH, side=seat.role, reason=f"{pair.peer.implementation.title} {ended}"
            )
        opener, answerer = suite.roles
        conversations = scene.pairing.wire.conversations if scene.pairing else []
        return outcome_of(scene.error, conversations, opener=opener, answerer=answerer)

    def _record(
        self,
        item: pytest.Function,
        scene: _Scene,
        seen: Seen,
        number: int,
        why: str,
        started: float,
        duration: float,
    ) -> Attempt:
        pair = scene.pair
        keep = seen.outcome not in {Outcome.PASSED, Outcome.UNSUPPORTED} or self._settings.evidence
        evidence = self._evidence(item, scene, seen, number, started) if keep else ""
        attempt = Attempt(
            suite=pair.place.suite,
            feature=item.stash[FEATURE],
            scenario=scenario_id(item),
            product=pair.place.key,
            peer=pair.peer.id,
            role=pair.place.role,
            control=pair.place.control,
            number=number,
            why=why,
            outcome=seen.outcome,
            side=seen.side,
            reason=seen.reason,
            signature=signature(seen.outcome, seen.reason) if seen.outcome is not Outcome.PASSED else "",
            fallbacks=tuple(scene.observations.fallbacks),
            limits=tuple(scene.observations.limits),
            started=started,
            duration=duration,
            evidence=evidence,
        )
        self._journal.write("attempt", attempt)
        return attempt

    def _evidence(self, item: pytest.Function, scene: _Scene, seen: Seen, number: int, started: float) -> str:
        company, pairing = self.company, scene.pairing
        if company is None or pairing is None:
            return ""
        peer = company.peer_seat(scene.pair.peer)
        mine = company.actor_seat(self._actors[scene.pair.place.key])
        name = f"{scene.pair.id}/{item.originalname}-{number}.txt"
        facts = {
            "scenario": item.nodeid,
            "outcome": f"{seen.outcome} {seen.side}".strip(),
            "reason": seen.reason,
            "in the product's place": f"{mine.party.name} {mine.party.version}",
            "peer": f"{peer.party.name} {peer.party.version} {peer.party.digest}".strip(),
        }
        sections = {
            "on the wire": transcript(pairing.wire.conversations),
            "what was raised": str(scene.error) if scene.error else "",
            "log of the peer": peer.running.logs(started) if peer.running else "",
            "driver's output": mine.process.stderr_tail() if mine.process else "",
        }
        write_evidence(self._settings.report / "evidence" / name, facts, sections)
        return str(Path("evidence") / name)

    def _skip(self, item: pytest.Function, pair: Pair, reason: str) -> None:
        self._journal.write("skip", cell(pair, item.stash[FEATURE], reason))


def _exit_of(seat: Seat, scene: _Scene) -> Exit | None:
    """Return how the peer ended by itself; one that dropped its connection gets a moment to be seen dead."""
    if seat.running is None:
        return None
    conversations = scene.pairing.wire.conversations if scene.pairing else []
    dropped = scene.error is not None and any(each.closed_by == "server" for each in conversations)
    until = time.monotonic() + (EXIT_NOTICE if dropped else 0.0)
    while (ended := seat.running.exited()) is None and time.monotonic() < until:
        time.sleep(0.01)
    return ended


def _with_log(text: str, error: InteropError) -> str:
    lines = getattr(error, "log", "").strip().splitlines()[-12:]
    return "\n".join((text, *(("The end of its log:", *lines) if lines else ())))


def _final(tries: list[_Try]) -> list[pytest.TestReport]:
    """Return the reports that stand for all attempts: the first broken one's, else the first."""
    broken = [each for each in tries if each.attempt.outcome in BROKEN]
    decisive = broken[0] if broken else tries[0]
    if broken and len(tries) > 1:
        times = f"{len(broken)} of {len(tries)} attempts failed"
        for report in decisive.reports:
            if report.failed:
                report.sections.append(("interop attempts", times))
    return decisive.reports


def _explain(reports: list[pytest.TestReport], attempt: Attempt) -> None:
    """Say in pytest's own failure output what was seen, and where the evidence lies."""
    for report in reports:
        if report.failed and report.when == "call":
            lines = [f"{attempt.outcome}{f' ({attempt.side})' if attempt.side else ''}: {attempt.reason}"]
            if attempt.evidence:
                lines.append(f"evidence: {attempt.evidence}")
            report.sections.append(("interop", "\n".join(lines)))


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


@contextmanager
def _alarm(seconds: float) -> Generator[None]:
    """Interrupt the main thread when a scenario outstays its deadline by itself."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_: object) -> None:
        raise Silent("", f"the scenario did not end within {seconds:g} s")

    before: Callable[..., Any] | int | None = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
