"""`sim/tools` calls a tool, and quotes what the tool has answered."""

from __future__ import annotations

import json

from hamr.api import Message, Request, Tool, ToolCall, ToolResult
from hamr_sim.description import described_part, prompt
from hamr_sim.instance import Maker
from hamr_sim.turn import Turn, saying


def speak(request: Request) -> Turn:
    """A call of the tool that fits best; after a result of a tool, text that quotes it."""
    if request.messages and request.messages[-1].role == "tool":
        return saying(_quoted(request.messages))
    tool = _chosen(request)
    if tool is None:
        return saying(f"There is no tool to call. {prompt(request)}".rstrip())
    arguments = Maker({"type": "object", **tool.parameters}).make()
    count = 1 + sum(len(message.tool_calls) for message in request.messages)
    return Turn((ToolCall(f"call_sim_{count}", tool.name, arguments, json.dumps(arguments)),))


def _chosen(request: Request) -> Tool | None:
    """The tool that is forced, else the first whose name stands in the prompt, else the first."""
    choice = request.tool_choice
    if choice is not None and choice.mode == "none":
        return None
    names = choice.names if choice is not None else ()
    tools = [tool for tool in request.tools if not names or tool.name in names]
    said = prompt(request)
    return next((tool for tool in tools if tool.name in said), tools[0] if tools else None)


def _quoted(messages: tuple[Message, ...]) -> str:
    """The results since the model last spoke, each with the name of its tool."""
    names = {call.id: call.name for message in messages for call in message.tool_calls}
    last = max((place for place, message in enumerate(messages) if message.role != "tool"), default=-1)
    results = [part for message in messages[last + 1 :] for part in message.parts if isinstance(part, ToolResult)]
    return " ".join(f'{names.get(each.call_id, each.call_id)} answered: "{described_part(each)}".' for each in results)
