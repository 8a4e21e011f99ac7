"""Process groups that end with the harness, however it ends; and those that did not.

A small process of its own holds the other end of a pipe: when the harness is gone, even by SIGKILL, it ends
the groups that it was told of. (The kernel's own way, PR_SET_PDEATHSIG, is bound to the thread that started
the child and does not reach grandchildren.) Knows nothing of what the groups are.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

OWNER = "INTEROP_OWNER"
"""The variable by which the processes of a party are found again: `<pid> <when it began>` of its harness."""

KEPT = "kept"
"""What the mark of a party ends with that is to outlive its harness."""

_MARK = re.compile(rf"{OWNER}=([0-9]+ [0-9]+(?: {KEPT})?)".encode())

_WATCH = """
import os, signal, sys
for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
    signal.signal(number, signal.SIG_IGN)
groups = set()
for line in sys.stdin:
    (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
for group in groups:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass
"""


class Lifeline:
    """The harness's end of the pipe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watch: subprocess.Popen[bytes] | None = None

    def hold(self, group: int) -> None:
        """End this process group when the harness ends."""
        self._tell(f"+{group}\n")

    def release(self, group: int) -> None:
        """Forget a group that has ended: its number may be given to another."""
        if self._watch is not None:
            self._tell(f"-{group}\n")

    def close(self) -> None:
        """End every group that is still held. May be called twice."""
        with self._lock:
            watch, self._watch = self._watch, None
        if watch is not None:
            watch.communicate()

    def _tell(self, line: str) -> None:
        with self._lock:
            if self._watch is None:
                self._watch = subprocess.Popen(
                    [sys.executable, "-I", "-S", "-c", _WATCH],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            assert self._watch.stdin is not None  # noqa: S101 - said to the type checker
            with contextlib.suppress(BrokenPipeError):
                os.write(self._watch.stdin.fileno(), line.encode())


def owner() -> str:
    """Return this process's own mark: number and beginning, since a number can be given again."""
    return f"{os.getpid()} {_born(os.getpid())}"


def end(group: int) -> None:
    """Kill a process group; one that is gone is no matter."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def end_marked(*, only_left_over: bool) -> list[str]:
    """Kill the processes that bear a mark, or only those whose owner is gone; return what was killed."""
    ended = []
    for pid, mark in _marked():
        harness, _, born = mark.partition(" ")
        if only_left_over and (born.endswith(KEPT) or _born(int(harness)) == born):
            continue
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
            ended.append(f"process {pid}")
    return ended


def _marked() -> Iterator[tuple[int, str]]:
    """Yield number and mark of each of this user's processes that has one."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            variables = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        for variable in variables:
            found = _MARK.fullmatch(variable)
            if found:
                yield int(folder.name), found[1].decode()


def _born(pid: int) -> str:
    """Return when a process began, in clock ticks of this host (proc(5), field 22); empty when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]
