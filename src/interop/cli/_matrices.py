"""Where a command finds its matrices: a file, an address, or a folder of runs."""

from __future__ import annotations

import gc
import tempfile
from pathlib import Path

from interop.errors import Place, RecordError
from interop.judge.history import together
from interop.load.belief import check_unique
from interop.load.record import read_matrix
from interop.model.matrix import Matrix

_SECONDS = 30
_LARGEST = 512 * 1024 * 1024
"""Bytes. A matrix of 100,000 cells has about a tenth of this."""


def find_matrix(source: str) -> Matrix:
    """Return the matrix of a file or address, or all those of a folder as one; raise RecordError.

    An address that ends with a slash is that of a published site, which has its matrix in `matrix.json`.
    """
    if source.startswith(("http://", "https://")):
        return _fetch(f"{source}matrix.json" if source.endswith("/") else source)
    path = Path(source)
    if not path.exists():
        hint = "Name one that is there, such as '--matrix site/matrix.json', or a published site's address."
        raise RecordError("there is no matrix here.", where=Place(path), hint=hint)
    return together(find_matrices(path)) if path.is_dir() else _read(path)


def find_matrices(folder: Path) -> list[Matrix]:
    """Return every matrix below a folder: the files called `matrix.json`, or else all its JSON files."""
    return [matrix for _, matrix in find_runs(folder)]


def find_runs(path: Path) -> list[tuple[Path, Matrix]]:
    """Return every matrix below a folder with its file, or that of a file; raise RecordError."""
    files = sorted(path.rglob("matrix.json")) or sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise RecordError(
            "no matrix is in this folder.", where=Place(path), hint="Run 'pytest --interop' first."
        )
    found = [(file, _read(file)) for file in files]
    for file, matrix in found:
        check_unique(matrix, Place(file))
    return found


def _fetch(address: str) -> Matrix:
    import urllib.error  # noqa: PLC0415 - a tenth of a second that a file need not pay
    import urllib.request  # noqa: PLC0415

    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        try:
            with urllib.request.urlopen(address, timeout=_SECONDS) as answer:  # noqa: S310 - http and https only
                content = answer.read(_LARGEST + 1)
        except (urllib.error.URLError, OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise RecordError(f"cannot be fetched: {reason}.", where=Place(address)) from None
        if len(content) > _LARGEST:
            raise RecordError(f"it has more than {_LARGEST:,} bytes.", where=Place(address))
        file.write(content)
        file.flush()
        try:
            return _read(Path(file.name))
        except RecordError as error:
            error.where = Place(address)
            raise


def _read(file: Path) -> Matrix:
    """Read a matrix without the collector, which would visit 100,000 new cells again and again."""
    gc.disable()
    try:
        return read_matrix(file)
    finally:
        gc.freeze()
        gc.enable()
