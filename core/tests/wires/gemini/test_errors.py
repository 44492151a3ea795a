from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.errors import (
    BadRequest,
    CallError,
    NoSuchModel,
    NotLetIn,
    Overloaded,
    QuotaSpent,
    RateLimited,
    TooLong,
)
from hamr.types import Head, Route
from hamr.wires.gemini import Gemini
from hamr.wires.rpc_status import reasons, retry_delay

TYPE = "type.googleapis.com/google.rpc."


def status(code: int, word: str, message: str = "no", *details: dict[str, Any]) -> bytes:
    error = {"code": code, "message": message, "status": word, "details": list(details)}
    return json.dumps({"error": error}).encode()


def detail(kind: str, **fields: Any) -> dict[str, Any]:
    return {"@type": TYPE + kind, **fields}


def quota(id: str) -> dict[str, Any]:
    return detail("QuotaFailure", violations=[{"quotaId": id}])


@pytest.mark.parametrize(
    ("code", "body", "kind"),
    [
        (400, status(400, "INVALID_ARGUMENT"), BadRequest),
        (400, status(400, "INVALID_ARGUMENT", "x", detail("ErrorInfo", reason="API_KEY_INVALID")), NotLetIn),
        (
            400,
            status(400, "INVALID_ARGUMENT", "The input token count (9) exceeds the maximum number of tokens"),
            TooLong,
        ),
        (401, status(401, "UNAUTHENTICATED"), NotLetIn),
        (403, status(403, "PERMISSION_DENIED"), NotLetIn),
        (403, status(403, "PERMISSION_DENIED", "x", detail("ErrorInfo", reason="BILLING_DISABLED")), QuotaSpent),
        (404, status(404, "NOT_FOUND"), NoSuchModel),
        (409, status(409, "ABORTED"), Overloaded),
        (429, status(429, "RESOURCE_EXHAUSTED"), RateLimited),
        (429, status(429, "RESOURCE_EXHAUSTED", "x", quota("RequestsPerMinutePerProject")), RateLimited),
        (429, status(429, "RESOURCE_EXHAUSTED", "x", quota("RequestsPerDayPerProject")), QuotaSpent),
        (499, status(499, "CANCELLED"), Overloaded),
        (500, status(500, "INTERNAL"), Overloaded),
        (501, status(501, "UNIMPLEMENTED"), BadRequest),
        (503, status(503, "UNAVAILABLE"), Overloaded),
        (504, status(504, "DEADLINE_EXCEEDED"), Overloaded),
        (429, b"[" + status(429, "RESOURCE_EXHAUSTED") + b"]", RateLimited),
        (502, b"<html><title>Bad gateway</title></html>", Overloaded),
        (400, b"", BadRequest),
    ],
)
def test_failures_are_told_apart(code: int, body: bytes, kind: type[CallError], route: Callable[..., Route]) -> None:
    error = Gemini(route()).error(Head(code, {}, body))
    assert type(error) is kind
    assert error.status == code
    if body.startswith(b"{"):
        assert error.code == json.loads(body)["error"]["status"]


def test_how_long_to_wait_stands_in_the_body(route: Callable[..., Route]) -> None:
    """Pain 27: Google says it in RetryInfo, not in a header."""
    body = status(429, "RESOURCE_EXHAUSTED", "x", quota("PerMinute"), detail("RetryInfo", retryDelay="17.25s"))
    assert Gemini(route()).error(Head(429, {}, body)).retry_after == 17.25
    assert Gemini(route()).error(Head(429, {"retry-after": "3"}, body)).retry_after == 3


@pytest.mark.parametrize("written", [None, 5, "5", "soons", "-1s", "infs", "nans"])
def test_a_wait_that_is_none(written: Any) -> None:
    assert retry_delay([detail("RetryInfo", retryDelay=written)]) is None


@pytest.mark.parametrize("details", [None, 5, {}, [5], [{"@type": 5}], [quota("x") | {"violations": 5}]])
def test_details_that_are_none(details: Any) -> None:
    assert reasons(details) == ()
    assert retry_delay(details) is None
