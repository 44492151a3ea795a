"""Every event that the published description of the stream knows is read, or passed over; none breaks a reply."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hamr.types import Event, Failed, Finished, Response, Warned

Decode = Callable[..., list[Event]]
ITEM_EVENTS = ("response.output_item.added", "response.output_item.done")


@pytest.fixture(scope="module")
def definitions(pytestconfig: pytest.Config) -> dict[str, Any]:
    path = Path(pytestconfig.rootpath).parent / "shared" / "specs" / "openai.json"
    if not path.exists():
        pytest.skip("the published shapes are not on this machine: ../shared/specs/openai.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["$defs"]
    return found


def sample(shape: dict[str, Any], known: dict[str, Any], depth: int = 0) -> Any:
    """A value of this shape, with every field that it may have, down to a depth."""
    if "$ref" in shape:
        return sample(known[shape["$ref"].rpartition("/")[2]], known, depth)
    if several := shape.get("oneOf") or shape.get("anyOf"):
        return sample(several[0], known, depth)
    if "allOf" in shape:
        merged: dict[str, Any] = {}
        for each in shape["allOf"]:
            merged.update(sample(each, known, depth) or {})
        return merged
    if "enum" in shape:
        return shape["enum"][0]
    kind = shape.get("type")
    if kind == "object" or "properties" in shape:
        needed = shape.get("required", ()) if depth > 4 else shape.get("properties", {})
        return {
            name: sample(shape["properties"][name], known, depth + 1) for name in needed if name in shape["properties"]
        }
    plain = {"array": [], "string": "text", "integer": 0, "number": 0.5, "boolean": True}
    return [sample(shape["items"], known, depth + 1)] if kind == "array" and depth < 5 else plain.get(str(kind))


def alternatives(name: str, known: dict[str, Any]) -> list[dict[str, Any]]:
    shape = known[name]
    return [known[each["$ref"].rpartition("/")[2]] for each in shape.get("anyOf") or shape.get("oneOf")]


def test_every_event_of_the_stream(definitions: dict[str, Any], decode: Decode, sse: Callable[..., bytes]) -> None:
    """Alone, and in the midst of each kind of item."""
    shapes = alternatives("ResponseStreamEvent", definitions)
    items = [sample(shape, definitions) for shape in alternatives("OutputItem", definitions)]
    assert len(shapes) > 50
    end = {"type": "response.completed", "response": {"id": "r", "status": "completed", "output": []}}
    for shape in shapes:
        event = sample(shape, definitions)
        for item in items:
            begun = {"type": ITEM_EVENTS[0], "output_index": 0, "item": item}
            last = decode(sse(begun, event, end))[-1]
            if event["type"] in ("error", "response.failed"):
                assert isinstance(last, Failed), event["type"]
            elif event["type"] == "response.incomplete":
                assert isinstance(last, Failed), "it holds an error"
            else:
                assert isinstance(last, Finished), (event["type"], item["type"])


def test_every_kind_of_item_comes_and_goes_back(
    definitions: dict[str, Any],
    decode: Decode,
    sse: Callable[..., bytes],
    folded: Callable[..., Response],
    encode: Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]],
) -> None:
    """What the provider ran itself is kept byte for byte, whether it came in a stream or whole."""
    from hamr.types import Request

    kinds = set()
    for shape in alternatives("OutputItem", definitions):
        item = sample(shape, definitions)
        if item["type"] == "image_generation_call":
            item["result"] = "AQI="
        kinds.add(item["type"])
        body = {"id": "r", "model": "m", "status": "completed", "output": [item]}
        stream = sse(
            {"type": ITEM_EVENTS[0], "output_index": 0, "item": item},
            {"type": ITEM_EVENTS[1], "output_index": 0, "item": item},
            {"type": "response.completed", "response": body},
        )
        found = folded(decode(stream))
        assert folded(decode(json.dumps(body).encode())).message == found.message
        (again,) = encode(Request((found.message,)))[0]["input"]
        if item["type"] not in ("message", "function_call", "custom_tool_call"):
            assert again == item
        else:
            assert again["id"] == item["id"]
    assert {"mcp_call", "mcp_approval_request", "code_interpreter_call", "shell_call", "compaction"} <= kinds


def test_sound_is_told_once(decode: Decode, sse: Callable[..., bytes]) -> None:
    sound = {"type": "response.audio.delta", "delta": "AA=="}
    item = {"type": "message", "id": "m", "content": []}
    begun = {"type": ITEM_EVENTS[0], "output_index": 0, "item": item}
    end = {"type": "response.completed", "response": {"id": "r", "status": "completed", "output": []}}
    events = decode(sse(begun, sound, sound, end))
    assert [event.text for event in events if isinstance(event, Warned)] == [
        "the reply holds sound, which this wire does not read"
    ]
