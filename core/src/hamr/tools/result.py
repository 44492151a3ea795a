"""What a tool gave back, as the model is told of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hamr.errors import HamrError
from hamr.types import File, Image, Text, ToolCall, ToolResult

_PARTS = (Text, Image, File)


def result(call: ToolCall, value: Any) -> ToolResult:
    """The result of a call: texts and parts as they are, anything else as JSON; raises TypeError naming its type."""
    return ToolResult(call.id, _parts(value), call.name)


def failure(call: ToolCall, error: BaseException) -> ToolResult:
    """The result of a call that failed: kind and message, without a traceback."""
    told = error.message if isinstance(error, HamrError) else str(error)
    return refusal(call, f"{type(error).__name__}: {told}" if told else type(error).__name__)


def refusal(call: ToolCall, why: str) -> ToolResult:
    """The result of a call that has none, and why."""
    return ToolResult(call.id, (Text(_whole(why)),), call.name, is_error=True)


def _parts(value: Any) -> tuple[Text | Image | File, ...]:
    if isinstance(value, str):
        return (Text(_whole(str.__str__(value))),)
    if isinstance(value, _PARTS):
        return (value,)
    if isinstance(value, list | tuple) and any(isinstance(each, _PARTS) for each in value):
        return tuple(part for each in value for part in _parts(each))
    return (Text(_json(value)),)


def _whole(text: str) -> str:
    """The same with a replacement character for each half of one, as names of files may hold: no wire carries it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _json(value: Any) -> str:
    from pydantic_core import to_json

    kind = type(value).__name__
    if isinstance(value, Iterator) or hasattr(value, "__anext__"):
        raise TypeError(f"the tool returned a {kind}, which JSON cannot hold; it must return a list")
    try:
        return to_json(value, inf_nan_mode="strings").decode()
    except (ValueError, RecursionError) as error:
        raise TypeError(f"the tool returned a {kind}, which JSON cannot hold: {error}") from error
