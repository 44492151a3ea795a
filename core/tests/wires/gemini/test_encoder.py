from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from hamr.errors import (
    BrokenReply,
    CallError,
    NoAnswer,
    Overloaded,
)
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
    Request,
    Response,
    Started,
    Text,
    TextDelta,
    TextEnd,
    TextStart,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
    ToolCall,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    Usage,
    UsageUpdated,
)
from hamr.wires.gemini import NAME
from hamr.wires.gemini.dialect import GeminiDialect
from hamr_testkit.conformance import FAILURES, refusal_survives
from hamr_testkit.spoken import Spoken

DIALECT = GeminiDialect()
SIGNED = {NAME: {"thoughtSignature": "c2ln"}}
HEAD = (Started("r1", "m"),)
END = (UsageUpdated(Usage(input=3, output=2, reasoning=1)), Finished("stop", "STOP"))


def text(index: int, *pieces: str, choice: int = 0, **end: Any) -> list[Event]:
    return [TextStart(index, choice=choice), *(TextDelta(index, piece) for piece in pieces), TextEnd(index, **end)]


def written(events: Sequence[Event], *, stream: bool, together: bool = False, **options: Any) -> bytes:
    encoder = DIALECT.encoder(Request((), stream=stream, options=options))
    groups = [events] if together else [[event] for event in events]
    return b"".join([*(encoder.encode(group) for group in groups), encoder.finish()])


def chunks(data: bytes) -> list[Any]:
    return [json.loads(line[6:]) for line in data.split(b"\r\n\r\n")[:-1]]


def test_a_stream() -> None:
    data = written([*HEAD, *text(0, "Hel", "lo"), *END], stream=True)
    facts = {"modelVersion": "m", "responseId": "r1"}
    assert chunks(data) == [
        {"candidates": [{"content": {"parts": [{"text": "Hel"}], "role": "model"}, "index": 0}], **facts},
        {"candidates": [{"content": {"parts": [{"text": "lo"}], "role": "model"}, "index": 0}], **facts},
        {
            "candidates": [{"content": {"parts": [], "role": "model"}, "finishReason": "STOP", "index": 0}],
            "usageMetadata": {
                "promptTokenCount": 3,
                "candidatesTokenCount": 2,
                "thoughtsTokenCount": 1,
                "totalTokenCount": 6,
            },
            **facts,
        },
    ]


def test_a_stream_as_one_list(decode: Callable[..., list[Event]], folded: Callable[..., Response]) -> None:
    encoder = DIALECT.encoder(Request((), stream=True, options={"alt": "json"}))
    assert encoder.content_type == "application/json"
    data = encoder.encode([*HEAD, *text(0, "Hel", "lo"), *END]) + encoder.finish()
    assert len(json.loads(data)) == 3
    assert folded(decode(data)).text == "Hello"


def test_a_whole_reply_has_one_part_for_each_block() -> None:
    call = ToolCall("c1", "f", {"a": 1}, '{"a":1}', extra=SIGNED)
    made = ToolCall("made", "g", {}, "{}", extra={NAME: {"made_id": True}})
    own = {"executableCode": {"code": "1"}}
    events = [
        *HEAD,
        ThinkingStart(0),
        ThinkingDelta(0, "h"),
        ThinkingDelta(0, "m"),
        ThinkingEnd(0, SIGNED),
        *text(1, "a", "b", extra=SIGNED),
        *text(2, extra=SIGNED),
        *text(3),
        ToolCallStart(4, "c1", "f"),
        ToolCallDelta(4, '{"a":1}'),
        ToolCallEnd(4, call),
        ToolCallStart(5, "made", "g"),
        ToolCallEnd(5, made),
        PartAdded(6, HostedTool("executableCode", {}, extra={NAME: {"issuer": "x", "part": own}})),
        PartAdded(7, HostedTool("foreign", {})),
        PartAdded(8, Image(data=b"xy", media_type="image/png")),
        PartAdded(9, Audio(b"xy", "wav", extra={NAME: {"issuer": "x", "thoughtSignature": "c2ln"}})),
        PartAdded(10, File(url="https://x.test", media_type="video/mp4")),
        PartAdded(11, Audio(transcript="words")),
        Finished("tool_calls", "STOP"),
    ]
    (candidate,) = json.loads(written(events, stream=False))["candidates"]
    assert candidate["finishReason"] == "STOP"
    assert candidate["content"]["parts"] == [
        {"text": "hm", "thought": True, "thoughtSignature": "c2ln"},
        {"text": "ab", "thoughtSignature": "c2ln"},
        {"text": "", "thoughtSignature": "c2ln"},
        {"functionCall": {"id": "c1", "name": "f", "args": {"a": 1}}, "thoughtSignature": "c2ln"},
        {"functionCall": {"name": "g", "args": {}}},
        own,
        {"inlineData": {"mimeType": "image/png", "data": "eHk="}},
        {"inlineData": {"mimeType": "audio/wav", "data": "eHk="}, "thoughtSignature": "c2ln"},
        {"fileData": {"mimeType": "video/mp4", "fileUri": "https://x.test"}},
    ]


def test_a_signature_stands_on_its_text_where_that_has_not_been_sent_yet() -> None:
    """Pain 23: what came in one chunk goes out in one; what was sent before is followed by an empty text."""
    events = [*HEAD, *text(0, "a", extra=SIGNED), *END]
    together = [
        chunk["candidates"][0]["content"]["parts"] for chunk in chunks(written(events, stream=True, together=True))
    ]
    assert together == [[{"text": "a", "thoughtSignature": "c2ln"}], []]
    apart = [chunk["candidates"][0]["content"]["parts"] for chunk in chunks(written(events, stream=True))]
    assert apart == [[{"text": "a"}], [{"text": "", "thoughtSignature": "c2ln"}], []]


@pytest.mark.parametrize("stream", [True, False])
def test_thoughts_are_hidden_from_whoever_does_not_want_them(stream: bool) -> None:
    thought: list[Event] = [ThinkingStart(0), ThinkingDelta(0, "hm"), ThinkingEnd(0)]
    config = {"thinkingConfig": {"includeThoughts": False}}
    hidden = written([*thought, *text(1, "a"), *END], stream=stream, generationConfig=config)
    assert b"hm" not in hidden
    assert b"hm" in written([*thought, *text(1, "a"), *END], stream=stream)
    signed = written([*thought[:2], ThinkingEnd(0, SIGNED), *END], stream=stream, generationConfig=config)
    assert b"c2ln" in signed
    assert b"hm" not in signed


def test_a_call_that_makes_no_sense_is_told_as_this_wire_does() -> None:
    call = ToolCall("c", "f", {}, '{"a":', "the arguments are no JSON")
    begun: list[Event] = [ToolCallStart(0, "c", "f"), ToolCallDelta(0, '{"a":')]
    events = [*begun, ToolCallEnd(0, call), Finished("tool_calls")]
    (candidate,) = json.loads(written(events, stream=False))["candidates"]
    assert candidate["content"]["parts"] == []
    assert candidate["finishReason"] == "MALFORMED_FUNCTION_CALL"
    assert "no JSON" in candidate["finishMessage"]


def test_what_the_provider_said_besides_is_passed_on(decode: Callable[..., list[Event]]) -> None:
    own = {"groundingMetadata": {"webSearchQueries": ["x"]}, "avgLogprobs": -1.0, "createTime": "now"}
    more = {**own, "candidates": [{"avgLogprobs": -2.0}]}
    finished = Finished("stop", "STOP", {NAME: more})
    for stream in (True, False):
        data = written([*text(0, "a"), *text(1, "b", choice=1), finished], stream=stream)
        assert decode(data)[-1] == Finished("stop", "STOP", {NAME: more})


def test_a_blocked_prompt_has_no_answer(decode: Callable[..., list[Event]]) -> None:
    finished = Finished("content_filter", "SAFETY", {NAME: {"promptFeedback": {"blockReason": "SAFETY"}}})
    for stream in (True, False):
        assert decode(written([*HEAD, finished], stream=stream))[-1] == finished


def test_citations_of_other_wires_are_grounding(
    decode: Callable[..., list[Event]], folded: Callable[..., Response]
) -> None:
    cited = (Citation("https://a.test", "A", "ü b", 1, 4), Citation("https://b.test"))
    data = written([*text(0, "é", "ü b c", citations=cited), Finished("stop")], stream=False)
    (part,) = folded(decode(data)).message.parts
    assert part == Text("éü b c", citations=(Citation("https://a.test", "A", "ü b", 1, 4),))
    grounding = json.loads(data)["candidates"][0]["groundingMetadata"]
    assert [chunk["web"]["uri"] for chunk in grounding["groundingChunks"]] == ["https://a.test", "https://b.test"]


@pytest.mark.parametrize(
    ("finished", "word"),
    [
        (Finished("stop"), "STOP"),
        (Finished("length", "max_tokens"), "MAX_TOKENS"),
        (Finished("tool_calls", "tool_calls"), "STOP"),
        (Finished("content_filter", "RECITATION"), "RECITATION"),
        (Finished("refusal"), "STOP"),
        (Finished("error", "OTHER"), "OTHER"),
        (Finished("unknown", "what"), "FINISH_REASON_UNSPECIFIED"),
    ],
)
def test_why_it_ended(finished: Finished, word: str) -> None:
    assert json.loads(written([finished], stream=False))["candidates"][0]["finishReason"] == word


@pytest.mark.parametrize("stream", [True, False])
def test_a_reply_that_fails_or_breaks_off_is_never_whole(stream: bool, decode: Callable[..., list[Event]]) -> None:
    """Pain 18."""
    failed = decode(written([*HEAD, *text(0, "a"), Failed(Overloaded("too much"))], stream=stream))
    assert isinstance(failed[-1], Failed)
    assert isinstance(failed[-1].error, Overloaded)
    broken = decode(written([*HEAD, TextStart(0), TextDelta(0, "a")], stream=stream))
    assert isinstance(broken[-1], Failed)


@pytest.mark.parametrize("kind", FAILURES)
def test_a_refusal_is_read_back_as_what_it_was(kind: type[CallError], spoken: Callable[..., Spoken]) -> None:
    for error in (kind("x", param="contents"), kind("x", retry_after=2.5)):
        refusal_survives(spoken(), error)


@pytest.mark.parametrize(("error", "status"), [(BrokenReply("x"), 500), (NoAnswer("x"), 504), (CallError("x"), 500)])
def test_other_errors_are_the_servers(error: CallError, status: int) -> None:
    assert DIALECT.refusal(error).status == status
