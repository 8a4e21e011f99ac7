"""interop: run a product against real third-party implementations, and keep the compatibility matrix.

The public names are those that suites and drivers need. They are looked up lazily, so that a pytest run
without `--interop` pays for none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from interop.errors import Unsupported
    from interop.scenario import contract, fallback, feature, limit, needs, role

__all__ = ["Unsupported", "__version__", "contract", "fallback", "feature", "limit", "needs", "role"]

__version__ = "0.1.0"

_HOMES = {
    "Unsupported": "interop.errors",
    "contract": "interop.scenario",
    "fallback": "interop.scenario",
    "feature": "interop.scenario",
    "limit": "interop.scenario",
    "needs": "interop.scenario",
    "role": "interop.scenario",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    from importlib import import_module  # noqa: PLC0415 - the import is what is put off

    if name not in _HOMES:
        raise AttributeError(f"module 'interop' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
