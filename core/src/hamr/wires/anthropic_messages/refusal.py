"""Our errors in the envelope of this wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

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
from hamr.types import Head

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Words(NamedTuple):
    """Status and type of a class of errors (Anthropic API reference, "Errors", 2026-11).

    Where the type says less than the class, a `code` beside it says the rest to clients that know it.
    """

    status: int
    type: str
    code: str | None = None


_WORDS: Mapping[type[CallError], _Words] = {
    BadRequest: _Words(400, "invalid_request_error"),
    TooLong: _Words(400, "invalid_request_error", "context_length_exceeded"),
    Refused: _Words(400, "invalid_request_error", "content_filter"),
    NotLetIn: _Words(401, "authentication_error"),
    QuotaSpent: _Words(402, "billing_error"),
    NoSuchModel: _Words(404, "not_found_error"),
    RateLimited: _Words(429, "rate_limit_error"),
    BrokenReply: _Words(502, "api_error", "broken_reply"),
    NoAnswer: _Words(504, "timeout_error"),
    Overloaded: _Words(529, "overloaded_error"),
}
_OTHER = _Words(500, "api_error")
_TOO_LONG = "prompt is too long"
"""The words by which clients know it."""


def refusal(error: CallError) -> Head:
    """The reply that says so; its status is that of the class, whatever the provider's own was."""
    from pydantic_core import to_json

    headers = {"content-type": "application/json"}
    if error.retry_after is not None:
        headers["retry-after"] = f"{error.retry_after:g}"
    if error.request_id is not None:
        headers["request-id"] = error.request_id
    return Head(_words(error).status, headers, to_json(envelope(error)))


def envelope(error: CallError | None) -> dict[str, Any]:
    """The body of an error; without one, that the reply broke off."""
    if error is None:
        error = BrokenReply("the reply broke off before its end")
    words = _words(error)
    message = error.message
    if isinstance(error, TooLong) and _TOO_LONG not in message:
        message = f"{_TOO_LONG}: {message}"
    said: dict[str, Any] = {"type": words.type, "message": message}
    if code := words.code or (error.code if error.code != words.type else None):
        said["code"] = code
    if error.param is not None:
        said["param"] = error.param
    return {"type": "error", "error": said, "request_id": error.request_id}


def _words(error: CallError) -> _Words:
    return _WORDS.get(type(error), _OTHER)
