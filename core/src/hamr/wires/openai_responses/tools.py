"""The tools on offer, and whether the model must use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import HostedTool
from hamr.wires.chosen_names import chosen_names
from hamr.wires.schema_keywords import without_keywords

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hamr.types import Request, Tool, ToolChoice
    from hamr.wires.openai_responses.compat import Compat
    from hamr.wires.told import Told

_BRING_TOOLS = frozenset({"additional_tools", "tool_search_output"})


def tool_fields(request: Request, compat: Compat, told: Told) -> dict[str, Any]:
    """`tools` and `tool_choice`; raises Unsupported."""
    fields: dict[str, Any] = {}
    others = request.options.get("tools")
    if request.tools:
        fields["tools"] = tool_list(request.tools, compat, told)
        searches = [tool for tool in (others if isinstance(others, list) else ()) if _kind(tool) == "tool_search"]
        if compat.tool_search and not searches and any(tool.get("defer_loading") for tool in fields["tools"]):
            fields["tools"].append({"type": "tool_search"})
            told("injected", "tools", "some tools are deferred; tool_search finds them")
    if (choice := request.tool_choice) is not None:
        if request.tools or others or _has_more(request):
            chosen_names(choice, {tool.name for tool in request.tools} | set(map(_name, others or ())))
            fields["tool_choice"] = choice_field(choice, compat, told)
        else:
            told("dropped", "tool_choice", "there are no tools")
    if request.parallel_tool_calls is not None and not request.tools:
        told("dropped", "parallel_tool_calls", "there are no tools")
    return fields


def _has_more(request: Request) -> bool:
    """Whether tools were added in the midst of the conversation."""
    parts = (part for message in request.messages for part in message.parts)
    return any(isinstance(part, HostedTool) and part.name in _BRING_TOOLS for part in parts)


def tool_list(tools: Iterable[Tool], compat: Compat, told: Told) -> list[dict[str, Any]]:
    """The tools as the wire writes them."""
    return [_tool(tool, f"tools[{place}]", compat, told) for place, tool in enumerate(tools)]


def _kind(tool: Any) -> Any:
    return tool.get("type") if isinstance(tool, dict) else None


def _name(tool: Any) -> Any:
    return tool.get("name") if isinstance(tool, dict) else None


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
    return {**written, **told.own(tool.extra, where)}


def choice_field(choice: ToolChoice, compat: Compat, told: Told) -> Any:
    """The choice as the wire writes it."""
    if choice.mode == "none" or not choice.names:
        return choice.mode
    if choice.mode == "required" and len(choice.names) == 1:
        return {"type": "function", "name": choice.names[0]}
    if not compat.supports_allowed_tools:
        told("dropped", "tool_choice.names", "this provider takes no lists of names")
        return choice.mode
    allowed = [{"type": "function", "name": name} for name in choice.names]
    return {"type": "allowed_tools", "mode": choice.mode, "tools": allowed}
