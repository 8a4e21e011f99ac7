"""A stack by question and answer: each answer is held against what is known before the next is asked for.

Knows nothing of files.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interop.errors import LONGEST_NAME, ConfigError, InteropError, UnknownNameError, nearest, visible
from interop.judge.names import Names, fold, synonyms
from interop.judge.reading import ill_formed
from interop.judge.survey import Survey
from interop.load.rules import check_rules
from interop.load.stack import load_stack
from interop.load.stack_text import stack_text
from interop.model.stack import Component, Stack
from interop.model.suite import Feature

_DEPLOYMENT = (
    ("sites", "How many sites?"),
    ("transactions_a_day", "Transactions a day, over all sites?"),
    ("time_to_restart_a_site", "Time to restart a site (such as 15 min)?"),
    ("cost_of_an_hour_down", "Cost of an hour in which one site is down (such as 450 EUR)?"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What names can be held against."""

    features: Mapping[str, Feature]
    """By what is written in the file."""
    names: Names
    survey: Survey
    products: Mapping[str, str]
    """Name by folded spelling; empty where any product may be meant."""


@dataclass(slots=True, kw_only=True)
class Interview:
    """What has been answered so far, as the values of a stack file."""

    known: Known
    answers: dict[str, Any] = field(default_factory=dict)

    def customer(self) -> str:
        """Ask whose stack it is."""
        self._question("customer", "Customer?")
        return str(self.answers["customer"])

    def everything_else(self) -> str:
        """Ask for the rest; return the stack file's text."""
        self._question("product", "Product and version (such as acme-mailer 4.2.0)?")
        print("Lists end with an empty line.")
        print("What will it stand beside? One a line, such as 'Postfix 3.7.11' or 'Exim on Debian 12'.")
        self._list("components")
        print("What must work? One a line, such as 'starttls' or 'large-message >= 20 MB'; '?' lists them.")
        self._list("features")
        self._question("go_live", "Go-live (such as 2027-02-01)?", optional=True)
        print("What a failure would cost. Leave empty what you do not know.")
        for key, question in _DEPLOYMENT:
            self._fact(self.answers.setdefault("deployment", {}), key, question)
            if key == "sites" and len(self.answers["components"]) > 1:
                for component in self.answers["components"]:
                    called = component.get("name") or _shown(component)
                    self._fact(component, "sites", f"How many of them have {called}?")
        return stack_text(self.answers)

    def _question(self, key: str, question: str, *, optional: bool = False) -> None:
        while True:
            text = input(f"{question} ").strip()
            if not text and optional:
                return
            if not text:
                print("  This one cannot be left out.")
            elif self._stack({**self.answers, key: text}) is not None:
                self.answers[key] = text
                return

    def _fact(self, target: dict[str, Any], key: str, question: str) -> None:
        """Ask for a fact of the deployment, of a component or of all."""
        while True:
            text = input(f"{question} ").strip()
            if not text:
                return
            target[key] = int(text) if text.isascii() and text.isdigit() else text
            if self._stack(self.answers) is not None:
                return
            del target[key]

    def _list(self, key: str) -> None:
        given: list[Any] = []
        while True:
            text = input("- ").strip()
            if not text and given:
                self.answers[key] = given
                return
            if not text:
                print("  At least one is needed.")
            elif text == "?":
                self._show(key)
            else:
                item = self._component(text, given) if key == "components" else self._feature(text)
                if item is not None and self._stack({**self.answers, key: [*given, item]}) is not None:
                    given.append(item)

    def _show(self, key: str) -> None:
        if key == "components":
            titles = sorted(
                visible(self.known.names.title(name), LONGEST_NAME) for name in self.known.names.roles
            )
            print(f"  {', '.join(titles)}")
            return
        for name, feature in self.known.features.items():
            print(f"  {visible(f'{name}: {feature.title}', LONGEST_NAME)}")

    def _component(self, text: str, given: list[dict[str, Any]]) -> dict[str, Any] | None:
        """Return a component in the long form; a second one of the same name is asked for its own."""
        stack = self._stack({**self.answers, "components": [text]})
        if stack is None:
            return None
        (found,) = stack.components
        parts = ("implementation", "version", "distribution", "configuration")
        item = {part: getattr(found, part) for part in parts if getattr(found, part)}
        taken = {str(each.get("name") or each["implementation"]).casefold() for each in given}
        while str(item.get("name") or item["implementation"]).casefold() in taken:
            called = item.get("name") or item["implementation"]
            print(f"  There is {called!r} already. Leave this one out with an empty line, or:")
            name = input("  What does the customer call this one (such as head office)? ").strip()
            if not name:
                print("  It is left out.")
                return None
            item["name"] = name
        if not self.known.names.implementation(found.implementation, found.place).known:
            print(f"  Nobody has tested {found.implementation!r} here. It is written down as it stands.")
        return item

    def _feature(self, text: str) -> object | None:
        """Return a feature as it is written in the file; None, with a word on the screen, without any."""
        known = self.known.features
        name, mark, least = (part.strip() for part in text.partition(">="))
        titled = (key for key, each in known.items() if fold(name) in {fold(key), fold(each.title)})
        name = next(titled, name)
        if known and name not in known:
            meant = [each for each in synonyms(name, check_rules()) if each in known]
            near = meant or difflib.get_close_matches(name, known, n=1)
            hint = f"Did you mean {' or '.join(map(repr, near))}?" if near else "? lists them."
            _say(UnknownNameError(f"there is no feature {name!r}.", hint=hint))
            return None
        return {name: f">= {least}"} if mark else name

    def _stack(self, answers: dict[str, Any]) -> Stack | None:
        """Return the stack of the answers so far; None, with a word on the screen, when they are of none."""
        filled = {"customer": "-", "product": "-", "components": ["-"], "features": ["-"], **answers}
        try:
            stack = load_stack(stack_text(filled))
            if "product" in answers:
                self._check_product(stack)
            if "components" in answers:
                for component in stack.components:
                    self._check_component(component)
        except InteropError as error:
            _say(error)
            return None
        return stack

    def _check_product(self, stack: Stack) -> None:
        products = self.known.products
        if products and fold(stack.product) not in products:
            what = f"the matrix has no product {stack.product!r}."
            raise UnknownNameError(what, hint=nearest(stack.product, set(products.values())))

    def _check_component(self, component: Component) -> None:
        """Raise what `interop check` would: a slip of the pen, or what is no version."""
        names = self.known.names
        named = names.implementation(component.implementation, component.place)
        names.configuration(named, component)
        if component.distribution:
            names.carried(named.name, component)
        versions = self.known.survey.peer_versions(named.name)
        bad = ill_formed(component.version, check_rules()["version"], versions, names.scheme(named.name))
        if bad:
            distribution = names.distribution(bad)
            hint = "Write a version such as 3.7.11, or a series such as 3.7."
            if distribution:
                hint = f"Did you mean '{component.implementation} on {distribution}'?"
            raise ConfigError(f"{bad!r} is no version.", hint=hint)


def _shown(component: Mapping[str, Any]) -> str:
    said = " ".join(filter(None, (component["implementation"], component.get("version", ""))))
    distribution = component.get("distribution")
    return f"{said} on {distribution}" if distribution else said


def _say(error: InteropError) -> None:
    """Say what is wrong with an answer. Of lines nothing is said: there is no file yet."""
    what = re.sub(r"; it was first given in line \d+|(?m:^stack:\d+: )", "", error.what)
    for line in str(InteropError(what, hint=error.hint)).splitlines():
        print(f"  {line}")
