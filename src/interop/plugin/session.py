"""The plugin when `--interop` is given: reads the configuration, plans, and wires the other hooks together.

Only the controller (the one process without xdist) prints and writes reports; workers write to its journal.
"""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import signal
import time
import uuid
from collections import Counter
from functools import partial
from typing import Any, TextIO

import pytest

import interop
from interop.errors import ConfigError, InteropError
from interop.load.contract import furnish
from interop.load.record import JournalWriter, read_journal
from interop.model.attempt import Outcome, Party, RunEnd, RunFacts
from interop.model.implementation import Candidate
from interop.plan import cell
from interop.plugin.attempts import Attempts
from interop.plugin.collect import FEATURE, PAIR, SKIP, Collection
from interop.plugin.company import Company
from interop.plugin.lineup import check_products, read_lineup
from interop.plugin.progress import Progress
from interop.plugin.reporting import Reporting
from interop.plugin.runner import Runner
from interop.plugin.settings import read_settings
from interop.run.captures import Captures
from interop.run.engine import Engine
from interop.run.engine.choice import choose_engine
from interop.run.pairing import Pairing
from interop.run.provision import Provisioner, sweep_state

JOURNAL = "run.jsonl"
CAPTURES = "pcap"


def activate(config: pytest.Config) -> None:
    """Read what the user gave and register the hooks; raise pytest.UsageError for a mistake in it."""
    try:
        session = Session(config)
    except InteropError as error:
        raise pytest.UsageError(str(error)) from None
    config.pluginmanager.register(session, "interop-session")


class Session:
    """One process's part of a run."""

    def __init__(self, config: pytest.Config) -> None:
        self.settings = read_settings(config)
        self.lineup = read_lineup(self.settings)
        self.worker: dict[str, Any] | None = getattr(config, "workerinput", None)
        self.only_controls = self.worker is None and getattr(config.option, "dist", "no") != "no"
        self.run_id = self.worker["interop_run"] if self.worker else _new_run_id()
        self.engine: Engine | None = None
        self.fell_back = ""
        self.journal: JournalWriter | None = None
        self.attempts: Attempts | None = None
        self.runner: Runner | None = None
        self._known: set[Party] = set()
        self._provisioner: Provisioner | None = None
        self._company: Company | None = None
        self._progress = Progress(_own_stdout(config) if self.worker is None else None)
        collects_only = bool(config.getoption("collectonly"))
        if not collects_only:
            self._prepare(config)
        self.collection = Collection(
            self.lineup.suites, self.lineup.pairs(self.engine), self.settings.features
        )
        self.collection.rewrite_arguments(config)
        if config.option.importmode == "prepend":
            config.option.importmode = "importlib"  # suites' modules may have the same names as each other's
        config.pluginmanager.register(self.collection, "interop-collection")
        if self.journal is not None:
            self._take_over(config, self.journal)
        if config.pluginmanager.hasplugin("xdist"):
            from interop.plugin.distribution import Distribution  # noqa: PLC0415 - xdist may not be installed

            config.pluginmanager.register(Distribution(self.run_id), "interop-distribution")

    def _prepare(self, config: pytest.Config) -> None:
        """Find out whether a run is possible, choose its engine, and open its journal."""
        alone = self.worker is None
        if alone:
            check_products(self.lineup.products)
        self.engine, self.fell_back = choose_engine(
            self.settings.engine, run_id=self.run_id, pull=self.settings.pull, keep=self.settings.keep
        )
        self._refuse_what_cannot_run(self.engine)
        if self.settings.pcap and self.engine.name == "process":
            raise ConfigError(
                "--interop-pcap: processes cannot be captured.",
                hint="Run the peers in containers, with --interop-engine docker.",
            )
        file = self.settings.report / JOURNAL
        if alone:
            self.engine.sweep()
            sweep_state()
            if not self.settings.resume:
                file.unlink(missing_ok=True)
                shutil.rmtree(self.settings.report / CAPTURES, ignore_errors=True)
        self.journal = JournalWriter(file)
        if alone and file.stat().st_size == 0:
            self.journal.write("run", self._facts(config))

    def _refuse_what_cannot_run(self, engine: Engine) -> None:
        """Raise ConfigError when the engine cannot bring up a product of the user's own."""
        for actor in self.lineup.products:
            product = actor.product
            if product is not None and product.served is not None and not product.endpoints:
                reason = engine.cannot_run(product.served)
                if reason:
                    raise ConfigError(f"{reason}.", where=product.place, hint="See 'interop doctor'.")

    def _take_over(self, config: pytest.Config, journal: JournalWriter) -> None:
        """Register what runs the scenarios and what reports on them."""
        suites = {suite.name: suite for suite in self.lineup.suites}
        self.attempts = Attempts(self.settings, suites, self.lineup.actors, journal)
        self.runner = Runner(
            settings=self.settings,
            suites=suites,
            actors=self.lineup.actors,
            collection=self.collection,
            journal=journal,
            attempts=self.attempts,
            declared=self.lineup.declared,
        )
        self.collection.done = self._done()
        config.pluginmanager.register(self.attempts, "interop-attempts")
        config.pluginmanager.register(self.runner, "interop-runner")
        if self.worker is None:
            config.pluginmanager.register(Reporting(self), "interop-reporting")
            with contextlib.suppress(ValueError):  # not in the main thread: then SIGTERM is not ours
                before = signal.signal(signal.SIGTERM, _terminate)
                config.add_cleanup(partial(_put_back, before))

    @pytest.fixture
    def interop_pairing(self) -> Pairing:
        """Hand a scenario its pairing: drivers by role, sites, and the wire between them."""
        if self.attempts is None:
            raise RuntimeError("nothing runs while tests are only collected")
        return self.attempts.pairing()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Record what is planned, and begin to bring peers up in the order of their use."""
        if self.journal is None or self.only_controls or self.engine is None:
            return
        items = [item for item in session.items if PAIR in item.stash]
        if self.worker is None or self.worker["workerid"] == "gw0":
            planned = {cell(item.stash[PAIR], item.stash[FEATURE], item.stash[SKIP]): None for item in items}
            for each in planned:
                self.journal.write("planned", each)
        if not items or session.config.option.collectonly:
            return
        needed = [item.stash[PAIR].peer for item in items if not item.stash[SKIP]]
        captures = Captures(self.settings.report / CAPTURES, self._progress) if self.settings.pcap else None
        self._provisioner = Provisioner(
            self.engine,
            list({candidate.identity: candidate for candidate in needed}.values()),
            own=self._brought_up(),
            progress=self._progress,
            keep=self.settings.keep,
            every=self.worker["workercount"] if self.worker else 1,
            captures=captures,
            furnish=furnish,
        )
        self._company = Company(
            self.engine, self._provisioner, self.lineup.actors, progress=self._progress, met=self._met
        )
        if self.runner is not None:
            self.runner.company = self._company
        if self.worker is None:
            self._provisioner.prepare()

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Take everything down."""
        self.close()

    def pytest_unconfigure(self) -> None:
        """Take everything down, should the session have ended without its own end."""
        self.close()

    def close(self) -> None:
        """Take everything down. May be called twice."""
        company, self._company = self._company, None
        provisioner, self._provisioner = self._provisioner, None
        engine, self.engine = self.engine, None
        if company is not None:
            company.close()
        if provisioner is not None:
            provisioner.close()
        elif engine is not None:
            engine.close()

    def _facts(self, config: pytest.Config) -> RunFacts:
        """Return what this run is made with."""
        first = self.lineup.products[0] if self.lineup.products else None
        return RunFacts(
            id=self.run_id,
            started=time.time(),
            product=", ".join(dict.fromkeys(actor.name for actor in self.lineup.products)),
            product_version=first.version
            if first and len({a.name for a in self.lineup.products}) == 1
            else "",
            interop_version=interop.__version__,
            command=("pytest", *map(str, config.invocation_params.args)),
            host={
                "python": platform.python_version(),
                "platform": platform.platform(),
                "engine": self.engine.describe() if self.engine else "",
            },
        )

    def end(self, *, interrupted: bool) -> None:
        """Write the last line of the journal."""
        if self.journal is not None:
            self.journal.write("end", RunEnd(finished=time.time(), interrupted=interrupted))
            self.journal.close()

    def _done(self) -> frozenset[tuple[str, str, str, str]]:
        """Return what the run that is resumed has finished: the last cell before its end may be half done."""
        file = self.settings.report / JOURNAL
        if not self.settings.resume:
            return frozenset()
        attempts = [each for each in read_journal(file).attempts if each.why != "workaround"]
        tried = Counter(
            (each.scenario, each.role, each.product, each.peer) for each in attempts if not each.control
        )
        fine = {Outcome.PASSED, Outcome.UNSUPPORTED}
        well = {
            (each.scenario, each.role, each.product, each.peer)
            for each in attempts
            if each.outcome in fine and not each.control
        }
        return frozenset(key for key, count in tried.items() if key in well or count > self.settings.retries)

    def _brought_up(self) -> list[Candidate]:
        """Return the products that the harness brings up."""
        return [
            actor.candidate
            for actor in self.lineup.products
            if actor.candidate is not None and not (actor.product and actor.product.endpoints)
        ]

    def _met(self, party: Party) -> None:
        if self.journal is not None and party not in self._known:
            self._known.add(party)
            self.journal.write("party", party)


def _new_run_id() -> str:
    return f"{time.strftime('%Y%m%dT%H%M%S')}-{uuid.uuid4().hex[:6]}"


def _own_stdout(config: pytest.Config) -> TextIO | None:
    """Return a stream of our own on what is standard output now: later pytest captures the descriptor."""
    try:
        stream = open(os.dup(1), "w", encoding="utf-8", errors="replace")  # noqa: PTH123, SIM115 - closed below
    except OSError:
        return None
    config.add_cleanup(stream.close)
    return stream


def _put_back(handler: Any) -> None:
    """Let SIGTERM be handled as before the run; one that Python did not set cannot be put back."""
    signal.signal(signal.SIGTERM, handler or signal.SIG_DFL)


def _terminate(*_: object) -> None:
    """Let SIGTERM end the run as Ctrl-C does: everything is taken down and the reports are written."""
    raise KeyboardInterrupt
