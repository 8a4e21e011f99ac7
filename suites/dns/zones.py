"""The zones that every server peer loads, the key that signs transactions, and the trust anchors.

Each zone is a list of records in the master file form, so that every server reads the same. Other suites
may build on `plain_zone`, `sign` and `write_key`. Knows nothing of servers.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.dnssec
import dns.dnssectypes
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.util
import dns.rrset
import dns.zone
from cryptography.hazmat.primitives.asymmetric import ec
from dns.rdtypes.ANY.DNSKEY import DNSKEY

KEY_NAME = "interop-key."
LABEL_63 = "a" * 63
NAME_255 = ".".join(("b" * 63, "c" * 63, "d" * 63, "e" * 48, "interop.test."))
"""The longest name that there is: 255 octets on the wire (RFC 1035, 2.3.4)."""
BIG = {"big1": (24, 29), "big2": (44, 29), "big5": (25, 189), "big40": (90, 430)}
"""The large RRsets: how many TXT records, of how many characters each, 215 of them in a string.

BIND takes up to 100 records by default, which is why those of big40 have two strings each.
"""

LIFETIME = 30 * 86400
"""Seconds for which signatures hold."""

Key = tuple[ec.EllipticCurvePrivateKey, DNSKEY]


def apex(zone: str) -> list[str]:
    """Return SOA, NS and the name servers' addresses."""
    return [
        f"{zone} 3600 IN SOA ns1.{zone} hostmaster.{zone} 2026010101 3600 600 604800 300",
        f"{zone} 3600 IN NS ns1.{zone}",
        f"{zone} 3600 IN NS ns2.{zone}",
        f"ns1.{zone} 3600 IN A 192.0.2.1",
        f"ns1.{zone} 3600 IN AAAA 2001:db8::1",
        f"ns2.{zone} 3600 IN A 192.0.2.2",
    ]


def plain_zone(*, modern: bool = True) -> list[str]:
    """Return interop.test; without `modern` only what servers without newer types load."""
    records = [
        ("ready", 3600, "A 192.0.2.53"),
        ("@", 3600, "A 192.0.2.10"),
        ("@", 3600, "MX 10 mail.interop.test."),
        ("@", 3600, "MX 20 mail2.interop.test."),
        ("@", 3600, 'TXT "v=spf1 -all"'),
        ("mail", 3600, "A 192.0.2.25"),
        ("mail2", 3600, "A 192.0.2.26"),
        ("www", 3600, "A 192.0.2.80"),
        ("www", 3600, "AAAA 2001:db8::80"),
        *(("many", 3600, f"A 192.0.2.{number}") for number in range(101, 109)),
        # Aliases (RFC 1034, 3.6.2)
        ("alias", 3600, "CNAME www.interop.test."),
        ("chain1", 3600, "CNAME chain2.interop.test."),
        ("chain2", 3600, "CNAME chain3.interop.test."),
        ("chain3", 3600, "CNAME www.interop.test."),
        ("dangling", 3600, "CNAME nowhere.interop.test."),
        # Wildcards and what is between them (RFC 4592)
        ("*.wild", 3600, "A 192.0.2.99"),
        ("*.wild", 3600, 'TXT "from the wildcard"'),
        ("here.wild", 3600, "A 192.0.2.98"),
        ("deep.empty", 3600, "A 192.0.2.97"),
        # Texts (RFC 1035, 3.3.14)
        ("strings", 3600, 'TXT "first" "second" "" "with  blanks"'),
        ("full", 3600, f'TXT "{"x" * 255}"'),
        ("long", 3600, "TXT " + " ".join(f'"{letter * 250}"' for letter in "pqrs")),
        # One string each: what becomes of several is told by `strings`.
        ("quoted", 3600, r'TXT "a \"quote\", a \\ backslash; a semicolon"'),
        ("quoted", 3600, r'TXT "\000\127\200\255"'),
        # Types that everybody has
        ("_sip._tcp", 3600, "SRV 10 60 5060 sip.interop.test."),
        ("_sip._tcp", 3600, "SRV 20 0 5061 mail.interop.test."),
        ("sip", 3600, "A 192.0.2.60"),
        ("naptr", 3600, r'NAPTR 100 10 "u" "E2U+sip" "!^(.*)$!sip:\\1@interop.test!" .'),
        ("ptr", 3600, "PTR www.interop.test."),
        ("sshfp", 3600, f"SSHFP 4 2 {hashlib.sha256(b'interop').hexdigest().upper()}"),
        # Names (RFC 4343; RFC 1035, 2.3.4)
        ("MiXeD-CaSe", 3600, "CNAME WwW.InTeRoP.TeSt."),
        (LABEL_63, 3600, "A 192.0.2.63"),
        (NAME_255, 3600, "A 192.0.2.255"),
        # Times to live (RFC 2181, 8)
        ("ttl-zero", 0, "A 192.0.2.70"),
        ("ttl-most", 2147483647, "A 192.0.2.71"),
        ("ttl-hour", 3601, "A 192.0.2.72"),
        # A zone of somebody else (RFC 1034, 4.2.1)
        ("sub", 3600, "NS ns1.sub.interop.test."),
        ("sub", 3600, "NS ns2.sub.interop.test."),
        ("ns1.sub", 3600, "A 192.0.2.31"),
        ("ns1.sub", 3600, "AAAA 2001:db8::31"),
        ("ns2.sub", 3600, "A 192.0.2.32"),
        *(
            (name, 3600, _text(number, size))
            for name, (count, size) in BIG.items()
            for number in range(count)
        ),
    ]
    if modern:
        records += [
            ("dname", 3600, "DNAME target.interop.test."),
            ("host.target", 3600, "A 192.0.2.90"),
            ("caa", 3600, 'CAA 0 issue "ca.example.net; account=1"'),
            ("caa", 3600, 'CAA 128 iodef "mailto:ca@interop.test"'),
            ("_443._tcp.www", 3600, f"TLSA 3 1 1 {hashlib.sha256(b'tlsa').hexdigest().upper()}"),
            # HTTPS (RFC 9460): 1 . alpn="h2", in the form that older servers load as well
            ("https", 3600, r"TYPE65 \# 10 00010000010003026832"),
            ("unknown", 3600, r"TYPE65280 \# 3 ABCDEF"),
            ("unknown-empty", 3600, r"TYPE65281 \# 0"),
            (r"dot\.in\.label", 3600, "A 192.0.2.41"),
            (r"blank\032in\032label", 3600, "A 192.0.2.42"),
            (r"back\\slash\"quote\@at\;semicolon", 3600, "A 192.0.2.43"),
            (r"\000octets\200\255", 3600, "A 192.0.2.44"),
        ]
    return [*apex("interop.test."), *(_line(*record) for record in records)]


def secure_zone(zone: str) -> list[str]:
    """Return what the signed zones hold before they are signed."""
    records = [
        "www A 192.0.2.80",
        "alias CNAME www",
        "*.wild A 192.0.2.99",
        "deep.empty A 192.0.2.97",
        'text TXT "one" "two"',
        "insecure NS ns.insecure",  # a delegation without DS
        "ns.insecure A 192.0.2.33",
        "secure NS ns.secure",
        f"secure DS 4711 13 2 {hashlib.sha256(b'ds').hexdigest().upper()}",
        "ns.secure A 192.0.2.34",
    ]
    lines = []
    for record in records:
        name, kind, data = record.split(" ", 2)
        absolute = f"{data}.{zone}" if kind in {"CNAME", "NS"} else data
        lines.append(f"{name}.{zone} 3600 IN {kind} {absolute}")
    return [*apex(zone), *lines]


def dynamic_zone() -> list[str]:
    """Return the zone that takes updates."""
    return [*apex("dynamic.test."), "fixed.dynamic.test. 3600 IN A 192.0.2.20"]


def sign(zone: str, records: Sequence[str], *, nsec3: bool = False) -> tuple[list[str], DNSKEY]:
    """Return the zone signed with a new key of algorithm 13, and that key's DNSKEY record."""
    private = ec.generate_private_key(ec.SECP256R1())
    public = dns.dnssec.make_dnskey(
        private.public_key(), dns.dnssectypes.Algorithm.ECDSAP256SHA256, flags=257
    )
    origin = dns.name.from_text(zone)
    built = dns.zone.from_text("\n".join(records), origin=origin, relativize=False)
    inception = datetime.now(UTC) - timedelta(hours=1)
    if nsec3:
        _add_nsec3(built, origin, public)
        _sign_all(built, origin, (private, public), inception)
    else:
        dns.dnssec.sign_zone(built, keys=[(private, public)], inception=inception, lifetime=LIFETIME)
    return _lines(built), public


def _add_nsec3(zone: dns.zone.Zone, origin: dns.name.Name, key: DNSKEY) -> None:
    """Add DNSKEY, NSEC3PARAM and the chain of NSEC3 (RFC 5155, 7.1): no salt, no iterations (RFC 9276)."""
    zone.find_rdataset(origin, dns.rdatatype.DNSKEY, create=True).add(key, 3600)
    param = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.NSEC3PARAM, "1 0 0 -")
    zone.find_rdataset(origin, dns.rdatatype.NSEC3PARAM, create=True).add(param, 0)
    types = {name: _types(zone, name, origin) for name in zone.nodes if not _below_cut(zone, name, origin)}
    for name in list(types):  # empty non-terminals have their own
        while name != origin:
            name = name.parent()  # noqa: PLW2901 - walks up
            types.setdefault(name, [])
    hashed = sorted((dns.dnssec.nsec3_hash(name, None, 0, 1), name) for name in types)
    for number, (digest, name) in enumerate(hashed):
        following = hashed[(number + 1) % len(hashed)][0]
        bitmap = dns.rdtypes.util.Bitmap.from_rdtypes(types[name])
        words = f"1 0 0 - {following.lower()} {bitmap.to_text().strip()}"
        data = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.NSEC3, words)
        owner = dns.name.Name((digest.lower().encode(), *origin.labels))
        zone.find_rdataset(owner, dns.rdatatype.NSEC3, create=True).add(data, 300)


def _types(zone: dns.zone.Zone, name: dns.name.Name, origin: dns.name.Name) -> list[dns.rdatatype.RdataType]:
    """Return what a name's NSEC3 lists: all its types, and RRSIG where anything of it is signed."""
    found = [rdataset.rdtype for rdataset in zone.nodes[name].rdatasets]
    delegated = dns.rdatatype.NS in found and name != origin
    signed = dns.rdatatype.DS in found or not delegated
    return [*found, *([dns.rdatatype.RRSIG] if signed else [])]


def _below_cut(zone: dns.zone.Zone, name: dns.name.Name, origin: dns.name.Name) -> bool:
    while name != origin:
        name = name.parent()
        if name != origin and zone.get_rdataset(name, dns.rdatatype.NS) is not None:
            return True
    return False


def _sign_all(zone: dns.zone.Zone, origin: dns.name.Name, key: Key, inception: datetime) -> None:
    """Sign everything of which the zone is the authority (RFC 4035, 2.2)."""
    for name in list(zone.nodes):
        if _below_cut(zone, name, origin):
            continue
        cut = name != origin and zone.get_rdataset(name, dns.rdatatype.NS) is not None
        for rdataset in list(zone.nodes[name].rdatasets):
            if cut and rdataset.rdtype != dns.rdatatype.DS:
                continue
            rrset = dns.rrset.from_rdata(name, rdataset.ttl, *rdataset)
            signature = dns.dnssec.sign(rrset, key[0], origin, key[1], inception=inception, lifetime=LIFETIME)
            signatures = zone.find_rdataset(name, dns.rdatatype.RRSIG, rdataset.rdtype, create=True)
            signatures.add(signature, rdataset.ttl)


def broken(records: Iterable[str], name: str) -> list[str]:
    """Return the records with the signature over the A records of `name` made wrong."""
    return [
        _forged(line) if line.startswith(f"{name} ") and " RRSIG A " in line else line for line in records
    ]


def _forged(line: str) -> str:
    """Return a signature's record with the last octet of the signature changed."""
    head, text = line.split(" ", 12)[:12], line.split(" ", 12)[12]
    octets = bytearray(base64.b64decode(text.replace(" ", "")))
    octets[-1] ^= 1
    return " ".join((*head, base64.b64encode(octets).decode()))


def write_key(folder: Path, name: str = KEY_NAME) -> str:
    """Write a new TSIG key as BIND's statement and as its secret alone; return the secret in base64."""
    secret = base64.b64encode(secrets.token_bytes(32)).decode()
    title = name.rstrip(".")
    statement = f'key "{name}" {{\n    algorithm hmac-sha256;\n    secret "{secret}";\n}};\n'
    (folder / f"{title}.conf").write_text(statement)
    (folder / f"{title}.secret").write_text(f"{secret}\n")
    return secret


def write_zones(folder: Path) -> None:
    """Write all that the suite's README promises into `folder`."""
    for name in ("zones", "plain", "keys", "anchors"):
        (folder / name).mkdir()
    _write(folder / "zones", "interop.test", plain_zone())
    _write(folder / "plain", "interop.test", plain_zone(modern=False))
    _write(folder / "zones", "dynamic.test", dynamic_zone())
    for name in ("signed.test", "nsec3.test", "bogus.test"):
        zone = f"{name}."
        content = secure_zone(zone)
        if name == "bogus.test":
            content.append(f"broken.{zone} 3600 IN A 192.0.2.66")
        signed, key = sign(zone, content, nsec3=name == "nsec3.test")
        _write(folder / "zones", name, broken(signed, f"broken.{zone}"))
        digest = dns.dnssec.make_ds(dns.name.from_text(zone), key, dns.dnssectypes.DSDigest.SHA256)
        (folder / "anchors" / f"{name}.dnskey").write_text(
            f"{zone} 3600 IN DNSKEY {key.to_text(chunksize=0)}\n"
        )
        (folder / "anchors" / f"{name}.ds").write_text(f"{zone} 3600 IN DS {digest.to_text(chunksize=0)}\n")
    write_key(folder / "keys")


def _write(folder: Path, name: str, records: Iterable[str]) -> None:
    (folder / f"{name}.zone").write_text("".join(f"{record}\n" for record in records))


def _text(number: int, size: int) -> str:
    """Return a TXT record of `size` characters that no other number has."""
    text = f"{number:0{size}d}"
    return "TXT " + " ".join(f'"{text[at : at + 215]}"' for at in range(0, size, 215))


def _line(name: str, ttl: int, data: str) -> str:
    owner = "interop.test." if name == "@" else name if name.endswith(".") else f"{name}.interop.test."
    return f"{owner} {ttl} IN {data}"


def _lines(zone: dns.zone.Zone) -> list[str]:
    """Return a zone's records, one a line, SOA first."""
    lines = [
        f"{name} {rdataset.ttl} IN {dns.rdatatype.to_text(rdataset.rdtype)} {data.to_text(chunksize=0)}"
        for name in sorted(zone.nodes)
        for rdataset in zone.nodes[name].rdatasets
        for data in rdataset
    ]
    return sorted(lines, key=lambda line: " IN SOA " not in line)
