"""JSON as it grows: the value so far, in time that is linear in its length."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from hamr.errors import BrokenReply, ConfigError

DEEPEST = 200
"""How deep values may be nested; the parser of whole documents, pydantic's core, goes no deeper."""

SMALL = 4096
"""A text in progress that is shorter is shown up to its last character."""

_SPACE = re.compile(r"[ \t\n\r]*")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_NUMERIC = re.compile(r"[-+0-9.eE]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_HEX = re.compile(r"[0-9a-fA-F]{4}")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS = {"true": True, "false": False, "null": None}
_BY_LETTER = {word[0]: word for word in _WORDS}


class PartialJSON:
    """A JSON document, read piece by piece.

    `value` is what is known of it so far, one and the same object that grows: numbers and words stand in it when they
    are complete, a key when its value begins. A text of more than 4,096 characters in progress may lag behind by an
    eighth of its length. `feed` and `finish` raise BrokenReply where the document makes no sense.
    """

    __slots__ = ("_before", "_held", "_is_key", "_keys", "_pieces", "_rest", "_stack", "_state", "_text", "value")

    def __init__(self) -> None:
        self.value: Any = None
        self._stack: list[list[Any] | dict[str, Any]] = []
        self._keys: list[str] = []
        self._state: Callable[[PartialJSON, str, int], int] = PartialJSON._value
        self._text, self._pieces, self._held = "", list[str](), 0
        self._is_key = False
        self._rest, self._before = "", 0

    def feed(self, text: str) -> Any:
        """Take in the next piece, and give the value so far; None while nothing is known."""
        given: Any = text
        if not isinstance(given, str):
            raise ConfigError(f"a piece of JSON is of the type {type(given).__name__}", hint="Give it as text.")
        if self._rest:
            text = self._rest + text
            self._rest = ""
        at, end = 0, len(text)
        while at < end:
            at = self._state(self, text, at)
        self._before += end - len(self._rest)
        if self._held and not self._is_key:
            self._show()
        return self.value

    def finish(self) -> Any:
        """The whole value; raises BrokenReply where the document has not come to its end."""
        if self._state is PartialJSON._number and not self._stack:
            self._number(" ", 0)
        if not self.complete:
            raise _nonsense("it is not complete", self._before)
        return self.value

    @property
    def complete(self) -> bool:
        """Whether the document has come to its end; a number by itself is complete when that is told by `finish`."""
        return self._state is PartialJSON._after and not self._stack

    def _value(self, text: str, at: int) -> int:
        at, letter = _next(text, at)
        if letter == '"':
            self._put("")
            self._state = PartialJSON._string
        elif letter == "{":
            self._open({}, PartialJSON._first_key, at)
        elif letter == "[":
            self._open([], PartialJSON._first_item, at)
        elif letter in "-0123456789" and letter:
            self._state = PartialJSON._number
            return at
        elif letter in "tfn" and letter:
            self._state = PartialJSON._word
            return at
        elif letter:
            raise self._wrong(at)
        return at + 1

    def _first_item(self, text: str, at: int) -> int:
        at, letter = _next(text, at)
        if letter == "]":
            return self._close(at)
        if letter:
            self._state = PartialJSON._value
        return at

    def _first_key(self, text: str, at: int) -> int:
        at, letter = _next(text, at)
        return self._close(at) if letter == "}" else self._key(text, at)

    def _key(self, text: str, at: int) -> int:
        at, letter = _next(text, at)
        if letter == '"':
            self._is_key, self._state = True, PartialJSON._string
        elif letter:
            raise self._wrong(at)
        return at + 1

    def _colon(self, text: str, at: int) -> int:
        at, letter = _next(text, at)
        if letter == ":":
            self._state = PartialJSON._value
        elif letter:
            raise self._wrong(at)
        return at + 1

    def _after(self, text: str, at: int) -> int:
        at, letter = _next(text, at)
        if not letter:
            return at
        within = self._stack[-1] if self._stack else None
        if within is not None and letter == ("]" if isinstance(within, list) else "}"):
            return self._close(at)
        if within is None or letter != ",":
            raise self._wrong(at)
        self._state = PartialJSON._value if isinstance(within, list) else PartialJSON._key
        return at + 1

    def _string(self, text: str, at: int) -> int:
        plain = _PLAIN.match(text, at)
        end = plain.end() if plain else at
        if end > at:
            self._add(text[at:end])
        if end == len(text):
            return end
        if text[end] == '"':
            self._end_string()
            return end + 1
        if text[end] == "\\":
            return self._escape(text, end)
        raise self._wrong(end)

    def _escape(self, text: str, at: int) -> int:
        letter = text[at + 1 : at + 2]
        if letter in _ESCAPES:
            self._add(_ESCAPES[letter])
            return at + 2
        if letter not in ("", "u"):
            raise self._wrong(at)
        code, end = self._unit(text, at)
        if 0xD800 <= code < 0xDC00 and "\\u".startswith(text[end : end + 2]):
            low, after = self._unit(text, end)
            if low < 0 or 0xDC00 <= low < 0xE000:
                code = low if low < 0 else 0x10000 + ((code - 0xD800) << 10) + low - 0xDC00
                end = after
        if code < 0:  # the rest of it is still to come
            self._rest = text[at:]
            return len(text)
        self._add(chr(code))
        return end

    def _unit(self, text: str, at: int) -> tuple[int, int]:
        r"""The code of the `\uXXXX` that begins here, and where it ends; -1 where it is not yet whole."""
        if len(text) < at + 6:
            return -1, at
        if _HEX.match(text, at + 2) is None:
            raise self._wrong(at)
        return int(text[at + 2 : at + 6], 16), at + 6

    def _end_string(self) -> None:
        text = self._taken()
        if self._is_key:
            self._keys[-1], self._is_key = text, False
            self._state = PartialJSON._colon
        else:
            self._replace(text)
            self._state = PartialJSON._after

    def _number(self, text: str, at: int) -> int:
        found = _NUMERIC.match(text, at)
        end = found.end() if found else at
        self._pieces.append(text[at:end])
        if end == len(text):
            return end
        written = self._taken()
        number = _NUMBER.fullmatch(written)
        if number is None or len(written) > SMALL:
            raise self._wrong(end)
        self._put(float(written) if number.group(1) or number.group(2) else int(written))
        self._state = PartialJSON._after
        return end

    def _word(self, text: str, at: int) -> int:
        begun = self._taken()
        whole = _BY_LETTER[begun[:1] or text[at]]
        word = begun + text[at : at + len(whole) - len(begun)]
        if not whole.startswith(word):
            raise self._wrong(at - len(begun))
        if word == whole:
            self._put(_WORDS[word])
            self._state = PartialJSON._after
        else:
            self._pieces.append(word)
        return at + len(word) - len(begun)

    def _add(self, piece: str) -> None:
        self._pieces.append(piece)
        self._held += len(piece)

    def _taken(self) -> str:
        """All of a text, number or word, which is over with that."""
        text = self._text + "".join(self._pieces)
        self._text, self._held = "", 0
        self._pieces.clear()
        return text

    def _show(self) -> None:
        """Show the text in progress; a long one when it has grown by an eighth, for each time it is copied."""
        if len(self._text) < SMALL or self._held * 8 >= len(self._text):
            self._text += "".join(self._pieces)
            self._pieces.clear()
            self._held = 0
            self._replace(self._text)

    def _put(self, value: Any) -> None:
        within = self._stack[-1] if self._stack else None
        if within is None:
            self.value = value
        elif isinstance(within, list):
            within.append(value)
        else:
            within[self._keys[-1]] = value

    def _replace(self, text: str) -> None:
        if self._stack and isinstance(within := self._stack[-1], list):
            within[-1] = text
        else:
            self._put(text)

    def _open(
        self, container: list[Any] | dict[str, Any], state: Callable[[PartialJSON, str, int], int], at: int
    ) -> None:
        if len(self._stack) == DEEPEST:
            raise _nonsense(f"it is nested more than {DEEPEST} deep", self._before + at)
        self._put(container)
        self._stack.append(container)
        self._keys.append("")
        self._state = state

    def _close(self, at: int) -> int:
        self._stack.pop()
        self._keys.pop()
        self._state = PartialJSON._after
        return at + 1

    def _wrong(self, at: int) -> BrokenReply:
        return _nonsense("it makes no sense", self._before + at)


def _next(text: str, at: int) -> tuple[int, str]:
    """The place of the next letter that is no space, and that letter; empty at the end of the piece."""
    space = _SPACE.match(text, at)
    at = space.end() if space else at
    return at, text[at : at + 1]


def _nonsense(what: str, at: int) -> BrokenReply:
    return BrokenReply(f"this is no JSON: {what}, at character {at}", hint="What came before is kept in `value`.")
