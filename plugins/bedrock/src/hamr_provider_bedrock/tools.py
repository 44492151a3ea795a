"""The tools on offer, and whether the model must use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import ToolCall, Unsupported
from hamr.wirekit import without_keywords

if TYPE_CHECKING:
    from hamr.api import Request, Tool, ToolChoice
    from hamr.wirekit import Told
    from hamr_provider_bedrock.blocks import BlockWriter
    from hamr_provider_bedrock.compat import Compat

_NEEDED = "there were calls of tools before, and Bedrock wants tools then"


def tool_config(request: Request, writer: BlockWriter, compat: Compat, told: Told) -> dict[str, Any]:
    """The table `toolConfig`; raises Unsupported."""
    listed = request.tools or (request.options.get("toolConfig") or {}).get("tools")
    choice = request.tool_choice
    used = {} if listed and (choice is None or choice.mode != "none") else _used(request)
    if choice is not None and choice.mode == "none" and not used:
        if listed:
            told("emulated", "tool_choice", "this wire has no such choice; the tools are left out")
        return {}
    tools = [
        entry
        for at, tool in enumerate(request.tools)
        for entry in (_spec(tool, f"tools[{at}]", compat, told), *_point(tool, f"tools[{at}]", writer))
    ]
    if not listed and used:
        tools = [{"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}}} for name in used]
        told("injected", "tools", _NEEDED)
    if choice is not None and not listed:
        told("dropped", "tool_choice", "there are no tools")
        choice = None
    chosen = {} if choice is None else _choice(request, choice, compat, told)
    return {**({"tools": tools} if tools else {}), **chosen}


def _used(request: Request) -> dict[str, None]:
    """The tools that were called before."""
    return {part.name: None for message in request.messages for part in message.parts if isinstance(part, ToolCall)}


def _point(tool: Tool, where: str, writer: BlockWriter) -> tuple[dict[str, Any], ...]:
    return () if tool.cache is None else tuple(writer.cache_point(tool.cache, where))


def _spec(tool: Tool, where: str, compat: Compat, told: Told) -> dict[str, Any]:
    schema = without_keywords(tool.parameters, f"{where}.parameters", compat.unsupported_schema_keywords, told)
    spec: dict[str, Any] = {"name": tool.name}
    if tool.description:
        spec["description"] = tool.description
    spec["inputSchema"] = {"json": schema}
    if tool.strict is not None and compat.supports_strict_mode:
        spec["strict"] = tool.strict
    elif tool.strict:
        told("dropped", f"{where}.strict", "this model does not take it")
    if tool.deferred:
        told("dropped", f"{where}.deferred", "this wire shows every tool at once")
    return {"toolSpec": spec}


def _choice(request: Request, choice: ToolChoice, compat: Compat, told: Told) -> dict[str, Any]:
    unknown = [name for name in choice.names if all(tool.name != name for tool in request.tools)]
    if unknown:
        raise Unsupported(f"the tool choice names {unknown[0]!r}, which is not among the tools")
    if choice.mode == "none":
        told("dropped", "tool_choice", f"this wire has no such choice, and {_NEEDED}")
        return {}
    if choice.mode == "required" and not compat.supports_forced_tools:
        told("dropped", "tool_choice", "this model cannot be made to call a tool, or not while it thinks")
        return {}
    if choice.mode == "required" and len(choice.names) == 1:
        return {"toolChoice": {"tool": {"name": choice.names[0]}}}
    if choice.names:
        told("dropped", "tool_choice.names", "this wire takes one name, and that as a must")
    return {"toolChoice": {"any": {}} if choice.mode == "required" else {"auto": {}}}
