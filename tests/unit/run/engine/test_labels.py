"""What a dead run has left, and what is somebody else's."""

from __future__ import annotations

import os
import socket
import subprocess
from typing import Any, cast

import pytest
import requests

from interop.run.engine import labels
from interop.run.engine.sdk import APIClient, APIError


class Answering:
    """An engine that lists what it is told and notes what it is to remove."""

    def __init__(self, things: list[dict[str, str]], status: int = 0) -> None:
        self.things = things
        self.status = status
        self.removed: list[str] = []

    def containers(self, **_options: Any) -> list[dict[str, Any]]:
        return [
            {"Id": f"c{number}", "Names": [f"/party{number}"], "Labels": found}
            for number, found in enumerate(self.things)
        ]

    def networks(self, **_options: Any) -> list[dict[str, Any]]:
        return [
            {"Id": f"n{number}", "Name": f"net{number}", "Labels": found}
            for number, found in enumerate(self.things)
        ]

    def remove_container(self, identity: str, **_options: Any) -> None:
        self._remove(identity)

    def remove_network(self, identity: str) -> None:
        self._remove(identity)

    def _remove(self, identity: str) -> None:
        if self.status:
            response = requests.Response()
            response.status_code = self.status
            raise APIError("no", response=response)
        self.removed.append(identity)


def dead() -> dict[str, str]:
    """Return the labels of a process that has ended."""
    with subprocess.Popen(["true"]) as process:
        pass
    return {**mine(), labels.PID: str(process.pid)}


def mine() -> dict[str, str]:
    return labels.labels("run-1", "engine-1", keep=False)


def test_labels_say_whose_a_thing_is() -> None:
    found = mine()
    assert found[labels.RUN] == "run-1"
    assert found[labels.PID] == str(os.getpid())
    assert found[labels.HOST] == socket.gethostname()
    assert labels.KEEP not in found


def test_what_a_living_process_made_is_not_left_over() -> None:
    assert not labels.left_over(mine())


def test_what_a_dead_process_made_is_left_over() -> None:
    assert labels.left_over(dead())
    assert labels.left_over({**mine(), labels.PID: ""})


def test_a_number_that_another_process_has_now_is_no_life() -> None:
    assert labels.left_over({**mine(), labels.BORN: "1"})


def test_another_hosts_things_and_kept_things_stay() -> None:
    assert not labels.left_over({**dead(), labels.HOST: "elsewhere"})
    assert not labels.left_over({**dead(), labels.KEEP: "1"})
    assert not labels.left_over({})


def test_a_sweep_removes_only_what_is_left_over() -> None:
    engine = Answering([mine(), dead()])
    assert labels.sweep(cast("APIClient", engine)) == ["container party1", "network net1"]
    assert sorted(engine.removed) == ["c1", "n1"]


def test_removing_everything_asks_nobody() -> None:
    engine = Answering([mine(), {}])
    assert len(labels.remove_all_labelled(cast("APIClient", engine))) == 4


@pytest.mark.parametrize("status", [404, 409])
def test_what_somebody_else_removes_just_now_is_not_ours_to_report(status: int) -> None:
    assert labels.remove_all_labelled(cast("APIClient", Answering([{}], status=status))) == []
