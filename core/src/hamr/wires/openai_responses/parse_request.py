"""A client's call of the Responses API, to a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import Message, Request, ResponseFormat, Text, ThinkingConfig
from hamr.wires.body_shape import array, number, optional, read_body, read_fields, table, text, truth, whole
from hamr.wires.openai_responses.parse_items import messages
from hamr.wires.openai_responses.parse_tools import choice, tools
from hamr.wires.thinking_levels import LEVELS

if TYPE_CHECKING:
    from hamr.types import Call
    from hamr.wires.body_shape import Fields

_FIELDS: Fields = {
    "max_output_tokens": ("max_tokens", whole),
    "temperature": ("temperature", number),
    "top_p": ("top_p", number),
    "top_logprobs": ("logprobs", whole),
    "parallel_tool_calls": ("parallel_tool_calls", truth),
    "service_tier": ("service_tier", text),
    "store": ("store", truth),
    "user": ("user", text),
    "metadata": ("metadata", table),
    "prompt_cache_key": ("cache_key", text),
    "stream": ("stream", truth),
}
_READ_APART = frozenset({"input", "instructions", "tools", "tool_choice", "text", "reasoning"})


def parse_request(call: Call) -> Request:
    """What the client asks for; raises BadRequest.

    The model it names, and every field that a request has no place for, stand in `options`.
    """
    body = read_body(call)
    text(body.get("model"), "model")
    told, options = read_fields(body, _FIELDS, _READ_APART)
    tools(body, told, options)
    choice(body.get("tool_choice"), told, options)
    _text(body, told, options)
    _reasoning(body, told, options)
    return Request(_said(body), options=options, **told)


def _said(body: dict[str, Any]) -> tuple[Message, ...]:
    head: tuple[Message, ...] = ()
    if body.get("instructions") is not None:
        head = (Message("system", (Text(text(body["instructions"], "instructions")),)),)
    given = body.get("input")
    if isinstance(given, str):
        return (*head, Message("user", (Text(given),)))
    return (*head, *messages([] if given is None else array(given, "input"), "input"))


def _text(body: dict[str, Any], told: dict[str, Any], options: dict[str, Any]) -> None:
    given = dict(optional(body, "text", table) or {})
    if given.get("verbosity") is not None:
        told["verbosity"] = text(given.pop("verbosity"), "text.verbosity")
    form = optional(given, "format", table, "text") or {}
    given.pop("format", None)
    kind = form.get("type")
    if kind == "json_object":
        told["response_format"] = ResponseFormat()
    elif kind == "json_schema":
        told["response_format"] = ResponseFormat(
            schema=table(form.get("schema", {}), "text.format.schema"),
            name=text(form.get("name", "response"), "text.format.name"),
            description=optional(form, "description", text, "text.format"),
            strict=optional(form, "strict", truth, "text.format"),
        )
    elif kind not in (None, "text"):
        given["format"] = form
    if given := {name: value for name, value in given.items() if value is not None}:
        options["text"] = given


def _reasoning(body: dict[str, Any], told: dict[str, Any], options: dict[str, Any]) -> None:
    """Levels that are known; other words belong to one provider and stay as they are."""
    given = {name: value for name, value in (optional(body, "reasoning", table) or {}).items() if value is not None}
    effort = given.get("effort")
    level = next((each for each in LEVELS if each == ("off" if effort == "none" else effort)), None)
    if level is not None and effort != "off":
        told["thinking"] = ThinkingConfig(level=level)
        del given["effort"]
    if given:
        options["reasoning"] = given
