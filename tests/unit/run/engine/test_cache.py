"""Small files that processes share."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from interop.errors import EngineError
from interop.run.engine.cache import cached, locked, write_once


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_a_file_is_written_whole_and_once() -> None:
    file = cached("versions", "a")
    write_once(file, "1.0")
    first = file.stat().st_ino
    write_once(file, "1.0")
    assert file.stat().st_ino == first
    write_once(file, "1.1")
    assert file.read_text() == "1.1"
    assert [path.name for path in file.parent.iterdir()] == ["a"]


def test_a_lock_keeps_others_out_until_it_is_given_back() -> None:
    order: list[str] = []
    waiting = threading.Event()

    def second() -> None:
        with locked("interop/a:1", waiting.set):
            order.append("second")

    with locked("interop/a:1", lambda: order.append("never")):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(5)
        with locked("another", lambda: order.append("never")):
            order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "interop").write_text("a file in the way")
    with pytest.raises(EngineError, match="cannot be written") as caught, locked("a", lambda: None):
        pass
    assert "XDG_CACHE_HOME" in caught.value.hint
    with pytest.raises(EngineError, match="cannot be written"):
        write_once(cached("versions", "a"), "1")
