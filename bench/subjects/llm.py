"""llm, with the model class that its list of OpenAI-like servers is read into."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from typing import Any

import llm
from llm.default_plugins.openai_models import AsyncChat, Chat

ASKED = "Why is the sky blue?"


class Subject:
    """A model of each name and colour."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._models: dict[tuple[str, Any], Any] = {}

    def call(self, model: str) -> str:
        """The text of a whole reply."""
        text: str = self._model(model, Chat).prompt(ASKED, stream=False).text()
        return text

    async def acall(self, model: str) -> str:
        """The same, awaited."""
        text: str = await self._model(model, AsyncChat).prompt(ASKED, stream=False).text()
        return text

    def stream(self, model: str) -> Iterator[str]:
        """The text of a streamed reply, piece by piece."""
        yield from filter(None, self._model(model, Chat).prompt(ASKED))

    async def astream(self, model: str) -> AsyncIterator[str]:
        """The same, awaited."""
        async for text in self._model(model, AsyncChat).prompt(ASKED):
            if text:
                yield text

    def arguments(self, model: str) -> dict[str, Any]:
        """The arguments of the one tool call of a streamed reply."""
        arguments: dict[str, Any] = self._model(model, Chat).prompt(ASKED).tool_calls()[0].arguments
        return arguments

    async def aarguments(self, model: str) -> dict[str, Any]:
        """The same, awaited."""
        arguments: dict[str, Any] = (await self._model(model, AsyncChat).prompt(ASKED).tool_calls())[0].arguments
        return arguments

    def converse(self, model: str) -> str:
        """The text of a whole reply to the long conversation."""
        text: str = self._model(model, Chat).prompt(stream=False, **self._conversation).text()
        return text

    async def aconverse(self, model: str) -> str:
        """The same, awaited."""
        text: str = await self._model(model, AsyncChat).prompt(stream=False, **self._conversation).text()
        return text

    def _model(self, name: str, kind: Any) -> Any:
        if (name, kind) not in self._models:
            made = kind(name, model_name=name, api_base=self._url, supports_tools=True)
            made.needs_key = None  # as for a server of its list that names no key
            self._models[name, kind] = made
        return self._models[name, kind]

    @cached_property
    def _conversation(self) -> dict[str, Any]:
        from bench import conversation

        functions = [tool["function"] for tool in conversation.tools()]
        offered = [llm.Tool(each["name"], each["description"], input_schema=each["parameters"]) for each in functions]
        return {"messages": [_message(plain) for plain in conversation.messages()], "tools": offered}


def _message(plain: dict[str, Any]) -> Any:
    from llm.parts import Message, TextPart, ToolCallPart, ToolResultPart

    if plain["role"] == "tool":
        result = ToolResultPart(name="tool", output=plain["content"], tool_call_id=plain["tool_call_id"])
        return Message(role="tool", parts=[result])
    if "tool_calls" not in plain:
        return Message(role=plain["role"], parts=[TextPart(text=plain["content"])])
    call = plain["tool_calls"][0]
    arguments = json.loads(call["function"]["arguments"])
    return Message(role="assistant", parts=[ToolCallPart(call["function"]["name"], arguments, call["id"])])
