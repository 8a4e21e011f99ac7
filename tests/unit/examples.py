"""Example matrices that tests of judge, report and the command line share.

`healthy` (everything works), `with_gaps` (every verdict, every state of an expectation), `hostile` (text as
a malicious peer would send it), `smtp` (13 servers, 35 features, as a real run looks), `two_suites` (two
protocols, one of them in both roles), `large` (as many cells as asked for). All are the same in every run.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import msgspec

from interop.model.attempt import Limit, Party, RunFacts
from interop.model.matrix import Blame, Cell, Known, Matrix, SuiteFacts, Tally, Verdict
from interop.model.suite import Feature, Impact, Level, Workaround

STARTED = 1_790_000_000.0
"""2026-09-21 14:13:20 UTC."""

HOSTILE = (
    '\x1b[31mred\x1b[0m\x07\x00|a|`b`\n<script>alert("x")</script> @everyone & ]]> \u202edrow\ud800\ufffe{%s}'
)
"""Escape sequences, bell, NUL, table and code marks, a tag, a mention, a CDATA end, a surrogate."""

SCENARIOS = "suites/smtp"


def feature(feature_id: str = "dot-stuffing", **changes: Any) -> Feature:
    """Build a feature; every field has a plausible value that `changes` replaces."""
    values: dict[str, Any] = {
        "title": feature_id.replace("-", " ").capitalize(),
        "clause": "RFC 5321, 4.5.2",
        "url": "https://www.rfc-editor.org/rfc/rfc5321#section-4.5.2",
        "level": Level.MUST,
        "group": "Transparency",
        "impact": Impact.SERIOUS,
    }
    return Feature(id=feature_id, **(values | changes))


def cell(feature_id: str = "dot-stuffing", peer: str = "postfix@3.10.13", **changes: Any) -> Cell:
    """Build a cell that works; `peer` is the column's key, which gives name, version and configuration."""
    name, _, rest = peer.partition("@")
    version, _, configuration = rest.partition("+")
    values: dict[str, Any] = {
        "suite": "smtp",
        "role": "client",
        "product": "smtplib",
        "product_version": "3.11.7",
        "product_key": "smtplib@3.11.7",
        "peer": name,
        "peer_version": version,
        "peer_key": peer,
        "configuration": configuration or "default",
        "verdict": Verdict.WORKS,
        "duration": 0.125,
        "attempts": Tally(passed=1, total=1),
        "tested": STARTED + 60,
        "scenario": f"{SCENARIOS}/test_smtp.py::test_{feature_id.replace('-', '_')}",
    }
    return Cell(feature=feature_id, **(values | changes))


def untested(feature_id: str, peer: str, reason: str, **changes: Any) -> Cell:
    """Build a cell that was never tried."""
    nothing: dict[str, Any] = {"attempts": Tally(), "tested": 0.0, "duration": 0.0, "scenario": ""}
    return cell(feature_id, peer, verdict=Verdict.UNTESTED, reason=reason, **(nothing | changes))


def broken(feature_id: str, peer: str, blame: Blame = Blame.PRODUCT, **changes: Any) -> Cell:
    """Build a cell that fails, in three attempts of three."""
    values: dict[str, Any] = {
        "verdict": Verdict.FAILS,
        "blame": blame,
        "confidence": "certain",
        "outcome": "failed",
        "reason": f"the body differs at line 2\naiosmtplib@5.1.2 can do it with {peer}",
        "signature": "assert:body-differs",
        "attempts": Tally(passed=0, total=3),
        "evidence": f"evidence/smtp/{feature_id}/{peer.replace('@', '-')}.txt",
    }
    return cell(feature_id, peer, **(values | changes))


def suite(features: Iterable[Feature], name: str = "smtp", **changes: Any) -> SuiteFacts:
    """Build a suite's facts."""
    values: dict[str, Any] = {
        "title": name.upper(),
        "specification": "RFC 5321",
        "roles": ("client", "server"),
    }
    return SuiteFacts(name=name, features=tuple(features), **(values | changes))


def parties(cells: Iterable[Cell]) -> tuple[Party, ...]:
    """Build the parties of those cells: the peers that ran, and the product in each role."""
    found: dict[tuple[str, str, str, str], Party] = {}
    for each in cells:
        peer_role = "server" if each.role == "client" else "client"
        found.setdefault(
            (each.product, each.product_version, each.suite, each.role),
            Party(
                name=each.product,
                role=each.role,
                suite=each.suite,
                version=each.product_version,
                engine="process",
            ),
        )
        if each.tested:
            found.setdefault(
                (each.peer, each.peer_key, each.suite, peer_role),
                Party(
                    name=each.peer,
                    title=TITLES.get(each.peer, ""),
                    role=peer_role,
                    suite=each.suite,
                    version=f"{each.peer_version}-1+deb13u1",
                    label=each.peer_version,
                    release="trixie",
                    configuration=each.configuration,
                    digest="sha256:" + f"{len(found):02x}" * 32,
                    engine="docker",
                ),
            )
    return tuple(found.values())


def matrix(cells: Iterable[Cell], suites: Iterable[SuiteFacts] | None = None, **changes: Any) -> Matrix:
    """Build a matrix of cells; without `suites`, one suite per name with the features that occur."""
    shown = tuple(cells)
    if suites is None:
        names = dict.fromkeys(each.suite for each in shown)
        suites = [
            suite((feature(i) for i in dict.fromkeys(c.feature for c in shown if c.suite == name)), name)
            for name in names
        ]
    values: dict[str, Any] = {
        "run": RunFacts(
            id="20260921-141320-5f3a",
            started=STARTED,
            product="smtplib",
            product_version="3.11.7",
            interop_version="0.1.0",
            command=("pytest", "--interop"),
            host={"python": "3.11.7", "platform": "Linux-6.1-x86_64", "engine": "docker 20.10.24"},
        ),
        "finished": STARTED + 93.5,
        "parties": parties(shown),
    }
    return Matrix(suites=tuple(suites), cells=shown, **(values | changes))


TITLES = {
    "aiosmtpd": "aiosmtpd",
    "chasquid": "chasquid",
    "exim": "Exim",
    "opensmtpd": "OpenSMTPD",
    "postfix": "Postfix",
    "sendmail": "Sendmail",
}

SMALL_PEERS = ("exim@4.98.2", "postfix@3.7.11", "postfix@3.10.13", "postfix@3.10.13+hardened")
SMALL_FEATURES = (
    feature(
        "envelope", title="A message arrives with its envelope", clause="RFC 5321, 3.3", group="Delivery"
    ),
    feature("dot-stuffing", title="Lines that begin with a dot arrive unchanged", group="Transparency"),
    feature(
        "message-size",
        title="Largest message",
        clause="RFC 1870, 6",
        level=Level.SHOULD,
        group="Limits",
        impact=Impact.MODERATE,
    ),
    feature("starttls", title="STARTTLS", clause="RFC 3207, 4", level=Level.SHOULD, group="Security"),
)


def healthy() -> Matrix:
    """Four columns, four features, everything works; `message-size` is a limit."""
    limits = {"message-size": (Limit(name="largest message", value=2_097_152, unit="B", at_least=True),)}
    return matrix(
        (
            cell(each.id, peer, limits=limits.get(each.id, ()))
            for each in SMALL_FEATURES
            for peer in SMALL_PEERS
        ),
        [suite(SMALL_FEATURES)],
    )


GAP_FEATURES = (
    *SMALL_FEATURES,
    feature(
        "smtputf8",
        title="Addresses outside ASCII",
        clause="RFC 6531, 3.1",
        level=Level.MAY,
        group="Extensions",
        impact=Impact.SERIOUS,
        customer_sees="Mail to people whose address has an accent is refused.",
        workaround=Workaround(text="Give these people a second address in ASCII."),
    ),
    feature(
        "bare-lf",
        title="A bare LF never ends the data",
        clause="RFC 5321, 2.3.8",
        group="Security",
        impact=Impact.CRITICAL,
        customer_sees="A forged message can be smuggled behind a real one.",
        legal="A receiver may accept a bare LF, and a sender must not send one.",
    ),
    feature(
        "pipelining",
        title="Commands in one go",
        clause="RFC 2920, 3.1",
        level=Level.MAY,
        group="Extensions",
        impact=Impact.MINOR,
    ),
)


def with_gaps() -> Matrix:
    """Every verdict, every blame, every state of an expectation, at least once."""
    exim, old, new, hard = SMALL_PEERS
    size = Limit(name="largest message", value=10_240_000, unit="B")
    cells = {(each.id, peer): cell(each.id, peer) for each in GAP_FEATURES for peer in SMALL_PEERS}
    special = (
        broken("dot-stuffing", exim),
        broken(
            "dot-stuffing",
            old,
            reason="the product fails against every server, the control aiosmtplib@5.1.2 passes",
            known=Known.KNOWN,
            expectation="ACME-123: the dot is lost, fixed in 3.12 (owner: mail team, review 2027-01-31)",
        ),
        cell("message-size", exim, limits=(size,)),
        cell(
            "message-size",
            old,
            limits=(Limit(name="largest message", value=2_097_152, unit="B", at_least=True),),
        ),
        cell(
            "starttls",
            exim,
            verdict=Verdict.DEGRADED,
            reason="works only after a second EHLO",
            workaround="Set `ehlo_again`.",
            workaround_verified=True,
        ),
        broken(
            "smtputf8",
            old,
            Blame.PEER,
            confidence="likely",
            reason="no control passes against this peer, and all pass elsewhere",
            outcome="crash",
            known=Known.CHANGED,
            expectation="ACME-140: refused with 553 (owner: mail team, review 2027-01-31)",
        ),
        broken(
            "smtputf8",
            new,
            Blame.PEER,
            confidence="likely",
            reason="no control passes against this peer, and all pass elsewhere",
            outcome="hang",
            known=Known.EXPIRED,
            expectation="ACME-140: refused with 553 (owner: mail team, review 2026-01-31)",
        ),
        cell(
            "smtputf8",
            exim,
            verdict=Verdict.UNSUPPORTED,
            reason="the server's EHLO answer does not list SMTPUTF8",
            outcome="unsupported",
        ),
        cell(
            "smtputf8", hard, known=Known.FIXED, expectation="ACME-141: hardened refuses (review 2027-01-31)"
        ),
        broken(
            "bare-lf",
            new,
            Blame.SPECIFICATION,
            confidence="certain",
            reason="both sides keep to the clause and still miss each other",
            workaround="Set `smtpd_forbid_bare_newline = normalize`.",
            workaround_verified=True,
        ),
        broken(
            "bare-lf",
            old,
            Blame.BOTH,
            confidence="weak",
            reason="the product and a control each fail in a way of their own",
        ),
        broken(
            "bare-lf", hard, Blame.UNDETERMINED, confidence="weak", reason="no control can drive this feature"
        ),
        broken(
            "envelope",
            hard,
            Blame.ENVIRONMENT,
            verdict=Verdict.FLAKY,
            confidence="weak",
            reason="2 of 3 attempts pass",
            attempts=Tally(passed=2, total=3),
        ),
        cell(
            "pipelining",
            exim,
            verdict=Verdict.ERROR,
            reason="the peer never became ready within 60 s",
            outcome="error",
            attempts=Tally(passed=0, total=1),
        ),
        untested("pipelining", old, "the peer offers no port `bare`"),
        untested("pipelining", new, "the peer offers no port `bare`"),
    )
    cells.update({(each.feature, each.peer_key): each for each in special})
    return matrix(cells.values(), [suite(GAP_FEATURES)])


def hostile() -> Matrix:
    """Every text that a peer, a file or a driver has a hand in is `HOSTILE`; one is a megabyte long."""
    bad = feature(
        "hostile",
        title=HOSTILE,
        clause=HOSTILE,
        url="javascript:alert(1)",
        group=HOSTILE,
        customer_sees=HOSTILE,
        legal=HOSTILE,
        workaround=Workaround(text=HOSTILE),
    )
    key = f"evil@{HOSTILE}"
    texts: dict[str, Any] = {
        "reason": HOSTILE + "A" * 1_000_000,
        "signature": HOSTILE,
        "workaround": HOSTILE,
        "expectation": HOSTILE,
        "scenario": HOSTILE,
        "evidence": f"../../{HOSTILE}",
        "peer": HOSTILE,
        "peer_version": HOSTILE,
        "configuration": HOSTILE,
        "product": HOSTILE,
        "product_version": HOSTILE,
        "product_key": HOSTILE,
    }
    verdicts = (
        Verdict.FAILS,
        Verdict.UNSUPPORTED,
        Verdict.UNTESTED,
        Verdict.ERROR,
        Verdict.FLAKY,
        Verdict.DEGRADED,
    )
    cells = [
        msgspec.structs.replace(
            cell("hostile", f"{key}{number}"),
            verdict=verdict,
            blame=Blame.PEER,
            limits=(Limit(name=HOSTILE, value=float("inf"), unit=HOSTILE),),
            **texts,
        )
        for number, verdict in enumerate(verdicts)
    ]
    facts = dataclasses.replace(suite([bad]), title=HOSTILE, specification=HOSTILE)
    run = RunFacts(
        id=HOSTILE,
        started=STARTED,
        product=HOSTILE,
        product_version=HOSTILE,
        interop_version="0.1.0",
        host={HOSTILE: HOSTILE},
    )
    return matrix(cells, [facts], run=run)


SMTP_PEERS = (
    "aiosmtpd@1.4.3",
    "aiosmtpd@1.4.6",
    "chasquid@1.11",
    "chasquid@1.15",
    "exim@4.94.2",
    "exim@4.96",
    "exim@4.98.2",
    "opensmtpd@6.8.0p2",
    "opensmtpd@7.6.0p1",
    "postfix@3.7.11",
    "postfix@3.10.13",
    "sendmail@8.17.1.9",
    "sendmail@8.18.1",
)

SMTP_THEMES: dict[str, tuple[tuple[str, str, str, Level, Impact], ...]] = {
    "Session": (
        ("greeting", "Waits for the greeting", "RFC 5321, 3.1", Level.MUST, Impact.SERIOUS),
        ("ehlo", "EHLO", "RFC 5321, 3.2", Level.MUST, Impact.SERIOUS),
        ("helo-fallback", "Falls back to HELO", "RFC 5321, 3.2", Level.SHOULD, Impact.MODERATE),
        ("greeting-554", "Ends when greeted with 554", "RFC 5321, 3.1", Level.MUST, Impact.MODERATE),
        ("greeting-421", "Ends when greeted with 421", "RFC 5321, 3.8", Level.MUST, Impact.MODERATE),
        ("quit", "QUIT before closing", "RFC 5321, 4.1.1.10", Level.MUST, Impact.MINOR),
        ("many-messages", "Several messages in one session", "RFC 5321, 3.3", Level.SHOULD, Impact.MINOR),
        ("rset", "RSET after a refusal", "RFC 5321, 4.1.1.5", Level.SHOULD, Impact.SERIOUS),
    ),
    "Envelope": (
        ("null-sender", "Null reverse-path", "RFC 5321, 4.5.5", Level.MUST, Impact.SERIOUS),
        ("many-recipients", "100 recipients", "RFC 5321, 4.5.3.1.8", Level.MUST, Impact.SERIOUS),
        ("quoted-local-part", "Quoted local part", "RFC 5321, 4.1.2", Level.MUST, Impact.MODERATE),
        ("one-refused", "One recipient of several refused", "RFC 5321, 3.3", Level.MUST, Impact.CRITICAL),
        ("mailbox-full", "Full mailbox is reported", "RFC 5321, 4.2.2", Level.MUST, Impact.CRITICAL),
        ("greylisting", "Tries again after 450", "RFC 5321, 4.5.4.1", Level.MUST, Impact.CRITICAL),
    ),
    "Transparency": (
        ("dot-stuffing", "Lines that begin with a dot", "RFC 5321, 4.5.2", Level.MUST, Impact.CRITICAL),
        ("line-endings", "Line endings arrive as CRLF", "RFC 5321, 2.3.8", Level.MUST, Impact.CRITICAL),
        ("bare-lf", "A bare LF never ends the data", "RFC 5321, 2.3.8", Level.MUST, Impact.CRITICAL),
        ("trailing-blanks", "Trailing blanks are kept", "RFC 5321, 2.3.1", Level.MUST, Impact.MINOR),
        ("empty-body", "Empty body", "RFC 5321, 4.1.1.4", Level.MUST, Impact.MODERATE),
        ("header-order", "Order of header fields", "RFC 5321, 4.4", Level.SHOULD, Impact.MINOR),
    ),
    "Limits": (
        ("long-lines", "Longest text line", "RFC 5321, 4.5.3.1.6", Level.MUST, Impact.SERIOUS),
        ("message-size", "Largest message", "RFC 1870, 6", Level.SHOULD, Impact.MODERATE),
        (
            "recipient-count",
            "Most recipients in one message",
            "RFC 5321, 4.5.3.1.8",
            Level.MUST,
            Impact.MODERATE,
        ),
    ),
    "Extensions": (
        ("size", "SIZE is declared", "RFC 1870, 6.1", Level.SHOULD, Impact.MINOR),
        ("pipelining", "PIPELINING", "RFC 2920, 3.1", Level.MAY, Impact.MINOR),
        ("8bitmime", "8BITMIME", "RFC 6152, 3", Level.SHOULD, Impact.MODERATE),
        ("smtputf8", "SMTPUTF8 addresses", "RFC 6531, 3.1", Level.MAY, Impact.SERIOUS),
        ("chunking", "CHUNKING (BDAT)", "RFC 3030, 2", Level.MAY, Impact.MINOR),
        ("dsn", "Delivery status notifications", "RFC 3461, 4", Level.MAY, Impact.MODERATE),
        ("enhanced-codes", "Enhanced status codes", "RFC 2034, 4", Level.SHOULD, Impact.MINOR),
    ),
    "Security": (
        ("starttls", "STARTTLS", "RFC 3207, 4", Level.MUST, Impact.CRITICAL),
        ("starttls-ehlo", "EHLO again after STARTTLS", "RFC 3207, 4.2", Level.MUST, Impact.SERIOUS),
        ("auth-plain", "AUTH PLAIN", "RFC 4616, 2", Level.MUST, Impact.SERIOUS),
        ("auth-scram", "AUTH SCRAM-SHA-256", "RFC 7677, 3", Level.SHOULD, Impact.MODERATE),
        ("implicit-tls", "TLS from the first byte", "RFC 8314, 3.3", Level.SHOULD, Impact.SERIOUS),
    ),
}

SMTP_SAYS = {
    "smtputf8": "Mail to people whose address is not plain ASCII is refused.",
    "rset": "After one refused message, the next ones in the same session are lost.",
    "auth-scram": "Signing in needs a mechanism that sends the password itself.",
    "long-lines": "Long lines are cut, and what is behind the cut is missing.",
}


def smtp() -> Matrix:
    """13 servers and 35 features, as a real run looks: three gaps, limits, some untested, one error."""
    features = tuple(
        feature(
            identifier,
            title=title,
            clause=clause,
            level=level,
            impact=impact,
            group=group,
            customer_sees=SMTP_SAYS.get(identifier, ""),
        )
        for group, rows in SMTP_THEMES.items()
        for identifier, title, clause, level, impact in rows
    )
    cells = {(each.id, peer): cell(each.id, peer) for each in features for peer in SMTP_PEERS}
    cells.update({(each.feature, each.peer_key): each for each in _smtp_special()})
    return matrix(cells.values(), [suite(features)])


def _smtp_special() -> Iterable[Cell]:
    for peer in ("aiosmtpd@1.4.3", "aiosmtpd@1.4.6"):
        yield broken(
            "rset",
            peer,
            Blame.PEER,
            confidence="likely",
            reason="the second message never arrives\n"
            f"aiosmtplib@5.1.2 fails with {peer} as well, while it works elsewhere",
            workaround="Open a new session after each refusal.",
            workaround_verified=True,
        )
    for peer in SMTP_PEERS:
        yield cell(
            "message-size",
            peer,
            limits=(Limit(name="largest message", value=2_097_152, unit="B", at_least=True),),
        )
        yield cell("recipient-count", peer, limits=(Limit(name="recipients", value=100, unit="recipients"),))
        yield cell(
            "long-lines", peer, limits=(Limit(name="line", value=998 if "exim" in peer else 2048, unit="B"),)
        )
    for peer in ("opensmtpd@6.8.0p2", "opensmtpd@7.6.0p1", "sendmail@8.17.1.9", "chasquid@1.11"):
        yield cell(
            "smtputf8",
            peer,
            verdict=Verdict.UNSUPPORTED,
            blame=Blame.PEER,
            outcome="unsupported",
            reason="the server's EHLO answer does not list SMTPUTF8",
        )
    for peer in ("opensmtpd@6.8.0p2", "opensmtpd@7.6.0p1"):
        yield cell(
            "dsn", peer, verdict=Verdict.UNSUPPORTED, reason="the server's EHLO answer does not list DSN"
        )
    yield broken(
        "smtputf8",
        "exim@4.94.2",
        reason="the client exited with status 1\naiosmtplib@5.1.2 can do it with exim@4.94.2",
        outcome="crash",
    )
    yield broken(
        "long-lines",
        "sendmail@8.17.1.9",
        Blame.SPECIFICATION,
        reason="a server may refuse lines over 998 octets, and a client may send them",
        known=Known.KNOWN,
        expectation="MAIL-77: long lines are folded from 3.13 on (owner: mail team, review 2027-03-01)",
    )
    for peer in ("exim@4.96", "exim@4.98.2"):
        yield cell(
            "starttls-ehlo", peer, verdict=Verdict.DEGRADED, reason="works only after a second connection"
        )
    for peer in ("aiosmtpd@1.4.3", "aiosmtpd@1.4.6", "chasquid@1.11", "chasquid@1.15"):
        yield untested("greylisting", peer, "the peer cannot be configured for `greylisting`")
        yield untested("mailbox-full", peer, "the peer cannot be configured for `full-mailbox`")
    yield cell(
        "implicit-tls",
        "opensmtpd@6.8.0p2",
        verdict=Verdict.ERROR,
        reason="the peer never became ready: port smtps refused connections for 60 s",
        outcome="error",
    )
    yield broken(
        "many-messages",
        "exim@4.94.2",
        Blame.UNDETERMINED,
        verdict=Verdict.FLAKY,
        confidence="weak",
        reason="1 of 3 attempts fails",
        attempts=Tally(passed=2, total=3),
    )


def two_suites() -> Matrix:
    """SMTP with the product as client, and a publish/subscribe protocol with the product in both roles."""
    mqtt = suite([feature("qos-1", group="Quality of service")], "mqtt", roles=("publisher", "broker"))
    cells = (
        *healthy().cells,
        cell("qos-1", "mosquitto@2.0.21", suite="mqtt", role="publisher"),
        broken("qos-1", "paho@2.1.0", suite="mqtt", role="broker"),
    )
    return matrix(cells, [suite(SMALL_FEATURES), mqtt])


def large(cells: int) -> Matrix:
    """About `cells` cells, in 100 columns; one cell in ten fails with a long reason."""
    peers = [f"server{number // 5:02}@{number % 5 + 1}.{number}" for number in range(100)]
    features = [
        feature(f"feature-{number:04}", group=f"Theme {number // 20}") for number in range(cells // 100)
    ]
    reason = "the control passes against this very peer; " + "x" * 300
    shown = [
        broken(each.id, peer, reason=reason) if (row * 7 + column) % 10 == 0 else cell(each.id, peer)
        for row, each in enumerate(features)
        for column, peer in enumerate(peers)
    ]
    return matrix(shown, [suite(features)])
