"""Every shape of a stream that servers are known to send: read, cut, torn, whole, and robbed of its fields."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from hamr.errors import BrokenReply
from hamr.types import (
    Event,
    Failed,
    Finished,
    HostedTool,
    Image,
    Response,
    Text,
    Thinking,
    ToolCall,
)
from hamr.wires.openai_responses import NAME
from hamr_testkit.cuts import cuts
from hamr_testkit.responses_events import added, begun, call, delta, done, ended, message, response

Decode = Callable[..., list[Event]]
Sse = Callable[..., bytes]

HELLO = [
    added(0, **message()),
    delta("output_text", 0, "Hel", content_index=0, logprobs=[]),
    delta("output_text", 0, "lo 🐎", content_index=0, obfuscation="xx"),
    done(0, **message("Hello 🐎")),
]


class Shape(NamedTuple):
    """The events of a stream, and what it must come to: texts, (name, arguments), thinking, hosted kinds, in order."""

    events: list[Any]
    parts: list[Any]
    reason: str = "stop"
    flags: Mapping[str, Any] = MappingProxyType({})


F = ("f", {"x": 1})
SHAPES = {
    "text": Shape([begun(), *HELLO, ended()], ["Hello 🐎"]),
    "the output again at the end": Shape([begun(), *HELLO, ended(output=[message("Hello 🐎")])], ["Hello 🐎"]),
    "queued and in progress": Shape(
        [begun(), {"type": "response.queued", "response": response("queued")}, *HELLO, ended()], ["Hello 🐎"]
    ),
    "no beginning": Shape([*HELLO, ended()], ["Hello 🐎"]),
    "nothing but the end": Shape([ended(output=[message("Hello")])], ["Hello"]),
    "no items done": Shape([begun(), *HELLO[:3], ended()], ["Hello 🐎"]),
    "no items added": Shape([begun(), HELLO[3], ended()], ["Hello 🐎"]),
    "an item twice, at places that do not count from 0": Shape(
        [begun(), added(5, **message()), done(5, **message("Hello")), ended(output=[message("Hello")])], ["Hello"]
    ),
    "no places at all": Shape(
        [
            begun(),
            {"type": "response.output_item.added", "item": message()},
            {"type": "response.output_text.delta", "delta": "Hello"},
            {"type": "response.output_item.done", "item": message("Hello")},
            {"type": "response.output_item.added", "item": call()},
            {"type": "response.function_call_arguments.delta", "delta": '{"x":1}'},
            {"type": "response.output_item.done", "item": call('{"x":1}')},
            ended(),
        ],
        ["Hello", F],
        "tool_calls",
    ),
    "the last word differs from the deltas": Shape(
        [begun(), *HELLO[:3], done(0, **message("Something else")), ended()], ["Hello 🐎"]
    ),
    "two parts of one message": Shape(
        [
            begun(),
            added(0, **message()),
            delta("output_text", 0, "a", content_index=0),
            delta("output_text", 0, "b", content_index=1),
            done(0, **message("a", "bc")),
            ended(),
        ],
        ["a", "bc"],
    ),
    "refusal": Shape(
        [
            begun(),
            added(0, **message()),
            delta("refusal", 0, "I ", content_index=0),
            delta("refusal", 0, "won't", content_index=0),
            done(0, type="message", id="msg_1", content=[{"type": "refusal", "refusal": "I won't"}]),
            ended(),
        ],
        [("refusal", "I won't")],
        "refusal",
    ),
    "a summary of thinking": Shape(
        [
            begun(),
            added(0, type="reasoning", id="rs_1", summary=[], encrypted_content="begi"),
            {"type": "response.reasoning_summary_part.added", "output_index": 0, "summary_index": 0},
            delta("reasoning_summary_text", 0, "One ", summary_index=0),
            delta("reasoning_summary_text", 0, "two", summary_index=0),
            {"type": "response.reasoning_summary_text.done", "output_index": 0, "summary_index": 0, "text": "One two"},
            delta("reasoning_summary_text", 0, "Three", summary_index=1),
            done(
                0,
                type="reasoning",
                id="rs_1",
                summary=[{"type": "summary_text", "text": "One two"}, {"type": "summary_text", "text": "Three"}],
                encrypted_content="beginning",
            ),
            *[{**each, "output_index": 1} for each in HELLO],
            ended(),
        ],
        [("thinking", "One two\n\nThree", "beginning"), "Hello 🐎"],
    ),
    "all of the thinking": Shape(
        [
            begun(),
            added(0, type="reasoning", id="rs_1", summary=[]),
            delta("reasoning_text", 0, "Hm", content_index=0),
            done(0, type="reasoning", id="rs_1", summary=[], content=[{"type": "reasoning_text", "text": "Hmm"}]),
            ended(),
        ],
        [("thinking", "Hmm", None)],
    ),
    "thinking without words": Shape(
        [begun(), done(0, type="reasoning", id="rs_1", summary=[], encrypted_content="x"), ended()],
        [("thinking", "", "x")],
    ),
    "a call": Shape(
        [
            begun(),
            added(0, **call()),
            delta("function_call_arguments", 0, '{"x"'),
            delta("function_call_arguments", 0, ":1}"),
            {"type": "response.function_call_arguments.done", "output_index": 0, "arguments": '{"x":1}'},
            done(0, **call('{"x":1}')),
            ended(),
        ],
        [F],
        "tool_calls",
    ),
    "two calls in turns": Shape(
        [
            begun(),
            added(0, **call()),
            added(1, **call(id="fc_2", call_id="c2", name="g")),
            delta("function_call_arguments", 0, '{"x":'),
            delta("function_call_arguments", 1, '{"y":'),
            delta("function_call_arguments", 0, "1}"),
            delta("function_call_arguments", 1, "2}"),
            done(1, **call('{"y":2}', id="fc_2", call_id="c2", name="g")),
            done(0, **call('{"x":1}')),
            ended(),
        ],
        [F, ("g", {"y": 2})],
        "tool_calls",
    ),
    "a call whose name comes late": Shape(
        [
            begun(),
            added(0, type="function_call", id="fc_1"),
            delta("function_call_arguments", 0, '{"x":1}'),
            done(0, **call('{"x":1}')),
            ended(),
        ],
        [F],
        "tool_calls",
    ),
    "a call without arguments": Shape(
        [begun(), added(0, **call()), done(0, **call()), ended()], [("f", {})], "tool_calls"
    ),
    "a custom call": Shape(
        [
            begun(),
            added(0, type="custom_tool_call", id="ctc_1", call_id="c1", name="g", input=""),
            delta("custom_tool_call_input", 0, "go "),
            done(0, type="custom_tool_call", id="ctc_1", call_id="c1", name="g", input="go on"),
            ended(),
        ],
        [("g", {"input": "go on"})],
        "tool_calls",
    ),
    "a call that was cut by the length": Shape(
        [
            begun(),
            added(0, **call()),
            delta("function_call_arguments", 0, '{"x":'),
            ended("incomplete", incomplete_details={"reason": "max_output_tokens"}),
        ],
        [("f", None)],
        "length",
    ),
    "cut by the length": Shape(
        [begun(), *HELLO, ended("incomplete", incomplete_details={"reason": "max_output_tokens"})],
        ["Hello 🐎"],
        "length",
    ),
    "filtered": Shape(
        [begun(), *HELLO[:3], ended("incomplete", incomplete_details={"reason": "content_filter"})],
        ["Hello 🐎"],
        "content_filter",
    ),
    "steered": Shape(
        [begun(), *HELLO, ended("incomplete", incomplete_details={"reason": "steered"})], ["Hello 🐎"], "pause"
    ),
    "cancelled": Shape([begun(), *HELLO, ended("cancelled")], ["Hello 🐎"], "error"),
    "incomplete without a reason": Shape([begun(), *HELLO, ended("incomplete")], ["Hello 🐎"], "unknown"),
    "a tool that the provider ran": Shape(
        [
            begun(),
            added(0, type="web_search_call", id="ws_1", status="in_progress"),
            {"type": "response.web_search_call.searching", "output_index": 0, "item_id": "ws_1"},
            done(0, type="web_search_call", id="ws_1", status="completed", action={"type": "search"}),
            *[{**each, "output_index": 1} for each in HELLO],
            ended(),
        ],
        [("hosted", "web_search_call"), "Hello 🐎"],
    ),
    "an image": Shape(
        [
            begun(),
            added(0, type="image_generation_call", id="ig_1", status="in_progress"),
            {"type": "response.image_generation_call.partial_image", "output_index": 0, "partial_image_b64": "AA=="},
            done(0, type="image_generation_call", id="ig_1", status="completed", result="AQI=", output_format="webp"),
            ended(),
        ],
        [("image", b"\x01\x02", "image/webp")],
    ),
    "an image that failed": Shape(
        [begun(), done(0, type="image_generation_call", id="ig_1", status="failed", result=None), ended()],
        [("hosted", "image_generation_call")],
    ),
    "a kind of item that nobody knows": Shape(
        [
            begun(),
            added(0, type="telepathy", id="t"),
            {"type": "response.telepathy.hum", "output_index": 0},
            done(0, type="telepathy", id="t"),
            ended(),
        ],
        [("hosted", "telepathy")],
    ),
    "events that nobody knows": Shape(
        [begun(), {"type": "response.hum"}, {"type": "rate_limits.updated"}, {"hum": 1}, *HELLO, ended()],
        ["Hello 🐎"],
    ),
}


def parts_of(found: Response) -> list[Any]:
    parts: list[Any] = []
    for part in found.message.parts:
        if isinstance(part, Text):
            parts.append(("refusal", part.text) if part.refusal else part.text)
        elif isinstance(part, Thinking):
            item = (part.extra or {}).get(NAME, {}).get("item", {})
            parts.append(("thinking", part.text, item.get("encrypted_content")))
        elif isinstance(part, ToolCall):
            parts.append((part.name, None if part.problem else dict(part.arguments)))
        elif isinstance(part, Image):
            parts.append(("image", part.data, part.media_type))
        else:
            assert isinstance(part, HostedTool)
            parts.append(("hosted", part.name))
    return parts


@pytest.fixture(params=SHAPES)
def shape(request: pytest.FixtureRequest) -> Shape:
    return SHAPES[request.param]


def test_a_shape_is_read_however_it_is_cut(
    shape: Shape, decode: Decode, sse: Sse, folded: Callable[..., Response]
) -> None:
    data = b": hello\n\n" + b"".join(
        sse(each) if "type" in each else b"data: %b\n\n" % json.dumps(each).encode() for each in shape.events
    )
    events = decode(data, **shape.flags)
    found = folded(events)
    assert parts_of(found) == shape.parts
    assert found.finish_reason == shape.reason
    assert found.usage is not None
    assert found.usage.total == 5
    for name, pieces in cuts(data):
        assert decode(pieces, **shape.flags) == events, name


def test_no_beginning_of_a_shape_passes_as_whole(shape: Shape, decode: Decode, sse: Sse) -> None:
    """An early end is an error, wherever it comes."""
    data = b"".join(sse(each) for each in shape.events if "type" in each)
    for end in (*range(0, len(data) - 2, 11), len(data) - len(sse(shape.events[-1])), len(data) - 4):
        last = decode(data[:end])[-1]
        assert isinstance(last, Failed), data[:end]
        assert isinstance(last.error, BrokenReply)
    closed = data[: len(data) - len(sse(shape.events[-1]))] + b"data: [DONE]\n\n"
    assert isinstance(decode(closed)[-1], Failed)


def whole_output(events: list[Any]) -> list[Any]:
    """The items of a stream as the output of a whole response; empty where some never came whole."""
    if last := events[-1]["response"]["output"]:
        return list(last)
    items = [each for each in events if each.get("type") == "response.output_item.done"]
    opened = [each for each in events if each.get("type") == "response.output_item.added"]
    if len(items) < len(opened) or "Something else" in str(items):
        return []
    return [each["item"] for each in sorted(items, key=lambda each: each.get("output_index", 0))]


@pytest.mark.parametrize("name", [name for name, shape in SHAPES.items() if whole_output(shape.events)])
def test_a_whole_response_says_the_same(name: str, decode: Decode, folded: Callable[..., Response]) -> None:
    """A whole reply is the fold of its stream."""
    shape = SHAPES[name]
    body = {**shape.events[-1]["response"], "output": whole_output(shape.events)}
    found = folded(decode(json.dumps(body).encode()))
    assert parts_of(found) == shape.parts
    assert found.finish_reason == shape.reason


def robbed(value: Any) -> Iterator[Any]:
    """The value, each time without one field of one of its tables, or with a null or nonsense in its place."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield {other: each for other, each in value.items() if other != name}
            odd: Any
            for odd in (None, 7, "x", [], {}, [None], True):
                yield {**value, name: odd}
            for changed in robbed(inner):
                yield {**value, name: changed}
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            for changed in robbed(inner):
                yield [*value[:place], changed, *value[place + 1 :]]


@pytest.mark.parametrize(
    "name",
    [
        "two parts of one message",
        "a summary of thinking",
        "two calls in turns",
        "a custom call",
        "an image",
        "no places at all",
        "refusal",
    ],
)
def test_a_shape_with_any_field_amiss_ends_somehow(name: str, decode: Decode, sse: Sse) -> None:
    """No KeyError, no TypeError: whatever is missing, the last event says how it ended."""
    events = SHAPES[name].events
    for place, event in enumerate(events):
        for changed in robbed(copy.deepcopy(event)):
            lines = [*events[:place], changed, *events[place + 1 :]]
            data = b"".join(b"data: %b\n\n" % json.dumps(each).encode() for each in lines)
            last = decode(data)[-1]
            assert isinstance(last, Finished | Failed)
