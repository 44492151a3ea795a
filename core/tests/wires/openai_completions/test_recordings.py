"""Real traffic: every recorded reply is decoded, every recorded request is read and written again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hamr.errors import BadRequest, CallError, NoSuchModel, NotLetIn, Refused, TooLong
from hamr.types import Call, Event, Failed, Head, Request, Response, Route, Text
from hamr.wires.openai_completions import NAME, OpenAICompletions
from hamr_testkit.fixtures import Recordings
from hamr_testkit.recordings import Recording
from hamr_testkit.spoken import Spoken

MAIN = ("openai", "groq")
OTHERS = (
    "alibaba",
    "azure",
    "cerebras",
    "deepseek",
    "heroku",
    "huggingface",
    "mistral",
    "moonshot",
    "ollama",
    "openai-compatible",
    "openrouter",
    "other_localhost_3000",
    "other_localhost_8000",
    "other_localhost_8787",
    "perplexity",
    "portkey",
    "snowflake",
    "together",
    "xai",
    "zai",
)


class Naive:
    """A reading of a reply that shares nothing with the decoder."""

    def __init__(self, row: Recording) -> None:
        self.text = ""
        self.calls: dict[Any, dict[str, str]] = {}
        self.finish: str | None = None
        self.usage: dict[str, Any] | None = None
        text = row.body.decode()
        bodies = [json.loads(text)] if text.lstrip().startswith("{") else list(self._chunks(text))
        for body in bodies:
            self._read(body)

    @staticmethod
    def _chunks(text: str) -> Iterator[Any]:
        for line in text.splitlines():
            if line.startswith("data:") and "[DONE]" not in line:
                yield json.loads(line[5:])

    def _read(self, body: dict[str, Any]) -> None:
        self.usage = body.get("usage") or (body.get("x_groq") or {}).get("usage") or self.usage
        for choice in body.get("choices") or []:
            if choice.get("index"):
                continue
            self.usage = choice.get("usage") or self.usage
            self.finish = choice.get("finish_reason") or self.finish
            said = choice.get("delta") or choice.get("message") or {}
            content = said.get("content") or ""
            if isinstance(content, list):
                content = "".join(part.get("text", "") for part in content if part["type"] == "text")
            self.text += content
            calls = said.get("tool_calls") or []
            legacy = said.get("function_call") or {}
            if any(legacy.values()):
                calls = [{"index": 0, "function": legacy}]
            for place, call in enumerate(calls):
                known = self.calls.setdefault(call.get("index", place), {"name": "", "arguments": ""})
                function = call["function"] if (call.get("function") or {}).get("name") else call.get("custom")
                function = function or call.get("function") or {}
                known["name"] = known["name"] or function.get("name") or ""
                known["arguments"] += function.get("arguments") or function.get("input") or ""


def compare(row: Recording, events: list[Event], response: Response) -> None:
    naive = Naive(row)
    texts = [part.text for part in response.message.parts if isinstance(part, Text) and not part.refusal]
    assert "".join(texts) == naive.text
    assert [(call.name, call.text) for call in response.tool_calls] == [
        (call["name"], call["arguments"]) for call in naive.calls.values()
    ]
    if naive.calls and naive.finish != "length":
        assert response.finish_reason == "tool_calls"
    elif naive.finish in ("stop", "length", "content_filter"):
        assert response.finish_reason in (naive.finish, "refusal")
    usage = naive.usage or {}
    if usage.get("prompt_tokens"):
        assert response.usage is not None
        assert response.usage.input_total == usage["prompt_tokens"]
        assert response.usage.total == (usage.get("total_tokens") or response.usage.total)
        assert response.usage.raw == usage


@pytest.mark.parametrize("provider", [*MAIN, *OTHERS])
def test_recorded_replies_are_read_as_they_stand(
    provider: str, recordings: Recordings, spoken: Callable[..., Spoken], folded: Callable[..., Response]
) -> None:
    """Pain 16 and pain 18: whole, one byte at a time and at random, with the same events."""
    rows = [row for row in recordings(f"{provider}.openai-chat") if row.status == 200]
    assert rows
    for row in rows:
        events = spoken().events_in_any_cut(row.body, row.id)
        if row.body.lstrip().startswith(b'{ "error"'):
            assert isinstance(events[-1], Failed)
            assert isinstance(events[-1].error, Refused), row.id
            continue
        response = folded(events)
        assert events[-1].type == "finished"
        compare(row, events, response)


EXPECTED: dict[int, type[CallError] | tuple[type[CallError], ...]] = {
    400: (BadRequest, TooLong),
    401: NotLetIn,
    404: NoSuchModel,
}


@pytest.mark.parametrize("provider", [*MAIN, *OTHERS])
def test_recorded_failures_are_told_apart(provider: str, recordings: Recordings, route: Callable[..., Route]) -> None:
    wire = OpenAICompletions(route())
    rows = [row for row in recordings(f"{provider}.openai-chat") if row.status != 200]
    for row in rows:
        error = wire.error(Head(row.status, row.headers, row.body))
        assert isinstance(error, EXPECTED[row.status]), row.id
        assert error.status == row.status
        assert error.message
        assert error.request_id == row.headers.get("x-request-id")
        too_long = b"maximum context length" in row.body or b"too_many_prompt_tokens" in row.body
        assert isinstance(error, TooLong) == too_long


def bodies(recordings: Recordings, provider: str) -> list[tuple[str, dict[str, Any]]]:
    rows = recordings(f"{provider}.openai-chat")
    return [(row.id, row.request) for row in rows if row.request and "messages" in row.request]


def rewritten(wire: OpenAICompletions, request: Request, route: Route) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(wire.encode(request, route).body)
    return body


@pytest.mark.parametrize("provider", [*MAIN, *OTHERS])
def test_recorded_requests_are_written_again_with_the_same_meaning(
    provider: str, recordings: Recordings, route: Callable[..., Route]
) -> None:
    flags = {"supports_usage_in_streaming": False, "supports_developer_role": True, "cache_control_format": "anthropic"}
    for id, body in bodies(recordings, provider):
        if not isinstance(body["messages"], list) or body.get("model") is None:
            continue  # refused for its shape; or Azure's, which names the model in the path
        field = "max_tokens" if "max_tokens" in body else "max_completion_tokens"
        special = {"file_url_field": "document_url" if provider == "mistral" else "file_url", "max_tokens_field": field}
        special |= {"thinking_format": "openrouter"} if "reasoning" in body else {}
        there = route(**flags, **special)
        wire = OpenAICompletions(there)
        try:
            request = wire.dialect().parse(Call("https://hamr.test", body=json.dumps(body).encode()))
        except BadRequest as error:
            pytest.fail(f"{id}: {error}")
        assert request.options["model"] == body["model"]
        assert meaning(rewritten(wire, request, there)) == {**meaning(body), "model": "a-model"}, id


def meaning(body: dict[str, Any]) -> dict[str, Any]:
    """The body without what makes no difference: nulls, defaults, old names, and texts as parts of their own."""
    said = {name: value for name, value in body.items() if value is not None and value != []}
    if "functions" in said:
        said["tools"] = [{"type": "function", "function": each} for each in said.pop("functions")]
    if "function_call" in said:
        choice = said.pop("function_call")
        said["tool_choice"] = choice if isinstance(choice, str) else {"type": "function", "function": choice}
    if "tools" not in said:
        said.pop("tool_choice", None)
        said.pop("parallel_tool_calls", None)
    if said.get("tool_choice") == "any":
        said["tool_choice"] = "required"
    if said.get("response_format") == {"type": "text"}:
        del said["response_format"]
    if isinstance(said.get("stop"), str):
        said["stop"] = [said["stop"]]
    if said.get("reasoning") == {"effort": "none"}:  # OpenRouter: the same as not enabled
        said["reasoning"] = {"enabled": False}
    for name in ("stream", "logprobs"):
        if said.get(name) is False:
            del said[name]
    if said.get("response_format", {}).get("type") == "json_schema":
        schema = {"name": "response", **said["response_format"]["json_schema"]}
        said["response_format"] = {**said["response_format"], "json_schema": schema}
    if not said.get("stream"):
        said.pop("stream_options", None)
    said["tools"] = [tool_meaning(tool) for tool in said.get("tools", [])]
    said["messages"] = [message_meaning(message) for message in said["messages"]]
    return said


def tool_meaning(tool: dict[str, Any]) -> dict[str, Any]:
    if tool.get("type", "function") != "function":
        return tool
    function = {name: value for name, value in tool["function"].items() if value not in (None, "")}
    function.setdefault("parameters", {"type": "object", "properties": {}})
    plain = {name: value for name, value in tool.items() if name != "cache_control"}
    return {**plain, "type": "function", "function": function} | mark(tool)


def message_meaning(message: dict[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in message.items() if value is not None and value != []}
    said["role"] = {"system": "developer", "function": "tool"}.get(said["role"], said["role"])
    if "function_call" in said:
        call = said.pop("function_call")
        said["tool_calls"] = [{"id": f"call_{call['name']}", "type": "function", "function": call}]
    if said["role"] == "tool":
        said.setdefault("tool_call_id", f"call_{said.get('name')}")
        said.pop("name", None)
    said["content"] = content_meaning(said.get("content"), said["role"])
    said["tool_calls"] = [call_meaning(call) for call in said.get("tool_calls", [])]
    if "reasoning_details" in said:
        said.pop("reasoning", None)
        for entry in said["reasoning_details"]:
            for name in [name for name, value in entry.items() if value is None]:
                del entry[name]
    return said


def call_meaning(call: dict[str, Any]) -> dict[str, Any]:
    function = call.get("function")
    if function is None:
        return {**call, "type": "custom"}
    text = function["arguments"] if isinstance(function["arguments"], str) else json.dumps(function["arguments"])
    return {**call, "type": "function", "function": {"name": function["name"], "arguments": json.loads(text or "{}")}}


def content_meaning(content: Any, role: str) -> Any:
    if content is None or content == []:
        return ""
    if not isinstance(content, list):
        return content
    parts = [{"type": "text", "text": part} if isinstance(part, str) else part for part in content]
    parts = [
        {**part, "image_url": {"url": part["image_url"]}} if isinstance(part.get("image_url"), str) else part
        for part in parts
    ]
    parts = [
        {name: value for name, value in part.items() if name != "cache_control" and value is not None} | mark(part)
        for part in parts
    ]
    parts = [{**part, "thinking": joined(part["thinking"])} if "thinking" in part else part for part in parts]
    if all(part.keys() == {"type", "text"} for part in parts) and (len(parts) < 2 or role == "assistant"):
        return "".join(part["text"] for part in parts)
    return parts


def joined(pieces: Any) -> str:
    return "".join(piece["text"] for piece in pieces)


def mark(part: dict[str, Any]) -> dict[str, Any]:
    """Five minutes are the default."""
    found = part.get("cache_control")
    if found is None:
        return {}
    return {"cache_control": {"type": "ephemeral", **({"ttl": "1h"} if found.get("ttl") == "1h" else {})}}


@pytest.mark.parametrize("provider", MAIN)
def test_what_is_written_conforms_to_the_published_schema(
    provider: str, recordings: Recordings, route: Callable[..., Route], schema: Callable[[str], Any]
) -> None:
    there = route()
    wire = OpenAICompletions(there)
    check = schema("chat-request")
    for id, body in bodies(recordings, provider):
        if not isinstance(body["messages"], list) or not conforms(check, body):
            continue
        request = wire.dialect().parse(Call("https://hamr.test", body=json.dumps(body).encode()))
        errors = [error.message for error in check.iter_errors(rewritten(wire, request, there))]
        assert not errors, id


def conforms(check: Any, body: dict[str, Any]) -> bool:
    """Some recorded requests were refused for their shape, and some are old."""
    return not any(check.iter_errors(body))


@pytest.mark.parametrize("provider", [*MAIN, "openrouter", "deepseek", "azure", "mistral"])
def test_replies_written_for_a_client_are_read_back_the_same(
    provider: str,
    recordings: Recordings,
    decode: Callable[..., list[Event]],
    folded: Callable[..., Response],
    route: Callable[..., Route],
) -> None:
    dialect = OpenAICompletions(route()).dialect()
    for row in recordings(f"{provider}.openai-chat"):
        events = decode(row.body) if row.status == 200 else []
        if not events or isinstance(events[-1], Failed):
            continue
        for stream in (True, False):
            options = {"stream_options": {"include_usage": True}, "tools": custom(row)}
            encoder = dialect.encoder(Request((), stream=stream, options=options))
            written = encoder.encode(events) + encoder.finish()
            again = folded(decode(written))
            first = folded(events)
            assert again.text == first.text, row.id
            assert again.thinking == first.thinking, row.id
            assert bare_calls(again) == bare_calls(first), row.id
            assert again.finish_reason == first.finish_reason, row.id
            assert again.id == (first.id or "chatcmpl-hamr")
            assert (again.usage and again.usage.total) == (first.usage and first.usage.total), row.id


def custom(row: Recording) -> list[Any]:
    return [tool for tool in (row.request or {}).get("tools") or [] if tool.get("type") == "custom"]


def bare_calls(response: Response) -> list[tuple[str, str, Any, str | None]]:
    return [(call.id, call.name, call.arguments, call.text or "") for call in response.tool_calls]


@pytest.mark.parametrize("root", ["chat-response", "chat-chunk"])
def test_what_a_client_is_sent_conforms_to_the_published_schema(
    root: str,
    recordings: Recordings,
    decode: Callable[..., list[Event]],
    schema: Callable[[str], Any],
    route: Callable[..., Route],
) -> None:
    check = schema(root)
    dialect = OpenAICompletions(route()).dialect()
    for row in recordings("openai.openai-chat"):
        events = decode(row.body) if row.status == 200 else []
        if not events or isinstance(events[-1], Failed) or not known(events):
            continue
        request = Request((), stream=root == "chat-chunk", options={"stream_options": {"include_usage": True}})
        encoder = dialect.encoder(request)
        written = encoder.encode(events) + encoder.finish()
        lines = [written] if root == "chat-response" else [line[6:] for line in written.split(b"\n\n")[:-2]]
        for line in lines:
            body = json.loads(line)
            said = body if root == "chat-response" else without_nulls(body)
            errors = [error.message for error in check.iter_errors(said)]
            assert not errors, (row.id, line)


def without_nulls(value: Any) -> Any:
    """The published shape of a chunk has no nulls, though OpenAI itself sends them."""
    if isinstance(value, list):
        return [without_nulls(each) for each in value]
    if not isinstance(value, dict):
        return value
    said = {name: without_nulls(each) for name, each in value.items() if each is not None}
    return {**said, "finish_reason": "stop"} if "delta" in said and "finish_reason" not in said else said


def known(events: list[Event]) -> bool:
    """Whether the reply ended with a reason that the schema knows, and its calls are functions."""
    last = events[-1]
    if last.type != "finished" or last.reason == "unknown":
        return False
    calls = [event.call for event in events if event.type == "tool_call_end"]
    return not any((call.extra or {}).get(NAME, {}).get("type") for call in calls)
