from __future__ import annotations

from pathlib import Path

import pytest

from interop.errors import Place, UnknownNameError
from interop.load.selection import select, split
from interop.model.implementation import Configuration, Implementation, Release, RoleSpec

ROLES = ("smtp.server", "smtp.client")


def implementation(
    name: str,
    *versions: str,
    role: str = "server",
    configurations: tuple[str, ...] = (),
    scheme: str = "debian",
) -> Implementation:
    names = {"1.0": "bullseye", "3.10.13": "trixie"}
    return Implementation(
        name=name,
        title=name,
        version_scheme=scheme,
        aliases=(f"{name}-alias",),
        releases=tuple(Release(version=version, name=names.get(version, "")) for version in versions),
        roles=(
            RoleSpec(
                suite="smtp",
                role=role,
                configurations=tuple(Configuration(name=each) for each in ("default", *configurations)),
            ),
        ),
        folder=Path(name),
        place=Place(name),
    )


KNOWN = (
    implementation("postfix", "3.10.13", "1.0", "3.9", configurations=("bare", "hardened", "tls-required")),
    implementation("exim", "4.98.2", configurations=("hardened",)),
    implementation("swaks", "2020", role="client"),
)


def chosen(*selectors: str, configurations: tuple[str, ...] = ("default",)) -> list[str]:
    found = select(KNOWN, roles=ROLES, selectors=selectors, configurations=configurations)
    return [candidate.id for candidate in found]


def refused(*selectors: str, configurations: tuple[str, ...] = ("default",)) -> str:
    with pytest.raises(UnknownNameError) as caught:
        chosen(*selectors, configurations=configurations)
    return str(caught.value)


def test_without_selectors_every_one_is_meant_by_name_then_version() -> None:
    assert chosen() == ["exim@4.98.2", "postfix@1.0", "postfix@3.9", "postfix@3.10.13"]


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("post*", ["postfix@1.0", "postfix@3.9", "postfix@3.10.13"]),
        ("postfix@3*", ["postfix@3.9", "postfix@3.10.13"]),
        ("postfix>=3.9,<3.10", ["postfix@3.9"]),
        ("postfix @ >= 3.9", ["postfix@3.9", "postfix@3.10.13"]),
        ("postfix@trixie", ["postfix@3.10.13"]),
        ("*@bull*", ["postfix@1.0"]),
        ("exim-alias", ["exim@4.98.2"]),
        ("postfix@3.9", ["postfix@3.9"]),
        ("postfix@3.9+hardened", ["postfix@3.9+hardened"]),
    ],
)
def test_a_selector_means_what_it_says(selector: str, expected: list[str]) -> None:
    assert chosen(selector) == expected


def test_what_two_selectors_mean_is_chosen_once() -> None:
    assert chosen("postfix@3.9", "postfix@3.9", "p*@3.9") == ["postfix@3.9"]


def test_configurations_are_a_dimension_the_default_first() -> None:
    assert chosen("postfix@3.9", configurations=("*",)) == [
        "postfix@3.9",
        "postfix@3.9+bare",
        "postfix@3.9+hardened",
        "postfix@3.9+tls-required",
    ]
    assert chosen("exim", "postfix@3.9", configurations=("tls-*",)) == ["postfix@3.9+tls-required"]


def test_a_name_that_is_unknown_comes_with_the_nearest() -> None:
    assert (
        refused("postfx")
        == "'postfx': no implementation of smtp.server is called 'postfx'. Did you mean 'postfix'?"
    )


def test_a_version_that_is_not_offered_comes_with_those_that_are() -> None:
    said = "'postfix@4*': no version is '4*': postfix is offered as 3.10.13 (trixie), 1.0 (bullseye), 3.9."
    assert refused("postfix@4*") == said


def test_a_configuration_that_nobody_has_comes_with_the_nearest() -> None:
    said = refused(configurations=("hardend",))
    assert said == "no implementation of smtp.server has a configuration 'hardend'. Did you mean 'hardened'?"


def test_a_configuration_that_only_the_facing_role_has_is_no_mistake() -> None:
    found = select(
        KNOWN,
        roles=("smtp.client", "smtp.server"),
        selectors=(),
        configurations=("default", "tls-required"),
    )
    assert [candidate.id for candidate in found] == ["swaks@2020"]


def test_a_selector_of_the_other_role_is_passed_over_beside_others() -> None:
    assert chosen("exim", "swaks") == ["exim@4.98.2"]
    assert refused("swaks") == "'swaks': it does not take the role smtp.server: swaks is smtp.client."


@pytest.mark.parametrize("selector", ["", "@", ">=", "postfix@>=", "postfix@3.9 or later", "[", "@trixie\n"])
def test_what_is_no_selector_is_refused(selector: str) -> None:
    assert refused(selector).startswith(f"{selector!r}: no ")


def test_a_selector_is_split_into_name_and_versions() -> None:
    assert split("postfix@3.10*") == ("postfix", "3.10*")
    assert split("opensmtpd >= 7, <8") == ("opensmtpd", ">= 7, <8")
    assert split(" smtplib ") == ("smtplib", "")
