"""A gap that is known and declared: what is expected, why, who owns it, and until when it may stand."""

from __future__ import annotations

from dataclasses import dataclass

from interop.errors import Place
from interop.model.matrix import Verdict
from interop.model.suite import Workaround


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One entry of `interop-expectations.yaml`."""

    suite: str
    feature: str
    peer: str
    """The peer's name, or a glob."""
    versions: str = ""
    """The peer's versions, such as `>=7.6,<8`; empty for all."""
    configuration: str = "default"
    product: str = ""
    """The product's name; empty for any."""
    verdict: Verdict = Verdict.FAILS
    """`fails`, `flaky` or `unsupported`."""
    signature: str = ""
    """The failure's signature, or a glob over it; empty only for `unsupported`."""
    reason: str
    impact: str = ""
    workaround: Workaround | None = None
    owner: str = ""
    issue: str = ""
    """Where the gap is followed up."""
    review: str
    """The day, YYYY-MM-DD, from which the entry must be looked at again."""
    place: Place

    @property
    def note(self) -> str:
        """Reason, owner, issue and review date in a line for reports."""
        parts = [self.reason]
        if self.owner:
            parts.append(f"owner {self.owner}")
        if self.issue:
            parts.append(self.issue)
        return "; ".join((*parts, f"to be reviewed by {self.review}"))
