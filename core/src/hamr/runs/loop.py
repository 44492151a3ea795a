"""The rounds of a run. A flow, as one call is: no I/O, no clock, no colour."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hamr.effects import RunFlow
from hamr.errors import CallError
from hamr.runs.limits import Limits
from hamr.runs.round import Round
from hamr.shapes.answered import answered
from hamr.types import Message, Request, Response, Run, Settings, Stopped, ToolCall

if TYPE_CHECKING:
    from hamr.calls.pipeline import Pipeline

RUNS_TOOLS = ("tool_calls", "stop", "length", "unknown")
"""Why a reply may end whose tool calls are run; a call that was cut off says so itself and is not."""


def running(pipeline: Pipeline, request: Request, settings: Settings, limits: Limits) -> RunFlow[Run]:
    """Call, run the tools that are asked for, and call again, until nothing is asked for; emits all of it.

    Raises HamrError where a call fails, with what the run had come to in `run`; `max_cost` bounds all its calls
    together. At the bound of rounds the tools of the last one are still run, so that the conversation can be gone on
    with.
    """
    so_far = _SoFar(request)
    while True:
        try:
            response = yield from answered(pipeline.flow(so_far.request, settings), request.response_format)
        except CallError as error:
            error.run = so_far.run("failed") if so_far.responses else None
            raise
        if settings.max_cost is not None:
            from hamr.spend.ceiling import left

            settings = replace(settings, max_cost=left(settings.max_cost, response))
        calls = so_far.add(response)
        if not calls or response.finish_reason not in RUNS_TOOLS:
            return so_far.run("finished")
        this = Round(len(so_far.responses), request.tools, limits, pipeline.secrets)
        results, pending = yield from this.answer(calls)
        if results:
            so_far.messages.append(Message("tool", results))
        if pending:
            return so_far.run("pending", pending)
        if len(so_far.responses) >= limits.max_rounds:
            return so_far.run("max_rounds")


class _SoFar:
    """How far a run has come."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._ids = {call.id for message in request.messages for call in message.tool_calls}
        self.messages = list(request.messages)
        self.responses: list[Response] = []

    @property
    def request(self) -> Request:
        """The request of the next round. A tool that must be called must be called once: else no run would end."""
        choice = self._request.tool_choice
        if self.responses and choice is not None and choice.mode == "required":
            choice = None
        return replace(self._request, messages=tuple(self.messages), tool_choice=choice)

    def add(self, response: Response) -> tuple[ToolCall, ...]:
        """Take in a reply, and give its tool calls, each with an id of its own."""
        message = response.message
        calls = iter(named := [self._named(call) for call in message.tool_calls])
        if any(new is not old for new, old in zip(named, message.tool_calls, strict=True)):
            parts = tuple(next(calls) if isinstance(part, ToolCall) else part for part in message.parts)
            response = replace(response, message=replace(message, parts=parts))
        self.responses.append(response)
        self.messages.append(response.message)
        return tuple(named)

    def run(self, stopped: Stopped, pending: tuple[ToolCall, ...] = ()) -> Run:
        """What it has come to."""
        return Run(tuple(self.messages), tuple(self.responses), stopped, pending)

    def _named(self, call: ToolCall) -> ToolCall:
        """The call; under another id where it has none, or that of another: a result must say which it answers."""
        id, count = call.id, 0
        while not id or id in self._ids:
            count += 1
            id = f"call_{len(self.responses) + 1}_{count}"
        self._ids.add(id)
        return call if id == call.id else replace(call, id=id)
