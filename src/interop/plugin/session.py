"""The plugin when `--interop` is given: reads the configuration, plans, and wires the other hooks together.

Only the controller (the one process without xdist) prints and writes reports; workers write to its journal.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import platform
import signal
import sys
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import pytest

import interop
from interop.errors import ConfigError, InteropError
from interop.load.catalog import FOLDERS_VARIABLE, Catalog, load_catalog
from interop.load.expectations import load_expectations
from interop.load.manifest import Config, load_config
from interop.load.record import JournalWriter, read_journal
from interop.model.attempt import Outcome, Party, RunEnd, RunFacts
from interop.model.implementation import Candidate
from interop.model.suite import Suite
from interop.plan import Pair, cell, check_features, pairs
from interop.plugin.attempts import Attempts
from interop.plugin.cast import Actor, controls, products, role_suites
from interop.plugin.collect import FEATURE, PAIR, SKIP, Collection
from interop.plugin.company import Company
from interop.plugin.progress import Progress
from interop.plugin.reporting import Reporting
from interop.plugin.runner import Declared, Runner
from interop.plugin.settings import Settings, read_settings
from interop.run.engine import Engine
from interop.run.engine.choice import choose_engine
from interop.run.pairing import Pairing, check_driver
from interop.run.provision import Provisioner, sweep_state

JOURNAL = "run.jsonl"


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
        self.worker: dict[str, Any] | None = getattr(config, "workerinput", None)
        self.controls_workers = self.worker is None and getattr(config.option, "dist", "no") != "no"
        self.config = _load_config(self.settings)
        self.catalog = load_catalog(
            peer_folders=self.config.peer_folders if self.config else (),
            suite_folders=self.config.suite_folders if self.config else (),
        )
        if self.config and self.config.suite_folders:
            # Driver processes load their suite's contract by themselves.
            os.environ[FOLDERS_VARIABLE] = os.pathsep.join(map(str, self.config.suite_folders))
        self.suites = role_suites(self.config, self.catalog, self.settings.suites)
        self.run_id = self.worker["interop_run"] if self.worker else _new_run_id()
        self.actors = products(self.config, self.settings.products, self.catalog, self.suites)
        self._controls = tuple(a for suite in self.suites for a in controls(suite, self.catalog, self.actors))
        check_features(self.suites, self.settings.features)
        self._stream = _own_stdout() if self.worker is None else None
        self.progress = Progress(self._stream)
        self.engine: Engine | None = None
        self.fell_back = ""
        self._peers = _peers(self.suites, self.actors, self.catalog, self.config, self.settings)
        self._collects_only = bool(config.getoption("collectonly"))
        self._known: set[Party] = set()
        self._check_drivers()
        self._provisioner: Provisioner | None = None
        self._company: Company | None = None
        if not self._collects_only:
            self._choose_engine()
        self.journal = None if self._collects_only else self._open_journal()
        self.collection = Collection(self.suites, self._plan(), self.settings.features)
        self.collection.done = self._done()
        self.collection.rewrite_arguments(config)
        if config.option.importmode == "prepend":
            config.option.importmode = "importlib"  # suites' modules may have the same names as each other's
        config.pluginmanager.register(self.collection, "interop-collection")
        self._everyone = {actor.place.key: actor for actor in (*self._controls, *self.actors)}
        self.declared = self._declarations()
        self._attempts: Attempts | None = None
        self.runner: Runner | None = None
        if self.journal is not None:
            suites = {suite.name: suite for suite in self.suites}
            self._attempts = Attempts(self.settings, suites, self._everyone, self.journal)
            self.runner = Runner(
                settings=self.settings,
                suites=suites,
                actors=self._everyone,
                collection=self.collection,
                journal=self.journal,
                attempts=self._attempts,
                declared=self.declared,
            )
            config.pluginmanager.register(self._attempts, "interop-attempts")
            config.pluginmanager.register(self.runner, "interop-runner")
        if self.worker is None and not self._collects_only:
            config.pluginmanager.register(Reporting(self), "interop-reporting")
        if config.pluginmanager.hasplugin("xdist"):
            from interop.plugin.distribution import Distribution  # noqa: PLC0415 - xdist may not be installed

            config.pluginmanager.register(Distribution(self.run_id), "interop-distribution")
        if self.worker is None:
            with contextlib.suppress(ValueError):  # not in the main thread: then SIGTERM is not ours
                signal.signal(signal.SIGTERM, _terminate)

    @pytest.fixture
    def interop_pairing(self) -> Pairing:
        """Hand a scenario its pairing: drivers by role, sites, and the wire between them."""
        if self._attempts is None:
            raise RuntimeError("nothing runs while tests are only collected")
        return self._attempts.pairing()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Record what is planned, and begin to bring peers up in the order of their use."""
        if self.journal is None or self.controls_workers or self.engine is None:
            return
        items = [item for item in session.items if PAIR in item.stash]
        if self.worker is None or self.worker["workerid"] == "gw0":
            planned = {cell(item.stash[PAIR], item.stash[FEATURE], item.stash[SKIP]): None for item in items}
            for each in planned:
                self.journal.write("planned", each)
        if not items or session.config.option.collectonly:
            return
        needed = [item.stash[PAIR].peer for item in items if not item.stash[SKIP]]
        order = list({candidate.id: candidate for candidate in (*self._shipped_actors(), *needed)}.values())
        self._provisioner = Provisioner(self.engine, order, progress=self.progress, keep=self.settings.keep)
        self._company = Company(
            self.engine, self._provisioner, self._everyone, progress=self.progress, met=self._met
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

    def facts(self) -> RunFacts:
        """Return what this run is made with."""
        first = self.actors[0] if self.actors else None
        return RunFacts(
            id=self.run_id,
            started=time.time(),
            product=", ".join(dict.fromkeys(actor.name for actor in self.actors)),
            product_version=first.version if first and len({a.name for a in self.actors}) == 1 else "",
            interop_version=interop.__version__,
            command=("pytest", *sys.argv[1:]),
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

    def _declarations(self) -> Declared:
        """Load the expectations: those that were named, or the file beside the configuration."""
        given, beside = self.settings.expectations, self.settings.config.parent / "interop-expectations.yaml"
        file = Path(given).absolute() if given else (self.config.expectations if self.config else None)
        if file is None:
            file = beside if beside.is_file() else None
        entries = load_expectations(file, self.suites) if file is not None else ()
        return Declared(expectations=entries, today=dt.datetime.now(tz=dt.UTC).date().isoformat())

    def _check_drivers(self) -> None:
        """Find out whether the product's own drivers start, before any peer is brought up."""
        if self.worker is not None or self._collects_only:
            return
        for actor in self.actors:
            if actor.product is not None:
                check_driver(actor.product, interpreter=sys.executable, folder=actor.folder)

    def _choose_engine(self) -> None:
        self.engine, self.fell_back = choose_engine(
            self.settings.engine, run_id=self.run_id, pull=self.settings.pull, keep=self.settings.keep
        )
        if self.worker is None:
            self.engine.sweep()
            sweep_state()

    def _open_journal(self) -> JournalWriter:
        file = self.settings.report / JOURNAL
        if self.worker is None and not self.settings.resume:
            file.unlink(missing_ok=True)
        journal = JournalWriter(file)
        if self.worker is None and file.stat().st_size == 0:
            journal.write("run", self.facts())
        return journal

    def _done(self) -> frozenset[tuple[str, str]]:
        """Return what the run that is resumed has finished: the last cell before its end may be half done."""
        file = self.settings.report / JOURNAL
        if not self.settings.resume or self._collects_only:
            return frozenset()
        attempts = [each for each in read_journal(file).attempts if each.why != "workaround"]
        tried = Counter(
            (each.scenario, f"{each.product}-{each.peer}") for each in attempts if not each.control
        )
        fine = {Outcome.PASSED, Outcome.UNSUPPORTED}
        well = {(each.scenario, f"{each.product}-{each.peer}") for each in attempts if each.outcome in fine}
        return frozenset(key for key, count in tried.items() if key in well or count > self.settings.retries)

    def _plan(self) -> dict[str, tuple[Pair, ...]]:
        refused: dict[str, str] = {}
        if self.engine is not None:
            everyone = [
                candidate for roles in self._peers.values() for found in roles.values() for candidate in found
            ]
            refused = {c.id: reason for c in everyone if (reason := self.engine.cannot_run(c))}
        able = [
            a
            for a in self._controls
            if a.candidate and not (self.engine and self.engine.cannot_run(a.candidate))
        ]
        places = [actor.place for actor in (*self.actors, *able)]
        return {suite.name: pairs(suite, places, self._peers[suite.name], refused) for suite in self.suites}

    def _shipped_actors(self) -> list[Candidate]:
        return [actor.candidate for actor in self.actors if actor.candidate is not None]

    def _met(self, party: Party) -> None:
        if self.journal is not None and party not in self._known:
            self._known.add(party)
            self.journal.write("party", party)


def _peers(
    suites: Sequence[Suite],
    actors: Sequence[Actor],
    catalog: Catalog,
    config: Config | None,
    settings: Settings,
) -> dict[str, dict[str, tuple[Candidate, ...]]]:
    """Return the peers of each suite by the role they take."""
    wanted = ("*",) if "all" in settings.configurations else ("default", *settings.configurations)
    found: dict[str, dict[str, tuple[Candidate, ...]]] = {}
    for suite in suites:
        chosen = settings.peers or (config.peers.get(suite.name, ()) if config else ())
        facing = {suite.other_role(actor.place.role) for actor in actors if actor.place.suite == suite.name}
        found[suite.name] = {
            role: catalog.candidates(suite.name, role, selectors=chosen, configurations=wanted)
            for role in suite.roles
            if role in facing
        }
    return found


def _load_config(settings: Settings) -> Config | None:
    if settings.config.is_file():
        return load_config(settings.config)
    if settings.config_given:
        raise ConfigError(f"--interop-config: there is no file {settings.config}.")
    if settings.products:
        return None
    raise ConfigError(
        f"there is no interop.yaml in {settings.config.parent} or above.",
        hint="Write one with 'interop init', or name a shipped implementation: --interop-product smtplib.",
    )


def _new_run_id() -> str:
    return f"{time.strftime('%Y%m%dT%H%M%S')}-{uuid.uuid4().hex[:6]}"


def _own_stdout() -> TextIO | None:
    """Return a stream of our own on what is standard output now: later pytest captures the descriptor."""
    try:
        return open(os.dup(1), "w", encoding="utf-8", errors="replace")  # noqa: PTH123 - lives as long as we
    except OSError:
        return None


def _terminate(*_: object) -> None:
    """Let SIGTERM end the run as Ctrl-C does: everything is taken down and the reports are written."""
    raise KeyboardInterrupt
