"""Real traffic: every recorded reply is decoded, every recorded request is read and written again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import BadRequest, BrokenReply, CallError, NoSuchModel, NotLetIn, QuotaSpent, TooLong
from hamr.types import (
    Call,
    Event,
    Failed,
    Head,
    HostedTool,
    Image,
    Part,
    Request,
    Response,
    Route,
    Text,
    Thinking,
    ToolCall,
)
from hamr.wires.openai_responses import NAME, OpenAIResponses
from hamr_testkit.fixtures import Recordings
from hamr_testkit.recordings import Recording
from hamr_testkit.spoken import Spoken

PROVIDERS = (
    "azure",
    "bedrock-mantle",
    "deepseek",
    "open-responses",
    "openai",
    "openrouter",
    "other_localhost_3000",
    "other_localhost_8787",
    "xai",
)


def is_reply(row: Recording) -> bool:
    """Whether the reply is of this API: some rows are filed under the status 400 though it was a success."""
    return not row.body.lstrip().startswith((b'{"error', b'{\n  "error', b'{"code')) and b'"choices"' not in row.body


TERMINAL = ("response.completed", "response.incomplete", "response.failed")


class Naive:
    """A reading of a reply that shares nothing with the decoder: the items as they were done, and the last response."""

    def __init__(self, row: Recording) -> None:
        text = row.body.decode()
        if text.lstrip().startswith("{"):
            self.response = json.loads(text)
            self.items: list[dict[str, Any]] = self.response["output"]
            return
        events = [
            json.loads(line[5:]) for line in text.splitlines() if line.startswith("data:") and "[DONE]" not in line
        ]
        last = next(at for at, event in enumerate(events) if event["type"] in TERMINAL)  # what follows is another reply
        self.response = events[last]["response"]
        done = [event for event in events[:last] if event["type"] == "response.output_item.done"]
        self.items = [event["item"] for event in sorted(done, key=lambda event: event["output_index"])]

    def parts(self) -> list[tuple[Any, ...]]:
        """What each item comes to: its kind, and what it says."""
        found: list[tuple[Any, ...]] = []
        for item in self.items:
            kind = item["type"]
            if kind == "message":
                for part in item["content"]:
                    text = part["refusal"] if part["type"] == "refusal" else part["text"]
                    found += [("refusal" if part["type"] == "refusal" else "text", text)] if text else []
            elif kind == "reasoning":
                parts = [*(item.get("summary") or ()), *(item.get("content") or ())]
                found.append(("thinking", "".join(part["text"] for part in parts), item))
            elif kind == "function_call":
                found.append(("call", item["call_id"], item["name"], item["arguments"]))
            elif kind == "custom_tool_call":
                found.append(("call", item["call_id"], item["name"], item["input"]))
            else:
                found.append(("hosted", kind, item))
        return found


def shown(part: Part) -> tuple[Any, ...]:
    """The same of a part of hamr's."""
    own = dict((getattr(part, "extra", None) or {}).get(NAME) or {})
    if isinstance(part, Text):
        return ("refusal" if part.refusal else "text", part.text)
    if isinstance(part, Thinking):
        return ("thinking", part.text.replace("\n\n", ""), own["item"])
    if isinstance(part, ToolCall):
        return ("call", part.id, part.name, part.text)
    assert isinstance(part, HostedTool | Image)
    return ("hosted", own["item"]["type"], own["item"])


def compare(row: Recording, response: Response) -> None:
    naive = Naive(row)
    expected = [
        (*each[:1], each[1].replace("\n\n", ""), *each[2:]) if each[0] == "thinking" else each for each in naive.parts()
    ]
    assert [shown(part) for part in response.message.parts] == expected, row.id
    said = naive.response
    assert response.id == said["id"]
    assert response.model == said["model"]
    calls = any(item["type"] in ("function_call", "custom_tool_call") for item in naive.items)
    if said["status"] == "completed":
        assert response.finish_reason == ("tool_calls" if calls else "stop"), row.id
    usage = said.get("usage")
    if usage:
        assert response.usage is not None
        assert response.usage.input_total == usage["input_tokens"]
        assert response.usage.output_total == usage["output_tokens"]
        assert response.usage.cache_read == usage.get("input_tokens_details", {}).get("cached_tokens", 0)
        assert response.usage.raw == usage


@pytest.mark.parametrize("provider", PROVIDERS)
def test_recorded_replies_are_read_as_they_stand(
    provider: str, recordings: Recordings, spoken: Callable[..., Spoken], folded: Callable[..., Response]
) -> None:
    """Pain 16 and pain 18: whole, one byte at a time and at random, with the same events."""
    rows = [row for row in recordings(f"{provider}.openai-responses") if is_reply(row)]
    assert rows
    for row in rows:
        events = spoken().events_in_any_cut(row.body, row.id)
        assert events[-1].type == "finished", row.id
        compare(row, folded(events))


EXPECTED: dict[int, type[CallError]] = {400: BadRequest, 401: NotLetIn}


@pytest.mark.parametrize("provider", ["deepseek", "openai", "xai"])
def test_recorded_failures_are_told_apart(provider: str, recordings: Recordings, route: Callable[..., Route]) -> None:
    wire = OpenAIResponses(route())
    rows = [row for row in recordings(f"{provider}.openai-responses") if row.status != 200 and not is_reply(row)]
    assert rows
    for row in rows:
        error = wire.error(Head(row.status, row.headers, row.body))
        gone = b'"model_not_found"' in row.body
        spent = b"insufficient_quota" in row.body
        too_long = b"context window" in row.body
        kind = QuotaSpent if spent else NoSuchModel if gone else TooLong if too_long else EXPECTED[row.status]
        assert type(error) is kind, row.id
        assert error.status == row.status
        assert error.message
        assert error.message in row.body.decode().replace('\\"', '"'), row.id


def test_a_reply_of_another_api_is_told(recordings: Recordings, decode: Callable[..., list[Event]]) -> None:
    """A chat completion where a response should be is no empty answer."""
    rows = [row for row in recordings("azure.openai-responses") if b'"choices"' in row.body]
    assert rows
    for row in rows:
        last = decode(row.body)[-1]
        assert isinstance(last, Failed)
        assert isinstance(last.error, BrokenReply)


def bodies(recordings: Recordings, provider: str) -> list[tuple[str, dict[str, Any]]]:
    return [(row.id, row.request) for row in recordings(f"{provider}.openai-responses") if row.request]


def parsed(wire: OpenAIResponses, id: str, body: dict[str, Any]) -> Request:
    try:
        return wire.dialect().parse(Call("https://hamr.test", body=json.dumps(body).encode()))
    except BadRequest as error:
        pytest.fail(f"{id}: {error}")


WITH_REQUESTS = [name for name in PROVIDERS if name != "open-responses"]


@pytest.mark.parametrize("provider", WITH_REQUESTS)
def test_recorded_requests_are_written_again_with_the_same_meaning(
    provider: str, recordings: Recordings, route: Callable[..., Route]
) -> None:
    there = route(supports_developer_role=True, supports_deferred_tools=True)
    wire = OpenAIResponses(there)
    for id, body in bodies(recordings, provider):
        if body.get("model") is None:
            continue  # it stands in a stored prompt
        request = parsed(wire, id, body)
        assert request.options["model"] == body["model"]
        again = json.loads(wire.encode(request, there).body)
        assert meaning(again) == {**meaning(body), "model": "a-model"}, id


def meaning(body: dict[str, Any]) -> dict[str, Any]:
    """The body without what makes no difference: nulls, defaults, and texts as parts of their own."""
    said = {name: value for name, value in body.items() if value not in (None, [], {})}
    if said.get("stream") is False:
        del said["stream"]
    given = said.get("input", [])
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    if (instructions := said.pop("instructions", None)) is not None:
        items = [{"role": "system", "content": instructions}, *items]
    said["input"] = [item_meaning(item) for item in items]
    said["tools"] = sorted(
        map(tool_meaning, said.get("tools", [])), key=lambda tool: tool["type"]
    )  # functions go first
    form = dict(said.get("text", {}))
    if form.get("format") == {"type": "text"}:
        del form["format"]
    said.pop("text", None)
    return {**said, "text": form} if form else said


def item_meaning(item: dict[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in item.items() if value is not None}
    if said.get("type") in ("function_call", "function_call_output"):
        said.pop("status", None)  # every call that goes back is complete
    if "role" not in said or said.get("type") == "additional_tools":
        return said
    said = {name: value for name, value in said.items() if name != "status"}
    said["type"] = "message"
    said["role"] = {"developer": "system"}.get(said["role"], said["role"])
    kind = "output_text" if said["role"] == "assistant" else "input_text"
    content = said.get("content", [])
    parts = [{"type": kind, "text": content}] if isinstance(content, str) else content
    said["content"] = [{**part_meaning(part), "type": kind if "text" in part else part.get("type")} for part in parts]
    return said


def part_meaning(part: dict[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in part.items() if value not in (None, [])}
    if said.get("detail") == "auto":
        del said["detail"]
    return said


def tool_meaning(tool: dict[str, Any]) -> dict[str, Any]:
    if tool.get("type") != "function":
        return tool
    said = {name: value for name, value in tool.items() if value not in (None, "")}
    said.setdefault("parameters", {"type": "object", "properties": {}})
    return said


@pytest.mark.parametrize("provider", WITH_REQUESTS)
def test_what_is_written_conforms_to_the_published_schema(
    provider: str, recordings: Recordings, route: Callable[..., Route], schema: Callable[[str], Any]
) -> None:
    there = route(supports_developer_role=True, supports_deferred_tools=True)
    wire = OpenAIResponses(there)
    check = schema("responses-request")
    for id, body in bodies(recordings, provider):
        if body.get("model") is None or any(check.iter_errors(body)):
            continue  # the model stands in a stored prompt; or it was refused for its shape, or is another provider's
        again = json.loads(wire.encode(parsed(wire, id, body), there).body)
        assert not [error.message for error in check.iter_errors(again)], id


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_replies_written_for_a_client_are_read_back_the_same(
    provider: str,
    stream: bool,
    recordings: Recordings,
    decode: Callable[..., list[Event]],
    folded: Callable[..., Response],
    route: Callable[..., Route],
) -> None:
    dialect = OpenAIResponses(route()).dialect()
    for row in recordings(f"{provider}.openai-responses"):
        if not is_reply(row):
            continue
        events = decode(row.body)
        encoder = dialect.encoder(Request((), stream=stream))
        written = encoder.encode(events) + encoder.finish()
        first, again = folded(events), folded(decode(written))
        assert again.message == first.message, row.id
        if first.finish_reason != "unknown":  # of which the wire has no word
            assert again.finish_reason == first.finish_reason, row.id
        assert (again.id, again.model) == (first.id, first.model)
        assert (again.usage and again.usage.total) == (first.usage and first.usage.total), row.id


@pytest.mark.parametrize("root", ["responses-response", "responses-event"])
def test_what_a_client_is_sent_conforms_to_the_published_schema(
    root: str,
    recordings: Recordings,
    decode: Callable[..., list[Event]],
    schema: Callable[[str], Any],
    route: Callable[..., Route],
) -> None:
    check = schema(root)
    dialect = OpenAIResponses(route()).dialect()
    for row in recordings("openai.openai-responses"):
        if not is_reply(row):
            continue
        events = decode(row.body)
        encoder = dialect.encoder(Request((), stream=root == "responses-event"))
        written = encoder.encode(events) + encoder.finish()
        streamed = [line[6:] for line in written.split(b"\n") if line.startswith(b"data: ")]
        for line in [written] if root == "responses-response" else streamed:
            errors = [
                f"{'.'.join(map(str, error.path))}: {error.message[:300]}"
                for error in check.iter_errors(json.loads(line))
            ]
            assert not errors, (row.id, line[:2000])
