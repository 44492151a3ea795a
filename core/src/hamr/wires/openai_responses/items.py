"""Messages of a request, as the items of the wire's `input`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.errors import Unsupported
from hamr.types import HostedTool, Image, Text, Thinking, ToolCall, ToolResult
from hamr.wires.arguments import returned_text
from hamr.wires.openai_responses.content import input_parts, plain_text
from hamr.wires.openai_responses.replay import Replay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.types import Message, Part
    from hamr.wires.openai_responses.compat import Compat
    from hamr.wires.told import Told

CUSTOM = "custom_tool_call"


def _plain(message: Message, system: str) -> dict[str, Any] | None:
    """A message of one text and nothing else, as nearly all are, written without a look at the rest."""
    parts = message.parts
    if message.extra or message.name is not None or len(parts) != 1 or message.role == "tool":
        return None
    part = parts[0]
    if type(part) is not Text or part.refusal or part.cache is not None or part.extra:
        return None
    if message.role == "assistant":
        return {"type": "message", "role": "assistant", "content": part.text}
    return {"role": "user" if message.role == "user" else system, "content": part.text}


class Writer:
    """Writes one conversation; knows which calls before were of a kind whose results have a type of their own."""

    def __init__(self, compat: Compat, issuer: str, told: Told, *, stored: bool) -> None:
        self._compat, self._told = compat, told
        self._replay = Replay(compat, issuer, told, stored=stored)
        self._system = "developer" if compat.supports_developer_role else "system"
        self._kinds: dict[str, str] = {}
        self._items: list[dict[str, Any]] = []

    def write(self, messages: Sequence[Message], instruction: str | None) -> dict[str, Any]:
        """`input`, and `instructions` where the provider wants them; `instruction` goes behind the system messages."""
        leading = next((at for at, each in enumerate(messages) if each.role != "system"), len(messages))
        if self._compat.requires_instructions:
            said = [text for message in messages[:leading] if (text := message.text)]
            said += [instruction] if instruction else []
            instructions = "\n\n".join(said) or self._compat.default_instructions
            messages = messages[leading:]
        else:
            instructions = None
        for place, message in enumerate(messages):
            if place == leading and instruction is not None and instructions is None:
                self._instruct(instruction)
            if (item := _plain(message, self._system)) is not None:
                self._items.append(item)
            else:
                self._message(message, f"messages[{place}]")
        if leading == len(messages) and instruction is not None and instructions is None:
            self._instruct(instruction)
        return {**({} if instructions is None else {"instructions": instructions}), "input": self._items}

    def _instruct(self, text: str) -> None:
        self._items.append({"role": self._system, "content": text})

    def _message(self, message: Message, place: str) -> None:
        own = self._told.own(message.extra, place)
        if message.name is not None:
            self._told("dropped", f"{place}.name", "this wire has no names of messages")
        if message.role == "tool":
            for number, part in enumerate(message.parts):
                self._result(part, f"{place}.parts[{number}]")
        elif message.role == "assistant":
            self._turn(message.parts, place)
        else:
            role = own.get("role", self._system) if message.role == "system" else "user"
            text = plain_text(message.parts)
            content = input_parts(message.parts, place, self._compat, self._told) if text is None else text
            self._items.append({"role": role, "content": content})

    def _turn(self, parts: Sequence[Part], place: str) -> None:
        for number, part in enumerate(parts):
            where = f"{place}.parts[{number}]"
            if isinstance(part, Text):
                self._text(part, where)
            elif isinstance(part, ToolCall):
                self._items.append(self._call(part, where))
            elif isinstance(part, Thinking):
                self._items += self._replay.thinking(part, where)
            elif isinstance(part, HostedTool | Image):
                self._items += self._replay.hosted(part, where)
            else:
                self._told("dropped", where, f"this wire takes no {type(part).__name__.lower()} of the assistant back")

    def _text(self, part: Text, where: str) -> None:
        """A message of the assistant; texts that came as one message go back as one."""
        own = self._replay.own(part.extra, where)
        if part.cache is not None:
            self._told("dropped", f"{where}.cache", "this wire caches by itself")
        item: dict[str, Any] = {"type": "message", "role": "assistant"}
        if own.get("phase") is not None:
            item["phase"] = own["phase"]
        id = own.get("id")
        if id is None and not part.refusal and not own.get("annotations"):
            self._items.append({**item, "content": part.text})  # the form that every server takes
            return
        if part.refusal:
            content: dict[str, Any] = {"type": "refusal", "refusal": part.text}
        else:
            told = {"annotations": own.get("annotations") or [], "logprobs": own.get("logprobs") or []}
            content = {"type": "output_text", "text": part.text, **told}
        last = self._items[-1] if self._items else {}
        if id is not None and last.get("id") == id and last.get("type") == "message":
            last["content"].append(content)
            return
        if isinstance(id, str):
            item |= {"id": id, "status": "completed"}
        self._items.append({**item, "content": [content]})

    def _call(self, call: ToolCall, where: str) -> dict[str, Any]:
        own = self._replay.own(call.extra, where)
        kind = own.get("type", "function_call")
        self._kinds[call.id] = kind
        id = self._replay.call_id(call.id, call.extra)
        more = {name: value for name, value in own.items() if name not in ("issuer", "type")}
        if kind == CUSTOM:
            text = call.text if call.text is not None else str(call.arguments.get("input", ""))
            return {"type": kind, "call_id": id, "name": call.name, "input": text, **more}
        return {
            "type": "function_call",
            "call_id": id,
            "name": call.name,
            "arguments": self._arguments(call, where),
            **more,
        }

    def _arguments(self, call: ToolCall, where: str) -> str:
        """The arguments as the model wrote them, so long as they are an object."""
        return returned_text(call, where, self._told)

    def _result(self, part: Part, place: str) -> None:
        if not isinstance(part, ToolResult):
            raise Unsupported(f"{place}: a message of the role tool holds nothing but results of tools")
        own = dict(self._told.own(part.extra, place))
        kind = own.pop("type", f"{self._kinds.get(part.call_id, 'function_call')}_output")
        if part.is_error:
            self._told("dropped", f"{place}.is_error", "this wire has no such field; the text must say it")
        if part.cache is not None:
            self._told("dropped", f"{place}.cache", "this wire caches by itself")
        texts = [each.text for each in part.parts if isinstance(each, Text)]
        output: Any = "\n".join(texts)
        if len(texts) != len(part.parts):
            output = input_parts(part.parts, place, self._compat, self._told)
        self._items.append({"type": kind, "call_id": self._replay.call_id(part.call_id), "output": output, **own})
