"""What a configuration is, in words: from the catalogue, and above it from what ran."""

from __future__ import annotations

import dataclasses

from interop.judge.configurations import configuration_titles
from tests.unit.stack_examples import catalog, matrix


def test_what_ran_stands_above_what_the_catalogue_offers() -> None:
    implementations = catalog().implementations
    offered = configuration_titles((), implementations)
    assert offered["postfix", "smtp", "tls-required"] == "STARTTLS required before MAIL"
    (ran,) = [
        dataclasses.replace(each, configuration_title="of another time")
        for each in matrix().parties
        if each.key == "postfix@3.7.11+tls-required"
    ]
    both = configuration_titles((ran,), implementations)
    assert both == {**offered, ("postfix", "smtp", "tls-required"): "of another time"}


def test_what_ran_without_a_title_takes_none_away() -> None:
    untitled = [dataclasses.replace(each, configuration_title="") for each in matrix().parties]
    implementations = catalog().implementations
    assert configuration_titles(untitled, implementations) == configuration_titles((), implementations)
