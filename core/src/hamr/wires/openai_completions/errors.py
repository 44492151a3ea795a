"""Whether what came is an error, whatever its status says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def is_error(value: Mapping[str, Any]) -> bool:
    """Whether a body or an event is an error in any of the envelopes that are known."""
    if value.get("error"):
        return True
    if value.get("choices") is not None:
        return False
    return value.get("object") == "error" or bool(value.get("detail")) or isinstance(value.get("message"), str)
