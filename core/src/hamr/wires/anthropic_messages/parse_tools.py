"""The tools of a client's call, and its choice among them."""

from __future__ import annotations

from typing import Any

from hamr.errors import BadRequest
from hamr.types import Tool, ToolChoice
from hamr.wires.anthropic_messages.name import NAME
from hamr.wires.body_shape import array, optional, table, text, truth
from hamr.wires.cache_mark import read_mark

_READ = frozenset({"type", "name", "description", "input_schema", "strict", "defer_loading", "cache_control"})


def tools(body: dict[str, Any], told: dict[str, Any], options: dict[str, Any]) -> None:
    """The client's own become tools; those of the provider stay options, which are added to the tools again."""
    found, others = [], []
    for at, value in enumerate(array(body.get("tools") or (), "tools")):
        entry = table(value, f"tools[{at}]")
        if entry.get("type") in (None, "custom"):
            found.append(_tool(entry, f"tools[{at}]"))
        else:
            text(entry["type"], f"tools[{at}].type")
            others.append(entry)
    if found:
        told["tools"] = tuple(found)
    if others:
        options["tools"] = others


def _tool(value: dict[str, Any], place: str) -> Tool:
    more = {name: each for name, each in value.items() if name not in _READ and each is not None}
    return Tool(
        name=text(value.get("name"), f"{place}.name"),
        description=text(value.get("description") or "", f"{place}.description"),
        parameters=table(value.get("input_schema"), f"{place}.input_schema"),
        strict=optional(value, "strict", truth, place),
        cache=read_mark(value),
        deferred=optional(value, "defer_loading", truth, place) or False,
        extra={NAME: more} if more else None,
    )


def choice(value: Any, told: dict[str, Any], options: dict[str, Any]) -> None:
    """The choice; that of a tool of the provider's own stays an option. Raises BadRequest."""
    place = "tool_choice"
    if value is None:
        return
    given = table(value, place)
    kind = text(given.get("type"), f"{place}.type")
    if given.get("disable_parallel_tool_use") is not None:
        alone = truth(given["disable_parallel_tool_use"], f"{place}.disable_parallel_tool_use")
        told["parallel_tool_calls"] = not alone
    if kind == "tool":
        name = text(given.get("name"), f"{place}.name")
        if all(tool.name != name for tool in told.get("tools", ())) and options.get("tools"):
            options[place] = {"type": kind, "name": name}
        else:
            told[place] = ToolChoice("required", (name,))
    elif kind == "any":
        told[place] = ToolChoice("required")
    elif kind == "auto":
        told[place] = ToolChoice("auto")
    elif kind == "none":
        told[place] = ToolChoice("none")
    else:
        said = f"{place}.type must be one of auto, any, tool, none, not {kind!r}"
        raise BadRequest(said, status=400, code="invalid_value", param=f"{place}.type")
