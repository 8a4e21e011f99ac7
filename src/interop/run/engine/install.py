"""Is there a container engine, and if not: what mends that? Starts or installs Docker where it is asked to.

Needs neither systemd nor a terminal. Knows nothing of images or parties.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from interop.errors import EngineError, Place
from interop.run.engine.endpoint import Endpoint, endpoints
from interop.run.engine.sdk import connect, product, reach

PACKAGES = ("docker.io", "iptables", "mmdebstrap")
"""What `engine_up` installs on Debian and its derivatives."""
START_TIMEOUT = 60.0
"""Seconds in which a daemon must answer."""
POLL = 0.1
LOG_END = 15
"""Lines of the daemon's log that an error shows."""
CGROUPS = Path("/sys/fs/cgroup")
DOCKER_SOCKET = Endpoint(url="unix:///var/run/docker.sock", source="Docker's usual socket")

Report = Callable[[str], None]
"""Called with what is being waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStatus:
    """Which engine answers and where; or why none does, and the command that mends it."""

    name: str = ""
    """`Docker 20.10.24`; empty when none answers."""
    where: str = ""
    why: str = ""
    mend: str = ""

    def __str__(self) -> str:
        if self.name:
            return f"{self.name} answers at {self.where}."
        return f"{self.why} {self.mend}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What decides how a missing engine is mended."""

    root: bool
    systemd: bool
    programs: frozenset[str]
    """Those of dockerd, podman and apt-get that are installed."""
    forbidden: Path | None = None
    """A socket that is there, and that this user may not use."""
    named: str = ""
    """What names the engine (`DOCKER_HOST`, a context), empty when nothing does."""


def find_engine() -> EngineStatus:
    """Return which engine answers, or why none does and what mends it. Raises nothing."""
    try:
        places = endpoints(os.environ, Path.home())
    except EngineError as error:
        return EngineStatus(
            why=f"{error.where}: {error.what}" if error.where else error.what, mend=error.hint
        )
    try:
        client, endpoint = connect(places)
        name = product(client)
        client.close()
    except EngineError as error:
        return EngineStatus(why=error.what, mend=mend(this_machine(places)))
    return EngineStatus(name=name, where=str(endpoint))


def this_machine(found: Sequence[Endpoint]) -> Machine:
    """Look at what this machine has, where an engine may be at these places."""
    programs = frozenset(
        name for name in ("dockerd", "podman", "apt-get") if shutil.which(name, path=_path())
    )
    sockets = [item.socket for item in found if item.socket is not None and item.socket.exists()]
    return Machine(
        root=os.getuid() == 0,
        systemd=Path("/run/systemd/system").is_dir(),
        programs=programs,
        forbidden=next((path for path in sockets if not os.access(path, os.R_OK | os.W_OK)), None),
        named=found[0].source if len(found) == 1 else "",
    )


def mend(machine: Machine) -> str:
    """Return what to do where no engine answers, with the exact command."""
    if machine.forbidden is not None:
        return "You may not use its socket: run `sudo usermod -aG docker $USER`, then log in again."
    if machine.named:
        return f"It was named by {machine.named}: correct that, or start the engine there."
    if "dockerd" in machine.programs:
        command = (
            "systemctl start docker" if machine.systemd else "sh -c 'dockerd >/var/log/dockerd.log 2>&1 &'"
        )
        return f"Docker is installed but does not run: `{'' if machine.root else 'sudo '}{command}`."
    if "podman" in machine.programs:
        return f"Podman is installed but serves no socket: `{_podman_service(machine)}`."
    if "apt-get" in machine.programs:
        command = f"apt-get install -y --no-install-recommends {' '.join(PACKAGES)}"
        return f"Install Docker: `{'' if machine.root else 'sudo '}{command}`."
    return "Install Docker (https://docs.docker.com/engine/install/) or Podman (https://podman.io/)."


def _podman_service(machine: Machine) -> str:
    if machine.systemd:
        return f"systemctl {'' if machine.root else '--user '}start podman.socket"
    folder = "/run" if machine.root else "$XDG_RUNTIME_DIR"
    return f"podman system service --time=0 unix://{folder}/podman/podman.sock &"


def engine_up(*, install: bool, progress: Report) -> EngineStatus:
    """Return when an engine answers: one that does already, or Docker, which is started for it.

    With `install` it is installed first where it is missing. Raises EngineError that says what stands in the
    way: no right to do it, no package, or why the daemon ended.
    """
    status = find_engine()
    if status.name:
        return status
    machine = this_machine(endpoints(os.environ, Path.home()))
    if machine.named or not machine.root or ("dockerd" not in machine.programs and not install):
        raise EngineError(status.why, hint=status.mend)
    if "dockerd" not in machine.programs:
        if "apt-get" not in machine.programs:
            raise EngineError(
                "Docker is not installed, and this machine has no apt-get to install it with.",
                hint=status.mend,
            )
        install_docker(progress)
    if not find_engine().name:
        progress("starting Docker")
        if machine.systemd:
            _run(["systemctl", "start", "docker"], progress)
            wait_for(DOCKER_SOCKET, ended=lambda: "")
        else:
            start_daemon(DOCKER_SOCKET, progress=progress)
    return find_engine()


def install_docker(progress: Report) -> None:
    """Install Docker with apt-get, without a question; raise EngineError with the end of what it printed."""
    progress("apt-get update")
    _run(["apt-get", "update", "-q"], progress)
    progress(f"installing {', '.join(PACKAGES)}")
    _run(["apt-get", "install", "-yq", "--no-install-recommends", *PACKAGES], progress)


def start_daemon(endpoint: Endpoint, *arguments: str, progress: Report) -> int:
    """Start dockerd in the background, wait until it answers at the endpoint, and return its process number.

    It outlives this process. Raises EngineError with the end of its log when it ends or does not answer.
    """
    log = platformdirs.user_state_path("interop") / "dockerd.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    if not os.path.ismount(CGROUPS):
        mount_cgroups()
    with log.open("wb") as output:
        daemon = subprocess.Popen(
            ["dockerd", "--host", endpoint.url, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "PATH": _path()},
        )
    progress(f"waiting for dockerd, which logs to {log}")

    def ended() -> str:
        code = daemon.poll()
        return "" if code is None else f"dockerd ended with status {code}"

    try:
        wait_for(endpoint, ended=ended)
    except EngineError as error:
        if daemon.poll() is None:
            daemon.terminate()
            daemon.wait(timeout=START_TIMEOUT)
        raise EngineError(f"{error.what} The end of its log:{_end_of(log)}\n", where=Place(log)) from None
    # It is not this process's to wait for: without this, Python warns of a child that still runs.
    daemon.returncode = 0
    return daemon.pid


def mount_cgroups() -> None:
    """Mount the control groups, which no init system has done on a machine like this one."""
    CGROUPS.mkdir(parents=True, exist_ok=True)
    _run(["mount", "-t", "cgroup2", "cgroup2", str(CGROUPS)], lambda _line: None)


def wait_for(endpoint: Endpoint, *, ended: Callable[[], str], timeout: float = START_TIMEOUT) -> None:
    """Return when an engine answers at the endpoint; raise EngineError when it has ended or time is over."""
    deadline = time.monotonic() + timeout
    while True:
        if endpoint.socket is None or endpoint.socket.exists():
            try:
                reach(endpoint).close()
            except EngineError as error:
                failure = error.what
            else:
                return
        else:
            failure = f"{endpoint.socket} is not there."
        if how := ended():
            raise EngineError(f"{how} before it answered.")
        if time.monotonic() >= deadline:
            raise EngineError(f"the engine did not answer within {timeout:g} s: {failure}")
        time.sleep(POLL)


def _run(command: Sequence[str], progress: Report) -> None:
    last = deque[str](maxlen=LOG_END)
    environment: Mapping[str, str] = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "PATH": _path()}
    try:
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment,
        ) as process:
            for line in process.stdout or ():
                last.append(line.rstrip())
                if line.startswith(("Get:", "Unpacking ", "Setting up ")):
                    progress(line.strip()[:100])
    except OSError as error:
        raise EngineError(f"`{' '.join(command)}` cannot be run: {error.strerror}.") from error
    if process.returncode != 0:
        log = "".join(f"\n    {line}" for line in last)
        raise EngineError(f"`{' '.join(command)}` ended with status {process.returncode}:{log}\n")


def _end_of(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_END:]
    return "".join(f"\n    {line[:300]}" for line in lines)


def _path() -> str:
    """Return the search path with the folders of daemons, which users often do not have."""
    return f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
