"""The tools of one round: begun together, bounded, answered in the order in which they were asked for."""

from __future__ import annotations

import difflib
from collections import deque
from collections.abc import Callable, Sequence

from hamr.effects import Abandon, Await, Begin, Done, Emit, Job, Now, RunFlow
from hamr.runs.limits import Limits
from hamr.secrets.redact import SHORTEST, clean
from hamr.tools.function import FunctionTool
from hamr.tools.result import failure, refusal, result
from hamr.types import Secret, Text, Tool, ToolCall, ToolFinished, ToolResult, ToolStarted

NAMES = 20
"""How many of the tools a model is told of when it asks for one that is not there."""


class Round:
    """One round of a run."""

    def __init__(self, number: int, tools: Sequence[Tool], limits: Limits, secrets: Callable[[], list[Secret]]) -> None:
        self._number, self._limits, self._secrets = number, limits, secrets
        self._tools = {tool.name: tool for tool in tools}
        self._finished: dict[int, ToolFinished] = {}
        self._running: dict[int, float] = {}
        self._calls: Sequence[ToolCall] = ()

    def answer(self, calls: Sequence[ToolCall]) -> RunFlow[tuple[tuple[ToolResult, ...], tuple[ToolCall, ...]]]:
        """The result of each call, and the calls of tools that have no function here."""
        self._calls = calls
        waiting: deque[tuple[int, FunctionTool]] = deque()
        pending: list[ToolCall] = []
        for key, call in enumerate(calls):
            tool = self._tools.get(call.name)
            if call.problem is not None or tool is None:
                yield from self._finish(key, ToolFinished(self._number, call, self._refused(call)))
            elif isinstance(tool, FunctionTool):
                waiting.append((key, tool))
            else:
                pending.append(call)
        inline = len(waiting) == 1 and self._limits.tool_timeout is None
        while waiting or self._running:
            while waiting and len(self._running) < self._limits.tools_at_once:
                yield from self._begin(*waiting.popleft(), inline=inline)
            yield from self._next()
        return tuple(self._finished[key].result for key in sorted(self._finished)), tuple(pending)

    def _begin(self, key: int, tool: FunctionTool, *, inline: bool) -> RunFlow[None]:
        call = self._calls[key]
        yield Emit([ToolStarted(self._number, call)])
        self._running[key] = yield Now()
        yield Begin(
            Job(
                (self._number, key),
                call=lambda: tool.invoke(call),
                read=lambda value: (value, result(call, value)),
                is_async=tool.is_async,
                inline=inline,
            )
        )

    def _next(self) -> RunFlow[None]:
        """Wait for the next tool to end, or to have had its time."""
        now: float = yield Now()
        timeout = self._limits.tool_timeout
        left = None if timeout is None else max(0.0, min(self._running.values()) + timeout - now)
        done: Done | None = yield Await(left)
        now = yield Now()
        if done is not None:
            number, key = done.key
            if number == self._number and key in self._running:  # else it was given up before
                yield from self._finish(key, self._ended(self._calls[key], done, now - self._running.pop(key)))
            return
        for key, begun in list(self._running.items()):
            if timeout is not None and now - begun >= timeout:
                del self._running[key]
                yield Abandon((self._number, key))
                call = self._calls[key]
                late = TimeoutError(f"{call.name} gave no result within {timeout:g} seconds")
                yield from self._finish(key, self._failed(call, late, now - begun))

    def _finish(self, key: int, finished: ToolFinished) -> RunFlow[None]:
        self._finished[key] = finished
        yield Emit([finished])

    def _ended(self, call: ToolCall, done: Done, seconds: float) -> ToolFinished:
        if done.error is not None:
            error = done.error if isinstance(done.error, Exception) else RuntimeError("it was cancelled")
            return self._failed(call, error, seconds)
        value, made = done.outcome
        return ToolFinished(self._number, call, made, seconds, value)

    def _failed(self, call: ToolCall, error: Exception, seconds: float) -> ToolFinished:
        """The failure as the model is told of it, which no key must reach."""
        told = failure(call, error)
        for secret in self._secrets():
            if len(secret.reveal()) >= SHORTEST:
                texts = tuple(Text(clean(part.text, secret)) for part in told.parts if isinstance(part, Text))
                told = ToolResult(told.call_id, texts, told.name, is_error=True)
        return ToolFinished(self._number, call, told, seconds, error=error)

    def _refused(self, call: ToolCall) -> ToolResult:
        if call.problem is not None:
            return refusal(call, f"The call was not run: {call.problem}. Call it again with arguments that are whole.")
        near = difflib.get_close_matches(call.name, self._tools, n=NAMES, cutoff=0.5) or list(self._tools)[:NAMES]
        known = ", ".join(near) or "none"
        more = f", and {len(self._tools) - len(near)} more" if len(near) < len(self._tools) else ""
        return refusal(call, f"There is no tool {call.name!r}. There are: {known}{more}.")
