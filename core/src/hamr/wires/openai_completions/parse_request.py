"""A client's chat completion call, to a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.errors import BadRequest
from hamr.types import Request, ResponseFormat, ThinkingConfig, Tool, ToolChoice
from hamr.wires.body_shape import array, entries, number, optional, read_fields, table, text, truth, whole
from hamr.wires.cache_mark import read_mark
from hamr.wires.openai_completions.deployment import body_with_model
from hamr.wires.openai_completions.parse import message
from hamr.wires.thinking_levels import LEVELS

if TYPE_CHECKING:
    from hamr.types import Call
    from hamr.wires.body_shape import Fields

_FIELDS: Fields = {
    "max_tokens": ("max_tokens", whole),
    "max_completion_tokens": ("max_tokens", whole),
    "temperature": ("temperature", number),
    "top_p": ("top_p", number),
    "top_k": ("top_k", whole),
    "seed": ("seed", whole),
    "frequency_penalty": ("frequency_penalty", number),
    "presence_penalty": ("presence_penalty", number),
    "logit_bias": ("logit_bias", table),
    "n": ("n", whole),
    "verbosity": ("verbosity", text),
    "service_tier": ("service_tier", text),
    "store": ("store", truth),
    "user": ("user", text),
    "metadata": ("metadata", table),
    "prompt_cache_key": ("cache_key", text),
    "stream": ("stream", truth),
    "parallel_tool_calls": ("parallel_tool_calls", truth),
}
_READ_APART = ("messages", "tools", "functions", "tool_choice", "function_call", "response_format", "stop", "logprobs")


def parse_request(call: Call) -> Request:
    """What the client asks for; raises BadRequest.

    The model it names, and every field that a request has no place for, stand in `options`.
    """
    body = body_with_model(call)
    turns = entries(body.get("messages"), "messages")
    told, options = read_fields(body, _FIELDS, _READ_APART)
    if body.get("max_completion_tokens") is not None:
        told["max_tokens"] = whole(body["max_completion_tokens"], "max_completion_tokens")
    _tools(body, told, options)
    _shape(body, told, options)
    _thinking(told, options)
    messages = tuple(message(table(turn, f"messages[{at}]"), f"messages[{at}]") for at, turn in enumerate(turns))
    return Request(messages, options=options, **told)


def _tools(body: dict[str, Any], told: dict[str, Any], options: dict[str, Any]) -> None:
    """Functions become tools; tools of other kinds stay options, which are added to the tools again."""
    tools, others = [], []
    for at, value in enumerate(array(body.get("tools") or (), "tools")):
        entry = table(value, f"tools[{at}]")
        if entry.get("type", "function") == "function":
            tools.append(_tool(entry.get("function"), f"tools[{at}].function", entry))
        else:
            others.append(entry)
    for at, value in enumerate(array(body.get("functions") or (), "functions")):
        tools.append(_tool(value, f"functions[{at}]", {}))
    if tools:
        told["tools"] = tuple(tools)
    if others:
        options["tools"] = others
    for name in ("tool_choice", "function_call"):
        if body.get(name) is not None:
            choice = _choice(body[name], name)
            if choice is None:
                options[name] = body[name]
            else:
                told["tool_choice"] = choice


def _tool(value: Any, place: str, entry: dict[str, Any]) -> Tool:
    value = table(value, place)
    parameters = value.get("parameters")
    return Tool(
        name=text(value.get("name"), f"{place}.name"),
        description=text(value.get("description") or "", f"{place}.description"),
        parameters={"type": "object", "properties": {}}
        if parameters is None
        else table(parameters, f"{place}.parameters"),
        strict=optional(value, "strict", truth, place),
        cache=read_mark(entry),
    )


def _choice(value: Any, place: str) -> ToolChoice | None:
    """The choice, or None where it is of a kind that has no place in a request."""
    if value in ("auto", "none", "required"):
        return ToolChoice(value)
    if value == "any":
        return ToolChoice("required")
    if isinstance(value, str):
        said = f"{place} must be one of auto, none, required, not {value!r}"
        raise BadRequest(said, status=400, code="invalid_value", param=place)
    value = table(value, place)
    if value.get("type") == "allowed_tools":
        return _allowed(table(value.get("allowed_tools"), f"{place}.allowed_tools"), f"{place}.allowed_tools")
    if value.get("type", "function") != "function":
        return None
    function = table(value.get("function"), f"{place}.function") if "function" in value else value
    return ToolChoice("required", (text(function.get("name"), f"{place}.function.name"),))


def _allowed(value: dict[str, Any], place: str) -> ToolChoice | None:
    tools = [table(each, f"{place}.tools[{at}]") for at, each in enumerate(array(value.get("tools"), f"{place}.tools"))]
    if any(tool.get("type", "function") != "function" for tool in tools):
        return None
    functions = [table(tool.get("function"), f"{place}.tools[{at}].function") for at, tool in enumerate(tools)]
    names = tuple(text(each.get("name"), f"{place}.tools[{at}].function.name") for at, each in enumerate(functions))
    return ToolChoice("required" if value.get("mode") == "required" else "auto", names)


def _shape(body: dict[str, Any], told: dict[str, Any], options: dict[str, Any]) -> None:
    wanted = body.get("response_format")
    if wanted is not None:
        kind = text(table(wanted, "response_format").get("type"), "response_format.type")
        if kind == "json_object" and len(wanted) == 1:
            told["response_format"] = ResponseFormat()
        elif kind == "json_schema":
            told["response_format"] = _schema(table(wanted.get("json_schema"), "response_format.json_schema"))
        elif kind != "text":
            options["response_format"] = wanted
    stop = body.get("stop")
    if stop is not None:
        stops = [stop] if isinstance(stop, str) else array(stop, "stop")
        told["stop"] = tuple(text(each, f"stop[{at}]") for at, each in enumerate(stops))
    _logprobs(body.get("logprobs"), told, options)


def _schema(value: dict[str, Any]) -> ResponseFormat:
    place = "response_format.json_schema"
    return ResponseFormat(
        schema=table(value.get("schema", {}), f"{place}.schema"),
        name=text(value.get("name", "response"), f"{place}.name"),
        description=optional(value, "description", text, place),
        strict=optional(value, "strict", truth, place),
    )


def _logprobs(value: Any, told: dict[str, Any], options: dict[str, Any]) -> None:
    """OpenAI says yes and how many apart; Together and others say how many at once."""
    if value is None or value is False:
        return
    if value is True:
        told["logprobs"] = whole(options.pop("top_logprobs", 0), "top_logprobs")
    else:
        told["logprobs"] = whole(value, "logprobs")


def _thinking(told: dict[str, Any], options: dict[str, Any]) -> None:
    """Levels that are known, in the spellings of OpenAI and OpenRouter; other words stay as they are."""
    for name, read in (("reasoning_effort", _effort), ("reasoning", _reasoning)):
        if (wanted := read(options.get(name))) is not None:
            told["thinking"] = wanted
            del options[name]
            return


def _effort(word: Any) -> ThinkingConfig | None:
    level = next((each for each in LEVELS if each == ("off" if word == "none" else word)), None)
    return None if level is None or word == "off" else ThinkingConfig(level=level)


def _reasoning(given: Any) -> ThinkingConfig | None:
    """An object that says one thing, and that a known one: all else is for whoever understands it."""
    if not isinstance(given, dict):
        return None
    match [*given.items()]:
        case [("effort", word)]:
            return _effort(word)
        case [("enabled", False)]:
            return ThinkingConfig(level="off")
        case [("max_tokens", int(tokens))] if tokens > 0 and tokens is not True:
            return ThinkingConfig(tokens=tokens)
    return None
