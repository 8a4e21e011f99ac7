"""Which engine is chosen."""

from __future__ import annotations

import subprocess
import sys

import pytest

from interop.errors import EngineError, UnknownNameError
from interop.run.engine.choice import choose_engine


@pytest.fixture(autouse=True)
def _nothing_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")


def test_processes_are_the_way_out_and_it_is_said_why() -> None:
    engine, why = choose_engine("auto", run_id="r")
    assert engine.name == "process"
    assert why.startswith("Peers run as processes, not in containers: no container engine answers")
    engine.close()


def test_processes_that_were_asked_for_need_no_reason() -> None:
    engine, why = choose_engine("process", run_id="r")
    assert (engine.name, why) == ("process", "")
    engine.close()


def test_containers_that_were_asked_for_are_not_replaced() -> None:
    with pytest.raises(EngineError, match="no container engine answers"):
        choose_engine("docker", run_id="r")


def test_an_unknown_engine_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'docker'"):
        choose_engine("dokcer", run_id="r")


def test_the_sdk_is_not_imported_before_it_is_needed() -> None:
    script = "import interop.run.engine.choice, sys; sys.exit('docker' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
