"""What a driver of each role of zone transfer can do, and the drivers that serve every conventional server.

A driver sets a server up as its operator would, and looks at what it serves. It transfers nothing itself.
Knows nothing of scenarios.
"""

from __future__ import annotations

import contextlib
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from interop.errors import DriverError, Unsupported

if TYPE_CHECKING:
    import dns.message

    from interop.run.pairing import Site

LOADING = 10.0
"""Seconds in which a primary must serve the contents that it is given."""
PATIENCE = 2.0
"""Seconds in which a server that is looked at must answer, over UDP and again over TCP."""
IDLE = 1000
"""Messages of a transfer without a record, one after the other, behind which none is expected any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a server is, and what it is set up for."""

    name: str
    version: str
    capabilities: tuple[str, ...] = ()
    """Words of `CAPABILITIES`. What is not among them, the server states that it lacks."""


CAPABILITIES = {
    "keys": "demands or uses a TSIG key of its own for each zone (RFC 8945)",
    "notify": "a primary: tells its secondaries of changes (RFC 1996)",
    "differences": "a primary: answers IXFR with what has changed since (RFC 1995)",
    "update": "a primary: takes updates that are signed with the zone's key (RFC 2136)",
    "modern-types": "a primary: loads DNAME, CAA, TLSA, URI and HTTPS records",
    "unknown-types": "a primary: loads records of types that have no name (RFC 3597)",
    "binary-labels": "a primary: loads names with octets that are no letters",
    "dnssec": "a primary: loads a zone that is signed already, and serves it with its signatures",
    "incremental": "a secondary: asks for differences by IXFR (RFC 1995)",
    "refresh": "a secondary: keeps to refresh and retry times of a few seconds",
    "expire": "a secondary: keeps to an expiry time of a few seconds",
}
"""What a server may declare, and what each word means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where the other server is reached, over UDP and TCP."""

    host: str
    """An address."""
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A TSIG key (RFC 8945)."""

    name: str
    """Absolute, with a dot at its end."""
    secret: str
    """Base64."""
    algorithm: str = "hmac-sha256"


class Primary(ABC):
    """A server that has zones of its own and gives them to others."""

    @abstractmethod
    def describe(self) -> Description:
        """Return name, exact version and capabilities of the server."""

    @abstractmethod
    def serve(
        self,
        *,
        zone: str,
        content: tuple[str, ...],
        notify: Endpoint | None = None,
        key: Key | None = None,
        updates: bool = False,
    ) -> None:
        """Serve a new zone; return once it is served.

        `content` is one record a line in the master file form, all names absolute, SOA first. Whenever the
        zone changes, `notify` is told. With `key`, messages to it are signed, and the zone is given to nobody
        who does not sign with that key; without, to anybody. With `updates` it takes updates by that key.
        """

    @abstractmethod
    def replace(self, *, zone: str, content: tuple[str, ...]) -> None:
        """Give a zone that is served new contents with another serial number; return once they are served."""

    @abstractmethod
    def remove(self, *, zone: str) -> None:
        """Serve the zone no more, and forget all of it."""


class Secondary(ABC):
    """A server that has copies of another server's zones."""

    @abstractmethod
    def describe(self) -> Description:
        """Return name, exact version and capabilities of the server."""

    @abstractmethod
    def follow(self, *, zone: str, primary: Endpoint, key: Key | None = None) -> None:
        """Have a copy of the zone from now on; let anybody transfer that copy.

        With `key`, everything that is asked of the primary is signed, and its messages must be.
        """

    @abstractmethod
    def refresh(self, *, zone: str) -> None:
        """Ask the primary now whether the zone has changed, as an operator would have it."""

    @abstractmethod
    def serial(self, *, zone: str) -> int | None:
        """Return the serial number of the copy that it serves; None when it serves none."""

    @abstractmethod
    def records(self, *, zone: str) -> tuple[str, ...]:
        """Return every record of the copy, one a line, in the master file form with absolute names.

        The SOA record stands there once. Empty when it serves no copy.
        """

    @abstractmethod
    def remove(self, *, zone: str) -> None:
        """Have no copy any more, and forget all of it."""


class _Server:
    """What the drivers of both roles have in common: the command `zone` of the container (README)."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def describe(self) -> Description:
        """Return what the descriptor says of it."""
        party = self._site.party
        offers = sorted(self._site.offers & CAPABILITIES.keys())
        return Description(name=party.name, version=party.version, capabilities=tuple(offers))

    def serial(self, *, zone: str) -> int | None:
        """Ask the server itself, past the relay."""
        import dns.flags  # noqa: PLC0415 - the driver of a product may have no dnspython

        reply = self._look(zone)
        if reply is None or not reply.flags & dns.flags.AA or not reply.answer:
            return None
        return int(reply.answer[0][0].serial)

    def _look(self, zone: str) -> dns.message.Message | None:
        """Ask for the SOA record; over TCP when no answer comes over UDP, where one may be lost."""
        import dns.exception  # noqa: PLC0415 - see above
        import dns.message  # noqa: PLC0415 - see above
        import dns.query  # noqa: PLC0415 - see above
        import dns.rdatatype  # noqa: PLC0415 - see above

        host, port = self._site.address("dns")
        asked = dns.message.make_query(zone, dns.rdatatype.SOA, flags=0)
        for ask in (dns.query.udp, dns.query.tcp):
            with contextlib.suppress(OSError, EOFError, dns.exception.DNSException):
                return ask(asked, host, port=port, timeout=PATIENCE)
        return None

    def remove(self, *, zone: str) -> None:
        """Take the zone away."""
        self._zone("remove", zone)

    def _zone(self, action: str, zone: str, *words: str) -> None:
        done = self._site.execute(["zone", action, zone, *words], timeout=20)
        if done.code or done.timed_out:
            said = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
            raise DriverError(
                f"{self._site.party.key} does not take the command 'zone {action}'"
                f"{f': {said[-1]}' if said else ''}."
            )


class GeneralPrimary(_Server, Primary):
    """The driver of every primary whose container has the command `zone`."""

    READS_STATE = True
    """Zones are handed over as files."""

    def serve(
        self,
        *,
        zone: str,
        content: tuple[str, ...],
        notify: Endpoint | None = None,
        key: Key | None = None,
        updates: bool = False,
    ) -> None:
        """Write the zone's file, let the server load it, and wait until it answers from it."""
        if updates and "update" not in self._site.offers:
            raise Unsupported(CAPABILITIES["update"])
        action = "dynamic" if updates else "primary"
        self._zone(action, zone, self._put(zone, content), *_place(notify), _key(key))
        self._wait(zone, content)

    def replace(self, *, zone: str, content: tuple[str, ...]) -> None:
        """Write the zone's file anew and let the server load it."""
        self._zone("load", zone, self._put(zone, content))
        self._wait(zone, content)

    def _put(self, zone: str, content: tuple[str, ...]) -> str:
        return self._site.put(f"{zone}zone", "".join(f"{line}\n" for line in content).encode())

    def _wait(self, zone: str, content: tuple[str, ...]) -> None:
        wanted = int(content[0].split()[6])
        ends = time.monotonic() + LOADING
        while self.serial(zone=zone) != wanted:
            if time.monotonic() > ends:
                raise DriverError(f"{self._site.party.key} does not serve a zone that it was given.")
            time.sleep(0.02)


class GeneralSecondary(_Server, Secondary):
    """The driver of every secondary whose container has the command `zone`."""

    READS_STATE = True
    """It is set up by a command inside."""

    def follow(self, *, zone: str, primary: Endpoint, key: Key | None = None) -> None:
        """Let the server have the zone."""
        self._zone("secondary", zone, *_place(primary), _key(key))

    def refresh(self, *, zone: str) -> None:
        """Give the server's own command for it."""
        self._zone("refresh", zone)

    def records(self, *, zone: str) -> tuple[str, ...]:
        """Transfer the copy, past the relay."""
        import dns.exception  # noqa: PLC0415 - the driver of a product may have no dnspython
        import dns.rdatatype  # noqa: PLC0415 - likewise

        found: list[str] = []
        idle = 0
        with contextlib.suppress(OSError, EOFError, dns.exception.DNSException):
            for message in self._transferred(zone):
                idle = 0 if message.answer else idle + 1
                if idle == IDLE:
                    break
                for each in message.answer:
                    kind = dns.rdatatype.to_text(each.rdtype)
                    found.append(f"{each.name} {each.ttl} IN {kind} {each[0].to_text(chunksize=0)}")
                if len(found) > 1 and found[0] == found[-1]:
                    return tuple(found[:-1])
        return ()

    def _transferred(self, zone: str) -> Iterator[dns.message.Message]:
        """Yield the messages of a transfer, for as long as there are any."""
        import socket  # noqa: PLC0415 - see above

        import dns.message  # noqa: PLC0415 - see above

        with socket.create_connection(self._site.address("dns"), timeout=10) as connection:
            question = dns.message.make_query(zone, "AXFR", flags=0).to_wire()
            connection.sendall(len(question).to_bytes(2, "big") + question)
            with connection.makefile("rb") as stream:
                while head := stream.read(2):
                    data = stream.read(int.from_bytes(head, "big"))
                    yield dns.message.from_wire(data, xfr=True, one_rr_per_rrset=True)


def _place(endpoint: Endpoint | None) -> tuple[str, str]:
    return (endpoint.host, str(endpoint.port)) if endpoint else ("-", "-")


def _key(key: Key | None) -> str:
    return f"{key.algorithm}:{key.name}:{key.secret}" if key else "-"


ROLES = {"primary": Primary, "secondary": Secondary}
"""The contract of each role."""

GENERAL = {"primary": GeneralPrimary, "secondary": GeneralSecondary}
"""The drivers that serve most implementations of a role."""


def trials(port: int) -> dict[str, dict[str, dict[str, Any]]]:
    """Return parameters by role and operation, against a server that is not there, for a driver's check."""
    zone, other = "trial.x.", Endpoint(host="127.0.0.1", port=port)
    content = (
        f"{zone} 3600 IN SOA ns1.{zone} hostmaster.{zone} 1 3600 600 604800 300",
        f"{zone} 3600 IN NS ns1.{zone}",
        f"ns1.{zone} 3600 IN A 192.0.2.1",
    )
    later = (content[0].replace(" 1 3600 ", " 2 3600 "), *content[1:])
    return {
        "primary": {
            "serve": {"zone": zone, "content": content, "notify": other},
            "replace": {"zone": zone, "content": later},
            "remove": {"zone": zone},
        },
        "secondary": {
            "follow": {"zone": zone, "primary": other},
            "refresh": {"zone": zone},
            "serial": {"zone": zone},
            "records": {"zone": zone},
            "remove": {"zone": zone},
        },
    }
