"""Virtual environments of PyPI releases: made once, kept for later runs, shared by all processes.

Knows nothing of what is run in them.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from interop.errors import ImageError, Place
from interop.model.implementation import Candidate
from interop.run.engine import Progress
from interop.run.engine.cache import cached, locked

COMPLETE = "interop-complete"
"""The file that is written last. Without it a folder is what a killed build has left, and is made anew."""

TIMEOUT = 900.0
"""Seconds that pip may take."""

LOG_LINES = 8
"""Lines of pip's log that a message ends with."""

_PYTHON_SETTINGS = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")


def prepare_environment(candidate: Candidate, progress: Progress, *, pull: str = "missing") -> Path:
    """Return the interpreter that has the candidate's release installed; make its environment if need be.

    A release that names nothing to install (a client of the standard library) has the harness's own. A
    requirement is installed once for each Python version: `pull` matters when it is `never`. Safe to call
    from several threads and processes. Raises ImageError with the end of pip's log.
    """
    requirement = candidate.release.pypi
    if not requirement:
        return Path(sys.executable)
    folder = environment_folder(candidate)
    interpreter = folder / "bin" / "python"
    if (folder / COMPLETE).is_file():
        return interpreter
    where = candidate.implementation.place
    if pull == "never":
        raise ImageError(
            f"{requirement} is not installed, and nothing may be fetched.",
            where=where,
            hint="Run once without --interop-pull never.",
        )
    waiting = functools.partial(
        progress, candidate.id, f"waiting for another process to install {requirement}"
    )
    with locked(f"venv-{folder.name}", waiting):
        if not (folder / COMPLETE).is_file():
            _make(folder, requirement, candidate, progress)
    return interpreter


def environment_folder(candidate: Candidate) -> Path:
    """Return where the candidate's virtual environment is, or would be."""
    made_of = f"{candidate.release.pypi}\0{sys.version}\0{sys.base_prefix}"
    key = hashlib.sha256(made_of.encode()).hexdigest()[:12]
    name = re.sub(
        r"[^A-Za-z0-9._-]", "_", f"{candidate.implementation.name}-{candidate.release.version}-{key}"
    )
    return cached("venvs", name)


def installed_digest(interpreter: Path) -> str:
    """Return a hash over the files that were installed for an interpreter, by their packages' own records.

    Empty for an interpreter outside of a virtual environment that was made here: it has far more than the
    release. What differs from machine to machine (scripts with the interpreter's path, byte code) does not
    count.
    """
    folder = interpreter.parent.parent
    if not (folder / COMPLETE).is_file():
        return ""
    records = folder.glob("lib/python*/site-packages/*.dist-info/RECORD")
    lines = sorted(line for record in records for line in _recorded(record))
    return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()


def clean_variables() -> dict[str, str]:
    """Return this process's environment without what would lead another Python astray."""
    return {name: value for name, value in os.environ.items() if name not in _PYTHON_SETTINGS}


def _recorded(record: Path) -> Iterator[str]:
    if record.parent.name.startswith(("pip-", "setuptools-")):
        return
    for line in record.read_text(encoding="utf-8").splitlines():
        if ",sha256=" in line and not line.startswith(("..", "/")):
            yield line


def _make(folder: Path, requirement: str, candidate: Candidate, progress: Progress) -> None:
    where = candidate.implementation.place
    shutil.rmtree(folder, ignore_errors=True)
    progress(candidate.id, "making a virtual environment")
    # With the harness's own pip, an environment of its own need not be given one: that takes seconds.
    shared = importlib.util.find_spec("pip") is not None
    _run([sys.executable, "-m", "venv", *(["--without-pip"] if shared else []), str(folder)], "venv", where)
    progress(candidate.id, f"installing {requirement}")
    interpreter = str(folder / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", interpreter] if shared else [interpreter, "-m", "pip"]
    quiet = ["--no-input", "--disable-pip-version-check", "--no-color", "--progress-bar", "off"]
    _run([*pip, "install", *quiet, "--", requirement], f"pip cannot install {requirement}", where)
    (folder / COMPLETE).write_text(f"{requirement}\n", encoding="utf-8")


def _run(command: Sequence[str], what: str, where: Place) -> None:
    try:
        done = subprocess.run(
            command,
            env=clean_variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ImageError(f"{what}: it took more than {TIMEOUT:g} s.", where=where) from None
    except OSError as error:
        raise ImageError(f"{what}: {error}.", where=where) from None
    if done.returncode != 0:
        lines = done.stdout.decode("utf-8", "replace").strip().splitlines()[-LOG_LINES:]
        raise ImageError("\n  ".join((f"{what}:", *lines)), where=where)
