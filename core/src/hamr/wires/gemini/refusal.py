"""Our errors in Google's envelope, a `google.rpc.Status`."""

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

_TYPE = "type.googleapis.com/google.rpc."


class _Words(NamedTuple):
    """Status, canonical code, and the reason that tells classes of one code apart."""

    status: int
    code: str
    reason: str | None = None


# The statuses stand in google/rpc/code.proto.
_WORDS: Mapping[type[CallError], _Words] = {
    BadRequest: _Words(400, "INVALID_ARGUMENT"),
    TooLong: _Words(400, "INVALID_ARGUMENT", "CONTEXT_LENGTH_EXCEEDED"),
    Refused: _Words(400, "INVALID_ARGUMENT", "CONTENT_FILTER"),
    NotLetIn: _Words(401, "UNAUTHENTICATED"),
    NoSuchModel: _Words(404, "NOT_FOUND"),
    RateLimited: _Words(429, "RESOURCE_EXHAUSTED"),
    QuotaSpent: _Words(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"),
    Overloaded: _Words(503, "UNAVAILABLE"),
    BrokenReply: _Words(500, "INTERNAL"),
    NoAnswer: _Words(504, "DEADLINE_EXCEEDED"),
}
_OTHER = _Words(500, "UNKNOWN")


def refusal(error: CallError) -> Head:
    """The reply that says so; its status is that of the class, whatever the provider's own was."""
    status = _WORDS.get(type(error), _OTHER).status
    return refused(error, status, envelope(error), content_type="application/json; charset=UTF-8")


def envelope(error: CallError | None) -> dict[str, Any]:
    """The body of an error; without one, that the reply broke off."""
    error = told_error(error)
    words = _WORDS.get(type(error), _OTHER)
    details: list[dict[str, Any]] = []
    if words.reason is not None:
        details.append({"@type": f"{_TYPE}ErrorInfo", "reason": words.reason, "domain": "hamr"})
    if error.retry_after is not None:
        details.append({"@type": f"{_TYPE}RetryInfo", "retryDelay": f"{error.retry_after:g}s"})
    if error.param is not None:
        violation = {"field": error.param, "description": error.message}
        details.append({"@type": f"{_TYPE}BadRequest", "fieldViolations": [violation]})
    said = {"code": words.status, "message": error.message, "status": words.code}
    return {"error": {**said, **({"details": details} if details else {})}}
