"""A whole body that is an object, or an error in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.wirekit import inner_error, read_object, shown

if TYPE_CHECKING:
    from hamr_provider_ollama.compat import Compat


def read_answer(body: bytes, compat: Compat) -> dict[str, Any]:
    """The object in a body; raises CallError where there is none, or an error stands there instead."""
    value = read_object(body)
    if value.get("error"):
        raise inner_error(value, compat, shown(body))
    return value
