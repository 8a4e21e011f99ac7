"""Parties as child processes: PyPI packages, each release in a virtual environment of its own.

A client library that a driver process drives is no process here: to run it is to have its environment ready.
Knows nothing of pytest, suites or verdicts.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import socket
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from interop.errors import EngineError, PeerError
from interop.model.attempt import Party
from interop.model.implementation import Candidate, Readiness
from interop.run.engine import KEY_LOG, Capturing, Progress, Running, ready, variable
from interop.run.engine.child import HOST, ChildProcess, Prepared, execute
from interop.run.engine.environments import clean_variables, installed_digest, prepare_environment
from interop.run.engine.lifeline import KEPT, OWNER, Lifeline, end_marked, owner

INHERITED: tuple[str, ...] = ("LD_LIBRARY_PATH", "TMPDIR", "TZ")
"""What a party is given of the harness's own environment, besides the PATH."""
PORT_TRIES = 3
VERSION_TIMEOUT = 20.0
"""Seconds for the command that prints the exact version."""
_TAKEN = re.compile(r"address (?:is )?already in use|errno 98|EADDRINUSE", re.IGNORECASE)


class ProcessEngine:
    """Runs PyPI packages without any container engine; implements `Engine`.

    `pull` is `never`, `missing` or `always`. With `keep`, what is started stays when it is stopped.
    """

    name = "process"

    def __init__(self, run_id: str, pull: str = "missing", keep: bool = False) -> None:
        self._run_id = run_id
        self._pull = pull
        self._lifeline = None if keep else Lifeline()
        self._versions: dict[tuple[Path, tuple[str, ...]], str] = {}
        self._running: list[ChildProcess] = []
        self._lock = threading.Lock()
        self._closed = False

    def describe(self) -> str:
        """Return name and version, such as `processes of CPython 3.11.7`."""
        return f"processes of {platform.python_implementation()} {platform.python_version()}"

    def cannot_run(self, candidate: Candidate) -> str:
        """Return why it cannot run this candidate; empty when it can."""
        implementation, release, role = candidate.implementation, candidate.release, candidate.role
        if not release.pypi and (release.build or release.image):
            return f"{implementation.name} {release.version} is no PyPI package, and needs a container engine"
        if not role.process and role.driven != "process":
            return (
                f"{implementation.name} names no command by which it runs without a container as {role.key}"
            )
        return ""

    def prepare(self, candidate: Candidate, progress: Progress) -> None:
        """Have the release's virtual environment at hand; raise ImageError with the end of pip's log."""
        prepare_environment(candidate, progress, pull=self._pull)

    def start(
        self, candidate: Candidate, *, state: Path, environment: Mapping[str, str], progress: Progress
    ) -> Prepared:
        """Bring a candidate up and wait until it is ready; raise PeerError when it ends or time is over."""
        interpreter = prepare_environment(candidate, progress, pull=self._pull)
        party = self._party(candidate, interpreter)
        variables = self._variables(candidate, interpreter, state, environment)
        if not candidate.role.process:
            return Prepared(
                candidate=candidate, party=party, state=state, interpreter=interpreter, environment=variables
            )
        progress(candidate.id, "starting")
        for last in (False,) * (PORT_TRIES - 1) + (True,):
            ports = _free_ports(candidate.role.ports)
            child = self._launch(
                candidate=candidate,
                party=party,
                state=state,
                interpreter=interpreter,
                environment={
                    **variables,
                    **{variable("PORT", name): str(port) for name, port in ports.items()},
                },
                ports=ports,
            )
            try:
                progress(candidate.id, "waiting until it is ready")
                self._await(child)
            except PeerError as error:
                self._discard(child)
                # A port that was free when it was chosen may have been taken meanwhile.
                if last or not _TAKEN.search(error.log):
                    raise
            except BaseException:
                self._discard(child)
                raise
            else:
                progress(candidate.id, "ready")
                return child
        raise AssertionError("the last try returns or raises")

    def capture(self, running: Running, file: Path, progress: Progress) -> Capturing:  # noqa: ARG002 - an engine's interface
        """Raise EngineError: processes share this machine's network, where others' traffic passes too."""
        raise EngineError(
            f"{running.candidate.id} runs as a process, whose traffic cannot be captured.",
            hint="Run the peers in containers, with --interop-engine=docker.",
        )

    def gateway(self) -> str:
        """Return the host's address that parties can reach: they share its loopback."""
        return HOST

    def sweep(self) -> list[str]:
        """Kill parties whose harness is gone: there are some only where their lifeline was killed too."""
        return end_marked(only_left_over=True)

    def close(self) -> None:
        """Take down everything that this engine object made, unless it is to be kept. May be called twice."""
        with self._lock:
            self._closed = True
            running, self._running = self._running, []
        for child in running:
            child.stop()
        if self._lifeline is not None:
            self._lifeline.close()

    def _launch(self, **made_of: Any) -> ChildProcess:
        candidate: Candidate = made_of["candidate"]
        with self._lock:
            if self._closed:
                raise EngineError("this engine is closed.")
            try:
                child = ChildProcess(lifeline=self._lifeline, **made_of)
            except OSError as error:
                raise PeerError(
                    f"{candidate.id} cannot be started: {error.strerror}: {error.filename}.",
                    where=candidate.implementation.place,
                    hint="Correct its command.",
                ) from None
            self._running.append(child)
        return child

    def _discard(self, child: ChildProcess) -> None:
        child.discard()
        with self._lock, contextlib.suppress(ValueError):
            self._running.remove(child)

    def _variables(
        self, candidate: Candidate, interpreter: Path, state: Path, environment: Mapping[str, str]
    ) -> dict[str, str]:
        """Return a party's environment: as little of this process's own as will do."""
        own = clean_variables()
        return {
            **{name: own[name] for name in INHERITED if name in own},
            OWNER: owner() if self._lifeline is not None else f"{owner()} {KEPT}",
            "INTEROP_RUN": self._run_id,
            "PATH": os.pathsep.join((str(interpreter.parent), own.get("PATH", os.defpath))),
            "HOME": str(state),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "INTEROP_STATE": str(state),
            "SSLKEYLOGFILE": str(state / KEY_LOG),
            "INTEROP_HOST": HOST,
            "INTEROP_CONFIGURATION": candidate.configuration.name,
            **candidate.configuration.environment,
            **environment,
        }

    def _await(self, child: ChildProcess) -> None:
        candidate = child.candidate
        readiness = candidate.role.ready or Readiness(port=next(iter(candidate.role.ports), ""))
        seen = ready.Surroundings(
            address=child.address, log=child.logs, ended=lambda: str(child.exited() or "")
        )
        where = candidate.implementation.place
        try:
            ready.wait(readiness, seen)
        except ready.EndedError as ended:
            log = child.logs()
            raise PeerError(
                f"{candidate.id} {ended} before it was ready{_last_line(log)}.", log=log, where=where
            ) from None
        except ready.NeverReadyError as failure:
            log = child.logs()
            raise PeerError(
                f"{candidate.id} was not ready within {readiness.timeout:g} s: {failure}{_last_line(log)}.",
                log=log,
                where=where,
                hint="Look at its log; if it only needs longer, raise `timeout` of `ready`.",
            ) from None
        if self._closed:
            raise EngineError(f"the engine was closed while {candidate.id} started.")

    def _party(self, candidate: Candidate, interpreter: Path) -> Party:
        """Read what really runs."""
        implementation, release, role = candidate.implementation, candidate.release, candidate.role
        return Party(
            name=implementation.name,
            title=implementation.title,
            role=role.role,
            suite=role.suite,
            version=self._version(candidate, interpreter),
            label=release.version,
            release=release.name,
            configuration=candidate.configuration.name,
            configuration_title=candidate.configuration.title,
            digest=installed_digest(interpreter),
            configuration_hash=_configuration_hash(candidate),
            engine=self.describe(),
            vendor=implementation.vendor,
            homepage=implementation.homepage,
            version_scheme=implementation.version_scheme,
        )

    def _version(self, candidate: Candidate, interpreter: Path) -> str:
        """Return the exact version, asked once; the release's own where no command tells it."""
        command = candidate.implementation.version_from
        if not command:
            return candidate.release.version
        key = (interpreter, command)
        if key not in self._versions:
            asked = [str(interpreter), *command[1:]] if command[0] in {"python3", "python"} else list(command)
            done = execute(asked, clean_variables(), Path.cwd(), VERSION_TIMEOUT)
            version = done.stdout.decode("utf-8", "replace").strip().partition("\n")[0][:100]
            if done.code != 0 or not version:
                said = done.stderr.decode("utf-8", "replace").strip()[-200:]
                raise PeerError(
                    f"{candidate.id} does not tell its version: {command[0]!r} ended with status {done.code}"
                    f"{f' and said {said!r}' if said else ''}.",
                    where=candidate.implementation.place,
                    hint="Correct `version_from`.",
                )
            self._versions[key] = version
        return self._versions[key]


def _free_ports(names: Iterable[str]) -> dict[str, int]:
    """Return a port for each name, free for TCP and UDP just now; each is held until all are found."""
    ports: dict[str, int] = {}
    with contextlib.ExitStack() as held:
        for name in names:
            while name not in ports:
                stream = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
                stream.bind((HOST, 0))
                datagrams = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                with contextlib.suppress(OSError):
                    datagrams.bind((HOST, stream.getsockname()[1]))
                    ports[name] = stream.getsockname()[1]
    return ports


def _configuration_hash(candidate: Candidate) -> str:
    """Return a hash over what sets the party up: configuration, command, the files of its folder."""
    folder, configuration = candidate.implementation.folder, candidate.configuration
    stated = [configuration.name, configuration.environment, candidate.role.process]
    hashed = hashlib.sha256(json.dumps(stated, sort_keys=True).encode())
    for file in sorted(folder.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            hashed.update(f"\0{file.relative_to(folder)}\0".encode())
            hashed.update(file.read_bytes())
    return "sha256:" + hashed.hexdigest()


def _last_line(log: str) -> str:
    """Return the last line of a log for the end of a sentence."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return f"; its log ends with {lines[-1][:200]!r}" if lines else "; it printed nothing"
