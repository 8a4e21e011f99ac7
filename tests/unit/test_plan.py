from __future__ import annotations

from pathlib import Path

import pytest

from interop.errors import Place as Where
from interop.errors import UnknownNameError
from interop.model.implementation import Candidate, Configuration, Implementation, Release, RoleSpec
from interop.model.suite import Feature, Impact, Level, Suite
from interop.plan import Place, check_features, pairs, select_features, skip_reason

SUITE = Suite(
    name="smtp",
    title="SMTP",
    specification="RFC 5321",
    roles=("client", "server"),
    folder=Path("suites/smtp"),
    features=tuple(
        Feature(id=name, title=name, clause="4.5", level=Level.MUST, group="g", impact=Impact.MINOR)
        for name in ("auth-plain", "auth-login", "dots")
    ),
)
ACME = Place(key="acme@1", suite="smtp", role="client")


def server(name: str, *offers: str, lacks: tuple[str, ...] = (), role: str = "server") -> Candidate:
    ports = {"smtp": 25} if role == "server" else {}
    spec = RoleSpec(suite="smtp", role=role, ports=ports, offers=offers)
    release = Release(version="1.0")
    implementation = Implementation(
        name=name, title=name.title(), releases=(release,), roles=(spec,), folder=Path(), place=Where("x", 1)
    )
    configuration = Configuration(name="default", lacks=lacks)
    return Candidate(implementation=implementation, release=release, role=spec, configuration=configuration)


def test_pairings_go_peer_by_peer_so_that_each_is_brought_up_once() -> None:
    control = Place(key="swaks@1", suite="smtp", role="client", control=True)
    found = pairs(SUITE, [ACME, control], {"server": [server("exim"), server("postfix")]}, {})
    assert [pair.id for pair in found] == [
        "acme@1-exim@1.0",
        "swaks@1-exim@1.0",
        "acme@1-postfix@1.0",
        "swaks@1-postfix@1.0",
    ]


def test_a_product_in_both_roles_has_the_role_in_its_pairings_names() -> None:
    places = [Place(key="exim@1.0", suite="smtp", role=role) for role in ("client", "server")]
    peers = {"server": [server("exim")], "client": [server("exim", role="client")]}
    found = pairs(SUITE, places, peers, {})
    assert [pair.id for pair in found] == ["client-exim@1.0-exim@1.0", "server-exim@1.0-exim@1.0"]
    assert len({pair.peer.identity for pair in found} | {pair.place.identity for pair in found}) == 2


def test_a_peer_that_cannot_run_is_planned_with_its_reason() -> None:
    (pair,) = pairs(SUITE, [ACME], {"server": [server("exim")]}, {"exim@1.0": "needs a container engine"})
    assert skip_reason(pair, []) == "needs a container engine"


def test_a_port_is_a_situation_that_a_peer_offers() -> None:
    (pair,) = pairs(SUITE, [ACME], {"server": [server("exim", "full-mailbox")]}, {})
    assert skip_reason(pair, ["smtp", "full-mailbox"]) == ""
    assert skip_reason(pair, ["bare", "smtp"]) == "the server is not set up to offer bare"


def test_a_server_in_the_products_place_offers_situations_too() -> None:
    place = Place(key="chasquid@1", suite="smtp", role="client", offers=frozenset({"full-mailbox"}))
    (pair,) = pairs(SUITE, [place], {"server": [server("exim")]}, {})
    assert skip_reason(pair, ["full-mailbox"]) == ""


def test_what_a_server_in_the_products_place_lacks_is_its_own_lack() -> None:
    place = Place(key="acme@4.2", suite="smtp", role="server", offers=frozenset({"smtp"}))
    (pair,) = pairs(SUITE, [place], {"client": [server("swaks", role="client")]}, {})
    assert skip_reason(pair, ["bare"]) == "the server is not set up to offer bare"


def test_a_configuration_may_take_a_situation_away() -> None:
    (pair,) = pairs(SUITE, [ACME], {"server": [server("exim", "vrfy", lacks=("vrfy",))]}, {})
    assert skip_reason(pair, ["vrfy"]) == "the server is not set up to offer vrfy"


def test_features_are_chosen_by_glob_and_a_misspelt_one_is_named() -> None:
    assert select_features(SUITE, ["auth-*"]) == {"auth-plain", "auth-login"}
    assert len(select_features(SUITE, [])) == 3
    with pytest.raises(UnknownNameError, match=r"no feature matches 'dotz'\. Did you mean 'dots'"):
        check_features([SUITE], ["dotz"])
