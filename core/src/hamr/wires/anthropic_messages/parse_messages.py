"""The wire's `system` and `messages`, to messages."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from hamr.errors import BadRequest
from hamr.types import Message, Text, ToolResult
from hamr.wires.anthropic_messages.parse_content import part, parts
from hamr.wires.body_shape import array, table, text

if TYPE_CHECKING:
    from collections.abc import Iterator


def system(value: Any) -> tuple[Message, ...]:
    """What the system says: a text, or blocks of text; raises BadRequest."""
    if value is None or value in ("", []):
        return ()
    return (Message("system", parts(value, "system")),)


def messages(items: list[Any], place: str) -> tuple[Message, ...]:
    """The messages; results of tools, which the wire has the user say, are messages of their own. Raises BadRequest."""
    return tuple(
        message
        for at, item in enumerate(items)
        for message in _messages(table(item, f"{place}[{at}]"), f"{place}[{at}]")
    )


def _messages(item: dict[str, Any], place: str) -> Iterator[Message]:
    role, content = text(item.get("role"), f"{place}.role"), item.get("content")
    if role == "assistant":
        yield Message("assistant", parts(content, f"{place}.content"))
    elif role == "system":
        yield Message("system", parts(content, f"{place}.content"))
    elif role != "user":
        said = f"{place}.role must be one of user, assistant, system, not {role!r}"
        raise BadRequest(said, status=400, code="invalid_value", param=f"{place}.role")
    elif isinstance(content, str):
        yield Message("user", (Text(content),))
    else:
        blocks = array(content, f"{place}.content")
        read = [part(table(each, f"{place}.content[{at}]"), f"{place}.content[{at}]") for at, each in enumerate(blocks)]
        for results, group in groupby(read, key=lambda each: isinstance(each, ToolResult)):
            yield Message("tool" if results else "user", tuple(group))
