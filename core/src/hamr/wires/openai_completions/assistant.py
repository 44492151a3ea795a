"""The model's own turns, sent back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.errors import Unsupported
from hamr.types import Audio, HostedTool, Text, Thinking, ToolCall
from hamr.wires.arguments import returned_text
from hamr.wires.openai_completions.call_ids import fitting_id
from hamr.wires.openai_completions.thinking_replay import Replay

if TYPE_CHECKING:
    from hamr.types import Message
    from hamr.wires.openai_completions.compat import Compat
    from hamr.wires.told import Told


def assistant_message(message: Message, place: str, compat: Compat, told: Told) -> dict[str, Any]:
    """One turn of the assistant; raises Unsupported.

    Content goes as a plain string: some models copy the structure of parts into their answers (DeepSeek on
    NVIDIA NIM).
    """
    replay = Replay(compat, told)
    calls: list[dict[str, Any]] = []
    written: dict[str, Any] = {"role": "assistant", "content": None}
    for number, part in enumerate(message.parts):
        where = f"{place}.parts[{number}]"
        if isinstance(part, Thinking):
            replay.thinking(part, where)
        elif isinstance(part, Text):
            _text(part, where, written, replay, told)
        elif isinstance(part, ToolCall):
            calls.append(_call(part, where, compat, told))
        elif isinstance(part, Audio):
            _audio(part, where, written, replay, told)
        elif isinstance(part, HostedTool):
            told("dropped", where, "this wire takes no tools back that the provider ran")
        else:
            raise Unsupported(f"{where}: no {type(part).__name__} can stand in a turn of the assistant")
    written["content"] = replay.content
    written.update(replay.fields())
    if calls:
        written["tool_calls"] = calls
    if written["content"] is None and (compat.requires_non_null_assistant_content or not _may_be_null(written)):
        written["content"] = ""
    return written


def _may_be_null(written: dict[str, Any]) -> bool:
    return any(name in written for name in ("tool_calls", "audio", "refusal"))


def _text(part: Text, where: str, written: dict[str, Any], replay: Replay, told: Told) -> None:
    told.own(part.extra, where)
    if part.cache is not None:
        told("dropped", f"{where}.cache", "marks are set on the user's and the system's messages")
    if part.refusal:
        written["refusal"] = written.get("refusal", "") + part.text
    else:
        replay.text(part.text)


def _audio(part: Audio, where: str, written: dict[str, Any], replay: Replay, told: Told) -> None:
    told.own(part.extra, where)
    if part.file_id is not None:
        written["audio"] = {"id": part.file_id}
    elif part.transcript:
        replay.text(part.transcript)
        told("changed", where, "sound goes back by its id alone; its transcript is sent")
    else:
        told("dropped", where, "sound goes back by its id alone")


def _call(call: ToolCall, where: str, compat: Compat, told: Told) -> dict[str, Any]:
    own = dict(told.own(call.extra, where))
    kind = own.pop("type", "function")
    id = fitting_id(call.id, compat, told)
    if kind == "custom":
        text = call.text if call.text is not None else str(call.arguments.get("input", ""))
        return {"id": id, "type": kind, "custom": {"name": call.name, "input": text}, **own}
    function = {"name": call.name, "arguments": _arguments(call, where, told)}
    return {"id": id, "type": kind, "function": function, **own}


def _arguments(call: ToolCall, where: str, told: Told) -> str:
    """The arguments as the model wrote them, so long as they are an object.

    Servers read them again, and one that cannot fails the whole next turn.
    """
    return returned_text(call, where, told)
