"""A client's call of the Messages API, to a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.errors import BadRequest
from hamr.types import Request, ResponseFormat, ThinkingConfig
from hamr.wires.anthropic_messages.parse_messages import messages, system
from hamr.wires.anthropic_messages.parse_tools import choice, tools
from hamr.wires.body_shape import array, entries, number, read_body, read_fields, table, text, truth, whole
from hamr.wires.thinking_levels import LEVELS

if TYPE_CHECKING:
    from hamr.types import Call
    from hamr.wires.body_shape import Fields


def _texts(value: Any, place: str) -> tuple[str, ...]:
    return tuple(text(each, f"{place}[{at}]") for at, each in enumerate(array(value, place)))


_FIELDS: Fields = {
    "max_tokens": ("max_tokens", whole),
    "temperature": ("temperature", number),
    "top_p": ("top_p", number),
    "top_k": ("top_k", whole),
    "stop_sequences": ("stop", _texts),
    "service_tier": ("service_tier", text),
    "stream": ("stream", truth),
}
_READ_APART = frozenset(
    {
        *("system", "messages", "tools", "tool_choice", "thinking", "output_config", "output_format", "metadata"),
        *("anthropic_version", "anthropic_beta"),
    }
)


def parse_request(call: Call, *, counted: bool = False) -> Request:
    """What the client asks for, or what it wants `counted`; raises BadRequest.

    The model it names, and every field that a request has no place for, stand in `options`; so do the betas of its
    header.
    """
    body = read_body(call)
    text(body.get("model"), "model")
    if not counted:
        whole(body.get("max_tokens"), "max_tokens")
    told, options = read_fields(body, _FIELDS, _READ_APART)
    tools(body, told, options)
    choice(body.get("tool_choice"), told, options)
    _metadata(body, told, options)
    _thinking(body, told, options)
    if wanted := _betas(call, body):
        options["betas"] = wanted
    said = (*system(body.get("system")), *messages(entries(body.get("messages"), "messages"), "messages"))
    return Request(said, options=options, **told)


def _betas(call: Call, body: dict[str, Any]) -> list[str]:
    """Those of the header, and those that clients of other clouds write into the body."""
    headed = [each.strip() for each in call.headers.get("anthropic-beta", "").split(",")]
    written = _texts(body.get("anthropic_beta") or (), "anthropic_beta")
    return list(dict.fromkeys(filter(None, (*headed, *written))))


def _metadata(body: dict[str, Any], told: dict[str, Any], options: dict[str, Any]) -> None:
    given = _said(body, "metadata")
    if "user_id" in given:
        told["user"] = text(given.pop("user_id"), "metadata.user_id")
    if given:
        options["metadata"] = given


def _thinking(body: dict[str, Any], told: dict[str, Any], options: dict[str, Any]) -> None:
    """How much to think, and in what shape to answer, for which the wire has one table."""
    given, config = _said(body, "thinking"), _said(body, "output_config")
    kind, effort = given.get("type"), config.get("effort")
    level = next((each for each in LEVELS if each == effort and each != "off"), None)
    if kind == "enabled":
        tokens = whole(given.pop("budget_tokens", None), "thinking.budget_tokens")
        told["thinking"] = ThinkingConfig(level, tokens)
    elif kind == "adaptive":
        told["thinking"] = ThinkingConfig(level)
    elif kind == "disabled":
        told["thinking"] = ThinkingConfig("off")
    elif kind is not None:
        text(kind, "thinking.type")
    if kind in ("enabled", "adaptive", "disabled"):
        del given["type"]
        if level is not None and kind != "disabled":
            del config["effort"]
    _format(config, body, told)
    if given:
        options["thinking"] = given
    if config:
        options["output_config"] = config


def _format(config: dict[str, Any], body: dict[str, Any], told: dict[str, Any]) -> None:
    """The schema of the answer, in its place or in the older one."""
    place = "output_config.format" if "format" in config else "output_format"
    form = config.get("format") or body.get("output_format")
    if form is None:
        return
    form = table(form, place)
    if form.get("type") != "json_schema":
        said = f"{place}.type must be json_schema, not {form.get('type')!r}"
        raise BadRequest(said, status=400, code="invalid_value", param=f"{place}.type")
    config.pop("format", None)
    told["response_format"] = ResponseFormat(table(form.get("schema"), f"{place}.schema"))


def _said(body: dict[str, Any], name: str) -> dict[str, Any]:
    """A table of the body without its nulls."""
    given = body.get(name)
    found = {} if given is None else table(given, name)
    return {key: value for key, value in found.items() if value is not None}
