"""The evidence files that a matrix names, read back for a report. Knows nothing of how they were made."""

from __future__ import annotations

from pathlib import Path

from interop.model.matrix import Matrix

LIMIT = 64 * 1024
"""Characters of one file that a report carries."""


def read_evidence(matrix: Matrix, folder: Path) -> dict[str, str]:
    """Return the evidence that the matrix names, each file's first part; a file that is gone is left out."""
    found = {}
    root = folder.resolve()
    for name in {cell.evidence for cell in matrix.cells if cell.evidence}:
        file = (root / name).resolve()
        if not file.is_relative_to(root):
            continue  # a matrix is other people's text: it may not point out of its own folder
        try:
            with file.open(encoding="utf-8", errors="replace") as stream:
                found[name] = stream.read(LIMIT)
        except OSError:
            continue
    return found
