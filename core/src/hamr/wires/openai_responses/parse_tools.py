"""The tools of a client's call, and its choice among them."""

from __future__ import annotations

from typing import Any

from hamr.errors import BadRequest
from hamr.types import Tool, ToolChoice
from hamr.wires.body_shape import array, optional, table, text, truth
from hamr.wires.openai_responses.name import NAME

_KNOWN = {"type", "name", "description", "parameters", "strict", "defer_loading"}
_EMPTY: dict[str, Any] = {"type": "object", "properties": {}}


def tools(body: dict[str, Any], told: dict[str, Any], options: dict[str, Any]) -> None:
    """Functions become tools; those of other kinds stay options, which are added to the tools again."""
    found, others = [], []
    for at, value in enumerate(optional(body, "tools", array) or []):
        entry = table(value, f"tools[{at}]")
        if entry.get("type") == "function":
            found.append(_tool(entry, f"tools[{at}]"))
        else:
            text(entry.get("type"), f"tools[{at}].type")
            others.append(entry)
    if found:
        told["tools"] = tuple(found)
    if others:
        options["tools"] = others


def _tool(value: dict[str, Any], place: str) -> Tool:
    more = {name: each for name, each in value.items() if name not in _KNOWN and each is not None}
    parameters = value.get("parameters")
    return Tool(
        name=text(value.get("name"), f"{place}.name"),
        description=optional(value, "description", text, place) or "",
        parameters=dict(_EMPTY) if parameters is None else table(parameters, f"{place}.parameters"),
        strict=optional(value, "strict", truth, place),
        deferred=optional(value, "defer_loading", truth, place) or False,
        extra={NAME: more} if more else None,
    )


def choice(value: Any, told: dict[str, Any], options: dict[str, Any]) -> None:
    """The choice; one of a kind that has no place in a request stays an option. Raises BadRequest."""
    place = "tool_choice"
    if value is None:
        return
    if value in ("auto", "none", "required"):
        told[place] = ToolChoice(value)
        return
    if isinstance(value, str):
        said = f"{place} must be one of auto, none, required, not {value!r}"
        raise BadRequest(said, status=400, code="invalid_value", param=place)
    value = table(value, place)
    if value.get("type") == "function":
        told[place] = ToolChoice("required", (text(value.get("name"), f"{place}.name"),))
    elif value.get("type") == "allowed_tools" and (names := _names(value)) is not None:
        told[place] = ToolChoice("required" if value.get("mode") == "required" else "auto", names)
    else:
        options[place] = value


def _names(value: dict[str, Any]) -> tuple[str, ...] | None:
    """The names of functions that are allowed; None where there is something else among them."""
    listed = [table(each, "tool_choice.tools[]") for each in array(value.get("tools"), "tool_choice.tools")]
    if any(each.get("type") != "function" for each in listed):
        return None
    return tuple(text(each.get("name"), "tool_choice.tools[].name") for each in listed)
