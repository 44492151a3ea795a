"""OpenAI's own SDK. Its streaming helper puts tool calls together."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from typing import Any

import openai

from bench.subjects import KEY

ASKED: Any = [{"role": "user", "content": "Why is the sky blue?"}]


class Subject:
    """One client of each colour."""

    def __init__(self, url: str) -> None:
        self._url = url

    @cached_property
    def _client(self) -> Any:
        return openai.OpenAI(base_url=self._url, api_key=KEY).chat.completions

    @cached_property
    def _aclient(self) -> Any:
        return openai.AsyncOpenAI(base_url=self._url, api_key=KEY).chat.completions

    def call(self, model: str) -> str:
        """The text of a whole reply."""
        return _text(self._client.create(model=model, messages=ASKED))

    async def acall(self, model: str) -> str:
        """The same, awaited."""
        return _text(await self._aclient.create(model=model, messages=ASKED))

    def stream(self, model: str) -> Iterator[str]:
        """The text of a streamed reply, piece by piece."""
        with self._client.create(model=model, messages=ASKED, stream=True) as stream:
            for chunk in stream:
                if chunk.choices and (text := chunk.choices[0].delta.content):
                    yield text

    async def astream(self, model: str) -> AsyncIterator[str]:
        """The same, awaited."""
        async with await self._aclient.create(model=model, messages=ASKED, stream=True) as stream:
            async for chunk in stream:
                if chunk.choices and (text := chunk.choices[0].delta.content):
                    yield text

    def arguments(self, model: str) -> dict[str, Any]:
        """The arguments of the one tool call of a streamed reply."""
        with self._client.stream(model=model, messages=ASKED) as stream:
            return _read(stream.get_final_completion())

    async def aarguments(self, model: str) -> dict[str, Any]:
        """The same, awaited."""
        async with self._aclient.stream(model=model, messages=ASKED) as stream:
            return _read(await stream.get_final_completion())

    def converse(self, model: str) -> str:
        """The text of a whole reply to the long conversation."""
        return _text(self._client.create(model=model, **self._conversation))

    async def aconverse(self, model: str) -> str:
        """The same, awaited."""
        return _text(await self._aclient.create(model=model, **self._conversation))

    @cached_property
    def _conversation(self) -> dict[str, Any]:
        from bench import conversation

        return {"messages": conversation.messages(), "tools": conversation.tools()}


def _text(completion: Any) -> str:
    text: str = completion.choices[0].message.content
    return text


def _read(completion: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = json.loads(completion.choices[0].message.tool_calls[0].function.arguments)
    return arguments
