"""How names lead on: aliases, wildcards, delegations, and what is said of what is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from suites.dns import contract as suite
    from suites.dns.conftest import Desk

TOO_LONG = ".".join(("f" * 63, "g" * 63, "h" * 63, "i" * 42, "dname.interop.test."))
"""With `target` in the place of `dname` it has more than 255 octets."""
DNAME = ("dname.interop.test.", "DNAME", "target.interop.test.")
ALIAS = ("host.dname.interop.test.", "CNAME", "host.target.interop.test.")
"""What follows from the DNAME: owner, type and data."""
MINIMUM = 300
"""The minimum of the zone's SOA record, in seconds."""


@interop.feature("alias")
def test_an_alias_is_followed_to_the_address(desk: Desk) -> None:
    answer = desk.ask("alias.interop.test.")
    desk.check(answer, "alias.interop.test.", kind="CNAME")
    desk.check(answer, "www.interop.test.")


@interop.feature("alias-itself")
def test_an_alias_can_be_asked_for_itself(desk: Desk) -> None:
    answer = desk.ask("alias.interop.test.", "CNAME")
    desk.check(answer, "alias.interop.test.", kind="CNAME")
    assert all(record.type == "CNAME" for record in answer.answer), "an alias was followed that was asked for"


@interop.feature("alias-chain")
def test_a_chain_of_aliases_arrives_link_by_link(desk: Desk) -> None:
    answer = desk.ask("chain1.interop.test.")
    links = tuple(f"chain{number}.interop.test." for number in (1, 2, 3))
    desk.check(answer, *links, kind="CNAME")
    desk.check(answer, "www.interop.test.")


@interop.feature("alias-dangling")
def test_an_alias_of_nothing_is_a_name_error_with_the_alias(desk: Desk) -> None:
    answer = desk.try_to_ask("dangling.interop.test.")
    rcode, _ = desk.header(answer)
    assert rcode == "NXDOMAIN", f"the answer's code is {rcode}"
    alias = ("dangling.interop.test.", "CNAME", "nowhere.interop.test.")
    assert alias in _sent(desk), "the answer does not have the alias"
    # The clause is about what a server sends; a client may show an error, and no records beside it.
    if answer.failure is None and (answer.answer or desk.shows("header")):
        desk.check(answer, "dangling.interop.test.", kind="CNAME")


@interop.feature("dname")
@interop.needs("dname", "authoritative")
def test_a_name_below_a_dname_is_redirected(desk: Desk) -> None:
    _redirect(desk)
    assert DNAME in _sent(desk), "the server does not send the DNAME"


@interop.feature("dname")
@interop.needs("dname", "recursive")
def test_a_name_below_a_dname_is_found_through_a_resolver(desk: Desk) -> None:
    _redirect(desk)  # one that keeps the alias need not keep what it follows from (RFC 6672, 3.4)


def _redirect(desk: Desk) -> None:
    """Ask for a name below the DNAME; fail unless the server sends the alias, and the client has the address.

    A client that follows the DNAME itself need not show the alias.
    """
    answer = desk.ask("host.dname.interop.test.")
    assert ALIAS in _sent(desk), "the alias that follows from the DNAME is not there"
    aliases = {_words(each) for each in answer.answer if each.type == "CNAME"}
    assert aliases <= {ALIAS}, "the client shows another alias than follows from the DNAME"
    desk.check(answer, "host.target.interop.test.")


@interop.feature("dname-too-long")
@interop.needs("dname", "authoritative")
def test_a_name_that_a_dname_makes_too_long_is_refused(desk: Desk) -> None:
    rcode, _ = desk.header(desk.try_to_ask(TOO_LONG))
    assert rcode == "YXDOMAIN", f"the answer's code is {rcode}"


# What is not there


@interop.feature("name-error")
def test_a_name_that_does_not_exist_is_said_not_to_exist(desk: Desk) -> None:
    answer = desk.try_to_ask("nowhere.interop.test.")
    rcode, _ = desk.header(answer)
    assert rcode == "NXDOMAIN", f"the answer's code is {rcode}"
    assert not answer.answer, "the client shows records of a name that does not exist"


@interop.feature("no-data")
def test_a_name_without_records_of_the_type_exists_all_the_same(desk: Desk) -> None:
    answer = desk.try_to_ask("mail.interop.test.", "AAAA")
    rcode, _ = desk.header(answer)
    assert rcode == "NOERROR", f"the answer's code is {rcode}"
    assert not answer.answer, "the client shows records that do not exist"


@interop.feature("empty-non-terminal")
def test_a_name_with_only_names_below_it_exists(desk: Desk) -> None:
    rcode, _ = desk.header(desk.try_to_ask("empty.interop.test."))
    assert rcode == "NOERROR", f"the answer's code is {rcode}"


@interop.feature("negative-soa")
def test_a_name_error_tells_how_long_it_may_be_kept(desk: Desk) -> None:
    _negative(desk, desk.try_to_ask("nowhere.interop.test."))


@interop.feature("negative-soa")
def test_a_missing_type_tells_for_how_long_it_is_missing(desk: Desk) -> None:
    _negative(desk, desk.try_to_ask("mail.interop.test.", "AAAA"))


@interop.feature("outside")
@interop.needs("authoritative")
def test_a_name_outside_the_zones_is_refused(desk: Desk) -> None:
    answer = desk.try_to_ask("www.elsewhere.example.")
    rcode, flags = desk.header(answer)
    assert rcode == "REFUSED", f"the answer's code is {rcode}"
    assert "aa" not in flags, "the server claims authority for a zone that it does not have"


# Wildcards


@interop.feature("wildcard")
@interop.needs("wildcard")
def test_a_name_that_a_wildcard_covers_has_its_records(desk: Desk) -> None:
    name = "any.name.wild.interop.test."
    answer = desk.ask(name)
    assert _pairs(answer) == [(name, "192.0.2.99")], (
        "the wildcard's record is not there under the name asked for"
    )


@interop.feature("wildcard")
@interop.needs("wildcard")
def test_the_wildcard_can_be_asked_for_by_its_own_name(desk: Desk) -> None:
    desk.check(desk.ask("*.wild.interop.test."), "*.wild.interop.test.")


@interop.feature("wildcard-exact")
@interop.needs("wildcard")
def test_a_name_that_exists_is_not_covered_by_the_wildcard(desk: Desk) -> None:
    desk.check(desk.ask("here.wild.interop.test."), "here.wild.interop.test.")
    answer = desk.try_to_ask("here.wild.interop.test.", "TXT")
    rcode, _ = desk.header(answer)
    assert (rcode, answer.answer) == ("NOERROR", ()), "the wildcard's records stand for a name that exists"


@interop.feature("wildcard-exact")
@interop.needs("wildcard")
def test_nothing_below_a_name_that_exists_is_covered_by_the_wildcard(desk: Desk) -> None:
    rcode, _ = desk.header(desk.try_to_ask("below.here.wild.interop.test."))
    assert rcode == "NXDOMAIN", f"the answer's code is {rcode}"


@interop.feature("wildcard-no-data")
@interop.needs("wildcard")
def test_a_covered_name_without_records_of_the_type_exists(desk: Desk) -> None:
    answer = desk.try_to_ask("other.wild.interop.test.", "MX")
    rcode, _ = desk.header(answer)
    assert (rcode, answer.answer) == ("NOERROR", ()), f"the answer's code is {rcode}"


# Delegation


@interop.feature("referral")
@interop.needs("delegation", "authoritative")
def test_a_name_below_a_zone_cut_is_referred_to_its_servers(desk: Desk) -> None:
    answer = desk.try_to_ask("www.sub.interop.test.", recursion_desired=not desk.shows("recursion"))
    rcode, flags = desk.header(answer)
    assert rcode == "NOERROR", f"the answer's code is {rcode}"
    assert "aa" not in flags, "the server claims authority for what it has delegated"
    servers = {each.data.lower() for each in desk.section(answer, "authority") if each.type == "NS"}
    assert servers == {"ns1.sub.interop.test.", "ns2.sub.interop.test."}, "the name servers are not named"


@interop.feature("glue")
@interop.needs("delegation", "authoritative")
def test_a_referral_has_the_addresses_of_servers_below_the_cut(desk: Desk) -> None:
    answer = desk.try_to_ask("www.sub.interop.test.", recursion_desired=not desk.shows("recursion"))
    glue = {each.data for each in desk.section(answer, "additional")}
    assert {"192.0.2.31", "192.0.2.32", "2001:db8::31"} <= glue, "addresses of the name servers are missing"


# Special questions


@interop.feature("any")
@interop.needs("any")
def test_a_question_for_any_type_is_answered(desk: Desk) -> None:
    answer = desk.ask("interop.test.", "ANY", endpoint=desk.endpoint("tcp") if desk.shows("tcp") else None)
    rcode, _ = desk.header(answer)
    assert rcode == "NOERROR", f"the answer's code is {rcode}"
    sent = {record.type for record in desk.sent("answer")}
    assert sent, "the answer is empty"
    assert sent <= {"SOA", "NS", "A", "MX", "TXT", "HINFO"}, (
        "the answer has types that the name does not have"
    )
    # The server chooses the types; a client that leaves out what it does not know may be left with none.
    seen = {record.type for record in answer.answer}
    assert seen <= sent, "the client shows types that the server did not send"
    assert seen or not desk.shows("type-by-number"), "the client shows nothing of the answer"


@interop.feature("server-identity")
@interop.needs("id-server")
def test_a_server_tells_who_it_is(desk: Desk) -> None:
    desk.can("class")
    answer = desk.ask("id.server.", "TXT", qclass="CH")
    texts = {record.data.strip('"') for record in answer.answer if record.type == "TXT"}
    assert texts == {"ns1.interop.test"}, "the server does not give its name"


def _negative(desk: Desk, answer: suite.Answer) -> None:
    """Fail unless the answer has the zone's SOA record, for no longer than its minimum (RFC 2308, 3)."""
    # A record that is sent and not counted is not in the answer, and a client may take that for malformed.
    assert desk.reply().complete, "the answer has octets behind the records that its header counts"
    found = [record for record in desk.section(answer, "authority") if record.type == "SOA"]
    assert [record.name for record in found] == ["interop.test."], "the negative answer has no SOA record"
    assert found[0].ttl <= MINIMUM, "the SOA record may be kept longer than the zone's minimum"


def _sent(desk: Desk) -> set[tuple[str, str, str]]:
    return {_words(each) for each in desk.sent("answer")}


def _words(record: suite.Record) -> tuple[str, str, str]:
    return (record.name, record.type, record.data)


def _pairs(answer: suite.Answer) -> list[tuple[str, str]]:
    return [(record.name, record.data) for record in answer.answer]
