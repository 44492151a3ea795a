"""The JSON of a response: every field that docs/command-line.md promises."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from decimal import Decimal
from pathlib import Path

from hamr.cli import document
from hamr.cli.failure import FACTS
from hamr.types import Adaptation, Citation, Cost, Image, Message, Response, Text, ToolCall, Usage

PAGE = Path(__file__).parents[3] / "docs" / "command-line.md"
FULL = Response(
    message=Message(
        "assistant",
        (
            Text("Hi", citations=(Citation(url="https://a.example"),)),
            ToolCall("t1", "weather", {"a": 1}, '{"a":1}'),
            Image(data=b"\x89PNG", media_type="image/png"),
        ),
    ),
    finish_reason="stop",
    provider="acme",
    model="m",
    usage=Usage(input=3, cache_read=1, output=2, raw={"prompt_tokens": b"opaque"}),
    cost=Cost(Decimal("0.000123")),
    alternatives=(Message("assistant", (Text("Ho"),)),),
    adaptations=(Adaptation("dropped", "seed", "the provider has none"),),
    warnings=("beware",),
)


def test_a_full_response_is_json_without_bytes() -> None:
    told = json.loads(json.dumps(document.response(FULL)))
    assert told["text"] == "Hi"
    assert told["tool_calls"] == [
        {"id": "t1", "name": "weather", "arguments": {"a": 1}, "text": '{"a":1}', "problem": None}
    ]
    assert told["attachments"] == [
        {"type": "image", "media_type": "image/png", "bytes": 4, "url": None, "file_id": None}
    ]
    assert told["citations"][0]["url"] == "https://a.example"
    assert told["cost"] == {"usd": 0.000123, "reason": None}
    assert told["alternatives"][0]["text"] == "Ho"
    assert told["adaptations"] == [{"kind": "dropped", "field": "seed", "why": "the provider has none"}]
    assert (told["usage"]["input_total"], told["usage"]["total"]) == (4, 6)


def test_no_bucket_of_the_usage_is_left_out() -> None:
    assert {field.name for field in fields(Usage)} - {"raw"} <= {*document.usage(Usage())}
    told = document.usage(Usage(input=5, billed=Usage(input=3)))
    assert (told["input"], told["billed"]["input"], told["billed"]["billed"]) == (5, 3, None)


def test_the_page_describes_every_field() -> None:
    described = set(re.findall(r"`(\w+)`", PAGE.read_text(encoding="utf-8")))
    promised = {*document.response(FULL), *document.USAGE, *FACTS, "type", "message", "hint", "partial"}
    assert promised - described == set()
