"""Messages of a request, as the wire writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import File, HostedTool, Image, Text, Thinking, ToolCall, ToolResult, Unsupported
from hamr.wirekit import data_url, image_type, returned_text
from hamr_provider_cohere.name import CONTENT, PLAN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.api import Message, Part
    from hamr.wirekit import Told

_TEXTS = ("application/json", "application/xml", "application/yaml")
_DETAILS = ("auto", "low", "high")


class Writer:
    """Writes one conversation into `written`; files of text, which it has no part for, into `documents`."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self.written: list[dict[str, Any]] = []
        self.documents: list[dict[str, Any]] = []
        self._shown: list[dict[str, Any]] = []

    def write(self, messages: Sequence[Message]) -> None:
        """All messages; raises Unsupported."""
        for place, message in enumerate(messages):
            if message.role != "tool":
                self._show()
            plain = _plain(message)
            if plain is not None:
                self.written.append(plain)
            else:
                self._message(message, f"messages[{place}]")
        self._show()

    def instruct(self, text: str) -> None:
        """Put an instruction behind the system messages that begin the conversation."""
        place = next((at for at, each in enumerate(self.written) if each["role"] != "system"), len(self.written))
        self.written.insert(place, {"role": "system", "content": text})

    def _message(self, message: Message, place: str) -> None:
        own = self._told.own(message.extra, place)
        if message.name is not None:
            self._told("dropped", f"{place}.name", "this wire takes no names of messages")
        if message.role == "tool":
            for at, part in enumerate(message.parts):
                self._result(part, f"{place}.parts[{at}]")
            return
        if message.role == "assistant":
            written = _Turn(self._told).written(message, place)
        else:
            written = {"role": message.role, "content": self._content(message.parts, place)}
        self.written.append({**written, **own})

    def _content(self, parts: Sequence[Part], place: str) -> str | list[dict[str, Any]]:
        """A plain text where that is all there is; files of text are documents of the whole conversation."""
        written: list[dict[str, Any]] = []
        for at, part in enumerate(parts):
            where = f"{place}.parts[{at}]"
            if isinstance(part, File):
                self._document(part, where)
            else:
                written.append(self._part(part, where))
        if not written:
            return ""
        return written[0]["text"] if len(written) == 1 and written[0].keys() == {"type", "text"} else written

    def _part(self, part: Part, where: str) -> dict[str, Any]:
        if isinstance(part, Text):
            written: dict[str, Any] = {"type": "text", "text": part.text}
        elif isinstance(part, Image):
            written = self._image(part, where)
        else:
            raise Unsupported(f"{where}: a {type(part).__name__} cannot stand here on this wire")
        if part.cache is not None:
            self._told("dropped", f"{where}.cache", "this wire caches by itself")
        return {**written, **self._told.own(part.extra, where)}

    def _image(self, image: Image, where: str) -> dict[str, Any]:
        url = image.url
        if image.data is not None:
            url = data_url(image.data, image.media_type or image_type(image.data, where))
        if url is None:
            raise Unsupported(f"{where}: this wire takes images by url or data")
        source = {"url": url}
        if image.detail in _DETAILS:
            source["detail"] = image.detail
        elif image.detail is not None:
            self._told("dropped", f"{where}.detail", f"it is one of {', '.join(_DETAILS)}")
        return {"type": "image_url", "image_url": source}

    def _document(self, file: File, where: str) -> None:
        kind = file.media_type or ""
        if file.data is None or not (kind.startswith("text/") or kind in _TEXTS):
            raise Unsupported(
                f"{where}: this wire takes files of text alone",
                hint="Give its data, and a media_type such as text/plain.",
            )
        data = {"title": file.name} if file.name else {}
        text = file.data.decode("utf-8", "replace")
        self.documents.append({"id": f"doc:{len(self.documents)}", "data": {**data, "text": text}})
        self._told("changed", where, "it goes as a document of the whole conversation")
        self._told.own(file.extra, where)

    def _result(self, part: Part, place: str) -> None:
        if not isinstance(part, ToolResult):
            raise Unsupported(f"{place}: a message of the role tool holds nothing but results of tools")
        told = self._told
        texts = [each for each in part.parts if isinstance(each, Text)]
        own = dict(told.own(part.extra, place))
        content = own.pop("content", None) or self._content(texts, place)
        self.written.append({"role": "tool", "tool_call_id": part.call_id, "content": content, **own})
        if part.is_error:
            told("dropped", f"{place}.is_error", "this wire has no such field; the text must say it")
        if part.cache is not None:
            told("dropped", f"{place}.cache", "this wire caches by itself")
        rest = [each for each in part.parts if not isinstance(each, Text)]
        if rest:
            told("emulated", f"{place}.parts", "results hold only text; the rest follows in a user message")
            self._shown.append({"type": "text", "text": f"From the tool call {part.call_id}:"})
            self._shown.extend(self._part(each, place) for each in rest)

    def _show(self) -> None:
        if self._shown:
            self.written.append({"role": "user", "content": self._shown})
            self._shown = []


class _Turn:
    """One turn of the model's own, sent back to it."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._content: list[dict[str, Any]] = []
        self._plan: list[str] = []
        self._calls: list[dict[str, Any]] = []
        self._citations: list[Any] = []

    def written(self, message: Message, place: str) -> dict[str, Any]:
        """The turn: where it has calls, text stands in the plan for them, unless it stood in the content before."""
        calling = bool(message.tool_calls)
        for at, part in enumerate(message.parts):
            where = f"{place}.parts[{at}]"
            if isinstance(part, Text):
                self._text(part, where, calling=calling)
            elif isinstance(part, Thinking):
                self._told.own(part.extra, where)
                self._content.append({"type": "thinking", "thinking": part.text})
            elif isinstance(part, ToolCall):
                self._calls.append(self._call(part, where))
            elif isinstance(part, HostedTool):
                self._told("dropped", where, "this wire takes no tools back that the provider ran")
            else:
                raise Unsupported(f"{where}: a {type(part).__name__} cannot stand in a turn of the assistant here")
        turn: dict[str, Any] = {"role": "assistant"}
        if self._content or not self._calls:
            turn["content"] = _short(self._content)
        more = {PLAN: "".join(self._plan), "tool_calls": self._calls, "citations": self._citations}
        turn.update((name, value) for name, value in more.items() if value)
        return turn

    def _text(self, part: Text, where: str, *, calling: bool) -> None:
        own = self._told.own(part.extra, where)
        if part.cache is not None:
            self._told("dropped", f"{where}.cache", "this wire caches by itself")
        cited = own.get("citations")
        self._citations.extend(cited if isinstance(cited, list) else ())
        if calling and own.get("field") != CONTENT:
            self._plan.append(part.text)
        elif part.text:
            self._content.append({"type": "text", "text": part.text})

    def _call(self, call: ToolCall, where: str) -> dict[str, Any]:

        function = {"name": call.name, "arguments": returned_text(call, where, self._told)}
        return {"id": call.id, "type": "function", "function": function, **self._told.own(call.extra, where)}


def _short(content: list[dict[str, Any]]) -> str | list[dict[str, Any]]:
    if not content:
        return ""
    return content[0]["text"] if len(content) == 1 and content[0]["type"] == "text" else content


def _plain(message: Message) -> dict[str, Any] | None:
    """A message of text, calls and results, as nearly all are, written without a look at the rest; else None."""
    parts, role = message.parts, message.role
    if message.extra or message.name is not None:
        return None
    if role == "assistant":
        return _plain_turn(parts)
    if len(parts) != 1:
        return None
    if role == "tool":
        return _plain_result(parts[0])
    text = _words(parts[0])
    return None if text is None else {"role": role, "content": text}


def _plain_turn(parts: Sequence[Part]) -> dict[str, Any] | None:
    calls: list[dict[str, Any]] = []
    said: list[str] = []
    for part in parts:
        if type(part) is ToolCall:
            if part.extra or part.problem is not None or not part.text or part.text.isspace():
                return None
            function = {"name": part.name, "arguments": part.text}
            calls.append({"id": part.id, "type": "function", "function": function})
        elif (text := _words(part)) is None:
            return None
        elif text:
            said.append(text)
    if calls:
        plan = {PLAN: "".join(said)} if said else {}
        return {"role": "assistant", **plan, "tool_calls": calls}
    return {"role": "assistant", "content": said[0] if said else ""} if len(said) < 2 else None


def _plain_result(part: Part) -> dict[str, Any] | None:
    if type(part) is not ToolResult or part.is_error or part.cache is not None or part.extra or len(part.parts) != 1:
        return None
    text = _words(part.parts[0])
    return None if text is None else {"role": "tool", "tool_call_id": part.call_id, "content": text}


def _words(part: Part) -> str | None:
    """The text of a part that is text and nothing besides."""
    return part.text if type(part) is Text and part.cache is None and not part.extra else None
