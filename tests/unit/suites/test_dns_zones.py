"""The zones that every DNS server is given: that they are what the suite's README says they are."""

from __future__ import annotations

import base64
import importlib
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import dns.dnssec
import dns.exception
import dns.name
import dns.rdatatype
import dns.rrset
import dns.zone
import pytest

from interop.load.contract import load_contract

SIGNED = ("signed.test.", "nsec3.test.", "bogus.test.")


@pytest.fixture(scope="module")
def zones() -> ModuleType:
    load_contract("dns")
    return importlib.import_module("interop_suites.dns.zones")


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("given")
    load_contract("dns").furnish(folder)
    return folder


def zone(given: Path, name: str, kind: str = "zones") -> dns.zone.Zone:
    return dns.zone.from_file(str(given / kind / f"{name}zone"), origin=name, relativize=False)


def wrong_signatures(given: Path, name: str) -> list[str]:
    """Return the RRsets whose signature does not hold by the zone's anchor."""
    found, origin = zone(given, name), dns.name.from_text(name)
    text = (given / "anchors" / f"{name}dnskey").read_text().split(" DNSKEY ")[1]
    keys: dict[dns.name.Name, Any] = {origin: dns.rrset.from_text(name, 3600, "IN", "DNSKEY", text)}
    wrong = []
    for owner, node in found.nodes.items():
        for signatures in node.rdatasets:
            if signatures.rdtype != dns.rdatatype.RRSIG:
                continue
            covered = found.find_rrset(owner, signatures.covers)
            try:
                rrsigs = dns.rrset.from_rdata_list(owner, signatures.ttl, list(signatures))
                dns.dnssec.validate(covered, rrsigs, keys)
            except dns.exception.ValidationFailure:
                wrong.append(f"{owner} {dns.rdatatype.to_text(covered.rdtype)}")
    return wrong


def test_every_zone_is_one_record_a_line_without_directives(given: Path) -> None:
    line = re.compile(r"\S+ \d+ IN [A-Z0-9]+ \S.*")
    files = list(given.glob("*/*.zone"))
    assert len(files) == 6
    assert [
        each for file in files for each in file.read_text().splitlines() if not line.fullmatch(each)
    ] == []


def test_every_signature_holds_but_the_one_that_must_not(given: Path) -> None:
    assert [wrong_signatures(given, name) for name in SIGNED] == [[], [], ["broken.bogus.test. A"]]


def test_everything_of_a_signed_zone_but_delegations_and_glue_is_signed(given: Path) -> None:
    for name in SIGNED:
        found = zone(given, name)
        unsigned = {
            owner.relativize(dns.name.from_text(name)).to_text()
            for owner, node in found.nodes.items()
            for rdataset in node.rdatasets
            if rdataset.rdtype != dns.rdatatype.RRSIG
            and found.get_rdataset(owner, dns.rdatatype.RRSIG, rdataset.rdtype) is None
        }
        assert unsigned == {"insecure", "ns.insecure", "secure", "ns.secure"}, name


def test_the_hashes_of_a_zone_make_one_circle_over_all_its_names(given: Path) -> None:
    found = zone(given, "nsec3.test.")
    following = {
        owner.labels[0].decode().upper(): data.to_text().split()[4].upper()
        for owner, node in found.nodes.items()
        for rdataset in node.rdatasets
        for data in rdataset
        if rdataset.rdtype == dns.rdatatype.NSEC3
    }
    names = ("", "www", "alias", "*.wild", "wild", "deep.empty", "empty", "text", "insecure", "secure")
    hashes = {
        dns.dnssec.nsec3_hash(f"{name}.nsec3.test.".lstrip("."), None, 0, 1)
        for name in (*names, "ns1", "ns2")
    }
    assert set(following) == hashes
    seen, at = set(), min(following)
    while at not in seen:
        seen.add(at)
        at = following[at]
    assert seen == set(following)


def test_the_plain_zone_is_the_whole_zone_without_newer_types(given: Path) -> None:
    whole, plain = zone(given, "interop.test."), zone(given, "interop.test.", "plain")
    assert set(plain.nodes) < set(whole.nodes)
    types = {rdataset.rdtype for node in plain.nodes.values() for rdataset in node.rdatasets}
    assert not {dns.rdatatype.to_text(kind) for kind in types} & {
        "DNAME",
        "CAA",
        "TLSA",
        "HTTPS",
        "TYPE65280",
    }


def test_names_and_sets_are_as_large_as_they_are_called(given: Path, zones: ModuleType) -> None:
    whole = zone(given, "interop.test.")
    assert len(dns.name.from_text(zones.NAME_255).to_wire() or b"") == 255
    sizes = {
        name: sum(12 + len(data.to_wire()) for data in whole.find_rdataset(f"{name}.interop.test.", "TXT"))
        for name in zones.BIG
    }
    assert 512 < sizes["big1"] < 1232 < sizes["big2"] < 4096 < sizes["big5"] < 6000
    assert 38_000 < sizes["big40"] < 42_000


def test_two_runs_have_neither_a_key_nor_a_secret_in_common(given: Path, tmp_path: Path) -> None:
    load_contract("dns").furnish(tmp_path)
    for file in ("keys/interop-key.secret", "anchors/signed.test.dnskey"):
        assert (tmp_path / file).read_text() != (given / file).read_text()
    assert len(base64.b64decode((tmp_path / "keys" / "interop-key.secret").read_text())) == 32
