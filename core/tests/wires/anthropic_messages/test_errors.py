"""Failures of this wire, and our errors in its envelope."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from hamr.errors import (
    BadRequest,
    BrokenReply,
    CallError,
    NoAnswer,
    NoSuchModel,
    NotLetIn,
    Overloaded,
    QuotaSpent,
    RateLimited,
    Refused,
    TooLong,
)
from hamr.types import Head, Route
from hamr.wires.anthropic_messages import AnthropicMessages
from hamr.wires.anthropic_messages.dialect import AnthropicMessagesDialect

KINDS = (
    BadRequest,
    BrokenReply,
    NoAnswer,
    NoSuchModel,
    NotLetIn,
    Overloaded,
    QuotaSpent,
    RateLimited,
    Refused,
    TooLong,
)


@pytest.mark.parametrize(
    ("status", "kind", "message", "expected"),
    [
        (400, "invalid_request_error", "max_tokens: Field required", BadRequest),
        (400, "invalid_request_error", "prompt is too long: 3 tokens > 2 maximum", TooLong),
        (400, "invalid_request_error", "the number 429 is odd, like a rate limit", BadRequest),
        (401, "authentication_error", "invalid x-api-key", NotLetIn),
        (402, "billing_error", "pay", QuotaSpent),
        (403, "permission_error", "no", NotLetIn),
        (404, "not_found_error", "model: x", NoSuchModel),
        (409, "conflict_error", "again", Overloaded),
        (413, "request_too_large", "too large", TooLong),
        (429, "rate_limit_error", "slow down", RateLimited),
        (500, "api_error", "oops", Overloaded),
        (504, "timeout_error", "late", Overloaded),
        (529, "overloaded_error", "Overloaded", Overloaded),
    ],
)
def test_statuses_and_types(
    status: int, kind: str, message: str, expected: type[CallError], route: Callable[..., Route]
) -> None:
    """Pain 26: by status and by code, by words only where no code decides."""
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_body"}
    error = AnthropicMessages(route()).error(Head(status, {"retry-after": "3"}, json.dumps(body).encode()))
    assert type(error) is expected
    assert (error.message, error.status, error.retry_after) == (message, status, 3)
    assert error.request_id == "req_body"


def test_the_header_names_the_request_before_the_body(route: Callable[..., Route]) -> None:
    body = b'{"type": "error", "error": {"type": "api_error", "message": "x"}, "request_id": "req_body"}'
    assert AnthropicMessages(route()).error(Head(500, {"request-id": "req_head"}, body)).request_id == "req_head"


@pytest.mark.parametrize("body", [b"", b"<html><title>Too large</title></html>", b"oops", b"[]", b'{"error": 5}'])
def test_what_the_edge_says_is_no_json(body: bytes, route: Callable[..., Route]) -> None:
    assert type(AnthropicMessages(route()).error(Head(413, {}, body))) is TooLong


def test_a_providers_own_codes_and_words(route: Callable[..., Route]) -> None:
    wire = AnthropicMessages(route(error_codes={"odd": "QuotaSpent"}, error_words={"gone dry": "QuotaSpent"}))
    for body in (b'{"error": {"type": "odd", "message": "x"}}', b'{"error": {"message": "Gone dry"}}'):
        assert type(wire.error(Head(400, {}, body))) is QuotaSpent


@pytest.mark.parametrize("kind", KINDS)
def test_our_errors_are_read_back_as_what_they_are(kind: type[CallError], route: Callable[..., Route]) -> None:
    given = kind("so it is", request_id="req_1", retry_after=2.5, param="tools[0]", code="odd")
    head = AnthropicMessagesDialect().refusal(given)
    assert head.headers["retry-after"] == "2.5"
    assert head.headers["request-id"] == "req_1"
    body = json.loads(head.body)
    assert body["type"] == "error"
    assert body["request_id"] == "req_1"
    read = AnthropicMessages(route()).error(head)
    expected = Overloaded if kind in (BrokenReply, NoAnswer) else kind  # a server that has no answer is that
    assert type(read) is expected
    assert "so it is" in read.message
    assert read.param == "tools[0]"


def test_clients_know_an_overflow_by_its_words() -> None:
    body = json.loads(AnthropicMessagesDialect().refusal(TooLong("8 of 4")).body)
    assert body["error"]["message"] == "prompt is too long: 8 of 4"
    again = json.loads(AnthropicMessagesDialect().refusal(TooLong(body["error"]["message"])).body)
    assert again["error"]["message"] == body["error"]["message"]


LATER = {"anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": "2027-01-15T08:01:00Z"}
DATE = {"date": "Fri, 15 Jan 2027 08:00:00 GMT"}


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {**LATER, **DATE}, 60.0),
        (429, {**LATER, **DATE, "retry-after": "5"}, 5.0),
        (429, LATER, None),
        (529, {**LATER, **DATE}, None),
    ],
    ids=["the limit that is used up", "what is asked for counts before it", "no date", "another failure"],
)
def test_a_limit_that_is_used_up_says_how_long_to_wait(
    status: int, headers: dict[str, str], seconds: float | None, route: Callable[..., Route]
) -> None:
    """Pain 27."""
    assert AnthropicMessages(route()).error(Head(status, headers, b"")).retry_after == seconds


@pytest.mark.parametrize(
    ("status", "said", "again"),
    [
        (429, None, True),
        (429, "false", False),
        (400, None, False),
        (400, "true", True),
        (529, "maybe", True),
    ],
)
def test_the_server_says_whether_to_send_it_again(
    status: int, said: str | None, again: bool, route: Callable[..., Route]
) -> None:
    headers = {} if said is None else {"x-should-retry": said}
    error = AnthropicMessages(route()).error(Head(status, headers, b""))
    assert error.repeatable is again
    assert type(error).repeatable is (status != 400)
