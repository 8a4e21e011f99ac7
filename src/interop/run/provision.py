"""Peers brought up ahead of need, handed out, always taken down.

Images are prepared and peers started in background threads while others are tested; a peer that failed to
come up says so when it is asked for, and the rest go on. Knows nothing of scenarios or verdicts.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from pathlib import Path

from interop.errors import InteropError
from interop.model.implementation import Candidate
from interop.run.captures import Captures
from interop.run.engine import KEY_LOG, Engine, Progress, Running
from interop.run.pki import Pki

AHEAD = 3
"""Peers that are started beyond those in use, over all processes that share an order.

More would only compete for the same processors; many processes hide each other's starts anyway.
"""

STATE_PREFIX = "interop-state-"
GIVEN = "given"
"""The folder in a party's state directory that holds what its suite gives to every party."""
HOST_NAME = "mail.interop.test"


class Provisioner:
    """Brings up the candidates of a run, in the order in which they will be asked for.

    `every` is how many processes share that order: one of them will be asked for about every n-th. `own` is
    what each of them will be asked for besides, from the beginning. `furnish` takes a suite's name and an
    empty folder, and writes there what that suite gives to all its parties.
    """

    def __init__(
        self,
        engine: Engine,
        order: Sequence[Candidate],
        *,
        own: Sequence[Candidate] = (),
        progress: Progress,
        keep: bool = False,
        every: int = 1,
        captures: Captures | None = None,
        furnish: Callable[[str, Path], None] | None = None,
    ) -> None:
        self._furnish = furnish
        self._engine = engine
        self._order = list(order)
        self._own = list(own)
        self._progress = progress
        self._keep = keep
        self._every = every
        self._captures = captures
        self.root = Path(tempfile.mkdtemp(prefix=f"{STATE_PREFIX}{os.getpid()}-"))
        self.root.chmod(0o755)
        self.key_log = self.root / KEY_LOG
        """Where every party of the run writes down the keys of its TLS sessions."""
        self.key_log.touch()
        self.key_log.chmod(0o666)  # a server's own user writes here
        self.pki = Pki()
        self.pki.write(self.root / "tls")
        self._builders = ThreadPoolExecutor(2, thread_name_prefix="interop-build")
        self._starters = ThreadPoolExecutor(AHEAD + 2, thread_name_prefix="interop-start")
        self._prepared: dict[tuple[Path, str], Future[None]] = {}
        self._started: dict[tuple[str, str, str], Future[Running]] = {}
        self._leaving: list[Future[Running]] = []
        self._lock = threading.Lock()
        self._giving = threading.Lock()
        self._refused: dict[str, InteropError] = {}
        self._closed = False

    def prepare(self) -> None:
        """Begin to prepare every candidate's image, in order, and to start the first ones."""
        with self._lock:
            for candidate in (*self._own, *self._order):
                self._prepare(candidate)
            for candidate in self._own[:AHEAD]:
                self._start(candidate)
        self._run_ahead(0)

    def acquire(self, candidate: Candidate) -> Running:
        """Return the candidate's running party, waiting for it if need be; raises what its start raised."""
        with self._lock:
            future = self._start(candidate)
        position = next(
            (n for n, each in enumerate(self._order) if each.identity == candidate.identity), None
        )
        if position is not None:
            self._run_ahead(position + self._every)
        return future.result()

    def release(self, candidate: Candidate) -> None:
        """Take the candidate's party down, in the background."""
        with self._lock:
            future = self._started.pop(candidate.identity, None)
            if future is not None and not self._closed and not self._keep:
                self._leaving.append(future)
                self._starters.submit(self._stop, future)

    def replace(self, candidate: Candidate) -> Running:
        """Take the candidate's party down and bring up a fresh one."""
        with self._lock:
            future = self._started.pop(candidate.identity, None)
        if future is not None:
            self._stop(future)
        return self.acquire(candidate)

    def close(self) -> None:
        """Take everything down. May be called twice, and from an interrupt."""
        with self._lock:
            self._closed = True
            futures = [*self._started.values(), *self._leaving]  # a stop that was queued may never have begun
            self._started.clear()
        self._builders.shutdown(wait=False, cancel_futures=True)
        for future in futures:
            future.cancel()
        self._starters.shutdown(wait=True, cancel_futures=True)
        if self._captures is not None:
            self._captures.close(self.key_log)
        if not self._keep:
            for future in futures:
                self._stop(future)
            shutil.rmtree(self.root, ignore_errors=True)
        self._engine.close()

    def _prepare(self, candidate: Candidate) -> Future[None]:
        key = (candidate.implementation.folder, candidate.id)
        if key not in self._prepared:
            self._prepared[key] = self._builders.submit(self._engine.prepare, candidate, self._progress)
        return self._prepared[key]

    def _start(self, candidate: Candidate) -> Future[Running]:
        if candidate.identity not in self._started:
            prepared = self._prepare(candidate)
            self._started[candidate.identity] = self._starters.submit(self._bring_up, candidate, prepared)
        return self._started[candidate.identity]

    def _run_ahead(self, position: int) -> None:
        with self._lock:
            if self._closed:
                return
            for candidate in self._order[position : position + AHEAD // self._every]:
                self._start(candidate)

    def _bring_up(self, candidate: Candidate, prepared: Future[None]) -> Running:
        prepared.result()
        state = self.root / f"{candidate.implementation.name}-{uuid.uuid4().hex[:8]}"
        state.mkdir()
        state.chmod(0o777)  # a server's own user delivers here
        shutil.copytree(self.root / "tls", state / "tls")
        self._give(candidate.role.suite, state / GIVEN)
        (state / KEY_LOG).hardlink_to(self.key_log)  # one file, wherever a party finds it
        self._progress(candidate.id, "starting")
        running = self._engine.start(
            candidate, state=state, environment={"INTEROP_HOSTNAME": HOST_NAME}, progress=self._progress
        )
        if self._captures is not None:
            self._captures.begin(self._engine, running)
        return running

    def _give(self, suite: str, folder: Path) -> None:
        """Copy what the suite gives to its parties, made when the first of them is brought up."""
        if self._furnish is None:
            return
        made = self.root / f"{GIVEN}-{suite}"
        with self._giving:
            if suite in self._refused:  # it would fail again, and for as long as it takes
                raise self._refused[suite]
            if not made.exists():
                made.mkdir()
                try:
                    self._furnish(suite, made)
                except InteropError as error:
                    self._refused[suite] = error
                    raise
        if any(made.iterdir()):
            shutil.copytree(made, folder)

    def _stop(self, future: Future[Running]) -> None:
        try:
            running = future.result()
        except (InteropError, CancelledError):
            return  # it was never begun, or never came up and has cleaned up after itself
        if self._captures is not None:
            self._captures.end(running.state)
        running.stop()
        shutil.rmtree(running.state, ignore_errors=True)


def sweep_state() -> list[str]:
    """Remove state directories of runs that are no longer alive; return what was removed."""
    removed = []
    for folder in Path(tempfile.gettempdir()).glob(f"{STATE_PREFIX}*"):
        owner = folder.name.removeprefix(STATE_PREFIX).split("-", 1)[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(folder, ignore_errors=True)
            removed.append(str(folder))
    return removed
