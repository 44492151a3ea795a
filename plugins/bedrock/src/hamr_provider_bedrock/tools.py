"""The tools on offer, and whether the model must use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import ToolCall
from hamr.wirekit import chosen_names, without_keywords

if TYPE_CHECKING:
    from hamr.api import Request, Tool
    from hamr.wirekit import Told
    from hamr_provider_bedrock.blocks import BlockWriter
    from hamr_provider_bedrock.compat import Compat

_NEEDED = "there were calls of tools before, and Bedrock wants tools then"


def tool_config(request: Request, writer: BlockWriter, compat: Compat, told: Told, *, thinks: bool) -> dict[str, Any]:
    """The table `toolConfig`; raises Unsupported. `thinks` says that the model does so within a budget."""
    listed = request.tools or (request.options.get("toolConfig") or {}).get("tools")
    refused = request.tool_choice is not None and request.tool_choice.mode == "none"
    used: dict[str, None] = {}
    if refused or not listed:
        parts = (part for message in request.messages for part in message.parts)
        used = {part.name: None for part in parts if isinstance(part, ToolCall)}
    if refused and not used:
        if listed:
            told("emulated", "tool_choice", "this wire has no such choice; the tools are left out")
        return {}
    tools: list[dict[str, Any]] = []
    for at, tool in enumerate(request.tools):
        tools += [_spec(tool, f"tools[{at}]", compat, told), *writer.cache_point(tool.cache, f"tools[{at}]")]
    if not listed and used:
        tools = [{"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}}} for name in used]
        told("injected", "tools", _NEEDED)
    choice = _choice(request, compat, told, listed=bool(listed), thinks=thinks)
    return {name: value for name, value in (("tools", tools), ("toolChoice", choice)) if value}


def _spec(tool: Tool, where: str, compat: Compat, told: Told) -> dict[str, Any]:
    schema = without_keywords(tool.parameters, f"{where}.parameters", compat.unsupported_schema_keywords, told)
    spec: dict[str, Any] = {"name": tool.name, **({"description": tool.description} if tool.description else {})}
    spec["inputSchema"] = {"json": schema}
    if tool.strict is not None and compat.supports_strict_mode:
        spec["strict"] = tool.strict
    elif tool.strict:
        told("dropped", f"{where}.strict", "this model does not take it")
    if tool.deferred:
        told("dropped", f"{where}.deferred", "this wire shows every tool at once")
    return {"toolSpec": spec}


def _choice(request: Request, compat: Compat, told: Told, *, listed: bool, thinks: bool) -> dict[str, Any]:
    choice = request.tool_choice
    if choice is None:
        return {}
    must = choice.mode == "required"
    names = chosen_names(choice, {tool.name for tool in request.tools}) if listed else ()
    # No model can be made to call a tool while it thinks within a budget ("Extended thinking", docs.aws.amazon.com).
    if not listed:
        told("dropped", "tool_choice", "there are no tools")
    elif choice.mode == "none":
        told("dropped", "tool_choice", f"this wire has no such choice, and {_NEEDED}")
    elif must and (thinks or not compat.supports_forced_tools):
        told("dropped", "tool_choice", "this model cannot be made to call a tool, or not while it thinks")
    elif must and len(names) == 1:
        return {"tool": {"name": names[0]}}
    else:
        if names:
            told("dropped", "tool_choice.names", "this wire takes one name, and that as a must")
        return {"any": {}} if must else {"auto": {}}
    return {}
