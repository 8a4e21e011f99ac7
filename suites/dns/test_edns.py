"""EDNS: versions, sizes, options, cookies (RFC 6891, 7873, 5001, 7830)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from suites.dns import contract as suite
    from suites.dns.conftest import Desk
else:
    suite = interop.contract("dns")

NSID, COOKIE, PADDING, UNKNOWN = 3, 10, 12, 65001
CLIENT_COOKIE = bytes.fromhex("2464c4abcf10c957")


@interop.feature("edns")
def test_edns_is_answered_with_edns(desk: Desk) -> None:
    desk.can("edns")
    answer = desk.ask("www.interop.test.", edns=suite.Edns(payload=1232))
    asked = desk.asked().edns
    assert asked is not None, "the client does not send EDNS though it was told to"
    assert (asked.version, asked.payload, asked.dnssec_ok) == (0, 1232, False), (
        "the client sends another version, payload size or DO bit than it was told"
    )
    desk.check(answer, "www.interop.test.")
    said = desk.edns(answer)
    assert said is not None, "the answer has no EDNS"
    assert said.version == 0, "the answer has another EDNS version than 0"
    assert said.payload >= 512, "the server takes datagrams of less than 512 octets"


@interop.feature("edns-absent")
def test_a_question_without_edns_is_answered_without(desk: Desk) -> None:
    desk.can("edns")
    answer = desk.ask("www.interop.test.")
    assert desk.asked().edns is None, "the client sends EDNS though it was told not to"
    assert desk.edns(answer) is None, "the answer has EDNS though the question had none"


@interop.feature("edns-version")
def test_a_version_from_the_future_is_answered_with_the_servers_own(desk: Desk) -> None:
    desk.can("edns-version")
    desk.ask("www.interop.test.")  # From now on a resolver has the answer itself, and must judge for itself.
    answer = desk.try_to_ask("www.interop.test.", edns=suite.Edns(version=1))
    first = desk.asked(1).edns
    assert first is not None, "the client does not send EDNS though it was told to"
    assert first.version == 1, "the client sends another version than it was told"
    reply = desk.reply(1)
    assert reply.rcode == "BADVERS", f"the answer's code is {reply.rcode}"
    assert reply.edns is not None, "the answer has no EDNS"
    assert reply.edns.version == 0, "the answer does not name the version that the server has"
    # A client may ask again in the version that the server has named.
    assert answer.rcode in {"BADVERS", "NOERROR"} or answer.failure, "the client shows another code"


@interop.feature("edns-unknown-option")
def test_an_option_that_nobody_knows_is_ignored(desk: Desk) -> None:
    desk.can("edns-options")
    option = suite.Option(code=UNKNOWN, data=b"interop")
    answer = desk.ask("www.interop.test.", edns=suite.Edns(options=(option,)))
    asked = desk.asked().edns
    assert asked is not None, "the client does not send EDNS though it was told to"
    assert option in asked.options, "the client does not send the option that it was told"
    desk.check(answer, "www.interop.test.")


@interop.feature("edns-unknown-flag")
def test_a_reserved_flag_is_ignored(desk: Desk) -> None:
    desk.can("edns-flags", "edns")
    answer = desk.ask("www.interop.test.", edns=suite.Edns(flags=0x40))
    asked = desk.asked().edns
    assert asked is not None, "the client does not send EDNS though it was told to"
    assert asked.flags == 0x40, "the client does not set the flag that it was told"
    desk.check(answer, "www.interop.test.")
    said = desk.edns(answer)
    assert said is not None, "the answer has no EDNS"
    assert said.flags == 0, "the server sets a reserved flag"


# Sizes


@interop.feature("edns-payload-used")
@interop.needs("large")
def test_an_answer_that_fits_the_clients_datagrams_comes_in_one(desk: Desk) -> None:
    desk.can("edns")
    answer = desk.ask("big1.interop.test.", "TXT", edns=suite.Edns(payload=1232))
    desk.check(answer, "big1.interop.test.", kind="TXT")
    if desk.reply().transport != "udp":
        interop.fallback("an answer that fits the client's datagrams was sent over TCP")


@interop.feature("edns-payload")
@interop.needs("large")
def test_no_datagram_is_larger_than_the_client_takes(desk: Desk) -> None:
    desk.can("edns", "fallback")
    answer = desk.ask("big2.interop.test.", "TXT", edns=suite.Edns(payload=1100))
    first = desk.reply(0)
    assert first.transport == "udp", "the client does not begin with UDP"
    assert first.size <= 1100, "the server sent a larger datagram than the client takes"
    assert "tc" in first.flags, "the answer is not marked as truncated"
    desk.check(answer, "big2.interop.test.", kind="TXT")


@interop.feature("edns-payload-small")
def test_a_payload_below_512_counts_as_512(desk: Desk) -> None:
    desk.can("edns")
    answer = desk.ask("full.interop.test.", "TXT", edns=suite.Edns(payload=256))
    asked = desk.asked(0).edns
    assert asked is not None, "the client does not send EDNS though it was told to"
    assert asked.payload == 256, "the client sends another payload size than it was told"
    assert "tc" not in desk.reply(0).flags, "an answer that fits 512 octets is truncated"
    desk.check(answer, "full.interop.test.", kind="TXT")


# The server's identifier


@interop.feature("nsid")
@interop.needs("nsid")
def test_the_server_names_itself_when_asked(desk: Desk) -> None:
    desk.can("nsid")
    answer = desk.ask("www.interop.test.", edns=suite.Edns(options=(suite.Option(code=NSID),)))
    assert NSID in _codes(desk.asked().edns), "the client does not ask for the server's identifier"
    assert _data(desk.edns(answer), NSID) == b"ns1.interop.test", "the server does not send its identifier"
    assert _data(answer.edns, NSID) == b"ns1.interop.test", "the client shows another identifier"


@interop.feature("nsid-unasked")
@interop.needs("nsid")
def test_the_server_does_not_name_itself_unasked(desk: Desk) -> None:
    desk.can("edns")
    answer = desk.ask("www.interop.test.", edns=suite.Edns())
    assert NSID not in _codes(desk.edns(answer)), "the server sends its identifier without being asked"


# Cookies


@interop.feature("cookie")
@interop.needs("cookies")
def test_a_clients_cookie_comes_back_with_the_servers(desk: Desk) -> None:
    desk.can("cookie")
    _cookie(desk)


@interop.feature("cookie-returned")
@interop.needs("cookies")
def test_a_servers_cookie_that_is_returned_is_known(desk: Desk) -> None:
    desk.can("cookie")
    cookie = _cookie(desk)
    before = len(desk.queries())
    answer = desk.ask("mail.interop.test.", edns=_with(COOKIE, cookie))
    sent = desk.asked(before).edns
    assert _data(sent, COOKIE) == cookie, "the client does not return the cookie that it was given"
    desk.check(answer, "mail.interop.test.")
    back = _data(desk.edns(answer), COOKIE)
    assert back[:8] == CLIENT_COOKIE, "the client's cookie does not come back"
    assert 16 <= len(back) <= 40, "the server sends no cookie of its own"


@interop.feature("cookie-wrong")
@interop.needs("cookies")
def test_a_wrong_servers_cookie_brings_a_right_one(desk: Desk) -> None:
    desk.can("cookie")
    wrong = CLIENT_COOKIE + bytes(16)
    _offer(desk, wrong)
    reply = desk.reply(0)
    assert reply.rcode in {"NOERROR", "BADCOOKIE"}, f"the answer's code is {reply.rcode}"
    back = _data(reply.edns, COOKIE)
    assert back[:8] == CLIENT_COOKIE, "the client's cookie does not come back"
    assert back != wrong, "the server takes a cookie that it has not made"
    assert 16 <= len(back) <= 40, "the server sends no cookie of its own"


@interop.feature("cookie-malformed")
@interop.needs("cookies")
def test_a_cookie_that_is_too_short_is_an_error(desk: Desk) -> None:
    desk.can("cookie")
    desk.try_to_ask("www.interop.test.", edns=_with(COOKIE, b"short"))
    reply = desk.reply(0)
    assert reply.rcode == "FORMERR", f"the answer's code is {reply.rcode}"


# Padding


@interop.feature("padding")
@interop.needs("padding", "dns-over-tls")
def test_a_padded_question_is_answered_padded(desk: Desk) -> None:
    desk.can("padding", "tls")
    answer = desk.ask("www.interop.test.", endpoint=desk.endpoint("tls"), edns=_with(PADDING, bytes(64)))
    desk.check(answer, "www.interop.test.")
    assert PADDING in _codes(answer.edns), "the client sees no padding in the answer"


def _cookie(desk: Desk) -> bytes:
    """Ask with a client's cookie and return the whole cookie that the server sends.

    The server may want to see its own first (BADCOOKIE), and a client may then ask again by itself.
    """
    answer = _offer(desk, CLIENT_COOKIE)
    sent = _data(desk.asked(0).edns, COOKIE)
    assert sent == CLIENT_COOKIE, "the client does not send the cookie that it was given"
    assert answer.failure is None, f"the client reports that it has no answer: {answer.failure.cause}"
    cookie = _data(desk.edns(answer), COOKIE)
    assert cookie[:8] == CLIENT_COOKIE, "the client's cookie does not come back"
    assert 16 <= len(cookie) <= 40, "the server sends no cookie of its own"
    assert _data(answer.edns, COOKIE) == cookie, "the client shows another cookie than the server sent"
    return cookie


def _offer(desk: Desk, cookie: bytes) -> suite.Answer:
    """Ask with a cookie by which the server does not know the client.

    It may leave such a question unanswered, now and then (RFC 7873, 5.2.3), but should not over TCP.
    """
    answer = desk.try_to_ask("www.interop.test.", edns=_with(COOKIE, cookie))
    if not desk.replies() and desk.shows("tcp"):
        answer = desk.try_to_ask(
            "www.interop.test.", endpoint=desk.endpoint("tcp"), edns=_with(COOKIE, cookie)
        )
    if not desk.replies():
        raise interop.Unsupported(
            "the server discards what has no cookie of its own, as it may", side="server"
        )
    return answer


def _with(code: int, data: bytes) -> suite.Edns:
    return suite.Edns(options=(suite.Option(code=code, data=data),))


def _codes(edns: suite.Edns | None) -> set[int]:
    return {option.code for option in edns.options} if edns is not None else set()


def _data(edns: suite.Edns | None, code: int) -> bytes:
    """Return an option's data, empty when it is not there."""
    options = edns.options if edns is not None else ()
    return next((option.data for option in options if option.code == code), b"")
