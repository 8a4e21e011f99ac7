"""Pytester projects that use the miniature suite: its peers are line servers run as child processes."""

from __future__ import annotations

import pytest

from interop.load.contract import FOLDERS_VARIABLE

from .runs import CONFIG, DRIVER

pytest_plugins = ["pytester"]


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Make a user's repository with a product of the echo protocol."""
    monkeypatch.setenv(FOLDERS_VARIABLE, "")  # a run sets it; now it is put back after the test
    pytester.makefile(".yaml", interop=CONFIG)
    pytester.makepyfile(acme=DRIVER)
    return pytester
