"""One attempt: the item run once over its pairing, what was seen, the evidence; recorded before it returns.

Knows nothing of repetition, controls or expectations.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from interop.errors import InteropError, Unsupported
from interop.judge.signature import signature
from interop.load.record import JournalWriter
from interop.model.attempt import Attempt, Outcome
from interop.model.implementation import Candidate
from interop.model.suite import Suite
from interop.plan import Pair
from interop.plugin.cast import Actor
from interop.plugin.collect import FEATURE, scenario_id
from interop.plugin.company import Company
from interop.plugin.outcome import Seen, outcome_of
from interop.plugin.settings import Settings
from interop.run.drivers import Silent
from interop.run.engine import Exit
from interop.run.evidence import transcript, write_evidence
from interop.run.pairing import Pairing
from interop.run.seat import Seat
from interop.scenario import FEATURE_MARK, Observations, current

EXIT_NOTICE = 0.2
"""Seconds that an engine may take to tell that a party has ended."""
GRACE = 2.0
"""Seconds beyond an attempt's deadline until a scenario that is stuck in itself is interrupted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is to be attempted: an item, and how it differs from the plain one."""

    item: pytest.Function
    pair: Pair
    number: int = 1
    why: str = "first"
    peer: Candidate
    """The peer that is faced: the pair's own, or in another configuration."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Driver options under which it runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of an attempt: its record, and pytest's reports of it."""

    attempt: Attempt
    reports: list[pytest.TestReport]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The scenario itself says that it has nothing to try on this pairing: the cell is untested."""

    reason: str
    reports: list[pytest.TestReport]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotHad:
    """A party could not be brought up, so nothing was attempted."""

    party: tuple[str, str, str]
    """Suite, role and key."""
    reason: str
    log: str = ""


@dataclass(slots=True, kw_only=True)
class _Scene:
    """What is open while one attempt runs."""

    trial: Trial
    mine: Seat
    theirs: Seat
    pairing: Pairing
    started: float
    error: BaseException | None = None
    observations: Observations = field(default_factory=Observations)


class Attempts:
    """Makes attempts; one for each process."""

    def __init__(
        self,
        settings: Settings,
        suites: Mapping[str, Suite],
        actors: Mapping[tuple[str, str, str], Actor],
        journal: JournalWriter,
    ) -> None:
        self._settings = settings
        self._suites = suites
        self._actors = actors
        self._journal = journal
        self._scene: _Scene | None = None

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
            statement = f"unsupported: {call.excinfo.value.statement}"
            report.longrepr = (str(item.path), item.location[1] or 0, statement)

    def pairing(self) -> Pairing:
        """Return the pairing of the attempt that runs; the fixture `interop_pairing` asks for it."""
        if self._scene is None:
            raise RuntimeError("interop_pairing can only be used by a scenario of a suite")
        return self._scene.pairing

    def make(self, company: Company, trial: Trial, nextitem: pytest.Item | None) -> Tried | Declined | NotHad:
        """Run the item once and record it."""
        suite, actor = self._suites[trial.pair.place.suite], self._actors[trial.pair.place.identity]
        found = _seats(company, trial, actor)
        if isinstance(found, NotHad):
            return found
        deadline = _deadline(trial.item, suite)
        pairing = company.pairing(suite, actor, trial.peer, deadline, trial.options)
        scene = _Scene(trial=trial, mine=found[0], theirs=found[1], pairing=pairing, started=time.time())
        self._scene, clock = scene, time.monotonic()
        token = current.set(scene.observations)
        try:
            with _alarm(deadline + GRACE) as pairing.prolong:
                reports = runtestprotocol(trial.item, log=False, nextitem=nextitem)
        finally:
            current.reset(token)
            self._scene = None
            pairing.close()
        if isinstance(scene.error, pytest.skip.Exception):
            return Declined(reason=str(scene.error), reports=reports)
        seen = _seen(scene, suite)
        attempt = self._record(scene, seen, time.monotonic() - clock)
        if scene.theirs.running is not None and scene.theirs.running.exited() is not None:
            company.dismiss(trial.peer)  # it has ended by itself: the next that asks gets a fresh one
        if scene.mine.running is not None and scene.mine.running.exited() is not None:
            company.dismiss_actor(actor)
        if attempt.outcome is not Outcome.PASSED:
            _explain(reports, attempt)
        return Tried(attempt=attempt, reports=reports)

    def _record(self, scene: _Scene, seen: Seen, duration: float) -> Attempt:
        trial, place = scene.trial, scene.trial.pair.place
        keep = seen.outcome not in {Outcome.PASSED, Outcome.UNSUPPORTED} or self._settings.evidence
        attempt = Attempt(
            suite=place.suite,
            feature=trial.item.stash[FEATURE],
            scenario=scenario_id(trial.item),
            product=place.key,
            peer=trial.pair.peer.id,
            role=place.role,
            control=place.control,
            number=trial.number,
            why=trial.why,
            outcome=seen.outcome,
            side=seen.side,
            reason=seen.reason,
            signature=signature(seen.outcome, seen.reason) if seen.outcome is not Outcome.PASSED else "",
            fallbacks=tuple(scene.observations.fallbacks),
            limits=tuple(scene.observations.limits),
            started=scene.started,
            duration=duration,
            evidence=self._evidence(scene, seen) if keep else "",
        )
        self._journal.write("attempt", attempt)
        return attempt

    def _evidence(self, scene: _Scene, seen: Seen) -> str:
        trial, mine, theirs = scene.trial, scene.mine.party, scene.theirs.party
        name = f"{trial.pair.id}/{trial.item.originalname}-{trial.why}-{trial.number}.txt"
        facts = {
            "scenario": trial.item.nodeid,
            "outcome": f"{seen.outcome} {seen.side}".strip(),
            "reason": seen.reason,
            "in the product's place": f"{mine.name} {mine.version} {mine.digest}".strip(),
            "peer": f"{theirs.name} {theirs.version} {theirs.configuration} {theirs.digest}".strip(),
        }
        sections = {
            "what was raised": str(scene.error) if scene.error else "",
            "log of the peer": scene.theirs.running.logs(scene.started) if scene.theirs.running else "",
            "driver's output": scene.mine.process.stderr_tail() if scene.mine.process else "",
        }
        wire = transcript(scene.pairing.wire.conversations, key_log=scene.pairing.tls_keys())
        write_evidence(self._settings.report / "evidence" / name, facts, sections, wire)
        return str(Path("evidence") / name)


def _seats(company: Company, trial: Trial, actor: Actor) -> tuple[Seat, Seat] | NotHad:
    """Bring both sides up, the peer first."""
    party = trial.peer.identity
    try:
        theirs = company.peer_seat(trial.peer)
        party = actor.place.identity
        return company.actor_seat(actor, trial.options), theirs
    except InteropError as error:
        reason = f"{party[-1]} could not be brought up: {error}"
        return NotHad(party=party, reason=reason, log=getattr(error, "log", ""))


def _deadline(item: pytest.Function, suite: Suite) -> float:
    mark = item.get_closest_marker(FEATURE_MARK)
    return float((mark.kwargs.get("deadline") if mark else None) or suite.deadline)


def _seen(scene: _Scene, suite: Suite) -> Seen:
    """Return the outcome; a party that has ended by itself outweighs what the scenario made of it."""
    for seat in (scene.theirs, scene.mine):
        ended = _exit_of(seat, scene)
        if ended is not None:
            return Seen(outcome=Outcome.CRASH, side=seat.role, reason=f"{seat.party.title} {ended}")
    return outcome_of(scene.error, scene.pairing.wire.conversations, suite.roles)


def _exit_of(seat: Seat, scene: _Scene) -> Exit | None:
    """Return how a party ended by itself; one that dropped its connection gets a moment to be seen dead."""
    running = seat.running
    if running is None:
        return None
    dropped = bool(running.candidate.role.ports) and any(
        each.closed_by == "server" for each in scene.pairing.wire.conversations
    )
    until = time.monotonic() + (EXIT_NOTICE if dropped and scene.error is not None else 0.0)
    while (ended := running.exited()) is None and time.monotonic() < until:
        time.sleep(0.01)
    return ended


def _explain(reports: list[pytest.TestReport], attempt: Attempt) -> None:
    """Say in pytest's own failure output what was seen, and where the evidence lies."""
    side = f" ({attempt.side})" if attempt.side else ""
    lines = [f"{attempt.outcome}{side}: {attempt.reason}"]
    if attempt.evidence:
        lines.append(f"evidence: {attempt.evidence}")
    for report in reports:
        if report.failed and report.when == "call":
            report.sections.append(("interop", "\n".join(lines)))


@contextmanager
def _alarm(seconds: float) -> Generator[Callable[[float], None]]:
    """Interrupt the main thread when a scenario outstays its deadline by itself; yield what prolongs it."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda _: None
        return

    def ring(*_: object) -> None:
        raise Silent("", f"the scenario did not end within {seconds:g} s")

    before: Callable[..., Any] | int | None = signal.signal(signal.SIGALRM, ring)

    def prolong(more: float) -> None:
        signal.setitimer(signal.ITIMER_REAL, signal.getitimer(signal.ITIMER_REAL)[0] + more)

    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield prolong
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
