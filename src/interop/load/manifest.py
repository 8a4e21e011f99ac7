"""Descriptors to model: `implementation.yaml`, `suite.yaml` and `interop.yaml`.

Each function reads one file and tells all of its mistakes at once. Knows nothing of which folders there are:
whether a peer or a suite that is named exists is the catalogue's to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from interop.errors import Place, nearest
from interop.load.contract import SUITE_FILE
from interop.load.parts import placeholder_mistakes, port_mistakes, readiness, security, texts, words
from interop.load.product import product, product_mistakes
from interop.load.schema import Mistake, check, refuse
from interop.load.yaml import Document, read_yaml
from interop.model.implementation import (
    Configuration,
    Implementation,
    Product,
    Release,
    RoleSpec,
)
from interop.model.suite import Feature, Impact, Level, Situation, Suite, Workaround

IMPLEMENTATION_FILE = "implementation.yaml"
DEFAULT = "default"
"""The configuration that every role has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What `interop.yaml` says; its relative paths are made absolute."""

    file: Path
    product: Product
    peers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Selectors by suite; a suite that is not there meets all its peers."""
    peer_folders: tuple[Path, ...] = ()
    suite_folders: tuple[Path, ...] = ()
    expectations: Path | None = None
    document: Document
    """For the places of what only turns out later to be wrong."""

    def place(self, *path: str | int) -> Place:
        """Return where a value stands: `config.place("peers", "smtp", 0)`."""
        return self.document.place(*path)


def load_implementation(folder: Path) -> Implementation:
    """Load `folder/implementation.yaml`; raise ConfigError with all its mistakes."""
    document = read_yaml(folder / IMPLEMENTATION_FILE)
    check(document, "implementation")
    refuse(_implementation_mistakes(document, folder))
    value = document.value
    return Implementation(
        name=value["name"],
        title=value["title"],
        vendor=value.get("vendor", ""),
        homepage=value.get("homepage", ""),
        license=value.get("license", ""),
        version_scheme=value.get("version_scheme", "debian"),
        version_from=texts(value.get("version_from", [])),
        aliases=texts(value.get("aliases", [])),
        releases=tuple(
            _release(release, document.place("releases", number, "build"))
            for number, release in enumerate(value["releases"])
        ),
        roles=tuple(_role(key, role) for key, role in value["roles"].items()),
        folder=folder,
        place=document.place(),
    )


def load_suite(folder: Path) -> Suite:
    """Load `folder/suite.yaml`; raise ConfigError with all its mistakes."""
    document = read_yaml(folder / SUITE_FILE)
    check(document, "suite")
    refuse(_repeated(document, "features", "id", "feature"))
    value = document.value
    first, second = value["roles"]
    return Suite(
        name=value["name"],
        title=value["title"],
        specification=value["specification"],
        roles=(first, second),
        folder=folder,
        features=tuple(_feature(feature) for feature in value["features"]),
        situations=tuple(
            Situation(id=situation, title=title) for situation, title in value.get("situations", {}).items()
        ),
        controls=texts(value.get("controls", [])),
        deadline=float(value.get("deadline", 30)),
    )


def load_config(file: Path) -> Config:
    """Load `interop.yaml`; raise ConfigError with all its mistakes. Paths are relative to it."""
    file = file.absolute()
    document = read_yaml(file)
    check(document, "interop")
    refuse((*_config_mistakes(document, file.parent), *product_mistakes(document)))
    value = document.value
    base = file.parent
    return Config(
        file=file,
        product=product(document, base),
        peers={suite: texts(selectors) for suite, selectors in value.get("peers", {}).items()},
        peer_folders=tuple(base / folder for folder in value.get("peer_folders", [])),
        suite_folders=tuple(base / folder for folder in value.get("suite_folders", [])),
        expectations=base / value["expectations"] if "expectations" in value else None,
        document=document,
    )


def _implementation_mistakes(document: Document, folder: Path) -> Iterator[Mistake]:
    """Yield what a schema cannot say: names that must be there, versions that must differ."""
    yield from _repeated(document, "releases", "version", "version")
    yield from _not_startable(document, folder)
    for key, role in document.value["roles"].items():
        yield from port_mistakes(document, ("roles", key), role, role.get("ports", {}))
        command = ("roles", key, "process", "command")
        yield from placeholder_mistakes(document, command, list(role.get("ports", {})))
        driver = role.get("driver", "")
        driver = "" if isinstance(driver, dict) else driver.partition(":")[0]
        if isinstance(role.get("driver"), dict) and role.get("driven") != "container":
            place = document.place("roles", key, "driver")
            yield place, "a driver that is a command runs inside the container: add 'driven: container'."
        if role.get("driven") == "process" and not driver:
            yield document.place("roles", key, "driven"), "a 'driven' of 'process' needs a 'driver' as well."
        for name in role.get("configurations", {}):
            if name != DEFAULT and get_close_matches(name, [DEFAULT], cutoff=0.8):
                place = document.place("roles", key, "configurations", name)
                yield (
                    place,
                    f"the configuration {name!r} stands beside {DEFAULT!r}. {nearest(name, [DEFAULT])}",
                )
        if driver and not (folder / driver).is_file():
            yield document.place("roles", key, "driver"), f"the folder has no file {driver!r}."


def _not_startable(document: Document, folder: Path) -> Iterator[Mistake]:
    """Yield the releases that no engine brings up in some role: nobody would ever meet them."""
    if (folder / "Dockerfile").is_file():
        return
    needy = [
        key
        for key, role in document.value["roles"].items()
        if "process" not in role and role.get("driven") != "process"
    ]
    for number, release in enumerate(document.value["releases"]):
        if needy and "image" not in release:
            what = (
                f"nothing brings {str(release['version'])!r} up as {needy[0]}: the folder has no Dockerfile,"
            )
            yield document.place("releases", number), f"{what} and the release names no 'image'."
            return  # the others lack the same


def _config_mistakes(document: Document, base: Path) -> Iterator[Mistake]:
    for key in ("peer_folders", "suite_folders"):
        for number, folder in enumerate(document.value.get(key, [])):
            if not (base / folder).is_dir():
                yield document.place(key, number), f"there is no folder {folder!r} beside this file."
    expectations = document.value.get("expectations")
    if expectations is not None and not (base / expectations).is_file():
        yield document.place("expectations"), f"there is no file {expectations!r} beside this file."


def _repeated(document: Document, items: str, key: str, what: str) -> Iterator[Mistake]:
    first: dict[str, int] = {}
    for number, item in enumerate(document.value[items]):
        place = document.place(items, number, key)
        name = str(item[key])
        if name in first:
            yield place, f"the {what} {name!r} stands twice; it was first given in line {first[name]}."
        else:
            first[name] = place.line


def _release(value: dict[str, Any], place: Place) -> Release:
    return Release(
        place=place,
        version=str(value["version"]),
        name=value.get("name", ""),
        build=words(value.get("build", {})),
        image=value.get("image", ""),
        pypi=value.get("pypi", ""),
        offers=texts(value.get("offers", [])),
    )


def _role(key: str, value: dict[str, Any]) -> RoleSpec:
    suite, _, role = key.partition(".")
    variants = {DEFAULT: {}, **value.get("configurations", {})}
    driver = value.get("driver", "")
    program = driver["command"] if isinstance(driver, dict) else []
    return RoleSpec(
        suite=suite,
        role=role,
        ports=value.get("ports", {}),
        udp=texts(value.get("udp", [])),
        ready=readiness(value["ready"]) if "ready" in value else None,
        command=texts(value.get("command", [])),
        process=texts(value.get("process", {}).get("command", [])),
        driver="" if program else driver,
        program=texts(program),
        driven=value.get("driven", "general"),
        offers=texts(value.get("offers", [])),
        configurations=tuple(_configuration(name, variant) for name, variant in variants.items()),
        security=security(value.get("security", {})),
    )


def _configuration(name: str, value: dict[str, Any]) -> Configuration:
    return Configuration(
        name=name,
        title=value.get("title", ""),
        environment=words(value.get("environment", {})),
        offers=texts(value.get("offers", [])),
        lacks=texts(value.get("lacks", [])),
    )


def _feature(value: dict[str, Any]) -> Feature:
    given = dict(value, level=Level(value["level"]), impact=Impact(value["impact"]))
    if "workaround" in given:
        given["workaround"] = workaround(given["workaround"])
    return Feature(**given)


def workaround(value: str | dict[str, Any]) -> Workaround:
    """Return a workaround that is written as text alone, or with what the harness can verify it by."""
    if isinstance(value, str):
        return Workaround(text=value)
    return Workaround(
        text=value["text"],
        driver=words(value.get("driver", {})),
        configuration=value.get("configuration", ""),
    )
