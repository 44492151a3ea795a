"""What holds for any request and any reply: what is written is read again as it was."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hamr.types import (
    Event,
    File,
    Finished,
    Image,
    Message,
    Model,
    Part,
    Provider,
    Request,
    ResponseFormat,
    Route,
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
from hamr.wires.gemini import NAME, Gemini
from hamr.wires.gemini.calls import shown
from hamr_testkit import blocks
from hamr_testkit.conformance import ends_soundly, request_survives
from hamr_testkit.cuts import cut
from hamr_testkit.reading import answer, fold
from hamr_testkit.spoken import Spoken
from hamr_testkit.strategies import OBJECTS, PIECES, PLACES, VALUES, WORDS, anything, unhurried

ROUTE = Route(Provider("test", "Test", "https://models.test", NAME), Model("a-model"), lambda: None)
SPOKEN = Spoken(Gemini(ROUTE), ROUTE)
NAMES = st.from_regex(r"[a-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
SIGNATURES = st.none() | st.binary(min_size=1, max_size=9).map(lambda data: data.hex())


def own(signature: str | None, **more: Any) -> dict[str, Any] | None:
    said = {**({"thoughtSignature": signature} if signature else {}), **more}
    return {NAME: said} if said else None


TEXTS = st.builds(lambda text, signature: Text(text, extra=own(signature)), WORDS, SIGNATURES)
THOUGHTS = st.builds(lambda text, signature: Thinking(text, own(signature) or {NAME: {}}), WORDS, SIGNATURES)
IMAGES = st.builds(lambda data: Image(data=data, media_type="image/png"), st.binary(max_size=5))
FILES = st.builds(lambda data: File(data, media_type="application/pdf"), st.binary(max_size=5))


@st.composite
def conversations(draw: st.DrawFn) -> tuple[Message, ...]:
    """Turns in order; each call has a result that follows."""
    messages: list[Message] = []
    if draw(st.booleans()):
        messages.append(Message("system", tuple(Text(each) for each in draw(st.lists(WORDS, min_size=1, max_size=2)))))
    for turn in range(draw(st.integers(1, 3))):
        asked: list[Part] = draw(st.lists(TEXTS | IMAGES | FILES, min_size=1, max_size=3))
        messages.append(Message("user", tuple(asked)))
        said: list[Part] = draw(st.lists(TEXTS | THOUGHTS | IMAGES, max_size=3))
        calls = [
            ToolCall(f"c{turn}-{at}", name, arguments, shown(arguments), extra=own(signature))
            for at, (name, arguments, signature) in enumerate(
                draw(st.lists(st.tuples(NAMES, OBJECTS, SIGNATURES), max_size=2))
            )
        ]
        if said or calls:
            messages.append(Message("assistant", (*said, *calls)))
        results = tuple(draw(results_of(call)) for call in calls)
        if results:
            messages.append(Message("tool", results))
    return tuple(messages)


@st.composite
def results_of(draw: st.DrawFn, call: ToolCall) -> ToolResult:
    images = tuple(draw(st.lists(IMAGES, max_size=1)))
    if draw(st.booleans()):
        return ToolResult(call.id, (Text(draw(WORDS)), *images), call.name, is_error=draw(st.booleans()))
    fields = draw(st.dictionaries(NAMES.filter(lambda name: name not in ("output", "error")), VALUES, min_size=1))
    return ToolResult(call.id, (Text(shown(fields)), *images), call.name, extra={NAME: {"response": fields}})


@st.composite
def requests(draw: st.DrawFn) -> Request:
    tools = tuple(
        Tool(
            name, draw(st.just("") | WORDS), {"type": "object", "properties": {key: {"type": "string"} for key in keys}}
        )
        for name, keys in draw(st.dictionaries(NAMES, st.lists(WORDS, max_size=2), max_size=2)).items()
    )
    choice = None
    if tools:
        modes: Any = draw(st.sampled_from([None, "auto", "none", "required"]))
        named = (tools[0].name,) if modes == "required" and draw(st.booleans()) else ()
        choice = ToolChoice(modes, named) if modes else None
    return Request(
        draw(conversations()),
        tools=tools,
        tool_choice=choice,
        response_format=draw(st.none() | st.just(ResponseFormat()) | st.just(ResponseFormat({"type": "object"}))),
        thinking=draw(st.none() | st.sampled_from([ThinkingConfig("low"), ThinkingConfig("high")])),
        max_tokens=draw(st.none() | st.integers(1, 9)),
        temperature=draw(st.none() | st.floats(0, 2)),
        top_p=draw(st.none() | st.floats(0, 1)),
        top_k=draw(st.none() | st.integers(1, 9)),
        seed=draw(st.none() | st.integers(0, 9)),
        n=draw(st.none() | st.integers(1, 3)),
        stop=tuple(draw(st.lists(WORDS, max_size=3))),
        logprobs=draw(st.none() | st.integers(1, 5)),
        service_tier=draw(st.none() | st.just("flex")),
        store=draw(st.none() | st.booleans()),
        metadata=draw(st.none() | st.dictionaries(WORDS, WORDS, max_size=2)),
        stream=draw(st.booleans()),
        options=draw(st.just({}) | st.just({"safetySettings": [{"category": "X"}], "tools": [{"googleSearch": {}}]})),
    )


@given(requests())
@unhurried
def test_a_request_read_back_is_what_was_asked(request: Request) -> None:
    request_survives(SPOKEN, request)


BLOCKS = st.lists(
    st.one_of(
        st.tuples(st.just("text"), PIECES, SIGNATURES),
        st.tuples(st.just("thinking"), PIECES, SIGNATURES),
        st.tuples(st.just("call"), OBJECTS, SIGNATURES),
    ),
    max_size=6,
)
ISSUER = "test/a-model"


def told(found: list[tuple[str, Any, str | None]], *, whole: bool) -> list[list[Event]]:
    """The events of a reply made of these blocks, as a decoder groups them.

    Declared losses of a stream: neighbours of one kind without signatures are one block, and a signature comes with
    one piece of text.
    """
    events: list[list[Event]] = [[Started("r1", "m")]]
    before = ""
    for index, (kind, value, signature) in enumerate(found):
        if kind == before != "call" and not signature and not whole:
            continue
        before = "" if signature else kind
        issuer = {NAME: {"issuer": ISSUER, **({"thoughtSignature": signature} if signature else {})}}
        pieces = value if whole or not signature else value[:1] if kind != "call" else value
        if kind == "text":
            events.append(blocks.text(index, pieces, (), issuer if signature else None))
        elif kind == "thinking":
            events.append(blocks.thinking(index, pieces, issuer))
        else:
            events.append(blocks.call(index, value, shown(value), pieces=1, extra=issuer))
    reason = blocks.reason((kind, value) for kind, value, _ in found)
    usage = Usage(input=1, cache_read=2, output=3, reasoning=1, input_audio=4, output_audio=5)
    return [*events, [UsageUpdated(usage), Finished(reason, "STOP")]]


@given(BLOCKS, PLACES, st.sampled_from(["stream", "list", "whole"]))
@unhurried
def test_a_reply_read_back_is_what_was_told(found: list[Any], places: list[int], way: str) -> None:
    """Pain 12, pain 16 and pain 23: for any content, in any cut, signatures where they stood."""
    groups = told(found, whole=way == "whole")
    options = {"alt": "json"} if way == "list" else {}
    encoder = SPOKEN.dialect.encoder(Request((), stream=way != "whole", options=options))
    data = b"".join([*map(encoder.encode, groups), encoder.finish()])
    events = [event for group in groups for event in group]
    assert answer(SPOKEN.events(cut(data, places))) == answer(events)


@given(st.binary(max_size=200), PLACES)
@unhurried
def test_no_bytes_raise(data: bytes, places: list[int]) -> None:
    """Pain 18."""
    for start in (b"", b"data: ", b"{", b"[{", b'data: {"candidates": [', b"event: error\ndata: "):
        ends_soundly(SPOKEN, start + data, places)


KEYS = (
    *("candidates", "content", "parts", "text", "thought", "thoughtSignature", "functionCall", "name", "args", "id"),
    *(
        "partialArgs",
        "willContinue",
        "jsonPath",
        "stringValue",
        "inlineData",
        "mimeType",
        "data",
        "fileData",
        "fileUri",
    ),
    *("finishReason", "index", "groundingMetadata", "groundingChunks", "groundingSupports", "segment", "endIndex"),
    *("groundingChunkIndices", "web", "uri", "citationMetadata", "citationSources", "promptFeedback", "blockReason"),
    *("usageMetadata", "promptTokenCount", "promptTokensDetails", "error", "details", "executableCode"),
)
ANYTHING = anything(KEYS, st.sampled_from(["$.a[0].b", "STOP", "eHk="]))
PARTS = st.lists(st.dictionaries(st.sampled_from(KEYS[3:19]), ANYTHING, max_size=4), max_size=4)


@given(st.lists(ANYTHING, max_size=4), PARTS, st.booleans(), PLACES)
@unhurried
def test_no_json_raises(values: list[Any], parts: list[Any], stream: bool, places: list[int]) -> None:
    """Pain 18: any JSON at all, as chunks or as a body."""
    likely = {"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]}
    lines = [json.dumps(value) for value in [likely, *values]]
    data = "".join(f"data: {line}\n\n" for line in lines) if stream else lines[0]
    ends_soundly(SPOKEN, data.encode(), places)


def test_what_is_told_here_says_something() -> None:
    groups = told([("text", ["a", "b"], None), ("call", {"x": 1}, None)], whole=False)
    assert fold([event for group in groups for event in group]).text == "ab"
