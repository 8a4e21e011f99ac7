"""Drivers that keep the SMTP contract, and drivers that break it in one way each."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from interop.load.contract import load_contract
from interop.load.operations import operations
from interop.run.driver_check import Remark, examine
from interop.run.drivers import DriverProcess
from interop.run.program import LocalProgram

GOOD = """\
import json, sys

def serve(name, params):
    if name == "describe":
        return {"name": "acme", "version": "4.2.0", "capabilities": ["starttls"]}
    if name == "send":
        return [{"failure": {"text": "refused", "stage": "connect"}} for _ in params["mails"]]
    raise LookupError(name)

for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message:
        continue
    answer = {"jsonrpc": "2.0", "id": message["id"]}
    try:
        answer["result"] = serve(message["method"], message["params"])
    except LookupError as error:
        answer["error"] = {"code": -32601, "message": f"no operation {error}"}
    print(json.dumps(answer), flush=True)
"""


MQTT = GOOD.replace(
    'if name == "send":',
    """if name in ("connect", "listen", "send"):
        failed = {"failure": {"text": "refused"}}
        return failed if name == "connect" else {"connected": failed}
    if name in ("close_all", "disconnect"):
        return None
    if name == "messages":
        return []
    if name == "send":""",
).replace("starttls", "v5")


def remarks(folder: Path, program: str, suite: str = "smtp", role: str = "client") -> list[Remark]:
    log, module = folder / "stderr", load_contract(suite)

    def start() -> DriverProcess:
        command = [sys.executable, "-ISc", program]
        return DriverProcess(
            LocalProgram(command, folder=folder, log=log, environment={}), role="client", log=log
        )

    names = [each.name for each in operations(module.ROLES[role])]
    return list(examine(start, module, role, names))


def complaints(found: list[Remark]) -> list[str]:
    return [each.text for each in found if not each.good]


def test_a_driver_in_any_language_that_keeps_the_contract_is_found_good(tmp_path: Path) -> None:
    found = remarks(tmp_path, GOOD)
    assert [each.text for each in found if not each.good] == []
    assert "describe(): acme 4.2.0; declares starttls" in [each.text for each in found]


@pytest.mark.parametrize(
    ("is_", "becomes", "said", "hint"),
    [
        ('"name": "acme", ', "", "describe() answers in a shape that the contract does not know", "shapes"),
        ('["starttls"]', '["startls"]', "declares 'startls', which the contract does not", "'starttls'"),
        ('"connect"}', '"conect"}', "send() answers in a shape that the contract does not know", "shapes"),
        ("-32601", "-32000", "of an operation that it does not have it says: no operation", "-32601"),
        (
            "raise LookupError(name)",
            "return None",
            "it answers an operation that does not exist",
            "taken for supported",
        ),
        (
            'answer["error"] = {"code": -32601',
            'print("oops"); answer["error"] = {"code": -32601',
            "what is no JSON-RPC 2.0",
            "",
        ),
        (
            "for line in sys.stdin",
            "import os; os._exit(3)\nfor line in sys.stdin",
            "does not start",
            "",
        ),
    ],
)
def test_what_breaks_the_contract_is_said_with_what_to_do(
    tmp_path: Path, is_: str, becomes: str, said: str, hint: str
) -> None:
    assert is_ in GOOD
    bad = [each for each in remarks(tmp_path, GOOD.replace(is_, becomes)) if not each.good]
    assert bad
    assert said in bad[0].text
    assert hint in bad[0].hint


def test_what_needs_somebody_at_the_other_end_is_not_called_well(tmp_path: Path) -> None:
    found = remarks(tmp_path, MQTT, "mqtt")
    assert complaints(found) == []
    untried = [each.text.partition(" ")[0] for each in found if not each.tried]
    assert untried == ["messages():", "disconnect():", *(f"{name}():" for name in LATER)]


LATER = ("drop", "publish", "subscribe", "unsubscribe", "closed")


def test_a_required_operation_that_cannot_be_tried_is_missed_all_the_same(tmp_path: Path) -> None:
    found = complaints(remarks(tmp_path, MQTT.replace('"messages"', '"mesages"'), "mqtt"))
    assert found == ["messages() is missing, and every driver of the role must have it"]


def test_one_that_waits_for_ever_when_it_is_asked_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interop.run.driver_check.ASKED", 0.2)
    waiting = MQTT.replace("return []", "import time; time.sleep(60)")
    assert complaints(remarks(tmp_path, waiting, "mqtt")) == []


def test_a_driver_of_the_other_role_lacks_what_its_role_must_have(tmp_path: Path) -> None:
    found = complaints(remarks(tmp_path, MQTT, "mqtt", "broker"))
    assert [each.partition(" ")[0] for each in found] == ["observe()", "offered()"]


def test_a_driver_that_does_not_start_is_told_that_and_nothing_else(tmp_path: Path) -> None:
    (text,) = complaints(remarks(tmp_path, "raise SystemExit(3)", "mqtt"))
    assert "it does not start" in text


@pytest.mark.parametrize(
    ("is_", "becomes", "said"),
    [
        ('"connected": failed', '"conected": failed', "Object missing required field `connected`"),
        (
            '{"failure": {"text"',
            '{"failur": {"text"',
            "Connected has no field 'failur'. Did you mean 'failure'?",
        ),
        ('{"failure": {"text": "refused"}}', "{}", "reports no failure, though nobody listens"),
    ],
)
def test_a_result_that_would_pass_for_success_is_refused(
    tmp_path: Path, is_: str, becomes: str, said: str
) -> None:
    assert is_ in MQTT
    assert said in complaints(remarks(tmp_path, MQTT.replace(is_, becomes), "mqtt"))[0]


def test_a_driver_that_raises_where_it_should_report_is_taught_the_difference(tmp_path: Path) -> None:
    program = GOOD.replace(
        'return [{"failure"',
        'raise LookupError("ECONNREFUSED") if 0 else OSError("ECONNREFUSED"); [{"failure"',
    ).replace(
        "    except LookupError as error:",
        '    except OSError as error:\n        answer["error"] = {"code": -32000, "message": str(error)}\n'
        "    except LookupError as error:",
    )
    (bad,) = [each for each in remarks(tmp_path, program) if not each.good]
    assert "send() raises where nothing answers on the network: ECONNREFUSED" in bad.text
    assert "is a result" in bad.hint


def test_a_driver_that_stays_when_its_input_is_closed_is_told_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interop.run.driver_check.LEAVING", 0.2)
    (bad,) = [each for each in remarks(tmp_path, f"{GOOD}\nimport time; time.sleep(60)") if not each.good]
    assert "still there" in bad.text
    assert "interop.shutdown" in bad.hint
