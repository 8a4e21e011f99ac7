"""Drives Pituophis as a client: one `Request` for each item."""

from __future__ import annotations

import importlib.metadata
from typing import TYPE_CHECKING

import pituophis  # type: ignore[import-not-found]  # it is installed where this runs

import interop

if TYPE_CHECKING:
    from interop_suite_gopher import contract as gopher
else:
    gopher = interop.contract("gopher")


class Pituophis(gopher.Client):
    """Ten seconds of silence are its own limit; it has no option for another."""

    def describe(self) -> gopher.Description:
        """Return the installed version."""
        return gopher.Description(
            name="pituophis",
            version=importlib.metadata.version("Pituophis"),
            capabilities=("menu", "search"),
        )

    def fetch(
        self,
        *,
        endpoint: gopher.Endpoint,
        selector: str,
        kind: str = "0",
        words: str = "",
        timeout: float = 10.0,
    ) -> gopher.Answer:
        """Send one request and read to the end."""
        del timeout
        try:
            response = _request(endpoint, selector, kind, words).get()
        except OSError as error:
            return gopher.Answer(failure=f"{error.__class__.__name__}: {error.strerror or error}")
        return gopher.Answer(content=response.binary)

    def menu(self, *, endpoint: gopher.Endpoint, selector: str = "", timeout: float = 10.0) -> gopher.Menu:
        """Let Pituophis take the menu apart."""
        del timeout
        try:
            items = _request(endpoint, selector, "1", "").get().menu()
        except OSError as error:
            return gopher.Menu(failure=f"{error.__class__.__name__}: {error.strerror or error}")
        return gopher.Menu(
            items=tuple(
                gopher.Item(type=each.type, title=each.text, selector=each.path)
                for each in items
                if each.type != "i"
            )
        )


def _request(endpoint: gopher.Endpoint, selector: str, kind: str, words: str) -> pituophis.Request:
    return pituophis.Request(host=endpoint.host, port=endpoint.port, path=selector, query=words, itype=kind)
