"""Events to the bytes that a client of this wire expects, streamed or whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import Failed, Finished, Started
from hamr.wires.openai_completions.deltas import Deltas
from hamr.wires.openai_completions.name import NAME
from hamr.wires.openai_refusal import envelope
from hamr.wires.served_reply import ServedReply

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hamr.types import Event, FinishReason, Request, Usage

_WORDS: Mapping[FinishReason, str | None] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "content_filter": "content_filter",
    "refusal": "stop",
    "pause": "pause_turn",
    "error": "abort",
    "unknown": None,
}
_KEPT = ("service_tier", "system_fingerprint")
_GROWING = ("content", "refusal", "reasoning_content")


class _Reply(ServedReply):
    """What both encoders know of the reply."""

    def __init__(self, request: Request) -> None:
        super().__init__()
        tools = request.options.get("tools")
        names = [tool.get("custom") for tool in tools if isinstance(tool, dict)] if isinstance(tools, list) else []
        self.deltas = Deltas(frozenset(str(each.get("name")) for each in names if isinstance(each, dict)))
        self.facts: dict[str, Any] = {
            "id": "chatcmpl-hamr",
            "created": 0,
            "model": str(request.options.get("model", "")),
        }

    def started(self, event: Started) -> None:
        """Take in who answers."""
        created = ((event.extra or {}).get(NAME) or {}).get("created")
        found = {"id": event.id, "created": created if isinstance(created, int) else None, "model": event.model}
        self.facts.update((name, value) for name, value in found.items() if value)

    def kept(self) -> dict[str, Any]:
        """What the provider said besides the answer, where clients of this wire know it."""
        own = ((self.finished.extra if self.finished else None) or {}).get(NAME)
        return {name: own[name] for name in _KEPT if name in own} if isinstance(own, dict) else {}


class StreamEncoder:
    """Chunks as server-sent events: the role first, then deltas, then the finish, the usage if asked for, the end."""

    content_type = "text/event-stream"

    def __init__(self, request: Request) -> None:
        from pydantic_core import to_json

        wanted = request.options.get("stream_options")
        self._json = to_json
        self._reply = _Reply(request)
        self._with_usage = isinstance(wanted, dict) and wanted.get("include_usage") is True
        self._begun: set[int] = set()
        self._head = b""

    def encode(self, events: Iterable[Event]) -> bytes:
        """The bytes for these events."""
        out: list[bytes] = []
        for event in events:
            if self._reply.note(event):
                if isinstance(event, Started):
                    self._begin(0, out)
                elif isinstance(event, Finished):
                    self._end(event, out)
                elif isinstance(event, Failed):
                    out.append(b"data: " + self._json(envelope(event.error)) + b"\n\n")
            elif delta := self._reply.deltas.read(event):
                self._begin(delta[0], out)
                out.append(self._chunk(*delta))
        return b"".join(out)

    def finish(self) -> bytes:
        """The end mark; nothing where the reply broke off, so that nobody takes it for whole."""
        return b"data: [DONE]\n\n" if self._reply.finished else b""

    def _begin(self, choice: int, out: list[bytes]) -> None:
        if not self._head:
            facts = self._reply.facts
            head = {"id": facts["id"], "object": "chat.completion.chunk", **facts}
            self._head = b"data: " + self._json(head)[:-1]
        if choice not in self._begun:
            self._begun.add(choice)
            out.append(self._chunk(choice, {"role": "assistant", "content": ""}))

    def _chunk(self, choice: int, delta: dict[str, Any], finish: str | None = None) -> bytes:
        said = {"index": choice, "delta": delta, "logprobs": None, "finish_reason": finish}
        usage = b',"usage":null' if self._with_usage else b""
        return b'%b,"choices":[%b]%b}\n\n' % (self._head, self._json(said), usage)

    def _end(self, event: Finished, out: list[bytes]) -> None:
        self._begin(0, out)
        kept = self._reply.kept()
        if kept:
            self._head = self._head + b"," + self._json(kept)[1:-1]
        out.extend(self._chunk(choice, {}, _WORDS[event.reason]) for choice in sorted(self._begun))
        if self._with_usage and self._reply.usage is not None:
            usage = self._json(usage_body(self._reply.usage))
            out.append(b'%b,"choices":[],"usage":%b}\n\n' % (self._head, usage))


class WholeEncoder:
    """One `chat.completion`, given out at the end."""

    content_type = "application/json"

    def __init__(self, request: Request) -> None:
        self._reply = _Reply(request)
        self._messages: dict[int, dict[str, Any]] = {}

    def encode(self, events: Iterable[Event]) -> bytes:
        """Nothing: a whole reply is complete only at its end."""
        for event in events:
            if not self._reply.note(event) and (delta := self._reply.deltas.read(event)):
                _merge(self._messages.setdefault(delta[0], {}), delta[1])
        return b""

    def finish(self) -> bytes:
        """The body: the completion, or an error where the reply failed or broke off."""
        from pydantic_core import to_json

        reply = self._reply
        if reply.finished is None:
            return to_json(envelope(reply.failed))
        word = _WORDS[reply.finished.reason]
        choices = [
            {"index": choice, "message": _message(said), "logprobs": None, "finish_reason": word}
            for choice, said in sorted({0: {}, **self._messages}.items())
        ]
        facts = reply.facts
        body = {"id": facts["id"], "object": "chat.completion", **facts, "choices": choices, **reply.kept()}
        if reply.usage is not None:
            body["usage"] = usage_body(reply.usage)
        return to_json(body)


def usage_body(usage: Usage) -> dict[str, Any]:
    """The buckets as this wire counts them: parts are included in their wholes."""
    return {
        "prompt_tokens": usage.input_total,
        "completion_tokens": usage.output_total,
        "total_tokens": usage.total,
        "prompt_tokens_details": {
            "cached_tokens": usage.cache_read,
            "cache_write_tokens": usage.cache_write_5m + usage.cache_write_1h,
            "audio_tokens": usage.input_audio,
        },
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning, "audio_tokens": usage.output_audio},
    }


def _merge(said: dict[str, Any], delta: dict[str, Any]) -> None:
    for name, value in delta.items():
        if name in _GROWING:
            said.setdefault(name, []).append(value)
        elif name == "tool_calls":
            _merge_call(said.setdefault(name, {}), value[0])
        elif isinstance(value, list):
            said.setdefault(name, []).extend(value)
        else:
            said[name] = value


def _merge_call(calls: dict[int, dict[str, Any]], fragment: dict[str, Any]) -> None:
    call = calls.setdefault(fragment["index"], {"pieces": []})
    for name, value in fragment.items():
        if name in ("function", "custom"):
            call["kind"] = name
            call.setdefault("name", value.get("name"))
            call["pieces"].append(value.get("arguments") or value.get("input") or "")
        elif name != "index":
            call[name] = value


def _message(said: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
    for name, value in said.items():
        if name in _GROWING:
            message[name] = "".join(value)
        elif name == "tool_calls":
            message[name] = [_call(value[place]) for place in sorted(value)]
        else:
            message[name] = value
    if message["content"] is None and message.keys() == {"role", "content", "refusal"} and message["refusal"] is None:
        message["content"] = ""
    return message


def _call(call: dict[str, Any]) -> dict[str, Any]:
    kind = call.pop("kind")
    text = "".join(call.pop("pieces"))
    body = {"name": call.pop("name"), "input" if kind == "custom" else "arguments": text}
    return {"id": call.pop("id"), "type": call.pop("type"), kind: body, **call}
