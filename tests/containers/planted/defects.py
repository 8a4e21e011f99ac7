"""What was planted, where, and which features must reveal it; and the real gaps of the healthy."""

from __future__ import annotations

from dataclasses import dataclass

from interop.model.attempt import Outcome
from interop.model.matrix import Blame

SOUND = "planted-sound"
"""The planted server without a defect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One planted program: a class of a suite's planted products or peers, by its name there."""

    name: str
    side: Blame
    features: tuple[str, ...]
    """Each must reveal it."""
    outcome: Outcome = Outcome.FAILED
    slow: bool = False
    """Whether somebody waits in vain for many seconds, so that it has a run of its own."""

    @property
    def party(self) -> str:
        """Name it has in a matrix: `planted-no-dot-stuffing`."""
        return f"planted-{self.name}"

    @property
    def class_name(self) -> str:
        """`NoDotStuffing` for `no-dot-stuffing`."""
        return "".join(word.capitalize() for word in self.name.split("-"))


def planted_product(
    name: str, *features: str, outcome: Outcome = Outcome.FAILED, slow: bool = False
) -> Defect:
    """Return a defect of a product; each of the features must reveal it."""
    return Defect(name=name, side=Blame.PRODUCT, features=features, outcome=outcome, slow=slow)


def planted_peer(name: str, *features: str, outcome: Outcome = Outcome.FAILED, slow: bool = False) -> Defect:
    """Return a defect of a peer; each of the features must reveal it."""
    return Defect(name=name, side=Blame.PEER, features=features, outcome=outcome, slow=slow)


CLIENTS = (
    planted_product("hangs-after-data", "delivery", outcome=Outcome.HANG, slow=True),
    planted_product("hangs-in-c", "delivery", outcome=Outcome.HANG, slow=True),
    planted_product("no-timeout", "silent-server", outcome=Outcome.HANG, slow=True),
    planted_product("dies-of-long-line", "over-long-line", outcome=Outcome.CRASH),
    planted_product("bare-line-feed", "bare-line-feed"),
    planted_product("no-dot-stuffing", "dot-stuffing", "lone-dot", "last-dot"),
    planted_product("temporary-as-permanent", "deferred-content", "greeting-421"),
    planted_product("final-reply-ignored", "refused-content", "deferred-content"),
    planted_product("no-helo-fallback", "helo-fallback"),
    planted_product("early-talker", "greeting-awaited"),
    planted_product("last-recipient-lost", "several-recipients"),
    planted_product("any-certificate", "untrusted-certificate", "wrong-name"),
    planted_product("any-name", "wrong-name"),
    planted_product("downgrade", "no-downgrade"),
    planted_product("password-in-clear", "no-password-in-clear"),
    planted_product("cuts-lines", "line-998", "over-long-line"),
    planted_product("forgets-reset", "reset"),
    planted_product("keeps-recipients", "several-mails"),
    planted_product("first-line-only", "multiline-reply"),
    planted_product("question-marks", "8bitmime"),
    planted_product("eight-bit-undeclared", "8bitmime-declared"),
    planted_product("utf8-unoffered", "smtputf8-not-offered"),
    planted_product("unoffered-parameters", "no-unoffered-parameters"),
    planted_product("lost-reply-is-success", "lost-reply"),
    planted_product("stale-offers", "starttls-reset"),
    planted_product("wrong-recipient-blamed", "some-refused"),
    planted_product("null-sender-filled", "null-sender"),
    planted_product("no-quit", "quit"),
)

SERVERS = (
    planted_peer("hangs-after-content", "delivery", slow=True),
    planted_peer("pipelining-broken", "pipelining", slow=True),
    planted_peer("dies-of-long-line", "over-long-line", outcome=Outcome.CRASH),
    planted_peer("no-unstuffing", "dot-stuffing", "lone-dot", "last-dot"),
    planted_peer("spaces-stripped", "white-space"),
    planted_peer("long-lines-folded", "line-998"),
    planted_peer("big-mail-lost", "large-message", slow=True),
    planted_peer("eighth-bit-stripped", "8bitmime"),
    planted_peer("utf8-mangled", "smtputf8-address", "smtputf8-header"),
    planted_peer("signs-dropped", "local-part-atext", "quoted-local-part"),
    planted_peer("bounces-dropped", "null-sender", slow=True),
    planted_peer("half-mail-delivered", "lost-in-content"),
    planted_peer("one-recipient-only", "several-recipients", slow=True),
    planted_peer("fifty-recipients-only", "hundred-recipients", slow=True),
    planted_peer("second-mail-lost", "several-mails", slow=True),
    planted_peer("reset-forgets-nothing", "reset"),
    planted_peer("permanent-when-busy", "temporary-recipient"),
    planted_peer("no-helo", "helo-fallback"),
    planted_peer("handshake-broken", "starttls", "auth-plain", "auth-login"),
    planted_peer("password-refused", "auth-plain", "auth-login"),
    planted_peer("any-password", "wrong-password"),
    planted_peer("open-submission", "auth-demanded"),
)

REAL_GAPS = {
    ("smtplib", "bare-line-feed"): "RFC 5321, 2.3.8: sendmail() sends bytes as they are, bare line feeds too",
}
"""What is wrong with healthy products all the same, by product and feature, with the clause."""
