"""What holds for any request and any reply on this wire."""

from __future__ import annotations

import base64
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hamr.api import (
    Audio,
    Call,
    Citation,
    Event,
    File,
    Finished,
    HostedTool,
    Image,
    Message,
    PartAdded,
    Request,
    ResponseFormat,
    Started,
    Text,
    Thinking,
    ThinkingConfig,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Usage,
    UsageUpdated,
)
from hamr_provider_bedrock.dialect import ConverseDialect
from hamr_provider_bedrock.frames import frame
from hamr_testkit import blocks
from hamr_testkit.conformance import ends_soundly, reply_again, request_survives, understood_or_refused
from hamr_testkit.reading import fold
from hamr_testkit.strategies import PLACES, anything, objects, unhurried
from hamr_testkit.wired import Wired

NAME = "bedrock-converse"
MODEL = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
WIRED = Wired(f"bedrock/{MODEL}")
DIALECT = ConverseDialect()

LETTERS = st.characters(exclude_categories=["Cs"])
WORDS = st.text(LETTERS, min_size=1, max_size=8).filter(str.strip)
PLAIN = st.text("abcXYZ012_-", min_size=1, max_size=12)
OBJECTS = objects(WORDS)
MARKS: Any = st.sampled_from([None, "5m", "1h"])
DATA = st.binary(min_size=1, max_size=9)
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
    calls = [ToolCall(f"{id}{at}", "f", each, blocks.compact(each)) for at, each in enumerate(given_to)]
    parts: list[Any] = [*draw(st.lists(SIGNED, max_size=2)), Text(draw(WORDS)), *calls]
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
@unhurried
def test_a_request_written_and_read_again_is_the_same(request: Request) -> None:
    request_survives(WIRED, request)


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
    if kind == "text":
        return blocks.text(index, value)
    if kind == "cited":
        return blocks.text(index, value, [Citation(title="T")], {NAME: {"citations": [{"title": "T"}]}})
    if kind in ("thinking", "hidden"):
        own = {"redactedContent": base64.b64encode(value).decode()} if kind == "hidden" else {"signature": "c2ln"}
        return blocks.thinking(index, [] if kind == "hidden" else value, {NAME: {"vendor": "anthropic", **own}})
    if kind == "call":
        return blocks.call(index, value, blocks.compact(value), pieces=1)
    if kind == "hosted":
        use = {"toolUseId": f"s{index}", "name": "search", "type": "server_tool_use", "input": value}
        return [PartAdded(index, HostedTool("search", use, f"s{index}", {NAME: {"block": {"toolUse": use}}}))]
    return [PartAdded(index, Image(data=value, media_type="image/png"))]


def told(found: list[tuple[str, Any]]) -> list[Event]:
    """The events of a reply made of these blocks."""
    events: list[Event] = [Started()]
    for index, (kind, value) in enumerate(found):
        events += block(index, kind, value)
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
    reason = blocks.reason(found)
    # The account stands behind the reason on the wire, and before it among the events, whose last one is the reason.
    return [*events, UsageUpdated(usage), Finished(reason, "tool_use" if reason == "tool_calls" else "end_turn", extra)]


@given(BLOCKS, PLACES)
@unhurried
def test_a_stream_read_back_is_what_was_told(found: list[tuple[str, Any]], places: list[int]) -> None:
    """Pain 12 and pain 16: for any content, in any cut, event for event."""
    assert reply_again(WIRED, told(found), Request((), stream=True), places) == told(found)


@given(BLOCKS, PLACES)
@unhurried
def test_a_whole_reply_read_back_is_what_was_told(found: list[tuple[str, Any]], places: list[int]) -> None:
    assert fold(reply_again(WIRED, told(found), Request(()), places)) == fold(told(found))


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
ANYTHING = anything(NAMES)
EVENTS = st.sampled_from(
    ["messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata", "other"]
)


@given(st.lists(st.tuples(EVENTS, ANYTHING), min_size=1, max_size=5), PLACES)
@unhurried
def test_no_event_raises(values: list[tuple[str, Any]], places: list[int]) -> None:
    """Pain 18."""
    data = b"".join(
        frame({":message-type": "event", ":event-type": name}, json.dumps(value).encode()) for name, value in values
    )
    ends_soundly(WIRED, data, places)


@given(st.binary(max_size=200), PLACES)
@unhurried
def test_no_bytes_raise(data: bytes, places: list[int]) -> None:
    start = frame({":message-type": "event", ":event-type": "messageStart"}, b"{}")
    for before in (b"", b"{", start):
        ends_soundly(WIRED, before + data, places)


@given(ANYTHING, st.sampled_from(["converse", "converse-stream", "count-tokens"]))
@unhurried
def test_no_body_of_a_client_raises_anything_but_that_it_is_wrong(value: Any, operation: str) -> None:
    body = value if isinstance(value, dict) else {"messages": [{"role": "user", "content": value}], "system": value}
    wrapped = {"input": {"converse": body}} if operation == "count-tokens" else body
    call = Call(f"/model/m/{operation}", body=json.dumps(wrapped).encode())
    asked = understood_or_refused(DIALECT.parse_count if operation == "count-tokens" else DIALECT.parse, call)
    assert asked is None or asked.options["model"] == "m"
