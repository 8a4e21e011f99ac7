"""How long the whole command `interop check` takes over a matrix, from the shell's point of view.

    python benchmarks/check.py [CELLS…]        (default: 1000 10000 100000)

For each size the command is run several times; the medians of its wall time and of its processor time are
printed, beside those of `python -c pass` in turn with it: both were measured in the same minutes.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from interop.load.record import matrix_to_json

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.unit import examples

RUNS = 7
STACK = """\
customer: Globex
product: smtplib 3.11.7
components: [server00 1.0, "server07 >=1", server11 99, server19@5.99]
features: [{features}]
deployment: {{sites: 900, time_to_restart_a_site: 15 min, cost_of_an_hour_down: 450 EUR}}
"""


def main() -> None:
    """Measure each size and print it."""
    for size in [int(each) for each in sys.argv[1:]] or [1_000, 10_000, 100_000]:
        matrix = examples.large(size)
        with tempfile.TemporaryDirectory() as folder:
            file, stack = Path(folder) / "matrix.json", Path(folder) / "globex.stack.yaml"
            file.write_text(matrix_to_json(matrix), encoding="utf-8")
            features = ", ".join(feature.id for feature in matrix.suites[0].features[:10])
            stack.write_text(STACK.format(features=features), encoding="utf-8")
            command = [sys.executable, "-m", "interop.cli", "check", str(stack), "--matrix", str(file)]
            checks, nothing = [], []
            for _ in range(RUNS):
                checks.append(_run(command, Path(folder)))
                nothing.append(_run([sys.executable, "-c", "pass"], Path(folder)))
        wall, cpu = _medians(checks)
        idle_wall, idle_cpu = _medians(nothing)
        print(
            f"{len(matrix.cells):,} cells ({file.name} of {len(matrix_to_json(matrix)) / 1e6:.0f} MB):"
            f" {wall:.2f} s, {cpu:.2f} s of processor time"
            f" (python alone {idle_wall:.2f} s, {idle_cpu:.2f} s)"
        )


def _run(command: list[str], folder: Path) -> tuple[float, float]:
    """Return wall and processor seconds of one run."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=folder, check=False, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _medians(seen: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(wall for wall, _ in seen), statistics.median(cpu for _, cpu in seen)


if __name__ == "__main__":
    main()
