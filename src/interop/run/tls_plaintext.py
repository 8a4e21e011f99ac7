"""What was said inside TLS: both byte streams of a connection and a key log to records in the clear.

Pure: knows nothing of relays, files or transcripts. Reads TLS 1.3 (RFC 8446) and TLS 1.2 with AEAD cipher
suites (RFC 5246, 5288, 7905), wherever in the streams it begins; early data and renegotiation are not read.
The key log is in the format of SSLKEYLOGFILE (RFC 9850).
"""

from __future__ import annotations

import hmac
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from interop.run.tls_names import CHANGE, DATA, HANDSHAKE

Side = Literal["client", "server"]

_TAG = 16
_SERVER_HELLO = 2
_SUPPORTED_VERSIONS = 43
_TLS13 = b"\x03\x04"
_HELLO = rb"\x16\x03[\x00-\x04]..%b...\x03\x03(.{32})"
_CLIENT_HELLO = re.compile(_HELLO % rb"\x01", re.DOTALL)
_ANY_SERVER_HELLO = re.compile(_HELLO % rb"\x02", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Suite:
    """A cipher suite; `hash` is that of its key derivation."""

    aead: Any
    key: int
    """Bytes of a key."""
    hash: str
    salt: int = 12
    """Bytes of a nonce in TLS 1.2 that come from the key derivation; the rest stands in each record."""

    @property
    def hash_size(self) -> int:
        return 48 if self.hash == "sha384" else 32


_AES128 = _Suite(aead=AESGCM, key=16, hash="sha256", salt=4)
_AES256 = _Suite(aead=AESGCM, key=32, hash="sha384", salt=4)
_CHACHA = _Suite(aead=ChaCha20Poly1305, key=32, hash="sha256")
_SUITES: Mapping[int, _Suite] = {
    0x1301: _AES128,
    0x1302: _AES256,
    0x1303: _CHACHA,
    **dict.fromkeys((0xC02B, 0xC02F, 0x009E, 0x009C), _AES128),
    **dict.fromkeys((0xC02C, 0xC030, 0x009F, 0x009D), _AES256),
    **dict.fromkeys((0xCCA8, 0xCCA9, 0xCCAA), _CHACHA),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record in the clear."""

    side: Side
    end: int
    """Where in its side's stream it ended."""
    kind: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Plaintext:
    """What a conversation was in the clear, from where TLS began."""

    version: str
    """`TLS 1.3` or `TLS 1.2`."""
    starts: dict[Side, int]
    """Offset in each stream at which TLS begins."""
    ends: dict[Side, int]
    """Offset in each stream up to which it could be read."""
    records: tuple[Record, ...]
    """Each side's in their order, the client's first."""


def decrypt(client: bytes, server: bytes, key_log: bytes) -> Plaintext | None:
    """Return the conversation in the clear, None where it has no TLS or the key log has no key of it."""
    secrets = _secrets(key_log)
    begun = next((found for found in _CLIENT_HELLO.finditer(client) if found[1] in secrets), None)
    answered = _ANY_SERVER_HELLO.search(server)
    if begun is None or answered is None:
        return None
    hello = _server_hello(server[answered.start() :])
    if hello is None:
        return None
    modern, random, suite = hello
    starts: dict[Side, int] = {"client": begun.start(), "server": answered.start()}
    ends, records = dict(starts), []
    streams: dict[Side, bytes] = {"client": client, "server": server}
    for side, stream in streams.items():
        for record in (
            _read13(side, stream, starts[side], suite, secrets[begun[1]])
            if modern
            else _read12(side, stream, starts[side], suite, secrets[begun[1]], random + begun[1])
        ):
            records.append(record)
            ends[side] = record.end
    version = "TLS 1.3" if modern else "TLS 1.2"
    return Plaintext(version=version, starts=starts, ends=ends, records=tuple(records))


def _secrets(key_log: bytes) -> dict[bytes, dict[str, bytes]]:
    """Return the secrets by the client's random; lines that are none are passed over."""
    found: dict[bytes, dict[str, bytes]] = {}
    for line in key_log.splitlines():
        words = line.split()
        if len(words) == 3 and not line.startswith(b"#"):  # noqa: PLR2004 - label, random, secret
            try:
                random, secret = bytes.fromhex(words[1].decode()), bytes.fromhex(words[2].decode())
            except ValueError:
                continue
            found.setdefault(random, {})[words[0].decode()] = secret
    return found


def _server_hello(stream: bytes) -> tuple[bool, bytes, _Suite] | None:
    """Return whether it is TLS 1.3, the server's random and the suite; None when they are not to be had.

    A HelloRetryRequest serves as well: the ServerHello after it repeats version and suite (RFC 8446, 4.1.4).
    """
    for kind, fragment, _ in _records(stream, 0):
        if kind != HANDSHAKE or fragment[:1] != bytes((_SERVER_HELLO,)):
            continue
        at = 39 + fragment[38] if len(fragment) > 38 else len(fragment)  # noqa: PLR2004 - after random and session id
        if len(fragment) < at + 3:
            return None
        suite = _SUITES.get(int.from_bytes(fragment[at : at + 2]))
        modern = _extension(fragment[at + 5 :], _SUPPORTED_VERSIONS) == _TLS13
        return (modern, fragment[6:38], suite) if suite else None
    return None


def _extension(extensions: bytes, wanted: int) -> bytes:
    at = 0
    while at + 4 <= len(extensions):
        name, size = struct.unpack_from(">HH", extensions, at)
        if name == wanted:
            return extensions[at + 4 : at + 4 + size]
        at += 4 + size
    return b""


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes, int]]:
    """Yield type, fragment and end of each whole record."""
    while at + 5 <= len(stream):
        kind, _, size = struct.unpack_from(">BHH", stream, at)
        end = at + 5 + size
        if end > len(stream) or not CHANGE <= kind <= DATA:
            return
        yield kind, stream[at + 5 : end], end
        at = end


def _read13(
    side: Side, stream: bytes, start: int, suite: _Suite, secrets: Mapping[str, bytes]
) -> Iterator[Record]:
    """Yield a side's records until one cannot be read.

    A record that the current key does not open is the first under the next one: so the change from handshake
    to application keys and each KeyUpdate are found without following the handshake.
    """
    epochs = _epochs(suite, secrets, side.upper())
    current = next(epochs, None)
    number = 0
    for kind, fragment, end in _records(stream, start):
        if kind != DATA:
            yield Record(side=side, end=end, kind=kind, data=fragment)
            continue
        header = struct.pack(">BHH", DATA, 0x0303, len(fragment))
        plain = _open(current, number, fragment, header)
        if plain is None:
            current, number = next(epochs, None), 0
            plain = _open(current, number, fragment, header)
        if plain is None:
            return
        number += 1
        inner = plain.rstrip(b"\0")
        if not inner:
            return
        yield Record(side=side, end=end, kind=inner[-1], data=inner[:-1])


def _epochs(suite: _Suite, secrets: Mapping[str, bytes], side: str) -> Iterator[tuple[Any, bytes]]:
    """Yield key and nonce of the handshake, of the data, and of each update (RFC 8446, 7.2 and 7.3)."""
    handshake = secrets.get(f"{side}_HANDSHAKE_TRAFFIC_SECRET")
    secret = secrets.get(f"{side}_TRAFFIC_SECRET_0")
    if handshake is not None:
        yield _keys13(suite, handshake)
    while secret is not None:
        yield _keys13(suite, secret)
        secret = _expand(suite, secret, b"traffic upd", suite.hash_size)


def _keys13(suite: _Suite, secret: bytes) -> tuple[Any, bytes]:
    return suite.aead(_expand(suite, secret, b"key", suite.key)), _expand(suite, secret, b"iv", 12)


def _expand(suite: _Suite, secret: bytes, label: bytes, size: int) -> bytes:
    """HKDF-Expand-Label without context; no output here is longer than the hash (RFC 8446, 7.1)."""
    info = struct.pack(">HB", size, len(label) + 6) + b"tls13 " + label + b"\0"
    return hmac.digest(secret, info + b"\1", suite.hash)[:size]


def _read12(
    side: Side, stream: bytes, start: int, suite: _Suite, secrets: Mapping[str, bytes], seed: bytes
) -> Iterator[Record]:
    """Yield a side's records; those after its ChangeCipherSpec are encrypted. `seed` is both randoms."""
    master = secrets.get("CLIENT_RANDOM")
    if master is None:
        return
    keys = _keys12(suite, master, seed, first=side == "client")
    number = -1
    for kind, fragment, end in _records(stream, start):
        if number < 0:
            yield Record(side=side, end=end, kind=kind, data=fragment)
            number += kind == CHANGE
            continue
        explicit, sealed = (fragment[:8], fragment[8:]) if suite.salt == 4 else (b"", fragment)  # noqa: PLR2004 - GCM
        header = struct.pack(">QBHH", number, kind, 0x0303, max(0, len(sealed) - _TAG))
        plain = _open(keys, number, sealed, header, explicit)
        if plain is None:
            return
        number += 1
        yield Record(side=side, end=end, kind=kind, data=plain)


def _keys12(suite: _Suite, master: bytes, seed: bytes, *, first: bool) -> tuple[Any, bytes]:
    """Return a side's key and nonce from the key block (RFC 5246, 6.3)."""
    block, turn = b"", b"key expansion" + seed
    begun = turn
    while len(block) < 2 * (suite.key + suite.salt):
        turn = hmac.digest(master, turn, suite.hash)
        block += hmac.digest(master, turn + begun, suite.hash)
    key = block[: suite.key] if first else block[suite.key : 2 * suite.key]
    salts = block[2 * suite.key :]
    return suite.aead(key), salts[: suite.salt] if first else salts[suite.salt : 2 * suite.salt]


def _open(
    keys: tuple[Any, bytes] | None, number: int, sealed: bytes, header: bytes, explicit: bytes = b""
) -> bytes | None:
    """Return what is sealed, None under a wrong key. The nonce is the salt with what the record gives."""
    if keys is None or len(sealed) < _TAG:
        return None
    aead, salt = keys
    counter = int.from_bytes(salt) ^ number
    nonce = salt + explicit if explicit else counter.to_bytes(12)
    try:
        return bytes(aead.decrypt(nonce, sealed, header))
    except InvalidTag:
        return None
