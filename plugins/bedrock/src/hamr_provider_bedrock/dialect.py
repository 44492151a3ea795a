"""The server half: a client speaks this wire to us."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import unquote

from pydantic_core import from_json, to_json

from hamr.api import BadRequest, Message, Request, ResponseFormat, ThinkingConfig, Tool, ToolChoice, ToolResult
from hamr.wirekit import LEVELS, array, number, optional, read_body, table, text, truth, whole
from hamr_provider_bedrock import failures
from hamr_provider_bedrock.compat import TABLES
from hamr_provider_bedrock.parts import read_mark, read_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hamr.api import Call, CallError, Encoder, Head, ModelInfo, Purpose

Fields = dict[str, Any]


class ConverseDialect:
    """Reads a client's calls and writes its replies. Pure: what it writes depends on what it is given alone."""

    paths: ClassVar[Mapping[str, Purpose]] = {
        "*/model/*/converse": "chat",
        "*/model/*/converse-stream": "chat",
        "*/model/*/count-tokens": "count",
        "*/foundation-models": "models",
        "*/inference-profiles": "models",
    }

    def parse(self, call: Call) -> Request:
        """What the client asks for; raises BadRequest.

        The model it names, and every field that a request has no place for, stand in `options`.
        """
        path = call.url.partition("?")[0]
        return _request(read_body(call), path, stream=path.endswith("/converse-stream"))

    def encoder(self, request: Request) -> Encoder:
        """A new encoder for one reply, streamed or whole as the request wants it."""
        from hamr_provider_bedrock.encoder import StreamEncoder, WholeEncoder

        return StreamEncoder() if request.stream else WholeEncoder()

    def refusal(self, error: CallError) -> Head:
        """The error in this wire's envelope: the status is that of its class, whatever the provider's own was."""
        return failures.refusal(error)

    def parse_count(self, call: Call) -> Request:
        """What the client wants counted; raises BadRequest. The model it names stands in `options["model"]`."""
        given = table(read_body(call).get("input"), "input")
        return _request(table(given.get("converse"), "input.converse"), call.url.partition("?")[0], stream=False)

    def encode_count(self, tokens: int) -> bytes:
        """The body of the reply."""
        return to_json({"inputTokens": tokens})

    def encode_models(self, models: Sequence[ModelInfo]) -> bytes:
        """The body of the reply: every model, and no profiles, for each list is asked for at a path of its own."""
        rows = [{"modelId": each.id, "modelName": each.name, "inputModalities": ["TEXT"]} for each in models]
        return to_json({"modelSummaries": rows, "inferenceProfileSummaries": []})


def _request(body: Fields, path: str, *, stream: bool) -> Request:
    """All that a request has a place for is taken out of the body; the rest are options."""
    messages = tuple(_messages(body))
    told: Fields = {}
    for name, place in TABLES["fields"].items():
        if (value := _taken(body, place)) is not None:
            read: Callable[[Any, str], Any] = _READ.get(name, number)
            told[name] = read(value, place)
    if tools := _tools(_taken(body, "toolConfig.tools"), body):
        told["tools"] = tools
    if (choice := _taken(body, "toolConfig.toolChoice")) is not None:
        told["tool_choice"] = _choice(table(choice, "toolConfig.toolChoice"))
    if (form := _taken(body, "outputConfig.textFormat")) is not None:
        told["response_format"] = _answer_form(table(form, "outputConfig.textFormat"))
    if "additionalModelRequestFields" in body:
        _take_words(body, "additionalModelRequestFields", told)
    options = {name: value for name, value in body.items() if value is not None}
    return Request(
        messages, stream=stream, options={"model": unquote(path.rstrip("/").split("/")[-2])} | options, **told
    )


def _taken(body: Fields, path: str) -> Any:
    """What stands at this path, taken out; a table in which there is nothing else goes with it."""
    name, _, rest = path.partition(".")
    if not rest:
        return body.pop(name, None)
    inner = table(body.get(name) or {}, name)
    value = _taken(inner, rest)
    if not inner:
        body.pop(name, None)
    return value


def _labels(value: Any, place: str) -> dict[str, str]:
    return {name: text(each, place) for name, each in table(value, place).items()}


def _texts(value: Any, place: str) -> tuple[str, ...]:
    return tuple(text(each, place) for each in array(value, place))


_READ: Mapping[str, Callable[[Any, str], Any]] = {
    "max_tokens": whole,
    "stop": _texts,
    "metadata": _labels,
    "service_tier": text,
}
"""How fields are read that are no numbers."""


def _take_words(body: Fields, place: str, told: Fields) -> None:
    """Read what asks for thinking and `top_k`, each in whoever's words it is written."""
    fields = table(body.pop(place) or {}, place)
    for kind in ("thinking", "top_k"):
        for words in TABLES["words"][kind]:
            found: Fields = {}
            if all(name in fields and _fits(value, fields[name], found) for name, value in words.items()):
                if kind == "top_k":
                    told[kind] = found["{top_k}"]
                else:
                    level = found.get("{level}", None if "{tokens}" in found else "off")
                    told[kind] = ThinkingConfig(level, found.get("{tokens}"))
                fields = {name: value for name, value in fields.items() if name not in words}
                break
    if fields:
        body[place] = fields


def _fits(template: Any, value: Any, found: Fields) -> bool:
    """Whether a value has this very form; what stands at its places is noted."""
    if isinstance(template, dict):
        same = isinstance(value, dict) and template.keys() == value.keys()
        return same and all(_fits(template[name], value[name], found) for name in template)
    levelled = template == "{level}" and value in LEVELS and value != "off"
    if levelled or (template in ("{tokens}", "{top_k}") and type(value) is int):
        found[template] = value
        return True
    return bool(template == value)


def _messages(body: Fields) -> Iterator[Message]:
    if system := body.pop("system", None):
        yield Message("system", read_parts(system, "system"))
    for at, value in enumerate(array(body.pop("messages", None) or (), "messages")):
        place = f"messages[{at}]"
        message = table(value, place)
        role = text(message.get("role"), f"{place}.role")
        parts = read_parts(message.get("content"), f"{place}.content", answered=role != "user")
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


def _tools(given: Any, body: Fields) -> tuple[Tool, ...]:
    """Functions become tools; tools of other kinds stay options, which are added to the tools again."""
    tools, others = list[Tool](), list[Any]()
    for at, value in enumerate(array(given or (), "toolConfig.tools")):
        place = f"toolConfig.tools[{at}]"
        entry = table(value, place)
        if "toolSpec" in entry:
            tools.append(_tool(table(entry["toolSpec"], f"{place}.toolSpec"), f"{place}.toolSpec"))
        elif "cachePoint" in entry and tools and not others:
            tools[-1] = replace(tools[-1], cache=read_mark(entry, place))
        else:
            others.append(entry)
    if others:
        body.setdefault("toolConfig", {})["tools"] = others
    return tuple(tools)


def _tool(spec: Fields, place: str) -> Tool:
    schema = optional(
        table(spec.get("inputSchema") or {}, f"{place}.inputSchema"), "json", table, f"{place}.inputSchema"
    )
    return Tool(
        name=text(spec.get("name"), f"{place}.name"),
        description=text(spec.get("description") or "", f"{place}.description"),
        parameters={"type": "object"} if schema is None else schema,
        strict=optional(spec, "strict", truth, place),
    )


def _choice(given: Fields) -> ToolChoice:
    place = "toolConfig.toolChoice"
    if "tool" in given:
        return ToolChoice("required", (text(table(given["tool"], f"{place}.tool").get("name"), f"{place}.tool.name"),))
    if not given.keys() & {"any", "auto"}:
        raise BadRequest(f"{place} must be one of auto, any, tool", status=400, code="invalid_value", param=place)
    return ToolChoice("required" if "any" in given else "auto")


def _answer_form(form: Fields) -> ResponseFormat:
    place = "outputConfig.textFormat"
    structure = table(form.get("structure"), f"{place}.structure")
    shape = table(structure.get("jsonSchema"), f"{place}.structure.jsonSchema")
    try:
        schema = from_json(text(shape.get("schema"), f"{place}.schema"))
    except ValueError as error:
        raise BadRequest(f"{place}: the schema is no JSON: {error}", status=400, param=place) from error
    return ResponseFormat(
        schema=table(schema, f"{place}.schema"),
        name=text(shape.get("name", "response"), f"{place}.name"),
        description=optional(shape, "description", text, place),
    )
