"""Our errors in the envelope of this wire: a status and a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.api import (
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
from hamr.wirekit import refused, told_end

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.api import CallError, Head

_STATUSES: Mapping[type[CallError], int] = {
    BadRequest: 400,
    TooLong: 400,
    Refused: 400,
    NotLetIn: 401,
    QuotaSpent: 402,
    NoSuchModel: 404,
    RateLimited: 429,
    BrokenReply: 502,
    Overloaded: 503,
    NoAnswer: 504,
}
_TOO_LONG = "the input length exceeds the context length"
"""The server's own words for it, by which its clients know it, for there is no code."""


def refusal(error: CallError) -> Head:
    """The reply that says so; its status is that of the class."""
    return refused(
        error, _STATUSES.get(type(error), 500), {"error": said(error)}, content_type="application/json; charset=utf-8"
    )


def said(error: CallError | None, raw: str | None = None) -> str:
    """The text of an error; without one, that the reply broke off, or ended with an error of its own."""
    return told_end(error, raw, _TOO_LONG)
