"""Drives Lynx by its command line: documents as it would save them, menus as the links that it shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import interop

if TYPE_CHECKING:
    from interop_suite_gopher import contract as gopher

    from interop.run.engine import Executed
    from interop.run.pairing import Site
else:
    gopher = interop.contract("gopher")

RENDERED = ("1", "7")
"""Types of what Lynx shows as a page of its own."""

_LINK = re.compile(r"^ *\d+\. gopher://[^/]+/(?P<type>.)(?P<selector>.*)$", re.MULTILINE)


class Lynx(gopher.Client):
    """One run of Lynx for each item."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def describe(self) -> gopher.Description:
        """Return the packaged version."""
        return gopher.Description(
            name="lynx", version=self._site.party.version, capabilities=("menu", "search")
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
        """Run Lynx with the item's URL (RFC 4266, 2.1)."""
        sent = f"{selector}\t{words}" if words else selector
        how = ["-dump", "-nolist"] if kind in RENDERED else ["-source"]
        done = self._run(how, endpoint, f"{kind}{sent}", timeout)
        return gopher.Answer(content=done.stdout, failure=_failure(done))

    def menu(self, *, endpoint: gopher.Endpoint, selector: str = "", timeout: float = 10.0) -> gopher.Menu:
        """Read the list of links."""
        done = self._run(["-dump", "-listonly"], endpoint, f"1{selector}", timeout)
        found = _LINK.finditer(done.stdout.decode("utf-8", "replace"))
        items = (gopher.Item(type=each["type"], selector=unquote(each["selector"])) for each in found)
        return gopher.Menu(items=tuple(items), failure=_failure(done))

    def _run(self, how: list[str], endpoint: gopher.Endpoint, item: str, timeout: float) -> Executed:
        limits = [f"-connect_timeout={timeout:.0f}", f"-read_timeout={timeout:.0f}"]
        url = f"gopher://{endpoint.host}:{endpoint.port}/{quote(item)}"
        return self._site.execute(["lynx", *limits, *how, url], timeout=timeout + 10)


def _failure(done: Executed) -> str:
    said = done.stderr.decode("utf-8", "replace").strip()
    return f"exit status {done.code}: {said}" if done.code else ""
