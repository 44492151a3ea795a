"""A client's call of `/api/chat`, to a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import BadRequest, Request, ResponseFormat, ThinkingConfig, Tool
from hamr.wirekit import array, number, read_body, table, text, truth, whole
from hamr_provider_ollama.parse_messages import messages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hamr.api import Call

_SAMPLING: Mapping[str, tuple[str, Callable[[Any, str], Any]]] = {
    "num_predict": ("max_tokens", whole),
    "temperature": ("temperature", number),
    "top_p": ("top_p", number),
    "top_k": ("top_k", whole),
    "seed": ("seed", whole),
    "frequency_penalty": ("frequency_penalty", number),
    "presence_penalty": ("presence_penalty", number),
}
_READ = frozenset({"messages", "tools", "format", "think", "options", "stream", "logprobs", "top_logprobs"})
_LEVELS = ("low", "medium", "high", "max")
_EMPTY: dict[str, Any] = {"type": "object", "properties": {}}


def parse_request(call: Call) -> Request:
    """What the client asks for; raises BadRequest.

    The model it names, and every field that a request has no place for, stand in `options`. A call that does not say
    so wants a stream.
    """
    body = {name: value for name, value in read_body(call).items() if value is not None}
    text(body.get("model"), "model")
    told: dict[str, Any] = {"stream": truth(body.get("stream", True), "stream")}
    options = {name: value for name, value in body.items() if name not in _READ}
    _tools(body, told, options)
    _sampling(table(body.get("options", {}), "options"), told, options)
    if (form := _format(body.get("format"))) is not None:
        told["response_format"] = form
    if "think" in body:
        told["thinking"] = _thinking(body["think"])
    if truth(body.get("logprobs", False), "logprobs"):
        told["logprobs"] = whole(body.get("top_logprobs", 0), "top_logprobs")
    return Request(messages(array(body.get("messages", ()), "messages")), options=options, **told)


def _tools(body: Mapping[str, Any], told: dict[str, Any], options: dict[str, Any]) -> None:
    """Functions become tools; tools of other kinds stay options, which are added to the tools again."""
    found, others = [], []
    for at, value in enumerate(array(body.get("tools", ()), "tools")):
        place = f"tools[{at}]"
        entry = table(value, place)
        if entry.get("type", "function") == "function":
            found.append(_tool(table(entry.get("function"), f"{place}.function"), f"{place}.function"))
        else:
            others.append(entry)
    if found:
        told["tools"] = tuple(found)
    if others:
        options["tools"] = others


def _tool(function: Mapping[str, Any], place: str) -> Tool:
    parameters = function.get("parameters")
    return Tool(
        text(function.get("name"), f"{place}.name"),
        text(function.get("description") or "", f"{place}.description"),
        dict(_EMPTY) if parameters is None else table(parameters, f"{place}.parameters"),
    )


def _sampling(given: Mapping[str, Any], told: dict[str, Any], options: dict[str, Any]) -> None:
    """Options of the runner that a request knows; one below zero, such as no bound, stays as it is."""
    rest: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        if name == "stop":
            stop = [value] if isinstance(value, str) else array(value, "options.stop")
            told["stop"] = tuple(text(each, f"options.stop[{at}]") for at, each in enumerate(stop))
        elif name in _SAMPLING:
            field, read = _SAMPLING[name]
            said = read(value, f"options.{name}")
            if name == "num_predict" and said < 0:
                rest[name] = said
            else:
                told[field] = said
        else:
            rest[name] = value
    if rest:
        options["options"] = rest


def _format(value: Any) -> ResponseFormat | None:
    if value in (None, ""):
        return None
    if value == "json":
        return ResponseFormat()
    if isinstance(value, str):
        raise _wrong("format", '"json" or a JSON Schema', value)
    return ResponseFormat(table(value, "format"))


def _thinking(value: Any) -> ThinkingConfig:
    """A switch that is on asks for no level: it stands for the one in the middle."""
    if isinstance(value, bool):
        return ThinkingConfig("medium" if value else "off")
    level = next((level for level in _LEVELS if level == value), None)
    if level is None:
        raise _wrong("think", f"true, false or one of {', '.join(_LEVELS)}", value)
    return ThinkingConfig(level)  # type: ignore[arg-type]  # one of hamr's own


def _wrong(place: str, wanted: str, value: Any) -> BadRequest:
    return BadRequest(f"{place} must be {wanted}, not {value!r}", status=400, code="invalid_value", param=place)
