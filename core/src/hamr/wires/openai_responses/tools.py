"""The tools on offer, and whether the model must use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.errors import Unsupported
from hamr.wires.schema_keywords import without_keywords

if TYPE_CHECKING:
    from hamr.types import Request, Tool, ToolChoice
    from hamr.wires.openai_responses.compat import Compat
    from hamr.wires.told import Told


def tool_fields(request: Request, compat: Compat, told: Told) -> dict[str, Any]:
    """`tools` and `tool_choice`; raises Unsupported."""
    fields: dict[str, Any] = {}
    if request.tools:
        fields["tools"] = [_tool(tool, f"tools[{place}]", compat, told) for place, tool in enumerate(request.tools)]
        if compat.tool_search and any(tool.get("defer_loading") for tool in fields["tools"]):
            fields["tools"].append({"type": "tool_search"})
            told("injected", "tools", "some tools are deferred; tool_search finds them")
    if request.tool_choice is not None:
        if request.tools or request.options.get("tools"):
            fields["tool_choice"] = _choice(request, request.tool_choice, compat, told)
        else:
            told("dropped", "tool_choice", "there are no tools")
    if request.parallel_tool_calls is not None and not request.tools:
        told("dropped", "parallel_tool_calls", "there are no tools")
    return fields


def _tool(tool: Tool, where: str, compat: Compat, told: Told) -> dict[str, Any]:
    written: dict[str, Any] = {"type": "function", "name": tool.name}
    if tool.description:
        written["description"] = tool.description
    refused = compat.unsupported_schema_keywords
    written["parameters"] = without_keywords(tool.parameters, f"{where}.parameters", refused, told)
    # It is true where it is left out, on this wire alone ("Function calling", platform.openai.com, 2026-11).
    written["strict"] = tool.strict
    if tool.strict and not compat.supports_strict_mode:
        written["strict"] = False
        told("dropped", f"{where}.strict", "this provider does not take it")
    if tool.deferred:
        if compat.supports_deferred_tools:
            written["defer_loading"] = True
        else:
            told("dropped", f"{where}.deferred", "this provider shows every tool at once")
    if tool.cache is not None:
        told("dropped", f"{where}.cache", "this wire caches by itself")
    return written


def _choice(request: Request, choice: ToolChoice, compat: Compat, told: Told) -> Any:
    unknown = [name for name in choice.names if all(tool.name != name for tool in request.tools)]
    if unknown:
        raise Unsupported(f"the tool choice names {unknown[0]!r}, which is not among the tools")
    if choice.mode == "none" or not choice.names:
        return choice.mode
    if choice.mode == "required" and len(choice.names) == 1:
        return {"type": "function", "name": choice.names[0]}
    if not compat.supports_allowed_tools:
        told("dropped", "tool_choice.names", "this provider takes no lists of names")
        return choice.mode
    allowed = [{"type": "function", "name": name} for name in choice.names]
    return {"type": "allowed_tools", "mode": choice.mode, "tools": allowed}
