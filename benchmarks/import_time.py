"""What the plugin costs a pytest run that does not ask for it: the import of `interop.plugin`, in ms.

python benchmarks/import_time.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys

RUNS = 20
PROGRAM = """
import time, argparse, pytest
began = time.perf_counter()
import interop.plugin
print((time.perf_counter() - began) * 1000, "docker" in __import__("sys").modules)
"""


def main() -> None:
    """Measure in fresh processes; print the median and the worst."""
    took = []
    for _ in range(RUNS):
        said = subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
        ).stdout
        milliseconds, docker = said.split()
        assert docker == "False", "docker was imported"
        took.append(float(milliseconds))
    print(f"import of interop.plugin: median {statistics.median(took):.1f} ms, worst {max(took):.1f} ms")


if __name__ == "__main__":
    main()
