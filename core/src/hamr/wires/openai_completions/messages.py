"""Messages of a request, as the wire writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.errors import Unsupported
from hamr.types import File, Image, Text, ToolResult
from hamr.wires.openai_completions.alternation import alternating
from hamr.wires.openai_completions.assistant import assistant_message
from hamr.wires.openai_completions.cache import mark
from hamr.wires.openai_completions.call_ids import fitting_id
from hamr.wires.openai_completions.content import content_part
from hamr.wires.openai_completions.plain import plain, suits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.types import Message, Part
    from hamr.wires.openai_completions.compat import Compat
    from hamr.wires.told import Told

_BRIDGE = "I have read the results of the tools."


class Writer:
    """Writes one conversation; knows which tool each earlier call named."""

    def __init__(self, compat: Compat, told: Told) -> None:
        self._compat = compat
        self._told = told
        self._names: dict[str, str] = {}
        self._shown: list[dict[str, Any]] = []
        self._written: list[dict[str, Any]] = []

    def write(self, messages: Sequence[Message], instruction: str | None = None) -> list[dict[str, Any]]:
        """All messages; the instruction stands behind the system messages that begin the conversation."""
        system, may_be_plain = self._system, suits(self._compat)
        for place, message in enumerate(messages):
            if instruction is not None and message.role != "system":
                self._written.append({"role": self._system, "content": instruction})
                instruction = None
            if message.role != "tool":
                self._show()
            written = plain(message, system, self._compat, self._told) if may_be_plain else None
            if written is None:
                self._message(message, f"messages[{place}]")
            else:
                self._written.append(written)
        self._show()
        if instruction is not None:
            self._written.append({"role": self._system, "content": instruction})
        if self._compat.requires_alternating_roles:
            return alternating(self._written, self._told)
        return self._written

    @property
    def _system(self) -> str:
        return "developer" if self._compat.supports_developer_role else "system"

    def _message(self, message: Message, place: str) -> None:
        fields = self._told.own(message.extra, place)
        if message.role == "tool":
            for number, part in enumerate(message.parts):
                self._result(part, f"{place}.parts[{number}]")
            return
        if message.role == "assistant":
            self._names.update((call.id, call.name) for call in message.tool_calls)
            written = assistant_message(message, place, self._compat, self._told)
        else:
            role = self._system if message.role == "system" else message.role
            self._bridge(role)
            written = {"role": role, "content": self._content(message.parts, place)}
        if message.name is not None:
            if self._compat.supports_message_name:
                written["name"] = message.name
            else:
                self._told("dropped", f"{place}.name", "this provider takes no names of messages")
        self._written.append({**written, **fields})

    def _content(self, parts: Sequence[Part], place: str) -> str | list[dict[str, Any]]:
        """A plain text where that is all there is: some servers know nothing else."""
        written = [
            content_part(part, f"{place}.parts[{number}]", self._compat, self._told)
            for number, part in enumerate(parts)
        ]
        texts = [part["text"] for part in written if part.keys() == {"type", "text"}]
        if len(texts) == len(written) and (len(texts) < 2 or not self._compat.text_parts):
            return "\n".join(texts)
        return written

    def _result(self, part: Part, place: str) -> None:
        if not isinstance(part, ToolResult):
            raise Unsupported(f"{place}: a message of the role tool holds nothing but results of tools")
        told = self._told
        texts = [each for each in part.parts if isinstance(each, Text)]
        id = fitting_id(part.call_id, self._compat, told)
        content = self._content(texts, place)
        written: dict[str, Any] = {"role": "tool", "tool_call_id": id, "content": content}
        if self._compat.requires_tool_result_name:
            written["name"] = part.name or self._names.get(part.call_id, "tool")
        if part.is_error:
            told("dropped", f"{place}.is_error", "this wire has no such field; the text must say it")
        self._mark(written, part, place)
        written.update(told.own(part.extra, place))
        self._written.append(written)
        self._keep([each for each in part.parts if not isinstance(each, Text)], id, place)

    def _mark(self, written: dict[str, Any], part: ToolResult, place: str) -> None:
        """Set the mark on the last text of a result; content that is marked goes as parts."""
        if part.cache is not None and isinstance(written["content"], str) and self._compat.cache_control_format:
            written["content"] = [{"type": "text", "text": written["content"]}]
        last = written["content"][-1] if isinstance(written["content"], list) else {}
        mark(last, part.cache, place, self._compat, self._told)

    def _keep(self, parts: Sequence[Image | File], id: str, place: str) -> None:
        """Results of tools are text on this wire: what is not waits for the user message behind them."""
        if not parts:
            return
        self._told("emulated", f"{place}.parts", "results hold only text; the rest follows in a user message")
        self._shown.append({"type": "text", "text": f"From the tool call {id}:"})
        self._shown.extend(content_part(part, place, self._compat, self._told) for part in parts)

    def _show(self) -> None:
        if self._shown:
            self._bridge("user")
            self._written.append({"role": "user", "content": self._shown})
            self._shown = []

    def _bridge(self, role: str) -> None:
        follows = bool(self._written) and self._written[-1]["role"] == "tool"
        if role == "user" and follows and self._compat.requires_assistant_after_tool_result:
            self._told("injected", "messages", "this provider wants the assistant to speak between tool and user")
            self._written.append({"role": "assistant", "content": _BRIDGE})
