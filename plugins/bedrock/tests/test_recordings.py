"""Real traffic: every recorded reply is decoded, every recorded request is read and written again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
from botocore.eventstream import EventStreamBuffer

from hamr.api import BadRequest, Call, CallError, Event, NoSuchModel, Response, Route, Thinking, TooLong
from hamr_provider_bedrock.dialect import ConverseDialect
from hamr_provider_bedrock.wire import Converse
from hamr_testkit.cuts import cuts
from hamr_testkit.wired import Wired

NAMES = ("bedrock-converse", "bedrock-converse-stream")
Row = dict[str, Any]


def naive(row: Row) -> tuple[str, str, list[tuple[str, Any]], str, dict[str, Any]]:
    """Text, thinking, calls, reason and usage, read by code that shares nothing with the decoder."""
    if row["bytes"].lstrip().startswith(b"{"):
        body = json.loads(row["bytes"])
        blocks = body["output"]["message"]["content"]
        said = "".join(b.get("text", "") for b in blocks)
        said += "".join(t["text"] for b in blocks for t in b.get("citationsContent", {}).get("content", []))
        thought = "".join(
            b["reasoningContent"].get("reasoningText", {}).get("text", "") for b in blocks if "reasoningContent" in b
        )
        uses = [b["toolUse"] for b in blocks if "toolUse" in b and b["toolUse"].get("type") != "server_tool_use"]
        return said, thought, [(use["name"], use["input"]) for use in uses], body["stopReason"], body["usage"]
    said = thought = stop = ""
    usage: dict[str, Any] = {}
    calls: dict[int, tuple[str, list[str]]] = {}
    buffer = EventStreamBuffer()
    buffer.add_data(row["bytes"])
    for event in buffer:
        payload = json.loads(event.payload)
        delta, start = payload.get("delta", {}), payload.get("start", {}).get("toolUse", {})
        said += delta.get("text", "")
        thought += delta.get("reasoningContent", {}).get("text", "")
        if start and start.get("type") != "server_tool_use":
            calls[payload["contentBlockIndex"]] = (start["name"], [])
        if "toolUse" in delta and payload["contentBlockIndex"] in calls:
            calls[payload["contentBlockIndex"]][1].append(delta["toolUse"]["input"])
        stop, usage = payload.get("stopReason", stop), payload.get("usage", usage)
    return said, thought, [(name, json.loads("".join(text) or "{}")) for name, text in calls.values()], stop, usage


def text_of(response: Response) -> str:
    """All text; a recorded reply has its cited texts among the others."""
    return "".join(sorted(response.text))


@pytest.mark.parametrize("name", NAMES)
def test_recorded_replies_are_read_as_they_stand(
    name: str, rows: Callable[[str], list[Row]], decode: Callable[..., list[Event]], folded: Callable[..., Response]
) -> None:
    """Pain 16: whole and in every cut, with the same events."""
    read = [row for row in rows(name) if row["status"] == 200]
    assert len(read) > 20
    for row in read:
        events = decode(row["bytes"])
        for cut, pieces in cuts(row["bytes"]):
            assert decode(pieces) == events, (row["id"], cut)
        response = folded(events)
        said, thought, calls, stop, usage = naive(row)
        assert text_of(response) == "".join(sorted(said)), row["id"]
        assert response.thinking == thought
        assert [(call.name, call.arguments) for call in response.tool_calls] == calls
        assert (response.finish_reason == "tool_calls") == bool(calls)
        assert events[-1].raw == stop
        if usage:
            assert response.usage is not None
            assert response.usage.total == usage["totalTokens"], row["id"]
            assert response.usage.raw == usage


@pytest.mark.parametrize("name", NAMES)
def test_what_was_thought_goes_back_byte_for_byte(
    name: str, rows: Callable[[str], list[Row]], decode: Callable[..., list[Event]], folded: Callable[..., Response]
) -> None:
    """Signatures and what is hidden are those of the reply."""
    kept = []
    for row in [row for row in rows(name) if row["status"] == 200 and "reasoning" in row["features"]]:
        response = folded(decode(row["bytes"]))
        for part in response.message.parts:
            own = ((part.extra or {}).get("bedrock-converse") or {}) if isinstance(part, Thinking) else {}
            for field in ("signature", "redactedContent"):
                if field in own:
                    kept.append(field)
                    assert own[field].encode() in row["bytes"]
    assert "signature" in kept
    assert name == "bedrock-converse" or "redactedContent" in kept


def test_recorded_failures_are_told_apart(rows: Callable[[str], list[Row]]) -> None:
    wire = Wired("bedrock/m", AWS_REGION="us-east-1")
    failed = [row for name in NAMES for row in rows(name) if row["status"] != 200]
    assert failed
    for row in failed:
        error = wire.error(row["status"], row["bytes"], row["response_headers"])
        wanted: type[CallError] = BadRequest
        if b"Number of input tokens exceeds" in row["bytes"]:
            wanted = TooLong
        elif b"model identifier is invalid" in row["bytes"]:
            wanted = NoSuchModel
        assert type(error) is wanted, row["bytes"]
        assert error.message
        assert error.code in ("ValidationException", None)


@pytest.mark.parametrize("name", NAMES)
def test_recorded_requests_are_written_again_with_the_same_meaning(name: str, rows: Callable[[str], list[Row]]) -> None:
    asked = [row for row in rows(name) if row.get("request")]
    assert asked
    for row in asked:
        id = unquote(row["url_path"].split("/")[-2])
        call = Call(row["url_path"], body=json.dumps(row["request"]).encode())
        request = ConverseDialect().parse(call)
        assert request.options["model"] == id
        assert request.stream == row["url_path"].endswith("-stream")
        again = json.loads(Converse(there := taking_all(id)).encode(request, there).body)
        assert meaning(again) == meaning(row["request"]), row["id"]


def taking_all(id: str) -> Route:
    """The route of a model, which takes whatever was recorded."""
    there = Wired(f"bedrock/{id}", AWS_REGION="us-east-1").pipeline.route
    flags = {**there.compat, "supports_json_schema": True, "supports_cache_points": True, "unsupported": []}
    return replace(there, model=replace(there.model, compat=flags))


def meaning(body: Row) -> Row:
    """The body without what makes no difference: empty tables, defaults, turns in several messages."""
    said = {name: value for name, value in body.items() if value not in (None, {}, [])}
    sampling = {name: value for name, value in said.pop("inferenceConfig", {}).items() if value not in (None, [])}
    if sampling:
        said["inferenceConfig"] = sampling
    turns: list[Row] = []
    for message in said["messages"]:
        blocks = [block for block in map(block_meaning, message["content"]) if block != {"text": ""}]
        if turns and turns[-1]["role"] == message["role"]:
            turns[-1]["content"] += blocks
        else:
            turns.append({"role": message["role"], "content": blocks})
    said["messages"] = turns
    if "outputConfig" in said:
        schema = said["outputConfig"]["textFormat"]["structure"]["jsonSchema"]
        schema["schema"] = json.loads(schema["schema"])
        schema.setdefault("name", "response")
    return said


def block_meaning(block: Row) -> Row:
    block = {name: value for name, value in block.items() if name != "type"}
    if "toolResult" in block:
        result = {name: value for name, value in block["toolResult"].items() if (name, value) != ("status", "success")}
        content = [each for each in result["content"] if each != {"text": ""}] or [{"text": "(empty)"}]
        return {"toolResult": {**result, "content": content}}
    if "toolUse" in block:
        return {"toolUse": {**block["toolUse"], "input": block["toolUse"]["input"] or {}}}
    return block
