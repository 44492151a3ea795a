"""What users write as a prompt, to messages: strings, dicts in the shape of OpenAI's chat, typed objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hamr.errors import BadRequest, ConfigError
from hamr.types import Audio, File, HostedTool, Image, Message, Text, Thinking, ToolCall, ToolResult

Prompt = str | Message | Mapping[str, Any] | Sequence[Any]
_PARTS = (Text, Image, Audio, File, Thinking, ToolCall, ToolResult, HostedTool)


def messages(prompt: Prompt, system: str | None = None) -> tuple[Message, ...]:
    """The messages of a prompt, after the system message if there is one; raises ConfigError naming the place."""
    head = (Message("system", (Text(system),)),) if system else ()
    turns: list[Any] = (
        list(prompt) if isinstance(prompt, Sequence) and not isinstance(prompt, str | bytes) else [prompt]
    )
    if turns and all(isinstance(turn, _PARTS) for turn in turns):
        turns = [Message("user", tuple(turns))]
    body = tuple(
        turn if type(turn) is Message else _message(turn, f"messages[{place}]") for place, turn in enumerate(turns)
    )
    if not body:
        raise ConfigError("the prompt is empty", hint="Give a string, a message, or a list of messages.")
    try:
        kinds: list[type] = [type(message.parts) for message in body]
        if str in kinds:  # its characters would be taken for parts
            raise TypeError  # noqa: TRY301  # it is told as all of its kind
        _check_results(body)
    except TypeError as error:
        from hamr.mistyped import mistyped

        raise mistyped(body, tuple[Message, ...], "messages") or error from None
    return head + body


def _check_results(body: Sequence[Message]) -> None:
    """Raise ConfigError for a result that answers no call: providers refuse it in words that name no place.

    Where the assistant has said nothing, the calls may be known to the provider alone.
    """
    calls: set[str] = set()
    if all(message.role != "assistant" for message in body):
        return
    for place, message in enumerate(body):
        for part in message.parts:
            if isinstance(part, ToolCall):
                calls.add(part.id)
            elif isinstance(part, ToolResult) and part.call_id not in calls:
                raise ConfigError(
                    f"messages[{place}]: a result for the tool call {part.call_id!r}, which no message before it makes",
                    hint="Keep the assistant's message that made the call, as it came, before its results.",
                )


def _message(turn: Any, place: str) -> Message:
    if isinstance(turn, Message):
        return turn
    if isinstance(turn, str):
        return Message("user", (Text(turn),))
    if isinstance(turn, _PARTS):
        return Message("user", (turn,))
    if isinstance(turn, Mapping):
        from hamr.wires.openai_completions.parse import message

        try:
            return message(dict(turn), place)
        except BadRequest as error:
            raise ConfigError(error.message, hint="Write a message as {'role': ..., 'content': ...}.") from error
    raise ConfigError(f"{place}: {type(turn).__name__} is no message", hint="Give a string, a dict or a hamr Message.")
