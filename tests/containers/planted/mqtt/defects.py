"""What was planted, where, and which features must reveal it; and the real gaps of the healthy."""

from __future__ import annotations

from interop.model.attempt import Outcome
from tests.containers.planted.defects import planted_peer as _broker
from tests.containers.planted.defects import planted_product as _client

SOUND = "planted-sound-broker"
"""The planted broker without a defect."""

CLIENTS = (
    _client("waits-for-ever", "no-connack", outcome=Outcome.HANG, slow=True),
    _client("no-ping", "keep-alive", slow=True),
    _client("dies-of-retained", "retained-received", outcome=Outcome.CRASH),
    _client("no-dup", "resend-publish"),
    _client("forgets-unacknowledged", "resend-publish"),
    _client("new-number-on-resend", "resend-publish"),
    _client("refusal-is-success", "wrong-password", "anonymous-refused", "wrong-password-5"),
    _client("no-goodbye", "connect", "no-will"),
    _client("hands-over-twice", "redelivery-qos-2"),
    _client("no-puback", "receive-qos-1"),
    _client("nothing-is-retained", "retained-received", "retain-as-published"),
    _client("topics-in-ascii", "utf8-topic"),
    _client("cuts-at-16384", "remaining-length", "large-payload"),
    _client("silence-is-success", "no-puback"),
    _client("sorts-user-properties", "user-properties-out"),
)

BROKERS = (
    _broker("no-will", "will", "will-retained", "will-properties", slow=True),
    _broker("nothing-held", "session-queue", "session-kept-5", slow=True),
    _broker("both-stay", "take-over", slow=True),
    _broker("patient-for-ever", "keep-alive-expired", slow=True),
    _broker("nothing-is-malformed", "malformed-qos", "empty-subscribe", slow=True),
    _broker("second-connect-ignored", "second-connect", slow=True),
    _broker("dies-of-malformed", "malformed-harmless", "malformed-flags", outcome=Outcome.CRASH),
    _broker("ends-without-reason", "malformed-reason", "take-over-reason"),
    _broker("dies-of-empty-payload", "empty-payload", outcome=Outcome.CRASH),
    _broker("retained-flag-lost", "retained-stored", "retained-received"),
    _broker("retained-for-ever", "retained-deleted"),
    _broker("first-retained-wins", "retained-replaced"),
    _broker("retained-for-everybody", "retained-unasked"),
    _broker("plus-matches-two-levels", "plus-wildcard", "trailing-plus"),
    _broker("hash-without-parent", "hash-wildcard"),
    _broker("empty-levels-dropped", "empty-levels"),
    _broker("qos-not-lowered", "qos-downgrade"),
    _broker("second-receipt-delivered", "resend-qos-2"),
    _broker("will-at-goodbye", "no-will"),
    _broker("sessions-never-end", "session-expired"),
    _broker("last-held-first", "session-queue"),
    _broker("user-properties-dropped", "user-properties-in", "user-properties-out"),
    _broker("no-local-ignored", "no-local"),
    _broker("expiry-ignored", "message-expiry"),
    _broker("any-password", "wrong-password", "wrong-password-5", "anonymous-refused"),
    _broker("shared-to-all", "shared-subscription"),
    _broker("receive-maximum-ignored", "receive-maximum-of-client"),
    _broker("packet-size-ignored", "packet-size-of-client"),
    _broker("unsubscribe-ignored", "unsubscribe"),
)

REAL_GAPS = {
    (
        "paho",
        "receive-maximum-of-broker",
    ): "5.0, MQTT-3.3.4-7: its own limit of 20 is the only one that it keeps",
    ("paho", "packet-size-of-broker"): "5.0, MQTT-3.2.2-15: it does not look at Maximum Packet Size",
}
"""What is wrong with healthy programs all the same, by product and feature, with the clause."""
