"""That TLS protects what it should, and that nothing is sent without it where it was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from suites.smtp import contract as smtp
    from suites.smtp.conftest import Desk


@interop.feature("starttls")
def test_a_mail_is_sent_under_tls(desk: Desk) -> None:
    desk.can("starttls")
    desk.offered("STARTTLS", tls=False)
    box = desk.box()
    desk.send(desk.letter(box), endpoint=desk.endpoint(security="starttls"))
    desk.only(box)
    assert not _readable(desk), "the mail was sent in the clear"


@interop.feature("starttls-reset")
def test_what_was_known_before_tls_is_forgotten(desk: Desk, client: smtp.Client, server: smtp.Server) -> None:
    desk.can("starttls")
    desk.offered("STARTTLS", tls=False)
    known = set(client.hello(endpoint=desk.endpoint(security="starttls")).extensions)
    before = set(server.extensions(port="smtp", tls=False))
    after = set(server.extensions(port="smtp", tls=True))
    stale = ", ".join(sorted((before - after) & known))
    assert not stale, f"the client still goes by {stale}"
    missed = ", ".join(sorted((after - before) - known))
    assert not missed, f"the client did not learn of {missed}"


@interop.feature("starttls-opportunistic")
def test_tls_is_used_where_it_is_offered(desk: Desk) -> None:
    desk.can("starttls-if-offered")
    desk.offered("STARTTLS", tls=False)
    box = desk.box()
    desk.send(desk.letter(box), endpoint=desk.endpoint(security="starttls-if-offered"))
    desk.only(box)
    assert not _readable(desk), "the mail was sent in the clear"


@interop.feature("starttls-opportunistic-without")
@interop.needs("bare")
def test_mail_is_sent_in_the_clear_where_tls_is_not_offered(desk: Desk) -> None:
    desk.can("starttls-if-offered")
    box = desk.box()
    desk.send(desk.letter(box), endpoint=desk.endpoint("bare", "starttls-if-offered"))
    desk.only(box)


@interop.feature("no-downgrade")
@interop.needs("bare")
def test_mail_that_needs_tls_is_not_sent_without_it(desk: Desk) -> None:
    desk.can("starttls")
    delivery = desk.try_one(desk.letter(desk.box()), endpoint=desk.endpoint("bare", "starttls"))
    assert not _readable(desk), "the mail was sent in the clear, though TLS was asked for"
    assert delivery.failure is not None, "the client reports success without having sent anything"
    assert desk.commands(), "the client did not get as far as asking what the server offers"


@interop.feature("untrusted-certificate")
def test_a_certificate_from_an_unknown_authority_is_refused(desk: Desk) -> None:
    desk.can("starttls")
    desk.can("verify-ca")
    desk.offered("STARTTLS", tls=False)
    box = desk.box()
    delivery = desk.try_one(desk.letter(box), endpoint=desk.endpoint(security="starttls", trusted=False))
    assert delivery.failure is not None, "the client reports success to a server that it must not trust"
    assert desk.arrived_nothing(box), "the mail went to a server that must not be trusted"


@interop.feature("wrong-name")
def test_a_certificate_for_another_name_is_refused(desk: Desk) -> None:
    desk.can("starttls")
    desk.can("verify-name")
    desk.offered("STARTTLS", tls=False)
    box = desk.box()
    delivery = desk.try_one(desk.letter(box), endpoint=desk.endpoint(security="starttls", by_number=True))
    assert delivery.failure is not None, "the client reports success to a server that shows another's name"
    assert desk.arrived_nothing(box), "the mail went to a server that shows another's name"


@interop.feature("implicit-tls")
@interop.needs("smtps", "auth:PLAIN")
def test_a_mail_is_submitted_under_tls_from_the_first_byte(desk: Desk) -> None:
    desk.can("tls")
    desk.can("auth:PLAIN")
    box = desk.box()
    desk.send(desk.letter(box), endpoint=desk.endpoint("smtps", "tls"), account=desk.account("PLAIN"))
    desk.only(box)


@interop.feature("encryption-demanded")
@interop.needs("submission")
def test_a_server_that_demands_tls_is_reported(desk: Desk) -> None:
    box = desk.box()
    delivery = desk.try_one(desk.letter(box), endpoint=desk.endpoint("submission", "none"))
    assert delivery.failure is not None, "the client reports success to a server that wanted TLS first"
    assert desk.arrived_nothing(box), "the client reports that the mail was not sent, but it arrived"


def _readable(desk: Desk) -> bool:
    """Return whether the letter can be read on the wire."""
    return f"Subject: {desk.token}".encode() in desk.sent()
