"""The tools on offer. There is no choice among them on this wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.wirekit import chosen_names

if TYPE_CHECKING:
    from hamr.api import Request, Tool, ToolChoice
    from hamr.wirekit import Told


def tool_fields(request: Request, told: Told) -> dict[str, Any]:
    """`tools`; raises Unsupported for a choice of a tool that is not there."""
    if not request.tools:
        if request.tool_choice is not None:
            told("dropped", "tool_choice", "there are no tools")
        return {}
    tools = _chosen(request, request.tool_choice, told) if request.tool_choice is not None else request.tools
    return {"tools": [_tool(tool, f"tools[{place}]", told) for place, tool in enumerate(tools)]} if tools else {}


def _chosen(request: Request, choice: ToolChoice, told: Told) -> tuple[Tool, ...]:
    chosen_names(choice, {tool.name for tool in request.tools})
    if choice.mode == "none":
        told("emulated", "tool_choice.mode", "this wire has no choice of tools; they are left out")
        return ()
    if choice.mode == "required":
        told("changed", "tool_choice.mode", "on this wire a model cannot be made to call a tool; sent as auto")
    if choice.names:
        told("emulated", "tool_choice.names", "this wire has no choice of tools; only the tools named are offered")
        return tuple(tool for tool in request.tools if tool.name in choice.names)
    return request.tools


def _tool(tool: Tool, place: str, told: Told) -> dict[str, Any]:
    function: dict[str, Any] = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    function["parameters"] = tool.parameters
    for name in ("strict", "cache"):
        if getattr(tool, name) is not None:
            told("dropped", f"{place}.{name}", "this wire has no such field")
    if tool.deferred:
        told("dropped", f"{place}.deferred", "on this wire the model sees every tool at once")
    return {"type": "function", "function": function}
