"""What failures mean: in the status, and in replies whose status says that all is well."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import (
    BadRequest,
    BrokenReply,
    CallError,
    NoSuchModel,
    NotLetIn,
    Overloaded,
    QuotaSpent,
    RateLimited,
    Refused,
    TooLong,
)
from hamr.types import Event, Head, Route
from hamr.wires.openai_responses import OpenAIResponses
from hamr_testkit.conformance import FAILURES, refusal_survives
from hamr_testkit.reading import failure
from hamr_testkit.spoken import Spoken

Decode = Callable[..., list[Event]]

CODES: list[tuple[str, type[CallError]]] = [
    ("server_error", Overloaded),
    ("rate_limit_exceeded", RateLimited),
    ("insufficient_quota", QuotaSpent),
    ("invalid_prompt", Refused),
    ("bio_policy", Refused),
    ("image_content_policy_violation", Refused),
    ("context_length_exceeded", TooLong),
    ("vector_store_timeout", Overloaded),
    ("data_residency_mismatch", BadRequest),
    ("failed_to_download_image", BadRequest),
    ("image_too_large", BadRequest),
    ("nobody_knows_this", BrokenReply),
]


@pytest.mark.parametrize(("code", "kind"), CODES)
@pytest.mark.parametrize("form", ["failed", "error", "nested error", "named error", "whole", "whole error"])
def test_a_failure_in_a_reply(
    form: str, code: str, kind: type[CallError], decode: Decode, sse: Callable[..., bytes]
) -> None:
    """A failure inside generation comes with the status 200."""
    told = {"code": code, "message": "It went wrong."}
    failed = {"id": "resp_1", "object": "response", "status": "failed", "error": told, "output": []}
    begun = {"type": "response.created", "response": {"id": "resp_1", "status": "in_progress"}}
    data = {
        "failed": sse(begun, {"type": "response.failed", "response": failed}),
        "error": sse(begun, {"type": "error", **told, "param": None, "sequence_number": 3}),
        "nested error": sse(begun, {"type": "error", "error": {"type": "x", **told}}),
        "named error": b"event: error\ndata: %b\n\n" % json.dumps({"error": told}).encode(),
        "whole": json.dumps(failed).encode(),
        "whole error": json.dumps({"error": told}).encode(),
    }[form]
    error = failure(decode(data))
    assert type(error) is kind
    assert (error.message, error.code) == ("It went wrong.", code)


def test_what_came_before_a_failure_is_told(decode: Decode, sse: Callable[..., bytes]) -> None:
    item = {"type": "message", "id": "m", "content": []}
    data = sse(
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "Hel"},
        {
            "type": "response.failed",
            "response": {"status": "failed", "error": {"code": "server_error", "message": "x"}},
        },
    )
    events = decode(data)
    assert [event.type for event in events] == ["started", "text_start", "text_delta", "text_end", "failed"]


def test_a_failure_that_says_nothing(decode: Decode, sse: Callable[..., bytes]) -> None:
    assert type(failure(decode(sse({"type": "response.failed", "response": {"status": "failed"}})))) is BrokenReply
    assert type(failure(decode(sse({"type": "error"})))) is BrokenReply
    assert type(failure(decode(b'{"status": "failed", "output": []}'))) is BrokenReply


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   ",
        b"<html><title>Nope</title></html>",
        b"{",
        b"[]",
        b'"text"',
        b"{}",
        b'{"object": "response"}',
        b'{"choices": [{"message": {"content": "x"}}]}',
        b"upstream timed out",
        b"data: {\n\n",
        b"data: [1, 2]\n\n",
        b"data: [DONE]\n\n",
        b"event: ping\ndata: {}\n\n",
    ],
)
def test_what_is_no_reply(data: bytes, decode: Decode) -> None:
    error = failure(decode(data))
    assert type(error) is BrokenReply
    assert error.message


@pytest.mark.parametrize(
    ("status", "inner", "kind"),
    [
        (400, {"code": "invalid_type", "param": "input[0]"}, BadRequest),
        (400, {"code": "context_length_exceeded"}, TooLong),
        (400, {"code": "invalid_prompt"}, Refused),
        (400, {"code": "image_parse_error"}, BadRequest),
        (401, {"code": "invalid_api_key"}, NotLetIn),
        (403, {}, NotLetIn),
        (404, {"code": "model_not_found"}, NoSuchModel),
        (429, {"code": "rate_limit_exceeded"}, RateLimited),
        (429, {"code": "insufficient_quota"}, QuotaSpent),
        (500, {"code": "server_error"}, Overloaded),
        (503, {}, Overloaded),
    ],
)
def test_a_failing_status(
    status: int, inner: dict[str, Any], kind: type[CallError], route: Callable[..., Route]
) -> None:
    body = json.dumps({"error": {"message": "Said so.", "type": "some_error", **inner}}).encode()
    headers = {"x-request-id": "req_1", "retry-after-ms": "1500"}
    error = OpenAIResponses(route()).error(Head(status, headers, body))
    assert type(error) is kind
    assert (error.message, error.status, error.request_id, error.retry_after) == ("Said so.", status, "req_1", 1.5)
    assert error.param == inner.get("param")


def test_codes_and_words_of_the_provider(route: Callable[..., Route], decode: Decode) -> None:
    flags = {"error_codes": {"E7": "QuotaSpent"}, "error_words": {"out of credits": "QuotaSpent"}}
    for inner in ({"code": "E7", "message": "x"}, {"message": "You are out of credits."}):
        body = json.dumps({"error": inner}).encode()
        assert type(OpenAIResponses(route(**flags)).error(Head(400, {}, body))) is QuotaSpent
        assert type(failure(decode(body, **flags))) is QuotaSpent


@pytest.mark.parametrize("kind", FAILURES)
def test_our_refusals_are_understood_by_our_own_client_half(
    kind: type[CallError], spoken: Callable[..., Spoken]
) -> None:
    refusal_survives(spoken(), kind("no", retry_after=2.5))
