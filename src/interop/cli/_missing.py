"""The cells that a stack asks for and nobody has tested, run by the plugin in a process of its own."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from interop.errors import EngineError
from interop.load.record import read_matrix
from interop.model.finding import Finding
from interop.model.matrix import Matrix

_FEATURE = "--interop-feature"


def run_missing(findings: Iterable[Finding], folder: Path, extra: Sequence[str]) -> list[Matrix]:
    """Run what the findings' own commands name, one run for each peer; return the matrices that came of it.

    `extra` are arguments that every run needs, such as the product. What cannot be run yet (an implementation
    that the catalogue lacks) is passed over. Raises EngineError when a run wrote no matrix.
    """
    made = []
    for number, (command, features) in enumerate(_grouped(findings).items(), 1):
        report = folder / str(number)
        chosen = [word for feature in features for word in (_FEATURE, feature)]
        print(f"interop: testing {' '.join(command[2:])}: {', '.join(features)}", file=sys.stderr, flush=True)
        ended = subprocess.run(
            [sys.executable, "-m", *command, *chosen, *extra, f"--interop-report={report}", "-q", "--tb=no"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if not (report / "matrix.json").is_file():
            said = next(iter(ended.stderr.strip().splitlines()), "it said nothing")
            raise EngineError(
                f"the run ended with status {ended.returncode} and wrote no matrix: {said}",
                hint="'interop doctor' says what is missing.",
            )
        made.append(read_matrix(report / "matrix.json"))
    return made


def _grouped(findings: Iterable[Finding]) -> dict[tuple[str, ...], list[str]]:
    """Return the features by the rest of their command."""
    found: dict[tuple[str, ...], list[str]] = {}
    for finding in findings:
        if not finding.command or finding.needs:
            continue
        words = shlex.split(finding.command)
        at = words.index(_FEATURE)
        rest = tuple(words[:at] + words[at + 2 :])
        if words[at + 1] not in found.setdefault(rest, []):
            found[rest].append(words[at + 1])
    return found
