"""Calls of tools and their results in the order that the wire asks for.

The message after a turn with calls must begin with a result of each (Anthropic API reference, "Tool use", 2026-11).
A conversation that is cut short, merged or comes from another wire may not be so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hamr.types import Message, Text, ToolCall, ToolResult
from hamr.wires.made_id import made_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hamr.types import Part
    from hamr.wires.told import Told

_MISSING = "There is no result: the tool was not run."


def paired(messages: Sequence[Message], told: Told) -> Iterable[tuple[int, Message]]:
    """The messages with their places: as they are where all is in order, else mended, and told."""
    return enumerate(messages) if _in_order(messages) else _Mender(messages, told).mended()


def _in_order(messages: Sequence[Message]) -> bool:
    seen: set[str] = set()
    waiting: set[str] = set()
    for message in messages:
        if message.role == "tool":
            for part in message.parts:
                if type(part) is ToolResult:
                    if part.call_id not in waiting:
                        return False
                    waiting.discard(part.call_id)
        elif waiting:
            return False
        elif message.role == "assistant":
            for part in message.parts:
                if type(part) is ToolCall:
                    if part.id in seen:
                        return False
                    seen.add(part.id)
                    waiting.add(part.id)
    return not waiting


@dataclass(slots=True)
class _Called:
    """One call: its id on the wire, where it stands, and its result once that is found."""

    id: str
    place: str
    turn: int
    name: str
    result: ToolResult | None = None


class _Mender:
    def __init__(self, messages: Sequence[Message], told: Told) -> None:
        self._messages, self._told = messages, told
        self._calls: dict[tuple[int, int], _Called] = {}
        self._taken: set[tuple[int, int]] = set()
        self._match()

    def mended(self) -> Iterator[tuple[int, Message]]:
        """The messages, with the results of each turn right after it."""
        due: list[_Called] = []
        for at, message in enumerate(self._messages):
            if message.role == "assistant":
                due += [called for (turn, _), called in self._calls.items() if turn == at]
                yield at, replace(message, parts=tuple(self._renamed(at, message.parts)))
                continue
            if due:
                yield at, Message("tool", tuple(self._result(called) for called in due))
                due = []
            yield from self._rest(at, message)
        if due:
            yield len(self._messages), Message("tool", tuple(self._result(called) for called in due))

    def _match(self) -> None:
        """Give each result to the last call of its id that has none; one that comes before its call waits for it."""
        seen: dict[str, list[_Called]] = {}
        early: list[tuple[int, int, ToolResult]] = []
        turn, answering = -1, False
        for at, message in enumerate(self._messages):
            if message.role == "assistant":
                turn, answering = turn if answering and turn == at - 1 else at, True
            elif message.role != "tool":
                answering = False
            for number, part in enumerate(message.parts):
                if isinstance(part, ToolCall) and message.role == "assistant":
                    calls = seen.setdefault(part.id, [])
                    id = f"toolu_{made_id(f'{part.id} {len(calls)}')}" if calls else part.id
                    if calls:
                        self._told("changed", f"messages[{at}].parts[{number}].id", "another call has this id")
                    calls.append(_Called(id, f"messages[{at}].parts[{number}]", at, part.name))
                    self._calls[at, number] = calls[-1]
                elif isinstance(part, ToolResult):
                    called = next((each for each in reversed(seen.get(part.call_id, ())) if each.result is None), None)
                    if called is None:
                        early.append((at, number, part))
                    else:
                        self._give(called, at, number, part, moved=not answering or called.turn < turn)
        for at, number, result in early:
            called = next((each for each in seen.get(result.call_id, ()) if each.result is None), None)
            if called is not None:
                self._give(called, at, number, result, moved=True)

    def _give(self, called: _Called, at: int, number: int, result: ToolResult, *, moved: bool) -> None:
        called.result = result
        self._taken.add((at, number))
        if moved:
            self._told("changed", f"messages[{at}].parts[{number}]", "moved to the message after its call")

    def _renamed(self, at: int, parts: Sequence[Part]) -> Iterator[Part]:
        for number, part in enumerate(parts):
            called = self._calls.get((at, number))
            yield replace(part, id=called.id) if called is not None and isinstance(part, ToolCall) else part

    def _result(self, called: _Called) -> ToolResult:
        if called.result is not None:
            return replace(called.result, call_id=called.id)
        self._told("injected", called.place, "the call has no result, and this wire asks for one")
        return ToolResult(called.id, (Text(_MISSING),), called.name, is_error=True)

    def _rest(self, at: int, message: Message) -> Iterator[tuple[int, Message]]:
        """What the message holds besides results that have been given."""
        if message.role != "tool":
            yield at, message
            return
        for number, part in enumerate(message.parts):
            if (at, number) in self._taken:
                continue
            if not isinstance(part, ToolResult):
                yield at, Message("tool", (part,))
                continue
            where = f"messages[{at}].parts[{number}]"
            self._told("changed", where, "there is no call that it answers; sent as text of the user's")
            said = Text(f"Result of the tool call {part.name or part.call_id}:")
            yield at, Message("user", (said, *part.parts))
