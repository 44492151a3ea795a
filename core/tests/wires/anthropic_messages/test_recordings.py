"""Real traffic: every recorded reply is decoded, every recorded request is read and written again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hamr.errors import BadRequest, CallError, NoSuchModel, NotLetIn, TooLong
from hamr.types import Head, HostedTool, Response, Route, Text, Thinking, ToolCall
from hamr.wires.anthropic_messages import NAME, AnthropicMessages
from hamr_testkit.fixtures import Recordings
from hamr_testkit.recordings import Recording
from hamr_testkit.spoken import Spoken

FILES = (
    "anthropic.anthropic-messages",
    "other_localhost_3000.anthropic-messages",
    "other_localhost_8787.anthropic-messages",
)


def naive(row: Recording) -> tuple[list[dict[str, Any]], str | None, dict[str, Any]]:
    """A reading of a reply that shares nothing with the decoder: blocks, reason and usage."""
    text = row.body.decode()
    if not text.lstrip().startswith(("event:", "data:", ":")):
        body = json.loads(text)
        return body["content"], body["stop_reason"], body["usage"]
    blocks: dict[int, dict[str, Any]] = {}
    pieces: dict[int, str] = {}
    stop, usage = None, {}
    for event in chunks(text):
        if event["type"] == "message_start":
            usage = event["message"]["usage"]
        elif event["type"] == "content_block_start":
            blocks[event["index"]] = event["content_block"]
        elif event["type"] == "content_block_delta":
            block, delta = blocks[event["index"]], event["delta"]
            if "partial_json" in delta:
                pieces[event["index"]] = pieces.get(event["index"], "") + delta["partial_json"]
            elif "citation" in delta:
                block["citations"] = [*(block.get("citations") or []), delta["citation"]]
            else:
                name = next(name for name in ("text", "thinking", "signature") if name in delta)
                block[name] = block.get(name, "") + delta[name]
        elif event["type"] == "message_delta":
            stop, usage = event["delta"]["stop_reason"], usage | event["usage"]
    for index, text in pieces.items():
        if text:
            blocks[index]["input"] = json.loads(text)
    return [blocks[index] for index in sorted(blocks)], stop, usage


def chunks(text: str) -> Iterator[Any]:
    for line in text.splitlines():
        if line.startswith("data:"):
            yield (event := json.loads(line[5:]))
            if event["type"] == "message_stop":
                return  # some rows hold the replies to several calls


def block_of(part: Any) -> dict[str, Any]:
    """The block that a part came as, as far as a part says it."""
    own = (part.extra or {}).get(NAME, {})
    if isinstance(part, Text):
        return {"type": "text", "text": part.text, "citations": own.get("citations")}
    if isinstance(part, Thinking):
        if "data" in own:
            return {"type": "redacted_thinking", "data": own["data"]}
        return {"type": "thinking", "thinking": part.text, "signature": own["signature"]}
    if isinstance(part, ToolCall):
        assert part.problem is None
        more = {name: value for name, value in own.items() if name != "issuer"}
        return {"type": "tool_use", "id": part.id, "name": part.name, "input": part.arguments, **more}
    assert isinstance(part, HostedTool)
    return dict(part.data)


FINISH = {"end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length", "tool_use": "tool_calls"}


@pytest.mark.parametrize("file", FILES)
def test_recorded_replies_are_read_as_they_stand(
    file: str, recordings: Recordings, spoken: Callable[..., Spoken], folded: Callable[..., Response]
) -> None:
    """Pain 16, pain 18 and pain 22: whole, one byte at a time and at random, with the same events."""
    rows = [row for row in recordings(file) if row.status == 200]
    assert rows
    for row in rows:
        response = folded(spoken().events_in_any_cut(row.body, row.id))
        blocks, stop, usage = naive(row)
        said = [
            {"citations": None, **block} if block["type"] == "text" else block
            for block in blocks
            if block["type"] != "text" or block["text"]
        ]
        assert [block_of(part) for part in response.message.parts] == said, row.id
        assert response.finish_reason == FINISH.get(stop or "", "unknown"), row.id
        assert response.usage is not None, row.id
        assert response.usage.output_total == usage["output_tokens"], row.id
        prompt = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
        assert response.usage.input_total == sum(usage.get(name) or 0 for name in prompt), row.id


EXPECTED: dict[int, tuple[type[CallError], ...]] = {400: (BadRequest, TooLong), 401: (NotLetIn,), 404: (NoSuchModel,)}


@pytest.mark.parametrize("file", ["anthropic.anthropic-messages", "anthropic.anthropic-count"])
def test_recorded_failures_are_told_apart(file: str, recordings: Recordings, route: Callable[..., Route]) -> None:
    wire = AnthropicMessages(route())
    rows = [row for row in recordings(file) if row.status != 200]
    assert rows
    for row in rows:
        error = wire.error(Head(row.status, row.headers, row.body))
        assert isinstance(error, EXPECTED[row.status]), row.id
        assert error.request_id == (row.headers.get("request-id") or json.loads(row.body)["request_id"])
        assert isinstance(error, TooLong) == (b"prompt is too long" in row.body)


def test_recorded_counts(recordings: Recordings, route: Callable[..., Route]) -> None:
    there = route()
    rows = [row for row in recordings("anthropic.anthropic-count") if row.status == 200]
    counts = [AnthropicMessages(there).decode_count(Head(200, body=row.body), there) for row in rows]
    assert counts == [json.loads(row.body)["input_tokens"] for row in rows]
