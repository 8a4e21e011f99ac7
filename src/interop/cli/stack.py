"""`interop stack new`: asks for a stack, and writes the file that `interop check` reads."""

from __future__ import annotations

import argparse
import difflib
import json
import shlex
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from interop.cli._catalog import add_config_option, find_catalog
from interop.cli._matrices import find_matrix
from interop.errors import ConfigError, InteropError, Place
from interop.judge.names import fold, synonyms
from interop.load.record import write_atomic
from interop.load.rules import check_rules
from interop.load.stack import load_stack
from interop.model.suite import Feature

_DEPLOYMENT = (
    ("sites", "How many sites?"),
    ("transactions_a_day", "Transactions a day, over all sites?"),
    ("time_to_restart_a_site", "Time to restart a site (such as 15 min)?"),
    ("cost_of_an_hour_down", "Cost of an hour in which one site is down (such as 450 EUR)?"),
)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "stack",
        help="write a stack file by answering questions",
        description="Write down what a customer plans to deploy.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    new = actions.add_parser("new", help="ask, and write a stack file")
    new.add_argument("file", metavar="FILE", type=Path, nargs="?", help="default: CUSTOMER.stack.yaml")
    new.add_argument("--matrix", metavar="FILE|URL|DIR", help="offer the features of this matrix")
    add_config_option(new)
    new.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask and write; nothing is written when the questions are broken off."""
    features = _features(arguments)
    try:
        text, customer = _ask(features)
    except EOFError:
        print("\ninterop: broken off, nothing is written", file=sys.stderr)
        return 1
    slug = "".join(each if each.isalnum() else "-" for each in customer.casefold()).strip("-")
    file: Path = arguments.file or Path(f"{slug or 'customer'}.stack.yaml")
    if file.exists():
        raise ConfigError("this file is there already.", where=Place(file), hint="Name another one.")
    write_atomic(file, text)
    matrix = f" --matrix {shlex.quote(arguments.matrix)}" if arguments.matrix else ""
    print(f"Written to {file}. Next: interop check {shlex.quote(str(file))}{matrix}")
    if not matrix:
        print("It asks for what was tested: '--matrix FILE', or the address of a published site.")
    return 0


def _features(arguments: argparse.Namespace) -> dict[str, Feature]:
    """Return what can be asked for, by name; a name that two suites have is written with its suite."""
    found: Iterable[tuple[str, Feature]]
    if arguments.matrix:
        found = [
            (suite.name, each) for suite in find_matrix(arguments.matrix).suites for each in suite.features
        ]
    else:
        found = [(suite.name, each) for suite in find_catalog(arguments).suites for each in suite.features]
    ids = [feature.id for _, feature in found]
    return {
        feature.id if ids.count(feature.id) == 1 else f"{suite}/{feature.id}": feature
        for suite, feature in found
    }


def _ask(features: dict[str, Feature]) -> tuple[str, str]:
    """Return the stack as YAML, and the customer's name. Each answer is checked before the next question."""
    answers: dict[str, object] = {}
    _question(answers, "customer", "Customer?")
    _question(answers, "product", "Product and version (such as acme-mailer 4.2.0)?")
    print("Lists end with an empty line.")
    print("What will it stand beside? One a line, such as 'Postfix 3.7.11' or 'Exim on Debian 12'.")
    _questions(answers, "components")
    print("What must work? One a line, such as 'starttls' or 'large-message >= 20 MB'; '?' lists them.")
    _questions(answers, "features", features)
    _question(answers, "go_live", "Go-live (such as 2027-02-01)?", optional=True)
    print("What a failure would cost. Leave empty what you do not know.")
    deployment: dict[str, object] = {}
    for key, question in _DEPLOYMENT:
        _question(deployment, key, question, optional=True, within=answers)
    if deployment:
        answers["deployment"] = deployment
    return _yaml(answers), str(answers["customer"])


def _question(
    answers: dict[str, object],
    key: str,
    question: str,
    *,
    optional: bool = False,
    within: dict[str, object] | None = None,
) -> None:
    while True:
        text = input(f"{question} ").strip()
        if not text and optional:
            return
        value: object = int(text) if text.isascii() and text.isdigit() and within is not None else text
        whole = {**answers, key: value} if within is None else {**within, "deployment": {key: value}}
        if text and _accepted(whole):
            answers[key] = value
            return


def _questions(answers: dict[str, object], key: str, known: dict[str, Feature] | None = None) -> None:
    given: list[object] = []
    while True:
        text = input("- ").strip()
        if not text and given:
            answers[key] = given
            return
        if text == "?" and known is not None:
            for name, feature in known.items():
                print(f"  {name}: {feature.title}")
            continue
        value = _feature(text, known) if known is not None else text
        if text and value is not None and _accepted({**answers, key: [*given, value]}):
            given.append(value)


def _feature(text: str, known: dict[str, Feature]) -> object | None:
    """Return a feature as it is written in the file; None, with a word on the screen, when there is none."""
    name, mark, least = text.partition(">=")
    name = name.strip()
    titled = (key for key, feature in (known or {}).items() if fold(name) in {fold(key), fold(feature.title)})
    name = next(titled, name)
    if known and name not in known:
        meant = [each for each in synonyms(name, check_rules()) if each in known]
        near = meant or difflib.get_close_matches(name, known, n=1)
        hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else " ? lists them."
        print(f"  there is no feature {name!r}.{hint}")
        return None
    return {name: f">= {least.strip()}"} if mark else name


def _accepted(answers: dict[str, object]) -> bool:
    """Say whether the answers so far are those of a stack; print what is wrong when they are not."""
    filled = {"customer": "-", "product": "-", "components": ["-"], "features": ["-"], **answers}
    try:
        load_stack(_yaml(filled))
    except InteropError as error:
        print(f"  {error.what} {error.hint}".rstrip())
        return False
    return True


def _yaml(answers: dict[str, object]) -> str:
    return "\n".join(_lines(answers)) + "\n"


def _lines(answers: dict[str, object]) -> Iterator[str]:
    for key, value in answers.items():
        if isinstance(value, dict):
            yield f"{key}:"
            yield from (f"  {inner}: {_scalar(each)}" for inner, each in value.items())
        elif isinstance(value, list):
            yield f"{key}:"
            for each in value:
                if isinstance(each, dict):
                    yield from (f"  - {_scalar(inner)}: {_scalar(least)}" for inner, least in each.items())
                else:
                    yield f"  - {_scalar(each)}"
        else:
            yield f"{key}: {_scalar(value)}"


def _scalar(value: object) -> str:
    """Return a value as YAML reads it back; text always stands in quotes, as JSON writes it."""
    return json.dumps(value, ensure_ascii=False)
