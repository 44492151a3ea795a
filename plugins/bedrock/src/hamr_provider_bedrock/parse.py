"""A client's call of Converse, ConverseStream or CountTokens, to a request."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from hamr.api import BadRequest, Message, Request, ResponseFormat, Tool, ToolChoice, ToolResult
from hamr.wirekit import array, number, read_body, table, text, truth, whole
from hamr_provider_bedrock.read_block import read_cached
from hamr_provider_bedrock.thinking import read_thinking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hamr.api import Call, Part, Role

_SAMPLING: Mapping[str, tuple[str, Callable[[Any, str], Any]]] = {
    "maxTokens": ("max_tokens", whole),
    "temperature": ("temperature", number),
    "topP": ("top_p", number),
}
_ROLES: Mapping[str, Role] = {"assistant": "assistant", "system": "system"}
_MORE = "additionalModelRequestFields"
_READ_APART = frozenset({"messages", "system", "toolConfig", "inferenceConfig", "outputConfig", "serviceTier"})


def parse_request(call: Call) -> Request:
    """What the client asks for; raises BadRequest.

    The model it names, and every field that a request has no place for, stand in `options`.
    """
    path = call.url.partition("?")[0]
    return _request(read_body(call), path, stream=path.endswith("/converse-stream"))


def parse_count(call: Call) -> Request:
    """What the client wants counted; raises BadRequest."""
    given = table(read_body(call).get("input"), "input")
    return _request(table(given.get("converse"), "input.converse"), call.url.partition("?")[0], stream=False)


def _request(body: dict[str, Any], path: str, *, stream: bool) -> Request:
    told: dict[str, Any] = {}
    options: dict[str, Any] = {"model": _model(path)}
    options |= {name: value for name, value in body.items() if value is not None and name not in _READ_APART}
    if (labels := options.pop("requestMetadata", None)) is not None:
        told["metadata"] = {
            name: text(value, "requestMetadata") for name, value in table(labels, "requestMetadata").items()
        }
    if (tier := body.get("serviceTier")) is not None:
        told["service_tier"] = text(table(tier, "serviceTier").get("type"), "serviceTier.type")
    wanted, rest = read_thinking(table(options.pop(_MORE, {}), _MORE))
    if wanted is not None:
        told["thinking"] = wanted
    if rest := _without_top_k(rest, told):
        options[_MORE] = rest
    _sampling(table(body.get("inferenceConfig") or {}, "inferenceConfig"), told, options)
    _tools(table(body.get("toolConfig") or {}, "toolConfig"), told, options)
    _answer_form(table(body.get("outputConfig") or {}, "outputConfig"), told, options)
    return Request(_messages(body), stream=stream, options=options, **told)


def _without_top_k(fields: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """The fields without `top_k`, which Claude and Nova have at places of their own."""
    inner = fields.get("inferenceConfig")
    if isinstance(fields.get("top_k"), int):
        told["top_k"] = fields["top_k"]
        return {name: value for name, value in fields.items() if name != "top_k"}
    if isinstance(inner, dict) and inner.keys() == {"topK"} and isinstance(inner["topK"], int):
        told["top_k"] = inner["topK"]
        return {name: value for name, value in fields.items() if name != "inferenceConfig"}
    return fields


def _model(path: str) -> str:
    return unquote(path.rstrip("/").split("/")[-2])


def _messages(body: dict[str, Any]) -> tuple[Message, ...]:
    found: list[Message] = []
    if system := array(body.get("system") or (), "system"):
        found.append(Message("system", read_cached(system, "system")))
    for at, value in enumerate(array(body.get("messages") or (), "messages")):
        place = f"messages[{at}]"
        message = table(value, place)
        role = text(message.get("role"), f"{place}.role")
        parts = read_cached(
            array(message.get("content"), f"{place}.content"), f"{place}.content", hosted=role != "user"
        )
        if role == "user":
            found += _turns(parts)
        elif role in _ROLES:
            found.append(Message(_ROLES[role], parts))
        else:
            said = f"{place}.role must be one of user, assistant, system, not {role!r}"
            raise BadRequest(said, status=400, code="invalid_value", param=f"{place}.role")
    return tuple(found)


def _turns(parts: tuple[Part, ...]) -> list[Message]:
    """The results of tools, which are messages of their own, and what stands before and behind them."""
    turns: list[Message] = []
    for part in parts:
        role: Role = "tool" if isinstance(part, ToolResult) else "user"
        if turns and turns[-1].role == role:
            turns[-1] = replace(turns[-1], parts=(*turns[-1].parts, part))
        else:
            turns.append(Message(role, (part,)))
    return turns or [Message("user", ())]


def _sampling(given: dict[str, Any], told: dict[str, Any], options: dict[str, Any]) -> None:
    rest = {}
    for name, value in given.items():
        place = f"inferenceConfig.{name}"
        if name in _SAMPLING and value is not None:
            field, read = _SAMPLING[name]
            told[field] = read(value, place)
        elif name == "stopSequences":
            told["stop"] = tuple(text(each, place) for each in array(value or (), place))
        elif value is not None:
            rest[name] = value
    if rest:
        options["inferenceConfig"] = rest


def _tools(given: dict[str, Any], told: dict[str, Any], options: dict[str, Any]) -> None:
    """Functions become tools; tools of other kinds stay options, which are added to the tools again."""
    tools: list[Tool] = []
    others: list[Any] = []
    for at, value in enumerate(array(given.get("tools") or (), "toolConfig.tools")):
        entry, place = table(value, f"toolConfig.tools[{at}]"), f"toolConfig.tools[{at}]"
        if "toolSpec" in entry:
            tools.append(_tool(table(entry["toolSpec"], f"{place}.toolSpec"), f"{place}.toolSpec"))
        elif "cachePoint" in entry and tools and not others:
            tools[-1] = replace(tools[-1], cache="1h" if table(entry["cachePoint"], place).get("ttl") == "1h" else "5m")
        else:
            others.append(entry)
    if tools:
        told["tools"] = tuple(tools)
    choice = given.get("toolChoice")
    if others:
        options["toolConfig"] = {"tools": others}
    if choice is not None and (read := _choice(table(choice, "toolConfig.toolChoice"))) is not None:
        told["tool_choice"] = read


def _tool(spec: dict[str, Any], place: str) -> Tool:
    schema, strict = table(spec.get("inputSchema") or {}, f"{place}.inputSchema").get("json"), spec.get("strict")
    return Tool(
        name=text(spec.get("name"), f"{place}.name"),
        description=text(spec.get("description") or "", f"{place}.description"),
        parameters={"type": "object"} if schema is None else table(schema, f"{place}.inputSchema.json"),
        strict=None if strict is None else truth(strict, f"{place}.strict"),
    )


def _choice(given: dict[str, Any]) -> ToolChoice:
    place = "toolConfig.toolChoice"
    if "tool" in given:
        return ToolChoice("required", (text(table(given["tool"], f"{place}.tool").get("name"), f"{place}.tool.name"),))
    if not given.keys() & {"any", "auto"}:
        raise BadRequest(f"{place} must be one of auto, any, tool", status=400, code="invalid_value", param=place)
    return ToolChoice("required" if "any" in given else "auto")


def _answer_form(given: dict[str, Any], told: dict[str, Any], options: dict[str, Any]) -> None:
    from pydantic_core import from_json

    place = "outputConfig.textFormat"
    form = given.get("textFormat")
    if form is not None:
        structure = table(table(form, place).get("structure"), f"{place}.structure")
        shape = table(structure.get("jsonSchema"), f"{place}.structure.jsonSchema")
        try:
            schema = from_json(text(shape.get("schema"), f"{place}.schema"))
        except ValueError as error:
            raise BadRequest(f"{place}: the schema is no JSON: {error}", status=400, param=place) from error
        description = shape.get("description")
        told["response_format"] = ResponseFormat(
            schema=table(schema, f"{place}.schema"),
            name=text(shape.get("name", "response"), f"{place}.name"),
            description=None if description is None else text(description, f"{place}.description"),
        )
    if rest := {name: value for name, value in given.items() if name != "textFormat" and value is not None}:
        options["outputConfig"] = rest
