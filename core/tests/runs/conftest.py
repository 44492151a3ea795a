"""A provider on the loopback that says what it was told to, and runs against it in both colours."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from hamr import Hamr, Run, RunEvent, Text, ToolResult
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour

CANARY = "sk-canary-0123456789abcdef"


class ToldModel:
    """A model that says what it was told to say, one reply after the other."""

    def __init__(self, provider: Canned, colour: Colour) -> None:
        self.provider, self.colour = provider, colour

    def says(self, text: str = "done", finish: str = "stop") -> None:
        """A text."""
        self._reply({"content": text}, finish)

    def asks(self, *calls: tuple[str, str, Any], finish: str = "tool_calls") -> None:
        """Calls of tools: id, name, and arguments as a table or as text."""
        written = [
            {"id": id, "type": "function", "function": {"name": name, "arguments": self.text_of(arguments)}}
            for id, name, arguments in calls
        ]
        self._reply({"content": None, "tool_calls": written}, finish)

    def client(self) -> Hamr:
        """A client that knows it by the name `openai/m`."""
        return Hamr(environ={"OPENAI_BASE_URL": f"{self.provider.url}/v1", "OPENAI_API_KEY": CANARY})

    def run(self, tools: Sequence[Any], prompt: Any = "hi", **options: Any) -> Run:
        """`client.run` or `client.arun`."""
        with self.client() as of:
            if self.colour.name == "sync":
                return of.run(prompt, "openai/m", tools=tools, **options)
            return asyncio.run(of.arun(prompt, "openai/m", tools=tools, **options))

    def events(self, tools: Sequence[Any], **options: Any) -> tuple[list[RunEvent], Run]:
        """All events of `client.run_stream` or `client.arun_stream`, and what the run came to."""
        with self.client() as of:
            if self.colour.name == "sync":
                with of.run_stream("hi", "openai/m", tools=tools, **options) as stream:
                    return list(stream), stream.result

            async def collect() -> tuple[list[RunEvent], Run]:
                async with of.arun_stream("hi", "openai/m", tools=tools, **options) as stream:
                    return [event async for event in stream], await stream.result()

            return asyncio.run(collect())

    def results(self, run: Run) -> list[ToolResult]:
        """All results of tools in a conversation."""
        return [part for message in run.messages for part in message.parts if isinstance(part, ToolResult)]

    def texts(self, run: Run) -> list[str]:
        """Their texts."""
        results = self.results(run)
        return ["".join(part.text for part in result.parts if isinstance(part, Text)) for result in results]

    def text_of(self, arguments: Any) -> str:
        """Arguments as they are written."""
        return arguments if isinstance(arguments, str) else json.dumps(arguments)

    def _reply(self, message: dict[str, Any], finish: str) -> None:
        choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
        usage = {"prompt_tokens": 10, "completion_tokens": 2}
        self.provider.answer({"id": "r", "model": "m", "choices": [choice], "usage": usage})


@pytest.fixture
def model(provider: Canned, colour: Colour) -> ToldModel:
    """Such a model, in each colour."""
    return ToldModel(provider, colour)
