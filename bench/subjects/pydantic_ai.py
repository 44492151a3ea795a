"""Pydantic AI, through its direct interface: one request, no agent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from typing import Any

from pydantic_ai import direct, messages, models, tools
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from bench.subjects import KEY

ASKED: Any = [messages.ModelRequest.user_text_prompt("Why is the sky blue?")]


class Subject:
    """One provider, and a model of each name."""

    def __init__(self, url: str) -> None:
        self._provider = OpenAIProvider(base_url=url, api_key=KEY)
        self._models: dict[str, Any] = {}

    def call(self, model: str) -> str:
        """The text of a whole reply."""
        return _text(direct.model_request_sync(self._model(model), ASKED))

    async def acall(self, model: str) -> str:
        """The same, awaited."""
        return _text(await direct.model_request(self._model(model), ASKED))

    def stream(self, model: str) -> Iterator[str]:
        """The text of a streamed reply, piece by piece."""
        with direct.model_request_stream_sync(self._model(model), ASKED) as stream:
            for event in stream:
                if text := _piece(event):
                    yield text

    async def astream(self, model: str) -> AsyncIterator[str]:
        """The same, awaited."""
        async with direct.model_request_stream(self._model(model), ASKED) as stream:
            async for event in stream:
                if text := _piece(event):
                    yield text

    def arguments(self, model: str) -> dict[str, Any]:
        """The arguments of the one tool call of a streamed reply."""
        with direct.model_request_stream_sync(self._model(model), ASKED) as stream:
            for _ in stream:
                pass
            return _read(stream.response)

    async def aarguments(self, model: str) -> dict[str, Any]:
        """The same, awaited."""
        async with direct.model_request_stream(self._model(model), ASKED) as stream:
            async for _ in stream:
                pass
            return _read(stream.get())

    def converse(self, model: str) -> str:
        """The text of a whole reply to the long conversation."""
        said, parameters = self._conversation
        return _text(direct.model_request_sync(self._model(model), said, model_request_parameters=parameters))

    async def aconverse(self, model: str) -> str:
        """The same, awaited."""
        said, parameters = self._conversation
        return _text(await direct.model_request(self._model(model), said, model_request_parameters=parameters))

    def _model(self, name: str) -> Any:
        if name not in self._models:
            self._models[name] = OpenAIChatModel(name, provider=self._provider)
        return self._models[name]

    @cached_property
    def _conversation(self) -> tuple[list[Any], Any]:
        from bench import conversation

        offered = [
            tools.ToolDefinition(
                name=tool["function"]["name"],
                description=tool["function"]["description"],
                parameters_json_schema=tool["function"]["parameters"],
            )
            for tool in conversation.tools()
        ]
        said = [_message(plain) for plain in conversation.messages()]
        return said, models.ModelRequestParameters(function_tools=offered, allow_text_output=True)


def _message(plain: dict[str, Any]) -> Any:
    if plain["role"] == "user":
        return messages.ModelRequest([messages.UserPromptPart(plain["content"])])
    if plain["role"] == "tool":
        return messages.ModelRequest([messages.ToolReturnPart("tool", plain["content"], plain["tool_call_id"])])
    if "tool_calls" not in plain:
        return messages.ModelResponse([messages.TextPart(plain["content"])])
    call = plain["tool_calls"][0]
    function = call["function"]
    return messages.ModelResponse([messages.ToolCallPart(function["name"], function["arguments"], call["id"])])


def _piece(event: Any) -> str:
    text: str = ""
    if isinstance(event, messages.PartStartEvent) and isinstance(event.part, messages.TextPart):
        text = event.part.content
    elif isinstance(event, messages.PartDeltaEvent) and isinstance(event.delta, messages.TextPartDelta):
        text = event.delta.content_delta
    return text


def _text(response: Any) -> str:
    return "".join(part.content for part in response.parts if isinstance(part, messages.TextPart))


def _read(response: Any) -> dict[str, Any]:
    parts = [part for part in response.parts if isinstance(part, messages.ToolCallPart)]
    arguments: dict[str, Any] = parts[0].args_as_dict()
    return arguments
