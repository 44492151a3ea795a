"""Where in a TOML file each thing stands. The standard library reads TOML, but tells no places.

The text has been read by `tomllib` before, so that it is TOML; whatever is written by these places is read again.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field

from hamr.config.editing.nested import Path

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_GAP = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_PLAIN = re.compile(r"[^,\]}#\r\n]*")
_TEXT = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\])*"|\'[^\']*\'', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and its value: `start` is where the key begins, `value` where the value does, `end` where it ends.

    `opens` is the character that opens a table or list within the line. `home` is the path of the table in whose lines
    or braces it stands.
    """

    path: Path
    start: int
    value: int
    end: int
    opens: str
    home: Path
    within: bool


@dataclass(slots=True)
class Section:
    """A table with a head of its own, `[like.this]`; the file's beginning is the one without a name.

    `start` is where the head begins, `head` where it ends, and `end` where its last entry does.
    """

    path: Path
    start: int
    head: int
    end: int


@dataclass(slots=True)
class Spans:
    """All entries and tables of a file, in its order."""

    entries: list[Entry] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)


def scan(text: str) -> Spans:
    """The places of all there is in this TOML."""
    return _Scanner(text).document()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._spans = Spans()
        self._last: dict[Path, int] = {}

    def document(self) -> Spans:
        section = Section((), 0, 0, 0)
        self._spans.sections.append(section)
        while True:
            self._skip(_GAP)
            if self._at >= len(self._text):
                return self._spans
            if self._text[self._at] == "[":
                section = self._head()
                self._spans.sections.append(section)
            else:
                self._entry(section.path, within=False)
                section.end = self._at

    def _head(self) -> Section:
        start = self._at
        listed = self._text.startswith("[[", self._at)
        self._at += 2 if listed else 1
        path: Path = ()
        names = self._names()
        for place, name in enumerate(names):
            path = (*path, name)
            if place == len(names) - 1 and listed:
                self._last[path] = self._last.get(path, -1) + 1
            if path in self._last:
                path = (*path, self._last[path])
        self._at = self._text.index("]", self._at) + (2 if listed else 1)
        return Section(path, start, self._at, self._at)

    def _entry(self, home: Path, *, within: bool) -> None:
        start = self._at
        path = (*home, *self._names())
        self._at = self._text.index("=", self._at) + 1
        self._skip(_SPACE)
        self._value(path, start, home, within=within)

    def _value(self, path: Path, start: int, home: Path, *, within: bool) -> None:
        value, number = self._at, len(self._spans.entries)
        opens = self._text[value] if self._text[value] in "[{" else ""
        if opens == "[":
            self._list(path)
        elif opens == "{":
            self._table(path)
        elif found := _TEXT.match(self._text, value):
            self._at = found.end()
        else:
            plain = _PLAIN.match(self._text, value)
            self._at = value + len(plain[0].rstrip() if plain else "")
        self._spans.entries.insert(number, Entry(path, start, value, self._at, opens, home, within))

    def _list(self, path: Path) -> None:
        self._at += 1
        for number in range(len(self._text)):
            self._skip(_GAP)
            if self._text[self._at] == "]":
                break
            self._value((*path, number), self._at, path, within=True)
            self._skip(_GAP)
            if self._text[self._at] == ",":
                self._at += 1
        self._at += 1

    def _table(self, path: Path) -> None:
        self._at += 1
        while True:
            self._skip(_GAP)
            if self._text[self._at] == "}":
                break
            self._entry(path, within=True)
            self._skip(_GAP)
            if self._text[self._at] == ",":
                self._at += 1
        self._at += 1

    def _names(self) -> list[str]:
        names = []
        while True:
            self._skip(_SPACE)
            if bare := _BARE.match(self._text, self._at):
                names.append(bare[0])
                self._at = bare.end()
            elif quoted := _TEXT.match(self._text, self._at):
                names.append(str(tomllib.loads(f"name = {quoted[0]}")["name"]))
                self._at = quoted.end()
            self._skip(_SPACE)
            if self._text[self._at] != ".":
                return names
            self._at += 1

    def _skip(self, pattern: re.Pattern[str]) -> None:
        if found := pattern.match(self._text, self._at):
            self._at = found.end()
