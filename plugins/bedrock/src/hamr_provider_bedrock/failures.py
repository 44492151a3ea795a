"""What a failure of Bedrock's means, and ours in its words."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hamr.api import (
    BadRequest,
    BrokenReply,
    CallError,
    Head,
    NoAnswer,
    NoSuchModel,
    NotLetIn,
    Overloaded,
    QuotaSpent,
    RateLimited,
    Refused,
    TooLong,
)
from hamr.wirekit import head_error, inner_error, is_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr_provider_bedrock.compat import Compat

CODES: Mapping[str, type[CallError]] = {
    "accessdeniedexception": NotLetIn,
    "expiredtokenexception": NotLetIn,
    "incompletesignatureexception": NotLetIn,
    "invalidsignatureexception": NotLetIn,
    "missingauthenticationtokenexception": NotLetIn,
    "unrecognizedclientexception": NotLetIn,
    "throttlingexception": RateLimited,
    "servicequotaexceededexception": QuotaSpent,
    "resourcenotfoundexception": NoSuchModel,
    "modelnotreadyexception": Overloaded,
    "modeltimeoutexception": Overloaded,
    "modelerrorexception": Overloaded,
    "modelstreamerrorexception": Overloaded,
    "internalserverexception": Overloaded,
    "serviceunavailableexception": Overloaded,
}
"""Exceptions in lower case ("Converse", "Common Errors", docs.aws.amazon.com, 2026-11); others go by their status."""

_STATUSES = {"validationexception": 400}
_HINTS = {
    "on-demand throughput": "Name a profile in its place, such as us.<model>; `hamr models bedrock` lists them.",
    "expiredtoken": "The AWS credentials have expired: get new ones, by `aws sso login` say.",
    "security token included in the request is expired": "The AWS credentials have expired: get new ones.",
}
# What was signed is quoted back with every signature that is wrong, a session token among it.
_QUOTED = re.compile(r"(\\n|\s)*The Canonical String for this request should have been.*", re.DOTALL)
_TOKEN = re.compile(r"(x-amz-security-token\s*[:=]\s*)[^\s\\'\"]+", re.IGNORECASE)

_WORDS: Mapping[type[CallError], tuple[int, str]] = {
    NotLetIn: (403, "AccessDeniedException"),
    RateLimited: (429, "ThrottlingException"),
    QuotaSpent: (400, "ServiceQuotaExceededException"),
    NoSuchModel: (404, "ResourceNotFoundException"),
    BadRequest: (400, "ValidationException"),
    TooLong: (400, "ValidationException"),
    Refused: (400, "ValidationException"),
    Overloaded: (503, "ServiceUnavailableException"),
    BrokenReply: (500, "InternalServerException"),
    NoAnswer: (503, "ServiceUnavailableException"),
}
TOO_LONG = "Input is too long for requested model."


def call_error(head: Head, compat: Compat) -> CallError:
    """The error that a failing reply stands for."""
    from pydantic_core import from_json, to_json

    text = unsigned(head.body.decode("utf-8", "replace"))
    try:
        said = from_json(text)
    except ValueError:
        said = None
    if not isinstance(said, dict) or is_page(text, head.headers.get("content-type", "")):
        return _hinted(head_error(replace(head, body=text.encode()), compat, CODES))
    named = str(head.headers.get("x-amzn-errortype") or said.get("__type") or "").rpartition("#")[2].partition(":")[0]
    told = {"message": said.get("message") or said.get("Message") or "", "code": named}
    error = head_error(replace(head, body=to_json(told)), compat, CODES)
    error.body = text[:4096] or None
    return _hinted(error)


def stream_error(headers: Mapping[str, Any], said: Any, compat: Compat) -> CallError:
    """The error that an exception within a stream stands for."""
    said = said if isinstance(said, dict) else {}
    named = str(headers.get(":exception-type") or headers.get(":error-code") or "")
    message = said.get("message") or said.get("Message") or headers.get(":error-message") or ""
    if said.get("originalMessage"):
        message = f"{message}: {said['originalMessage']}"
    code = _STATUSES.get(named.lower(), named)
    error = inner_error({"error": {"message": message, "code": code, "type": named}}, compat, str(said), CODES)
    error.code = named or None
    return _hinted(error)


def unsigned(text: str) -> str:
    """The text without what AWS quotes back of a wrong signature."""
    return _TOKEN.sub(r"\1***", _QUOTED.sub('"}' if text.lstrip().startswith("{") else "", text))


def _hinted(error: CallError) -> CallError:
    said = f"{error.code} {error.message}".lower()
    error.hint = next((hint for words, hint in _HINTS.items() if words in said), error.hint)
    return error


def words(error: CallError | None) -> tuple[int, str, str]:
    """Status, exception and message of an error of ours; None stands for a reply that broke off."""
    error = error or BrokenReply("the reply broke off before its end")
    status, named = _WORDS.get(type(error), (500, "InternalServerException"))
    return status, named, f"{TOO_LONG} {error.message}" if isinstance(error, TooLong) else error.message


def refusal(error: CallError) -> Head:
    """The reply that says so: the status is that of the class, whatever the provider's own was."""
    from pydantic_core import to_json

    status, named, message = words(error)
    headers = {"content-type": "application/json", "x-amzn-errortype": named}
    if error.request_id is not None:
        headers["x-amzn-requestid"] = error.request_id
    return Head(status, headers, to_json({"message": message}))
