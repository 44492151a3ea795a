"""The arguments of a tool call, as the model wrote them."""

from __future__ import annotations

from typing import Any


def arguments(text: str) -> tuple[dict[str, Any], str | None]:
    """The object that the text holds, or an empty one and what is wrong with it; no text is an empty object."""
    from pydantic_core import from_json

    if not text.strip():
        return {}, None
    try:
        value = from_json(text)
    except ValueError as error:
        return {}, f"the arguments are no JSON: {error}"
    if isinstance(value, dict):
        return value, None
    return {}, f"the arguments are JSON, but no object: {type(value).__name__}"
