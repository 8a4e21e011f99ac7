"""What the user asked for: command-line options over their ini twins over defaults. Reads no file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ENGINES = ("auto", "docker", "process")
PULLS = ("never", "missing", "always")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All options of a run."""

    config: Path
    config_given: bool
    expectations: str
    """As it was given; empty for the default."""
    report: Path
    engine: str
    pull: str
    suites: tuple[str, ...]
    peers: tuple[str, ...]
    features: tuple[str, ...]
    configurations: tuple[str, ...]
    products: tuple[str, ...]
    roles: tuple[str, ...]
    retries: int
    repeat: int
    keep: bool
    resume: bool
    evidence: bool
    pcap: bool


def read_settings(config: pytest.Config) -> Settings:
    """Return the settings; raise pytest.UsageError for a value that is not one of its choices."""
    given = _value(config, "config")
    return Settings(
        config=_config_file(config, given),
        config_given=bool(given),
        expectations=str(_value(config, "expectations") or ""),
        report=_here(config, _value(config, "report") or "interop-report"),
        engine=_choice(config, "engine", "auto", ENGINES),
        pull=_choice(config, "pull", "missing", PULLS),
        suites=_list(config, "suite"),
        peers=_list(config, "peer"),
        features=_list(config, "feature"),
        configurations=_list(config, "configuration"),
        products=_list(config, "product"),
        roles=_list(config, "role"),
        retries=_number(config, "retries", least=0),
        repeat=_number(config, "repeat", least=1),
        keep=bool(_value(config, "keep")),
        resume=bool(_value(config, "resume")),
        evidence=bool(_value(config, "evidence")),
        pcap=bool(_value(config, "pcap")),
    )


def _value(config: pytest.Config, name: str) -> Any:
    option = config.getoption(f"interop_{name}")
    return option if option not in (None, False, []) else config.getini(f"interop_{name}")


def _list(config: pytest.Config, name: str) -> tuple[str, ...]:
    return tuple(_value(config, name) or ())


def _choice(config: pytest.Config, name: str, default: str, choices: tuple[str, ...]) -> str:
    value = _value(config, name) or default
    if value not in choices:
        raise pytest.UsageError(f"--interop-{name}: {value!r} is not one of {', '.join(choices)}.")
    return str(value)


def _number(config: pytest.Config, name: str, *, least: int) -> int:
    value = config.getoption(f"interop_{name}")
    text = config.getini(f"interop_{name}") if value is None else value
    try:
        number = int(text)
    except ValueError:
        raise pytest.UsageError(f"interop_{name}: {text!r} is not a whole number.") from None
    if number < least:
        raise pytest.UsageError(f"--interop-{name}: {number} is less than {least}.")
    return number


def _here(config: pytest.Config, name: str) -> Path:
    return (config.invocation_params.dir / name).absolute()


def _config_file(config: pytest.Config, given: str) -> Path:
    if given:
        return _here(config, given)
    here = config.invocation_params.dir.absolute()
    for folder in (here, *here.parents):
        if (folder / "interop.yaml").is_file():
            return folder / "interop.yaml"
        if folder == config.rootpath:
            break
    return here / "interop.yaml"
