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
from hamr.wires.refused import refused, told_error, told_message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.types import Head


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
    return refused(error, _words(error).status, envelope(error), id_header="request-id")


def envelope(error: CallError | None) -> dict[str, Any]:
    """The body of an error; without one, that the reply broke off."""
    error = told_error(error)
    words = _words(error)
    said: dict[str, Any] = {"type": words.type, "message": told_message(error, _TOO_LONG)}
    if code := words.code or (error.code if error.code != words.type else None):
        said["code"] = code
    if error.param is not None:
        said["param"] = error.param
    return {"type": "error", "error": said, "request_id": error.request_id}


def _words(error: CallError) -> _Words:
    return _WORDS.get(type(error), _OTHER)
