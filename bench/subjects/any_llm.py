"""any-llm, its objects kept: its one-shot functions make a client for each call."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from typing import Any

import any_llm

from bench.subjects import KEY

ASKED: Any = [{"role": "user", "content": "Why is the sky blue?"}]


class Subject:
    """One object of each colour: the two together fail, for it binds its client to an event loop."""

    def __init__(self, url: str) -> None:
        self._client: Any = any_llm.AnyLLM.create("openai", api_key=KEY, api_base=url)
        self._aclient: Any = any_llm.AnyLLM.create("openai", api_key=KEY, api_base=url)

    def call(self, model: str) -> str:
        """The text of a whole reply."""
        return _text(self._client.completion(model=model, messages=ASKED))

    async def acall(self, model: str) -> str:
        """The same, awaited."""
        return _text(await self._aclient.acompletion(model=model, messages=ASKED))

    def stream(self, model: str) -> Iterator[str]:
        """The text of a streamed reply, piece by piece."""
        for chunk in self._client.completion(model=model, messages=ASKED, stream=True):
            if chunk.choices and (text := chunk.choices[0].delta.content):
                yield text

    async def astream(self, model: str) -> AsyncIterator[str]:
        """The same, awaited."""
        async for chunk in await self._aclient.acompletion(model=model, messages=ASKED, stream=True):
            if chunk.choices and (text := chunk.choices[0].delta.content):
                yield text

    def arguments(self, model: str) -> dict[str, Any]:
        """The arguments of the one tool call of a streamed reply, put together by hand."""
        return _read(list(self._client.completion(model=model, messages=ASKED, stream=True)))

    async def aarguments(self, model: str) -> dict[str, Any]:
        """The same, awaited."""
        stream = await self._aclient.acompletion(model=model, messages=ASKED, stream=True)
        return _read([chunk async for chunk in stream])

    def converse(self, model: str) -> str:
        """The text of a whole reply to the long conversation."""
        return _text(self._client.completion(model=model, **self._conversation))

    async def aconverse(self, model: str) -> str:
        """The same, awaited."""
        return _text(await self._aclient.acompletion(model=model, **self._conversation))

    @cached_property
    def _conversation(self) -> dict[str, Any]:
        from bench import conversation

        return {"messages": conversation.messages(), "tools": conversation.tools()}


def _text(completion: Any) -> str:
    text: str = completion.choices[0].message.content
    return text


def _read(chunks: list[Any]) -> dict[str, Any]:
    calls = [chunk.choices[0].delta.tool_calls for chunk in chunks if chunk.choices]
    arguments: dict[str, Any] = json.loads("".join(call[0].function.arguments for call in calls if call))
    return arguments
