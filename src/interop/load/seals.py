"""Documents that were found valid, remembered across processes: what has not changed is not checked again.

A seal is bound to the document's values and to the schema's text. Knows nothing of either.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import Any

import msgspec
import platformdirs


def seal(value: Any, schema: str) -> Path:
    """Return the file that is there when these values were found valid under this schema's text."""
    content = hashlib.sha256(schema.encode())
    content.update(msgspec.json.encode(value))
    return platformdirs.user_cache_path("interop") / "valid" / content.hexdigest()[:32]


def set_seal(file: Path) -> None:
    """Remember a document as valid; a cache that cannot be written costs time, nothing else."""
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
