"""Calls of tools and their results, as parts of this wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.errors import Unsupported
from hamr.types import Text, ToolCall, ToolResult
from hamr.wires.arguments import returned_arguments
from hamr.wires.gemini.replay import MADE, beside, is_fitting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hamr.types import Part
    from hamr.wires.gemini.compat import Compat
    from hamr.wires.gemini.parts import PartWriter
    from hamr.wires.gemini.replay import Replay
    from hamr.wires.told import Told

FIELDS = "response"
"""In the extra of a result: the fields of its `response`, where these are not one text under `output` or `error`."""


class CallWriter:
    """Writes calls and results; knows the name and the id of each call before, for a result must say both."""

    def __init__(self, parts: PartWriter, replay: Replay, compat: Compat, told: Told) -> None:
        self._parts, self._replay, self._compat, self._told = parts, replay, compat, told
        self._known: dict[str, tuple[str, str | None]] = {}
        self._signs = False

    def begin(self, *, current: bool) -> None:
        """A turn of the model's begins: the first call of the current one must bear a signature."""
        self._signs = current and bool(self._compat.placeholder_signature)

    def plain_call(self, call: ToolCall, *, current: bool) -> dict[str, Any] | None:
        """A call that is written as it stands; None for another."""
        if call.problem is not None or not is_fitting(call.id) or (current and self._compat.placeholder_signature):
            return None
        self._known[call.id] = (call.name, call.id)
        return {"functionCall": {"id": call.id, "name": call.name, "args": call.arguments}}

    def plain_result(self, result: ToolResult) -> dict[str, Any] | None:
        """A result of one text, of a call that is known; None for another."""
        known = self._known.get(result.call_id)
        if known is None or known[1] is None or len(result.parts) != 1 or result.cache is not None:
            return None
        part = result.parts[0]
        if type(part) is not Text:
            return None
        response = {"error" if result.is_error else "output": part.text}
        return {"functionResponse": {"id": known[1], "name": result.name or known[0], "response": response}}

    def call(self, call: ToolCall, where: str) -> dict[str, Any]:
        """One call, with the signature it came with."""
        own = self._replay.own(call.extra, where)
        id = None if own.get(MADE) else self._replay.call_id(call.id)
        self._known[call.id] = (call.name, id)
        written: dict[str, Any] = {} if id is None else {"id": id}
        written |= {"name": call.name, "args": returned_arguments(call, where, self._told)}
        part = {"functionCall": written, **beside(own)}
        if self._signs and "thoughtSignature" not in part:
            part["thoughtSignature"] = self._compat.placeholder_signature
            self._told("injected", f"{where}.extra", "this model refuses a call without a signature; it has a stand-in")
        self._signs = False
        return part

    def results(self, parts: Sequence[Part], place: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The results, and what must follow them in a message of the user's; raises Unsupported."""
        written: list[dict[str, Any]] = []
        behind: list[dict[str, Any]] = []
        for at, part in enumerate(parts):
            if not isinstance(part, ToolResult):
                raise Unsupported(f"{place}.parts[{at}]: a message of the role tool holds nothing but results of tools")
            written.append(self._result(part, f"{place}.parts[{at}]", behind))
        return written, behind

    def _result(self, result: ToolResult, where: str, behind: list[dict[str, Any]]) -> dict[str, Any]:
        own = self._replay.own(result.extra, where)
        name, id = self._known.get(result.call_id, (None, None))
        if result.call_id not in self._known and not own.get(MADE):
            id = self._replay.call_id(result.call_id)
        name = result.name or name
        if not name:
            said = f"{where}: the result names no tool, and no call before it has the id {result.call_id!r}"
            raise Unsupported(said, hint="Give the ToolResult its name, or send the call with it.")
        if result.cache is not None:
            self._told("dropped", f"{where}.cache", "this wire caches by itself")
        written: dict[str, Any] = {} if id is None else {"id": id}
        written |= {"name": name, "response": self._response(result, own)}
        if media := self._media(result, where):
            if self._compat.supports_result_images:
                written["parts"] = media
            else:
                self._told("changed", f"{where}.parts", "this model takes images only in a message of the user's")
                behind += [{"text": f"What {name} returned:"}, *media]
        return {"functionResponse": written, **beside(own)}

    @staticmethod
    def _response(result: ToolResult, own: Mapping[str, Any]) -> Mapping[str, Any]:
        """The text under the name that says how it went ("Function calling", ai.google.dev, 2026-11)."""
        texts = [part.text for part in result.parts if isinstance(part, Text)]
        fields = own.get(FIELDS)
        if isinstance(fields, dict) and texts == [shown(fields)]:
            return fields
        if not texts:
            return {"error": "it failed"} if result.is_error else {}
        return {"error" if result.is_error else "output": "\n".join(texts)}

    def _media(self, result: ToolResult, where: str) -> list[dict[str, Any]]:
        found = (
            self._parts.write(part, f"{where}.parts[{at}]")
            for at, part in enumerate(result.parts)
            if not isinstance(part, Text)
        )
        return [part for part in found if part is not None]


def shown(fields: dict[str, Any]) -> str:
    """The fields of a response as the text of a result."""
    from pydantic_core import to_json

    return to_json(fields).decode()
