"""Which engine runs the parties: containers where an engine answers, child processes where none does.

Imports an engine only when it is chosen.
"""

from __future__ import annotations

from interop.errors import EngineError, UnknownNameError, nearest
from interop.run.engine import Engine
from interop.run.engine.mixed import MixedEngine

NAMES = ("auto", "docker", "process")


def choose_engine(name: str, *, run_id: str, pull: str = "missing", keep: bool = False) -> tuple[Engine, str]:
    """Return the engine of that name, and a sentence that says why when `auto` fell back to processes.

    Raises UnknownNameError for another name, EngineError when `docker` was asked for and no engine answers.
    """
    if name not in NAMES:
        raise UnknownNameError(f"there is no engine {name!r}.", hint=nearest(name, NAMES))
    from interop.run.engine.process import ProcessEngine  # noqa: PLC0415 - engines are imported when chosen

    processes = ProcessEngine(run_id=run_id, pull=pull, keep=keep)
    if name == "process":
        return processes, ""
    from interop.run.engine.docker import DockerEngine  # noqa: PLC0415 - the SDK takes long to import

    try:
        containers = DockerEngine(run_id=run_id, pull=pull, keep=keep)
    except EngineError as error:
        if name == "docker":
            processes.close()
            raise
        return processes, f"Peers run as processes, not in containers: {error.what}"
    return MixedEngine(containers, processes), ""
