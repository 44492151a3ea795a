"""A whole content block as the pieces that a stream would bring it in."""

from __future__ import annotations

from typing import Any

Block = dict[str, Any]


def pieces(block: Block) -> tuple[Block, list[Block]]:
    """What its `contentBlockStart` says, if it has one, and its deltas; nothing for a block of an unknown kind."""
    from pydantic_core import to_json

    start: Block = {}
    deltas: list[Block] = []
    match block:
        case {"text": text}:
            deltas = [{"text": text}]
        case {"reasoningContent": {"reasoningText": dict(said)}} | {"reasoningContent": dict(said)}:
            deltas = [{"reasoningContent": said}]
        case {"citationsContent": dict(said)}:
            texts = [{"text": each.get("text")} for each in items(said.get("content")) if isinstance(each, dict)]
            deltas = [*texts, *({"citation": each} for each in items(said.get("citations")))]
        case {"toolUse": dict(said)}:
            given = to_json(said.get("input") or {}).decode()
            start, deltas = _without("input", block), [{"toolUse": {"input": given}}]
        case {"toolResult": dict(said)}:
            start, deltas = _without("content", block), [{"toolResult": items(said.get("content"))}]
        case {"image": dict(said)}:
            start, deltas = {"image": {"format": said.get("format")}}, [_without("format", block)]
    return start, deltas


def items(value: Any) -> list[Any]:
    """A list itself, and nothing of what is none."""
    return value if isinstance(value, list) else []


def _without(name: str, block: Block) -> Block:
    return {kind: {key: value for key, value in said.items() if key != name} for kind, said in block.items()}
