"""What TLS records are called: content types, handshake messages, alerts (RFC 8446, 4, 5.1 and 6)."""

from __future__ import annotations

CHANGE, ALERT, HANDSHAKE, DATA = 20, 21, 22, 23
"""Content types."""

_MESSAGES = {
    1: "ClientHello",
    2: "ServerHello",
    4: "NewSessionTicket",
    8: "EncryptedExtensions",
    11: "Certificate",
    12: "ServerKeyExchange",
    13: "CertificateRequest",
    14: "ServerHelloDone",
    15: "CertificateVerify",
    16: "ClientKeyExchange",
    20: "Finished",
    24: "KeyUpdate",
}
_ALERTS = {
    0: "close notify",
    10: "unexpected message",
    20: "bad record MAC",
    22: "record overflow",
    40: "handshake failure",
    42: "bad certificate",
    43: "unsupported certificate",
    44: "certificate revoked",
    45: "certificate expired",
    46: "certificate unknown",
    47: "illegal parameter",
    48: "unknown CA",
    49: "access denied",
    50: "decode error",
    51: "decrypt error",
    70: "protocol version",
    71: "insufficient security",
    80: "internal error",
    86: "inappropriate fallback",
    90: "user canceled",
    109: "missing extension",
    110: "unsupported extension",
    112: "unrecognized name",
    116: "certificate required",
    120: "no application protocol",
}


def title(kind: int, data: bytes) -> str:
    """Return what a record in the clear is, such as `handshake: ClientHello` or `alert: unknown CA`."""
    if kind == ALERT and len(data) == 2:  # noqa: PLR2004 - level and description
        return f"alert: {_ALERTS.get(data[1], data[1])}"
    if kind == HANDSHAKE:
        return f"handshake: {', '.join(_messages(data)) or 'a message continued'}"
    return {CHANGE: "change cipher spec"}.get(kind, f"record of type {kind}")


def _messages(data: bytes) -> list[str]:
    """Return the handshake messages that a record holds whole or begins."""
    found, at = [], 0
    while at + 4 <= len(data) and data[at] in _MESSAGES:
        found.append(_MESSAGES[data[at]])
        at += 4 + int.from_bytes(data[at + 1 : at + 4])
    return found
