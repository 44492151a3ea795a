"""Messages of a request, as the wire writes them: a text, and images beside it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from hamr.api import HostedTool, Image, Text, Thinking, ToolCall, ToolResult, Unsupported
from hamr.wirekit import returned_arguments, split_data_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.api import Message, Part
    from hamr.wirekit import Told


class Writer:
    """Writes one conversation; knows which tool each earlier call named."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._names: dict[str, str] = {}

    def write(self, messages: Sequence[Message]) -> list[dict[str, Any]]:
        """All messages; raises Unsupported."""
        written: list[dict[str, Any]] = []
        for place, message in enumerate(messages):
            plain = self._plain(message)
            if plain is not None:
                written.append(plain)
            else:
                written.extend(self._message(message, f"messages[{place}]"))
        return written

    def _plain(self, message: Message) -> dict[str, Any] | None:
        """A message of text, calls and results, as nearly all are, written without a look at the rest; else None."""
        parts, role = message.parts, message.role
        if message.extra or message.name is not None:
            return None
        if role == "assistant":
            return self._plain_turn(parts)
        if len(parts) != 1:
            return None
        if role == "tool":
            return self._plain_result(parts[0])
        text = _words(parts[0])
        return None if text is None else {"role": role, "content": text}

    def _plain_turn(self, parts: Sequence[Part]) -> dict[str, Any] | None:
        said = ""
        calls: list[dict[str, Any]] = []
        for part in parts:
            if type(part) is ToolCall:
                if part.extra or part.problem is not None:
                    return None
                self._names[part.id] = part.name
                calls.append({"id": part.id, "function": {"name": part.name, "arguments": part.arguments}})
            elif (text := _words(part)) is None:
                return None
            else:
                said += text
        turn: dict[str, Any] = {"role": "assistant", "content": said}
        if calls:
            turn["tool_calls"] = calls
        return turn

    def _plain_result(self, part: Part) -> dict[str, Any] | None:
        if (
            type(part) is not ToolResult
            or part.is_error
            or part.cache is not None
            or part.extra
            or len(part.parts) != 1
        ):
            return None
        text = _words(part.parts[0])
        if text is None:
            return None
        written: dict[str, Any] = {"role": "tool", "content": text}
        name = part.name or self._names.get(part.call_id)
        if name is not None:
            written["tool_name"] = name
        written["tool_call_id"] = part.call_id
        return written

    def _message(self, message: Message, place: str) -> list[dict[str, Any]]:
        own = self._told.own(message.extra, place)
        if message.name is not None:
            self._told("dropped", f"{place}.name", "this wire takes no names of messages")
        if message.role == "tool":
            return [self._result(part, f"{place}.parts[{at}]") for at, part in enumerate(message.parts)]
        written: dict[str, Any] = {"role": message.role, "content": ""}
        if message.role == "assistant":
            self._turn(message, written, place)
        else:
            self._content(message.parts, written, place)
        return [{**written, **own}]

    def _content(self, parts: Sequence[Part], written: dict[str, Any], place: str) -> None:
        """Texts are joined by a line end; images stand beside them, where their order among the texts is lost."""
        texts: list[str] = []
        images: list[str] = []
        for at, part in enumerate(parts):
            where = f"{place}.parts[{at}]"
            if isinstance(part, Text):
                if images and texts:
                    self._told("changed", place, "images go beside the text, not within it")
                texts.append(part.text)
            elif isinstance(part, Image):
                images.append(_image(part, where))
                if part.detail is not None:
                    self._told("dropped", f"{where}.detail", "this wire has no such field")
            else:
                raise Unsupported(f"{where}: a {type(part).__name__} cannot stand here on this wire")
            self._plainly(part, where)
        written["content"] = "\n".join(texts)
        if images:
            written["images"] = images

    def _plainly(self, part: Text | Image | ToolResult, where: str) -> None:
        """Tell of what a part has besides, and this wire has not."""
        self._told.own(part.extra, where)
        if part.cache is not None:
            self._told("dropped", f"{where}.cache", "this wire caches by itself")

    def _turn(self, message: Message, written: dict[str, Any], place: str) -> None:
        self._names.update((call.id, call.name) for call in message.tool_calls)
        said: list[str] = []
        thought: list[str] = []
        calls: list[dict[str, Any]] = []
        images: list[str] = []
        for at, part in enumerate(message.parts):
            where = f"{place}.parts[{at}]"
            if isinstance(part, Text):
                said.append(part.text)
                self._plainly(part, where)
            elif isinstance(part, Thinking):
                thought.append(part.text)
                self._told.own(part.extra, where)
            elif isinstance(part, ToolCall):
                calls.append(self._call(part, where))
            elif isinstance(part, Image):
                images.append(_image(part, where))
            elif isinstance(part, HostedTool):
                self._told("dropped", where, "this wire takes no tools back that the provider ran")
            else:
                raise Unsupported(f"{where}: a {type(part).__name__} cannot stand in a turn of the assistant here")
        written["content"] = "".join(said)
        more = {"thinking": "".join(thought), "images": images, "tool_calls": calls}
        written.update((name, value) for name, value in more.items() if value)

    def _call(self, call: ToolCall, where: str) -> dict[str, Any]:
        """The arguments are an object on this wire, both ways."""
        own = dict(self._told.own(call.extra, where))
        arguments = returned_arguments(call, where, self._told)
        function = {"name": call.name, "arguments": arguments, **own.pop("function", {})}
        return {"id": call.id, "function": function, **own}

    def _result(self, part: Part, place: str) -> dict[str, Any]:
        """A result goes by its tool's name, and by the id of the call for servers that know ids."""
        if not isinstance(part, ToolResult):
            raise Unsupported(f"{place}: a message of the role tool holds nothing but results of tools")
        own = self._told.own(part.extra, place)
        written: dict[str, Any] = {"role": "tool", "content": ""}
        self._content(part.parts, written, place)
        name = part.name or self._names.get(part.call_id)
        if name is not None:
            written["tool_name"] = name
        written["tool_call_id"] = part.call_id
        if part.is_error:
            self._told("dropped", f"{place}.is_error", "this wire has no such field; the text must say it")
        if part.cache is not None:
            self._told("dropped", f"{place}.cache", "this wire caches by itself")
        return {**written, **own}


def _words(part: Part) -> str | None:
    """The text of a part that is text and nothing besides."""
    return part.text if type(part) is Text and part.cache is None and not part.extra else None


def _image(image: Image, place: str) -> str:
    """The bytes in base64, for nothing else is taken."""
    data = image.data
    if data is None and image.url is not None:
        _, data = split_data_url(image.url)
    if data is None:
        raise Unsupported(f"{place}: this wire takes images as bytes alone", hint="Fetch it, and give its data.")
    return base64.b64encode(data).decode()
