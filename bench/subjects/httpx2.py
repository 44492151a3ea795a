"""The floor: the same calls made by hand with httpx2's clients and json."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from typing import Any

import httpx2

ASKED = [{"role": "user", "content": "Why is the sky blue?"}]
DATA, DONE = "data: ", "data: [DONE]"


class Subject:
    """One client of each colour."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/chat/completions"

    @cached_property
    def _client(self) -> httpx2.Client:
        return httpx2.Client()

    @cached_property
    def _aclient(self) -> httpx2.AsyncClient:
        # As hamr keeps them: with fewer than are at work it would connect anew all the time.
        return httpx2.AsyncClient(limits=httpx2.Limits(max_connections=None, keepalive_expiry=60))

    def call(self, model: str) -> str:
        """The text of a whole reply."""
        return _text(self._client.post(self._url, json={"model": model, "messages": ASKED}))

    async def acall(self, model: str) -> str:
        """The same, awaited."""
        return _text(await self._aclient.post(self._url, json={"model": model, "messages": ASKED}))

    def stream(self, model: str) -> Iterator[str]:
        """The text of a streamed reply, piece by piece."""
        for delta in self._deltas(model):
            if text := delta.get("content"):
                yield text

    async def astream(self, model: str) -> AsyncIterator[str]:
        """The same, awaited."""
        async for delta in self._adeltas(model):
            if text := delta.get("content"):
                yield text

    def arguments(self, model: str) -> dict[str, Any]:
        """The arguments of the one tool call of a streamed reply."""
        return _read([delta for delta in self._deltas(model) if "tool_calls" in delta])

    async def aarguments(self, model: str) -> dict[str, Any]:
        """The same, awaited."""
        return _read([delta async for delta in self._adeltas(model) if "tool_calls" in delta])

    def converse(self, model: str) -> str:
        """The text of a whole reply to the long conversation."""
        return _text(self._client.post(self._url, json={"model": model, **self._conversation}))

    async def aconverse(self, model: str) -> str:
        """The same, awaited."""
        return _text(await self._aclient.post(self._url, json={"model": model, **self._conversation}))

    @cached_property
    def _conversation(self) -> dict[str, Any]:
        from bench import conversation

        return {"messages": conversation.messages(), "tools": conversation.tools()}

    def _deltas(self, model: str) -> Iterator[dict[str, Any]]:
        body = {"model": model, "messages": ASKED, "stream": True}
        with self._client.stream("POST", self._url, json=body) as response:
            for line in response.iter_lines():
                if line.startswith(DATA) and line != DONE and (choices := json.loads(line[6:])["choices"]):
                    yield choices[0]["delta"]

    async def _adeltas(self, model: str) -> AsyncIterator[dict[str, Any]]:
        body = {"model": model, "messages": ASKED, "stream": True}
        async with self._aclient.stream("POST", self._url, json=body) as response:
            async for line in response.aiter_lines():
                if line.startswith(DATA) and line != DONE and (choices := json.loads(line[6:])["choices"]):
                    yield choices[0]["delta"]


def _text(response: httpx2.Response) -> str:
    text: str = json.loads(response.content)["choices"][0]["message"]["content"]
    return text


def _read(deltas: list[dict[str, Any]]) -> dict[str, Any]:
    pieces = [delta["tool_calls"][0]["function"]["arguments"] for delta in deltas]
    arguments: dict[str, Any] = json.loads("".join(pieces))
    return arguments
