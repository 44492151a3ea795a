"""The tools on offer, and whether the model must use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.wires.chosen_names import chosen_names
from hamr.wires.openai_completions.cache import mark
from hamr.wires.schema_keywords import without_keywords

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.types import Request, Tool, ToolChoice
    from hamr.wires.openai_completions.compat import Compat
    from hamr.wires.told import Told


def tool_fields(request: Request, compat: Compat, told: Told) -> dict[str, Any]:
    """`tools`, `tool_choice` and `parallel_tool_calls`; raises Unsupported."""
    if not request.tools:
        return _without_tools(request, compat, told)
    choice = request.tool_choice
    if choice is not None and choice.mode == "none" and not compat.supports_none_tool_choice:
        told("emulated", "tool_choice.mode", "this provider cannot be told to call none; the tools are left out")
        return {}
    fields: dict[str, Any] = {}
    tools: Sequence[Tool] = request.tools
    if choice is not None:
        tools, fields["tool_choice"] = _choice(request.tools, choice, compat, told)
    fields = {"tools": [_tool(tool, place, compat, told) for place, tool in enumerate(tools)], **fields}
    if request.parallel_tool_calls is not None:
        fields["parallel_tool_calls"] = request.parallel_tool_calls
    if request.stream and compat.tool_stream_field:
        fields[compat.tool_stream_field] = True
    return fields


def _without_tools(request: Request, compat: Compat, told: Told) -> dict[str, Any]:
    """An empty list of tools is an error to OpenAI, and so is a choice without tools: both are left out."""
    for name in ("tool_choice", "parallel_tool_calls"):
        value = getattr(request, name)
        if value is not None and not request.options.get("tools"):
            told("dropped", name, "there are no tools")
    history = any(message.role == "tool" or message.tool_calls for message in request.messages)
    if history and compat.requires_tools_with_tool_history:
        told("injected", "tools", "this provider wants the field where the history holds calls")
        return {"tools": []}
    if not request.options.get("tools"):
        return {}
    fields: dict[str, Any] = {}
    if request.tool_choice is not None:
        fields["tool_choice"] = _chosen(request.tool_choice)
    if request.parallel_tool_calls is not None:
        fields["parallel_tool_calls"] = request.parallel_tool_calls
    return fields


def _tool(tool: Tool, place: int, compat: Compat, told: Told) -> dict[str, Any]:
    function: dict[str, Any] = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    function["parameters"] = without_keywords(
        tool.parameters, f"tools[{place}].parameters", compat.unsupported_schema_keywords, told
    )
    if tool.strict is not None:
        if compat.supports_strict_mode:
            function["strict"] = tool.strict
        else:
            told("dropped", f"tools[{place}].strict", "this provider does not take it")
    if tool.deferred:
        told("dropped", f"tools[{place}].deferred", "this wire shows every tool at once")
    written: dict[str, Any] = {"type": "function", "function": function, **told.own(tool.extra, f"tools[{place}]")}
    mark(written, tool.cache, f"tools[{place}]", compat, told)
    return written


def _choice(tools: Sequence[Tool], choice: ToolChoice, compat: Compat, told: Told) -> tuple[Sequence[Tool], Any]:
    """The tools to offer and the choice among them, in words that the provider knows."""
    chosen_names(choice, {tool.name for tool in tools})
    forced = choice.mode == "required" and len(choice.names) == 1
    takes_names = compat.supports_forced_tool_choice if forced else compat.supports_allowed_tools
    if choice.names and choice.mode != "none" and not takes_names:
        told("emulated", "tool_choice.names", "this provider takes no names; only the tools named are offered")
        tools = [tool for tool in tools if tool.name in choice.names]
        return tools, _mode(choice.mode, compat, told)
    if choice.names and choice.mode != "none":
        return tools, _chosen(choice)
    return tools, _mode(choice.mode, compat, told)


def _mode(mode: str, compat: Compat, told: Told) -> str:
    if mode == "required" and not compat.supports_required_tool_choice:
        told("changed", "tool_choice.mode", "this provider cannot be made to call a tool; sent as auto")
        return "auto"
    return mode


def _chosen(choice: ToolChoice) -> Any:
    if not choice.names or choice.mode == "none":
        return choice.mode
    if choice.mode == "required" and len(choice.names) == 1:
        return {"type": "function", "function": {"name": choice.names[0]}}
    allowed = [{"type": "function", "function": {"name": name}} for name in choice.names]
    return {"type": "allowed_tools", "allowed_tools": {"mode": choice.mode, "tools": allowed}}
