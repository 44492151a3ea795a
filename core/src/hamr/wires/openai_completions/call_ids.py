"""Ids of tool calls that every server takes, always the same one for the same id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.wires.made_id import made_id

if TYPE_CHECKING:
    from hamr.wires.openai_completions.compat import Compat
    from hamr.wires.told import Told


def fitting_id(id: str, compat: Compat, told: Told) -> str:
    """The id itself where the provider takes it, else one made out of it."""
    longest = compat.tool_call_id_length
    if compat.tool_call_id_exact:
        fits = len(id) == longest and id.isascii() and id.isalnum()
    else:
        fits = 0 < len(id) <= longest
    if fits:
        return id
    told("changed", "tool_call.id", "this provider does not take ids of that form")
    return made_id(id, longest)
