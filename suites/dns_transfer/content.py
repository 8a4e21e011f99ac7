"""What the scenarios' zones hold, one record a line in the master file form. Knows nothing of servers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

Content = tuple[str, ...]


def zone(
    name: str,
    serial: int,
    records: Iterable[str] = (),
    *,
    refresh: int = 3600,
    retry: int = 600,
    expire: int = 604800,
) -> Content:
    """Return a zone with SOA, NS and an address, and more records: `@` in their owner is the zone's name.

    The times are in seconds.
    """
    return (
        f"{name} 3600 IN SOA ns1.{name} hostmaster.{name} {serial} {refresh} {retry} {expire} 300",
        f"{name} 3600 IN NS ns1.{name}",
        f"ns1.{name} 3600 IN A 192.0.2.1",
        *(record.replace("@", name) for record in records),
    )


def hosts(count: int, *, first: int = 0) -> list[str]:
    """Return so many addresses, each with a name of its own."""
    return [f"host{number}.@ 3600 IN A 192.0.2.{number % 250}" for number in range(first, first + count)]


def texts(count: int, *, first: int = 0, filler: str = "x") -> list[str]:
    """Return so many texts of 200 characters, no two of them alike; each begins with 100 fillers."""
    return [
        f'text{number}.@ 3600 IN TXT "{filler * 100}{number:0100d}"' for number in range(first, first + count)
    ]


CLASSIC = (
    "@ 3600 IN A 192.0.2.10",
    "@ 3600 IN MX 10 mail.@",
    "@ 3600 IN MX 20 mail.elsewhere.test.",
    '@ 3600 IN TXT "v=spf1 -all"',
    "mail.@ 300 IN A 192.0.2.25",
    "mail.@ 300 IN AAAA 2001:db8::25",
    "alias.@ 3600 IN CNAME mail.@",
    "pointer.@ 3600 IN PTR mail.@",
    "_sip._tcp.@ 3600 IN SRV 10 60 5060 mail.@",
    'naptr.@ 3600 IN NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:info.example.test!" .',
    'host.@ 3600 IN HINFO "PDP-11" "UNIX"',
    f"sshfp.@ 3600 IN SSHFP 4 2 {hashlib.sha256(b'interop').hexdigest().upper()}",
    'strings.@ 3600 IN TXT "first" "second" "" "with  blanks"',
    f'full.@ 3600 IN TXT "{"x" * 255}"',
    r'quoted.@ 3600 IN TXT "a \"quote\", a \\ backslash; a semicolon" "\000\127\200\255"',
    *(f"many.@ 60 IN A 192.0.2.{number}" for number in range(100, 132)),
    "ttl-zero.@ 0 IN A 192.0.2.70",
    "ttl-most.@ 2147483647 IN A 192.0.2.71",
)
"""Types that every server of this century has."""

MODERN = (
    "dname.@ 3600 IN DNAME target.@",
    'caa.@ 3600 IN CAA 128 issue "ca.example.net; account=1"',
    f"_443._tcp.@ 3600 IN TLSA 3 1 1 {hashlib.sha256(b'tlsa').hexdigest().upper()}",
    '_ftp._tcp.@ 3600 IN URI 10 1 "ftp://ftp.example.test/public"',
    # HTTPS (RFC 9460): 1 . alpn="h2", in the form that older servers load as well
    r"https.@ 3600 IN TYPE65 \# 10 00010000010003026832",
)

UNKNOWN = (
    r"unknown.@ 3600 IN TYPE65280 \# 3 ABCDEF",
    r"unknown-empty.@ 3600 IN TYPE65281 \# 0",
    # What looks like a compressed name must not be taken for one (RFC 3597, 4).
    r"unknown-name.@ 3600 IN TYPE65280 \# 6 03777777C00C",
)

BINARY = (
    r"dot\.in\.label.@ 3600 IN A 192.0.2.41",
    r"blank\032in\032label.@ 3600 IN A 192.0.2.42",
    r"\000octets\200\255.@ 3600 IN A 192.0.2.44",
)

WILDCARDS = (
    "*.@ 3600 IN MX 10 mail.@",
    "*.wild.@ 3600 IN A 192.0.2.99",
    "here.wild.@ 3600 IN A 192.0.2.98",
    "a.deep.empty.@ 3600 IN A 192.0.2.97",
)

DELEGATED = (
    "sub.@ 3600 IN NS ns1.sub.@",
    "sub.@ 3600 IN NS ns.elsewhere.test.",
    "ns1.sub.@ 3600 IN A 192.0.2.31",
    "ns1.sub.@ 3600 IN AAAA 2001:db8::31",
)

OCCLUDED = (
    *DELEGATED,
    # Below the cut, and no glue: nobody is answered with them, and they belong to the zone all the same.
    'hidden.sub.@ 3600 IN TXT "hidden by the delegation"',
    "deeper.hidden.sub.@ 3600 IN A 192.0.2.33",
)

CASES = (
    "MiXeD-CaSe.@ 3600 IN A 192.0.2.80",
    "Alias.@ 3600 IN CNAME WwW.ExAmPlE.TeSt.",
    "lower.@ 3600 IN A 192.0.2.81",
)

SECURE = (
    "www.@ 3600 IN A 192.0.2.80",
    "*.wild.@ 3600 IN A 192.0.2.99",
    "a.deep.empty.@ 3600 IN A 192.0.2.97",
    *DELEGATED,
)
