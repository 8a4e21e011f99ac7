"""Stacks made by chance, always the same ones, over matrices with everything odd; and what Python answers.

The browser's checker has to answer each of them with the same verdict, statuses and sentences.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from interop.errors import InteropError
from interop.judge.check import check
from interop.judge.history import together
from interop.load.rules import check_rules, check_words
from interop.load.stack import load_stack
from interop.model.attempt import Limit, Party
from interop.model.implementation import Implementation
from interop.model.matrix import Blame, Cell, Matrix, Tally, Verdict
from interop.model.suite import Feature
from interop.report import findings_json, sheet
from tests.unit import examples, stack_examples

SEED = 20261122
DAY = 86_400.0
NOW = examples.STARTED + 20 * DAY

_LIMITS = (
    Limit(name="largest message", value=2_097_152, unit="B", at_least=True),
    Limit(name="largest message", value=10_240_000, unit="bytes"),
    Limit(name="recipients", value=100, unit="recipients"),
    Limit(name="patience", value=2.5, unit="min"),
    Limit(name="largest message", value=float("inf"), unit="MB", at_least=True),
)
VERSIONS = (
    *("3.10.13", "3.10.2", "3.9", "3.7.11", "3.7", "4.97", "4.98.2", "8.18.1", "1.4.5", "1:2.3.4+dfsg-4"),
    *("2.0~rc1", "10.11.6-MariaDB", "v7.6.0p1", "0", "99", "banana", "1.15.0", "7.6.0p1", "2.0.0-rc.1"),
    *("1.0.post1", "1.0.dev2", "2024a", "3.4.1-r0", "3.10.x", "3.10.*", "4.x", "3.10.something", "Debian13"),
)
WILD = (
    *("1.0", "1.0~rc1", "1.0~~", "1.0-1", "1.0-1~bpo", "1.0+b1", "1:0.9", "2:0", "1.0a", "1.0A", "1.00", "1"),
    *(
        "1.0rc1",
        "1.0.dev1",
        "1.0a1",
        "1.0b2",
        "1.0.post1",
        "1!0.5",
        "1.0+local.7",
        "1.0+local.x",
        "1.0.0",
        "v1.0",
    ),
    *("1.0-rc.1", "1.0-rc.1.2", "1.0-rc.x", "1.0-alpha", "1.0-10", "1.0-9", "1.0+build", "1.0.1-SNAPSHOT"),
    *(
        "10.11.6-MariaDB",
        "2.0+really1.9",
        "2.3.4+dfsg-4",
        "2.3.4~ds1-2",
        "2024a",
        "banana",
        "r5",
        "0",
        "1.0p1",
    ),
)
RANGES = (
    '">=v3.7 <v3.11"',
    '">=3.7 <3.11"',
    '">=4.96"',
    '"<7.0"',
    '"3.*"',
    '"!=4.96"',
    '">=3.7,<3.10.13"',
    '"==3.7.11"',
)
_UNKNOWN = (
    "Haraka 3.0.3",
    "Microsoft Exchange 2019",
    "postfxi 3.10",
    "qmail",
    "Exmi 4.96",
    "psotfix",
    "Postfix-3.7",
    "Exim version 4.96",
    "postfix latest",
    "{implementation: Postfix 3.7.11, version: 3.10.13}",
    "Postfix Cloud",
    "opensmtpd_v7.6.0p1",
    '{implementation: O\'Toole "Mail"}',
)
_DISTRIBUTIONS = (
    "Debian 12",
    "Debian 13",
    "debian bookworm",
    "Ubuntu 24.04",
    "Debina 12",
    "trixie",
    "Slackware 15",
    "Debian12",
    "Debian",
    "ubuntu-24.04",
)
_MINIMUMS = (
    '">= 20 MB"',
    '"1.5 MiB"',
    "100",
    '">= 101 recipients"',
    '"at least 2 min"',
    '"3 parsecs"',
    '"7 B"',
)
_TITLES = {"opensmtpd": "OpenSMTPD", "exim": "Exim", "postfix": "Postfix", "exim4": "exim4"}


UNREAD = (
    "customer: &x A",
    "customer: *x",
    "customer: [&x A]",
    "customer: |\n  A",
    "customer: >-\n  A",
    "%YAML 1.1\n---\ncustomer: A",
    "? customer\n: A",
    "{? customer: A}",
    "customer: - A",
    "customer: [- A]",
    "customer: A: B",
    "customer: A\n  product: B",
    "customer A\nproduct: B",
    "customer: A\nproduct",
    "customer: 'A\nproduct: B",
    "customer: [A\nproduct: B",
    "customer: [A,",
    "customer: {a: b",
    "customer: [A,,]",
    "customer: @A",
    "customer: `A",
    "customer: %A",
    "customer: ]",
    "customer: }",
    "customer: ,A",
    "customer: >= 20 MB",
    "customer: [A] B",
    "customer: 'it's'",
    'customer: "\\q"',
    "\tcustomer: A",
    "customer:\n\t- A",
    "components:\n  - A\n - B",
    "components:\n  - A\n B",
    "- A\nproduct: B",
    "customer: \x07",
    "a: " + "[" * 60 + "]" * 60,
)
"""Beginnings of files that neither the command line nor the browser reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One stack, as a file, and what it is held against."""

    matrix: int
    """Index in `matrices`."""
    text: str
    now: float


def catalog() -> tuple[Implementation, ...]:
    """Return the shipped catalogue."""
    return stack_examples.catalog().implementations


@functools.cache
def matrices() -> tuple[Matrix, ...]:
    """Return what the stacks are held against."""
    chance = random.Random(SEED)  # noqa: S311 - stacks, not secrets
    odd = _shaken(examples.smtp(), chance)
    newer = _of_product(_shaken(examples.smtp(), chance), "3.12.1", 10 * DAY)
    shipped = stack_examples.matrix()
    return (odd, together([odd, newer]), examples.two_suites(), examples.with_gaps(), shipped, _wild(chance))


def cases(number: int) -> Iterator[Case]:
    """Yield as many stacks."""
    chance = random.Random(SEED + 1)  # noqa: S311 - likewise
    known = matrices()
    for _ in range(number):
        which = chance.choice((0, 0, 1, 1, 1, 2, 3, 4, 4, 5, 5, 5))
        matrix = known[which]
        now = stack_examples.NOW if which == 4 else NOW
        text = _stack(chance, matrix)
        yield Case(matrix=which, text=text, now=now + chance.choice((0, 0, 0, 0.5 * DAY, 175 * DAY)))


def expected(case: Case, *, full: bool = False) -> dict[str, Any]:
    """Return what Python answers, as plain values; the sentence of the mistake where the stack is wrong."""
    rules, words = check_rules(), check_words()
    try:
        stack = load_stack(case.text)
        report = check(stack, matrices()[case.matrix], rules=rules, now=case.now, catalog=catalog())
    except InteropError as error:
        return {"mistake": re.sub(r"(?m)^stack:", "line ", " ".join(filter(None, (error.what, error.hint))))}
    answer = findings_json.document(report, rules, words)
    for key in ("format", "change"):
        answer.pop(key)
    for finding in (*answer["findings"], *answer["unasked"]):
        for key in ("scenario", "file"):
            (finding["evidence"] or {}).pop(key, None)
    shown = dataclasses.asdict(sheet.build(report, rules, words, full=full))
    plain: dict[str, Any] = json.loads(
        json.dumps({"answer": answer, "sheet": shown}).replace("Infinity", "null")
    )
    return plain


def _shaken(matrix: Matrix, chance: random.Random) -> Matrix:
    """Return the matrix with every kind of verdict, age, limit and configuration in it, and odd versions."""
    cells = []
    for each in matrix.cells:
        if chance.random() < 0.06:
            continue
        cells.append(_odd(each, chance) if each.verdict is Verdict.WORKS else each)
        if each.peer == "postfix" and chance.random() < 0.7:
            hard = msgspec.structs.replace(
                each, peer_key=f"{each.peer_key}+hardened", configuration="hardened"
            )
            cells.append(_odd(hard, chance))
    parties = (*examples.parties(cells), *_schemes())
    return dataclasses.replace(matrix, cells=tuple(cells), parties=parties)


def _wild(chance: random.Random) -> Matrix:
    """Return a matrix of versions as nobody would wish them, in every scheme; half of them work."""
    features = ("dot-stuffing", "starttls")
    cells = [
        examples.cell(feature, f"{scheme}@{version}", peer_version=version)
        if chance.random() < 0.5
        else examples.broken(feature, f"{scheme}@{version}", peer_version=version)
        for scheme in ("debian", "pep440", "semver")
        for version in chance.sample(WILD, 14)
        for feature in features
    ]
    parties = (
        Party(name=scheme, role="server", suite="smtp", version="0", version_scheme=scheme)
        for scheme in ("debian", "pep440", "semver")
    )
    return examples.matrix(cells, parties=tuple(parties))


def _schemes() -> Iterator[Party]:
    for name, version, scheme in (
        ("smtplib", "3.11.7", "pep440"),
        ("aiosmtpd", "1.4.6", "pep440"),
        ("chasquid", "1.15", "semver"),
    ):
        yield Party(name=name, role="server", suite="smtp", version=version, version_scheme=scheme)


def _odd(cell: Cell, chance: random.Random) -> Cell:
    changes: dict[str, Any] = (
        {"peer_version": f"{cell.peer_version}-1+deb13u1"} if chance.random() < 0.1 else {}
    )
    kind = chance.random()
    if kind < 0.06:
        total = chance.choice((3, 4, 12, 60, 400))
        changes |= {
            "verdict": Verdict.FLAKY,
            "attempts": Tally(passed=chance.randrange(1, total), total=total),
            "outcome": chance.choice(("failed", "hang", "crash")),
            "blame": chance.choice(list(Blame)),
            "confidence": chance.choice(("certain", "likely", "weak", "")),
            "reason": chance.choice(("no reply for 30 s\nonly sometimes", "", "a\x1b[31m\u202eb\ttabbed")),
            "workaround": chance.choice(("", "", "Greet again.")),
            "workaround_verified": chance.choice((True, False, None)),
        }
    elif kind < 0.14:
        changes |= {
            "verdict": chance.choice((Verdict.FAILS, Verdict.FAILS, Verdict.UNSUPPORTED)),
            "attempts": Tally(passed=0, total=chance.choice((1, 3, 7))),
            "outcome": chance.choice(("failed", "hang", "unsupported")),
            "blame": chance.choice(list(Blame)),
            "confidence": chance.choice(("certain", "likely", "weak")),
            "reason": "it did not arrive\nthe control passes: whose fault? " + "x" * chance.choice((0, 700)),
            "workaround": chance.choice(("", "Set `ehlo_again`", "Ask them to upgrade.")),
            "workaround_verified": chance.choice((True, False, None)),
        }
    elif kind < 0.18:
        changes |= {
            "verdict": Verdict.DEGRADED,
            "reason": "works only after a second connection",
            "workaround": chance.choice(("", "Greet again")),
            "workaround_verified": chance.choice((True, None)),
        }
    elif kind < 0.21:
        changes |= {
            "verdict": chance.choice((Verdict.UNTESTED, Verdict.ERROR)),
            "attempts": Tally(),
            "tested": 0.0,
            "reason": chance.choice(("", "the server is not set up to offer full-mailbox")),
        }
    elif kind < 0.3:
        changes |= {"attempts": Tally(passed=60, total=60)}
    if chance.random() < 0.12:
        changes["tested"] = cell.tested - chance.choice((10, 160, 161, 400)) * DAY - chance.random()
    if chance.random() < 0.2:
        changes["limits"] = tuple(chance.sample(_LIMITS, chance.choice((1, 1, 2))))
    return msgspec.structs.replace(cell, **changes)


def _of_product(matrix: Matrix, version: str, later: float) -> Matrix:
    cells = tuple(
        msgspec.structs.replace(
            each,
            product_version=version,
            product_key=f"smtplib@{version}",
            tested=each.tested and each.tested + later,
        )
        for each in matrix.cells
        if each.peer != "sendmail"
    )
    run = dataclasses.replace(
        matrix.run, product_version=version, started=matrix.run.started + later, id="later"
    )
    return dataclasses.replace(matrix, cells=cells, run=run)


def _stack(chance: random.Random, matrix: Matrix) -> str:
    lines = [f"customer: {chance.choice(('Globex', 'Ümlaut & Søn', 'Mega <b>Corp</b>'))}"]
    product = chance.choices(
        (matrix.run.product, "Smtplib", "smtpd", "acme", "smtpilb", "Python smtplib"), (60, 10, 1, 1, 1, 2)
    )[0]
    versions = ("", " 3.11.7", " 3.12.1", " 3.12", " 3.11", ' ">=3.11"', " 4.0")
    version = chance.choices(versions, (20, 15, 3, 1, 1, 1, 1))[0]
    if '"' in version:
        lines.append(f"product: {{name: {product}, version: {version.strip()}}}")
    else:
        lines.append(f"product: {product}{version}")
    if chance.random() < 0.5:
        lines.append(f"go_live: {chance.choices(('2027-02-01', '2026-12-31', '2027-02-30'), (9, 9, 1))[0]}")
    lines.append("components:")
    lines += [f"  - {_component(chance, matrix, at)}" for at in range(chance.choice((1, 1, 2, 3, 5)))]
    lines.append("features:")
    lines += [f"  - {each}" for each in _features(chance, matrix)]
    if chance.random() < 0.6:
        lines += ["deployment:", *(f"  {fact}" for fact in _deployment(chance))]
    return "\n".join(lines) + "\n"


def _component(chance: random.Random, matrix: Matrix, at: int) -> str:
    if chance.random() < 0.05:
        return chance.choice(_UNKNOWN)
    cell = chance.choice(matrix.cells)
    name = chance.choice((cell.peer, cell.peer.upper(), _TITLES.get(cell.peer, cell.peer)))
    short = cell.peer_version.partition("-")[0]
    wild = cell.peer in {"debian", "pep440", "semver"}
    odd = chance.choice(WILD if wild else VERSIONS)
    series = short.rpartition(".")[0] or short
    version = chance.choices((short, series, odd, f"v{short}"), (1, 1, 8, 1) if wild else (14, 2, 2, 1))[0]
    kind = chance.random()
    if kind < 0.15:
        return chance.choice((name, f"{name} {version}", f"{cell.peer_key}"))
    if kind < 0.25:
        between = chance.choices(("", f" {version}", f" {version.partition('.')[0]}"), (8, 1, 2))[0]
        return f"{name}{between} on {chance.choice(_DISTRIBUTIONS)}"
    parts = [f"implementation: {name}", f"name: {chance.choice(('relay', 'Head office', 'store'))} {at}"]
    if kind < 0.35:
        parts.append(f"version: {chance.choice(RANGES)}")
    elif kind < 0.85:
        parts.append(f'version: "{version}"')
    if chance.random() < 0.15:
        choices = ("hardened", "default", cell.configuration, "hardend", "tls-required")
        parts.append(f"configuration: {chance.choice(choices)}")
    if (kind > 0.85 and chance.random() < 0.4) or chance.random() < 0.1:
        parts.append(f"distribution: {chance.choice(_DISTRIBUTIONS)}")
    parts += _own(chance, matrix)
    if chance.random() < 0.04:
        parts.append(f"role: {chance.choice(('smtp.server', 'smtp.client', 'smtp.sever'))}")
    return "{" + ", ".join(parts) + "}"


def _own(chance: random.Random, matrix: Matrix) -> Iterator[str]:
    """Yield what a component says of itself alone."""
    if chance.random() < 0.3:
        yield from chance.sample(_facts(chance), chance.choice((1, 1, 2)))
    if chance.random() < 0.15:
        suite, each = chance.choice(_known(matrix))
        minimum = f": {chance.choice(_MINIMUMS)}" if chance.random() < 0.2 else ""
        yield f"features: [{suite}/{each.id}{minimum}]"


def _features(chance: random.Random, matrix: Matrix) -> list[str]:
    known = _known(matrix)
    chosen = chance.sample(known, min(len(known), chance.choice((1, 2, 3, 6, 20))))
    written = []
    for suite, each in chosen:
        name = chance.choice((each.id, each.id, each.id.upper(), f"{suite}/{each.id}"))
        if chance.random() < 0.1:
            minimum = chance.choice(_MINIMUMS)
            limit = chance.choice(("", "", "largest message", "recipients"))
            written.append(f"{name}: {{{limit}: {minimum}}}" if limit else f"{name}: {minimum}")
        else:
            written.append(name)
    if chance.random() < 0.1 and "large-message" in {each.id for _, each in known}:
        written = [each for each in written if "large-message" not in each.casefold()]
        written.append('large-message: ">= 20 MB"')
    if chance.random() < 0.02:
        written.append(chance.choice(("dot-stufing", "umlauts", "a log-in", "bounces", "logins")))
    return written


def _known(matrix: Matrix) -> list[tuple[str, Feature]]:
    return [(suite.name, each) for suite in matrix.suites for each in suite.features]


def _deployment(chance: random.Random) -> list[str]:
    facts = _facts(chance)
    return [fact for fact in facts if chance.random() < 0.8] or facts[:1]


def _facts(chance: random.Random) -> list[str]:
    costs = (
        "450 EUR",
        "85000 USD",
        "0.55 GBP",
        "1100.50CHF",
        "300 Euros",
        '"1,100 €"',
        "20 pounds",
        "$300",
        "€450",
        "EUR 450",
        "'£ 1,450'",
    )
    sites = ("1", "2", "900", "4200", '"1,200"')
    uses = ("17", "8000", "200000", "9000000", '"60,000"')
    return [
        f"sites: {chance.choice(sites)}",
        f"transactions_a_day: {chance.choice(uses)}",
        f"time_to_restart_a_site: {chance.choice(('15 min', '30 s', '2.5 h', '1h', '20 minutes', '1 hour'))}",
        f"cost_of_an_hour_down: {chance.choice(costs)}",
    ]
