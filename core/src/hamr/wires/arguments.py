"""The arguments of a tool call: as the model wrote them, and as they go back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import ToolCall

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.types import Extra
    from hamr.wires.told import Told


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


def ended_call(id: str, name: str, text: str, extra: Extra | None = None, *, cut: bool) -> ToolCall:
    """A call whose arguments have come to their end; `cut` where the reply may have ended in their midst."""
    read, problem = arguments(text)
    if cut and (problem is not None or not text.strip()):
        read, problem = {}, "the reply ended in the midst of the arguments"
    if not name:
        read, problem = {}, "the call names no tool"
    return ToolCall(id, name, read, text, problem, extra)


def returned_arguments(call: ToolCall, place: str, told: Told) -> Mapping[str, Any]:
    """The object that goes back; arguments that were none go inside one, which is told."""
    if call.problem is None:
        return call.arguments
    told("changed", f"{place}.arguments", f"they are no JSON object ({call.problem}); sent inside one")
    return {"malformed_arguments": call.text or ""}


def returned_text(call: ToolCall, place: str, told: Told) -> str:
    """That object as text: the model's own, where it wrote one."""
    from pydantic_core import to_json

    if call.problem is None and call.text is not None and call.text.strip():
        return call.text
    return to_json(returned_arguments(call, place, told)).decode()
