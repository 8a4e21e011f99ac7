"""The pytest plugin. Without `--interop` this module is all that is loaded, and it does nothing.

Everything else of the plugin is imported when it is asked for: `session` holds it together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

_TEXT: tuple[tuple[str, str, str], ...] = (
    ("config", "FILE", "the product's description (default: interop.yaml, here or above)"),
    (
        "expectations",
        "FILE",
        "the gaps that are known (default: interop-expectations.yaml beside the configuration)",
    ),
    ("report", "DIR", "where the record and the reports are written (default: interop-report)"),
    ("engine", "auto|docker|process", "what runs the peers (default: auto)"),
    ("pull", "never|missing|always", "whether images are built and base images fetched (default: missing)"),
)
_LISTS: tuple[tuple[str, str, str], ...] = (
    ("suite", "NAME", "only this suite; may be given again"),
    (
        "peer",
        "GLOB",
        "only these peers, such as postfix, 'postfix@3.10*' or 'exim>=4.96'; may be given again",
    ),
    ("feature", "GLOB", "only these features; may be given again"),
    (
        "configuration",
        "NAME",
        "also run the peers' configurations of this name, or 'all'; may be given again",
    ),
    (
        "product",
        "NAME",
        "put a shipped implementation, such as smtplib, in the product's place; may be given again",
    ),
    (
        "role",
        "SUITE.ROLE",
        "only this role of the product, such as smtp.client or '*.client'; may be given again",
    ),
)
_NUMBERS: tuple[tuple[str, str, int], ...] = (
    ("retries", "how often a failing attempt is repeated before it is believed", 2),
    ("repeat", "how often every scenario is run", 1),
)
_FLAGS: tuple[tuple[str, str], ...] = (
    ("keep", "leave the peers up after the run ('interop clean' takes them down)"),
    ("resume", "go on from the record of a run that was cut short"),
    ("pcap", "capture the peers' traffic, with the keys to its TLS, in the report's folder pcap"),
    ("evidence", "keep transcripts and logs of passing attempts too"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, each with its twin in the ini file."""
    group = parser.getgroup("interop", "interoperability with third-party implementations")
    group.addoption("--interop", action="store_true", help="run the product against its peers")
    for name, metavar, text in _TEXT:
        group.addoption(f"--interop-{name}", metavar=metavar, help=f"{text}.")
        parser.addini(f"interop_{name}", f"{text}.", default="")
    for name, metavar, text in _LISTS:
        group.addoption(f"--interop-{name}", metavar=metavar, action="append", help=f"{text}.")
        parser.addini(f"interop_{name}", f"{text}.", type="args", default=[])
    for name, text, default in _NUMBERS:
        group.addoption(f"--interop-{name}", metavar="N", type=int, help=f"{text} (default: {default}).")
        parser.addini(f"interop_{name}", f"{text}.", default=str(default))
    for name, text in _FLAGS:
        group.addoption(f"--interop-{name}", action="store_true", help=f"{text}.")
        parser.addini(f"interop_{name}", f"{text}.", type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and the real plugin when it is asked for."""
    config.addinivalue_line("markers", "interop_feature(id, deadline): the feature that a scenario exercises")
    config.addinivalue_line("markers", "interop_needs(*situations): what the peer must offer for a scenario")
    if config.getoption("interop"):
        from interop.plugin.session import activate  # noqa: PLC0415 - loaded only when asked for

        activate(config)
