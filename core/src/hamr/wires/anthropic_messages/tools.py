"""The tools on offer, and whether the model must use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.wires.anthropic_messages.closed_schema import closed_schema
from hamr.wires.anthropic_messages.name import ANSWER_TOOL
from hamr.wires.chosen_names import chosen_names

if TYPE_CHECKING:
    from hamr.types import Request, Tool, ToolChoice
    from hamr.wires.anthropic_messages.writing import Writing


def tool_fields(request: Request, writing: Writing, answer: dict[str, Any] | None, *, forces: bool) -> dict[str, Any]:
    """`tools` and `tool_choice`; `answer` is the tool that the answer is asked for by. Raises Unsupported."""
    tools = [_tool(tool, f"tools[{at}]", request, writing) for at, tool in enumerate(request.tools)]
    if writing.compat.tool_search and any(tool.get("defer_loading") for tool in tools):
        kind = writing.compat.tool_search
        tools.append({"type": kind, "name": kind.rpartition("_")[0] if kind[-8:].isdigit() else kind})
        writing.told("injected", "tools", f"some tools are deferred; {kind} finds them")
    if answer is not None:
        tools.append(answer)
    fields: dict[str, Any] = {"tools": tools} if tools else {}
    if choice := _choice(request, writing, answers=answer is not None, forces=forces):
        fields["tool_choice"] = choice
    return fields


def _tool(tool: Tool, where: str, request: Request, writing: Writing) -> dict[str, Any]:
    compat, told = writing.compat, writing.told
    written: dict[str, Any] = {"name": tool.name}
    if tool.description:
        written["description"] = tool.description
    schema: Any = tool.parameters
    if schema.get("type") != "object":
        schema = {"type": "object", **schema}
    strict = tool.strict
    if strict and not compat.supports_strict_tools:
        told("dropped", f"{where}.strict", "this provider does not take it")
        strict = None
    if strict and (closed := closed_schema(schema, f"{where}.parameters", compat, told)) is not None:
        schema = closed
    elif strict:
        told("dropped", f"{where}.strict", "its parameters have open objects")
        strict = None
    written["input_schema"] = schema
    if strict is not None and compat.supports_strict_tools:
        written["strict"] = strict
    if tool.deferred:
        if compat.supports_deferred_tools:
            writing.features.add("deferred_tools")
            written["defer_loading"] = True
        else:
            told("dropped", f"{where}.deferred", "this provider shows every tool at once")
    if request.stream and compat.eager_tools is not None:
        writing.features.add("eager_tools")
        if compat.eager_tools == "field":
            written["eager_input_streaming"] = True
    written.update(told.own(tool.extra, where))
    if tool.cache is not None:
        writing.marks.on_tool(written, tool.cache, where)
    return written


def _choice(request: Request, writing: Writing, *, answers: bool, forces: bool) -> dict[str, Any]:
    told, wanted = writing.told, request.tool_choice
    offered = bool(request.tools or request.options.get("tools"))
    choice: dict[str, Any] = {}
    if answers:
        choice = {"type": "any"} if offered and not (wanted and wanted.mode == "none") else _forced(ANSWER_TOOL)
    elif wanted is not None and not offered:
        told("dropped", "tool_choice", "there are no tools")
    elif wanted is not None:
        choice = _wanted(request, wanted, writing)
    if choice.get("type") in ("any", "tool") and not forces:
        told("changed", "tool_choice", "this model is not made to call a tool; left to it")
        choice = {"type": "auto"}
    if request.parallel_tool_calls is None:
        return choice
    if not offered or not writing.compat.supports_parallel_tools_field:
        why = "this provider does not take it" if offered else "there are no tools"
        told("dropped", "parallel_tool_calls", why)
    elif choice.get("type") != "none":
        choice = {**(choice or {"type": "auto"}), "disable_parallel_tool_use": not request.parallel_tool_calls}
    return choice


def _wanted(request: Request, wanted: ToolChoice, writing: Writing) -> dict[str, Any]:
    chosen_names(wanted, {tool.name for tool in request.tools})
    if wanted.mode == "required" and len(wanted.names) == 1:
        return _forced(wanted.names[0])
    if wanted.names and wanted.mode != "none":
        writing.told("dropped", "tool_choice.names", "this wire takes one name, of a tool that must be called")
    return {"type": "any" if wanted.mode == "required" else wanted.mode}


def _forced(name: str) -> dict[str, Any]:
    return {"type": "tool", "name": name}
