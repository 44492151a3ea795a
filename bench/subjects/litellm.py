"""LiteLLM's functions, on its route for servers that speak as OpenAI does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from typing import Any

import litellm

from bench.subjects import KEY

ASKED: Any = [{"role": "user", "content": "Why is the sky blue?"}]


class Subject:
    """Its functions keep clients by themselves."""

    def __init__(self, url: str) -> None:
        self._fixed: dict[str, Any] = {"api_base": url, "api_key": KEY}

    def call(self, model: str) -> str:
        """The text of a whole reply."""
        return _text(litellm.completion(f"openai/{model}", ASKED, **self._fixed))

    async def acall(self, model: str) -> str:
        """The same, awaited."""
        return _text(await litellm.acompletion(f"openai/{model}", ASKED, **self._fixed))

    def stream(self, model: str) -> Iterator[str]:
        """The text of a streamed reply, piece by piece."""
        for chunk in litellm.completion(f"openai/{model}", ASKED, stream=True, **self._fixed):
            if chunk.choices and (text := chunk.choices[0].delta.content):
                yield text

    async def astream(self, model: str) -> AsyncIterator[str]:
        """The same, awaited."""
        async for chunk in await litellm.acompletion(f"openai/{model}", ASKED, stream=True, **self._fixed):
            if chunk.choices and (text := chunk.choices[0].delta.content):
                yield text

    def arguments(self, model: str) -> dict[str, Any]:
        """The arguments of the one tool call of a streamed reply."""
        return _read(list(litellm.completion(f"openai/{model}", ASKED, stream=True, **self._fixed)))

    async def aarguments(self, model: str) -> dict[str, Any]:
        """The same, awaited."""
        stream = await litellm.acompletion(f"openai/{model}", ASKED, stream=True, **self._fixed)
        return _read([chunk async for chunk in stream])

    def converse(self, model: str) -> str:
        """The text of a whole reply to the long conversation."""
        return _text(litellm.completion(f"openai/{model}", **self._conversation, **self._fixed))

    async def aconverse(self, model: str) -> str:
        """The same, awaited."""
        return _text(await litellm.acompletion(f"openai/{model}", **self._conversation, **self._fixed))

    @cached_property
    def _conversation(self) -> dict[str, Any]:
        from bench import conversation

        return {"messages": conversation.messages(), "tools": conversation.tools()}


def _text(response: Any) -> str:
    text: str = response.choices[0].message.content
    return text


def _read(chunks: list[Any]) -> dict[str, Any]:
    built: Any = litellm.stream_chunk_builder(chunks)
    arguments: dict[str, Any] = json.loads(built.choices[0].message.tool_calls[0].function.arguments)
    return arguments
