"""A mail server of the standard library alone, correct in all that the SMTP suite asks of a peer.

Every rule that a planted defect breaks is a method of its own, which `servers` overrides. It keeps the
conventions of suites/smtp/README.md.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import email.utils
import os
import re
import socket
import ssl
import threading
import time
from pathlib import Path

DOMAIN = "interop.test"
HOST_NAME = "mail.interop.test"
SIZE = 2 * 1024 * 1024
RECIPIENTS = 100
ACCOUNT = ("alice@interop.test", "Sesame-4711")
LINE_LIMIT = 16 * 1024
SERVICES = ("smtp", "submission", "smtps", "no-ehlo", "rejecting", "impatient", "closing", "bare")

PROVOKING = {
    "refused-": "550 5.1.1 No such mailbox here",
    "deferred-": "450 4.2.1 Mailbox is busy, try again later",
    "full-": "452 4.2.2 Mailbox is full",
}
"""What RCPT answers to local parts that begin so."""

VERDICTS = {
    b"refuse": "554 5.7.1 Content refused",
    b"defer": "451 4.7.1 Content cannot be checked now, try again later",
}
"""What the final dot is answered with, by the header field X-Interop-Verdict."""

GREYLISTED: set[str] = set()

PARAMETERS = {"SIZE": "SIZE", "BODY": "8BITMIME", "SMTPUTF8": "SMTPUTF8", "AUTH": "AUTH"}
"""The extension that each parameter of MAIL belongs to."""

_PATH = re.compile(r'(FROM|TO): ?<((?:"(?:\\.|[^"\\])*"|[^">])*)>(.*)', re.IGNORECASE)


class Gone(Exception):  # noqa: N818 - no error: the client has left, or is left
    """The session is over."""


class Server:
    """One session with one client."""

    def __init__(self, connection: socket.socket, service: str, state: Path) -> None:
        self.connection = connection
        self.service = service
        self.state = state
        self.buffer = bytearray()
        self.encrypted = False
        self.reset_session()

    # What goes over the wire

    def serve(self) -> None:
        """Talk until one side has had enough."""
        with contextlib.suppress(Gone, OSError), contextlib.closing(self):
            self.connection.settimeout(2 if self.service == "impatient" else 60)
            if self.service == "smtps":
                self.encrypt()
            if self.service in {"rejecting", "closing"}:
                self.say(
                    {"rejecting": "554 5.3.2 No mail here", "closing": "421 4.3.2 Not now"}[self.service]
                )
                raise Gone
            self.say(f"220 {HOST_NAME} ESMTP")
            while True:
                self.answer(self.command())

    def close(self) -> None:
        """End the connection."""
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()

    def say(self, *lines: str) -> None:
        """Send a reply (RFC 5321, 4.2.1): lines `250-…` and a last one `250 …`."""
        self.connection.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def line(self) -> bytes:
        """Return the next line without its CRLF; a bare line feed ends none (RFC 5321, 2.3.8)."""
        while (end := self.buffer.find(b"\r\n")) < 0:
            try:
                received = self.connection.recv(65536)
            except TimeoutError:
                self.say(f"421 4.4.2 {HOST_NAME} has waited long enough")
                raise Gone from None
            if not received:
                self.lost()
                raise Gone
            self.buffer += received
        found = bytes(self.buffer[:end])
        del self.buffer[: end + 2]
        return found

    def lost(self) -> None:
        """Deliver nothing that was not ended by its dot before the client was gone (RFC 5321, 4.1.1.5)."""

    def encrypt(self) -> None:
        """Begin TLS; what came in the clear behind STARTTLS is forgotten (RFC 3207, 4.2)."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.state / "tls" / "cert.pem", self.state / "tls" / "key.pem")
        self.buffer.clear()
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.encrypted = True

    # Commands

    def command(self) -> bytes:
        """Return the next command line. What else waits behind it stays there (RFC 2920)."""
        return self.line()

    def answer(self, line: bytes) -> None:
        """Answer one command line."""
        if len(line) > LINE_LIMIT:
            self.say("500 5.5.6 Line too long")
            return
        verb, _, argument = line.decode("utf-8", "surrogateescape").partition(" ")
        method = getattr(self, f"do_{verb.lower()}", None) if verb.isascii() else None
        if method is None:
            self.say("500 5.5.1 Command unknown")
        else:
            method(argument.strip())

    def do_ehlo(self, name: str) -> None:
        """Say what is offered (RFC 5321, 4.1.1.1)."""
        if self.service == "no-ehlo":
            self.say("502 5.5.1 Command not implemented")
        elif not name:
            self.say("501 5.5.4 EHLO needs a name")
        else:
            self.reset()
            self.hello = name
            self.say(*self.offer([f"{word} {text}".strip() for word, text in self.extensions().items()]))

    def offer(self, extensions: list[str]) -> list[str]:
        """Return the lines of the answer to EHLO: a hyphen in all but the last (RFC 5321, 4.2.1)."""
        *first, last = [f"{HOST_NAME} greets you", *extensions]
        return [*(f"250-{line}" for line in first), f"250 {last}"]

    def extensions(self) -> dict[str, str]:
        """Return what is offered now."""
        if self.service in {"bare", "no-ehlo"}:
            return {}
        offered = {
            "PIPELINING": "",
            "SIZE": str(SIZE),
            "8BITMIME": "",
            "SMTPUTF8": "",
            "ENHANCEDSTATUSCODES": "",
        }
        return offered | ({"AUTH": "PLAIN LOGIN"} if self.encrypted else {"STARTTLS": ""})

    def do_helo(self, name: str) -> None:
        """Greet a client of the old kind."""
        if not name:
            self.say("501 5.5.4 HELO needs a name")
            return
        self.reset()
        self.hello = name
        self.say(f"250 {HOST_NAME}")

    def do_starttls(self, argument: str) -> None:
        """Begin TLS, and forget the client (RFC 3207, 4.2)."""
        if "STARTTLS" not in self.extensions():
            self.say("502 5.5.1 Command not implemented")
        elif argument:
            self.say("501 5.5.4 STARTTLS takes no parameter")
        else:
            self.say("220 2.0.0 Go ahead")
            self.encrypt()
            self.reset_session()

    def do_auth(self, argument: str) -> None:
        """Find out who the client is (RFC 4954, 4)."""
        mechanism, _, initial = argument.partition(" ")
        if mechanism.upper() not in self.extensions().get("AUTH", "").split():
            self.say("504 5.5.4 Mechanism not offered")
            return
        try:
            given = self.credentials(mechanism.upper(), initial)
        except (binascii.Error, ValueError):
            self.say("501 5.5.2 That is no answer to the challenge")
            return
        self.known = self.knows(*given)
        self.say("235 2.7.0 Welcome" if self.known else "535 5.7.8 Wrong name or password")

    def credentials(self, mechanism: str, initial: str) -> tuple[str, str]:
        """Return user and password; ValueError for what is neither PLAIN nor LOGIN as it must be."""
        if mechanism == "LOGIN":
            user = initial or self.ask("Username:")
            return _decoded(user), _decoded(self.ask("Password:"))
        _, user, password = _decoded(initial or self.ask("")).split("\0")
        return user, password

    def ask(self, challenge: str) -> str:
        """Send a challenge and return the answer."""
        self.say(f"334 {base64.b64encode(challenge.encode()).decode()}")
        return self.line().decode("ascii", "replace")

    def knows(self, user: str, password: str) -> bool:
        """Say whether user and password are those of the one account."""
        return (user, password) == ACCOUNT

    def do_mail(self, argument: str) -> None:
        """Begin a transaction (RFC 5321, 4.1.1.2)."""
        path, parameters = _path(argument, "FROM")
        unknown = [word for word in parameters if PARAMETERS.get(word) not in self.extensions()]
        local_part, _, domain = (path or "").rpartition("@")
        if not self.hello:
            self.say("503 5.5.1 Say EHLO first")
        elif refusal := self.wanted():
            self.say(refusal)
        elif self.sender is not None:
            self.say("503 5.5.1 A transaction is open")
        elif path is None:
            self.say("501 5.5.4 MAIL FROM:<address> is expected")
        elif unknown:
            self.say(f"555 5.5.4 {unknown[0]} is not offered")
        elif int(parameters.get("SIZE") or 0) > SIZE:
            self.say("552 5.3.4 The message is larger than SIZE")
        elif domain.lower() == "sender.test" and local_part.lower().startswith("refused-"):
            self.say("550 5.7.1 Sender refused")
        else:
            self.sender, self.parameters = path, parameters
            self.say("250 2.1.0 OK")

    def wanted(self) -> str:
        """Return the refusal of a client that has not done what this port wants first (RFC 6409, 4.3)."""
        if self.service not in {"submission", "smtps"}:
            return ""
        if not self.encrypted:
            return "530 5.7.0 Say STARTTLS first"
        return "" if self.known else "530 5.7.0 Authentication required"

    def do_rcpt(self, argument: str) -> None:
        """Take a recipient, or not (RFC 5321, 4.1.1.3)."""
        path, parameters = _path(argument, "TO")
        if self.sender is None:
            self.say("503 5.5.1 Say MAIL first")
        elif path is None:
            self.say("501 5.5.4 RCPT TO:<address> is expected")
        elif parameters:
            self.say(f"555 5.5.4 {next(iter(parameters))} is not offered")
        else:
            self.say(self.take(path))

    def take(self, path: str) -> str:
        """Return the reply to a recipient, who is kept when it is 250."""
        address = f"{path}@{DOMAIN}" if path.lower() == "postmaster" else path
        if address.rpartition("@")[2].lower() != DOMAIN:
            return "550 5.7.1 Relaying denied"
        if not address.isascii() and "SMTPUTF8" not in self.parameters:
            return "553 5.6.7 The address needs SMTPUTF8"
        local_part = local_part_of(address).lower()
        for beginning, reply in PROVOKING.items():
            if local_part.startswith(beginning):
                return reply
        if local_part.startswith("grey-") and local_part not in GREYLISTED:
            GREYLISTED.add(local_part)
            return "450 4.7.1 Greylisted, try again later"
        if len(self.recipients) >= RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        self.recipients.append(address)
        return "250 2.1.5 OK"

    def do_data(self, _argument: str) -> None:
        """Take the content (RFC 5321, 4.1.1.4)."""
        if not self.recipients:
            self.say("503 5.5.1 Say RCPT first" if self.sender is None else "554 5.5.1 No valid recipients")
            return
        self.say("354 Go ahead, end with a dot")
        self.content = []
        size = 0
        while (line := self.line()) != b".":
            size += len(line) + 2
            if size <= SIZE:
                self.content.append(self.unstuffed(line))
        found = re.search(rb"^X-Interop-Verdict: *(\w+)", b"\n".join(self.content[:40]), re.MULTILINE)
        if size > SIZE:
            self.say("552 5.3.4 The message is larger than SIZE")
        elif found and found[1] in VERDICTS:
            self.say(VERDICTS[found[1]])
        else:
            self.deliver()
            self.say("250 2.0.0 OK")
        self.reset()

    def unstuffed(self, line: bytes) -> bytes:
        """Return a line of content without the dot that the client has added (RFC 5321, 4.5.2)."""
        return line.removeprefix(b".")

    def deliver(self) -> None:
        """Store the message for everybody, with its trace (RFC 5321, 4.4)."""
        for recipient in self.recipients:
            self.store(recipient, self.content)

    def store(self, recipient: str, content: list[bytes]) -> None:
        """Store one copy, in a file that gets its name when it is complete."""
        trace = (
            f"Return-Path: <{self.sender}>",
            f"Received: from {self.hello} by {HOST_NAME}; {email.utils.formatdate()}",
        )
        lines = [*(line.encode("utf-8", "surrogateescape") for line in trace), *content, b""]
        folder = self.state / "mail" / local_part_of(recipient).encode("utf-8", "surrogateescape").hex()
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{time.time_ns()}.{threading.get_ident()}"
        unfinished = folder / f".{name}"
        envelope = f"{self.sender}\n{recipient}\n".encode("utf-8", "surrogateescape")
        unfinished.write_bytes(envelope + b"\r\n".join(lines))
        unfinished.rename(folder / name)

    def do_rset(self, _argument: str) -> None:
        """Forget the transaction (RFC 5321, 4.1.1.5)."""
        self.reset()
        self.say("250 2.0.0 Forgotten")

    def do_noop(self, _argument: str) -> None:
        """Do nothing."""
        self.say("250 2.0.0 OK")

    def do_vrfy(self, _argument: str) -> None:
        """Tell nothing (RFC 5321, 3.5.3)."""
        self.say("252 2.0.0 Try it")

    def do_quit(self, _argument: str) -> None:
        """Say good-bye."""
        self.say(f"221 2.0.0 {HOST_NAME} closes")
        raise Gone

    # What is remembered

    def reset_session(self) -> None:
        """Forget all that is known of the client."""
        self.hello = ""
        self.known = False
        self.sender: str | None = None
        self.reset()

    def reset(self) -> None:
        """Forget the transaction."""
        self.sender = None
        self.recipients: list[str] = []
        self.parameters: dict[str, str] = {}
        self.content: list[bytes] = []


def local_part_of(address: str) -> str:
    """Return the local part without the quotes and backslashes that a quoted string needs."""
    local_part = address.rpartition("@")[0]
    if not local_part.startswith('"'):
        return local_part
    return re.sub(r"\\(.)", r"\1", local_part[1:-1])


def _path(argument: str, keyword: str) -> tuple[str | None, dict[str, str]]:
    """Return the address of MAIL or RCPT and its parameters; no address where that is not what it says."""
    found = _PATH.fullmatch(argument)
    if found is None or found[1].upper() != keyword:
        return None, {}
    return found[2], dict(word.upper().partition("=")[::2] for word in found[3].split())


def _decoded(text: str) -> str:
    return base64.b64decode(text, validate=True).decode()


def serve(server: type[Server]) -> None:
    """Serve every port that the environment names, until the process is ended."""
    os.umask(0)  # the harness, who may be another user, reads and removes what is stored
    state = Path(os.environ["INTEROP_STATE"])
    threads = []
    for service in SERVICES:
        port = os.environ.get(f"INTEROP_PORT_{service.upper().replace('-', '_')}")
        if port:
            listener = socket.create_server((os.environ["INTEROP_HOST"], int(port)), backlog=50)
            threads.append(threading.Thread(target=_listen, args=(server, listener, service, state)))
    for thread in threads:
        thread.start()


def _listen(server: type[Server], listener: socket.socket, service: str, state: Path) -> None:
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=lambda c: server(c, service, state).serve(), args=(connection,)).start()
