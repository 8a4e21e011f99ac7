"""That what a zone holds is what a client gets: data of every kind, names of every kind, times to live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from suites.dns.conftest import Desk

LONGEST = 2**31 - 1
"""The longest time to live, in seconds (RFC 2181, 8)."""
LABEL_63 = f"{'a' * 63}.interop.test."
NAME_255 = ".".join(("b" * 63, "c" * 63, "d" * 63, "e" * 48, "interop.test."))


@interop.feature("address")
def test_a_name_leads_to_its_ipv4_address(desk: Desk) -> None:
    desk.check(desk.ask("www.interop.test."), "www.interop.test.")


@interop.feature("address-ipv6")
def test_a_name_leads_to_its_ipv6_address(desk: Desk) -> None:
    desk.check(desk.ask("www.interop.test.", "AAAA"), "www.interop.test.", kind="AAAA")


@interop.feature("whole-rrset")
def test_all_records_of_an_rrset_arrive(desk: Desk) -> None:
    desk.check(desk.ask("many.interop.test."), "many.interop.test.")


@interop.feature("one-ttl")
def test_all_records_of_an_rrset_have_one_time_to_live(desk: Desk) -> None:
    answer = desk.ask("many.interop.test.")
    times = {record.ttl for record in answer.answer}
    assert len(times) == 1, "the records of one RRset have several times to live"


@interop.feature("mail-exchange")
def test_mail_exchangers_arrive_with_their_preferences(desk: Desk) -> None:
    desk.check(desk.ask("interop.test.", "MX"), "interop.test.", kind="MX")


@interop.feature("service")
def test_services_arrive_with_port_priority_and_weight(desk: Desk) -> None:
    desk.check(desk.ask("_sip._tcp.interop.test.", "SRV"), "_sip._tcp.interop.test.", kind="SRV")


@interop.feature("pointer")
def test_a_pointer_leads_to_a_name(desk: Desk) -> None:
    desk.check(desk.ask("ptr.interop.test.", "PTR"), "ptr.interop.test.", kind="PTR")


@interop.feature("start-of-authority")
def test_the_start_of_authority_arrives_with_all_its_times(desk: Desk) -> None:
    desk.check(desk.ask("interop.test.", "SOA"), "interop.test.", kind="SOA")


@interop.feature("text-strings")
def test_several_strings_of_a_text_stay_several(desk: Desk) -> None:
    desk.check(desk.ask("strings.interop.test.", "TXT"), "strings.interop.test.", kind="TXT")


@interop.feature("text-255")
def test_a_string_of_255_octets_arrives(desk: Desk) -> None:
    desk.check(desk.ask("full.interop.test.", "TXT"), "full.interop.test.", kind="TXT")


@interop.feature("text-octets")
def test_quotes_backslashes_and_octets_in_a_text_arrive(desk: Desk) -> None:
    desk.check(desk.ask("quoted.interop.test.", "TXT"), "quoted.interop.test.", kind="TXT")


@interop.feature("naptr")
def test_a_naming_authority_pointer_arrives_with_its_expression(desk: Desk) -> None:
    desk.check(desk.ask("naptr.interop.test.", "NAPTR"), "naptr.interop.test.", kind="NAPTR")


@interop.feature("sshfp")
def test_a_fingerprint_of_a_host_key_arrives(desk: Desk) -> None:
    desk.check(desk.ask("sshfp.interop.test.", "SSHFP"), "sshfp.interop.test.", kind="SSHFP")


@interop.feature("caa")
@interop.needs("modern-types")
def test_authorisations_for_certificates_arrive(desk: Desk) -> None:
    desk.check(desk.ask("caa.interop.test.", "CAA"), "caa.interop.test.", kind="CAA")


@interop.feature("tlsa")
@interop.needs("modern-types")
def test_the_association_of_a_certificate_arrives(desk: Desk) -> None:
    desk.check(desk.ask("_443._tcp.www.interop.test.", "TLSA"), "_443._tcp.www.interop.test.", kind="TLSA")


@interop.feature("https")
@interop.needs("modern-types")
def test_an_https_binding_arrives(desk: Desk) -> None:
    # Asked by number, so that older clients can: the type got its name in 2023.
    desk.can("type-by-number")
    desk.check(desk.ask("https.interop.test.", "TYPE65"), "https.interop.test.", kind="TYPE65")


@interop.feature("unknown-type")
@interop.needs("unknown-types")
def test_a_type_without_a_name_arrives_as_it_is(desk: Desk) -> None:
    desk.can("type-by-number")
    desk.check(desk.ask("unknown.interop.test.", "TYPE65280"), "unknown.interop.test.", kind="TYPE65280")


@interop.feature("unknown-type")
@interop.needs("unknown-types")
def test_a_type_without_a_name_may_have_no_data(desk: Desk) -> None:
    desk.can("type-by-number")
    answer = desk.ask("unknown-empty.interop.test.", "TYPE65281")
    desk.check(answer, "unknown-empty.interop.test.", kind="TYPE65281")


# Times to live


@interop.feature("ttl")
@interop.needs("authoritative")
def test_a_time_to_live_arrives_as_it_stands(desk: Desk) -> None:
    times = {record.ttl for record in desk.ask("ttl-hour.interop.test.").answer}
    counted = {3601, 3600}  # one that keeps answers may have begun to count down
    assert times <= counted, "the client shows another time to live than the zone has"


@interop.feature("ttl-zero")
def test_a_time_to_live_of_zero_arrives_as_zero(desk: Desk) -> None:
    times = {record.ttl for record in desk.ask("ttl-zero.interop.test.").answer}
    again = {record.ttl for record in desk.ask("ttl-zero.interop.test.").answer}
    assert times | again == {0}, "the client shows another time to live than zero"


@interop.feature("ttl-most")
@interop.needs("authoritative")
def test_the_longest_time_to_live_arrives(desk: Desk) -> None:
    answer = desk.ask("ttl-most.interop.test.")
    sent = {record.ttl for record in desk.section(answer, "answer")}
    assert sent == {LONGEST}, "the server sends another time to live than the longest that there is"
    seen = [record.ttl for record in answer.answer]
    # Whoever receives it may treat it as an upper bound of its own (RFC 2181, 8).
    assert min(seen) > 0, "the longest time to live is taken for none"
    assert max(seen) <= LONGEST, "the client shows a longer time to live than the longest that there is"


# Names


@interop.feature("case-ignored")
def test_case_does_not_matter_in_a_question(desk: Desk) -> None:
    answer = desk.ask("wWw.iNtErOp.TeSt.")
    assert [record.data for record in answer.answer] == ["192.0.2.80"], (
        "the name is not found in another case"
    )


@interop.feature("case-echoed")
def test_the_question_comes_back_in_the_case_in_which_it_was_asked(desk: Desk) -> None:
    name = "wWw.InTeRoP.tEsT."
    answer = desk.ask(name)
    sent = desk.asked().message.question[0].name.to_text()
    assert sent == name, "the client changed the case of the name that it asks for"
    question = desk.reply().message.question
    assert question, "the server does not repeat the question"
    assert question[0].name.to_text() == name, "the server changed the case of the question"
    if answer.question:
        assert answer.question == name, "the client shows the question in another case than the server sent"


@interop.feature("case-kept")
@interop.needs("authoritative")
def test_names_in_data_keep_the_case_of_the_zone(desk: Desk) -> None:
    answer = desk.ask("mixed-case.interop.test.", "CNAME")
    # Only the first label: compression may point to the others in the question (RFC 4343, 4.1).
    labels = [record.data.split(".")[0] for record in answer.answer]
    assert labels == ["WwW"], "the name in the data has lost the case that it has in the zone"


@interop.feature("label-63")
def test_a_label_of_63_octets_is_found(desk: Desk) -> None:
    desk.check(desk.ask(LABEL_63), LABEL_63)


@interop.feature("name-255")
def test_a_name_of_255_octets_is_found(desk: Desk) -> None:
    desk.check(desk.ask(NAME_255), NAME_255)


@interop.feature("dot-in-label")
@interop.needs("binary-labels")
def test_a_dot_inside_a_label_divides_nothing(desk: Desk) -> None:
    name = r"dot\.in\.label.interop.test."
    desk.check(desk.ask(name), name)


@interop.feature("binary-label")
@interop.needs("binary-labels")
def test_blanks_quotes_and_backslashes_in_labels_are_found(desk: Desk) -> None:
    for name in (r"blank\032in\032label.interop.test.", r"back\\slash\"quote\@at\;semicolon.interop.test."):
        desk.check(desk.ask(name), name)


@interop.feature("binary-label")
@interop.needs("binary-labels")
def test_any_octet_may_stand_in_a_label(desk: Desk) -> None:
    name = r"\000octets\200\255.interop.test."
    desk.check(desk.ask(name), name)
