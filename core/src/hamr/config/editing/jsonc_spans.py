"""Where in JSON with comments each thing stands. The text has been read by `jsonc` before, so that it is JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from hamr.config.editing.nested import Path

_GAP = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_TEXT = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
_PLAIN = re.compile(r"[^\s,\]}/]+")


@dataclass(slots=True)
class Node:
    """A value: `start` is where its name begins (or it itself), `value` where it does, `end` where it ends."""

    path: Path
    start: int
    value: int
    end: int = 0
    inner: list[Node] = field(default_factory=list)

    def find(self, path: Path) -> Node | None:
        """What stands there, below this; of two of one name the later, as it is the one that is read."""
        node: Node | None = self
        for name in path:
            node = next((each for each in reversed(node.inner) if each.path[-1] == name), None) if node else None
        return node


def scan(text: str) -> Node:
    """The places of all there is in this JSON."""
    return _Scanner(text).document()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    def document(self) -> Node:
        self._skip()
        return self._value((), self._at)

    def _value(self, path: Path, start: int) -> Node:
        node = Node(path, start, self._at)
        opens = self._text[self._at]
        if opens in "[{":
            self._inside(node, "}" if opens == "{" else "]")
        elif found := (_TEXT if opens == '"' else _PLAIN).match(self._text, self._at):
            self._at = found.end()
        node.end = self._at
        return node

    def _inside(self, node: Node, closes: str) -> None:
        self._at += 1
        while True:
            self._skip()
            if self._text[self._at] == closes:
                break
            start = self._at
            name: str | int = len(node.inner)
            if closes == "}":
                name = self._name()
            node.inner.append(self._value((*node.path, name), start))
            self._skip()
            if self._text[self._at] == ",":
                self._at += 1
        self._at += 1

    def _name(self) -> str:
        found = _TEXT.match(self._text, self._at)
        name = str(json.loads(found[0])) if found else ""
        self._at = self._text.index(":", found.end() if found else self._at) + 1
        self._skip()
        return name

    def _skip(self) -> None:
        if found := _GAP.match(self._text, self._at):
            self._at = found.end()
