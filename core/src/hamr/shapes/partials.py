"""The values of an answer as it grows, at growing strides."""

from __future__ import annotations

from typing import Any

from hamr.errors import BrokenReply
from hamr.partial_json import SMALL, PartialJSON
from hamr.shapes.shape import Shape
from hamr.types import Response, ResponseFormat, RunEvent, TextDelta, TextStart


class Partials:
    """What stands in the answer so far, after each event that says something new.

    A short answer is looked at with each delta; one of more than 4,096 characters when it has grown by an eighth, for
    each time all of it is made anew. The first choice alone is read.
    """

    def __init__(self, wanted: ResponseFormat | None) -> None:
        self._shape = wanted if isinstance(wanted, Shape) else None
        self._json = PartialJSON()
        self._begun = self._lost = False
        self._others: set[int] = set()
        self._read = self._due = 0

    def take(self, event: RunEvent) -> list[Any]:
        """The value after this event, if there is a new one."""
        if isinstance(event, TextStart) and (event.choice or event.refusal):
            self._others.add(event.index)
        if not isinstance(event, TextDelta) or event.index in self._others or self._lost:
            return []
        text = event.text if self._begun else _from_bracket(event.text)
        self._begun = self._begun or bool(text)
        self._read += len(text)
        try:
            if text and not self._json.complete:
                self._json.feed(text)
        except BrokenReply:
            self._lost = True  # the whole answer is judged at its end, by whoever asked for its shape
        if not self._begun or self._lost or self._read < self._due:
            return []
        self._due = self._read + max(1, (self._read - SMALL) // 8)
        return [self._value()]

    def last(self, response: Response) -> list[Any]:
        """The exact value, at the end of the answer."""
        if self._shape is not None:
            return [] if response.parsed is None else [response.parsed]
        return [self._json.value] if self._json.complete else []

    def _value(self) -> Any:
        return self._shape.partial(self._json.value) if self._shape is not None else _copied(self._json.value)


def _from_bracket(text: str) -> str:
    """The text from where the JSON begins: models put words or a fence before it where no schema holds them."""
    found = [place for place in (text.find("{"), text.find("[")) if place >= 0]
    return text[min(found) :] if found else ""


def _copied(value: Any) -> Any:
    """A value that grows no more."""
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list) else value
