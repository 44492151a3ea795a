"""What a failure of Bedrock's means, and how an error of ours is told in its words."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hamr.api import BrokenReply, TooLong
from hamr.wirekit import KINDS, head_error, inner_error, is_page, refused
from hamr_provider_bedrock.compat import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.api import CallError, Head
    from hamr_provider_bedrock.compat import Compat

_CODES = {exception: KINDS[kind] for exception, kind in TABLES["exceptions"].items()}
_STATUSES = {"validationexception": 400}
# What was signed is quoted back with every signature that is wrong, a session token among it.
_QUOTED = re.compile(r"(\\n|\s)*The Canonical String for this request should have been.*", re.DOTALL)
_TOKEN = re.compile(r"(x-amz-security-token\s*[:=]\s*)[^\s\\'\"]+", re.IGNORECASE)


def call_error(head: Head, compat: Compat) -> CallError:
    """The error that a failing reply stands for."""
    from pydantic_core import from_json, to_json

    text = unsigned(head.body.decode("utf-8", "replace"))
    try:
        said = from_json(text)
    except ValueError:
        said = None
    if not isinstance(said, dict) or is_page(text, head.headers.get("content-type", "")):
        return _hinted(head_error(replace(head, body=text.encode()), compat, _CODES))
    named = _named(head.headers.get("x-amzn-errortype") or said.get("__type"))
    error = head_error(replace(head, body=to_json({"message": _message(said), "code": named})), compat, _CODES)
    error.body = text[:4096] or None
    return _hinted(error)


def stream_error(headers: Mapping[str, Any], said: Any, compat: Compat) -> CallError:
    """The error that an exception within a stream stands for, or a whole reply that is none."""
    said = said if isinstance(said, dict) else {}
    named = _named(headers.get(":exception-type") or headers.get(":error-code") or said.get("__type"))
    message = _message(said) or headers.get(":error-message") or ""
    if said.get("originalMessage"):
        message = f"{message}: {said['originalMessage']}"
    code = _STATUSES.get(named.lower(), named)
    error = inner_error({"error": {"message": message, "code": code, "type": named}}, compat, str(said), _CODES)
    error.code = named or None
    return _hinted(error)


def unsigned(text: str) -> str:
    """The text without what AWS quotes back of a wrong signature."""
    return _TOKEN.sub(r"\1***", _QUOTED.sub('"}' if text.lstrip().startswith("{") else "", text))


def words(error: CallError | None) -> tuple[int, str, str]:
    """Status, exception and message of an error of ours; None stands for a reply that broke off."""
    error = error or BrokenReply("the reply broke off before its end")
    status, named = TABLES["refusals"].get(type(error).__name__, TABLES["refusals"]["BrokenReply"])
    begin = "Input is too long for requested model. " if isinstance(error, TooLong) else ""
    return status, named, begin + error.message


def refusal(error: CallError) -> Head:
    """The reply that says so; its status is that of the error's class, whatever the provider's own was."""
    status, named, message = words(error)
    head = refused(error, status, {"message": message}, id_header="x-amzn-requestid")
    return replace(head, headers={**head.headers, "x-amzn-errortype": named})


def _named(exception: Any) -> str:
    """The exception without its namespace, and without the address that may follow it."""
    return str(exception or "").rpartition("#")[2].partition(":")[0]


def _message(said: Mapping[str, Any]) -> str:
    return str(said.get("message") or said.get("Message") or "")


def _hinted(error: CallError) -> CallError:
    said = f"{error.code} {error.message}".lower()
    error.hint = next((hint for words, hint in TABLES["hints"].items() if words in said), error.hint)
    return error
