"""Messages of a request, as the wire's `system` and `messages`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.errors import Unsupported
from hamr.types import Text, ToolResult
from hamr.wires.anthropic_messages.assistant import turn_blocks
from hamr.wires.anthropic_messages.content import blocks_of, plain_text
from hamr.wires.anthropic_messages.pairing import paired
from hamr.wires.anthropic_messages.plain import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.types import Message, Part
    from hamr.wires.anthropic_messages.writing import Writing

Content = str | list[dict[str, Any]]
_SAID = frozenset({"text", "thinking", "redacted_thinking"})


class Writer:
    """Writes one conversation, turn by turn: neighbours of one role are one message."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._told = writing.told
        self._system: list[Content] = []
        self._held: list[tuple[Content, int]] = []
        self._messages: list[dict[str, Any]] = []

    def write(self, messages: Sequence[Message], instruction: str | None) -> dict[str, Any]:
        """`system` and `messages`; `instruction` goes behind what the system says. Raises Unsupported."""
        for place, message in paired(messages, self._told):
            if (said := plain(message, self._writing)) is not None:
                self._add("user" if message.role == "tool" else message.role, said, place)
            else:
                self._message(message, place)
        self._system += [content for content, _ in self._held]
        if instruction is not None:
            self._system.append(instruction)
        self._end()
        fields: dict[str, Any] = {"system": _joined(self._system)} if self._system else {}
        return {**fields, "messages": self._messages}

    def _message(self, message: Message, at: int) -> None:
        place = f"messages[{at}]"
        if message.extra:
            self._told.own(message.extra, place)
        if message.name is not None:
            self._told("dropped", f"{place}.name", "this wire has no names of messages")
        role, parts = message.role, message.parts
        if role == "assistant":
            self._add("assistant", plain_text(parts) or turn_blocks(parts, place, self._writing), at)
        elif role == "tool":
            self._add("user", [self._result(part, f"{place}.parts[{n}]") for n, part in enumerate(parts)], at)
        elif role == "system":
            self._instruct(parts, place, at)
        else:
            self._add("user", self._content(parts, place), at)

    def _content(self, parts: Sequence[Part], place: str) -> Content:
        text = plain_text(parts)
        return blocks_of(parts, place, self._writing) if text is None else text

    def _instruct(self, parts: Sequence[Part], place: str, at: int) -> None:
        """What the system says: before all else, or where it stands where the provider takes that."""
        if self._messages and self._writing.compat.supports_system_messages:
            self._amid(self._content(parts, place), at)
            return
        if any(not isinstance(part, Text) for part in parts):
            raise Unsupported(f"{place}: what the system says is text alone on this wire")
        if self._messages:
            self._told("changed", place, "this wire has what the system says before all messages; moved there")
        if content := self._content(parts, place):
            if not isinstance(content, str):
                self._writing.marks.lift(content)
            self._system.append(content)

    def _amid(self, content: Content, at: int) -> None:
        """Behind what the user says, and nowhere else (Anthropic, "Mid-conversation system messages", 2026-11)."""
        self._writing.features.add("system_messages")
        if self._messages[-1]["role"] == "assistant":
            self._told("changed", f"messages[{at}]", "moved behind the next message of the user")
            self._held.append((content, at))
        else:
            self._add("system", content, at)

    def _add(self, role: str, content: Content, at: int) -> None:
        if not content:
            self._told("dropped", f"messages[{at}]", "this wire takes no message without content")
            return
        self._put(role, content)
        if role == "user" and self._held:
            for held, whence in self._held:
                self._add("system", held, whence)
            self._held.clear()

    def _put(self, role: str, content: Content) -> None:
        if self._messages and self._messages[-1]["role"] == role:
            last = self._messages[-1]
            last["content"] = [*_blocks(last["content"]), *_blocks(content)]
        else:
            self._messages.append({"role": role, "content": content})

    def _result(self, part: Part, place: str) -> dict[str, Any]:
        if not isinstance(part, ToolResult):
            raise Unsupported(f"{place}: a message of the role tool holds nothing but results of tools")
        own = dict(self._writing.own(part.extra, place)) if part.extra else {}
        block: dict[str, Any] = {"type": "tool_result", "tool_use_id": self._writing.call_id(part.call_id)}
        content = own.pop("content", None) or self._content(part.parts, place)
        if content:
            block["content"] = content
        if part.is_error:
            block["is_error"] = True
        if part.cache is not None:
            self._writing.marks.on(block, part.cache, place)
        block.update(own)
        return block

    def _end(self) -> None:
        """The last message, where it is the beginning of the answer: without blanks at its end, or not at all."""
        last = self._messages[-1] if self._messages else {}
        if last.get("role") != "assistant":
            return
        blocks = _blocks(last["content"])
        if blocks[-1]["type"] != "text":
            return  # a turn that was paused in the midst of the provider's own tools, and goes on
        if not self._writing.compat.supports_prefill and all(block["type"] in _SAID for block in blocks):
            raise Unsupported(
                "this model does not go on with an answer that is begun",
                hint="Let the last message be the user's.",
            )
        text = blocks[-1]["text"]
        if text != text.rstrip():
            self._told("changed", "messages[-1]", "the beginning of an answer ends without blanks")
            blocks[-1]["text"] = text.rstrip()  # in place, for it may bear a mark
            last["content"] = blocks


def _blocks(content: Content) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _joined(said: list[Content]) -> Content:
    """One text where all is text, for there is nothing else to tell apart; else blocks."""
    if all(isinstance(each, str) for each in said):
        return "\n\n".join(map(str, said))
    return [block for content in said for block in _blocks(content)]
