"""Journals and matrices: what was seen and what it means, on disk.

A journal is one JSON object a line, appended while the run goes on by as many processes as there are; a
matrix is one JSON object. Knows nothing of how the one becomes the other.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from interop.errors import Place, RecordError, nearest
from interop.load.belief import check_belief
from interop.model.attempt import Attempt, Journal, Party, RunEnd, RunFacts, Skip
from interop.model.matrix import SCHEMA_VERSION, Matrix

_KINDS: dict[str, type[Any]] = {
    "run": RunFacts,
    "party": Party,
    "planned": Skip,
    "skip": Skip,
    "attempt": Attempt,
    "end": RunEnd,
}

_ENCODER = msgspec.json.Encoder(order="deterministic")


class JournalWriter:
    """Appends events to a journal; several processes may write to the same file.

    Each event is one write, so that it is whole or not there, whatever kills the process afterwards. What a
    killed process left torn is cut off by the next one that opens the file alone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with _told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
            self._repair()

    def write(self, kind: str, value: RunFacts | Party | Skip | Attempt | RunEnd) -> None:
        """Append one event; raise RecordError when it cannot be written. `kind` is a key of the format."""
        if not isinstance(value, _KINDS[kind]):
            raise TypeError(f"{kind!r} is no kind for {type(value).__name__}")
        head = f'{{"kind":"{kind}",'
        if kind == "run":
            head += f'"schema_version":{SCHEMA_VERSION},'
        line = head.encode() + _encode(value)[1:] + b"\n"
        with _told(self._path):
            if os.write(self._file, line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> None:
        """Let go of the file. May be called twice."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _repair(self) -> None:
        """Cut off a torn last line, when nobody else is writing; every writer holds a shared lock."""
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            size = os.fstat(self._file).st_size
            os.ftruncate(self._file, _whole(self._file, size))
        fcntl.flock(self._file, fcntl.LOCK_SH)


def read_journal(path: Path) -> Journal:
    """Read a journal; a torn last line is passed over.

    Raises RecordError when it cannot be read, another line is torn, or it is of a newer schema.
    """
    collected = _Collected()
    for number, line, last in _lines(path):
        try:
            collected.add(line)
        except msgspec.DecodeError as error:
            if last and not isinstance(error, msgspec.ValidationError):
                break
            raise RecordError(
                f"this line of the journal cannot be read: {_words(error)}.", where=Place(path, number)
            ) from None
        except RecordError as error:
            error.where = Place(path, number)
            raise
    if collected.facts is None:
        raise RecordError("the journal does not say which run it is of.", where=Place(path))
    return collected.journal(collected.facts)


def matrix_to_json(matrix: Matrix) -> str:
    """Return the published form: keys in their order, one line a cell, so that versions of it compare."""
    members = []
    for member in fields(Matrix):
        value = getattr(matrix, member.name)
        if isinstance(value, tuple) and value:
            text = "[\n" + ",\n".join(_encode(item).decode() for item in value) + "\n]"
        else:
            text = _encode(value).decode()
        members.append(f'"{member.name}": {text}')
    return "{\n" + ",\n".join(members) + "\n}\n"


def read_matrix(path: Path) -> Matrix:
    """Read a matrix; raise RecordError for none, one cut short, of a newer schema, or not to believe."""
    content = _read(path)
    where = Place(path)
    try:
        try:
            matrix = msgspec.json.decode(content, type=Matrix)
        except msgspec.ValidationError:
            version = msgspec.json.decode(content, type=_Head).schema_version
            if version is None:
                raise RecordError("this is no matrix: it has no schema_version.", where=where) from None
            _refuse_newer(version, where)
            raise
    except (msgspec.DecodeError, RecursionError) as error:
        cut_short = content.startswith(b"{") and not content.rstrip().endswith(b"}")
        why = "it is cut short" if cut_short else _words(error)
        raise RecordError(f"this is no matrix: {why}.", where=where) from None
    _refuse_newer(matrix.schema_version, where)
    check_belief(matrix, where, now=time.time())
    return matrix


def write_atomic(path: Path, text: str) -> None:
    """Write a whole file or nothing; raise RecordError when it cannot be written. Makes the folder."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    with _told(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("x", encoding="utf-8", errors="replace", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise


class _Head(msgspec.Struct):
    """As much of a line or a file as says how to read the rest."""

    kind: str = ""
    schema_version: int | None = None


@dataclass(slots=True)
class _Collected:
    """What has been read of a journal."""

    facts: RunFacts | None = None
    parties: dict[tuple[str, ...], Party] = field(default_factory=dict)
    planned: dict[Skip, None] = field(default_factory=dict)
    skips: dict[Skip, None] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    end: RunEnd | None = None

    def add(self, line: bytes) -> None:
        head = msgspec.json.decode(line, type=_Head)
        if head.schema_version is not None:
            _refuse_newer(head.schema_version, None)
        if head.kind not in _KINDS:
            raise RecordError(f"{head.kind!r} is no kind of event. {nearest(head.kind, _KINDS)}")
        event = msgspec.json.decode(line, type=_KINDS[head.kind])
        self.end = None  # a run that was resumed has not ended where it once did
        match head.kind:
            case "run":
                self.facts = self.facts or event
            case "party":
                # Each worker writes down the parties that it met.
                party: Party = event
                self.parties.setdefault(
                    (party.suite, party.role, party.key, party.version, party.digest), party
                )
            case "planned":
                self.planned[event] = None
            case "skip":
                self.skips[event] = None
            case "attempt":
                self.attempts.append(event)
            case "end":
                self.end = event

    def journal(self, facts: RunFacts) -> Journal:
        return Journal(
            facts=facts,
            parties=tuple(self.parties.values()),
            skips=tuple(self.skips),
            attempts=tuple(self.attempts),
            planned=tuple(self.planned),
            end=self.end,
        )


def _lines(path: Path) -> Iterator[tuple[int, bytes, bool]]:
    """Yield number, text and whether it is an unfinished last line."""
    lines = _read(path).split(b"\n")
    for number, line in enumerate(lines, 1):
        if line:
            yield number, line, number == len(lines)


def _whole(file: int, size: int) -> int:
    """Return how many bytes of the file are whole lines."""
    end = size
    while end:
        start = max(0, end - 65536)
        newline = os.pread(file, end - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordError(f"cannot be read: {error.strerror}.", where=Place(path)) from None


def _encode(value: Any) -> bytes:
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError:  # half a character, from a peer
        return _ENCODER.encode(_without_surrogates(msgspec.to_builtins(value)))


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list | tuple):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value


def _refuse_newer(version: int, where: Place | None) -> None:
    if version > SCHEMA_VERSION:
        raise RecordError(
            f"it is of schema version {version}; this interop reads up to {SCHEMA_VERSION}.",
            where=where,
            hint="Upgrade pytest-interop to read it.",
        )


def _words(error: Exception) -> str:
    """Return msgspec's sentence in the words of the other errors."""
    text = str(error)
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if "truncated" in text:
        return "it is cut short"
    what, _, place = text.partition(" - at `$")
    place = place.strip("`.")
    what = what.replace("`", "").replace("Object missing required field", "it lacks the field")
    if not what.startswith("JSON"):
        what = f"{what[:1].lower()}{what[1:]}"
    return f"{what}, at {place}" if place else what


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn a failure to write into a sentence."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        raise RecordError(
            f"cannot be written: {error.strerror}.",
            where=Place(path),
            hint="Free some space and run again." if full else "",
        ) from None
