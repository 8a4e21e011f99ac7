"""What a driver of each Gopher role can do, the driver that serves every server peer, and what is served.

A driver translates: it calls its program in the way that is usual there, and says what came of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interop.errors import Unsupported

if TYPE_CHECKING:
    from interop.run.pairing import Site

LETTER = ("Dear gopher,", "", "the tunnel is dry.", "Yours, a mole")
PERIODS = ("first", ".", "..", ".hidden", "last")
LARGE = tuple(f"{number:07d} {'burrow ' * 8}".rstrip() for number in range(16_384))
"""Lines of one mebibyte, all different."""
PICTURE = bytes(range(256)) * 8 + b"\r\n.\r\nafter the period\n"
LONG_NAME = f"{'tunnel-' * 30}end.txt"
"""As long as a selector may well be: RFC 1436, 3.9 sets the bound at 255 characters."""
DOCUMENTS = {
    "letter.txt": "\n".join((*LETTER, "")).encode(),
    "with two spaces.txt": "\n".join((*LETTER, "")).encode(),
    LONG_NAME: "\n".join((*LETTER, "")).encode(),
    "periods.txt": "\n".join((*PERIODS, "")).encode(),
    "large.txt": "\n".join((*LARGE, "")).encode(),
    "empty.txt": b"",
    "picture.bin": PICTURE,
}
"""What every server serves, by the path that follows the first slash of its selector."""

CAPABILITIES = {
    "menu": "takes a menu apart: it knows type, title and selector of each item",
    "search": "sends words to look for",
}
"""What a client may declare, and what each word means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a client is, and what it states that it can do."""

    name: str
    version: str
    capabilities: tuple[str, ...] = ()
    """Words of `CAPABILITIES`. What is not among them, the client states that it lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where to connect."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the client reports of one item."""

    content: bytes = b""
    """As the client hands it to its user: as it would be saved."""
    failure: str = ""
    """In the client's own words; empty when it reports none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of a menu."""

    type: str
    """One character, such as 0 for a text and 1 for a menu (RFC 1436, 3.8)."""
    selector: str
    title: str = ""
    """Empty where the client does not show it beside the selector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """What the client reports of a menu."""

    items: tuple[Item, ...] = ()
    """Those that can be chosen; lines that are only to be read need not be among them."""
    failure: str = ""
    """In the client's own words; empty when it reports none."""


class Client(ABC):
    """A program or library that reads gopherspace."""

    @abstractmethod
    def describe(self) -> Description:
        """Return name, exact version and capabilities of the client."""

    @abstractmethod
    def fetch(
        self, *, endpoint: Endpoint, selector: str, kind: str = "0", words: str = "", timeout: float = 10.0
    ) -> Answer:
        """Fetch the item of a selector, and return what the client makes of it.

        `kind` is the item's type, as a menu would have named it; `words` are what to look for (type 7).
        `timeout` is in seconds, for a client that can be told; another keeps its own. Whatever goes wrong
        between client and server is reported in the Answer, never raised.
        """

    def menu(
        self,
        *,
        endpoint: Endpoint,  # noqa: ARG002 - not offered
        selector: str = "",  # noqa: ARG002 - not offered
        timeout: float = 10.0,  # noqa: ARG002 - not offered
    ) -> Menu:
        """Fetch a menu, and return the items that the client lets its user choose from."""
        raise Unsupported("the client shows a menu as the text that it is")


class Server(ABC):
    """A program that serves gopherspace."""

    @abstractmethod
    def stored(self, *, selector: str) -> bytes:
        """Return what lies on the server under a selector, past the protocol."""


class GeneralServer(Server):
    """The driver of every server peer that keeps the conventions of this suite's README."""

    READS_STATE = True
    """What is served is read from the party's state directory, so that it must be there."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def stored(self, *, selector: str) -> bytes:
        """Read the file."""
        return (self._site.state / "given" / "gopher" / selector.removeprefix("/")).read_bytes()


ROLES = {"client": Client, "server": Server}
"""The contract of each role."""

GENERAL = {"server": GeneralServer}
"""The drivers that serve most implementations of a role."""

MENU = (
    ("0", "A letter", "/letter.txt"),
    ("9", "A picture", "/picture.bin"),
    ("7", "A search", "/cgi-bin/search"),
)
"""Type, title and selector of the items of the first menu."""


def furnish(folder: Path) -> None:
    """Write what every party finds as `given/` in its state directory."""
    root = folder / "gopher"
    root.mkdir()
    for name, content in DOCUMENTS.items():
        (root / name).write_bytes(content)
    (root / "gophermap").write_text("".join(f"{kind}{title}\t{selector}\n" for kind, title, selector in MENU))


def trials(port: int) -> dict[str, dict[str, dict[str, Any]]]:
    """Return parameters by role and operation, against a server that is not there, for a driver's check."""
    endpoint = Endpoint(host="127.0.0.1", port=port)
    return {
        "client": {
            "fetch": {"endpoint": endpoint, "selector": "/letter.txt", "timeout": 5.0},
            "menu": {"endpoint": endpoint, "timeout": 5.0},
        }
    }
