"""The run's own test certificates: one CA that parties trust, and a stranger's that they must not.

Made anew for each run, so that no key lies in an image or in the repository. Knows nothing of engines.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

SERVER_NAMES = ("mail.interop.test", "host.interop.test", "interop.test", "localhost")
"""The names in a server's certificate. No address is among them: reaching a server by its number is the
name mismatch that scenarios provoke (RFC 9525, 6.3)."""

VALIDITY = timedelta(days=90)
"""How long the server's certificate is valid, as one from a public CA: servers set timers by it, and some of
them end when it is centuries away."""


class Pki:
    """A test CA, the certificate it gave the server, and a stranger's CA."""

    def __init__(self) -> None:
        self._ca = trustme.CA(organization_name="interop test CA")
        self._stranger = trustme.CA(organization_name="a stranger's CA")
        self._server = self._ca.issue_cert(
            *SERVER_NAMES, common_name=SERVER_NAMES[0], not_after=datetime.now(UTC) + VALIDITY
        )

    def write(self, folder: Path) -> None:
        """Write `ca.pem`, `stranger.pem`, `cert.pem` and `key.pem` (mode 0600) into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ca.pem").write_bytes(self._ca.cert_pem.bytes())
        (folder / "stranger.pem").write_bytes(self._stranger.cert_pem.bytes())
        chain = b"".join(blob.bytes() for blob in self._server.cert_chain_pems)
        (folder / "cert.pem").write_bytes(chain)
        key = folder / "key.pem"
        key.touch(mode=0o600)
        key.write_bytes(self._server.private_key_pem.bytes())
