"""The catalogue as a command sees it: what is shipped, and what an interop.yaml adds to it."""

from __future__ import annotations

import argparse
from pathlib import Path

from interop.load.catalog import Catalog, load_catalog
from interop.load.manifest import load_config


def add_config_option(parser: argparse.ArgumentParser) -> None:
    """Add `--config`, by which peers and suites of the user's own are found."""
    parser.add_argument(
        "--config",
        metavar="FILE",
        type=Path,
        help="the product's description (default: interop.yaml)",
    )


def find_catalog(arguments: argparse.Namespace) -> Catalog:
    """Return the catalogue with what the configuration adds to it."""
    file: Path | None = arguments.config
    if file is None and Path("interop.yaml").is_file():
        file = Path("interop.yaml")
    if file is None:
        return load_catalog()
    config = load_config(file)
    return load_catalog(peer_folders=config.peer_folders, suite_folders=config.suite_folders)
