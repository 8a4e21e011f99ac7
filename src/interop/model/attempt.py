"""An attempt: one run of one scenario over one pairing, and what else a journal holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What one attempt ended with; never guessed."""

    PASSED = "passed"
    FAILED = "failed"
    """An assertion of the scenario did not hold."""
    UNSUPPORTED = "unsupported"
    """One side stated that it does not offer the feature."""
    HANG = "hang"
    """A deadline passed while one side was silent."""
    CRASH = "crash"
    """The process of one side ended."""
    ERROR = "error"
    """The harness's or the engine's fault; never a gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One implementation as it really ran: its exact version and what it was made of."""

    name: str
    title: str = ""
    role: str
    """The role without its suite, such as `server`."""
    suite: str
    version: str
    """Exact, as the running implementation said it."""
    label: str = ""
    """The version by which it was chosen, such as `3.10.13`."""
    release: str = ""
    """The distribution's name, such as `trixie`."""
    configuration: str = "default"
    configuration_title: str = ""
    """What the configuration is, in words; empty where its author wrote none."""
    digest: str = ""
    """The image's digest (`sha256:…`), or a hash of the installed files for a process."""
    configuration_hash: str = ""
    engine: str = ""
    vendor: str = ""
    homepage: str = ""
    version_scheme: str = "debian"

    @property
    def key(self) -> str:
        """`postfix@3.10.13`, with `+configuration` when it is not the default one."""
        suffix = "" if self.configuration == "default" else f"+{self.configuration}"
        return f"{self.name}@{self.label or self.version}{suffix}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A number with a unit: the largest size or count that still works."""

    name: str
    value: float
    unit: str
    at_least: bool = False
    """True when the search ended at its own ceiling: the real limit is this or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One run of one scenario over one pairing."""

    suite: str
    feature: str
    scenario: str
    """The scenario's node id without its parameters."""
    product: str
    """Key of the implementation in the product's place, `smtplib@3.11.7`."""
    peer: str
    """Key of the peer, `postfix@3.10.13+hardened`."""
    role: str
    """The role that the product's place takes."""
    control: bool = False
    """True when a control stood in the product's place."""
    number: int = 1
    """Which repetition this is, from 1."""
    why: str = "first"
    """`first`, `repeat`, `fresh-peer`, `control`, `workaround`."""
    outcome: Outcome
    side: str = ""
    """The role that crashed, was silent, or said `unsupported`; empty when that is not known."""
    reason: str = ""
    signature: str = ""
    """What names the same failure again in another run: stable across ports, times and addresses."""
    fallbacks: tuple[str, ...] = ()
    """Fallbacks by which the scenario passed; each makes the cell degraded."""
    limits: tuple[Limit, ...] = ()
    started: float = 0.0
    """Seconds since the epoch."""
    duration: float = 0.0
    """Seconds."""
    evidence: str = ""
    """File with transcript and logs, relative to the report folder; empty when none was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """A cell that will not run, and why."""

    suite: str
    feature: str
    product: str
    peer: str
    role: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What a run was made with; the first line of its journal."""

    id: str
    started: float
    product: str
    product_version: str
    interop_version: str
    command: tuple[str, ...] = ()
    host: dict[str, str] = field(default_factory=dict)
    """Python, platform, engine: what a reader needs to judge the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    """The last line of a journal that was not cut short."""

    finished: float
    interrupted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """Everything that one run recorded, in order."""

    facts: RunFacts
    parties: tuple[Party, ...]
    skips: tuple[Skip, ...]
    attempts: tuple[Attempt, ...]
    planned: tuple[Skip, ...] = ()
    """Cells that were planned; their `reason` is empty."""
    end: RunEnd | None = None
