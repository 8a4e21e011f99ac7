"""Everybody who is up: products, controls and peers in their seats, and the wire's switchboard.

Brings actors up when they are first needed and keeps them; peers come and go as the provisioner says.
Knows nothing of pytest's items.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import ModuleType

from interop.load.contract import load_contract
from interop.model.attempt import Party
from interop.model.implementation import Candidate, ProductRole
from interop.model.suite import Suite
from interop.plugin.cast import Actor
from interop.plugin.progress import Progress
from interop.run.engine import Engine, Running
from interop.run.engine.standing import Standing
from interop.run.pairing import Pairing
from interop.run.provision import Provisioner
from interop.run.seat import Seat, seat_for_candidate, seat_for_product
from interop.run.wire import Switchboard


class Company:
    """The seats of one process's run."""

    def __init__(
        self,
        engine: Engine,
        provisioner: Provisioner,
        actors: Mapping[tuple[str, str, str], Actor],
        *,
        progress: Progress,
        met: Callable[[Party], None],
    ) -> None:
        self._engine = engine
        self._provisioner = provisioner
        self._actors = actors
        self._progress = progress
        self._met = met
        self._seats: dict[tuple[str, str, str], Seat] = {}
        self._switchboard = Switchboard()
        self._contracts: dict[str, ModuleType] = {}

    def pairing(
        self,
        suite: Suite,
        actor: Actor,
        peer: Candidate,
        deadline: float,
        options: Mapping[str, str] | None = None,
    ) -> Pairing:
        """Bring both sides up where they are not yet, and return the pairing of one attempt.

        Raises what bringing them up raised (ImageError, PeerError, DriverError).
        """
        theirs = self.peer_seat(peer)
        mine = self.actor_seat(actor, options)
        seats = {mine.role: mine, theirs.role: theirs}
        return Pairing(
            {role: seats[role] for role in suite.roles},
            self.contract(suite.name),
            self._switchboard,
            gateway=self._engine.gateway(),
            trust=self._provisioner.root / "tls",
            key_log=self._provisioner.key_log,
            deadline=deadline,
        )

    def peer_seat(self, peer: Candidate) -> Seat:
        """Return the peer's seat, waiting until it is up."""
        if peer.identity not in self._seats:
            self._seats[peer.identity] = self._bring_up(peer)
        return self._seats[peer.identity]

    def actor_seat(self, actor: Actor, options: Mapping[str, str] | None = None) -> Seat:
        """Return the seat of a product or a control, brought up on first use; `options` go to its driver."""
        given = dict(options or {})
        key = (actor.place.suite, actor.place.role, f"{actor.place.key} {sorted(given.items())}")
        if key not in self._seats:
            if actor.product is None and actor.candidate is not None:
                self._seats[key] = self._bring_up(actor.candidate, given)
            else:
                self._seats[key] = self._products_seat(actor, given)
        return self._seats[key]

    def contract(self, suite: str) -> ModuleType:
        """Return the suite's contract module."""
        if suite not in self._contracts:
            self._contracts[suite] = load_contract(suite)
        return self._contracts[suite]

    def replace(self, candidate: Candidate) -> None:
        """Take a party down and bring up a fresh one: a scenario may have broken it."""
        seat = self._seats.pop(candidate.identity, None)
        if seat is not None:
            seat.close()
        self._provisioner.replace(candidate)

    def dismiss(self, peer: Candidate) -> None:
        """Let a peer go that is not needed any more."""
        seat = self._seats.pop(peer.identity, None)
        if seat is not None:
            seat.close()
        self._provisioner.release(peer)

    def dismiss_actor(self, actor: Actor) -> None:
        """Let a product or a control go that has ended by itself: the next that asks gets a fresh one."""
        *where, key = actor.place.identity
        for each in [each for each in self._seats if [*each[:2]] == where and each[2].startswith(f"{key} ")]:
            self._seats.pop(each).close()
        if actor.candidate is not None:
            self._provisioner.release(actor.candidate)

    def close(self) -> None:
        """End drivers and the switchboard; the provisioner takes the parties down."""
        for seat in self._seats.values():
            seat.close()
        self._seats.clear()
        self._switchboard.close()

    def _bring_up(self, candidate: Candidate, options: Mapping[str, str] | None = None) -> Seat:
        with self._progress.waiting_for(candidate.id):
            running = self._provisioner.acquire(candidate)
        log = self._provisioner.root / f"driver-{candidate.implementation.name}.log"
        seat = seat_for_candidate(candidate, running, log=log, options=options or {})
        self._met(seat.party)
        return seat

    def _products_seat(self, actor: Actor, options: Mapping[str, str]) -> Seat:
        product = actor.product
        if product is None:
            raise LookupError(actor.place.key)
        running = self._running(actor, product)
        party = running.party if running is not None else _party(actor, product)
        seat = seat_for_product(
            product,
            party,
            interpreter=sys.executable,
            folder=actor.folder,
            log=self._provisioner.root / f"driver-{actor.name}.log",
            options=options,
            environment={"SSLKEYLOGFILE": str(self._provisioner.key_log)},
            running=running,
        )
        self._met(party)
        return seat

    def _running(self, actor: Actor, product: ProductRole) -> Running | None:
        """Return what serves as the product, brought up if need be; None where nothing serves."""
        candidate = actor.candidate
        if candidate is None:
            return None
        if product.endpoints:
            state = self._provisioner.root / f"{actor.name}-{product.role}"
            state.mkdir(exist_ok=True)
            return Standing(candidate, _party(actor, product), state=state, addresses=product.endpoints)
        with self._progress.waiting_for(candidate.id):
            return self._provisioner.acquire(candidate)


def _party(actor: Actor, product: ProductRole) -> Party:
    return Party(
        name=actor.name,
        title=actor.name,
        role=product.role,
        suite=product.suite,
        version=actor.version,
        label=actor.version,
    )
