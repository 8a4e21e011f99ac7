"""A matrix for the stacks under fixtures/stacks: the shipped suite and peers, with results that were made up.

Everything works but for the gaps in `_GAPS`, so that each stack meets something to say. Not what any of these
servers really does: that is what a run finds out.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from interop.load.catalog import Catalog, load_catalog
from interop.model.attempt import Limit, Party, RunFacts
from interop.model.matrix import Blame, Cell, Matrix, SuiteFacts, Tally, Verdict
from interop.model.suite import Suite

STARTED = 1_794_000_000.0
"""2026-11-06 20:00:00 UTC."""

NOW = STARTED + 14 * 86_400

STACKS = sorted((Path(__file__).parents[2] / "fixtures" / "stacks").glob("*.stack.yaml"))

_FAILS: dict[str, Any] = {
    "verdict": Verdict.FAILS,
    "outcome": "failed",
    "signature": "failed: it did not arrive",
    "attempts": Tally(passed=0, total=3),
}
_GAPS: dict[tuple[str, str], dict[str, Any]] = {
    ("silent-server", "postfix@3.7.11"): {
        **_FAILS,
        "verdict": Verdict.FLAKY,
        "outcome": "hang",
        "signature": "hang: no reply",
        "attempts": Tally(passed=57, total=60),
        "blame": Blame.UNDETERMINED,
        "confidence": "weak",
        "reason": "no reply for 30 s\nit fails only sometimes, so no comparison with a control carries",
    },
    ("greeting-421", "exim@4.94.2"): {
        **_FAILS,
        "blame": Blame.PRODUCT,
        "confidence": "certain",
        "reason": "the session was not closed\naiosmtplib and swaks pass with exim@4.94.2",
    },
    ("temporary-recipient", "exim@4.94.2"): {
        **_FAILS,
        "blame": Blame.PEER,
        "confidence": "likely",
        "reason": "451 was answered too late\naiosmtplib fails with exim@4.94.2 as well",
    },
    ("auth-scram-sha-256", "opensmtpd@7.6.0p1+hardened"): {
        "verdict": Verdict.UNSUPPORTED,
        "outcome": "unsupported",
        "reason": "the server's EHLO answer does not list SCRAM-SHA-256",
    },
    ("bare-line-feed", "postfix@3.7.11"): {
        **_FAILS,
        "blame": Blame.PEER,
        "confidence": "certain",
        "reason": "two messages arrived\naiosmtplib and swaks fail with postfix@3.7.11 as well",
    },
    ("over-long-line", "exim@4.98.2"): {
        **_FAILS,
        "blame": Blame.SPECIFICATION,
        "confidence": "likely",
        "reason": "the line was refused\nboth sides are within the clause",
    },
    ("starttls-reset", "exim@4.96"): {
        "verdict": Verdict.DEGRADED,
        "reason": "works only after a second connection",
        "workaround": "Let the client greet again after STARTTLS.",
        "workaround_verified": True,
    },
    ("smtputf8-address", "opensmtpd@7.6.0p1"): {
        "verdict": Verdict.UNSUPPORTED,
        "outcome": "unsupported",
        "reason": "the server's EHLO answer does not list SMTPUTF8",
    },
    ("full-mailbox", "chasquid@1.15.0"): {
        "verdict": Verdict.UNTESTED,
        "reason": "the server is not set up to offer full-mailbox",
        "attempts": Tally(),
        "tested": 0.0,
    },
}
_LIMITS = {"large-message": Limit(name="message", value=1.5, unit="MiB", at_least=True)}


@functools.cache
def catalog() -> Catalog:
    """Return the shipped catalogue."""
    return load_catalog()


@functools.cache
def matrix() -> Matrix:
    """Return the matrix of smtplib 3.11.7 with every shipped SMTP server in every configuration."""
    suite = catalog().suite("smtp")
    cells = tuple(_cells(suite))
    return Matrix(
        run=RunFacts(
            id="20261106-200000-4f1c",
            started=STARTED,
            product="smtplib",
            product_version="3.11.7",
            interop_version="0.1.0",
        ),
        finished=STARTED + 600,
        suites=(
            SuiteFacts(
                name=suite.name,
                title=suite.title,
                specification=suite.specification,
                roles=suite.roles,
                features=suite.features,
            ),
        ),
        parties=tuple(_parties()),
        cells=cells,
    )


def _cells(suite: Suite) -> Iterator[Cell]:
    for candidate in _candidates():
        for feature in suite.features:
            limit = _LIMITS.get(feature.id)
            values: dict[str, Any] = {
                "verdict": Verdict.WORKS,
                "attempts": Tally(passed=1, total=1),
                "tested": STARTED + 60,
                "limits": (limit,) if limit else (),
                **_GAPS.get((feature.id, candidate.id), {}),
            }
            yield Cell(
                suite=suite.name,
                feature=feature.id,
                role="client",
                product="smtplib",
                product_version="3.11.7",
                peer=candidate.implementation.name,
                peer_version=candidate.release.version,
                peer_key=candidate.id,
                configuration=candidate.configuration.name,
                **values,
            )


def _parties() -> Iterator[Party]:
    yield Party(
        name="smtplib",
        title="Python smtplib",
        role="client",
        suite="smtp",
        version="3.11.7",
        version_scheme="pep440",
    )
    for candidate in _candidates():
        yield Party(
            name=candidate.implementation.name,
            title=candidate.implementation.title,
            role="server",
            suite="smtp",
            version=candidate.release.version,
            label=candidate.release.version,
            release=candidate.release.name,
            configuration=candidate.configuration.name,
            configuration_title=candidate.configuration.title,
            version_scheme=candidate.implementation.version_scheme,
        )


def _candidates() -> Any:
    found = catalog().candidates("smtp", "server", configurations=("*",))
    return [each for each in found if each.role.role == "server"]
