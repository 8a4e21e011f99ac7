"""One pairing while a scenario runs: a seat in each role, its driver, and the wire between them.

A `Pairing` is made anew for each attempt; seats outlive it. Knows nothing of pytest nor of what a scenario
checks.
"""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from interop.errors import DriverError, UnknownNameError, nearest
from interop.model.attempt import Party
from interop.run.driver_host import load_driver
from interop.run.drivers import Proxy
from interop.run.engine import Executed, Running
from interop.run.seat import Seat
from interop.run.wire import Switchboard, Wire


class Site:
    """What a driver in the harness knows of the party that it drives, for one attempt."""

    def __init__(self, seat: Seat, other: Seat, wire: Wire, *, gateway: str, trust: Path) -> None:
        self._seat = seat
        self._other = other
        self._wire = wire
        self._gateway = gateway
        self._trust = trust

    @property
    def party(self) -> Party:
        """Who this is: name, exact version, configuration."""
        return self._seat.party

    @property
    def offers(self) -> frozenset[str]:
        """The situations that it offers."""
        return self._seat.candidate.offers if self._seat.candidate else frozenset()

    @property
    def memory(self) -> dict[str, Any]:
        """What may be kept between attempts while this very party is up."""
        return self._seat.memory

    @property
    def state(self) -> Path:
        """The host's side of its state directory."""
        return self._up.state

    @property
    def inside(self) -> str:
        """The party's own name of its state directory."""
        return self._up.inside

    def address(self, port: str) -> tuple[str, int]:
        """Return where the host reaches its port, past the relay: for observing, not for what is tested."""
        ports = self._seat.candidate.role.ports if self._seat.candidate is not None else {}
        if port not in ports:
            raise UnknownNameError(
                f"{self.party.key} has no port {port!r}.",
                hint=f"{nearest(port, ports)} A scenario that needs one says so: @interop.needs({port!r}).",
            )
        return self._up.address(port)

    def route(self, port: str, *, by_number: bool = False) -> tuple[str, int]:
        """Return the host and port at which the facing party reaches this party's port, through the relay.

        The name is in the party's certificate; with `by_number` the same place is given as an address,
        which is not.
        """
        contained = self._other.contained
        listen = self._gateway if contained else ""
        udp = self._seat.candidate is not None and port in self._seat.candidate.role.udp
        number = self._wire.route(port, self.address(port), listen=listen, udp=udp, answering=self._seat.role)
        if contained:
            return (self._gateway if by_number else "mail.interop.test"), number
        return ("127.0.0.1" if by_number else "localhost"), number

    def ca_file(self, *, trusted: bool = True) -> str:
        """Return this party's own path of the test CA, or of a stranger's CA that has signed nothing here."""
        name = "ca.pem" if trusted else "stranger.pem"
        if self._seat.contained:
            return f"{self._up.inside}/tls/{name}"
        return str(self._trust / name)

    def logs(self, since: float = 0.0) -> str:
        """Return what the party printed since then (seconds since the epoch)."""
        return self._up.logs(since)

    def execute(self, command: Sequence[str], *, timeout: float = 10.0) -> Executed:
        """Run a command inside the party."""
        return self._up.execute(command, timeout=timeout)

    def put(self, name: str, data: bytes) -> str:
        """Write a file into the party's state directory; return the party's own path of it."""
        folder = self._up.state / "in"
        folder.mkdir(exist_ok=True, mode=0o777)
        file = folder / name
        file.write_bytes(data)
        file.chmod(0o644)
        return f"{self._up.inside}/in/{name}"

    @property
    def _up(self) -> Running:
        if self._seat.running is None:
            raise DriverError(f"{self._seat.party.key} is not run by the harness")
        return self._seat.running


class Pairing:
    """One implementation in each role, for one attempt: what scenarios and the suite's fixtures work with."""

    def __init__(
        self,
        seats: Mapping[str, Seat],
        contract: ModuleType,
        switchboard: Switchboard,
        *,
        gateway: str,
        trust: Path,
        key_log: Path | None = None,
        deadline: float,
    ) -> None:
        self._seats = dict(seats)
        self._key_log = key_log
        self._contract = contract
        self._ends = time.monotonic() + deadline
        self.prolong: Callable[[float], None] = lambda _: None
        """Called with the seconds that starting a driver took, which are not the scenario's."""
        self._drivers: dict[str, Any] = {}
        self._token = uuid.uuid4().hex[:10]
        self.wire = Wire(switchboard)
        """The relay between the two; set its disturbances before the client connects."""
        roles = list(self._seats)
        self._sites = {
            role: Site(
                self._seats[role],
                self._seats[roles[1 - number]],
                self.wire,
                gateway=gateway,
                trust=trust,
            )
            for number, role in enumerate(roles)
        }

    def unique(self, prefix: str = "") -> str:
        """Return a word of [a-z0-9] that no other attempt uses."""
        return f"{prefix}{self._token}"

    def remaining(self) -> float:
        """Return the seconds that this attempt has left."""
        return max(0.05, self._ends - time.monotonic())

    def site(self, role: str) -> Site:
        """Return what the harness knows of the party in that role."""
        return self._sites[role]

    def driver(self, role: str) -> Any:
        """Return the driver of the party in that role, made on first use."""
        if role not in self._drivers:
            self._drivers[role] = self._make_driver(role)
        return self._drivers[role]

    def tls_keys(self) -> bytes:
        """Return what the parties wrote down of their TLS sessions, in SSLKEYLOGFILE's format."""
        return self._key_log.read_bytes() if self._key_log is not None else b""

    def close(self) -> None:
        """Close the wire and the drivers that want closing; seats stay."""
        for driver in self._drivers.values():
            if not isinstance(driver, Proxy) and hasattr(driver, "close"):
                with contextlib.suppress(OSError):
                    driver.close()
        self.wire.close()

    def _make_driver(self, role: str) -> Any:
        seat = self._seats[role]
        if seat.start is not None:
            began = time.monotonic()
            process = seat.driver_process()
            took = time.monotonic() - began
            self._ends += took
            self.prolong(took)
            return Proxy(process, self._contract.ROLES[role], timeout=self.remaining)
        if seat.candidate is None:
            raise DriverError(f"{seat.party.key} has no driver for the role {role}")
        if seat.candidate.role.driver:
            source, _, name = seat.candidate.role.driver.rpartition(":")
            return load_driver(f"{seat.candidate.implementation.folder / source}:{name}")(self._sites[role])
        if role not in self._contract.GENERAL:
            raise DriverError(
                f"{seat.candidate.implementation.name} names no driver, and the suite has no general one for"
                f" the role {role}.",
                where=seat.candidate.implementation.place,
                hint=f"Add `driver: driver.py:Class` to roles.{seat.candidate.role.key}.",
            )
        return self._contract.GENERAL[role](self._sites[role])
