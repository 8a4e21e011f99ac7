from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

import interop
from interop.errors import Unsupported
from interop.load.manifest import load_implementation, load_suite
from interop.run.driver_host import load_driver, missing_operations

ROOT = Path(__file__).parents[3]
SUITE = ROOT / "suites" / "smtp"
PEERS = ROOT / "fixtures" / "peers"
CLIENTS = ("smtplib", "swaks", "msmtp", "curl", "nodemailer")

smtp = interop.contract("smtp")


def scenarios() -> list[tuple[str, str, list[str]]]:
    """Return file, feature and needed situations of every scenario, read from the source."""
    found = []
    for file in sorted(SUITE.glob("test_*.py")):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                calls = [mark for mark in node.decorator_list if isinstance(mark, ast.Call)]
                marks = {ast.unparse(call.func): call.args for call in calls}
                feature = ast.literal_eval(marks["interop.feature"][0])
                needs = [ast.literal_eval(each) for each in marks.get("interop.needs", [])]
                found.append((file.name, feature, needs))
    return found


def test_every_feature_has_a_scenario_and_every_scenario_a_feature() -> None:
    assert {feature for _, feature, _ in scenarios()} == {each.id for each in load_suite(SUITE).features}


def test_no_feature_is_exercised_twice() -> None:
    counts = Counter(feature for _, feature, _ in scenarios())
    assert [feature for feature, count in counts.items() if count > 1] == []


def test_every_situation_that_a_scenario_needs_is_declared() -> None:
    declared = {each.id for each in load_suite(SUITE).situations}
    assert {need for _, _, needs in scenarios() for need in needs} <= declared


def test_every_clause_has_the_address_of_the_same_section() -> None:
    for feature in load_suite(SUITE).features:
        clause = re.fullmatch(r"RFC (\d+), ([\d.]+)", feature.clause)
        if clause is not None:
            expected = f"https://www.rfc-editor.org/rfc/rfc{clause[1]}#section-{clause[2]}"
            assert feature.url == expected, feature.id


def test_every_feature_says_what_the_customer_sees() -> None:
    assert [each.id for each in load_suite(SUITE).features if not each.customer_sees] == []


def test_either_role_has_controls_of_at_least_two_kinds() -> None:
    controls = [load_implementation(PEERS / name) for name in load_suite(SUITE).controls]
    for role in ("smtp.client", "smtp.server"):
        assert len([each for each in controls if each.role(role) is not None]) > 1
    assert all(each.role("smtp.client") or each.role("smtp.server") for each in controls)


@pytest.mark.parametrize("name", CLIENTS)
def test_a_shipped_client_has_every_required_operation(name: str) -> None:
    spec = load_implementation(PEERS / name).role("smtp.client")
    assert spec is not None
    source, _, attribute = spec.driver.rpartition(":")
    assert missing_operations(load_driver(f"{PEERS / name / source}:{attribute}"), smtp.Client) == []


@pytest.mark.parametrize("name", ["swaks", "msmtp", "curl", "nodemailer"])
def test_a_client_in_a_container_declares_only_known_capabilities(name: str) -> None:
    spec = load_implementation(PEERS / name).role("smtp.client")
    assert spec is not None
    source, _, attribute = spec.driver.rpartition(":")
    site = SimpleNamespace(party=SimpleNamespace(version="99.1.1-1"))
    driver: Any = load_driver(f"{PEERS / name / source}:{attribute}")
    words = {word.partition(":")[0] for word in driver(site).describe().capabilities}
    assert words <= {word.partition(":")[0] for word in smtp.CAPABILITIES}


def test_what_crosses_the_process_boundary_comes_back_as_it_was() -> None:
    reply = smtp.Reply(code=450, text="4.2.1 Mailbox is busy")
    failure = smtp.Failure(text="refused", stage=smtp.Stage.RECIPIENTS, temporary=True, reply=reply)
    delivery = smtp.Delivery(refused={"a@interop.test": reply}, failure=failure)
    mail = smtp.Mail(sender="", recipients=("a@interop.test",), content=b"\x00\xff\r\n", eight_bit=True)
    for value in (delivery, mail):
        wire = msgspec.json.encode(msgspec.to_builtins(value, str_keys=True))
        assert msgspec.convert(msgspec.json.decode(wire), type(value), str_keys=True) == value


def test_an_operation_that_a_client_does_not_offer_says_so() -> None:
    operations = dict.fromkeys(("describe", "send"), lambda _: None)
    sender: Any = type("Sender", (smtp.Client,), operations)()
    with pytest.raises(Unsupported, match="EHLO"):
        sender.hello(endpoint=smtp.Endpoint(host="localhost", port=25))


def general_server(state: Path) -> Any:
    return smtp.GeneralServer(SimpleNamespace(state=state, memory={}))


def store(state: Path, local_part: str, name: str, content: bytes) -> None:
    folder = state / "mail" / local_part.encode().hex()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def test_a_stored_file_is_read_as_sender_recipient_and_content(tmp_path: Path) -> None:
    store(tmp_path, "grüße", "1", "bob@sender.test\ngrüße@interop.test\nA: 1\r\n\r\nbody\r\n".encode())
    (mail,) = general_server(tmp_path).mailbox(local_part="grüße")
    assert (mail.sender, mail.recipient) == ("bob@sender.test", "grüße@interop.test")
    assert (mail.header, mail.body) == ((b"A: 1",), (b"body",))


def test_the_null_sender_is_empty(tmp_path: Path) -> None:
    store(tmp_path, "a", "1", b"\na@interop.test\nA: 1\n\nbody\n")
    assert general_server(tmp_path).mailbox(local_part="a")[0].sender == ""


def test_a_file_that_is_not_complete_yet_is_not_seen(tmp_path: Path) -> None:
    store(tmp_path, "a", ".1", b"half")
    assert general_server(tmp_path).wait(local_part="a", timeout=0.02) == ()


def test_waiting_ends_as_soon_as_there_is_enough(tmp_path: Path) -> None:
    store(tmp_path, "a", "1", b"\na@interop.test\nA: 1\n\nbody\n")
    assert len(general_server(tmp_path).wait(local_part="a", timeout=60.0)) == 1


def test_a_mail_that_went_astray_is_found_in_a_mailbox_that_nobody_asked_for(tmp_path: Path) -> None:
    server = general_server(tmp_path)
    assert server.astray(word="t1", known=("o'neil",)) == ""
    store(tmp_path, "o'neil", "1", b"\na@interop.test\nSubject: t1\n\nbody\n")
    store(tmp_path, "bounces", "1", b"\na@interop.test\nSubject: failed\n\nSubject: t1\n")
    assert server.astray(word="t1", known=("o'neil",)) == ""
    store(tmp_path, "oneil", "1", b"\na@interop.test\nSubject: t1\n\nbody\n")
    assert server.astray(word="t1", known=("o'neil",)) == "oneil"


@pytest.mark.parametrize(
    ("content", "header", "body"),
    [
        (b"A: 1\n\n", (b"A: 1",), ()),
        (b"A: 1\n\n\n", (b"A: 1",), (b"",)),
        (b"A: 1\r\n\r\nlast\r\n\r\n", (b"A: 1",), (b"last", b"")),
        (b"A: 1\n\nno end", (b"A: 1",), (b"no end",)),
        (b"A: 1\n", (b"A: 1",), ()),
    ],
)
def test_lines_are_told_apart_whatever_their_ends(content: bytes, header: Any, body: Any) -> None:
    mail = smtp.StoredMail(sender="", recipient="a@interop.test", content=content)
    assert (mail.header, mail.body) == (header, body)
