"""The tools on offer, and whether the model must use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.wires.chosen_names import chosen_names
from hamr.wires.gemini.json_schema import written_schema

if TYPE_CHECKING:
    from hamr.types import Request, Tool, ToolChoice
    from hamr.wires.gemini.compat import Compat
    from hamr.wires.told import Told


def tool_fields(request: Request, compat: Compat, told: Told) -> dict[str, Any]:
    """`tools` and `toolConfig`; raises Unsupported."""
    fields: dict[str, Any] = {}
    given = request.options.get("tools")
    others = list(given) if isinstance(given, list | tuple) else []
    if request.tools:
        functions = [_tool(tool, f"tools[{place}]", compat, told) for place, tool in enumerate(request.tools)]
        fields["tools"] = [{"functionDeclarations": functions}]
    if request.parallel_tool_calls is False:
        told("dropped", "parallel_tool_calls", "this wire cannot ask for one call at a time")
    config: dict[str, Any] = {}
    if calling := _calling(request, compat, told):
        config["functionCallingConfig"] = calling
    if request.tools and others and compat.supports_mixed_tools:
        config["includeServerSideToolInvocations"] = True
        told(
            "injected", "toolConfig.includeServerSideToolInvocations", "functions stand beside tools of the provider's"
        )
    if config:
        fields["toolConfig"] = config
    return fields


def _tool(tool: Tool, where: str, compat: Compat, told: Told) -> dict[str, Any]:
    written: dict[str, Any] = {"name": tool.name}
    if tool.description:
        written["description"] = tool.description
    if tool.parameters.get("properties") or tool.parameters.keys() - {"type", "properties"}:
        name = "parametersJsonSchema" if compat.supports_json_schema else "parameters"
        written[name] = written_schema(tool.parameters, f"{where}.parameters", compat, told)
    if tool.deferred:
        told("dropped", f"{where}.deferred", "this provider shows every tool at once")
    if tool.cache is not None:
        told("dropped", f"{where}.cache", "this wire caches by itself")
    return written


def _calling(request: Request, compat: Compat, told: Told) -> dict[str, Any]:
    choice = request.tool_choice
    strict = any(tool.strict for tool in request.tools)
    if choice is not None and not request.tools and not request.options.get("tools"):
        told("dropped", "tool_choice", "there are no tools")
        return {}
    if choice is None or choice.mode == "auto":
        return _free(request, choice, compat, told, strict=strict)
    if choice.mode == "none":
        return {"mode": "NONE"}
    names = _names(request, choice)  # a call that must be is checked in any case
    return {"mode": "ANY", **({"allowedFunctionNames": names} if names else {})}


def _free(request: Request, choice: ToolChoice | None, compat: Compat, told: Told, *, strict: bool) -> dict[str, Any]:
    """The model may call; names can be given only where calls are checked."""
    names = _names(request, choice) if choice is not None else []
    if not compat.supports_validated_mode:
        if strict:
            told("dropped", "tools.strict", "this model's calls are not checked, but where one must be")
        if names:
            told("dropped", "tool_choice.names", "this model takes names only where a call must be")
        return {} if choice is None else {"mode": "AUTO"}
    if strict or names:
        if not strict:
            told("changed", "tool_choice.mode", "names are taken only where calls are checked; sent as VALIDATED")
        if not all(tool.strict for tool in request.tools) and strict:
            told("changed", "tools.strict", "the calls of all tools are checked, or of none; sent as VALIDATED")
        return {"mode": "VALIDATED", **({"allowedFunctionNames": names} if names else {})}
    return {} if choice is None else {"mode": "AUTO"}


def _names(request: Request, choice: ToolChoice) -> list[str]:
    return list(chosen_names(choice, {tool.name for tool in request.tools}))
