"""The tools on offer, and whether the model must use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.wirekit import chosen_names

if TYPE_CHECKING:
    from hamr.api import Request, Tool, ToolChoice
    from hamr.wirekit import Told

CHOICES = {"none": "NONE", "required": "REQUIRED"}
"""hamr's word to the wire's; `auto` is no field at all."""


def tool_fields(request: Request, told: Told) -> dict[str, Any]:
    """`tools`, `strict_tools` and `tool_choice`; none of them without tools, for an empty list is refused."""
    choice = request.tool_choice
    if not request.tools and not request.options.get("tools"):
        if choice is not None:
            told("dropped", "tool_choice", "there are no tools")
        return {}
    tools = _chosen(request, choice, told)
    fields: dict[str, Any] = {}
    if tools:
        fields["tools"] = [_tool(tool, f"tools[{place}]", told) for place, tool in enumerate(tools)]
    if any(tool.strict for tool in tools):
        fields["strict_tools"] = True
        if not all(tool.strict for tool in tools):
            told("changed", "tools.strict", "it holds for all tools or for none; sent for all")
    if choice is not None and choice.mode in CHOICES:
        fields["tool_choice"] = CHOICES[choice.mode]
    return fields


def _chosen(request: Request, choice: ToolChoice | None, told: Told) -> tuple[Tool, ...]:
    if choice is None or not choice.names or choice.mode == "none":
        return request.tools
    chosen_names(choice, {tool.name for tool in request.tools})
    told("emulated", "tool_choice.names", "this wire takes no names; only the tools named are offered")
    return tuple(tool for tool in request.tools if tool.name in choice.names)


def _tool(tool: Tool, place: str, told: Told) -> dict[str, Any]:
    function: dict[str, Any] = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    function["parameters"] = tool.parameters
    if tool.cache is not None:
        told("dropped", f"{place}.cache", "this wire caches by itself")
    if tool.deferred:
        told("dropped", f"{place}.deferred", "on this wire the model sees every tool at once")
    return {"type": "function", "function": function}
