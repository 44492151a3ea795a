"""The tools of a client's call, and its choice among them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from hamr.errors import BadRequest
from hamr.types import Tool, ToolChoice
from hamr.wires.body_shape import array, table, text
from hamr.wires.gemini.openapi_schema import from_openapi

if TYPE_CHECKING:
    from collections.abc import Mapping

_EMPTY: dict[str, Any] = {"type": "object", "properties": {}}
_MODES: Mapping[str, Literal["auto", "none", "required"]] = {
    "AUTO": "auto",
    "NONE": "none",
    "ANY": "required",
    "VALIDATED": "auto",
}


def tools(body: dict[str, Any], told: dict[str, Any], options: dict[str, Any]) -> None:
    """Functions become tools; tools of other kinds stay options, which are added to the tools again."""
    found: list[Tool] = []
    others = []
    for at, value in enumerate(array(body.get("tools") or (), "tools")):
        entry = table(value, f"tools[{at}]")
        place = f"tools[{at}].functionDeclarations"
        for number, each in enumerate(array(entry.get("functionDeclarations") or (), place)):
            found.append(_tool(table(each, f"{place}[{number}]"), f"{place}[{number}]"))
        if rest := {name: value for name, value in entry.items() if name != "functionDeclarations"}:
            others.append(rest)
    if found:
        told["tools"] = tuple(found)
    if others:
        options["tools"] = others


def _tool(value: dict[str, Any], place: str) -> Tool:
    schema, older = value.get("parametersJsonSchema"), value.get("parameters")
    parameters = dict(_EMPTY)
    if schema is not None:
        parameters = table(schema, f"{place}.parametersJsonSchema")
    elif older is not None:
        parameters = from_openapi(table(older, f"{place}.parameters"))
    return Tool(
        name=text(value.get("name"), f"{place}.name"),
        description=text(value.get("description") or "", f"{place}.description"),
        parameters=parameters,
    )


def choice(body: dict[str, Any], told: dict[str, Any], options: dict[str, Any]) -> None:
    """The choice; what else `toolConfig` says stays an option. Raises BadRequest."""
    given = dict(table(body.get("toolConfig") or {}, "toolConfig"))
    config = dict(table(given.pop("functionCallingConfig", None) or {}, "toolConfig.functionCallingConfig"))
    place = "toolConfig.functionCallingConfig"
    mode = config.pop("mode", None)
    names = array(config.pop("allowedFunctionNames", None) or (), f"{place}.allowedFunctionNames")
    if mode not in (None, "MODE_UNSPECIFIED"):
        if mode not in _MODES:
            said = f"{place}.mode must be one of {', '.join(_MODES)}, not {mode!r}"
            raise BadRequest(said, status=400, code="INVALID_ARGUMENT", param=f"{place}.mode")
        known = tuple(text(name, f"{place}.allowedFunctionNames[]") for name in names)
        told["tool_choice"] = ToolChoice(_MODES[mode], known)
        if mode == "VALIDATED":  # which is what strict tools ask for
            told["tools"] = tuple(replace(tool, strict=True) for tool in told.get("tools", ()))
    if config:
        given["functionCallingConfig"] = config
    if given:
        options["toolConfig"] = given
