"""The cells that a stack asks for and nobody has tested, run by the plugin in a process of its own."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from interop.errors import EngineError
from interop.load.record import read_matrix
from interop.load.rules import check_words
from interop.model.finding import Finding, Report
from interop.model.matrix import Matrix
from interop.report.words import cause, needs, system

_FEATURE = "--interop-feature"
_PRODUCT = "--interop-product"


def run_missing(report: Report, folder: Path, config: Path | None) -> list[Matrix]:
    """Run what the findings' own commands name, one run for each peer; return the matrices that came of it.

    `config` is what was given as the product's description: the product is taken from there. What cannot be
    run yet (an implementation that the catalogue lacks) is passed over, and why is said. Raises EngineError
    when a run wrote no matrix.
    """
    for said in _passed_over(report):
        print(f"interop: not tested: {said}", file=sys.stderr)
    missing = _grouped(report.findings, ours=config is not None)
    if not missing:
        print("interop: there is nothing that a run could test.", file=sys.stderr)
    extra = [] if config is None else [f"--interop-config={config}"]
    made = []
    for number, (command, features) in enumerate(missing.items(), 1):
        runs = folder / str(number)
        chosen = [word for feature in features for word in (_FEATURE, feature)]
        print(f"interop: testing {' '.join(command[2:])}: {', '.join(features)}", file=sys.stderr, flush=True)
        ended = subprocess.run(
            [sys.executable, "-m", *command, *chosen, *extra, f"--interop-report={runs}", "-q", "--tb=no"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if not (runs / "matrix.json").is_file():
            said = next(iter(ended.stderr.strip().splitlines()), "it said nothing")
            raise EngineError(
                f"the run ended with status {ended.returncode} and wrote no matrix: {said}",
                hint="'interop doctor' says what is missing.",
            )
        made.append(read_matrix(runs / "matrix.json"))
    return made


def _passed_over(report: Report) -> list[str]:
    """Return a sentence for what has to be there before anything can be run, and for what."""
    words = check_words()
    found: dict[tuple[str, str, str], list[str]] = {}
    for finding in report.findings:
        if finding.command and finding.needs:
            why = (cause(finding, report, words), needs(finding, report, words))
            found.setdefault((system(finding), *why), []).append(finding.feature.id)
    return [
        f"{whom}: {', '.join(features)}. {said} {first}" for (whom, said, first), features in found.items()
    ]


def _grouped(findings: Iterable[Finding], *, ours: bool) -> dict[tuple[str, ...], list[str]]:
    """Return the features by the rest of their command; `ours` says that a configuration has the product."""
    found: dict[tuple[str, ...], list[str]] = {}
    for finding in findings:
        if not finding.command or finding.needs:
            continue
        words = shlex.split(finding.command)
        if ours and _PRODUCT in words:
            at = words.index(_PRODUCT)
            del words[at : at + 2]
        at = words.index(_FEATURE)
        rest = tuple(words[:at] + words[at + 2 :])
        if words[at + 1] not in found.setdefault(rest, []):
            found[rest].append(words[at + 1])
    return found
