"""What holds for any request and any reply on this wire."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hamr.api import (
    Audio,
    BadRequest,
    Call,
    Citation,
    Event,
    Failed,
    File,
    Finished,
    Fold,
    HostedTool,
    Image,
    Message,
    PartAdded,
    Request,
    Response,
    ResponseFormat,
    Started,
    Text,
    TextDelta,
    TextEnd,
    TextStart,
    Thinking,
    ThinkingConfig,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
    Timings,
    Tool,
    ToolCall,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    ToolChoice,
    ToolResult,
    Usage,
    UsageUpdated,
)
from hamr_provider_bedrock.dialect import ConverseDialect
from hamr_provider_bedrock.frames import frame
from hamr_testkit.wired import Wired

NAME = "bedrock-converse"
MODEL = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
WIRED = Wired(f"bedrock/{MODEL}")
DIALECT = ConverseDialect()

LETTERS = st.characters(exclude_categories=["Cs"])
WORDS = st.text(LETTERS, min_size=1, max_size=8).filter(str.strip)
PLAIN = st.text("abcXYZ012_-", min_size=1, max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
OBJECTS = st.dictionaries(WORDS, VALUES, max_size=3)
MARKS = st.sampled_from([None, "5m", "1h"])
DATA = st.binary(min_size=1, max_size=9)


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


TEXTS = st.builds(lambda text, mark: Text(text, cache=mark), WORDS, MARKS)
IMAGES = st.builds(
    lambda data, form, mark: Image(data=data, media_type=f"image/{form}", cache=mark),
    DATA,
    st.sampled_from(["png", "jpeg", "gif", "webp"]),
    MARKS,
)
STORED = PLAIN.map(lambda name: Image(url=f"s3://b/{name}", media_type="image/png"))
FORMS = ("application/pdf", "text/csv", "text/plain", "text/markdown", "video/mp4")
FILES = st.builds(
    lambda data, name, form: File(data, name=None if "video" in form else name, media_type=form),
    DATA,
    PLAIN,
    st.sampled_from(FORMS),
)
SOUNDS = st.builds(lambda data: Audio(data, "wav"), DATA)
GUARDED = WORDS.map(lambda text: Text(text, extra={NAME: {"block": {"guardContent": {"text": {"text": text}}}}}))
USER = st.lists(TEXTS | IMAGES | STORED | FILES | SOUNDS | GUARDED, min_size=1, max_size=4).map(
    lambda parts: Message("user", tuple(parts))
)
SIGNED = st.builds(
    lambda text, own: Thinking(text if "redactedContent" not in own else "", {NAME: own}),
    WORDS,
    st.fixed_dictionaries({"signature": PLAIN}) | st.fixed_dictionaries({"redactedContent": PLAIN}),
)


@st.composite
def rounds(draw: st.DrawFn) -> list[Message]:
    """A turn of the model's with calls, and the results of these."""
    id = draw(st.uuids()).hex
    given_to = draw(st.lists(OBJECTS, max_size=2))
    calls = [ToolCall(f"{id}{at}", "f", each, compact(each)) for at, each in enumerate(given_to)]
    parts = [*draw(st.lists(SIGNED, max_size=2)), Text(draw(WORDS)), *calls]
    results = tuple(
        ToolResult(call.id, (draw(TEXTS | IMAGES),), is_error=draw(st.booleans()), cache=draw(MARKS)) for call in calls
    )
    return [Message("assistant", tuple(parts)), *([Message("tool", results)] if results else [])]


@st.composite
def conversations(draw: st.DrawFn) -> tuple[Message, ...]:
    """System, then user and assistant in turns."""
    system = draw(st.lists(TEXTS, min_size=1, max_size=2))
    messages = [Message("system", tuple(system))] if draw(st.booleans()) else []
    for each in draw(st.lists(rounds(), max_size=2)):
        messages += [draw(USER), *each] if messages[-1:] == [] or messages[-1].role != "tool" else each
    return (*messages, *([draw(USER)] if messages[-1:] == [] or messages[-1].role != "tool" else []))


TOOLS = st.lists(st.builds(Tool, PLAIN, WORDS, OBJECTS, st.none() | st.booleans(), MARKS), max_size=3)
REQUESTS = st.builds(
    Request,
    conversations(),
    tools=TOOLS.map(lambda tools: (*tools, Tool("f"))),
    tool_choice=st.sampled_from([None, ToolChoice("auto"), ToolChoice("required"), ToolChoice("required", ("f",))]),
    response_format=st.none() | st.builds(ResponseFormat, OBJECTS, PLAIN, st.none() | WORDS),
    thinking=st.sampled_from([None, ThinkingConfig("off")]),
    max_tokens=st.none() | st.integers(1, 99),
    temperature=st.none() | st.floats(0, 1),
    top_p=st.none() | st.floats(0, 1),
    top_k=st.none() | st.integers(0, 9),
    stop=st.lists(WORDS, max_size=2).map(tuple),
    service_tier=st.sampled_from([None, "flex"]),
    metadata=st.none() | st.dictionaries(PLAIN, PLAIN, min_size=1, max_size=2),
    stream=st.booleans(),
    options=st.fixed_dictionaries({}, optional={"guardrailConfig": OBJECTS, "performanceConfig": OBJECTS}),
)


@given(REQUESTS)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_request_written_and_read_again_is_the_same(request: Request) -> None:
    call = WIRED.call(request)
    again = DIALECT.parse(call)
    assert again.options == {"model": MODEL, **request.options}
    assert replace(again, options=request.options) == request
    assert not call.adaptations
    assert WIRED.call(again).body == call.body


BLOCKS = st.lists(
    st.one_of(
        st.tuples(st.just("text"), st.lists(WORDS, max_size=4)),
        st.tuples(st.just("cited"), st.lists(WORDS, min_size=1, max_size=2)),
        st.tuples(st.just("thinking"), st.lists(WORDS, min_size=1, max_size=4)),
        st.tuples(st.just("hidden"), st.binary(min_size=1, max_size=6)),
        st.tuples(st.just("call"), OBJECTS),
        st.tuples(st.just("hosted"), OBJECTS),
        st.tuples(st.just("image"), DATA),
    ),
    max_size=6,
)


def block(index: int, kind: str, value: Any) -> list[Event]:
    """The events of one block."""
    own: dict[str, Any] = {"vendor": "anthropic"}
    if kind in ("text", "cited"):
        extra = {NAME: {"citations": [{"title": "T"}]}} if kind == "cited" else None
        sources = (Citation(title="T"),) if kind == "cited" else ()
        return [TextStart(index), *(TextDelta(index, word) for word in value), TextEnd(index, sources, extra)]
    if kind == "thinking":
        own["signature"] = "c2ln"
        return [ThinkingStart(index), *(ThinkingDelta(index, word) for word in value), ThinkingEnd(index, {NAME: own})]
    if kind == "hidden":
        own["redactedContent"] = base64.b64encode(value).decode()
        return [ThinkingStart(index), ThinkingEnd(index, {NAME: own})]
    if kind == "call":
        call = ToolCall(f"c{index}", "f", value, compact(value))
        return [ToolCallStart(index, call.id, "f"), ToolCallDelta(index, call.text or ""), ToolCallEnd(index, call)]
    if kind == "hosted":
        use = {"toolUseId": f"s{index}", "name": "search", "type": "server_tool_use", "input": value}
        return [PartAdded(index, HostedTool("search", use, f"s{index}", {NAME: {"block": {"toolUse": use}}}))]
    return [PartAdded(index, Image(data=value, media_type="image/png"))]


def told(blocks: list[tuple[str, Any]]) -> list[Event]:
    """The events of a reply made of these blocks."""
    events: list[Event] = [Started()]
    for index, (kind, value) in enumerate(blocks):
        events += block(index, kind, value)
    calls = any(kind == "call" for kind, _ in blocks)
    raw = {
        "inputTokens": 3,
        "outputTokens": 4,
        "totalTokens": 13,
        "cacheReadInputTokens": 1,
        "cacheWriteInputTokens": 5,
        "cacheDetails": [{"ttl": "1h", "inputTokens": 2}, {"ttl": "5m", "inputTokens": 3}],
    }
    usage = Usage(input=3, cache_read=1, cache_write_5m=3, cache_write_1h=2, output=4, raw=raw)
    extra = {NAME: {"metrics": {"latencyMs": 0}}}
    reason = "tool_calls" if calls else "stop"
    # The account stands behind the reason on the wire, and before it among the events, whose last one is the reason.
    return [*events, UsageUpdated(usage), Finished(reason, "tool_use" if calls else "end_turn", extra)]  # type: ignore[arg-type]  # one of two literals


def fold(events: list[Event]) -> Response:
    whole = Fold()
    whole.add(events)
    return whole.response("test", "m", request_id=None, adaptations=(), timings=Timings())


def cut(data: bytes, places: list[int]) -> list[bytes]:
    bounds = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in zip(bounds, bounds[1:], strict=False)]


def decoded(pieces: list[bytes]) -> list[Event]:
    decoder = WIRED.pipeline.wire.decoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return [*events, *decoder.finish()]


PLACES = st.lists(st.integers(0, 10**6), max_size=12)


@given(BLOCKS, PLACES)
@settings(deadline=None)
def test_a_stream_read_back_is_what_was_told(blocks: list[tuple[str, Any]], places: list[int]) -> None:
    """Pain 12 and pain 16: for any content, in any cut, event for event."""
    events = told(blocks)
    encoder = DIALECT.encoder(Request((), stream=True))
    assert decoded(cut(encoder.encode(events) + encoder.finish(), places)) == events


@given(BLOCKS, PLACES)
@settings(deadline=None)
def test_a_whole_reply_read_back_is_what_was_told(blocks: list[tuple[str, Any]], places: list[int]) -> None:
    events = told(blocks)
    encoder = DIALECT.encoder(Request(()))
    assert fold(decoded(cut(encoder.encode(events) + encoder.finish(), places))) == fold(events)


NAMES = (
    *("contentBlockIndex", "delta", "start", "text", "toolUse", "toolResult", "input", "name", "toolUseId", "type"),
    *("reasoningContent", "reasoningText", "signature", "redactedContent", "citation", "image", "source", "bytes"),
    *("stopReason", "usage", "inputTokens", "output", "message", "content", "role", "messages", "system", "toolConfig"),
    *("tools", "toolSpec", "inputSchema", "json", "toolChoice", "cachePoint", "document", "format", "outputConfig"),
    *(
        "textFormat",
        "structure",
        "jsonSchema",
        "schema",
        "inferenceConfig",
        "maxTokens",
        "additionalModelRequestFields",
    ),
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=12,
)
EVENTS = st.sampled_from(
    ["messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata", "other"]
)


@given(st.lists(st.tuples(EVENTS, ANYTHING), min_size=1, max_size=5), PLACES)
@settings(deadline=None)
def test_no_event_raises(values: list[tuple[str, Any]], places: list[int]) -> None:
    """Pain 18: whatever comes, the last event says how it ended, and cuts make no difference."""
    data = b"".join(
        frame({":message-type": "event", ":event-type": name}, json.dumps(value).encode()) for name, value in values
    )
    events = decoded(cut(data, places))
    assert isinstance(events[-1], Finished | Failed)
    assert list(map(repr, events)) == list(map(repr, decoded([data])))


@given(st.binary(max_size=200), PLACES)
@settings(deadline=None)
def test_no_bytes_raise(data: bytes, places: list[int]) -> None:
    start = frame({":message-type": "event", ":event-type": "messageStart"}, b"{}")
    for before in (b"", b"{", start):
        events = decoded(cut(before + data, places))
        assert isinstance(events[-1], Finished | Failed)
        assert [type(event) for event in events] == [type(event) for event in decoded([before + data])]


@given(ANYTHING, st.sampled_from(["converse", "converse-stream", "count-tokens"]))
@settings(deadline=None)
def test_no_body_of_a_client_raises_anything_but_that_it_is_wrong(value: Any, operation: str) -> None:
    body = value if isinstance(value, dict) else {"messages": [{"role": "user", "content": value}], "system": value}
    wrapped = {"input": {"converse": body}} if operation == "count-tokens" else body
    call = Call(f"/model/m/{operation}", body=json.dumps(wrapped).encode())
    try:
        asked = DIALECT.parse_count(call) if operation == "count-tokens" else DIALECT.parse(call)
    except BadRequest:
        return
    assert isinstance(asked, Request)
    assert asked.options["model"] == "m"
