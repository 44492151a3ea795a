"""Turns to the blocks of one prompt, as far as the agent takes them; what is changed on the way is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hamr.wirekit import Told

if TYPE_CHECKING:
    from hamr_provider_acp.asked import Block, Turn

HEADINGS = {"system": "System", "user": "User", "assistant": "Assistant", "tool": "Tool"}


def prompt(turns: Sequence[Turn], takes: Mapping[str, Any], instruction: str, told: Told) -> list[Block]:
    """The blocks of the prompt; `takes` are the agent's promptCapabilities.

    One message of the user's goes as it is. Several go as sections under their roles, for the protocol has neither
    roles nor a history.
    """
    plain = [turn.role for turn in turns] == ["user"]
    blocks: list[Block] = []
    for place, turn in enumerate(turns):
        fitted = [each for part in turn.blocks for each in _fitted(part, takes, told, f"{turn.role}[{place}]")]
        if not plain and fitted:
            blocks.append({"type": "text", "text": f"{HEADINGS[turn.role]}:\n"})
        blocks.extend(fitted)
        if not plain and fitted:
            blocks.append({"type": "text", "text": "\n\n"})
    if not plain:
        told("changed", "messages", "the protocol has no history: they go as one prompt, in sections by role")
    if instruction:
        blocks.append({"type": "text", "text": f"\n\n{instruction}" if plain else instruction})
    return list(_joined(blocks))


def _joined(blocks: list[Block]) -> Iterator[Block]:
    """Neighbouring texts as one, without blanks at the end."""
    texts: list[str] = []
    for block in [*blocks, None]:
        if block is not None and block["type"] == "text":
            texts.append(block["text"])
            continue
        if text := "".join(texts).rstrip("\n" if block is None else ""):
            yield {"type": "text", "text": text}
        texts = []
        if block is not None:
            yield block


def _fitted(block: Block, takes: Mapping[str, Any], told: Told, place: str) -> Iterator[Block]:
    match block["type"]:
        case "text" | "resource_link":
            yield block
        case "image" | "audio" as kind:
            if takes.get(kind):
                yield block
            elif takes.get("embeddedContext"):
                told("changed", f"{place}.{kind}", f"the agent takes no {kind}; it goes as an embedded resource")
                resource = {"uri": f"attachment:///{kind}", "mimeType": block["mimeType"], "blob": block["data"]}
                yield {"type": "resource", "resource": resource}
            else:
                told("dropped", f"{place}.{kind}", f"the agent takes no {kind}")
        case "resource":
            yield from _resource(block, takes, told, place)
        case other:
            yield from _without_a_block(other, block, takes, told, place)


def _resource(block: Block, takes: Mapping[str, Any], told: Told, place: str) -> Iterator[Block]:
    resource = block["resource"]
    if takes.get("embeddedContext"):
        yield block
    elif "text" in resource:
        told("changed", f"{place}.file", "the agent takes no embedded resources; its text stands in the prompt")
        yield {"type": "text", "text": f"\n{resource['uri'].rpartition('/')[2]}:\n{resource['text']}\n"}
    else:
        told("dropped", f"{place}.file", f"the agent takes no files ({resource['mimeType']})")


def _without_a_block(kind: str, block: Block, takes: Mapping[str, Any], told: Told, place: str) -> Iterator[Block]:
    match kind:
        case "_tool_call":
            told("changed", f"{place}.tool_call", "the protocol has none of the caller's; it stands in the prompt")
            yield {"type": "text", "text": f"[calls {block['name']} with {block['arguments']}]\n"}
        case "_tool_result":
            told("changed", f"{place}.tool_result", "the protocol has none of the caller's; it stands in the prompt")
            failed = " failed" if block["failed"] else ""
            yield {"type": "text", "text": f"[{block['name']}{failed}] "}
            for each in block["content"]:
                yield from _fitted(each, takes, told, place)
            yield {"type": "text", "text": "\n"}
        case "_thinking":
            told("dropped", f"{place}.thinking", "the protocol has no place for earlier thinking")
        case "_hosted_tool":
            told("dropped", f"{place}.{block['name']}", "the protocol has no place for tools that were run before")
        case _:
            told("dropped", f"{place}.{block.get('name')}", "it stands with another provider")
