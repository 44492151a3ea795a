"""What the replies of Ollama's own wire mean."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from hamr import (
    BadRequest,
    BrokenReply,
    CallError,
    Image,
    NoSuchModel,
    NotLetIn,
    Overloaded,
    RateLimited,
    Text,
    Thinking,
    TooLong,
)
from hamr_testkit.growth import is_linear

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Wire

MODEL = "ollama/qwen3:8b"
END = {"done": True, "done_reason": "stop", "prompt_eval_count": 3, "eval_count": 2}


def lines(*values: Any) -> bytes:
    """A stream of these lines."""
    return b"".join(json.dumps({"model": "qwen3:8b", "created_at": "t", **value}).encode() + b"\n" for value in values)


def said(content: str = "", **more: Any) -> dict[str, Any]:
    """A line in mid-stream."""
    return {"message": {"role": "assistant", "content": content, **more}, "done": False}


def call(arguments: Any, **more: Any) -> dict[str, Any]:
    """A call as the server writes it."""
    return {"function": {"index": 0, "name": "f", "arguments": arguments}, **more}


def test_thinking_then_text_then_the_account(wire: Wire) -> None:
    durations = {"total_duration": 9, "load_duration": 1, "prompt_eval_duration": 2, "eval_duration": 3}
    reply = lines(said(thinking="Hm"), said(thinking="."), said("Hel"), said("lo"), {**said(), **END, **durations})
    response = wire(MODEL).read(reply)
    assert response.message.parts == (Thinking("Hm."), Text("Hello"))
    assert (response.finish_reason, response.model) == ("stop", "qwen3:8b")
    assert response.usage is not None
    assert (response.usage.input, response.usage.output, response.usage.estimated) == (3, 2, False)
    assert response.usage.raw == {**durations, "prompt_eval_count": 3, "eval_count": 2}


def test_a_whole_reply_is_the_same_as_its_stream(wire: Wire) -> None:
    whole = {**said("Hello", thinking="Hm.", tool_calls=[call({"a": 1}, id="c1")]), **END}
    streamed = (
        said(thinking="Hm."),
        said("Hel"),
        said("lo"),
        said(tool_calls=[call({"a": 1}, id="c1")]),
        {**said(), **END},
    )
    assert wire(MODEL).read(lines(whole)) == wire(MODEL).read(lines(*streamed))
    assert wire(MODEL).read(json.dumps({"model": "qwen3:8b", "created_at": "t", **whole}, indent=2).encode()) == wire(
        MODEL
    ).read(lines(whole))


def test_calls_have_arguments_that_are_objects(wire: Wire) -> None:
    calls = [call({"city": "Zürich"}, id="c1"), call(None), call('{"a": 1}'), call([1])]
    response = wire(MODEL).read(lines(said(tool_calls=calls[:2]), said(tool_calls=calls[2:]), {**said(), **END}))
    assert response.finish_reason == "tool_calls"
    first, second, third, fourth = response.tool_calls
    assert (first.id, first.name, first.arguments, first.text) == ("c1", "f", {"city": "Zürich"}, '{"city":"Zürich"}')
    assert (second.arguments, third.arguments, fourth.arguments) == ({}, {"a": 1}, {})
    assert fourth.problem
    assert len({each.id for each in response.tool_calls}) == 4


def test_the_same_id_twice_is_told(wire: Wire) -> None:
    response = wire(MODEL).read(lines({**said(tool_calls=[call({}, id="c"), call({}, id="c")]), **END}))
    assert len({each.id for each in response.tool_calls}) == 2
    assert response.warnings


@pytest.mark.parametrize(
    ("raw", "reason"), [("stop", "stop"), ("length", "length"), ("load", "stop"), ("unload", "stop"), (None, "unknown")]
)
def test_why_it_ended(raw: str | None, reason: str, wire: Wire) -> None:
    response = wire(MODEL).read(lines({**said("x"), "done": True, "done_reason": raw}))
    assert response.finish_reason == reason
    assert response.usage is None


def test_a_prompt_that_was_cached_is_not_counted_as_none(wire: Wire) -> None:
    usage = wire(MODEL).read(lines({**said("x"), "done": True, "eval_count": 2})).usage
    assert usage is not None
    assert (usage.output, usage.estimated) == (2, True)


def test_images_and_probabilities(wire: Wire) -> None:
    data = base64.b64encode(b"\x89PNG").decode()
    one, two = {"token": "a", "logprob": -1.0}, {"token": "b", "logprob": -2.0}
    lines_ = lines({**said("a"), "logprobs": [one]}, {**said("b"), "logprobs": [two]}, {**said(images=[data]), **END})
    response = wire(MODEL).read(lines_)
    assert response.message.parts == (Text("ab"), Image(data=b"\x89PNG"))
    assert response.extra is not None
    assert response.extra["ollama"]["logprobs"] == [one, two]


def test_a_completion_is_read_too(wire: Wire) -> None:
    reply = lines({"thinking": "Hm.", "done": False}, {"response": "Hi", "done": False}, {"response": "", **END})
    assert wire(MODEL).read(reply).message.parts == (Thinking("Hm."), Text("Hi"))


@pytest.mark.parametrize(
    ("reply", "error", "told"),
    [
        (b"", BrokenReply, "broke off before its end"),
        (lines(said("x")), BrokenReply, "broke off before its end"),
        (lines(said("x")) + b'{"model": "q', BrokenReply, "broke off before its end"),
        (lines(said("x")) + b"oops\n" + lines({**said(), **END}), BrokenReply, "no JSON: oops"),
        (b"<html><title>Login</title></html>", BrokenReply, "a web page: Login"),
        (b"oops", BrokenReply, "no JSON"),
        (b"[1,\n2]", BrokenReply, "no object"),
        (lines(said("x"), {"error": "llama runner process has terminated"}), BrokenReply, "has terminated"),
        (b'{"error":"the input length exceeds the context length"}\n', TooLong, "context length"),
    ],
)
def test_what_fails_in_the_midst(reply: bytes, error: type[CallError], told: str, wire: Wire) -> None:
    """Pain 16: no reply that ends early passes for a whole one."""
    with pytest.raises(error, match=told):
        wire(MODEL).read(reply)


@pytest.mark.parametrize(
    ("status", "message", "error"),
    [
        (400, '"m" does not support tools', BadRequest),
        (400, "the input length exceeds the context length", TooLong),
        (400, "prompt too long; exceeded max context length by 4 tokens", TooLong),
        (401, "unauthorized", NotLetIn),
        (404, "model 'm' not found", NoSuchModel),
        (429, "too many requests", RateLimited),
        (500, "llama runner process has terminated", Overloaded),
        (503, "server busy, please try again.  maximum pending requests exceeded", Overloaded),
    ],
)
def test_errors(status: int, message: str, error: type[CallError], wire: Wire) -> None:
    found = wire(MODEL).error(status, {"error": message})
    assert type(found) is error
    assert found.message == message


def test_a_model_that_is_missing_says_how_to_get_it(wire: Wire) -> None:
    assert "hamr ollama pull" in wire(MODEL).error(404, {"error": "model 'm' not found"}).hint


def test_a_long_reply_takes_linear_time(wire: Wire) -> None:
    """Pain 18."""

    def read(count: int) -> None:
        data = lines(*[said("word ")] * count, {**said(), **END})
        decoder = wire(MODEL).pipeline.wire.decoder()
        for start in range(0, len(data), 100):
            decoder.feed(data[start : start + 100])

    assert is_linear(read, 2000)
