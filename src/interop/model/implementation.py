"""An implementation: a program that speaks a protocol in some role. The product is one, so is every peer."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from interop.errors import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A version in which an implementation is offered.

    `version` is the label by which it is chosen and shown before it runs; the exact version is read
    from the running implementation.
    """

    version: str
    name: str = ""
    """The distribution's name for it, such as `bookworm`."""
    build: dict[str, str] = field(default_factory=dict)
    """Build arguments of the Dockerfile."""
    image: str = ""
    """A ready image's reference by digest, instead of a build."""
    pypi: str = ""
    """A requirement such as `aiosmtpd==1.4.6`, for the process engine."""
    offers: tuple[str, ...] = ()
    """What this release offers beyond what the role says."""
    place: Place | None = field(default=None, compare=False)
    """Where its build arguments stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """How to know that a peer serves: the text that it sends on a port, or what its log shows."""

    port: str = ""
    expect: str = ""
    """What the first bytes from the port contain; empty when a completed connection is enough."""
    send: str = ""
    """What to send first, for protocols in which the client speaks first (backslash escapes)."""
    log: str = ""
    """What a line of the log contains; used when `port` is empty."""
    udp: bool = False
    timeout: float = 60.0
    """Seconds until it is said that the peer never became ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """A named variant of how a peer is set up. A dimension of the matrix, because customers configure."""

    name: str
    title: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    offers: tuple[str, ...] = ()
    """What this variant offers beyond the role's list."""
    lacks: tuple[str, ...] = ()
    """What this variant takes away from the role's list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """What a peer's container is allowed."""

    capabilities: tuple[str, ...] = ()
    memory: str = "512m"
    processes: int = 256
    cpus: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleSpec:
    """How an implementation takes one role of one suite (`role` is written `smtp.server`)."""

    suite: str
    role: str
    ports: dict[str, int] = field(default_factory=dict)
    udp: tuple[str, ...] = ()
    """Names of the ports that speak UDP as well."""
    ready: Readiness | None = None
    command: tuple[str, ...] = ()
    """The container's command; empty for the image's own."""
    process: tuple[str, ...] = ()
    """The command for the process engine; empty when it cannot run so."""
    driver: str = ""
    """`driver.py:Class` in the implementation's folder; empty for the suite's general driver."""
    program: tuple[str, ...] = ()
    """Instead of `driver`: any program that speaks JSON-RPC 2.0 on stdio, started inside the party."""
    driven: str = "general"
    """`general` (the suite's driver in the harness), `container` (by commands inside its container) or
    `process` (a driver process of its own, with the release's interpreter)."""
    offers: tuple[str, ...] = ()
    configurations: tuple[Configuration, ...] = (Configuration(name="default"),)
    security: Security = Security()

    @property
    def key(self) -> str:
        """`suite.role`."""
        return f"{self.suite}.{self.role}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Implementation:
    """One descriptor: a third party's program, server or client, in all its releases."""

    name: str
    title: str
    vendor: str = ""
    homepage: str = ""
    license: str = ""
    version_scheme: str = "debian"
    version_from: tuple[str, ...] = ()
    """The command that prints the exact version inside the running implementation."""
    aliases: tuple[str, ...] = ()
    releases: tuple[Release, ...]
    roles: tuple[RoleSpec, ...]
    folder: Path
    place: Place

    def role(self, key: str) -> RoleSpec | None:
        """Return how it takes the role `suite.role`, None when it does not."""
        return next((spec for spec in self.roles if spec.key == key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One release of an implementation in one role and configuration: what can be brought up as a party."""

    implementation: Implementation
    release: Release
    role: RoleSpec
    configuration: Configuration

    @property
    def id(self) -> str:
        """`postfix@3.10.13`, with `+configuration` when it is not the default one."""
        suffix = "" if self.configuration.name == "default" else f"+{self.configuration.name}"
        return f"{self.implementation.name}@{self.release.version}{suffix}"

    @property
    def identity(self) -> tuple[str, str, str]:
        """Suite, role and id: one implementation may take several roles in a run."""
        return (self.role.suite, self.role.role, self.id)

    @property
    def offers(self) -> frozenset[str]:
        """Every situation that this release offers in this configuration; its ports count as situations."""
        words = {*self.role.offers, *self.release.offers, *self.configuration.offers, *self.role.ports}
        return frozenset(words - set(self.configuration.lacks))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRole:
    """How the product takes one role: what drives it, and, where it serves, what serves."""

    suite: str
    role: str
    driver: str = ""
    """A Python class, `module:Class`."""
    command: tuple[str, ...] = ()
    """A driver that is a program speaking JSON-RPC 2.0 on stdio."""
    served: Candidate | None = None
    """What serves: the product's image or command, or what runs already. Its version is the product's."""
    endpoints: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Where it already runs: host and number of each named port. Empty where the harness brings it up."""
    options: dict[str, str] = field(default_factory=dict)
    """Handed to the driver's constructor."""
    place: Place

    @property
    def key(self) -> str:
        """`suite.role`."""
        return f"{self.suite}.{self.role}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """The implementation under test. `version_command` is run when `version` is empty."""

    name: str
    version: str = ""
    version_command: tuple[str, ...] = ()
    roles: tuple[ProductRole, ...] = ()
    shipped: str = ""
    """The shipped implementation's name when the product is one of the catalogue's own, else empty."""
