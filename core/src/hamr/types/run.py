"""A run: rounds of calls and tools, until the model has answered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, ClassVar, Literal

from hamr.types.event import Event
from hamr.types.message import Message
from hamr.types.part import ToolCall, ToolResult
from hamr.types.response import Response
from hamr.types.usage import Cost, Usage

Stopped = Literal["finished", "max_rounds", "pending", "failed"]
"""Why a run ended: nothing more was asked for; its bound; a tool that is not here; a call that failed."""


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """A tool is about to be run; rounds count from 1."""

    type: ClassVar[Literal["tool_started"]] = "tool_started"
    round: int
    call: ToolCall


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """A tool call has its result.

    `value` is what the tool returned, `error` what it raised; both are None where it was not run at all, because
    there is no such tool or the arguments make no sense: `result` says so to the model.
    """

    type: ClassVar[Literal["tool_finished"]] = "tool_finished"
    round: int
    call: ToolCall
    result: ToolResult
    seconds: float = 0.0
    value: Any = None
    error: Exception | None = None


RunEvent = Event | ToolStarted | ToolFinished
"""The events of each round, one reply after the other, and those of the tools between them."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run came to.

    `messages` is the whole conversation, to go on from; `responses` are the replies, one a round. `pending` holds
    the calls of tools that have no function here: where there are any, their results are the caller's to give.
    """

    messages: tuple[Message, ...]
    responses: tuple[Response, ...]
    stopped: Stopped
    pending: tuple[ToolCall, ...] = ()

    @property
    def response(self) -> Response:
        """The last reply."""
        return self.responses[-1]

    @property
    def text(self) -> str:
        """The text of the last reply."""
        return self.response.text

    @property
    def parsed(self) -> Any:
        """The instance in the last reply, where a type was given as `response_format`."""
        return self.response.parsed

    @property
    def usage(self) -> Usage | None:
        """The tokens of all rounds; None where no reply gave any account of them."""
        told = [response.usage for response in self.responses if response.usage is not None]
        return reduce(add, told) if told else None

    @property
    def cost(self) -> Cost:
        """The cost of all rounds; unknown where that of one is."""
        return reduce(add, [response.cost for response in self.responses])
