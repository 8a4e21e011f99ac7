"""The miniature protocol: a line goes to the server and comes back. For testing the plugin itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from interop.errors import Unsupported


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    text: str


class Client(ABC):
    """Sends lines."""

    @abstractmethod
    def echo(self, *, host: str, port: int, line: str) -> Answer:
        """Send a line; return what came back."""

    def shout(self, *, host: str, port: int, line: str) -> Answer:
        """Send a line that is to come back in capitals."""
        raise Unsupported("this client cannot shout")


class Server(ABC):
    """Answers lines."""


class GeneralServer(Server):
    """Serves every peer of this suite."""

    def __init__(self, site) -> None:
        self.site = site

    def route(self) -> tuple[str, int]:
        return self.site.route("echo")


ROLES = {"client": Client, "server": Server}
GENERAL = {"server": GeneralServer}
