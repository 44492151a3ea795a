"""What fails in a reply whose status says that all is well."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import (
    BadRequest,
    BrokenReply,
    CallError,
    NotLetIn,
    Overloaded,
    QuotaSpent,
    RateLimited,
    Refused,
    TooLong,
)
from hamr.types import (
    Event,
    Finished,
    Response,
    TextDelta,
    TextEnd,
)
from hamr.wires.openai_completions.compat import Compat
from hamr.wires.openai_completions.decode import ReplyDecoder
from hamr_testkit.cuts import cuts
from hamr_testkit.reading import failure, warnings

Decode = Callable[..., list[Event]]
Chunk = Callable[..., dict[str, Any]]
Stream = Callable[..., bytes]
Folded = Callable[..., Response]


ERRORS: list[tuple[Any, type[CallError]]] = [
    ({"error": {"message": "no", "code": "invalid_api_key"}}, NotLetIn),
    ({"error": {"message": "no", "code": "rate_limit_exceeded"}}, RateLimited),
    ({"error": {"message": "no", "type": "insufficient_quota"}}, QuotaSpent),
    ({"error": {"message": "no", "code": 429}}, RateLimited),
    ({"error": {"message": "no", "code": 502, "metadata": {"raw": "upstream said so"}}}, Overloaded),
    ({"error": {"message": "no", "code": 400}}, BadRequest),
    ({"error": {"message": "no", "code": "content_filter", "status": 400}}, Refused),
    ({"error": {"message": "maximum context length is 5 tokens"}}, TooLong),
    ({"error": "it broke"}, BrokenReply),
    ({"error": {}, "message": "it broke"}, BrokenReply),
    ({"detail": "it broke"}, BrokenReply),
    ({"message": "it broke"}, BrokenReply),
    ({"object": "error", "message": "it broke", "code": 40303}, BrokenReply),
    ({"object": "error", "message": {"detail": [{"loc": ["body", "n"], "msg": "it broke"}]}}, BrokenReply),
    ({"code": "server_error", "error": "it broke"}, Overloaded),
]


@pytest.mark.parametrize(("body", "kind"), ERRORS)
def test_an_error_inside_a_200_is_an_error(
    body: dict[str, Any], kind: type[CallError], decode: Decode, chunk: Chunk, sse: Stream
) -> None:
    """Pain 15: as a body, as the first event, as a later one; what came before it is given out."""
    error = failure(decode(json.dumps(body).encode()))
    assert type(error) is kind
    assert error.message
    assert error.provider is None
    assert type(failure(decode(sse(body, done=False)))) is kind
    events = decode(sse(chunk(content="a"), body, chunk("stop")))
    assert type(failure(events)) is kind
    assert TextDelta(0, "a") in events
    assert not any(isinstance(event, TextEnd) for event in events)


def test_an_error_beside_choices_is_an_error(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    """OpenRouter ends a stream so ("Errors", openrouter.ai/docs, 2026-11)."""
    last = {**chunk("error", content=""), "error": {"code": 502, "message": "Provider disconnected"}}
    error = failure(decode(sse(chunk(content="a"), last)))
    assert isinstance(error, Overloaded)
    assert error.status == 502
    again = failure(decode(sse(chunk(content="a"), last, last)))
    assert again.message == "Provider disconnected"


def test_an_error_of_the_same_shape_as_the_chunk_before_is_an_error(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    events = decode(sse({**chunk(content="a"), "error": None}, {**chunk(content="b"), "error": "it broke"}))
    assert failure(events).message == "it broke"


def test_an_error_in_a_vendors_own_field_is_an_error(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    """Groq ("x_groq", console.groq.com, 2026-11)."""
    events = decode(sse(chunk(content="a"), {**chunk("stop"), "x_groq": {"id": "r", "error": "it broke"}}))
    assert failure(events).message == "it broke"


def test_an_error_in_a_field_of_a_whole_reply_is_an_error(decode: Decode) -> None:
    body = {"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}], "x_groq": {"error": "it broke"}}
    assert failure(decode(json.dumps(body).encode())).message == "it broke"


def test_the_reason_error_is_an_error(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    assert isinstance(failure(decode(sse(chunk(content="a"), chunk("error")))), BrokenReply)


@pytest.mark.parametrize(
    "data", ['{"message": "it broke"}', '"it broke"', "it broke", '{"error": {"message": "it broke"}}']
)
def test_an_event_named_error_is_an_error(data: str, decode: Decode) -> None:
    """LM Studio names its event ("Changelog", lmstudio.ai, 2026-11)."""
    assert failure(decode(f"event: error\ndata: {data}\n\n".encode())).message == "it broke"


def test_a_list_of_one_error_is_an_error(decode: Decode, sse: Stream) -> None:
    """Gemini's own copy of this wire sends errors in a list."""
    body = [{"error": {"code": 400, "message": "it broke"}}]
    assert isinstance(failure(decode(json.dumps(body).encode())), BadRequest)
    assert isinstance(failure(decode(sse(body))), BadRequest)


@pytest.mark.parametrize(
    "body", [b"<!DOCTYPE html><html><head><title>Welcome</title></head>", b"\n<html>Welcome</html>"]
)
def test_a_web_page_says_that_the_base_url_is_wrong(body: bytes, decode: Decode) -> None:
    for cut, pieces in cuts(body):
        error = failure(decode(pieces))
        assert isinstance(error, BrokenReply)
        assert "Welcome" in error.message, cut
        assert "base URL" in error.hint


@pytest.mark.parametrize("body", [b"", b" \n\n", b"\xef\xbb\xbf"])
def test_an_empty_reply_is_broken(body: bytes, decode: Decode) -> None:
    assert isinstance(failure(decode(body)), BrokenReply)


def test_plain_words_are_shown(decode: Decode) -> None:
    assert "upstream connect error" in failure(decode(b"upstream connect error\n")).message


def test_json_that_is_no_completion_is_broken(decode: Decode) -> None:
    for body in (b"{}", b'{"models": []}', b"[]", b"[1, 2]", b'{"choices": []}'):
        assert isinstance(failure(decode(body)), BrokenReply)


def test_a_torn_body_is_broken(decode: Decode) -> None:
    """Pain 14."""
    body = b'{"choices": [{"message": {"content": "abc"}, "finish_reason": "stop"}]}'
    for size in range(1, len(body)):
        assert isinstance(failure(decode(body[:size])), BrokenReply)


def test_a_chunk_that_is_no_json_is_broken_and_shown_in_short(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    events = decode(sse(chunk(content="a"), "{oops" + "x" * 1000, chunk("stop")))
    error = failure(events)
    assert isinstance(error, BrokenReply)
    assert "{oops" in error.message
    assert len(error.message) < 300
    assert TextDelta(0, "a") in events


def test_an_event_cut_behind_the_end_of_the_answer_is_a_warning(decode: Decode, chunk: Chunk, sse: Stream) -> None:
    events = decode(sse(chunk("stop", content="a"), done=False) + b'data: {"usage": {"prompt')
    assert isinstance(events[-1], Finished)
    assert "cut off" in warnings(events)[0]


def test_an_event_that_grows_without_end_is_broken() -> None:
    decoder = ReplyDecoder(Compat())
    assert not decoder.feed(b"data: ")
    for _ in range(63):
        assert not decoder.feed(b"x" * (1024 * 1024))
    assert isinstance(failure(list(decoder.feed(b"x" * (1024 * 1024)))), BrokenReply)
    assert decoder.feed(b"x") == ()
