"""Driver processes: what is told apart when one does not simply answer."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from interop.errors import DriverError, Unsupported
from interop.run.drivers import Died, DriverFault, DriverProcess, Silent, python_driver_command
from interop.run.program import LocalProgram

ANSWER = "print(json.dumps({'jsonrpc': '2.0', 'id': message['id'], %s}), flush=True)"

Start = Callable[[str], DriverProcess]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a driver whose answer to a message is the given line of Python."""
    made = []

    def start_one(line: str) -> DriverProcess:
        head = "import json, sys, os, time\nfor text in sys.stdin:\n    message = json.loads(text)\n"
        program = f"{head}    {line}\n"
        log = tmp_path / "stderr"
        command = [sys.executable, "-c", program]
        local = LocalProgram(command, folder=tmp_path, log=log, environment={"ACME": "1"})
        driver = DriverProcess(local, role="client", log=log)
        made.append(driver)
        return driver

    yield start_one
    for driver in made:
        driver.close()


def test_a_result_comes_back(start: Start) -> None:
    driver = start(ANSWER % "'result': message['params']['x'] + 1")
    assert driver.call("add", {"x": 1}, timeout=10) == 2


def test_a_driver_that_says_nothing_is_silent_and_is_ended(start: Start) -> None:
    driver = start("time.sleep(60)")
    with pytest.raises(Silent, match=r"no answer to send\(\)"):
        driver.call("send", {}, timeout=0.3)
    assert not driver.alive


def test_a_driver_that_ends_has_died_with_its_last_words(start: Start) -> None:
    driver = start("print('out of cheese', file=sys.stderr); os._exit(4)")
    with pytest.raises(Died, match=r"status 4 during send\(\); its last words: out of cheese"):
        driver.call("send", {}, timeout=10)


def test_a_driver_that_raises_is_a_fault_of_its_side(start: Start) -> None:
    driver = start(ANSWER % "'error': {'code': -32000, 'message': 'ValueError: no'}")
    with pytest.raises(DriverFault, match="ValueError: no") as caught:
        driver.call("send", {}, timeout=10)
    assert caught.value.role == "client"


@pytest.mark.parametrize("code", [-32001, -32601])
def test_a_driver_may_state_that_it_does_not_support_something(start: Start, code: int) -> None:
    driver = start(ANSWER % f"'error': {{'code': {code}, 'message': 'no DSN'}}")
    with pytest.raises(Unsupported) as caught:
        driver.call("send", {}, timeout=10)
    assert caught.value.side == "client"


def test_what_is_no_json_rpc_is_said_with_what_to_do(start: Start) -> None:
    driver = start("print('hello there', flush=True)")
    with pytest.raises(
        DriverError, match=r"no JSON-RPC 2\.0: 'hello there'\. Print what is meant for people"
    ):
        driver.call("send", {}, timeout=10)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        (
            "print(json.dumps({'id': message['id'], 'result': 1}), flush=True)",
            'Give every answer "jsonrpc": "2.0"',
        ),
        (
            "print(json.dumps({'jsonrpc': '2.0', 'id': message['id'], 'result': 1}, indent=1), flush=True)",
            "Write each message on one line",
        ),
        ("print('[info] connecting', flush=True)", "Print what is meant for people on standard error"),
    ],
)
def test_each_way_to_break_json_rpc_has_its_own_advice(start: Start, line: str, hint: str) -> None:
    with pytest.raises(DriverError, match=hint):
        start(line).call("send", {}, timeout=10)


def test_an_id_that_was_made_a_text_is_said_at_once(start: Start) -> None:
    driver = start(ANSWER.replace("message['id']", "str(message['id'])") % "'result': 1")
    with pytest.raises(
        DriverError, match=r"answered send\(\) with id '1' where 1 was asked\. Give the id back"
    ):
        driver.call("send", {}, timeout=10)


def test_who_answers_something_else_and_then_falls_silent_is_told_what_it_answered(start: Start) -> None:
    driver = start(ANSWER.replace("message['id']", "None") % "'result': 1")
    with pytest.raises(Silent, match=r"for 1 s: it answered send.* with id None where 1 was asked"):
        driver.call("send", {}, timeout=0.6)


def test_a_driver_that_has_never_answered_is_asked_whether_it_flushes(start: Start) -> None:
    line = "print(json.dumps({'jsonrpc': '2.0', 'id': 1, 'result': 1}), flush=message['id'] == 1)"
    with pytest.raises(Silent, match="does it flush its output after each line"):
        start("pass").call("send", {}, timeout=0.3)
    driver = start(line)
    driver.call("send", {}, timeout=10)
    with pytest.raises(Silent, match=r"for 0 s$"):
        driver.call("send", {}, timeout=0.3)


NODE = """
/driver.js:3
throw new Error("boom");
^

Error: boom
    at Object.<anonymous> (/driver.js:3:7)
    at node:internal/main/run_main_module:28:49

Node.js v20.20.2
"""


def test_the_last_words_of_a_crash_are_its_error_and_not_the_interpreters_version(start: Start) -> None:
    driver = start(f"sys.stderr.write({NODE!r}); sys.stderr.flush(); os._exit(1)")
    with pytest.raises(Died, match=r"its last words: Error: boom$"):
        driver.call("send", {}, timeout=10)


def test_an_error_that_is_mere_text_is_said_and_no_traceback(start: Start) -> None:
    driver = start(ANSWER % "'error': 'boom'")
    with pytest.raises(
        DriverError, match=r"answered send\(\) with an error that is no object: '\"boom\"'\. Answer"
    ):
        driver.call("send", {}, timeout=10)


def test_an_answer_to_an_earlier_call_is_passed_over(start: Start) -> None:
    line = "print(json.dumps({'jsonrpc': '2.0', 'id': n, 'result': n}), flush=True)"
    driver = start(f"[{line} for n in (99, message['id'])]")
    assert driver.call("send", {}, timeout=10) == 1


def test_a_large_message_passes_in_both_directions(start: Start) -> None:
    driver = start(ANSWER % "'result': message['params']['x']")
    assert driver.call("send", {"x": "y" * 3_000_000}, timeout=30) == "y" * 3_000_000


def test_a_command_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(DriverError, match="'no-such-program' cannot be started"):
        LocalProgram(["no-such-program"], folder=tmp_path, log=tmp_path / "log", environment={})


CANCELLABLE = """
name, number = message["method"], message.get("id")
if name == "interop.start":
    print(json.dumps({"jsonrpc": "2.0", "id": number, "result": {"cancel": True}}), flush=True)
elif name == "interop.cancel":
    print(json.dumps({"jsonrpc": "2.0", "id": message["params"]["id"], "result": None}), flush=True)
elif name == "add":
    print(json.dumps({"jsonrpc": "2.0", "id": number, "result": 3}), flush=True)
elif name == "interop.shutdown":
    print("told to go", file=sys.stderr, flush=True)
"""


def cancellable(start: Start) -> DriverProcess:
    return start(f"exec({CANCELLABLE!r})")


def test_a_driver_that_can_be_told_to_give_up_outlives_its_silence(start: Start) -> None:
    driver = cancellable(start)
    driver.begin()
    with pytest.raises(Silent):
        driver.call("wait", {}, timeout=0.1)
    assert driver.call("add", {}, timeout=10) == 3


def test_a_driver_is_told_before_its_input_is_closed(start: Start) -> None:
    driver = cancellable(start)
    driver.begin()
    driver.close()
    assert driver.stderr_tail() == "told to go\n"


HOSTED = """\
class Driver:
    def describe(self):
        raise NotImplementedError

    def send(self, *, endpoint, mails, account, timeout, pause):
        return [{"failure": {"text": f"{account} {timeout} {pause}"}}]
"""


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Start]:
    """Host the class `Driver` of a text, as one of smtp.client."""
    made = []

    def host_one(text: str) -> DriverProcess:
        (tmp_path / "acme.py").write_text(text)
        command = python_driver_command(
            sys.executable, suite="smtp", role="client", driver="acme:Driver", options={}
        )
        log = tmp_path / "stderr"
        local = LocalProgram(command, folder=tmp_path, log=log, environment={})
        made.append(DriverProcess(local, role="client", log=log))
        return made[-1]

    yield host_one
    for driver in made:
        driver.close()


SENDING = {"endpoint": {"host": "127.0.0.1", "port": 1}, "mails": []}


def test_what_a_scenario_leaves_out_has_the_contracts_default_whatever_the_class_says(host: Start) -> None:
    (delivery,) = host(HOSTED).call("send", SENDING, timeout=20)
    assert delivery["failure"]["text"] == "None 10.0 0.0"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "import json\n\nimport nothing_like_this\n",
            r"^the driver acme:Driver cannot be imported: ModuleNotFoundError: .*acme\.py:3\)\. It is",
        ),
        ("class Driver:\n    def describe(self:\n", r"SyntaxError: .* \(.*acme\.py:2\)"),
        ("class Drivers:\n    pass\n", r"^acme has no class 'Driver'\. Did you mean 'Drivers'\?"),
        ("class Driver:\n    pass\n", r"^acme:Driver lacks describe\(\), send\(\), which a driver"),
        (
            HOSTED + "\n    def __init__(self):\n        self.x = 1 / 0\n",
            r"^acme:Driver cannot be constructed: ZeroDivisionError: division by zero \(.*acme\.py:9\)\.",
        ),
    ],
)
def test_a_class_that_cannot_be_hosted_is_told_why_and_where(host: Start, text: str, said: str) -> None:
    with pytest.raises(DriverError, match=said) as caught:
        host(text).begin()
    assert "parameters" not in str(caught.value)
    assert "<frozen" not in str(caught.value)


def test_a_signature_that_is_not_the_contracts_is_answered_with_the_contracts(host: Start) -> None:
    driver = host(HOSTED.replace("mails, account", "messages, account"))
    with pytest.raises(DriverError) as caught:
        driver.call("send", SENDING, timeout=20)
    assert re.search(
        r"parameters: missing .*'messages' \(.*acme\.py:5\)\. The contract has ", str(caught.value)
    )
    assert "send(self, *, endpoint, mails, account=None, timeout=10.0, pause=0.0)" in str(caught.value)
