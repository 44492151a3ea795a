"""A client's call of Converse, ConverseStream or CountTokens, to a request."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from hamr.api import BadRequest, Message, Request, ResponseFormat, ThinkingConfig, Tool, ToolChoice, ToolResult
from hamr.wirekit import LEVELS, array, number, read_body, table, text, truth, whole
from hamr_provider_bedrock.served.blocks import read_mark, read_parts
from hamr_provider_bedrock.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hamr.api import Call

Fields = dict[str, Any]
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


def _request(body: Fields, path: str, *, stream: bool) -> Request:
    told: Fields = {}
    options: Fields = {"model": unquote(path.rstrip("/").split("/")[-2])}
    options |= {name: value for name, value in body.items() if value is not None and name not in _READ_APART}
    if (labels := options.pop("requestMetadata", None)) is not None:
        given = table(labels, "requestMetadata")
        told["metadata"] = {name: text(value, "requestMetadata") for name, value in given.items()}
    if (tier := body.get("serviceTier")) is not None:
        told["service_tier"] = text(table(tier, "serviceTier").get("type"), "serviceTier.type")
    if rest := _without_top_k(_without_thinking(table(options.pop(_MORE, {}), _MORE), told), told):
        options[_MORE] = rest
    for name, read in _TABLES.items():
        if rest := read(table(body.get(name) or {}, name), told):
            options[name] = rest
    return Request(tuple(_messages(body)), stream=stream, options=options, **told)


def _without_thinking(fields: Fields, told: Fields) -> Fields:
    """The fields but for those that ask for thinking, in whoever's words."""
    for words in TABLES["thinking_words"]:
        found: Fields = {}
        if all(name in fields and _fits(value, fields[name], found) for name, value in words.items()):
            level = found.get("{level}", None if "{tokens}" in found else "off")
            told["thinking"] = ThinkingConfig(level, found.get("{tokens}"))
            return {name: value for name, value in fields.items() if name not in words}
    return fields


def _fits(template: Any, value: Any, found: Fields) -> bool:
    """Whether a value has this very form; what stands at its places is noted."""
    if isinstance(template, dict):
        same = isinstance(value, dict) and template.keys() == value.keys()
        return same and all(_fits(template[name], value[name], found) for name in template)
    levelled = template == "{level}" and value in LEVELS and value != "off"
    if levelled or (template == "{tokens}" and isinstance(value, int)):
        found[template] = value
        return True
    return bool(template == value)


def _without_top_k(fields: Fields, told: Fields) -> Fields:
    """The fields without `top_k`, which Claude and Nova have at places of their own."""
    match fields:
        case {"top_k": int(value)}:
            place = "top_k"
        case {"inferenceConfig": {"topK": int(value), **more}} if not more:
            place = "inferenceConfig"
        case _:
            return fields
    told["top_k"] = value
    return {name: each for name, each in fields.items() if name != place}


def _messages(body: Fields) -> Iterator[Message]:
    if system := array(body.get("system") or (), "system"):
        yield Message("system", read_parts(system, "system"))
    for at, value in enumerate(array(body.get("messages") or (), "messages")):
        place = f"messages[{at}]"
        message = table(value, place)
        role = text(message.get("role"), f"{place}.role")
        where = f"{place}.content"
        parts = read_parts(array(message.get("content"), where), where, hosted=role != "user")
        if role == "user":  # the results of tools are messages of their own
            for results, group in groupby(parts, key=lambda part: isinstance(part, ToolResult)):
                yield Message("tool" if results else "user", tuple(group))
            if not parts:
                yield Message("user", ())
        elif role == "assistant":
            yield Message("assistant", parts)
        elif role == "system":
            yield Message("system", parts)
        else:
            said = f"{place}.role must be one of user, assistant, system, not {role!r}"
            raise BadRequest(said, status=400, code="invalid_value", param=f"{place}.role")


def _sampling(given: Fields, told: Fields) -> Fields:
    rest = {}
    for name, value in given.items():
        place = f"inferenceConfig.{name}"
        if name in _SAMPLING and value is not None:
            field, read = _SAMPLING[name]
            told[field] = read(value, place)
        elif value is not None:
            rest[name] = value
    return rest


def _texts(value: Any, place: str) -> tuple[str, ...]:
    return tuple(text(each, place) for each in array(value, place))


_READ: Mapping[str, Callable[[Any, str], Any]] = {"max_tokens": whole, "stop": _texts}
_SAMPLING: Mapping[str, tuple[str, Callable[[Any, str], Any]]] = {
    written: (name, _READ.get(name, number)) for name, written in TABLES["sampling"].items()
}


def _tools(given: Fields, told: Fields) -> Fields:
    """Functions become tools; tools of other kinds stay options, which are added to the tools again."""
    tools: list[Tool] = []
    others: list[Any] = []
    for at, value in enumerate(array(given.get("tools") or (), "toolConfig.tools")):
        place = f"toolConfig.tools[{at}]"
        entry = table(value, place)
        if "toolSpec" in entry:
            tools.append(_tool(table(entry["toolSpec"], f"{place}.toolSpec"), f"{place}.toolSpec"))
        elif "cachePoint" in entry and tools and not others:
            tools[-1] = replace(tools[-1], cache=read_mark(entry, place))
        else:
            others.append(entry)
    if tools:
        told["tools"] = tuple(tools)
    if given.get("toolChoice") is not None:
        told["tool_choice"] = _choice(table(given["toolChoice"], "toolConfig.toolChoice"))
    return {"tools": others} if others else {}


def _tool(spec: Fields, place: str) -> Tool:
    schema, strict = table(spec.get("inputSchema") or {}, f"{place}.inputSchema").get("json"), spec.get("strict")
    return Tool(
        name=text(spec.get("name"), f"{place}.name"),
        description=text(spec.get("description") or "", f"{place}.description"),
        parameters={"type": "object"} if schema is None else table(schema, f"{place}.inputSchema.json"),
        strict=None if strict is None else truth(strict, f"{place}.strict"),
    )


def _choice(given: Fields) -> ToolChoice:
    place = "toolConfig.toolChoice"
    if "tool" in given:
        return ToolChoice("required", (text(table(given["tool"], f"{place}.tool").get("name"), f"{place}.tool.name"),))
    if not given.keys() & {"any", "auto"}:
        raise BadRequest(f"{place} must be one of auto, any, tool", status=400, code="invalid_value", param=place)
    return ToolChoice("required" if "any" in given else "auto")


def _answer_form(given: Fields, told: Fields) -> Fields:
    from pydantic_core import from_json

    place, form = "outputConfig.textFormat", given.get("textFormat")
    if form is not None:
        structure = table(table(form, place).get("structure"), f"{place}.structure")
        shape = table(structure.get("jsonSchema"), f"{place}.structure.jsonSchema")
        try:
            schema = from_json(text(shape.get("schema"), f"{place}.schema"))
        except ValueError as error:
            raise BadRequest(f"{place}: the schema is no JSON: {error}", status=400, param=place) from error
        about = shape.get("description")
        told["response_format"] = ResponseFormat(
            schema=table(schema, f"{place}.schema"),
            name=text(shape.get("name", "response"), f"{place}.name"),
            description=None if about is None else text(about, f"{place}.description"),
        )
    return {name: value for name, value in given.items() if name != "textFormat" and value is not None}


_TABLES: Mapping[str, Callable[[Fields, Fields], Fields]] = {
    "inferenceConfig": _sampling,
    "toolConfig": _tools,
    "outputConfig": _answer_form,
}
"""Tables of the body: each is read into the fields of a request, and gives what there are none for."""
