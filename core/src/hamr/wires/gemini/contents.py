"""Messages of a request, as `systemInstruction` and `contents`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.errors import Unsupported
from hamr.types import HostedTool, Text, Thinking, ToolCall, ToolResult
from hamr.wires.gemini.calls import CallWriter
from hamr.wires.gemini.parts import PartWriter
from hamr.wires.gemini.replay import Replay, beside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.types import Message, Part
    from hamr.wires.gemini.compat import Compat
    from hamr.wires.told import Told

SAME = "same_content"
"""Marks a message that a client sent in one content with the message before."""


class ContentWriter:
    """Writes one conversation."""

    def __init__(self, base: str, issuer: str, compat: Compat, told: Told) -> None:
        self._told = told
        self._replay = Replay(issuer, told)
        self._parts = PartWriter(base, compat, self._replay, told)
        self._calls = CallWriter(self._parts, self._replay, compat, told)
        self._contents: list[dict[str, Any]] = []
        self._results_open = False

    def write(self, messages: Sequence[Message], instruction: str | None) -> dict[str, Any]:
        """Both fields; `instruction` goes behind the system messages."""
        leading = next((at for at, each in enumerate(messages) if each.role != "system"), len(messages))
        system = [part for at in range(leading) for part in self._system(messages[at], f"messages[{at}]")]
        if instruction is not None:
            system.append({"text": instruction})
        turn = max((at for at, each in enumerate(messages) if each.role == "user"), default=-1)
        for at in range(leading, len(messages)):
            message = messages[at]
            if message.extra or message.name is not None or not self._plain(message, current=at > turn):
                self._message(message, f"messages[{at}]", current=at > turn)
        return {**({"systemInstruction": {"parts": system}} if system else {}), "contents": self._contents}

    def _system(self, message: Message, place: str) -> list[dict[str, Any]]:
        self._nameless(message, place)
        for at, part in enumerate(message.parts):
            if not isinstance(part, Text):
                raise Unsupported(f"{place}.parts[{at}]: the system's message holds nothing but text on this wire")
        return self._written(message.parts, place)

    def _plain(self, message: Message, *, current: bool) -> bool:
        """Write a message of one text, call or result that says nothing else, as nearly all are; False for others.

        What is written is what `_message` writes, at a third of the cost; test_plain.py holds the two together.
        """
        role = message.role
        if len(message.parts) != 1 or role == "system":
            return False
        part = message.parts[0]
        if part.extra:
            return False
        if type(part) is Text and role != "tool" and part.cache is None and part.text:
            self._results_open = False
            self._contents.append({"role": "model" if role == "assistant" else role, "parts": [{"text": part.text}]})
        elif type(part) is ToolCall and role == "assistant" and (call := self._calls.plain_call(part, current=current)):
            self._results_open = False
            self._contents.append({"role": "model", "parts": [call]})
        elif type(part) is ToolResult and role == "tool" and (result := self._calls.plain_result(part)):
            if self._results_open:
                self._contents[-1]["parts"].append(result)
            else:
                self._contents.append({"role": "user", "parts": [result]})
            self._results_open = True
        else:
            return False
        return True

    def _message(self, message: Message, place: str, *, current: bool) -> None:
        own = self._told.own(message.extra, place) if message.extra else {}
        self._nameless(message, place)
        if message.role == "assistant":
            self._results_open = False
            self._add("model", self._turn(message.parts, place, current=current), place)
        elif message.role == "tool":
            results, behind = self._calls.results(message.parts, place)
            self._add("user", results, place, join=self._results_open or SAME in own)
            self._results_open = not behind
            if behind:
                self._contents.append({"role": "user", "parts": behind})
        else:
            if message.role == "system":
                self._told(
                    "changed", f"{place}.role", "this wire takes the system's words only first; sent as the user's"
                )
            self._results_open = False
            self._add("user", self._written(message.parts, place), place, join=SAME in own)

    def _add(self, role: str, parts: list[dict[str, Any]], place: str, *, join: bool = False) -> None:
        if join and self._contents and self._contents[-1]["role"] == role:
            self._contents[-1]["parts"].extend(parts)
        elif parts:
            self._contents.append({"role": role, "parts": parts})
        else:
            self._told("dropped", place, "nothing is left of it to send")

    def _written(self, parts: Sequence[Part], place: str) -> list[dict[str, Any]]:
        written = []
        for at, part in enumerate(parts):
            if (found := self._parts.write(part, f"{place}.parts[{at}]")) is not None:
                written.append(found)
        return written or _empty(parts)

    def _turn(self, parts: Sequence[Part], place: str, *, current: bool) -> list[dict[str, Any]]:
        """The model's parts; `current` where no user has spoken since."""
        written: list[dict[str, Any]] = []
        self._calls.begin(current=current)
        for at, part in enumerate(parts):
            where = f"{place}.parts[{at}]"
            if isinstance(part, ToolCall):
                written.append(self._calls.call(part, where))
            elif isinstance(part, Thinking):
                written += self._thinking(part, where)
            elif isinstance(part, HostedTool):
                written += self._hosted(part, where)
            elif (found := self._parts.write(part, where)) is not None:
                written.append(found)
        return written or _empty(parts)

    def _thinking(self, part: Thinking, where: str) -> list[dict[str, Any]]:
        if not self._replay.is_own(part.extra):
            self._told("dropped", where, "this wire takes no thinking back but what the model gave itself")
            return []
        return [{"text": part.text, "thought": True, **beside(self._replay.own(part.extra, where))}]

    def _hosted(self, part: HostedTool, where: str) -> list[dict[str, Any]]:
        """The part as it came, of a tool that the provider ran."""
        own = self._replay.own(part.extra, where) if self._replay.is_own(part.extra) else {}
        if not isinstance(own.get("part"), dict):
            self._told("dropped", where, "this provider takes it back only where it gave it itself")
            return []
        return [own["part"]]

    def _nameless(self, message: Message, place: str) -> None:
        if message.name is not None:
            self._told("dropped", f"{place}.name", "this wire has no names of messages")


def _empty(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """A message that is one empty text has its place in a conversation; beside others, such a text has none."""
    return [{"text": ""}] if parts and isinstance(parts[-1], Text) else []
