"""What every Gopher scenario works with: a reader who fetches through the client, and knows what is served.

Messages of assertions name no address, port or time: they are what a failure is known by in another run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import interop

if TYPE_CHECKING:
    from interop.run.pairing import Pairing
    from interop_suite_gopher import contract as gopher
else:
    gopher = interop.contract("gopher")

client = interop.role("client")
server = interop.role("server")


class Reader:
    """Fetches through the client, and knows what lies on the server."""

    def __init__(self, pairing: Pairing, client: gopher.Client, server: gopher.Server) -> None:
        self.wire = pairing.wire
        self._pairing = pairing
        self._client = client
        self._server = server

    def can(self, capability: str) -> None:
        """End the scenario as unsupported when the client states that it lacks the capability."""
        description = self._client.describe()
        if capability not in description.capabilities:
            what = gopher.CAPABILITIES[capability]
            raise interop.Unsupported(
                f"{description.name} does not declare {capability!r}: {what}", side="client"
            )

    @property
    def endpoint(self) -> gopher.Endpoint:
        """Where the client connects: through the relay."""
        host, port = self._pairing.site("server").route("gopher")
        return gopher.Endpoint(host=host, port=port)

    def try_to_fetch(
        self, selector: str, *, kind: str = "0", words: str = "", timeout: float = 10.0
    ) -> gopher.Answer:
        """Let the client fetch, and return what it reports."""
        return self._client.fetch(
            endpoint=self.endpoint, selector=selector, kind=kind, words=words, timeout=timeout
        )

    def fetch(self, selector: str, *, kind: str = "0", words: str = "") -> bytes:
        """Let the client fetch; the scenario fails here when it reports anything but success."""
        answer = self.try_to_fetch(selector, kind=kind, words=words)
        assert not answer.failure, f"the client reports a failure: {answer.failure}"
        return answer.content

    def text(self, selector: str) -> list[str]:
        """Let the client fetch a text; return its lines, whatever ends them."""
        return self.fetch(selector).decode("utf-8", "replace").splitlines()

    def stored_text(self, selector: str) -> list[str]:
        """Return the lines of a text as it lies on the server."""
        return self._server.stored(selector=selector).decode().splitlines()

    def stored(self, selector: str) -> bytes:
        """Return a file as it lies on the server."""
        return self._server.stored(selector=selector)

    def menu(self) -> tuple[gopher.Item, ...]:
        """Let the client fetch the first menu; return what can be chosen."""
        self.can("menu")
        menu = self._client.menu(endpoint=self.endpoint)
        assert not menu.failure, f"the client reports a failure: {menu.failure}"
        return menu.items


@pytest.fixture
def reader(interop_pairing: Pairing, client: gopher.Client, server: gopher.Server) -> Reader:
    """Who reads what the server serves."""
    return Reader(interop_pairing, client, server)
