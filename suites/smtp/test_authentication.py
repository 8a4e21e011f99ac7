"""Who the client is, and what happens when it cannot prove it (RFC 4954).

Mail goes to the port for submission, which takes none without authentication: a mail that passes proves it.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

import interop

if TYPE_CHECKING:
    from suites.smtp import contract as smtp
    from suites.smtp.conftest import Desk


@interop.feature("auth-choice")
@interop.needs("submission", "auth:PLAIN")
def test_a_mechanism_is_chosen_and_the_mail_is_taken(desk: Desk) -> None:
    desk.can("auth:PLAIN")
    _submit(desk, "")


@interop.feature("auth-plain")
@interop.needs("submission", "auth:PLAIN")
def test_plain(desk: Desk) -> None:
    _submit(desk, "PLAIN")


@interop.feature("auth-login")
@interop.needs("submission", "auth:LOGIN")
def test_login(desk: Desk) -> None:
    _submit(desk, "LOGIN")


@interop.feature("auth-cram-md5")
@interop.needs("submission", "auth:CRAM-MD5")
def test_cram_md5(desk: Desk) -> None:
    _submit(desk, "CRAM-MD5")


@interop.feature("auth-digest-md5")
@interop.needs("submission", "auth:DIGEST-MD5")
def test_digest_md5(desk: Desk) -> None:
    _submit(desk, "DIGEST-MD5")


@interop.feature("auth-scram-sha-1")
@interop.needs("submission", "auth:SCRAM-SHA-1")
def test_scram_sha_1(desk: Desk) -> None:
    _submit(desk, "SCRAM-SHA-1")


@interop.feature("auth-scram-sha-256")
@interop.needs("submission", "auth:SCRAM-SHA-256")
def test_scram_sha_256(desk: Desk) -> None:
    _submit(desk, "SCRAM-SHA-256")


@interop.feature("wrong-password")
@interop.needs("submission", "auth:PLAIN")
def test_a_wrong_password_is_reported(desk: Desk) -> None:
    desk.can("starttls")
    desk.can("auth:PLAIN")
    box = desk.box()
    account = desk.account("PLAIN", password="not-the-password")  # noqa: S106 - it is no password on purpose
    delivery = desk.try_one(
        desk.letter(box), endpoint=desk.endpoint("submission", "starttls"), account=account
    )
    assert delivery.failure is not None, "the client reports success with a wrong password"
    assert delivery.failure.temporary is not True, "the client calls a wrong password a temporary matter"
    assert delivery.failure.stage == "authentication", "the client does not tell that authentication failed"


@interop.feature("auth-demanded")
@interop.needs("submission")
def test_a_server_that_demands_authentication_is_reported(desk: Desk) -> None:
    desk.can("starttls")
    box = desk.box()
    delivery = desk.try_one(desk.letter(box), endpoint=desk.endpoint("submission", "starttls"))
    assert delivery.failure is not None, "the client reports success to a server that wanted authentication"
    assert delivery.failure.temporary is not True, "the client calls a demand for authentication temporary"


@interop.feature("no-password-in-clear")
@interop.needs("auth:PLAIN")
def test_a_password_is_not_sent_where_authentication_is_not_offered(desk: Desk, server: smtp.Server) -> None:
    offered = server.extensions(port="smtp", tls=False).get("AUTH", "").split()
    if not {"PLAIN", "LOGIN"}.isdisjoint(offered):
        pytest.skip("this server itself offers mechanisms that show the password in the clear")
    account = desk.account()
    desk.try_one(desk.letter(desk.box()), endpoint=desk.endpoint(security="none"), account=account)
    secrets = (
        account.password.encode(),
        base64.b64encode(account.password.encode()),
        base64.b64encode(f"\0{account.user}\0{account.password}".encode()),
    )
    sent = desk.sent()
    assert not any(secret in sent for secret in secrets), "the password was sent in the clear"


def _submit(desk: Desk, mechanism: str) -> None:
    desk.can("starttls")
    if mechanism:
        desk.can(f"auth:{mechanism}")
        offered = desk.offered("AUTH", port="submission", tls=True).split()
        if mechanism not in offered:
            raise interop.Unsupported(f"the server offers AUTH {' '.join(offered)}", side="server")
    box = desk.box()
    desk.send(
        desk.letter(box), endpoint=desk.endpoint("submission", "starttls"), account=desk.account(mechanism)
    )
    desk.only(box)
