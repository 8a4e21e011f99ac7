"""Serves what the suite has given with Pituophis' own handler, and a search beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pituophis  # type: ignore[import-not-found]  # it is installed where this runs


def search(request: pituophis.Request) -> list[pituophis.Item] | None:
    """Answer a search with an item in which the words stand that were looked for."""
    if request.path != "/cgi-bin/search":
        return None
    return [pituophis.Item(itype="i", text=f"You looked for {request.query}")]


if __name__ == "__main__":
    pituophis.serve(
        host=os.environ["INTEROP_HOSTNAME"],
        port=int(os.environ["INTEROP_PORT_GOPHER"]),
        pub_dir=f"{Path(os.environ['INTEROP_STATE'], 'given', 'gopher')}/",
        alt_handler=search,
        send_period=os.environ["INTEROP_CONFIGURATION"] == "last-line",
    )
