"""hamr, through its plugin for servers of one's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from typing import Any

from hamr import Hamr, Message, Text, Tool, ToolCall, ToolResult


class Subject:
    """One client, as most programs have."""

    def __init__(self, url: str) -> None:
        self._client = Hamr(environ={"LOCAL_LLM_BASE_URL": url})

    def call(self, model: str) -> str:
        """The text of a whole reply."""
        return self._client.call("Why is the sky blue?", f"local/{model}").text

    async def acall(self, model: str) -> str:
        """The same, awaited."""
        return (await self._client.acall("Why is the sky blue?", f"local/{model}")).text

    def stream(self, model: str) -> Iterator[str]:
        """The text of a streamed reply, piece by piece."""
        with self._client.stream("Why is the sky blue?", f"local/{model}") as stream:
            yield from stream.texts()

    async def astream(self, model: str) -> AsyncIterator[str]:
        """The same, awaited."""
        async with self._client.astream("Why is the sky blue?", f"local/{model}") as stream:
            async for text in stream.texts():
                yield text

    def arguments(self, model: str) -> dict[str, Any]:
        """The arguments of the one tool call of a streamed reply."""
        with self._client.stream("Write.", f"local/{model}") as stream:
            for _ in stream:
                pass
            return dict(stream.response.message.tool_calls[0].arguments)

    async def aarguments(self, model: str) -> dict[str, Any]:
        """The same, awaited."""
        async with self._client.astream("Write.", f"local/{model}") as stream:
            async for _ in stream:
                pass
            return dict((await stream.response()).message.tool_calls[0].arguments)

    def converse(self, model: str) -> str:
        """The text of a whole reply to the long conversation."""
        messages, tools = self._conversation
        return self._client.call(messages, f"local/{model}", tools=tools).text

    async def aconverse(self, model: str) -> str:
        """The same, awaited."""
        messages, tools = self._conversation
        return (await self._client.acall(messages, f"local/{model}", tools=tools)).text

    @cached_property
    def _conversation(self) -> tuple[list[Message], list[Tool]]:
        from bench import conversation

        tools = [tool["function"] for tool in conversation.tools()]
        return [message(each) for each in conversation.messages()], [Tool(**tool) for tool in tools]


def message(plain: dict[str, Any]) -> Message:
    """A message as it stands in a conversation that hamr led."""
    import json

    if plain["role"] == "tool":
        return Message("tool", (ToolResult(plain["tool_call_id"], (Text(plain["content"]),)),))
    if "tool_calls" not in plain:
        return Message(plain["role"], (Text(plain["content"]),))
    call = plain["tool_calls"][0]
    text = call["function"]["arguments"]
    return Message("assistant", (ToolCall(call["id"], call["function"]["name"], json.loads(text), text),))
