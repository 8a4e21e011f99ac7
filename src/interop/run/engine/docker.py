"""Parties in containers of Docker or Podman: one network an engine, every container labelled and watched.

Knows nothing of pytest, suites or verdicts. Where the engine is another machine (DOCKER_HOST with tcp or ssh)
three things differ: ports are published on that machine's addresses, where others may reach them; the state
directory is copied in before the start and nothing of it comes back; a look-up of a name may take its time.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from interop.errors import EngineError, PeerError
from interop.model.implementation import Candidate, Readiness
from interop.run.engine import Capturing, Progress, Running, labels, ready
from interop.run.engine.build_context import DOCKERFILE
from interop.run.engine.capture import start as start_capture
from interop.run.engine.container import Container, clean, read_log
from interop.run.engine.creation import Network, create, reclaim
from interop.run.engine.events import Watch
from interop.run.engine.facts import read_party
from interop.run.engine.images import Images
from interop.run.engine.sdk import APIError, asking, connect, explanation, product

TAKEN = re.compile(r"already allocated|already in use")
PORT_TRIES = 3
"""Starts of a container whose chosen port was taken by somebody else meanwhile."""
LAST_LINES = 3
"""Lines of a log that an error shows: which of standard output and error came last is not known."""
LAST_LINE = 200
"""Characters of each of them."""


class DockerEngine:
    """Docker or Podman; implements `Engine`.

    Raises EngineError when no engine answers. `pull` is `never`, `missing` or `always`; with `keep`, what was
    started stays when it is stopped; `mirror` is a registry to pull images from.
    """

    name = "docker"

    def __init__(self, *, run_id: str, pull: str = "missing", keep: bool = False, mirror: str = "") -> None:
        self._client, self._endpoint = connect()
        self._product = product(self._client)
        self._keep = keep
        self.identity = secrets.token_hex(4)
        self._run_id = run_id
        self._labels = labels.labels(run_id, self.identity, keep=keep)
        self._images = Images(self._client, pull=pull, mirror=mirror)
        self._network: Network | None = None
        self._watch: Watch | None = None
        self._lock = threading.Lock()
        self._closed = False

    def describe(self) -> str:
        """Return name, version and place, such as `Docker 20.10.24 (unix:///var/run/docker.sock)`."""
        return f"{self._product} ({self._endpoint.url})"

    def cannot_run(self, candidate: Candidate) -> str:
        """Return why it cannot run this candidate; empty when it can."""
        if candidate.release.image or (candidate.implementation.folder / DOCKERFILE).is_file():
            return ""
        return f"{candidate.implementation.name} has neither an image nor a Dockerfile"

    def prepare(self, candidate: Candidate, progress: Progress) -> None:
        """Have the candidate's image at hand; raise ImageError with the end of the build's log."""
        self._images.ensure(candidate, progress)

    def start(
        self, candidate: Candidate, *, state: Path, environment: Mapping[str, str], progress: Progress
    ) -> Container:
        """Bring a candidate up and wait until it is ready; raise PeerError when it ends or time is over."""
        image = self._images.ensure(candidate, progress)
        network, watch = self._surroundings()
        progress(candidate.id, "starting")
        identity = self._launch(candidate, image, network, state, environment)
        try:
            progress(candidate.id, "waiting until it is ready")
            addresses = self._addresses(candidate, identity)
            self._await(candidate, identity, addresses, watch)
            party = read_party(self._client, identity, candidate, engine=self._product)
        except BaseException:
            self._discard(identity, image, state)
            raise
        progress(candidate.id, "ready")
        return Container(
            self._client,
            watch,
            identity=identity,
            candidate=candidate,
            party=party,
            state=state,
            addresses=addresses,
            remove=partial(self._take_down, identity, image, state),
        )

    def capture(self, running: Running, file: Path, progress: Progress) -> Capturing:
        """Begin to capture what passes through a container's network; see `capture.start`."""
        if not isinstance(running, Container):
            raise EngineError(f"{running.candidate.id} does not run in a container.")
        return start_capture(
            self._client, self._images, running.identity, file, labels=self._labels, progress=progress
        )

    def gateway(self) -> str:
        """Return the host's address on the parties' network."""
        return self._surroundings()[0].gateway

    def sweep(self) -> list[str]:
        """Remove containers and networks of runs on this host that are no longer alive."""
        return labels.sweep(self._client)

    def close(self) -> None:
        """Take down everything that this engine object made, unless it is to be kept. May be called twice."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        if not self._keep:
            self._remove_all()
        if self._watch is not None:
            self._watch.close()
        self._client.close()

    def _surroundings(self) -> tuple[Network, Watch]:
        """Return the network and the watch, made when they are first needed."""
        with self._lock:
            if self._closed:
                raise EngineError("this engine is closed.")
            if self._watch is None:
                self._watch = Watch(self._client, f"{labels.ENGINE}={self.identity}")
            if self._network is None:
                self._network = self._make_network()
            return self._network, self._watch

    def _make_network(self) -> Network:
        name = f"interop-{self._run_id}-{self.identity}"
        with asking("make a network"):
            try:
                made = self._client.create_network(
                    name,
                    driver="bridge",
                    # Not `internal`: that publishes no ports. Without masquerading no answer comes back.
                    options={"com.docker.network.bridge.enable_ip_masquerade": "false"},
                    labels=self._labels,
                )
            except APIError as error:
                if "pool" in explanation(error):
                    raise EngineError(
                        "the engine has no address range left for a network.",
                        hint="`interop clean` removes what earlier runs have left.",
                    ) from error
                raise
            found = self._client.inspect_network(made["Id"])
        gateway = next((part["Gateway"] for part in found["IPAM"]["Config"] if part.get("Gateway")), "")
        return Network(id=made["Id"], name=name, gateway=gateway.partition("/")[0])

    def _launch(
        self, candidate: Candidate, image: str, network: Network, state: Path, environment: Mapping[str, str]
    ) -> str:
        """Create a container, start it and return its id."""
        tries = PORT_TRIES
        while True:
            identity = create(
                self._client,
                candidate,
                image=image,
                network=network,
                labels=self._labels,
                state=state,
                environment=environment,
                remote=bool(self._endpoint.remote),
            )
            try:
                with asking(f"start {candidate.id}"):
                    self._client.start(identity)
            except BaseException as error:
                self._discard(identity, image, state)
                tries -= 1
                if not tries or not TAKEN.search(str(error)):
                    raise
            else:
                return identity

    def _addresses(self, candidate: Candidate, identity: str) -> dict[str, tuple[str, int]]:
        """Return where the ports are; none for a container that has ended already."""
        with asking(f"say where {candidate.id} is reached"):
            published = self._client.inspect_container(identity)["NetworkSettings"]["Ports"] or {}
        host = self._endpoint.remote or "127.0.0.1"
        return {
            name: (host, int(found[0]["HostPort"]))
            for name, port in candidate.role.ports.items()
            if (found := published.get(f"{port}/tcp"))
        }

    def _await(
        self, candidate: Candidate, identity: str, addresses: Mapping[str, tuple[str, int]], watch: Watch
    ) -> None:
        readiness = candidate.role.ready or Readiness(port=next(iter(candidate.role.ports), ""))

        def ended() -> str:
            return "was taken down" if self._closed else str(watch.exited(identity) or "")

        hint = ""
        try:
            if len(addresses) < len(candidate.role.ports):
                # A container that runs has all its ports.
                raise ready.EndedError(str(watch.look(identity) or "lost its ports"))  # noqa: TRY301 - said below
            ready.wait(
                readiness,
                ready.Surroundings(
                    address=addresses.__getitem__, log=lambda: read_log(self._client, identity), ended=ended
                ),
            )
        except ready.EndedError as how:
            what = f"{candidate.id} {how} before it was ready"
        except ready.NeverReadyError as failure:
            what = f"{candidate.id} was not ready within {readiness.timeout:g} s: {failure}"
            hint = "If it only needs longer, raise `timeout` of its `ready`."
        else:
            return
        log = read_log(self._client, identity)
        lines = [line.strip() for line in clean(log).splitlines() if line.strip()]
        end = " | ".join(line[:LAST_LINE] for line in lines[-LAST_LINES:])
        said = f"its log ends with {end!r}" if lines else "it printed nothing"
        raise PeerError(f"{what}; {said}.", log=log, where=candidate.implementation.place, hint=hint)

    def _take_down(self, identity: str, image: str, state: Path) -> None:
        """Remove a container that had been handed out, unless it is to be kept."""
        if not self._keep and not self._closed:
            self._discard(identity, image, state)

    def _discard(self, identity: str, image: str, state: Path) -> None:
        labels.remove_container(self._client, identity)
        if self._closed:
            # `close` found the network still in use by this one.
            self._remove_all()
            self._client.close()
        elif not self._endpoint.remote:
            reclaim(self._client, image, state, self._labels)

    def _remove_all(self) -> None:
        labels.remove_all_labelled(self._client, f"{labels.ENGINE}={self.identity}")
