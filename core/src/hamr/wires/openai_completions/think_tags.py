"""Thinking that stands between tags in the content."""

from __future__ import annotations

from typing import Literal

Kind = Literal["thinking", "text"]


class ThinkTags:
    """Sifts a leading block of thinking out of text that comes in pieces.

    Only the beginning of a reply is looked at: tags further on are the model quoting them. White space around
    the block belongs to neither.
    """

    __slots__ = ("_held", "_opened", "_state", "_tags")

    def __init__(self, tags: tuple[str, ...], *, starts_open: bool) -> None:
        self._tags = tags
        self._state: Literal["before", "inside", "after", "done"] = "inside" if starts_open else "before"
        self._opened = starts_open
        self._held = ""

    def feed(self, text: str) -> list[tuple[Kind, str]]:
        """The pieces whose kind is now known."""
        if self._state == "done":
            return [("text", text)]
        self._held += text
        pieces: list[tuple[Kind, str]] = []
        while self._step(pieces):
            pass
        return pieces

    def finish(self) -> list[tuple[Kind, str]]:
        """What was held back for a tag that never came."""
        held, self._held = self._held, ""
        kind: Kind = "thinking" if self._state == "inside" else "text"
        return [(kind, held)] if held and self._state != "after" else []

    def _step(self, pieces: list[tuple[Kind, str]]) -> bool:
        """One step onward; false where more text is needed."""
        if self._state == "before":
            return self._before()
        if self._state == "inside":
            return self._inside(pieces)
        if self._state == "after":
            self._held = self._held.lstrip()
            self._state = "done" if self._held else "after"
            return bool(self._held)
        if self._held:
            pieces.append(("text", self._held))
            self._held = ""
        return False

    def _before(self) -> bool:
        start = self._tags[0]
        text = self._held.lstrip()
        if text.startswith(start):
            self._held, self._state = text[len(start) :], "inside"
            return True
        if start.startswith(text):
            return False
        self._state = "done"
        return True

    def _inside(self, pieces: list[tuple[Kind, str]]) -> bool:
        if self._opened and not self._skip_start():
            return False
        thinking, end, rest = self._held.partition(self._tags[1])
        if not end:
            keep = _overlap(self._held, self._tags[1])
            thinking, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        else:
            self._held, self._state = rest, "after"
        if thinking:
            pieces.append(("thinking", thinking))
        return bool(end)

    def _skip_start(self) -> bool:
        """Some servers send the opening tag although the prompt holds it already."""
        start, text = self._tags[0], self._held.lstrip()
        if text.startswith(start):
            self._held = text[len(start) :]
        elif start.startswith(text):
            return False
        self._opened = False
        return True


def _overlap(text: str, tag: str) -> int:
    """How many characters at the end of the text may be the beginning of the tag."""
    return next((size for size in range(min(len(tag) - 1, len(text)), 0, -1) if tag.startswith(text[-size:])), 0)
