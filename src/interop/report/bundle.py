"""What a maintainer upstream needs to see one gap and to have it at home: the texts of a bundle.

Knows nothing of archives: each function returns one file's text.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from interop.model.attempt import Party
from interop.model.exchange import Exchange
from interop.model.implementation import Candidate
from interop.model.matrix import Blame, Cell, Matrix
from interop.model.suite import Feature

TRANSCRIPT_LINES = 120
"""Lines of a transcript that the first page shows; the whole of it is in a file of its own."""
IMAGE = "interop-bundle"
HOST_PORTS = 20_000
"""Added to a peer's port to give the host's."""
LAST_PORT = 65_535

_BLAMED = {
    Blame.PRODUCT: "{product}",
    Blame.PEER: "{peer}",
    Blame.BOTH: "both sides",
    Blame.SPECIFICATION: "neither: both do what the specification allows",
    Blame.ENVIRONMENT: "the environment",
    Blame.UNDETERMINED: "not determined",
    Blame.NONE: "nobody",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a bundle is made of."""

    matrix: Matrix
    cell: Cell
    transcript: str = ""
    exchange: Exchange | None = None
    peer: Candidate | None = None
    """The peer as the catalogue has it; None when it is not in it."""
    repro: Sequence[str] = ()
    """The command that repeats the cell with this tool."""
    left_out: Sequence[str] = ()
    """Files that were too large."""

    @property
    def feature(self) -> Feature:
        """The feature's facts."""
        suite = next(suite for suite in self.matrix.suites if suite.name == self.cell.suite)
        return next(feature for feature in suite.features if feature.id == self.cell.feature)

    @property
    def product_party(self) -> Party | None:
        """Who stood in the product's place, as it really ran."""
        return self._party(self.cell.product_key)

    @property
    def peer_party(self) -> Party | None:
        """The peer as it really ran."""
        return self._party(self.cell.peer_key)

    @property
    def replayable(self) -> bool:
        """Whether the client's bytes can be said again to the peer."""
        serves = self.peer is not None and bool(self.peer.role.ports)
        return serves and self.exchange is not None and any(t.side == "client" for t in self.exchange.turns)

    def _party(self, key: str) -> Party | None:
        found = (each for each in self.matrix.parties if each.suite == self.cell.suite and each.key == key)
        return next(found, None)


def readme(material: Material) -> str:
    """Return the first page: with what, by which clause, expected and seen, and how to have it at home."""
    cell = material.cell
    product, peer = _name(material.product_party, cell.product), _name(material.peer_party, cell.peer)
    parts = [
        f"# {material.feature.title}: {cell.verdict} between {product} and {peer}",
        _versions(material),
        _clause(material, product=product, peer=peer),
        _wire(material),
        *([_at_home(material)] if material.peer else []),
        *([_with_the_tool(material)] if material.repro else []),
    ]
    if material.left_out:
        parts.append(f"Too large for this bundle: {', '.join(material.left_out)}.")
    return "\n\n".join(parts) + "\n"


def client_bytes(exchange: Exchange) -> bytes:
    """Return all that the client said, in the clear."""
    return b"".join(turn.text.encode("latin-1") for turn in exchange.turns if turn.side == "client")


def replay(exchange: Exchange) -> str:
    """Return a script that says the client's part again, turn by turn; it needs nothing but Python."""
    turns = [(turn.side == "client", bool(turn.layer), len(turn.text)) for turn in exchange.turns]
    return _REPLAY.replace("@TURNS@", ",\n".join(f"    {turn}" for turn in turns))


def _versions(material: Material) -> str:
    lines = ["## Versions", "", "| | version | configuration | made of |", "| --- | --- | --- | --- |"]
    cell = material.cell
    for party, name, version in (
        (material.product_party, cell.product, cell.product_version),
        (material.peer_party, cell.peer, cell.peer_version),
    ):
        if party is None:
            lines.append(f"| {name} | {version} | | |")
        else:
            release = f" ({party.release})" if party.release else ""
            made = f"`{party.digest}`" if party.digest else ""
            lines.append(
                f"| {_name(party, name)} ({party.role}) | {party.version}{release} "
                f"| {party.configuration} | {made} |"
            )
    run = material.matrix.run
    host = ", ".join(f"{key} {value}" for key, value in sorted(run.host.items()) if key != "engine")
    lines += ["", f"Found by pytest-interop {run.interop_version} on {host or 'an unknown host'}."]
    return "\n".join(lines)


def _clause(material: Material, *, product: str, peer: str) -> str:
    cell, feature = material.cell, material.feature
    clause = f"[{feature.clause}]({feature.url})" if feature.url else feature.clause
    blamed = _BLAMED[cell.blame].format(product=product, peer=peer)
    sure = f" ({cell.confidence})" if cell.confidence else ""
    seen, *grounds = cell.reason.strip().splitlines() or [cell.outcome]
    broken = cell.attempts.total - cell.attempts.passed
    lines = [
        "## Expected and seen",
        "",
        f"- Clause: {clause} ({feature.level})",
        f"- Expected: {_sentence(cell.scenario) or feature.title}",
        f"- Seen: {seen}",
        f"- How often: {broken} of {cell.attempts.total} attempts did not pass",
        f"- At fault, as far as was found out: {blamed}{sure}{''.join(f'; {each}' for each in grounds)}",
    ]
    if cell.workaround:
        lines.append(f"- What helps: {cell.workaround}")
    return "\n".join(lines)


def _wire(material: Material) -> str:
    lines = material.transcript.splitlines()
    if not lines:
        return "## On the wire\n\nNo transcript of this cell was kept."
    if len(lines) > TRANSCRIPT_LINES:
        half = TRANSCRIPT_LINES // 2
        lines = [*lines[:half], f"… {len(lines) - 2 * half:,} lines, see transcript.txt …", *lines[-half:]]
    return "\n".join(["## On the wire", "", "```", *(line.replace("```", "` ` `") for line in lines), "```"])


def _at_home(material: Material) -> str:
    """Return how to bring the peer up with Docker alone, and how to say to it what the client said."""
    peer = material.peer
    if peer is None:
        return ""
    made = f"The folder `peer` holds all that {peer.implementation.title} was made of."
    if peer.release.image:
        build = f"docker pull {peer.release.image}"
    else:
        arguments = "".join(
            f" --build-arg {key}={shlex.quote(value)}" for key, value in peer.release.build.items()
        )
        build = f"docker build -t {IMAGE}{arguments} peer"
    commands = [*_CERTIFICATES, build, _run(peer)]
    text = f"## Without pytest-interop\n\n{made}\n\n```sh\n" + "\n".join(commands) + "\n```"
    if not material.replayable or material.exchange is None:
        return text
    number = _published(peer.role.ports.get(material.exchange.port, next(iter(peer.role.ports.values()))))
    text += (
        "\n\n`client.txt` is what the client said, byte by byte; `replay.py` says it again, one turn after"
        f" the other, to port `{material.exchange.port}`:\n\n```sh\npython3 replay.py 127.0.0.1 {number}\n```"
    )
    if not any(turn.layer for turn in material.exchange.turns):
        text += (
            "\n\nor, line by line:\n\n```sh\n"
            "(while IFS= read -r line; do printf '%s\\n' \"$line\"; sleep 0.3; done"
            f" <client.txt) | nc 127.0.0.1 {number}\n```"
        )
    if not material.exchange.whole:
        text += "\n\nThe conversation went on beyond what was kept or could be read."
    return (
        text
        + "\n\nWords that served to authenticate are covered; put the account of the peer's own files there."
    )


_CERTIFICATES = (
    "mkdir -p state/tls && chmod 777 state",
    "openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=mail.interop.test \\",
    "    -addext subjectAltName=DNS:mail.interop.test,DNS:localhost \\",
    "    -keyout state/tls/key.pem -out state/tls/cert.pem",
    "cp state/tls/cert.pem state/tls/ca.pem",
)


def _run(peer: Candidate) -> str:
    role = peer.role
    variables = {
        "INTEROP_STATE": "/interop",
        "INTEROP_HOSTNAME": "mail.interop.test",
        "INTEROP_CONFIGURATION": peer.configuration.name,
        **{f"INTEROP_PORT_{name.upper().replace('-', '_')}": str(port) for name, port in role.ports.items()},
        **peer.configuration.environment,
    }
    words = ["docker run --rm --detach --name interop-bundle --hostname mail.interop.test --cap-drop ALL"]
    words += [f"--cap-add {name}" for name in role.security.capabilities]
    words += ['--volume "$PWD/state:/interop"']
    words += [f"--env {shlex.quote(f'{name}={value}')}" for name, value in variables.items()]
    words += [f"--publish 127.0.0.1:{_published(port)}:{port}" for port in role.ports.values()]
    words += [peer.release.image or IMAGE, *map(shlex.quote, role.command)]
    return " \\\n    ".join(words)


def _published(port: int) -> int:
    """Return the host's port for a peer's."""
    return port + HOST_PORTS if port + HOST_PORTS <= LAST_PORT else port


def _with_the_tool(material: Material) -> str:
    return f"## With pytest-interop\n\n```sh\npip install pytest-interop\n{shlex.join(material.repro)}\n```"


def _name(party: Party | None, name: str) -> str:
    return (party.title or party.name) if party else name


def _sentence(scenario: str) -> str:
    """Return the sentence that a scenario's name is: `a lone dot line arrives unchanged`."""
    name = scenario.rpartition("::")[2].partition("[")[0]
    return name.removeprefix("test_").replace("_", " ")


_REPLAY = '''\
"""Say again what the client said, and show what the server answers: python3 replay.py HOST PORT"""

import pathlib
import socket
import ssl
import sys

# Who spoke (True: the client), whether inside TLS, and how many bytes.
TURNS = [
@TURNS@,
]
QUIET = 1.0  # seconds without a byte after which the server's turn counts as over

said = (pathlib.Path(__file__).parent / "client.txt").read_bytes()
connection = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=10)
protected = False
for client, inside, size in TURNS:
    if inside and not protected:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection.settimeout(10)
        connection = context.wrap_socket(connection, server_hostname="mail.interop.test")
        protected = True
    if client:
        turn, said = said[:size], said[size:]
        print(f"C: {turn!r}")
        connection.sendall(turn)
        continue
    answer = b""
    connection.settimeout(10)
    try:
        while True:
            some = connection.recv(65536)
            if not some:
                break
            answer += some
            connection.settimeout(QUIET)
    except TimeoutError:
        pass
    print(f"S: {answer!r}")
'''
