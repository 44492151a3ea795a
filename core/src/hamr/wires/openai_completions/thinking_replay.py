"""Earlier thinking, sent back in the field in which it came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.wires.openai_completions.reasoning_details import merged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.types import Thinking
    from hamr.wires.openai_completions.compat import Compat
    from hamr.wires.told import Told

_DETAILS = "reasoning_details"


class Replay:
    """Gathers the thinking and the text of one turn of the assistant."""

    def __init__(self, compat: Compat, told: Told) -> None:
        self._compat = compat
        self._told = told
        self._content: list[str | dict[str, Any]] = []
        self._fields: dict[str, list[str]] = {}
        self._details: list[Any] = []

    def text(self, text: str) -> None:
        """Ordinary text."""
        self._content.append(text)

    def thinking(self, part: Thinking, where: str) -> None:
        """One block of thinking, under the name that the provider takes; dropped, and told, where there is none."""
        own = self._told.own(part.extra, where)
        if self._compat.requires_thinking_as_text:
            if part.text:
                self.text(f"{part.text}\n\n")
                self._told("changed", where, "this provider takes thinking back as ordinary text")
            return
        came = own.get("field")
        details = own.get(_DETAILS)
        if isinstance(details, list) and self._takes(_DETAILS):
            self._details.extend(details)
            return
        if details:
            self._told("dropped", f"{where}.{_DETAILS}", "this provider does not take them back")
        if came == "content":
            self._inline(part.text, own)
        elif part.text or not details:
            self._field(part.text, came if isinstance(came, str) else None, where)

    @property
    def content(self) -> str | list[dict[str, Any]] | None:
        """A string, or None; parts only where thinking stands among them."""
        if all(isinstance(piece, str) for piece in self._content):
            return "".join(map(str, self._content)) if self._content else None
        return [piece if isinstance(piece, dict) else {"type": "text", "text": piece} for piece in self._content]

    def fields(self) -> dict[str, Any]:
        """The fields of the message that hold thinking."""
        fields: dict[str, Any] = {name: "".join(texts) for name, texts in self._fields.items()}
        if self._details:
            fields[_DETAILS] = merged(self._details)
        if self._compat.requires_reasoning_content_on_assistant_messages and not fields:
            fields["reasoning_content"] = self._compat.reasoning_placeholder
            self._told("injected", "messages[].reasoning_content", "this provider wants the field on every turn")
        return fields

    def _takes(self, name: str) -> bool:
        return self._compat.reasoning_fields is None or name in self._compat.reasoning_fields

    def _inline(self, text: str, own: Mapping[str, Any]) -> None:
        tags = own.get("tags")
        if isinstance(tags, list) and len(tags) == 2:
            self.text(f"{tags[0]}{text}{tags[1]}")
        else:
            more = {name: value for name, value in own.items() if name not in ("field", "tags")}
            self._content.append({"type": "thinking", "thinking": [{"type": "text", "text": text}], **more})

    def _field(self, text: str, came: str | None, where: str) -> None:
        accepted = self._compat.reasoning_fields
        target = came if came is not None and self._takes(came) else next(iter(accepted or ()), None)
        if target is None or target == _DETAILS:
            self._told("dropped", where, "this provider does not take this thinking back")
            return
        if target != came:
            self._told("renamed", where, f"this provider takes thinking back as {target}")
        self._fields.setdefault(target, []).append(text)
