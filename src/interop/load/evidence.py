"""The evidence files that a matrix names, read back for a report. Knows nothing of how they were made."""

from __future__ import annotations

from pathlib import Path

from interop.model.matrix import Matrix

FOLDER = "evidence"
"""Where a run keeps them, below its report's folder."""

LIMIT = 64 * 1024
"""Characters of one file that a report carries."""


def read_evidence(matrix: Matrix, folder: Path) -> dict[str, str]:
    """Return the evidence that the matrix names, each file's first part; a file that is gone is left out."""
    found = {}
    for name in {cell.evidence for cell in matrix.cells if cell.evidence}:
        file = evidence_file(folder, name)
        if file is None:
            continue
        try:
            with file.open(encoding="utf-8", errors="replace") as stream:
                found[name] = stream.read(LIMIT)
        except OSError:
            continue
    return found


def evidence_file(folder: Path, name: str) -> Path | None:
    """Return a file of the evidence that lies beside a matrix; None where there is none of that name.

    What lies elsewhere than in the run's own folder of evidence is none, whatever the matrix says: it is
    other people's text, and what it names would be published or sent to others.
    """
    root = folder.resolve() / FOLDER  # where this is itself a link, it leads out too
    try:
        file = (folder / name).resolve()
        ours = not Path(name).is_absolute() and file.is_relative_to(root) and file.is_file()
    except (OSError, ValueError):  # a name that no file can have: too long, or with a NUL in it
        return None
    return file if ours else None
