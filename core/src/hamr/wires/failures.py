"""What a provider's failure means: by status, then by code, and by words only where no code decides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

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
from hamr.wires.retry_after import retry_after
from hamr.wires.rpc_status import reasons, retry_delay
from hamr.wires.web_page import is_page, page_title

if TYPE_CHECKING:
    from hamr.types import Head

KINDS: Mapping[str, type[CallError]] = {
    kind.__name__: kind
    for kind in (BadRequest, NoSuchModel, NotLetIn, Overloaded, QuotaSpent, RateLimited, Refused, TooLong)
}
"""The classes that `compat.error_codes` may name."""

TOO_MANY = 429
STATUSES: Mapping[int, type[CallError]] = {
    401: NotLetIn,
    402: QuotaSpent,
    403: NotLetIn,
    404: NoSuchModel,
    # The provider did answer: it was too slow, or the call met another. Both may go well a little later.
    408: Overloaded,
    409: Overloaded,
    413: TooLong,
    425: Overloaded,
    429: RateLimited,
    499: Overloaded,  # Google: CANCELLED, where the server gave up
    498: Overloaded,  # Groq, flex tier at capacity ("Flex Processing", console.groq.com, 2026-11)
    501: BadRequest,  # llama.cpp: not_supported_error
}

CODES: Mapping[str, type[CallError]] = {
    "invalid_api_key": NotLetIn,
    "authentication_error": NotLetIn,
    "invalid_authentication_error": NotLetIn,
    "permission_error": NotLetIn,
    "permission_denied": NotLetIn,
    "account_deactivated": NotLetIn,
    "api_key_invalid": NotLetIn,  # Google, with a 400
    "api_key_expired": NotLetIn,
    "billing_disabled": QuotaSpent,  # Google
    "insufficient_quota": QuotaSpent,
    "quota_exceeded": QuotaSpent,
    "exceeded_current_quota_error": QuotaSpent,  # Moonshot
    "billing_hard_limit_reached": QuotaSpent,
    "billing_not_active": QuotaSpent,
    "budget_exceeded": QuotaSpent,  # LiteLLM
    "insufficient_balance": QuotaSpent,
    "arrearage": QuotaSpent,  # DashScope
    "subscription_sharing_usage_limit_exceeded": QuotaSpent,
    "rate_limit_exceeded": RateLimited,
    "rate_limit_error": RateLimited,
    "rate_limit_reached_error": RateLimited,  # Moonshot
    "limit_requests": RateLimited,  # DashScope
    "too_many_requests": RateLimited,
    "toomanyrequests": RateLimited,
    "model_not_found": NoSuchModel,
    "model_not_available": NoSuchModel,  # Together
    "deploymentnotfound": NoSuchModel,  # Azure
    "unknown_model": NoSuchModel,
    "context_length_exceeded": TooLong,
    "exceed_context_size_error": TooLong,  # llama.cpp
    "too_many_prompt_tokens": TooLong,  # Perplexity
    "request_too_large": TooLong,
    "tokens_limit_reached": TooLong,  # GitHub Models
    "model_context_window_exceeded": TooLong,
    "content_filter": Refused,
    "content_filter_error": Refused,
    "content_policy_violation": Refused,
    "responsibleaipolicyviolation": Refused,  # Azure
    "data_inspection_failed": Refused,  # DashScope
    "moderation_blocked": Refused,
    "server_error": Overloaded,
    "internal_server_error": Overloaded,
    "overloaded_error": Overloaded,
    "engine_overloaded_error": Overloaded,  # Moonshot
    "service_unavailable": Overloaded,
    "unavailable_error": Overloaded,  # llama.cpp
    "capacity_exceeded": Overloaded,  # Groq
    "timeout": Overloaded,
}
"""Code or type, in lower case, to class."""

_OVERFLOW = re.compile(
    r"prompt is too long|exceeds the context window|maximum context length|contextwindowexceedederror"
    r"|reduce the length of the messages|maximum prompt length is|input token count.{0,40}exceeds the maximum"
    r"|longer than the model'?s context length|exceeds the available context size|greater than the context length"
    r"|exceeded model token limit|context window exceeds limit|too large for model with \d+ maximum context length"
    r"|prompt exceeds max length|range of input length should be|prompt too long; exceeded max context length"
    r"|input is too long for requested model|exceeds the limit of \d+ tokens|token limit exceeded",
    re.IGNORECASE | re.DOTALL,
)
_NOT_OVERFLOW = re.compile(r"rate.?limit|too many requests|throttl|service unavailable", re.IGNORECASE)

_REQUEST_IDS = (
    *("x-request-id", "request-id", "x-amzn-requestid", "apim-request-id", "x-ms-request-id"),
    *("x-generation-id", "nvcf-reqid"),
)
SHOULD_RETRY = "x-should-retry"
"""What a server itself says of sending the call again (source: OpenAI's and Anthropic's Python SDKs, 2026-11)."""
_SAYS = {"true": True, "false": False}
_BODY = 4096
_WORDS = 1000


class FailureRules(Protocol):
    """What a provider's manifest says of its failures; the compat of every wire has these."""

    @property
    def error_codes(self) -> Mapping[str, Any]:
        """The provider's own codes, each with the name of the class of errors it stands for."""

    @property
    def error_words(self) -> Mapping[str, Any]:
        """Words of its messages, each with the name of a class; they count where no code decides."""

    @property
    def overflow_without_body(self) -> bool:
        """Whether a 400 without a body means that the prompt is too long."""


Codes = Mapping[str, type[CallError]]


class Said(NamedTuple):
    """What the body of a failure says, in whatever envelope."""

    message: str = ""
    codes: tuple[str, ...] = ()
    code: str | None = None
    param: str | None = None
    status: int | None = None
    retry_after: float | None = None
    request_id: str | None = None


def head_error(head: Head, rules: FailureRules, codes: Codes = CODES) -> CallError:
    """The error that a failing reply stands for; `codes` are those of the wire, in lower case."""
    said, shown = _read(head)
    kind = _kind(head.status, said, rules, codes, empty=not head.body.strip())
    headers = head.headers
    error = kind(
        said.message or f"the provider answered {head.status} and said nothing",
        status=head.status,
        code=said.code,
        param=said.param,
        request_id=next((headers[name] for name in _REQUEST_IDS if headers.get(name)), said.request_id),
        retry_after=_wait(head, said),
        body=shown[:_BODY] or None,
        hint=_hint(head),
    )
    if (again := headers.get(SHOULD_RETRY, "").strip().lower()) in _SAYS:
        error.repeatable = _SAYS[again]
    return error


def inner_error(value: Mapping[str, Any], rules: FailureRules, shown: str, codes: Codes = CODES) -> CallError:
    """The error that stands in a reply whose status says that all is well; BrokenReply where it says no more."""
    said = _said(value)
    kind = _by_code(said, rules, codes) or _by_words(said, rules)
    kind = kind or (_kind(said.status, said, rules, codes) if said.status else None)
    if kind is None and _overflows(said.message):
        kind = TooLong
    return (kind or BrokenReply)(
        said.message or "the provider reported an error in its reply",
        status=said.status,
        code=said.code,
        param=said.param,
        retry_after=said.retry_after,
        request_id=said.request_id,
        body=shown[:_BODY] or None,
    )


def _wait(head: Head, said: Said) -> float | None:
    """Seconds to wait, as a header asks for it, or the body, or else as what is left of the limits lets one think."""
    wait = retry_after(head.headers)
    if wait is None:
        wait = said.retry_after
    if wait is None and head.status == TOO_MANY and any("ratelimit" in name for name in head.headers):
        from hamr.wires.rate_limits import wait_for_limits

        wait = wait_for_limits(head.headers)
    return wait


def _kind(status: int, said: Said, rules: FailureRules, codes: Codes, *, empty: bool = False) -> type[CallError]:
    if status >= 500:
        named = _by_code(said, rules, codes)
        if named is TooLong or named is Refused:
            return named
        # A plain 500 is what some servers have for anything they cannot do; other codes are about the server itself.
        return (_by_words(said, rules) if status == 500 else None) or STATUSES.get(status, Overloaded)
    if status == 413:
        return TooLong
    named = _by_code(said, rules, codes) or _by_words(said, rules)
    if named is not None:
        return named
    if status in (400, 422) and (_overflows(said.message) or (empty and rules.overflow_without_body)):
        return TooLong
    return STATUSES.get(status, BadRequest)


def _by_code(said: Said, rules: FailureRules, codes: Codes) -> type[CallError] | None:
    for code in said.codes:
        name = rules.error_codes.get(code)
        kind = KINDS[name] if name is not None else codes.get(code.lower())
        if kind is not None:
            return kind
    return None


def _by_words(said: Said, rules: FailureRules) -> type[CallError] | None:
    message = said.message.lower() if rules.error_words else ""
    return next((KINDS[name] for words, name in rules.error_words.items() if words.lower() in message), None)


def _overflows(message: str) -> bool:
    return bool(_OVERFLOW.search(message)) and not _NOT_OVERFLOW.search(message)


def _read(head: Head) -> tuple[Said, str]:
    """What the body says, and the body itself as text, short."""
    from pydantic_core import from_json

    text = head.body[: 8 * _BODY].decode("utf-8", "replace").strip()
    if is_page(text, head.headers.get("content-type", "")):
        return Said(message=f"the provider answered with a web page: {page_title(text)}"), page_title(text)
    try:
        value = from_json(head.body)
    except ValueError:
        return Said(message=text[:_WORDS]), text
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return (_said(value) if isinstance(value, dict) else Said(message=text[:_WORDS])), text


def _said(value: Mapping[str, Any]) -> Said:
    inner = value.get("error")
    source: Mapping[str, Any] = inner if isinstance(inner, dict) else value
    message = inner if isinstance(inner, str) else _message(source)
    code, kind, state = source.get("code"), source.get("type"), source.get("status")
    nested = source.get("innererror")
    words = (code, nested.get("code") if isinstance(nested, dict) else None, kind, state)
    details = source.get("details")
    codes = (*reasons(details), *(word for word in words if isinstance(word, str) and word))
    status = code if isinstance(code, int) and 400 <= code < 600 else None
    if status is not None and isinstance(state, str) and state:
        code = state  # Google's word says more than the status once more
    param, request_id = source.get("param"), value.get("request_id")
    return Said(
        message=message[:_WORDS] + _filtered(nested),
        codes=codes,
        code=str(code) if code not in (None, "") else (kind if isinstance(kind, str) and kind else None),
        param=param if isinstance(param, str) else None,
        status=status,
        retry_after=retry_delay(details),
        request_id=request_id if isinstance(request_id, str) and request_id else None,
    )


def _filtered(nested: Any) -> str:
    """What Azure's content filter objects to (Azure documentation, "Content filtering", 2026-11)."""
    results = nested.get("content_filter_result") if isinstance(nested, dict) else None
    results = results if isinstance(results, dict) else {}
    hits = {name: each for name, each in results.items() if isinstance(each, dict) and each.get("filtered") is True}
    said = ", ".join(f"{name} ({each['severity']})" if each.get("severity") else name for name, each in hits.items())
    return f" Filtered: {said}." if said else ""


def _message(source: Mapping[str, Any]) -> str:
    for name in ("message", "detail", "error_message", "msg"):
        value = source.get(name)
        if isinstance(value, str) and value:
            return _with_upstream(value, source)
        if isinstance(value, dict | list) and value:
            return _details(value)
    return ""


def _details(value: Any) -> str:
    """FastAPI lists where each value is wrong; Mistral wraps that list once more."""
    if isinstance(value, dict):
        value = value.get("detail", value)
    if not isinstance(value, list):
        return str(value.get("message", value)) if isinstance(value, dict) else str(value)
    lines = []
    for each in value:
        if isinstance(each, dict):
            place = ".".join(map(str, each.get("loc") or ()))
            lines.append(f"{place}: {each.get('msg', '')}" if place else str(each.get("msg", each)))
        else:
            lines.append(str(each))
    return "; ".join(lines)


def _with_upstream(message: str, source: Mapping[str, Any]) -> str:
    """OpenRouter puts what the provider behind it said beside a message that says nothing ("Errors", 2026-11)."""
    metadata = source.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, dict) else None
    return f"{message}: {raw}" if isinstance(raw, str) and raw else message


def _hint(head: Head) -> str:
    lost = head.status in (404, 405)
    text = head.body[:512].decode("utf-8", "replace")
    if 300 <= head.status < 400 or (lost and is_page(text, head.headers.get("content-type", ""))):
        return "The base URL probably points to a web page; check it."
    return ""
