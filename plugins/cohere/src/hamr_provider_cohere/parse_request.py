"""A client's call of `/v2/chat`, to a request."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hamr.api import BadRequest, Request, ResponseFormat, ThinkingConfig, Tool, ToolChoice
from hamr.wirekit import array, number, read_body, read_fields, table, text, truth, whole
from hamr_provider_cohere.parse_messages import message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hamr.api import Call

_FIELDS: Mapping[str, tuple[str, Callable[[Any, str], Any]]] = {
    "max_tokens": ("max_tokens", whole),
    "temperature": ("temperature", number),
    "p": ("top_p", number),
    "k": ("top_k", whole),
    "seed": ("seed", whole),
    "frequency_penalty": ("frequency_penalty", number),
    "presence_penalty": ("presence_penalty", number),
    "stream": ("stream", truth),
}
_APART = frozenset(
    {"messages", "tools", "strict_tools", "tool_choice", "response_format", "thinking", "stop_sequences", "logprobs"}
)
_EMPTY: dict[str, Any] = {"type": "object", "properties": {}}


def parse_request(call: Call) -> Request:
    """What the client asks for; raises BadRequest.

    The model it names, and every field that a request has no place for, stand in `options`.
    """
    body = {name: value for name, value in read_body(call).items() if value is not None}
    text(body.get("model"), "model")
    told, options = read_fields(body, _FIELDS, _APART)
    _tools(body, told, options)
    _shape(body, told)
    if "stop_sequences" in body:
        stop = array(body["stop_sequences"], "stop_sequences")
        told["stop"] = tuple(text(each, f"stop_sequences[{at}]") for at, each in enumerate(stop))
    if truth(body.get("logprobs", False), "logprobs"):
        told["logprobs"] = 0
    given = array(body.get("messages"), "messages")
    said = tuple(message(table(each, f"messages[{at}]"), f"messages[{at}]") for at, each in enumerate(given))
    return Request(said, options=options, **told)


def _tools(body: Mapping[str, Any], told: dict[str, Any], options: dict[str, Any]) -> None:
    """Functions become tools; tools of other kinds stay options, which are added to the tools again."""
    strict = truth(body.get("strict_tools", False), "strict_tools")
    found, others = [], []
    for at, value in enumerate(array(body.get("tools", ()), "tools")):
        place = f"tools[{at}]"
        entry = table(value, place)
        if entry.get("type", "function") == "function":
            found.append(_tool(table(entry.get("function"), f"{place}.function"), f"{place}.function"))
        else:
            others.append(entry)
    if found:
        told["tools"] = tuple(replace(tool, strict=True) for tool in found) if strict else tuple(found)
    if others:
        options["tools"] = others
    choice = body.get("tool_choice")
    if choice is None:
        return
    if choice not in ("REQUIRED", "NONE"):
        raise _wrong("tool_choice", "REQUIRED or NONE", choice)
    told["tool_choice"] = ToolChoice("required" if choice == "REQUIRED" else "none")


def _tool(function: Mapping[str, Any], place: str) -> Tool:
    parameters = function.get("parameters")
    return Tool(
        text(function.get("name"), f"{place}.name"),
        text(function.get("description") or "", f"{place}.description"),
        dict(_EMPTY) if parameters is None else table(parameters, f"{place}.parameters"),
    )


def _shape(body: Mapping[str, Any], told: dict[str, Any]) -> None:
    if "response_format" in body:
        form = table(body["response_format"], "response_format")
        if form.get("type") == "json_object":
            schema = form.get("json_schema", form.get("schema"))
            told["response_format"] = ResponseFormat(
                None if schema is None else table(schema, "response_format.json_schema")
            )
        elif form.get("type", "text") != "text":
            raise _wrong("response_format.type", "text or json_object", form["type"])
    if "thinking" in body:
        told["thinking"] = _thinking(table(body["thinking"], "thinking"))


def _thinking(given: Mapping[str, Any]) -> ThinkingConfig:
    """Without a budget there is no bound, which is what `high` asks for."""
    kind = given.get("type", "enabled")
    if kind == "disabled":
        return ThinkingConfig("off")
    if kind != "enabled":
        raise _wrong("thinking.type", "enabled or disabled", kind)
    budget = given.get("token_budget")
    return ThinkingConfig("high") if budget is None else ThinkingConfig(tokens=whole(budget, "thinking.token_budget"))


def _wrong(place: str, wanted: str, value: Any) -> BadRequest:
    return BadRequest(f"{place} must be {wanted}, not {value!r}", status=400, code="invalid_value", param=place)
