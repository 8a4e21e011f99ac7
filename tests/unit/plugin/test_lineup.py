from __future__ import annotations

from pathlib import Path

import pytest

from interop.errors import UnknownNameError
from interop.plugin.lineup import Lineup, read_lineup
from interop.plugin.settings import Settings


def lineup(*peers: str) -> Lineup:
    return read_lineup(
        Settings(
            config=Path("nowhere.yaml"),
            config_given=False,
            expectations="",
            report=Path("nowhere"),
            engine="process",
            pull="never",
            suites=("smtp", "mqtt"),
            peers=peers,
            features=(),
            configurations=(),
            products=("smtplib", "paho"),
            roles=(),
            retries=0,
            repeat=1,
            keep=False,
            resume=False,
            evidence=False,
            pcap=False,
        )
    )


def names(found: Lineup, suite: str, role: str) -> set[str]:
    return {candidate.implementation.name for candidate in found.peers[suite][role]}


def test_a_selector_need_mean_something_in_one_of_the_suites_alone() -> None:
    found = lineup("postfix", "mosquitto")
    assert names(found, "smtp", "server") == {"postfix"}
    assert names(found, "mqtt", "broker") == {"mosquitto"}


def test_a_suite_that_no_selector_names_has_no_peers() -> None:
    found = lineup("postfix")
    assert names(found, "mqtt", "broker") == set()


@pytest.mark.parametrize(
    ("selector", "said"),
    [("postfux", "'postfix'"), ("postfix@9", "3.10"), ("swaks", "swaks is smtp.client")],
)
def test_a_selector_that_means_nothing_in_any_suite_is_refused(selector: str, said: str) -> None:
    with pytest.raises(UnknownNameError) as refusal:
        lineup(selector, "mosquitto")
    assert said in refusal.value.what + refusal.value.hint
