"""What happens when the network is slow, or fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import interop

if TYPE_CHECKING:
    from interop_suite_gopher.conftest import Reader


@interop.feature("silence", deadline=25)
def test_a_client_gives_up_a_server_that_falls_silent(reader: Reader) -> None:
    reader.wire.stall(b"/letter.txt", "client", forward=False)
    answer = reader.try_to_fetch("/letter.txt", timeout=3.0)
    assert answer.failure, "the client reports success, though the server never answered"
