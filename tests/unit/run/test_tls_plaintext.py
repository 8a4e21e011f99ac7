"""Conversations that OpenSSL makes in memory, read again from their bytes and the key log."""

from __future__ import annotations

import os
import ssl
import struct
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from interop.run.tls_names import ALERT, DATA, HANDSHAKE, title
from interop.run.tls_plaintext import Plaintext, Side, decrypt

OPENING = b"220 mail.interop.test\r\n"
ASKING = b"STARTTLS\r\n"

SUITES = [
    ("TLS 1.3", "TLS_AES_256_GCM_SHA384"),
    ("TLS 1.2", "ECDHE-ECDSA-AES128-GCM-SHA256"),
    ("TLS 1.2", "ECDHE-ECDSA-AES256-GCM-SHA384"),
    ("TLS 1.2", "ECDHE-ECDSA-CHACHA20-POLY1305"),
]
AUTHORITY = trustme.CA()
CERTIFICATE = AUTHORITY.issue_cert("localhost")


@dataclass(slots=True)
class Line:
    """Two ends that OpenSSL runs, and what passes between them."""

    version: str
    keys: Path
    cipher: str = ""
    groups: str = ""
    sent: dict[Side, bytearray] = field(
        default_factory=lambda: {"client": bytearray(ASKING), "server": bytearray(OPENING)}
    )
    client: ssl.SSLObject = field(init=False)
    server: ssl.SSLObject = field(init=False)
    pipes: dict[Side, ssl.MemoryBIO] = field(init=False)
    ends: dict[Side, ssl.MemoryBIO] = field(init=False)

    def __post_init__(self) -> None:
        mine, theirs = ssl.create_default_context(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        AUTHORITY.configure_trust(mine)
        CERTIFICATE.configure_cert(theirs)
        mine.keylog_filename = str(self.keys)
        exactly = ssl.TLSVersion.TLSv1_3 if self.version == "TLS 1.3" else ssl.TLSVersion.TLSv1_2
        mine.minimum_version = mine.maximum_version = exactly
        if self.groups:
            theirs.set_ecdh_curve(self.groups)
        if self.version == "TLS 1.2":
            mine.set_ciphers(self.cipher)
        one, two, three, four = (ssl.MemoryBIO() for _ in range(4))
        self.client = mine.wrap_bio(one, two, server_hostname="localhost")
        self.server = theirs.wrap_bio(three, four, server_side=True)
        self.ends = {"client": one, "server": three}
        self.pipes = {"client": two, "server": four}

    def shake_hands(self) -> None:
        for _ in range(4):
            for side in (self.client, self.server):
                try:
                    side.do_handshake()
                except ssl.SSLWantReadError:
                    pass
                finally:
                    self.pass_on()

    def pass_on(self) -> None:
        others: dict[Side, Side] = {"client": "server", "server": "client"}
        for side, other in others.items():
            data = self.pipes[side].read()
            self.sent[side] += data
            self.ends[other].write(data)

    def say(self, side: Side, data: bytes) -> None:
        getattr(self, side).write(data)
        self.pass_on()
        other = self.server if side == "client" else self.client
        got = b""
        while len(got) < len(data):
            got += other.read(len(data))
        assert got == data

    def read(self) -> Plaintext | None:
        return decrypt(bytes(self.sent["client"]), bytes(self.sent["server"]), self.keys.read_bytes())


def said(plain: Plaintext, side: Side) -> bytes:
    return b"".join(each.data for each in plain.records if each.kind == DATA and each.side == side)


@pytest.mark.parametrize(("version", "cipher"), SUITES)
def test_what_both_sides_say_is_read_from_their_bytes(tmp_path: Path, version: str, cipher: str) -> None:
    line = Line(version, tmp_path / "keys", cipher)
    line.shake_hands()
    line.say("client", b"EHLO there\r\n")
    line.say("server", b"250 " + b"x" * 40_000 + b"\r\n")
    line.say("client", b"QUIT\r\n")
    plain = line.read()
    assert plain is not None
    negotiated = line.client.cipher()
    assert negotiated is not None
    assert negotiated[0] == cipher
    assert plain.version == version
    assert said(plain, "client") == b"EHLO there\r\nQUIT\r\n"
    assert said(plain, "server") == b"250 " + b"x" * 40_000 + b"\r\n"
    assert plain.starts == {"client": len(ASKING), "server": len(OPENING)}
    assert plain.ends == {side: len(line.sent[side]) for side in ("client", "server")}


@pytest.mark.parametrize("cipher", ["TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"])
def test_the_other_suites_of_tls_13_are_read_too(tmp_path: Path, cipher: str) -> None:
    # Python sets no suites of TLS 1.3; OpenSSL's own configuration does, for a whole process.
    configuration = tmp_path / "openssl.cnf"
    configuration.write_text(
        "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nCiphersuites = " + cipher + "\n"
    )
    script = f"from pathlib import Path; from {__name__} import talk; talk(Path({str(tmp_path)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "OPENSSL_CONF": str(configuration)},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout.strip() == cipher
    client, server, keys = ((tmp_path / name).read_bytes() for name in ("client", "server", "keys"))
    plain = decrypt(client, server, keys)
    assert plain is not None
    assert (said(plain, "client"), said(plain, "server")) == (b"ping", b"pong")


def talk(folder: Path) -> None:
    """Say something over TLS 1.3, and leave what passed in files."""
    line = Line("TLS 1.3", folder / "keys")
    line.shake_hands()
    line.say("client", b"ping")
    line.say("server", b"pong")
    for side in ("client", "server"):
        (folder / side).write_bytes(line.sent[side])
    print((line.client.cipher() or [""])[0])  # noqa: T201 - the test reads it


def test_updated_keys_are_followed(tmp_path: Path) -> None:
    line = Line("TLS 1.3", tmp_path / "keys")
    line.shake_hands()
    line.say("client", b"before")
    secret = next(
        bytes.fromhex(words[2])
        for words in map(str.split, line.keys.read_text().splitlines())
        if words[0] == "CLIENT_TRAFFIC_SECRET_0"
    )
    # Python cannot ask for an update: this is what a client sends after one (RFC 8446, 7.2).
    updated = expanded(secret, b"traffic upd", 48)
    header = struct.pack(">BHH", 23, 0x0303, 5 + 1 + 16)
    sealed = AESGCM(expanded(updated, b"key", 32)).encrypt(expanded(updated, b"iv", 12), b"after\x17", header)
    line.sent["client"] += header + sealed
    plain = line.read()
    assert plain is not None
    assert said(plain, "client") == b"beforeafter"


def expanded(secret: bytes, label: bytes, size: int) -> bytes:
    info = struct.pack(">HB", size, 6 + len(label)) + b"tls13 " + label + b"\0"
    return HKDFExpand(SHA384(), size, info).derive(secret)


def test_a_hello_that_is_asked_for_again_is_followed(tmp_path: Path) -> None:
    line = Line("TLS 1.3", tmp_path / "keys", groups="secp521r1")
    line.shake_hands()
    line.say("client", b"one")
    line.say("server", b"two")
    plain = line.read()
    assert plain is not None
    titles = [title(each.kind, each.data) for each in plain.records if each.kind == HANDSHAKE]
    assert titles.count("handshake: ClientHello") == 2
    assert (said(plain, "client"), said(plain, "server")) == (b"one", b"two")


def test_an_alert_is_named(tmp_path: Path) -> None:
    line = Line("TLS 1.3", tmp_path / "keys")
    line.shake_hands()
    line.say("client", b"bye")
    with pytest.raises(ssl.SSLWantReadError):
        line.client.unwrap()
    line.pass_on()
    plain = line.read()
    assert plain is not None
    last = [each for each in plain.records if each.side == "client"][-1]
    assert (last.kind, title(last.kind, last.data)) == (ALERT, "alert: close notify")


def test_a_changed_byte_ends_what_can_be_read_and_nothing_before_it(tmp_path: Path) -> None:
    line = Line("TLS 1.3", tmp_path / "keys")
    line.shake_hands()
    line.say("client", b"first")
    kept = len(line.sent["client"])
    line.say("client", b"second")
    line.sent["client"][kept + 8] ^= 1
    plain = line.read()
    assert plain is not None
    assert said(plain, "client") == b"first"
    assert plain.ends["client"] == kept


def test_half_a_record_is_left_unread(tmp_path: Path) -> None:
    line = Line("TLS 1.2", tmp_path / "keys", "ECDHE-ECDSA-AES128-GCM-SHA256")
    line.shake_hands()
    line.say("server", b"whole")
    kept = len(line.sent["server"])
    line.say("server", b"cut short")
    del line.sent["server"][-3:]
    plain = line.read()
    assert plain is not None
    assert said(plain, "server") == b"whole"
    assert plain.ends["server"] == kept


def test_without_its_keys_a_conversation_is_not_read(tmp_path: Path) -> None:
    line = Line("TLS 1.3", tmp_path / "keys")
    line.shake_hands()
    line.keys.write_bytes(b"# none\nCLIENT_RANDOM zz 00\nCLIENT_RANDOM " + b"00" * 32 + b" 00\n")
    assert line.read() is None
    assert decrypt(b"EHLO\r\n", b"220\r\n", b"") is None
