"""A response as JSON; docs/command-line.md describes each field. Fields are added, never renamed or removed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from hamr.types import Audio, Cost, File, Image, Message, Part, Response, Text, ToolCall, Usage

USAGE = (
    "input",
    "cache_read",
    "cache_write_5m",
    "cache_write_1h",
    "input_audio",
    "output",
    "reasoning",
    "output_audio",
    "input_total",
    "output_total",
    "total",
    "estimated",
)


def response(told: Response) -> dict[str, Any]:
    """The whole response; of images, sounds and files only what they are, for their bytes are no JSON."""
    return {
        **message(told.message),
        "finish_reason": told.finish_reason,
        "provider": told.provider,
        "model": told.model,
        "usage": usage(told.usage) if told.usage is not None else None,
        "cost": cost(told.cost),
        "id": told.id,
        "request_id": told.request_id,
        "alternatives": [message(other) for other in told.alternatives],
        "adaptations": [asdict(adaptation) for adaptation in told.adaptations],
        "warnings": list(told.warnings),
        "timings": asdict(told.timings),
        "choice": asdict(told.choice) if told.choice is not None else None,
        "overflowed": told.overflowed,
    }


def message(told: Message) -> dict[str, Any]:
    """What the model said, by kind."""
    return {
        "text": told.text,
        "thinking": told.thinking,
        "tool_calls": [tool_call(call) for call in told.tool_calls],
        "attachments": [attachment(part) for part in told.parts if isinstance(part, Image | Audio | File)],
        "citations": [asdict(found) for part in told.parts if isinstance(part, Text) for found in part.citations],
    }


def tool_call(call: ToolCall) -> dict[str, Any]:
    """A tool call; `text` is its arguments as the model wrote them."""
    return {
        "id": call.id,
        "name": call.name,
        "arguments": dict(call.arguments),
        "text": call.text,
        "problem": call.problem,
    }


def attachment(part: Part) -> dict[str, Any]:
    """What an image, a sound or a file is; `bytes` is its size."""
    data = getattr(part, "data", None)
    return {
        "type": type(part).__name__.lower(),
        "media_type": getattr(part, "media_type", None) or getattr(part, "format", None),
        "bytes": None if data is None else len(data),
        "url": getattr(part, "url", None),
        "file_id": getattr(part, "file_id", None),
    }


def usage(told: Usage) -> dict[str, Any]:
    """The tokens, bucket by bucket, with their sums; `billed` is the same of what is charged for, where it differs."""
    buckets = {name: getattr(told, name) for name in USAGE}
    return {**buckets, "billed": usage(told.billed) if told.billed is not None else None}


def cost(told: Cost) -> dict[str, Any]:
    """The price in US dollars, or why there is none."""
    return {"usd": None if told.usd is None else float(told.usd), "reason": told.reason if told.usd is None else None}
