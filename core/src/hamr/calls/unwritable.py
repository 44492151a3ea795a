"""What is asked and no JSON can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.errors import ConfigError

if TYPE_CHECKING:
    from hamr.types import EmbeddingRequest, Request


def unwritable(error: Exception, request: Request | EmbeddingRequest) -> Exception:
    """What a wire's failure to write a request means: a ConfigError, or else the failure itself, which is a fault."""
    from hamr.mistyped import mistyped

    if found := mistyped(request, type(request), ""):
        return found
    from pydantic_core import PydanticSerializationError

    written = isinstance(error, PydanticSerializationError)
    if isinstance(error, UnicodeEncodeError) or (written and "surrogates not allowed" in str(error)):
        return ConfigError(
            "the call cannot be sent: half a character (a lone surrogate) stands in what is asked",
            hint="Read the text as UTF-8, or with errors='replace'.",
        )
    if written:
        return ConfigError(f"the call cannot be sent: {error}", hint="Give what JSON can hold: text, numbers, lists...")
    return error
