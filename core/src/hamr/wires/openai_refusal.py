"""Our errors in the envelope of OpenAI's wires."""

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
from hamr.wires.refused import refused, told_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.types import Head


class _Words(NamedTuple):
    """Status, type and code of a class of errors, as OpenAI has them ("Error codes", platform.openai.com, 2026-11)."""

    status: int
    type: str
    code: str | None


_WORDS: Mapping[type[CallError], _Words] = {
    BadRequest: _Words(400, "invalid_request_error", None),
    TooLong: _Words(400, "invalid_request_error", "context_length_exceeded"),
    Refused: _Words(400, "invalid_request_error", "content_filter"),
    NotLetIn: _Words(401, "authentication_error", "invalid_api_key"),
    NoSuchModel: _Words(404, "invalid_request_error", "model_not_found"),
    RateLimited: _Words(429, "rate_limit_error", "rate_limit_exceeded"),
    QuotaSpent: _Words(429, "insufficient_quota", "insufficient_quota"),
    Overloaded: _Words(503, "server_error", "service_unavailable"),
    BrokenReply: _Words(502, "server_error", "broken_reply"),
    NoAnswer: _Words(504, "server_error", "no_answer"),
}
_OTHER = _Words(500, "server_error", None)


def refusal(error: CallError) -> Head:
    """The reply that says so."""
    return refused(error, _words(error).status, envelope(error), id_header="x-request-id")


def envelope(error: CallError | None) -> dict[str, Any]:
    """The body of an error; without one, that the reply broke off."""
    error = told_error(error)
    words = _words(error)
    code = words.code or error.code
    return {"error": {"message": error.message, "type": words.type, "param": error.param, "code": code}}


def _words(error: CallError) -> _Words:
    return _WORDS.get(type(error), _OTHER)
