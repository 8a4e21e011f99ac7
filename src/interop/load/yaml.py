"""YAML with its line marks, without YAML's surprises.

Only text, true/false and null are told apart, and whole numbers that have no second reading: `1.10`, `12:30`,
`no`, `2026-01-01` stay text. Duplicate keys, anchors, aliases, tags and oversized files are refused; on
demand, all that the checker in the browser does not read (`simple`). Knows nothing of what the keys mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from interop.errors import ConfigError, Place
from interop.load.yaml_words import refusal

SIZE_LIMIT = 1024 * 1024
"""Characters. A descriptor written by hand is a hundredth of this."""

DEPTH_LIMIT = 50
"""Levels. A descriptor written by hand has about six."""

Path_ = tuple[str | int, ...]

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser where PyYAML was built with it: ten times as fast."""

_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class Document:
    """A loaded file: plain values, and where each of them stands."""

    file: Path | str
    value: Any
    lines: dict[Path_, int] = field(default_factory=dict)
    """Line of each key or item by its path; `()` is the document itself."""

    def place(self, *path: str | int) -> Place:
        """Return where `path` stands, or its nearest parent that is there."""
        at = tuple(path)
        while at not in self.lines and at:
            at = at[:-1]
        return Place(self.file, self.lines.get(at, 1))


def load_yaml(text: str, file: Path | str, *, simple: bool = False) -> Document:
    """Load one YAML document, an empty one as `{}`; raise ConfigError with file and line on any mistake.

    With `simple`, blocks of text, directives and keys behind a question mark are mistakes too.
    """
    if len(text) > SIZE_LIMIT:
        raise ConfigError(
            f"the file has {len(text):,} characters; at most {SIZE_LIMIT:,} are read.",
            where=Place(file),
            hint="A file written by hand is far smaller: is this the right one?",
        )
    try:
        return _Builder(file, text, simple=simple).document()
    except yaml.MarkedYAMLError as error:
        raise refusal(error, text, file) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigError(
            "a character stands here that text files do not have.",
            where=Place(file, line),
            hint="Save the file as plain UTF-8 text.",
        ) from None
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise ConfigError("not valid YAML: half a character.", where=Place(file, line)) from None


def read_yaml(file: Path, *, simple: bool = False) -> Document:
    """Read and load a YAML file; raise ConfigError when it cannot be read or is not valid."""
    try:
        size = file.stat().st_size
        if size > SIZE_LIMIT * 4:
            raise ConfigError(
                f"the file has {size:,} bytes; at most {SIZE_LIMIT:,} are read.", where=Place(file)
            )
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"not UTF-8 text: {error.reason} at byte {error.start}.", where=Place(file)
        ) from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}.", where=Place(file)) from None
    return load_yaml(text, file, simple=simple)


class _Builder:
    """Makes values of the parser's events, and notes where each stands."""

    def __init__(self, file: Path | str, text: str, *, simple: bool) -> None:
        # PyYAML's events have no common type with the attributes that all of them have.
        self._file = file
        self._events: Iterator[Any] = yaml.parse(text, Loader=_PARSER)
        self._rows = text.splitlines() if simple else []
        self._lines: dict[Path_, int] = {}

    def document(self) -> Document:
        next(self._events)  # the stream's start
        begin = next(self._events)
        if isinstance(begin, yaml.StreamEndEvent):
            return Document(self._file, {}, {(): 1})
        if self._rows and (begin.version or begin.tags):
            raise ConfigError("directives are not read.", where=self._place(begin), hint="Delete the line.")
        value = self._value(next(self._events), ())
        next(self._events)  # the document's end
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise ConfigError("a second document begins here; only one is read.", where=self._place(after))
        return Document(self._file, value, self._lines)

    def _place(self, event: Any) -> Place:
        return Place(self._file, event.start_mark.line + 1)

    def _value(self, event: Any, path: Path_) -> Any:
        self._lines.setdefault(path, event.start_mark.line + 1)
        if isinstance(event, yaml.AliasEvent):
            what = f"the alias *{event.anchor} is not read."
            raise ConfigError(what, where=self._place(event), hint="Write the value out.")
        self._refuse_marks(event)
        if isinstance(event, yaml.ScalarEvent):
            if self._rows and event.style in {"|", ">"}:
                what = "a block of text begins here."
                raise ConfigError(what, where=self._place(event), hint="Write it in one line.")
            return _scalar(event)
        if len(path) >= DEPTH_LIMIT:
            raise ConfigError(f"more than {DEPTH_LIMIT} levels deep.", where=self._place(event))
        return self._mapping(path) if isinstance(event, yaml.MappingStartEvent) else self._sequence(path)

    def _sequence(self, path: Path_) -> list[Any]:
        built: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            built.append(self._value(event, (*path, len(built))))
        return built

    def _mapping(self, path: Path_) -> dict[str, Any]:
        built: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            name = self._key(event)
            if name in built:
                first = self._lines[(*path, name)]
                what = f"{name!r} stands twice; it was first given in line {first}."
                raise ConfigError(what, where=self._place(event), hint="Delete one of them.")
            self._lines[(*path, name)] = event.start_mark.line + 1
            built[name] = self._value(next(self._events), (*path, name))
        return built

    def _key(self, event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise ConfigError("a list or a mapping is not a key: keys are words.", where=self._place(event))
        self._refuse_marks(event)
        if self._questioned(event):
            what, hint = "a question mark stands before this key.", "Write the key and its colon in one line."
            raise ConfigError(what, where=self._place(event), hint=hint)
        name: str = event.value
        if isinstance(_scalar(event), bool | None):
            raise ConfigError(f"{name!r} is not a key: keys are words.", where=self._place(event))
        return name

    def _refuse_marks(self, event: Any) -> None:
        """Refuse a name by which a value would be repeated, and a statement of what it is."""
        if event.anchor is not None:
            what = f"the anchor &{event.anchor} is not read."
            raise ConfigError(what, where=self._place(event), hint="Delete it.")
        if event.tag is not None and event.tag != "!":
            what = f"the tag {event.tag} is not read."
            raise ConfigError(what, where=self._place(event), hint="Delete it.")

    def _questioned(self, event: Any) -> bool:
        """Say whether a key is written as `? key`: the parser does not tell."""
        mark = event.start_mark
        before = self._rows[mark.line][: mark.column] if mark.line < len(self._rows) else ""
        return before.rstrip().endswith("?")


def _scalar(event: Any) -> Any:
    text: str = event.value
    if not event.implicit[0]:  # quoted
        return text
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _NUMBER.fullmatch(text) else text
