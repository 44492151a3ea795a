"""A client's call, to a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from hamr.types import Request, ResponseFormat, ThinkingConfig
from hamr.wires.body_shape import array, entries, number, read_body, read_fields, table, text, truth, whole
from hamr.wires.gemini.camel import camel_body
from hamr.wires.gemini.encode import CONFIG, FRAMING, STREAM
from hamr.wires.gemini.openapi_schema import from_openapi
from hamr.wires.gemini.parse_contents import ContentReader, system_message
from hamr.wires.gemini.parse_tools import choice, tools
from hamr.wires.thinking_levels import LEVELS

if TYPE_CHECKING:
    from hamr.types import Call
    from hamr.wires.body_shape import Fields

_FIELDS: Fields = {
    "serviceTier": ("service_tier", text),
    "store": ("store", truth),
    "labels": ("metadata", table),
}
_READ_APART = frozenset({"contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "model"})
_WHOLE = frozenset({"top_k", "n", "max_tokens", "seed"})


def parse_request(call: Call) -> Request:
    """What the client asks for; raises BadRequest.

    The model that the path names, and every field that a request has no place for, stand in `options`.
    """
    return _request(camel_body(read_body(call)), call)


def parse_count(call: Call) -> Request:
    """What the client wants counted: a whole request, or the contents of one. Raises BadRequest."""
    body = camel_body(read_body(call))
    if body.get("generateContentRequest") is not None:
        body = table(body["generateContentRequest"], "generateContentRequest")
    return _request(body, call)


def named(call: Call) -> tuple[str, str]:
    """The model that the path names, and the method behind it."""
    path, _, method = urlsplit(call.url).path.rpartition(":")
    for root in ("/models/", "/tunedModels/", "/endpoints/"):
        if root in path:
            return unquote(path.rpartition(root)[2]), method
    return "", method


def _request(body: dict[str, Any], call: Call) -> Request:
    told, options = read_fields(body, _FIELDS, _READ_APART)
    model, method = named(call)
    if model:
        options.setdefault("model", model)
    if method == STREAM:
        told["stream"] = True
        if parse_qs(urlsplit(call.url).query).get(FRAMING) != ["sse"]:
            options.setdefault(FRAMING, "json")
    tools(body, told, options)
    choice(body, told, options)
    _config(dict(table(body.get("generationConfig") or {}, "generationConfig")), told, options)
    system = body.get("systemInstruction")
    head = () if system is None else (system_message(system),)
    contents = entries(body.get("contents") or (), "contents")
    return Request((*head, *ContentReader().read(contents)), options=options, **told)


def _config(given: dict[str, Any], told: dict[str, Any], options: dict[str, Any]) -> None:
    given = {name: value for name, value in given.items() if value is not None}
    for field, name in CONFIG.items():
        if name in given:
            read = whole if field in _WHOLE else number
            told[field] = read(given.pop(name), f"generationConfig.{name}")
    if "stopSequences" in given:
        stops = array(given.pop("stopSequences"), "generationConfig.stopSequences")
        told["stop"] = tuple(text(stop, "generationConfig.stopSequences[]") for stop in stops)
    if given.get("responseLogprobs") is True and "logprobs" in given:
        del given["responseLogprobs"]
        told["logprobs"] = whole(given.pop("logprobs"), "generationConfig.logprobs")
    _format(given, told)
    _thinking(given, told)
    if given:
        options["generationConfig"] = given


def _format(given: dict[str, Any], told: dict[str, Any]) -> None:
    if given.get("responseMimeType") != "application/json":
        return
    del given["responseMimeType"]
    schema, older = given.pop("responseJsonSchema", None), given.pop("responseSchema", None)
    if schema is not None:
        told["response_format"] = ResponseFormat(table(schema, "generationConfig.responseJsonSchema"))
    elif older is not None:
        told["response_format"] = ResponseFormat(from_openapi(table(older, "generationConfig.responseSchema")))
    else:
        told["response_format"] = ResponseFormat()


def _thinking(given: dict[str, Any], told: dict[str, Any]) -> None:
    """A level or a budget; that thoughts are not shown stays an option, for to whoever asks for thinking they are."""
    config = dict(table(given.pop("thinkingConfig", None) or {}, "generationConfig.thinkingConfig"))
    level = str(config.get("thinkingLevel", "")).lower()
    if level in LEVELS and level != "off":
        del config["thinkingLevel"]
        told["thinking"] = ThinkingConfig(level=level)
    elif config.get("thinkingBudget") is not None:
        place = "generationConfig.thinkingConfig.thinkingBudget"
        told["thinking"] = ThinkingConfig(tokens=whole(config.pop("thinkingBudget"), place))
    if "thinking" in told:
        shown = config.pop("includeThoughts", False)
        if shown is not True and told["thinking"].tokens != 0:
            config["includeThoughts"] = False
    if config:
        given["thinkingConfig"] = config
