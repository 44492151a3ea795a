from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import BrokenReply, NotLetIn, RateLimited
from hamr.types import (
    Audio,
    Citation,
    Event,
    Failed,
    File,
    Finished,
    HostedTool,
    Image,
    PartAdded,
    Response,
    Started,
    Text,
    TextDelta,
    TextEnd,
    TextStart,
    Thinking,
    ToolCall,
    Usage,
    UsageUpdated,
    Warned,
)
from hamr.wires.gemini import NAME

Decode = Callable[..., list[Event]]
Folded = Callable[..., Response]
Chunk = Callable[..., dict[str, Any]]
Sse = Callable[..., bytes]
ISSUER = "test/a-model"
SIGNED = {NAME: {"issuer": ISSUER, "thoughtSignature": "c2ln"}}
USAGE = {"promptTokenCount": 3, "candidatesTokenCount": 2, "totalTokenCount": 5}


def test_a_stream_of_text(decode: Decode, sse: Sse, chunk: Chunk) -> None:
    events = decode(sse(chunk({"text": "Hel"}), {**chunk({"text": "lo"}, finish="STOP"), "usageMetadata": USAGE}))
    assert events == [
        Started("r1", "m"),
        TextStart(0),
        TextDelta(0, "Hel"),
        TextDelta(0, "lo"),
        TextEnd(0),
        UsageUpdated(Usage(input=3, output=2, raw=USAGE)),
        Finished("stop", "STOP"),
    ]


def test_a_whole_reply_is_read_the_same(decode: Decode, chunk: Chunk, folded: Folded) -> None:
    body = {**chunk({"text": "a"}, {"text": "b"}, finish="STOP"), "usageMetadata": USAGE}
    response = folded(decode(json.dumps(body).encode()))
    assert response.message.parts == (Text("a"), Text("b"))
    assert (response.id, response.model, response.finish_reason) == ("r1", "m", "stop")


def test_a_stream_as_one_list_is_read_too(decode: Decode, chunk: Chunk, folded: Folded) -> None:
    body = [chunk({"text": "a"}), chunk({"text": "b"}, finish=1)]
    assert folded(decode(json.dumps(body).encode())).text == "ab"
    cut = decode(json.dumps(body[:1] * 2).encode())
    assert isinstance(cut[-1], Failed)
    none = decode(b'[1, {"a": 2}]')
    assert isinstance(none[-1], Failed)
    assert "no object" in str(none[-1].error)


def test_thinking_and_where_each_signature_stood(decode: Decode, sse: Sse, chunk: Chunk, folded: Folded) -> None:
    """Pain 23, N-86: each on the part that bore it, in a stream as in a whole."""
    parts: list[dict[str, Any]] = [
        {"text": "hm ", "thought": True},
        {"text": "hm", "thought": True},
        {"text": "a"},
        {"text": "b", "thoughtSignature": "c2ln"},
        {"text": "", "thoughtSignature": "c2ln"},
        {"functionCall": {"id": "c1", "name": "f", "args": {"x": 1}}, "thoughtSignature": "c2ln"},
        {"thoughtSignature": "c2ln"},
    ]
    streamed = folded(decode(sse(*(chunk(part) for part in parts), chunk(finish="STOP")))).message
    whole = folded(decode(json.dumps(chunk(*parts, finish="STOP")).encode())).message
    own = {NAME: {"issuer": ISSUER}}
    rest = (
        Text("a"),
        Text("b", extra=SIGNED),
        Text("", extra=SIGNED),
        ToolCall("c1", "f", {"x": 1}, '{"x":1}', extra=SIGNED),
        Text("", extra=SIGNED),
    )
    assert streamed.parts == (Thinking("hm hm", own), *rest)
    assert whole.parts == (Thinking("hm ", own), Thinking("hm", own), *rest)


def test_calls_without_ids_are_given_some(decode: Decode, sse: Sse, chunk: Chunk, folded: Folded) -> None:
    """Pain 11: two calls of one tool are told apart, and told apart from those of other replies."""
    call = {"functionCall": {"name": "f", "args": {}}}
    one = folded(decode(sse(chunk(call), chunk(call, finish="STOP"))))
    other = folded(decode(sse({**chunk(call, finish="STOP"), "responseId": "r2"})))
    ids = [each.id for each in (*one.tool_calls, *other.tool_calls)]
    assert len(set(ids)) == 3
    assert one.finish_reason == "tool_calls"
    assert all((each.extra or {})[NAME]["made_id"] for each in one.tool_calls)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        ({"name": "f", "args": [1]}, "no object: list"),
        ({"args": {"a": 1}}, "names no tool"),
        ({"name": "f", "willContinue": True}, "in the midst"),
        ({"name": "f", "partialArgs": [{"jsonPath": "[0]", "numberValue": 1}]}, "no place"),
        ({"name": "f", "partialArgs": [{"stringValue": "x"}]}, "no place"),
    ],
)
def test_calls_that_make_no_sense_say_so(
    call: dict[str, Any], problem: str, decode: Decode, sse: Sse, chunk: Chunk, folded: Folded
) -> None:
    """Pain 12: such a call has no arguments to run with."""
    (made,) = folded(decode(sse(chunk({"functionCall": call}, finish="STOP")))).tool_calls
    assert problem in (made.problem or "")
    assert made.arguments == {}


def test_arguments_that_come_in_pieces(decode: Decode, sse: Sse, chunk: Chunk, folded: Folded) -> None:
    """Vertex AI's `streamFunctionCallArguments`."""

    def piece(path: str, more: bool = True, **value: Any) -> dict[str, Any]:
        return {"functionCall": {"partialArgs": [{"jsonPath": path, **value}], "willContinue": more}}

    first = {"functionCall": {"name": "f", "willContinue": True}, "thoughtSignature": "c2ln"}
    events = decode(
        sse(
            chunk(first),
            chunk(piece("$.to[0].name", stringValue="An", willContinue=True)),
            chunk(piece("$.to[0].name", stringValue="n")),
            chunk(piece("$.to[1]['odd.name']", numberValue=2.0)),
            chunk(piece("$.ok", boolValue=True)),
            chunk(piece('$["none"]', nullValue="NULL_VALUE")),
            chunk({"functionCall": {}}),
            chunk({"functionCall": {"name": "g", "args": {}}}, finish="STOP"),
        )
    )
    first_call, second = folded(events).tool_calls
    assert first_call.problem is None
    wanted = {"to": [{"name": "Ann"}, {"odd.name": 2}], "ok": True, "none": None}
    assert first_call.arguments == wanted
    assert json.loads(first_call.text or "") == wanted
    assert (first_call.extra or {})[NAME]["thoughtSignature"] == "c2ln"
    assert second.name == "g"


def test_media_and_tools_that_the_provider_ran(decode: Decode, chunk: Chunk, folded: Folded) -> None:
    data = base64.b64encode(b"xyz").decode()
    code: dict[str, Any] = {"executableCode": {"language": "PYTHON", "code": "1"}, "thoughtSignature": "c2ln"}
    invented = {"newKind": 7}
    parts: list[dict[str, Any]] = [
        {"inlineData": {"mimeType": "image/png", "data": data}, "thoughtSignature": "c2ln"},
        {"inlineData": {"mimeType": "audio/L16;codec=pcm;rate=24000", "data": data}},
        {"inlineData": {"mimeType": "text/csv", "data": data}},
        {"fileData": {"mimeType": "video/mp4", "fileUri": "https://x.test/v"}},
        {"toolCall": {"id": "t1", "toolType": "GOOGLE_SEARCH"}},
        code,
        invented,
    ]
    own = {"issuer": ISSUER}
    assert folded(decode(json.dumps(chunk(*parts, finish="STOP")).encode())).message.parts == (
        Image(data=b"xyz", media_type="image/png", extra=SIGNED),
        Audio(b"xyz", "l16", extra={NAME: {**own, "mimeType": "audio/L16;codec=pcm;rate=24000"}}),
        File(b"xyz", media_type="text/csv", extra={NAME: own}),
        File(url="https://x.test/v", media_type="video/mp4", extra={NAME: own}),
        HostedTool("toolCall", parts[4]["toolCall"], "t1", {NAME: {**own, "part": parts[4]}}),
        HostedTool("executableCode", code["executableCode"], None, {NAME: {**own, "part": code}}),
        HostedTool("newKind", invented, None, {NAME: {**own, "part": invented}}),
    )


def test_what_an_answer_rests_on(decode: Decode, sse: Sse, chunk: Chunk, folded: Folded) -> None:
    """Offsets come in bytes of the whole answer, and are given in characters of the text."""
    grounding = {
        "groundingChunks": [{"web": {"uri": "https://a.test", "title": "A"}}, {"maps": {"uri": "https://b.test"}}],
        "groundingSupports": [
            {"segment": {"startIndex": 3, "endIndex": 8, "text": "is ä"}, "groundingChunkIndices": [0, 1, 9]},
            {"segment": {"endIndex": 99999}, "groundingChunkIndices": [0]},
        ],
    }
    stream = sse(chunk({"text": "ü "}), chunk({"text": "is äh"}, finish="STOP", groundingMetadata=grounding))
    response = folded(decode(stream))
    (text,) = response.message.parts
    assert isinstance(text, Text)
    assert text.text == "ü is äh"
    assert text.citations == (
        Citation("https://a.test", "A", "is ä", 2, 6),
        Citation("https://b.test", None, "is ä", 2, 6),
    )
    assert (response.extra or {})[NAME]["groundingMetadata"] == grounding


def test_sources_without_a_place_and_what_was_recited(decode: Decode, chunk: Chunk, folded: Folded) -> None:
    grounding = {"groundingChunks": [{"retrievedContext": {"title": "doc"}}, {"web": {}}, 5]}
    recited = {"citationSources": [{"startIndex": 1, "endIndex": 3, "uri": "https://c.test"}, {"uri": ""}]}
    body = chunk({"text": "abcd"}, finish="STOP", groundingMetadata=grounding, citationMetadata=recited)
    (text,) = folded(decode(json.dumps(body).encode())).message.parts
    assert isinstance(text, Text)
    assert text.citations == (Citation(title="doc"), Citation("https://c.test", None, "bc", 1, 3))


def test_several_answers(decode: Decode, sse: Sse, folded: Folded) -> None:
    def said(index: int, text: str, finish: str | None = None) -> dict[str, Any]:
        more = {"finishReason": finish, "avgLogprobs": index + 1} if finish else {}
        return {"candidates": [{"index": index, "content": {"parts": [{"text": text}]}, **more}]}

    response = folded(decode(sse(said(0, "a"), said(1, "x"), said(0, "b", "STOP"), said(1, "y", "MAX_TOKENS"))))
    assert response.text == "ab"
    assert [message.text for message in response.alternatives] == ["xy"]
    assert (response.extra or {})[NAME] == {"avgLogprobs": 1, "candidates": [{"avgLogprobs": 2}]}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("STOP", "stop"),
        ("MAX_TOKENS", "length"),
        ("SAFETY", "content_filter"),
        ("RECITATION", "content_filter"),
        ("IMAGE_SAFETY", "content_filter"),
        ("MALFORMED_FUNCTION_CALL", "error"),
        ("MISSING_THOUGHT_SIGNATURE", "error"),
        ("OTHER", "error"),
        ("CONTINUATION", "pause"),
        ("NEW_ONE", "unknown"),
    ],
)
def test_why_it_ended(raw: str, reason: str, decode: Decode, sse: Sse, chunk: Chunk, folded: Folded) -> None:
    response = folded(decode(sse(chunk(finish=raw, finishMessage="because"))))
    assert response.finish_reason == reason
    assert (response.extra or {})[NAME]["finishMessage"] == "because"
    assert bool(response.warnings) is (reason in ("error", "unknown"))
    assert all("because" in warning for warning in response.warnings)


def test_a_prompt_that_is_blocked(decode: Decode, sse: Sse, folded: Folded) -> None:
    feedback = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": USAGE}
    for reply in (json.dumps(feedback).encode(), sse(feedback)):
        events = decode(reply)
        assert events[-1] == Finished(
            "content_filter", "PROHIBITED_CONTENT", {NAME: {"promptFeedback": feedback["promptFeedback"]}}
        )
        assert folded(events).usage is not None


def test_a_stream_that_breaks_off_is_never_whole(decode: Decode, sse: Sse, chunk: Chunk) -> None:
    """Pain 18."""
    events = decode(sse({**chunk({"text": "Hel"}), "usageMetadata": USAGE}))
    assert isinstance(events[-1], Failed)
    assert isinstance(events[-1].error, BrokenReply)
    assert isinstance(events[-2], UsageUpdated)
    torn = decode(sse(chunk({"text": "Hel"}, finish="STOP")) + b'data: {"usa')
    assert [type(event) for event in torn[-2:]] == [TextEnd, Finished]
    assert any(isinstance(event, Warned) for event in torn)


def test_an_error_within_a_stream(decode: Decode, sse: Sse, chunk: Chunk) -> None:
    error = {"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED", "details": []}}
    for failure in (error, [error]):
        (*_, last) = decode(sse(chunk({"text": "a"}), failure))
        assert isinstance(last, Failed)
        assert isinstance(last.error, RateLimited)
        assert last.error.code == "RESOURCE_EXHAUSTED"
    (last,) = decode(b'{"error": {"code": 401, "message": "who?", "status": "UNAUTHENTICATED"}}')
    assert isinstance(last, Failed)
    assert isinstance(last.error, NotLetIn)


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"{}",
        b'{"candidates": []}',
        b'{"candidates": 5, "usageMetadata": 7}',
        b"[]",
        b"7",
        b"data: 7\n\n",
        b"data: {\n\n",
        b"<html><title>Sign in</title></html>",
        b'data: {"candidates": [5, {"content": 5}, {"content": {"parts": [5, {}, {"inlineData": {}}]}}]}\n\n',
    ],
)
def test_bad_bodies_fail_and_never_raise(reply: bytes, decode: Decode) -> None:
    events = decode(reply)
    assert isinstance(events[-1], Failed)


def test_blobs_that_are_none_are_kept_as_they_came(decode: Decode, chunk: Chunk, folded: Folded) -> None:
    part = {"inlineData": {"mimeType": "image/png", "data": "%%"}}
    (found,) = folded(decode(json.dumps(chunk(part, finish="STOP")).encode())).message.parts
    assert isinstance(found, HostedTool)
    assert (found.extra or {})[NAME]["part"] == part


def test_base64_of_either_alphabet_padded_or_not(decode: Decode, chunk: Chunk, folded: Folded) -> None:
    for written in ("-_8=", "-_8", "+/8=", "+/8"):
        part = {"inlineData": {"mimeType": "image/png", "data": written}}
        (found,) = folded(decode(json.dumps(chunk(part, finish="STOP")).encode())).message.parts
        assert isinstance(found, Image)
        assert found.data == b"\xfb\xff"


def test_events_say_where_each_part_stands(decode: Decode, chunk: Chunk) -> None:
    parts = [{"text": "a"}, {"codeExecutionResult": {"outcome": "OUTCOME_OK"}}, {"text": "b"}]
    events = decode(json.dumps(chunk(*parts, finish="STOP")).encode())
    assert [event.index for event in events if isinstance(event, TextStart | PartAdded)] == [0, 1, 2]
