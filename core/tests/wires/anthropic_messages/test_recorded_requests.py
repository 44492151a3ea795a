"""Real traffic, the other way: recorded requests are read and written again, recorded replies written for a client."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.types import Call, Event, Request, Response, Route
from hamr.wires.anthropic_messages import NAME, AnthropicMessages
from hamr_testkit.recordings import Recording

Recordings = Callable[[str], list[Recording]]

FILES = (
    "anthropic.anthropic-messages",
    "other_localhost_3000.anthropic-messages",
    "other_localhost_8787.anthropic-messages",
)
NEWEST: dict[str, Any] = {
    "thinking_types": ["adaptive", "enabled", "disabled"],
    "thinking_levels": ["low", "medium", "high", "xhigh", "max"],
    "supports_system_messages": True,
    "supports_strict_tools": True,
    "supports_deferred_tools": True,
    "structured_output": "format",
}


def bodies(recordings: Recordings, file: str) -> list[tuple[str, dict[str, Any]]]:
    """Those whose results have their calls: the ids in one row were changed where it was recorded."""
    found = [(row.id, row.request) for row in recordings(file) if row.request]
    return [(id, body) for id, body in found if ids(body, "tool_use_id") <= ids(body, "id")]


def ids(body: dict[str, Any], name: str) -> set[str]:
    contents = [message["content"] for message in body["messages"] if not isinstance(message["content"], str)]
    return {block[name] for content in contents for block in content if name in block}


def again(body: dict[str, Any], there: Route) -> tuple[Request, dict[str, Any]]:
    """The body read as a client's, and written again."""
    wire = AnthropicMessages(there)
    request = wire.dialect().parse(Call("https://hamr.test", body=json.dumps(body).encode()))
    return request, json.loads(wire.encode(request, there).body)


@pytest.mark.parametrize("file", FILES)
def test_recorded_requests_are_written_again_with_the_same_meaning(
    file: str, recordings: Recordings, route: Callable[..., Route]
) -> None:
    """Pain 22 and pain 25: all of it, marks and signatures included."""
    for id, body in bodies(recordings, file):
        place = {"structured_output": "output_format"} if "output_format" in body else {}
        request, written = again(body, route(**{**NEWEST, **place}))
        assert request.options["model"] == body["model"]
        assert meaning(written) == {**meaning(body), "model": "a-model"}, id


def test_recorded_counts_are_asked_for_again_with_the_same_meaning(
    recordings: Recordings, route: Callable[..., Route]
) -> None:
    there = route(**NEWEST)
    wire = AnthropicMessages(there)
    dialect: Any = wire.dialect()
    for id, body in bodies(recordings, "anthropic.anthropic-count"):
        request = dialect.parse_count(Call("https://hamr.test", body=json.dumps(body).encode()))
        call = wire.encode_count(request, there)
        assert call.url == "https://models.test/v1/messages/count_tokens"
        assert meaning(json.loads(call.body)) == {**meaning(body), "model": "a-model"}, id


def meaning(body: dict[str, Any]) -> dict[str, Any]:
    """The body without what makes no difference: nulls, defaults, and texts as blocks."""
    said = {name: value for name, value in body.items() if value is not None and value != []}
    if not said.get("stream"):
        said.pop("stream", None)
    if "tools" not in said:
        said.pop("tool_choice", None)
    if said.get("system") == "":
        del said["system"]
    elif "system" in said:
        said["system"] = blocks(said["system"])
    if "tools" in said:
        # Those of the provider come last; within each kind the order is kept.
        said["tools"] = sorted(map(tool_meaning, said["tools"]), key=lambda tool: "type" in tool)
    if isinstance(said.get("temperature"), int | float):
        said["temperature"] = min(float(said["temperature"]), 1.0)
    turns: list[dict[str, Any]] = []
    for message in said["messages"]:
        content = blocks(message["content"])
        if message is said["messages"][-1] and message["role"] == "assistant" and content[-1]["type"] == "text":
            content[-1]["text"] = content[-1]["text"].rstrip()
        if turns and turns[-1]["role"] == message["role"]:
            turns[-1]["content"] += content
        else:
            turns.append({"role": message["role"], "content": content})
    return {**said, "messages": turns}


def tool_meaning(tool: dict[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in tool.items() if value not in (None, "")}
    if said.get("type") == "custom":
        del said["type"]
    if said.get("defer_loading") is False:
        del said["defer_loading"]
    return marked(said) if "input_schema" in said else said


def blocks(content: Any) -> list[dict[str, Any]]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content.strip() else []
    return [block_meaning(block) for block in content if block.get("text") != ""]


def block_meaning(block: dict[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in block.items() if value is not None and value is not False}
    if said.get("type") == "tool_result":
        said["content"] = blocks(said.get("content") or [])
    if said.get("type") == "text" and said.get("citations") == []:
        del said["citations"]
    return marked(said)


def marked(said: dict[str, Any]) -> dict[str, Any]:
    """Five minutes are the default."""
    mark = said.get("cache_control")
    if not mark:
        return said
    return {**said, "cache_control": {"type": "ephemeral", **({"ttl": "1h"} if mark.get("ttl") == "1h" else {})}}


def test_what_is_written_conforms_to_the_published_schema(
    recordings: Recordings, route: Callable[..., Route], schema: Callable[[str], Any]
) -> None:
    check = schema("beta-messages-request")
    checked = 0
    for id, body in bodies(recordings, FILES[0]):
        if any(check.iter_errors(body)):
            continue  # some are old, and hold what the newest version of the API has no more
        checked += 1
        errors = [error.message for error in check.iter_errors(again(body, route(**NEWEST))[1])]
        assert not errors, id
    assert checked > 100


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("stream", [True, False])
def test_replies_written_for_a_client_are_read_back_the_same(
    file: str,
    stream: bool,
    recordings: Recordings,
    decode: Callable[..., list[Event]],
    folded: Callable[..., Response],
    route: Callable[..., Route],
) -> None:
    dialect = AnthropicMessages(route()).dialect()
    for row in recordings(file):
        if row.status != 200:
            continue
        events = decode(row.body)
        encoder = dialect.encoder(Request((), stream=stream))
        written = encoder.encode(events) + encoder.finish()
        first, second = folded(events), folded(decode(written))
        assert second.id == first.id
        assert second.model == first.model
        assert second.finish_reason == first.finish_reason
        assert [bare(part) for part in second.message.parts] == [bare(part) for part in first.message.parts], row.id
        assert first.usage is not None
        assert second.usage is not None
        assert {**vars_of(second.usage), "raw": 0} == {**vars_of(first.usage), "raw": 0}


def vars_of(usage: Any) -> dict[str, Any]:
    return {name: getattr(usage, name) for name in usage.__slots__}


def bare(part: Any) -> Any:
    """The part without what differs between a stream and a whole message: arguments' blanks, and who called."""
    if type(part).__name__ == "ToolCall":
        return part.id, part.name, part.arguments, part.problem
    return part


def test_replies_written_for_a_client_conform_to_the_published_schema(
    recordings: Recordings,
    decode: Callable[..., list[Event]],
    route: Callable[..., Route],
    schema: Callable[[str], Any],
) -> None:
    dialect = AnthropicMessages(route()).dialect()
    events, whole = schema("beta-messages-event"), schema("beta-messages-response")
    for row in recordings(FILES[0]):
        if row.status != 200 or any(part in row.body for part in (b'"advisor', b'"text_editor')):
            continue
        read = decode(row.body)
        streamed, single = dialect.encoder(Request((), stream=True)), dialect.encoder(Request(()))
        for block in (streamed.encode(read) + streamed.finish()).split(b"\n\n")[:-1]:
            name, _, data = block.partition(b"\ndata: ")
            frame = json.loads(data)
            assert name == b"event: " + frame["type"].encode()
            assert not [error.message for error in events.iter_errors(frame)], (row.id, frame)
        body = json.loads(single.encode(read) + single.finish())
        assert not [error.message for error in whole.iter_errors(body)], (row.id, body)


def test_recorded_requests_keep_what_is_the_wires_own(recordings: Recordings, route: Callable[..., Route]) -> None:
    signatures = 0
    for _, body in bodies(recordings, FILES[0]):
        request, written = again(body, route(**NEWEST))
        for message in request.messages:
            for part in message.parts:
                signature = ((part.extra or {}).get(NAME) or {}).get("signature")
                if signature:
                    signatures += 1
                    assert signature in str(written)
    assert signatures
