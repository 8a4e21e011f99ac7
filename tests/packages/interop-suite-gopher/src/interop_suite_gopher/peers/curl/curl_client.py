"""Drives curl by its command line: one run for each item. The exit status decides whether it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import interop

if TYPE_CHECKING:
    from interop_suite_gopher import contract as gopher

    from interop.run.pairing import Site
else:
    gopher = interop.contract("gopher")


class Curl(gopher.Client):
    """It hands over what the server sent, menus too."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def describe(self) -> gopher.Description:
        """Return the packaged version."""
        return gopher.Description(name="curl", version=self._site.party.version, capabilities=("search",))

    def fetch(
        self,
        *,
        endpoint: gopher.Endpoint,
        selector: str,
        kind: str = "0",
        words: str = "",
        timeout: float = 10.0,
    ) -> gopher.Answer:
        """Run curl with the item's URL (RFC 4266, 2.1)."""
        sent = f"{selector}\t{words}" if words else selector
        url = f"gopher://{endpoint.host}:{endpoint.port}/{kind}{quote(sent)}"
        command = ["curl", "--silent", "--show-error", "--max-time", f"{timeout:g}", "--output", "-", url]
        done = self._site.execute(command, timeout=timeout + 10)
        said = done.stderr.decode("utf-8", "replace").strip()
        return gopher.Answer(
            content=done.stdout, failure=f"exit status {done.code}: {said}" if done.code else ""
        )
