"""The events of OpenAI's Responses API, and the items in them, as a server sends them."""

from __future__ import annotations

from typing import Any

USAGE = {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5}


def response(status: str = "completed", output: Any = None, **more: Any) -> dict[str, Any]:
    """A response in this state."""
    return {"id": "resp_1", "object": "response", "model": "m", "status": status, "output": output or [], **more}


def begun(**more: Any) -> dict[str, Any]:
    """The event that begins it."""
    return {"type": "response.created", "response": response("in_progress", **more)}


def ended(status: str = "completed", output: Any = None, **more: Any) -> dict[str, Any]:
    """The event that ends it, with what it took."""
    return {"type": f"response.{status}", "response": response(status, output, usage=USAGE, **more)}


def added(place: int, **item: Any) -> dict[str, Any]:
    """An item begins at this place of the output."""
    return {"type": "response.output_item.added", "output_index": place, "item": item}


def done(place: int, **item: Any) -> dict[str, Any]:
    """An item is whole."""
    return {"type": "response.output_item.done", "output_index": place, "item": item}


def delta(kind: str, place: int, text: str, **more: Any) -> dict[str, Any]:
    """A piece of a text of this kind."""
    return {"type": f"response.{kind}.delta", "output_index": place, "delta": text, **more}


def message(*texts: str, id: str = "msg_1", **more: Any) -> dict[str, Any]:
    """An item that is a text, in these parts."""
    parts = [{"type": "output_text", "text": text, "annotations": []} for text in texts]
    return {"type": "message", "id": id, "role": "assistant", "content": parts, **more}


def call(arguments: str = "", **more: Any) -> dict[str, Any]:
    """An item that is a call."""
    return {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": arguments, **more}
