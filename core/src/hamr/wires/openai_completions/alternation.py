"""Turns that alternate, for servers that refuse two in a row of one role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hamr.wires.told import Told


def alternating(messages: Iterable[dict[str, Any]], told: Told) -> list[dict[str, Any]]:
    """The messages with neighbours of one role put together: texts by a blank line, parts one after the other."""
    turns: list[list[dict[str, Any]]] = []
    for message in messages:
        if turns and _plain(message) and _plain(turns[-1][-1]) and message["role"] == turns[-1][0]["role"]:
            turns[-1].append(message)
        else:
            turns.append([message])
    if any(len(turn) > 1 for turn in turns):
        told("changed", "messages", "this provider wants roles to alternate; neighbours of one role go together")
    return [_together(turn) if len(turn) > 1 else turn[0] for turn in turns]


def _plain(message: dict[str, Any]) -> bool:
    return message["role"] != "tool" and "tool_calls" not in message


def _together(turn: list[dict[str, Any]]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for message in turn:
        whole.update(message)
    contents = [message["content"] for message in turn if message["content"]]
    if all(isinstance(content, str) for content in contents):
        return {**whole, "content": "\n\n".join(contents)}
    return {**whole, "content": [part for content in contents for part in _parts(content)]}


def _parts(content: str | list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content
