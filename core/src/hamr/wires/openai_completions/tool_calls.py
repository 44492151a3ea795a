"""Tool calls out of fragments, as regular or irregular as servers send them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import ToolCall, ToolCallDelta, ToolCallEnd, ToolCallStart, Warned
from hamr.wires.arguments import arguments, ended_call
from hamr.wires.made_id import made_id
from hamr.wires.openai_completions.name import NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hamr.types import Event

_SAID = frozenset({"index", "id", "type", "function", "custom"})
_LOOKS = 8
"""How often one call is read to see whether it is complete: reading it at every fragment would be quadratic."""


class OpenCall:
    """One call while its fragments come."""

    __slots__ = ("block", "custom", "extra", "given", "id", "looks", "name", "pieces", "started")

    def __init__(self, block: int) -> None:
        self.block = block
        self.given = ""
        self.id = ""
        self.name = ""
        self.pieces: list[str] = []
        self.extra: dict[str, Any] = {}
        self.custom = False
        self.started = False
        self.looks = _LOOKS

    @property
    def text(self) -> str:
        """The arguments so far."""
        return "".join(self.pieces)

    def complete(self) -> bool:
        """Whether the arguments so far are a whole object; asked a bounded number of times."""
        if not self.pieces or self.looks == 0 or not self.pieces[-1].rstrip().endswith("}"):
            return False
        self.looks -= 1
        return arguments(self.text)[1] is None


class ToolCalls:
    """The calls of one choice.

    A fragment belongs to the call with its index; without one, to the call with its id; with neither, to the last
    call. A new id, or a name where the call before is complete, begins another call, whatever the index says.
    """

    def __init__(self, choice: int, next_block: Callable[[], int], seed: str) -> None:
        self._choice = choice
        self._next_block = next_block
        self._seed = seed
        self._by_index: dict[int, OpenCall] = {}
        self._by_id: dict[str, OpenCall] = {}
        self._all: list[OpenCall] = []
        self._repeated = False

    def __bool__(self) -> bool:
        return bool(self._all)

    def fragment(self, value: Mapping[str, Any], out: list[Event]) -> None:
        """One entry of a delta's `tool_calls`."""
        if self._continues(value, out):
            return
        function, custom = _body(value)
        given, name = _word(value.get("id")), _word(function.get("name"))
        index = _index(value.get("index"))
        text = _text(function.get("input" if custom else "arguments"))
        call = self._match(index, given, name, text)
        if call is None and not (given or name or text):
            return
        if call is None:
            call = self._open(index, given)
        elif given and not call.given:
            self._by_id.setdefault(given, call)
            call.given = given
        self._add(call, value, name, custom=custom)
        if text:
            call.pieces.append(text)
        self._tell(call, text, out)

    def _continues(self, value: Mapping[str, Any], out: list[Event]) -> bool:
        """Take an entry that holds more arguments of a call and nothing else, as all but the first of them do."""
        function, index = value.get("function"), value.get("index")
        if len(value) != 2 or type(function) is not dict or len(function) != 1 or type(index) is not int:
            return False
        call, text = self._by_index.get(index), function.get("arguments")
        if call is None or not call.started or type(text) is not str:
            return False
        if text:
            call.pieces.append(text)
            out.append(ToolCallDelta(call.block, text))
        return True

    def whole(self, value: Mapping[str, Any], out: list[Event]) -> None:
        """One entry of a whole message's `tool_calls`: always a call of its own."""
        function, custom = _body(value)
        call = self._open(None, _word(value.get("id")))
        self._add(call, value, _word(function.get("name")), custom=custom)
        text = _text(function.get("input" if custom else "arguments"))
        if text:
            call.pieces.append(text)
        self._tell(call, text, out)

    def end(self, out: list[Event], *, cut: bool) -> None:
        """Close every call; `cut` says that the reply may have ended in the midst of the last one."""
        for call in self._all:
            self._start(call, out)
            last = cut and call is self._all[-1]
            out.append(ToolCallEnd(call.block, self._closed(call, cut=last)))
        if self._repeated:
            out.append(Warned("two tool calls came with the same id; the later one was given another"))

    def all_sound(self) -> bool:
        """Whether every call names a tool and its arguments are an object."""
        return all(call.name and (call.custom or arguments(call.text)[1] is None) for call in self._all)

    def _match(self, index: int | None, given: str, name: str, text: str) -> OpenCall | None:
        known = self._by_index.get(index) if index is not None else None
        if known is None and given:
            known = self._by_id.get(given)
            if index is not None and name:
                return None
        elif known is None and (index is None or not name):
            known = self._all[-1] if self._all else None
        return None if known is None or self._begins(known, given, name, text) else known

    @staticmethod
    def _begins(known: OpenCall, given: str, name: str, text: str) -> bool:
        """Whether a fragment that points to a known call is the beginning of another one."""
        if not name:
            return False
        if known.name and name != known.name:
            return True
        if given and known.given and given != known.given:
            return not known.pieces or known.complete()
        return bool(known.name) and text.lstrip().startswith("{") and known.complete()

    def _open(self, index: int | None, given: str) -> OpenCall:
        call = OpenCall(self._next_block())
        call.given = given
        call.id = given if given and given not in self._by_id else self._made()
        self._repeated = self._repeated or bool(given and call.id != given)
        self._by_id.setdefault(given or call.id, call)
        if index is not None:
            self._by_index[index] = call
        self._all.append(call)
        return call

    def _made(self) -> str:
        """An id where none came, or one that another call has: the same for the same reply."""
        return f"call_{made_id(f'{self._seed}/{self._choice}/{len(self._all)}')}"

    @staticmethod
    def _add(call: OpenCall, value: Mapping[str, Any], name: str, *, custom: bool) -> None:
        call.name = call.name or name
        call.custom = call.custom or custom
        kind = value.get("type")
        if call.custom:
            call.extra["type"] = "custom"
        elif isinstance(kind, str) and kind not in ("", "function"):
            call.extra["type"] = kind
        if not value.keys() <= _SAID:
            call.extra.update((key, each) for key, each in value.items() if key not in _SAID and each is not None)

    def _tell(self, call: OpenCall, text: str, out: list[Event]) -> None:
        """A call is announced when its name is known; what came before is told then."""
        if call.started:
            if text:
                out.append(ToolCallDelta(call.block, text))
        elif call.name:
            self._start(call, out)

    def _start(self, call: OpenCall, out: list[Event]) -> None:
        if not call.started:
            call.started = True
            out.append(ToolCallStart(call.block, call.id, call.name, self._choice))
            if call.pieces:
                out.append(ToolCallDelta(call.block, call.text))

    @staticmethod
    def _closed(call: OpenCall, *, cut: bool) -> ToolCall:
        text = call.text
        extra = {NAME: call.extra} if call.extra else None
        if call.custom:
            return ToolCall(call.id, call.name, {"input": text}, text, "the reply was cut off" if cut else None, extra)
        return ended_call(call.id, call.name, text, extra, cut=cut)


def _body(value: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The part that names the tool, and whether it is a custom one; some servers send both, one of them empty."""
    function, custom = value.get("function"), value.get("custom")
    if isinstance(custom, dict) and any(custom.values()):
        return custom, True
    return (function if isinstance(function, dict) else {}), value.get("type") == "custom"


def _word(value: Any) -> str:
    """An id or a name; some servers write `null` as a text, or send an empty one."""
    return value if isinstance(value, str) and value != "null" else ""


def _index(value: Any) -> int | None:
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: Any) -> str:
    """Arguments as text: some servers send the object itself, or null."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    from pydantic_core import to_json

    return to_json(value).decode()
