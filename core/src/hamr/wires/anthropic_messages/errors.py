"""What the wire's own words for failures mean."""

from __future__ import annotations

from hamr.errors import NoSuchModel, NotLetIn, Overloaded, QuotaSpent, TooLong
from hamr.wires.failures import CODES

ERROR_CODES = {
    **CODES,
    "api_error": Overloaded,
    "billing_error": QuotaSpent,
    "not_found_error": NoSuchModel,
    "oauth_error": NotLetIn,
    "request_too_large": TooLong,
    "timeout_error": Overloaded,
}
"""`error.type` in lower case to class (Anthropic API reference, "Errors", 2026-11).

`invalid_request_error` is not among them: a prompt that is too long has that type as well.
"""
