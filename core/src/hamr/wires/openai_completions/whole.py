"""A whole body that holds `data`, or an error in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.wires.failures import inner_error
from hamr.wires.json_body import read_whole, shown
from hamr.wires.openai_completions.errors import is_error

if TYPE_CHECKING:
    from hamr.wires.openai_completions.compat import Compat


def read_answer(body: bytes, compat: Compat) -> Any:
    """The JSON in a body that holds `data`; raises CallError where an error stands there instead."""
    value = read_whole(body)
    if isinstance(value, dict) and (value.get("error") or (value.get("data") is None and is_error(value))):
        raise inner_error(value, compat, shown(body))
    return value
