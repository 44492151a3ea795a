"""What a failure of Bedrock's means."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hamr.wirekit import KINDS, head_error, inner_error, is_page
from hamr_provider_bedrock.tables import TABLES

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
    named = str(head.headers.get("x-amzn-errortype") or said.get("__type") or "").rpartition("#")[2].partition(":")[0]
    told = {"message": said.get("message") or said.get("Message") or "", "code": named}
    error = head_error(replace(head, body=to_json(told)), compat, _CODES)
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
    error = inner_error({"error": {"message": message, "code": code, "type": named}}, compat, str(said), _CODES)
    error.code = named or None
    return _hinted(error)


def unsigned(text: str) -> str:
    """The text without what AWS quotes back of a wrong signature."""
    return _TOKEN.sub(r"\1***", _QUOTED.sub('"}' if text.lstrip().startswith("{") else "", text))


def _hinted(error: CallError) -> CallError:
    said = f"{error.code} {error.message}".lower()
    error.hint = next((hint for words, hint in TABLES["hints"].items() if words in said), error.hint)
    return error
