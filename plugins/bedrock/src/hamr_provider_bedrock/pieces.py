"""A whole content block as the pieces that a stream would bring it in."""

from __future__ import annotations

from typing import Any

Delta = dict[str, Any]


def pieces(block: dict[str, Any]) -> tuple[dict[str, Any] | None, list[Delta]]:
    """What its `contentBlockStart` says, if it has one, and its deltas; nothing for a block of an unknown kind."""
    for kind, split in _SPLITS.items():
        if kind in block:
            inner = block[kind]
            return split(inner if isinstance(inner, dict) else {}) if kind != "text" else (None, [{"text": inner}])
    return None, []


def _thinking(inner: dict[str, Any]) -> tuple[None, list[Delta]]:
    said = inner.get("reasoningText")
    said = {**said} if isinstance(said, dict) else inner
    names = ("text", "signature", "redactedContent")
    return None, [{"reasoningContent": {name: said[name]}} for name in names if name in said]


def _cited(inner: dict[str, Any]) -> tuple[None, list[Delta]]:
    said = [{"text": each.get("text")} for each in items(inner.get("content")) if isinstance(each, dict)]
    return None, [*said, *({"citation": each} for each in items(inner.get("citations")))]


def _call(inner: dict[str, Any]) -> tuple[dict[str, Any], list[Delta]]:
    from pydantic_core import to_json

    start = {name: value for name, value in inner.items() if name != "input"}
    return {"toolUse": start}, [{"toolUse": {"input": to_json(inner.get("input") or {}).decode()}}]


def _result(inner: dict[str, Any]) -> tuple[dict[str, Any], list[Delta]]:
    start = {name: value for name, value in inner.items() if name != "content"}
    return {"toolResult": start}, [{"toolResult": items(inner.get("content"))}]


def _image(inner: dict[str, Any]) -> tuple[dict[str, Any], list[Delta]]:
    rest = {name: value for name, value in inner.items() if name != "format"}
    return {"image": {"format": inner.get("format")}}, [{"image": rest}]


def items(value: Any) -> list[Any]:
    """A list itself, and nothing of what is none."""
    return value if isinstance(value, list) else []


_SPLITS: dict[str, Any] = {
    "text": None,
    "reasoningContent": _thinking,
    "toolUse": _call,
    "citationsContent": _cited,
    "toolResult": _result,
    "image": _image,
}
