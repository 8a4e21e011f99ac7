"""Who sits in a role while an implementation is up, and how it is driven there.

A seat lasts as long as its implementation; `pairing` brings two of them together for one attempt.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interop.errors import DriverError
from interop.model.attempt import Party
from interop.model.implementation import Candidate, ProductRole
from interop.run.drivers import Died, DriverProcess, Silent, python_driver_command
from interop.run.engine import KEY_LOG, Running, variable
from interop.run.program import LocalProgram


@dataclass(slots=True, kw_only=True)
class Seat:
    """An implementation that is up, in one role. `start` makes its driver process, where it has one."""

    suite: str
    role: str
    party: Party
    candidate: Candidate | None = None
    running: Running | None = None
    start: Callable[[], DriverProcess] | None = None
    memory: dict[str, Any] = field(default_factory=dict)
    """What drivers keep between attempts, for as long as this very implementation is up."""
    process: DriverProcess | None = None

    @property
    def contained(self) -> bool:
        """Whether it runs in a container, and so sees the host only through the gateway."""
        return self.running is not None and self.running.inside != str(self.running.state)

    def driver_process(self) -> DriverProcess:
        """Return its driver process, started anew when the last one has ended."""
        if self.start is None:
            raise DriverError(f"{self.party.key} has no driver process")
        if self.process is None or not self.process.alive:
            self.close()  # one that has died leaves its pipes open
            self.process = self.start()
            self.process.begin()
        return self.process

    def close(self) -> None:
        """End its driver process, if there is one."""
        if self.process is not None:
            self.process.close()
            self.process = None


def seat_for_candidate(
    candidate: Candidate, running: Running, *, log: Path, options: Mapping[str, str]
) -> Seat:
    """Return the seat of a catalogue implementation that is up."""
    start = None
    environment = {"SSLKEYLOGFILE": str(running.state / KEY_LOG)}
    role = candidate.role.role
    if candidate.role.program:

        def start() -> DriverProcess:
            program = running.open(candidate.role.program, log=log, environment={})
            return DriverProcess(program, role=role, log=log)

    elif candidate.role.driven == "process":
        source, _, name = candidate.role.driver.rpartition(":")
        command = python_driver_command(
            running.interpreter,  # type: ignore[attr-defined]  # a party that is driven by a process has one
            suite=candidate.role.suite,
            role=candidate.role.role,
            driver=f"{candidate.implementation.folder / source}:{name}",
            options=options,
        )
        folder = candidate.implementation.folder

        def start() -> DriverProcess:
            program = LocalProgram(command, folder=folder, log=log, environment=environment)
            return DriverProcess(program, role=role, log=log)

    return Seat(
        suite=candidate.role.suite,
        role=candidate.role.role,
        party=running.party,
        candidate=candidate,
        running=running,
        start=start,
    )


def check_driver(product: ProductRole, *, interpreter: str, folder: Path) -> None:
    """Start the product's driver once and end it; raise DriverError, with its place, when it cannot."""
    with tempfile.TemporaryDirectory(prefix="interop-driver-") as logs:
        if not product.driver and not product.command:
            return
        party = Party(name="product", role=product.role, suite=product.suite, version="")
        log = Path(logs) / "stderr"
        seat = seat_for_product(product, party, interpreter=interpreter, folder=folder, log=log, options={})
        try:
            seat.driver_process()
        except DriverError as error:
            raise DriverError(error.what, where=product.place, hint=error.hint) from None
        except (Died, Silent) as ended:
            raise DriverError(f"the driver does not start: {ended.reason}.", where=product.place) from None
        finally:
            seat.close()


def seat_for_product(
    product: ProductRole,
    party: Party,
    *,
    interpreter: str,
    folder: Path,
    log: Path,
    options: Mapping[str, str],
    environment: Mapping[str, str] | None = None,
    running: Running | None = None,
) -> Seat:
    """Return the seat of the user's product, driven by a Python class or by any program on stdio.

    Where something serves as the product, `running` is that, and without a driver of its own the suite's
    general one serves. `environment` is what its driver's process gets beyond this process's own.
    """
    command: list[str] = []
    if product.driver:
        command = python_driver_command(
            interpreter,
            suite=product.suite,
            role=product.role,
            driver=product.driver,
            options={**product.options, **options},
        )
    else:
        command = list(product.command)
    given = {**(environment or {}), **_whereabouts(running)}

    def start() -> DriverProcess:
        program = LocalProgram(command, folder=folder, log=log, environment=given)
        return DriverProcess(program, role=product.role, log=log)

    return Seat(
        suite=product.suite,
        role=product.role,
        party=party,
        candidate=running.candidate if running is not None else None,
        running=running,
        start=start if command else None,
    )


def _whereabouts(running: Running | None) -> dict[str, str]:
    """Return what tells a driver where the party is that it drives: its state directory and its ports."""
    if running is None:
        return {}
    addresses = {name: running.address(name) for name in running.candidate.role.ports}
    ports = {variable("ADDRESS", name): f"{host}:{port}" for name, (host, port) in addresses.items()}
    return {"INTEROP_STATE": str(running.state), **ports}
