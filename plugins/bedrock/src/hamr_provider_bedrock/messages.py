"""The conversation, as the wire's `system` and `messages`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import Unsupported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.api import Message
    from hamr.wirekit import Told
    from hamr_provider_bedrock.blocks import BlockWriter

_OF_SYSTEM = frozenset({"text", "cachePoint", "guardContent"})


def conversation(messages: Sequence[Message], writer: BlockWriter, told: Told) -> dict[str, Any]:
    """`system`, if anything is in it, and `messages`, in which user and assistant take turns; raises Unsupported.

    Results of tools are the user's, and all of them together with what the user says next are one turn.
    """
    system: list[dict[str, Any]] = []
    turns: list[dict[str, Any]] = []
    last = ""
    for at, message in enumerate(messages):
        place = f"messages[{at}]"
        if message.extra:
            told.own(message.extra, place)
        if message.name is not None:
            told("dropped", f"{place}.name", "this wire has no names of messages")
        blocks = writer.write(message.parts, place)
        if message.role == "system":
            if turns:
                told("changed", place, "what the system says stands at the beginning on this wire")
            system += _of_system(blocks, place)
            continue
        role = "assistant" if message.role == "assistant" else "user"
        if not blocks:
            told("dropped", place, "nothing in it can be sent")
        elif turns and turns[-1]["role"] == role:
            turns[-1]["content"] += blocks
            if message.role == last != "tool":
                told("changed", place, "user and assistant take turns on this wire; joined with what stood before it")
        else:
            turns.append({"role": role, "content": blocks})
        last = message.role
    return {**({"system": system} if system else {}), "messages": turns}


def _of_system(blocks: list[dict[str, Any]], place: str) -> list[dict[str, Any]]:
    for block in blocks:
        if not _OF_SYSTEM & block.keys():
            raise Unsupported(f"{place}: what the system says is text alone on this wire, and no {next(iter(block))}")
    return blocks
