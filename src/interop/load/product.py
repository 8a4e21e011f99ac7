"""The product in `interop.yaml`: what drives it in each role, and what serves where the harness brings it up.

Reads no file of its own. Whether a suite or a port is known is the catalogue's to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from interop.errors import Place
from interop.load.parts import placeholder_mistakes, port_mistakes, readiness, security, texts, words
from interop.load.schema import Mistake
from interop.load.selection import split
from interop.load.yaml import Document
from interop.model.implementation import (
    Candidate,
    Configuration,
    Implementation,
    Product,
    ProductRole,
    Readiness,
    Release,
    RoleSpec,
)

SERVING = ("image", "command")
INSIDE_PORT = 1
"""Stands for a port whose number is chosen when the product's command is started."""


def product(document: Document, base: Path) -> Product:
    """Return the product that `interop.yaml` in the folder `base` describes."""
    value = document.value["product"]
    shipped = value.get("shipped", "")
    version = value.get("version", "")
    command = version["command"] if isinstance(version, dict) else []
    name = value.get("name", "") or split(shipped)[0]
    stated = "" if command else str(version)
    return Product(
        name=name,
        version=stated,
        version_command=texts(command),
        roles=tuple(
            _role(key, role, document.place("product", "roles", key), base, name)
            for key, role in value.get("roles", {}).items()
        ),
        shipped=shipped,
    )


def product_mistakes(document: Document) -> Iterator[Mistake]:
    """Yield what a schema cannot say of the product's roles."""
    for key, role in document.value["product"].get("roles", {}).items():
        path = ("product", "roles", key)
        way = next((each for each in SERVING if each in role), "")
        if way and "ports" not in role:
            yield document.place(*path), f"a product that is {_article(way)} needs 'ports'."
        ports = role.get("ports", {})
        if way == "image" and isinstance(ports, list):
            what = "an image needs the ports' numbers inside the container, such as {smtp: 25}."
            yield document.place(*path, "ports"), what
        if not way and "endpoint" not in role:
            for word in sorted({"ports", "udp", "ready", "offers", "security", "environment"} & set(role)):
                place = document.place(*path, word)
                yield place, f"{word!r} belongs to an image, a command or an endpoint, and none is given."
        if isinstance(role.get("endpoint"), dict):
            ports = role["endpoint"]
        if ports:
            yield from port_mistakes(document, path, role, list(ports))
        yield from placeholder_mistakes(document, (*path, "command"), list(ports))


def _article(way: str) -> str:
    return f"{'an' if way == 'image' else 'a'} {way}"


def _role(key: str, value: dict[str, Any], place: Place, base: Path, name: str) -> ProductRole:
    suite, _, role = key.partition(".")
    driver = value.get("driver", "")
    program = driver["command"] if isinstance(driver, dict) else []
    source = "" if program else driver
    if source.partition(":")[0].endswith(".py"):
        source = str(base / source)
    endpoint = value.get("endpoint", {})
    addresses = endpoint if isinstance(endpoint, dict) else {suite: endpoint}
    endpoints = {port: _address(address) for port, address in addresses.items()}
    return ProductRole(
        suite=suite,
        role=role,
        driver=source,
        command=texts(program),
        served=_served(key, value, endpoints, place, base, name),
        endpoints=endpoints,
        options=words(value.get("options", {})),
        place=place,
    )


def _served(
    key: str,
    value: dict[str, Any],
    endpoints: Mapping[str, tuple[str, int]],
    place: Place,
    base: Path,
    name: str,
) -> Candidate | None:
    """Return what serves as the product, still without its version; None for one that is only driven."""
    ports = {port: number for port, (_, number) in endpoints.items()} or value.get("ports", {})
    if not ports:
        return None
    suite, _, role = key.partition(".")
    if isinstance(ports, list):
        ports = dict.fromkeys(ports, INSIDE_PORT)
    command = texts(value.get("command", []))
    spec = RoleSpec(
        suite=suite,
        role=role,
        ports=ports,
        udp=texts(value.get("udp", [])),
        ready=readiness(value["ready"]) if "ready" in value else Readiness(port=next(iter(ports))),
        process=(_program(command[0], base), *command[1:]) if command else (),
        offers=texts(value.get("offers", [])),
        configurations=(Configuration(name="default", environment=words(value.get("environment", {}))),),
        security=security(value.get("security", {})),
    )
    release = Release(version="", image=value.get("image", ""))
    implementation = Implementation(
        name=name, title=name, releases=(release,), roles=(spec,), folder=base, place=place
    )
    return Candidate(
        implementation=implementation, release=release, role=spec, configuration=spec.configurations[0]
    )


def _program(word: str, base: Path) -> str:
    """Return a program that lies beside `interop.yaml` by its full path; others are looked for on PATH."""
    return str(base / word) if "/" in word and (base / word).exists() else word


def _address(endpoint: str) -> tuple[str, int]:
    host, _, number = endpoint.rpartition(":")
    return host.strip("[]"), int(number)
