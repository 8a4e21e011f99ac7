"""The DNS suite's descriptors and scenarios against each other, and what dig prints against what is read."""

from __future__ import annotations

import ast
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import interop
from interop.load.manifest import load_implementation, load_suite
from interop.run.driver_host import load_driver, missing_operations

ROOT = Path(__file__).parents[3]
SUITE = ROOT / "suites" / "dns"
PEERS = ROOT / "fixtures" / "peers"

suite: ModuleType = interop.contract("dns")

ANSWERED = """
; <<>> DiG 9.20.30 <<>> ...
;; global options: +cmd
;; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 5799
;; flags: qr aa rd; QUERY: 1, ANSWER: 1, AUTHORITY: 1, ADDITIONAL: 1
;; WARNING: recursion requested but not available

;; OPT PSEUDOSECTION:
; EDNS: version: 0, flags: do; MBZ: 0x0040, udp: 1232
; NSID: 6e 73 31 ("ns1")
; COOKIE: 0102030405060708010000006b02d2a36c332148159f7797 (good)
; PADDING: (3 bytes)
; OPT=65001: aa bb ("..")
;; QUESTION SECTION:
;dAngling.interop.test.\t\tIN\tA

;; ANSWER SECTION:
blank\\032in.interop.test. 3600\tIN\tTXT\t"with  blanks" "; and more"

;; AUTHORITY SECTION:
interop.test.\t300\tIN\tSOA\tns1.interop.test. hostmaster.interop.test. 1 2 3 4 300

;; Query time: 0 msec
"""
TIMED_OUT = ";; communications error to 127.0.0.1#53: timed out\n"
UNVERIFIED = ";; Couldn't verify signature: tsig indicates error\n"


def scenarios() -> list[tuple[str, list[str]]]:
    """Return feature and needed situations of every scenario, read from the source."""
    found = []
    for file in sorted(SUITE.glob("test_*.py")):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                calls = [mark for mark in node.decorator_list if isinstance(mark, ast.Call)]
                marks = {ast.unparse(call.func): call.args for call in calls}
                needs = [ast.literal_eval(each) for each in marks.get("interop.needs", [])]
                found.append((ast.literal_eval(marks["interop.feature"][0]), needs))
    return found


def read(output: str, ask: str = "query", *, driver: str = "dig/driver.py:Dig") -> Any:
    """Let the driver of dig or another program ask while the program prints `output`."""
    site = SimpleNamespace(
        party=SimpleNamespace(version="1:9.20.30-1"),
        execute=lambda *_, **__: SimpleNamespace(stdout=output.encode(), code=0, timed_out=False),
        put=lambda name, _: name,
    )
    client = load_driver(f"{PEERS}/{driver}")(site)
    endpoint = suite.Endpoint(host="127.0.0.1", port=53)
    if ask == "update":
        return client.update(endpoint=endpoint, zone="dynamic.test.", changes=())
    return client.query(endpoint=endpoint, question=suite.Question(name="interop.test."))


def test_every_feature_has_a_scenario_and_every_scenario_a_feature() -> None:
    features = {feature.id for feature in load_suite(SUITE).features}
    assert features == {feature for feature, _ in scenarios()}


def test_every_situation_is_needed_or_a_port_and_nothing_else_is_needed() -> None:
    described = load_suite(SUITE)
    needed = {word for _, needs in scenarios() for word in needs}
    assert {each.id for each in described.situations} == needed | {"dns", "dot"}


def test_peers_offer_only_what_the_suite_knows() -> None:
    words = {each.id for each in load_suite(SUITE).situations}
    for folder in sorted(PEERS.iterdir()):
        role = load_implementation(folder).role("dns.server")
        if role is not None:
            assert {*role.offers, *role.ports} <= words, folder.name


@pytest.mark.parametrize(("name", "driver"), [("dig", "Dig"), ("delv", "Delv")])
def test_a_driver_has_every_operation(name: str, driver: str) -> None:
    found = load_driver(f"{PEERS / name / 'driver.py'}:{driver}")
    assert missing_operations(found, suite.ROLES["client"]) == []


def test_what_dig_prints_of_an_answer_is_read_in_whole() -> None:
    answer = read(ANSWERED)
    assert (answer.rcode, answer.flags, answer.failure) == ("NXDOMAIN", ("qr", "aa", "rd"), None)
    assert answer.question == "dAngling.interop.test."
    assert [(each.name, each.ttl, each.type, each.data) for each in answer.answer] == [
        (r"blank\032in.interop.test.", 3600, "TXT", '"with  blanks" "; and more"')
    ]
    assert [each.type for each in answer.authority] == ["SOA"]
    assert (answer.edns.payload, answer.edns.dnssec_ok, answer.edns.flags) == (1232, True, 0x40)
    options = {each.code: each.data for each in answer.edns.options}
    assert (options[3], options[12], options[65001]) == (b"ns1", bytes(3), b"\xaa\xbb")
    assert len(options[10]) == 24


def test_a_try_that_failed_before_the_answer_is_no_failure() -> None:
    assert read(TIMED_OUT + ANSWERED).failure is None


def test_an_answer_whose_signature_is_wrong_is_a_failure() -> None:
    assert read(UNVERIFIED + ANSWERED).failure.cause is suite.Cause.SIGNATURE


@pytest.mark.parametrize(
    ("printed", "cause"),
    [
        (TIMED_OUT + ";; no servers could be reached\n", "timeout"),
        (";; TLS peer certificate verification for 127.0.0.1#853 failed: hostname mismatch\n", "tls"),
        (";; communications error to 127.0.0.1#53: connection refused\n", "network"),
        ("", "unknown"),
    ],
)
def test_why_dig_has_no_answer_is_told_by_what_it_prints(printed: str, cause: str) -> None:
    assert read(printed).failure.cause == cause


@pytest.mark.parametrize(
    ("printed", "rcode"),
    [
        ("Answer:\n;; ->>HEADER<<- opcode: UPDATE, status: NOERROR, id:  27219\n;; flags: qr;", "NOERROR"),
        ("update failed: NXRRSET\nAnswer:\n;; ->>HEADER<<- opcode: UPDATE, status: NXRRSET", "NXRRSET"),
    ],
)
def test_the_code_of_an_update_is_what_nsupdate_prints(printed: str, rcode: str) -> None:
    answer = read(printed, "update")
    assert (answer.rcode, answer.failure) == (rcode, None)


DELV = "delv/driver.py:Delv"


def test_what_delv_prints_of_records_is_read_in_whole() -> None:
    printed = '; authoritative\nblank\\032in.interop.test.\t3600\tIN\tTXT\t"with  blanks" "; and"\n'
    answer = read(printed, driver=DELV)
    assert answer.failure is None
    assert [(each.name, each.ttl, each.type, each.data) for each in answer.answer] == [
        (r"blank\032in.interop.test.", 3600, "TXT", '"with  blanks" "; and"')
    ]


@pytest.mark.parametrize(
    ("printed", "rcode", "cause"),
    [
        (
            ";; resolution failed: ncache nxdomain\n; negative response\n; x. 300 IN \\-ANY ;-$NXDOMAIN\n",
            "NXDOMAIN",
            "",
        ),
        (";; resolution failed: ncache nxrrset\n; negative response\n", "NOERROR", ""),
        (
            ";; REFUSED unexpected RCODE resolving 'x/A/IN': 127.0.0.1#53\n;; resolution failed: failure\n",
            "REFUSED",
            "unknown",
        ),
        (";; resolution failed: timed out\n", "", "timeout"),
        ("", "", "unknown"),
    ],
)
def test_why_delv_has_no_records_is_told_by_what_it_prints(printed: str, rcode: str, cause: str) -> None:
    answer = read(printed, driver=DELV)
    assert (answer.rcode, answer.failure.cause if answer.failure else "", answer.answer) == (rcode, cause, ())
