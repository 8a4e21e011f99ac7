"""What was planted, where, and which features must reveal it; and the real gaps of the healthy."""

from __future__ import annotations

from dataclasses import dataclass

from interop.model.attempt import Outcome
from interop.model.matrix import Blame

SOUND = "planted-sound"
"""The planted server without a defect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One planted program: a class of `clients` (the product) or of `servers` (a peer), by its name there."""

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


def _client(name: str, *features: str, outcome: Outcome = Outcome.FAILED, slow: bool = False) -> Defect:
    return Defect(name=name, side=Blame.PRODUCT, features=features, outcome=outcome, slow=slow)


def _server(name: str, *features: str, outcome: Outcome = Outcome.FAILED, slow: bool = False) -> Defect:
    return Defect(name=name, side=Blame.PEER, features=features, outcome=outcome, slow=slow)


CLIENTS = (
    _client("hangs-after-data", "delivery", outcome=Outcome.HANG, slow=True),
    _client("hangs-in-c", "delivery", outcome=Outcome.HANG, slow=True),
    _client("no-timeout", "silent-server", outcome=Outcome.HANG, slow=True),
    _client("dies-of-long-line", "over-long-line", outcome=Outcome.CRASH),
    _client("bare-line-feed", "bare-line-feed"),
    _client("no-dot-stuffing", "dot-stuffing", "lone-dot", "last-dot"),
    _client("temporary-as-permanent", "deferred-content", "greeting-421"),
    _client("final-reply-ignored", "refused-content", "deferred-content"),
    _client("no-helo-fallback", "helo-fallback"),
    _client("early-talker", "greeting-awaited"),
    _client("last-recipient-lost", "several-recipients"),
    _client("any-certificate", "untrusted-certificate", "wrong-name"),
    _client("any-name", "wrong-name"),
    _client("downgrade", "no-downgrade"),
    _client("password-in-clear", "no-password-in-clear"),
    _client("cuts-lines", "line-998", "over-long-line"),
    _client("forgets-reset", "reset"),
    _client("keeps-recipients", "several-mails"),
    _client("first-line-only", "multiline-reply"),
    _client("question-marks", "8bitmime"),
    _client("eight-bit-undeclared", "8bitmime-declared"),
    _client("utf8-unoffered", "smtputf8-not-offered"),
    _client("unoffered-parameters", "no-unoffered-parameters"),
    _client("lost-reply-is-success", "lost-reply"),
    _client("stale-offers", "starttls-reset"),
    _client("wrong-recipient-blamed", "some-refused"),
    _client("null-sender-filled", "null-sender"),
    _client("no-quit", "quit"),
)

SERVERS = (
    _server("hangs-after-content", "delivery", slow=True),
    _server("pipelining-broken", "pipelining", slow=True),
    _server("dies-of-long-line", "over-long-line", outcome=Outcome.CRASH),
    _server("no-unstuffing", "dot-stuffing", "lone-dot", "last-dot"),
    _server("spaces-stripped", "white-space"),
    _server("long-lines-folded", "line-998"),
    _server("big-mail-lost", "large-message", slow=True),
    _server("eighth-bit-stripped", "8bitmime"),
    _server("utf8-mangled", "smtputf8-address", "smtputf8-header", slow=True),
    _server("bounces-dropped", "null-sender", slow=True),
    _server("half-mail-delivered", "lost-in-content"),
    _server("one-recipient-only", "several-recipients", slow=True),
    _server("fifty-recipients-only", "hundred-recipients", slow=True),
    _server("second-mail-lost", "several-mails", slow=True),
    _server("reset-forgets-nothing", "reset"),
    _server("permanent-when-busy", "temporary-recipient"),
    _server("no-helo", "helo-fallback"),
    _server("handshake-broken", "starttls", "auth-plain", "auth-login"),
    _server("password-refused", "auth-plain", "auth-login"),
    _server("any-password", "wrong-password"),
    _server("open-submission", "auth-demanded"),
)

REAL_GAPS = {
    ("smtplib", "bare-line-feed"): "RFC 5321, 2.3.8: sendmail() sends bytes as they are, bare line feeds too",
}
"""What is wrong with healthy products all the same, by product and feature, with the clause."""
