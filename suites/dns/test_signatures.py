"""Signatures over transactions, and updates that are signed (RFC 8945, RFC 2136)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import dns.rcode
import dns.rdatatype
import dns.tsig
import pytest

import interop

if TYPE_CHECKING:
    from suites.dns import contract as suite
    from suites.dns.conftest import Desk
    from suites.dns.messages import Packet

    from interop.run.pairing import Pairing
else:
    suite = interop.contract("dns")

OTHER_SECRET = base64.b64encode(bytes(range(32))).decode()


@interop.feature("tsig")
@interop.needs("tsig")
def test_a_signed_question_is_answered_signed(desk: Desk) -> None:
    desk.can("tsig")
    _signed(desk, "udp")


@interop.feature("tsig")
@interop.needs("tsig")
def test_a_signed_question_is_answered_signed_over_tcp(desk: Desk) -> None:
    desk.can("tsig", "tcp")
    _signed(desk, "tcp")


@interop.feature("tsig-wrong-secret")
@interop.needs("tsig")
def test_a_signature_by_another_secret_is_refused(desk: Desk) -> None:
    desk.can("tsig")
    key = suite.Key(name=desk.key.name, secret=OTHER_SECRET)
    answer = desk.try_to_ask("www.interop.test.", key=key)
    _refused(answer, desk.reply(0), dns.rcode.BADSIG)


@interop.feature("tsig-unknown-key")
@interop.needs("tsig")
def test_a_signature_by_an_unknown_key_is_refused(desk: Desk) -> None:
    desk.can("tsig")
    key = suite.Key(name="stranger-key.", secret=OTHER_SECRET)
    answer = desk.try_to_ask("www.interop.test.", key=key)
    _refused(answer, desk.reply(0), dns.rcode.BADKEY)


def _signed(desk: Desk, transport: str) -> None:
    desk.can("tsig")
    answer = desk.ask("www.interop.test.", endpoint=desk.endpoint(transport), key=desk.key)
    assert desk.asked().message.had_tsig, "the client does not sign though it was told to"
    assert desk.reply().message.had_tsig, "the answer to a signed question is not signed"
    desk.check(answer, "www.interop.test.")


def _refused(answer: suite.Answer, reply: Packet, error: dns.rcode.Rcode) -> None:
    """Fail unless the server says what is wrong with the signature, and the client takes nothing from it."""
    assert reply.rcode == "NOTAUTH", f"the answer's code is {reply.rcode}"
    assert reply.message.tsig is not None, "the answer does not say what is wrong with the signature"
    said = reply.message.tsig[0].error
    assert said == error, "the answer says that something else is wrong with the signature"
    assert not reply.message.answer, "the server answers a question whose signature is wrong"
    assert answer.failure is not None or answer.rcode == "NOTAUTH", "the client reports success"
    assert not answer.answer, "the client shows records"


# Updates


class Editor:
    """Sends updates of dynamic.test, each scenario with a name of its own; looks at what became of them."""

    ZONE = "dynamic.test."

    def __init__(self, pairing: Pairing, desk: Desk, client: suite.Client, server: suite.Server) -> None:
        desk.can("update", "tsig")
        self.desk = desk
        self.name = f"{pairing.unique('n')}.{self.ZONE}"
        self._client = client
        self._server = server

    def send(
        self,
        *changes: suite.Change,
        prerequisites: tuple[suite.Prerequisite, ...] = (),
        signed: bool = True,
    ) -> suite.Answer:
        """Let the client send an update, and return what it reports."""
        return self._client.update(
            endpoint=self.desk.endpoint(),
            zone=self.ZONE,
            changes=changes,
            prerequisites=prerequisites,
            key=self.desk.key if signed else None,
        )

    def make(self, *changes: suite.Change, prerequisites: tuple[suite.Prerequisite, ...] = ()) -> None:
        """Let the client send an update that must be made."""
        answer = self.send(*changes, prerequisites=prerequisites)
        rcode = self.desk.reply().rcode
        assert rcode == "NOERROR", f"the update is answered {rcode}"
        assert answer.failure is None, "the client reports that the update was not made"
        assert answer.rcode == "NOERROR", f"the client shows the code {answer.rcode}"

    def add(self, kind: str, data: str, name: str = "") -> suite.Change:
        """Return the change that adds a record."""
        return suite.Change(action=suite.Action.ADD, name=name or self.name, type=kind, ttl=300, data=data)

    def stored(self, kind: str = "A") -> set[str]:
        """Return the data that the server has for the scenario's name."""
        return set(self._server.stored(name=self.name, kind=kind))


@pytest.fixture
def editor(interop_pairing: Pairing, desk: Desk, client: suite.Client, server: suite.Server) -> Editor:
    """Return what sends updates."""
    return Editor(interop_pairing, desk, client, server)


@interop.feature("update-add")
@interop.needs("update")
def test_records_that_are_added_are_there(editor: Editor) -> None:
    editor.make(
        editor.add("A", "192.0.2.201"), editor.add("A", "192.0.2.202"), editor.add("TXT", '"with blanks"')
    )
    assert editor.stored() == {"192.0.2.201", "192.0.2.202"}, "the server has other addresses"
    assert editor.stored("TXT") == {'"with blanks"'}, "the server has another text"
    seen = editor.desk.ask(editor.name)
    assert {each.data for each in seen.answer} == editor.stored(), "the client does not see what it has added"


@interop.feature("update-delete")
@interop.needs("update")
def test_one_record_can_be_deleted(editor: Editor) -> None:
    editor.make(editor.add("A", "192.0.2.201"), editor.add("A", "192.0.2.202"))
    action = suite.Action.DELETE_RECORD
    editor.make(suite.Change(action=action, name=editor.name, type="A", data="192.0.2.201"))
    assert editor.stored() == {"192.0.2.202"}, "other records were deleted than was asked for"


@interop.feature("update-delete")
@interop.needs("update")
def test_all_records_of_a_type_can_be_deleted(editor: Editor) -> None:
    editor.make(editor.add("A", "192.0.2.201"), editor.add("A", "192.0.2.202"), editor.add("TXT", '"stays"'))
    editor.make(suite.Change(action=suite.Action.DELETE_RRSET, name=editor.name, type="A"))
    assert (editor.stored(), editor.stored("TXT")) == (set(), {'"stays"'}), (
        "other records were deleted than was asked for"
    )


@interop.feature("update-delete")
@interop.needs("update")
def test_a_name_can_be_deleted(editor: Editor) -> None:
    editor.make(editor.add("A", "192.0.2.201"), editor.add("TXT", '"goes"'))
    editor.make(suite.Change(action=suite.Action.DELETE_NAME, name=editor.name))
    assert (editor.stored(), editor.stored("TXT")) == (set(), set()), "the name is still there"


@interop.feature("update-replace")
@interop.needs("update")
def test_deleting_and_adding_in_one_update_replaces(editor: Editor) -> None:
    editor.make(editor.add("A", "192.0.2.201"))
    editor.make(
        suite.Change(action=suite.Action.DELETE_RRSET, name=editor.name, type="A"),
        editor.add("A", "192.0.2.203"),
    )
    assert editor.stored() == {"192.0.2.203"}, "the address was not replaced"


@interop.feature("update-prerequisite")
@interop.needs("update")
def test_an_update_whose_prerequisites_hold_is_made(editor: Editor) -> None:
    condition = suite.Condition
    editor.make(
        editor.add("A", "192.0.2.201"),
        prerequisites=(suite.Prerequisite(condition=condition.NAME_UNUSED, name=editor.name),),
    )
    editor.make(
        editor.add("TXT", '"second"'),
        prerequisites=(
            suite.Prerequisite(condition=condition.NAME_IN_USE, name=editor.name),
            suite.Prerequisite(condition=condition.RRSET_EXISTS, name=editor.name, type="A"),
            suite.Prerequisite(condition=condition.RRSET_ABSENT, name=editor.name, type="TXT"),
            suite.Prerequisite(
                condition=condition.RRSET_EQUALS, name=editor.name, type="A", data="192.0.2.201"
            ),
        ),
    )
    assert editor.stored("TXT") == {'"second"'}, "the update was not made"


@interop.feature("update-prerequisite-fails")
@interop.needs("update")
def test_an_update_of_what_must_be_there_changes_nothing(editor: Editor) -> None:
    condition = suite.Condition
    for missing, kind, data, expected in (
        (condition.NAME_IN_USE, "", "", "NXDOMAIN"),
        (condition.RRSET_EXISTS, "A", "", "NXRRSET"),
        (condition.RRSET_EQUALS, "A", "192.0.2.9", "NXRRSET"),
    ):
        wanted = suite.Prerequisite(condition=missing, name=editor.name, type=kind, data=data)
        answer = editor.send(editor.add("A", "192.0.2.201"), prerequisites=(wanted,))
        _not_made(editor, answer, expected)


@interop.feature("update-prerequisite-fails")
@interop.needs("update")
def test_an_update_of_what_must_not_be_there_changes_nothing(editor: Editor) -> None:
    condition = suite.Condition
    editor.make(editor.add("TXT", '"there"'))
    for present, kind, expected in (
        (condition.NAME_UNUSED, "", "YXDOMAIN"),
        (condition.RRSET_ABSENT, "TXT", "YXRRSET"),
    ):
        wanted = suite.Prerequisite(condition=present, name=editor.name, type=kind)
        answer = editor.send(editor.add("A", "192.0.2.201"), prerequisites=(wanted,))
        _not_made(editor, answer, expected)


@interop.feature("update-unsigned")
@interop.needs("update")
def test_an_update_that_is_not_signed_is_refused(editor: Editor) -> None:
    answer = editor.send(editor.add("A", "192.0.2.201"), signed=False)
    rcode = editor.desk.reply().rcode
    assert rcode in {"REFUSED", "NOTAUTH"}, f"the update is answered {rcode}"
    assert answer.failure is not None or answer.rcode == rcode, "the client reports success"
    assert editor.stored() == set(), "the server has made an update that it refused"


@interop.feature("update-outside")
@interop.needs("update")
def test_a_name_outside_the_zone_is_refused(editor: Editor) -> None:
    answer = editor.send(editor.add("A", "192.0.2.201"), editor.add("A", "192.0.2.201", "www.interop.test."))
    _not_made(editor, answer, "NOTZONE")


@interop.feature("update-serial")
@interop.needs("update")
def test_an_update_raises_the_zones_serial_number(editor: Editor, server: suite.Server) -> None:
    before = _serial(server)
    editor.make(editor.add("A", "192.0.2.201"))
    assert (_serial(server) - before) % 2**32 in range(1, 2**31), "the serial number was not raised"


def _not_made(editor: Editor, answer: suite.Answer, expected: str) -> None:
    rcode = editor.desk.reply().rcode
    assert rcode == expected, f"the update is answered {rcode}"
    assert answer.failure is not None or answer.rcode == expected, "the client reports another code"
    assert editor.stored() == set(), "the server has made an update that it refused"


def _serial(server: suite.Server) -> int:
    return int(server.stored(name="dynamic.test.", kind="SOA")[0].split()[2])
