"""A stack file: from YAML to `model.stack`, every mistake with its line.

Knows how a stack is written, long or short; whether its names exist is for `judge.check` to say, which has
the matrix.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from interop.errors import ConfigError, Place
from interop.load.rules import check_rules
from interop.load.schema import Mistake, check, refuse
from interop.load.yaml import Document, load_yaml, read_yaml
from interop.model.stack import Component, Deployment, Minimum, Requirement, Stack

_COMPONENT = re.compile(
    r"(?P<name>[^<>=!@\s](?:[^<>=!@]*?[^<>=!@\s])?)"
    r"(?:\s*(?P<version>[<>=!].*?|(?<=\s)[vV]?\d.*?))?"
    r"(?:\s+on\s+(?P<distribution>\S.*))?"
)
_KEY = re.compile(r"(?P<name>[^@\s]+)@(?P<version>[^@+\s]+)(?:\+(?P<configuration>\S+))?")
_AMOUNT = re.compile(r"(?P<before>[^0-9.,\s]*)\s*(?P<number>[0-9.,]+)\s*(?P<unit>.*)")
_VERSION = re.compile(r"(?:(?:==|=|!=|>=|<=|>|<)\s*[^\s,<>=!]+[\s,]*)+|[^\s,<>=!]+")
_LEAST = re.compile(r"(?P<name>[^<>=]*[^<>=\s])\s*>=\s*(?P<value>[^<>=]+)")
_MINIMUM = re.compile(
    r"(?:>=|at least)?\s*(?P<value>[0-9]{1,15}(?:\.[0-9]{1,6})?)\s*(?P<unit>[A-Za-z][\w /-]*)?"
)


def read_stack(file: Path) -> Stack:
    """Read a stack file; raise ConfigError with file and line on any mistake."""
    return _stack(read_yaml(file, simple=True))


def load_stack(text: str, file: Path | str = "stack") -> Stack:
    """Load a stack from YAML text; `file` is what errors call it."""
    return _stack(load_yaml(text, file, simple=True))


def _stack(document: Document) -> Stack:
    check(document, "stack")
    value: dict[str, Any] = document.value
    product = value["product"]
    if isinstance(product, str):
        parts = _COMPONENT.fullmatch(product.strip())
        name, version = (parts["name"], parts["version"] or "") if parts else (product, "")
    else:
        name, version = product["name"], str(product.get("version", ""))
    components = tuple(_component(document, number) for number in range(len(value["components"])))
    requirements = _requirements(document, "features")
    deployment = _deployment(value.get("deployment", {}))
    refuse(
        (
            *_twice(components),
            *_features_twice(requirements),
            *(mistake for each in components for mistake in _features_twice(each.requirements)),
            *_versions(document, version, components),
            *_day(document),
            *_too_many_sites(components, deployment.sites),
        )
    )
    return Stack(
        customer=value["customer"],
        product=name,
        product_version=version,
        components=components,
        requirements=requirements,
        deployment=deployment,
        go_live=value.get("go_live", ""),
        place=document.place(),
    )


def _component(document: Document, number: int) -> Component:
    value = document.value["components"][number]
    place = document.place("components", number)
    if isinstance(value, str):
        text = value.strip()
        parts = _KEY.fullmatch(text) or _COMPONENT.fullmatch(text)
        if parts is None:
            raise ConfigError(
                f"{value!r} is not a component.",
                where=place,
                hint="Write a name and a version such as 'Postfix 3.7.11', or 'Exim on Debian 12'.",
            )
        value = {key: found for key, found in parts.groupdict().items() if found}
        value["implementation"] = value.pop("name")
    implementation = value["implementation"]
    return Component(
        name=value.get("name", implementation),
        implementation=implementation,
        version=str(value.get("version", "")).strip(),
        configuration=value.get("configuration", ""),
        distribution=value.get("distribution", ""),
        role=value.get("role", ""),
        requirements=_requirements(document, "components", number, "features") if "features" in value else (),
        deployment=_deployment(value),
        place=place,
    )


def _requirements(document: Document, *path: str | int) -> tuple[Requirement, ...]:
    listed: Any = document.value
    for step in path:
        listed = listed[step]
    return tuple(_requirement(value, document.place(*path, number)) for number, value in enumerate(listed))


def _requirement(value: str | dict[str, Any], place: Place) -> Requirement:
    minimums: tuple[Minimum, ...] = ()
    if isinstance(value, str):
        name = value
        least = _LEAST.fullmatch(value.strip())
        if least:
            hint = f'Write {least["name"]}: ">= {least["value"].strip()}".'
            raise ConfigError(f"{value!r} has its minimum in its name.", where=place, hint=hint)
    else:
        ((name, wanted),) = value.items()
        named = wanted if isinstance(wanted, dict) else {"": wanted}
        minimums = tuple(_minimum(str(text), limit, place) for limit, text in named.items())
    suite, _, feature = name.strip().rpartition("/")
    return Requirement(suite=suite, feature=feature, minimums=minimums, place=place)


def _minimum(text: str, limit: str, place: Place) -> Minimum:
    parts = _MINIMUM.fullmatch(text.strip())
    if parts is None:
        raise ConfigError(
            f"{text!r} is not a minimum.", where=place, hint="Write a number and its unit such as '>= 20 MB'."
        )
    return Minimum(limit=limit, value=float(parts["value"]), unit=(parts["unit"] or "").strip())


def _deployment(value: dict[str, Any]) -> Deployment:
    rules = check_rules()
    amount, currency = _amount(value.get("cost_of_an_hour_down", "0"))
    time, unit = _amount(value.get("time_to_restart_a_site", "0 s"))
    return Deployment(
        sites=int(_amount(str(value.get("sites", 0)))[0]),
        transactions_a_day=_amount(str(value.get("transactions_a_day", 0)))[0],
        restart_seconds=time * rules["units"][unit][1],
        hour_cost=amount,
        currency=rules["currencies"].get(currency.lower(), currency),
    )


def _amount(text: str) -> tuple[float, str]:
    """Return a number, which may have commas between its thousands, and what stands behind or before it."""
    parts = _AMOUNT.fullmatch(text)
    return (float(parts["number"].replace(",", "")), parts["unit"] or parts["before"]) if parts else (0.0, "")


def _twice(components: tuple[Component, ...]) -> Iterator[Mistake]:
    """Yield components that cannot be told apart."""
    seen: dict[str, Component] = {}
    for each in components:
        first = seen.setdefault(each.name.casefold(), each)
        if first is each:
            continue
        known, other = _installed(first), _installed(each)
        versions = f" with {known} and {other}" if known != other else ""
        yield (
            each.place,
            (
                f"{each.name!r} stands twice{versions}; it was first given in line {first.place.line}."
                " Delete one of them, or give each a 'name' of its own."
            ),
        )


def _installed(component: Component) -> str:
    said = " on ".join(filter(None, (component.version, component.distribution)))
    return said or "no version"


def _too_many_sites(components: tuple[Component, ...], all_sites: int) -> Iterator[Mistake]:
    """Yield components at more sites than there are; several together may be: a site can have both."""
    for each in components:
        sites = each.deployment.sites
        if sites > all_sites > 0:
            says = (
                f"{each.name!r} has {sites:,} sites, and the deployment only {all_sites:,}. Mend one of them."
            )
            yield each.place, says


def _features_twice(requirements: tuple[Requirement, ...]) -> Iterator[Mistake]:
    seen: dict[str, Requirement] = {}
    for each in requirements:
        first = seen.setdefault(each.key.casefold(), each)
        if first is not each:
            yield each.place, f"{each.key!r} stands twice; it was first given in line {first.place.line}."


def _versions(document: Document, product: str, components: tuple[Component, ...]) -> Iterator[Mistake]:
    """Yield what stands for a version and is none: two of them, or words."""
    if product and not _VERSION.fullmatch(product):
        yield document.place("product", "version"), _no_version(product)
    for each in components:
        if each.version and not _VERSION.fullmatch(each.version):
            yield each.place, _no_version(each.version)


def _no_version(text: str) -> str:
    words = " ".join(text.lower().split())
    spellings = [each for known in check_rules()["distributions"].values() for each in known]
    carriers = [each for each in spellings if f"{words} ".startswith(f"{each} ")]
    if carriers:
        meant = max(carriers, key=len).capitalize()
        return f"{text!r} is not one version. Did you mean the distribution {meant!r}?"
    advice = "Write one version, or a range such as '>=3.7 <3.11'."
    numbers = [word for word in text.split() if word[0].isascii() and word[0].isdigit()]
    meant = f" Did you mean {numbers[0]!r}?" if len(numbers) == 1 else ""
    return f"{text!r} is not one version.{meant} {advice}"


def _day(document: Document) -> Iterator[Mistake]:
    day = document.value.get("go_live", "")
    if day:
        try:
            dt.date.fromisoformat(day)
        except ValueError:
            yield document.place("go_live"), f"'go_live' is {day}, and the calendar has no such day."
