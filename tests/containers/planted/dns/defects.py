"""What was planted, where, and which features must reveal it; and the real gaps of the healthy."""

from __future__ import annotations

from interop.model.attempt import Outcome
from tests.containers.planted.defects import planted_peer as _server
from tests.containers.planted.defects import planted_product as _client

SOUND = "planted-sound"
"""The planted server without a defect."""

CLIENTS = (
    _client("no-timeout", "silent-server", outcome=Outcome.HANG, slow=True),
    _client("dies-of-unknown-type", "unknown-type", outcome=Outcome.CRASH),
    _client("truncation-ignored", "truncated", "edns-payload"),
    _client("question-lower-cased", "case-echoed"),
    _client("never-asks-again", "lost-question", "lost-answer"),
    _client("cuts-at-4096", "large-answer", "largest-answer"),
    _client("any-certificate", "untrusted-certificate", "wrong-name"),
    _client("any-name", "wrong-name"),
    _client("first-record-only", "whole-rrset", "mail-exchange"),
    _client("code-ignored", "name-error", "outside", "alias-dangling"),
    _client("edns-dropped", "edns", "dnssec-signature"),
    _client("do-bit-forgotten", "dnssec-signature", "nsec-name-error"),
    _client("text-unescaped", "text-octets"),
    _client("strings-joined", "text-strings"),
    _client("dots-divide", "dot-in-label"),
    _client("prerequisites-forgotten", "update-prerequisite-fails"),
    _client("unsigned", "tsig", "update-add"),
    _client("ttl-in-minutes", "ttl"),
)

SERVERS = (
    _server("second-question-lost", "several-questions", slow=True),
    _server("dies-of-odd-label", "binary-label", outcome=Outcome.CRASH),
    _server("no-truncation-flag", "udp-512", "truncated"),
    _server("payload-ignored", "udp-512", "edns-payload"),
    _server("name-error-for-no-data", "no-data", "wildcard-no-data"),
    _server("no-wildcard", "wildcard", "wildcard-no-data"),
    _server("future-version-accepted", "edns-version"),
    _server("unknown-option-refused", "edns-unknown-option"),
    _server("edns-unasked", "edns-absent"),
    _server("do-bit-dropped", "dnssec-do-copied"),
    _server("signatures-missing", "dnssec-signature", "dnssec-key"),
    _server("proof-missing", "nsec-name-error", "nsec-wildcard"),
    _server("question-lower-cased", "case-echoed"),
    _server("any-signature", "tsig-wrong-secret"),
    _server("dname-alone", "dname"),
    _server("glue-missing", "glue"),
    _server("not-authoritative", "authoritative-answer"),
    _server("soa-missing", "negative-soa"),
    _server("strings-joined", "text-strings"),
    _server("half-answers", "whole-rrset"),
    _server("never-zero", "ttl-zero"),
    _server("cookie-forgotten", "cookie"),
    _server("unsigned-update-made", "update-unsigned"),
    _server("prerequisites-ignored", "update-prerequisite-fails"),
    _server("serial-forgotten", "update-serial"),
    _server("rrset-deleted-for-record", "update-delete"),
)

REAL_GAPS = {
    ("planted-client", "case-kept"): "RFC 1035, 2.3.3: Knot DNS keeps every name in small letters",
}
"""What is wrong with healthy programs all the same, by product and feature, with the clause."""
