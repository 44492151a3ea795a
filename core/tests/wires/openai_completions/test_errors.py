"""Pain 26: by status, then by code, and by words only where no code decides (M-63)."""

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
    Refused,
    TooLong,
)
from hamr.types import Head
from hamr.wires.failures import CODES, head_error
from hamr.wires.openai_completions.compat import Compat


def error(status: int, body: Any = None, headers: dict[str, str] | None = None, **flags: Any) -> CallError:
    written = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    return head_error(Head(status, headers or {}, written), Compat.read(flags, "test"))


def coded(code: Any, message: str = "no", **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, "code": code, **more}}


CASES: list[tuple[int, Any, type[CallError]]] = [
    (400, coded("unsupported_parameter", param="stop"), BadRequest),
    (400, coded("context_length_exceeded"), TooLong),
    (400, coded(None, type="exceed_context_size_error"), TooLong),
    (400, coded("invalid_request_error", "This model's maximum context length is 8192 tokens."), TooLong),
    (400, coded("content_filter"), Refused),
    (400, coded("x", innererror={"code": "ResponsibleAIPolicyViolation"}), Refused),
    (400, coded("model_not_found"), NoSuchModel),
    (400, coded(None, "Arrears", type="Arrearage"), QuotaSpent),
    (401, coded("invalid_request_error"), NotLetIn),
    (402, None, QuotaSpent),
    (403, coded(None), NotLetIn),
    (403, coded("content_policy_violation"), Refused),
    (404, coded("404"), NoSuchModel),
    (404, b"Not Found", NoSuchModel),
    (405, b"Method Not Allowed", BadRequest),
    (408, None, Overloaded),
    (409, None, Overloaded),
    (413, None, TooLong),
    (413, coded("rate_limit_exceeded"), TooLong),
    (418, None, BadRequest),
    (422, {"detail": [{"loc": ["body", "n"], "msg": "too many"}]}, BadRequest),
    (422, {"message": "Prompt exceeds max length"}, TooLong),
    (425, None, Overloaded),
    (429, coded("rate_limit_exceeded"), RateLimited),
    (429, coded("insufficient_quota"), QuotaSpent),
    (429, coded(None, type="exceeded_current_quota_error"), QuotaSpent),
    (429, coded(None, type="engine_overloaded_error"), Overloaded),
    (429, None, RateLimited),
    (498, coded("capacity_exceeded"), Overloaded),
    (500, None, Overloaded),
    (500, coded("429", "429 Too Many Requests"), Overloaded),
    (500, coded("rate_limit_exceeded"), Overloaded),
    (500, coded("context_length_exceeded"), TooLong),
    (501, coded(501, type="not_supported_error"), BadRequest),
    (503, coded(503, "Loading model", type="unavailable_error"), Overloaded),
    (529, None, Overloaded),
    (302, None, BadRequest),
]


@pytest.mark.parametrize(("status", "body", "kind"), CASES)
def test_each_failure_has_its_class(status: int, body: Any, kind: type[CallError]) -> None:
    found = error(status, body)
    assert type(found) is kind
    assert found.status == status
    assert found.message


POISON = [
    "token 429 is not in the vocabulary",
    "rate limit is no field of this call",
    "too many requests: reduce the length of the messages",
    "the billing address mentions quota exceeded",
    "invalid api key in your example text",
    "the word overloaded, 503, and model not found",
    "content_filter is spelt wrong",
]


@pytest.mark.parametrize("words", POISON)
@pytest.mark.parametrize(
    "envelope", [lambda w: coded("invalid_value", w), lambda w: {"error": w}, lambda w: w.encode()]
)
def test_a_bad_request_stays_one_whatever_its_words(words: str, envelope: Callable[[str], Any]) -> None:
    assert type(error(400, envelope(words))) is BadRequest


OVERFLOWS = [
    "prompt is too long: 210000 tokens > 200000 maximum",
    "Your input exceeds the context window of this model.",
    "This model's maximum context length is 8192 tokens. However, you requested 9000.",
    "litellm.ContextWindowExceededError: no",
    "Please reduce the length of the messages or completion.",
    "This model's maximum prompt length is 131072 but the request contains 200000 tokens.",
    "The input token count (1200000) exceeds the maximum number of tokens allowed (1048575).",
    "The input (9000 tokens) is longer than the model's context length (8192 tokens).",
    "the request exceeds the available context size, try increasing it",
    "tokens to keep is greater than the context length",
    "Your request exceeded model token limit: 131072",
    "invalid params, context window exceeds limit",
    "Prompt contains 70000 tokens, too large for model with 32768 maximum context length",
    "Prompt exceeds max length",
    "Range of input length should be [1, 30720]",
    "prompt too long; exceeded max context length by 5 tokens",
    "input is too long for requested model",
]


@pytest.mark.parametrize("words", OVERFLOWS)
def test_overflow_is_known_by_its_words_where_no_code_decides(words: str) -> None:
    """H-165."""
    for status in (400, 413, 422):
        assert type(error(status, {"error": {"message": words}})) is TooLong
    assert type(error(400, coded("invalid_request_error", words))) is TooLong
    assert type(error(400, coded("content_filter", words))) is Refused
    assert type(error(429, {"error": {"message": words}})) is RateLimited


def test_words_about_rates_are_no_overflow() -> None:
    """H-166."""
    said = "Rate limit reached: the maximum context length is not the problem"
    assert type(error(400, {"error": {"message": said}})) is BadRequest


def test_overflow_without_a_body_is_a_flag() -> None:
    """Cerebras answers 400 with no body."""
    assert type(error(400)) is BadRequest
    assert type(error(400, overflow_without_body=True)) is TooLong


def test_codes_of_one_provider_are_data() -> None:
    """Z.ai numbers its errors ("API code", docs.z.ai, 2026-11)."""
    codes = {"1261": "TooLong", "1302": "RateLimited", "1113": "QuotaSpent"}
    assert type(error(400, coded("1261"), error_codes=codes)) is TooLong
    assert type(error(429, coded("1113"), error_codes=codes)) is QuotaSpent
    assert type(error(429, coded("1302"), error_codes=codes)) is RateLimited
    assert type(error(400, coded("1261"))) is BadRequest


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": {"message": "no"}}, "no"),
        ({"error": "no"}, "no"),
        ({"code": "denied", "error": "no"}, "no"),
        ({"detail": "no"}, "no"),
        ({"detail": [{"loc": ["body", "n"], "msg": "too many"}, {"msg": "x"}]}, "body.n: too many; x"),
        ({"message": "no"}, "no"),
        ({"object": "error", "message": {"detail": [{"loc": ["body"], "msg": "no"}]}}, "body: no"),
        (
            {"error": {"message": "Provider returned error", "metadata": {"raw": "bad key"}}},
            "Provider returned error: bad key",
        ),
        ([{"error": {"message": "no"}}], "no"),
        (b"plain words", "plain words"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        ({"message": {"message": "no", "x": 1}}, "no"),
        ({"message": {"x": 1}}, "{'x': 1}"),
        ({"detail": ["a", "b"]}, "a; b"),
        ({"error": {}}, "the provider answered 400 and said nothing"),
        ({"error": None}, "the provider answered 400 and said nothing"),
        (None, "the provider answered 400 and said nothing"),
        (["a", "b"], '["a", "b"]'),
        (7, "7"),
    ],
)
def test_the_message_is_found_in_every_envelope(body: Any, message: str) -> None:
    assert error(400, body).message == message


def test_what_is_known_is_kept() -> None:
    headers = {"x-request-id": "req_1", "retry-after": "3"}
    found = error(429, coded("rate_limit_exceeded", param="n", type="tokens"), headers)
    assert (found.code, found.param, found.request_id, found.retry_after) == ("rate_limit_exceeded", "n", "req_1", 3.0)
    assert found.provider is None
    assert found.model is None
    assert found.body
    assert error(400, coded(400)).code == "400"
    assert error(400, coded(None, type="t")).code == "t"
    assert error(500, None, {"apim-request-id": "a"}).request_id == "a"


def test_a_long_body_is_shortened() -> None:
    found = error(400, b"x" * 100_000)
    assert len(found.message) <= 1000
    assert len(found.body or "") == 4096


def test_a_web_page_is_told_by_its_title() -> None:
    page = b"<!doctype html><html><head><title>502 Bad Gateway</title></head><body>" + b"x" * 10_000
    found = error(502, page, {"content-type": "text/html"})
    assert isinstance(found, Overloaded)
    assert "502 Bad Gateway" in found.message
    assert found.body == "502 Bad Gateway"
    assert "base URL" in error(404, page).hint
    assert "base URL" in error(307).hint
    assert "base URL" not in error(404, coded("model_not_found")).hint


def test_codes_are_written_in_lower_case() -> None:
    assert all(code == code.lower() for code in CODES)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, coded(None, "Unable to access Non-Serverless model m"), NoSuchModel),
        (400, coded("context_length_exceeded", "non-serverless"), TooLong),
        (503, coded(None, "non-serverless"), Overloaded),
        (500, coded("server_error", "non-serverless"), NoSuchModel),
        (500, coded("server_error", "something else"), Overloaded),
        (400, coded(None, "something else"), BadRequest),
    ],
)
def test_words_of_a_providers_own_count_where_no_code_decides(status: int, body: Any, kind: type[CallError]) -> None:
    """N-161."""
    assert type(error(status, body, error_words={"non-serverless": "NoSuchModel"})) is kind
