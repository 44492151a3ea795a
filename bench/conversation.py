"""A long conversation with many tools, as plain data: 1,000 messages, a quarter of them tool calls, some 700 kB."""

from __future__ import annotations

import json
from typing import Any

TURNS, TOOLS = 250, 50
_SAID = "The quick brown fox jumps over the lazy dog, and then it rests for a while in the shade. " * 7


def messages() -> list[dict[str, Any]]:
    """Turns of four messages in the shape of OpenAI's chat: a question, a tool call, its result, the answer."""
    return [message for turn in range(TURNS) for message in _turn(turn)]


def tools() -> list[dict[str, Any]]:
    """The tools in the shape of OpenAI's chat."""
    return [{"type": "function", "function": _tool(place)} for place in range(TOOLS)]


def _turn(turn: int) -> list[dict[str, Any]]:
    id = f"call_{turn:04d}"
    arguments = json.dumps({"path": f"src/module_{turn}.py", "reason": _SAID})
    call = {"id": id, "type": "function", "function": {"name": f"tool_{turn % TOOLS}", "arguments": arguments}}
    return [
        {"role": "user", "content": f"{turn}: {_SAID}"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": id, "content": f"result {turn}: {_SAID}"},
        {"role": "assistant", "content": f"answer {turn}: {_SAID}"},
    ]


def _tool(place: int) -> dict[str, Any]:
    names = ("path", "reason", "encoding", "limit")
    properties = {name: {"type": "string", "description": f"The {name} that the tool works with."} for name in names}
    parameters = {"type": "object", "properties": properties, "required": ["path"], "additionalProperties": False}
    description = f"Reads, checks and reports on one of the files of the project, in way number {place}."
    return {"name": f"tool_{place}", "description": description, "parameters": parameters}
