"""A prompt answered with the help of tools: which of them run is told on standard error, and the answer printed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hamr.cli import document, output
from hamr.cli.answer import Answer
from hamr.errors import HamrError
from hamr.types import Text, ToolResult

if TYPE_CHECKING:
    from hamr.client import Hamr
    from hamr.messages import Prompt
    from hamr.types import Response, Run, RunEvent, ToolCall

LONGEST = 500
"""Characters of a tool's result that are shown."""


@dataclass(frozen=True, slots=True)
class ToolRun:
    """A run of this client's; `options` are those of `Hamr.run_stream`."""

    client: Hamr
    prompt: Prompt
    model: str | None
    options: Mapping[str, Any]
    verbose: bool = False

    def show(self, *, stream: bool) -> Response:
        """Print the answer, and on standard error the tools as they run; gives the last response."""
        answer = Answer(verbose=self.verbose, calls=False)
        run = self._stream(answer) if stream else self._whole(answer)
        answer.end()
        tell_what_was_left(run)
        response: Response = run.response
        return response

    def document(self, *, stream: bool) -> tuple[dict[str, Any], Response]:
        """The last response with what the run came to, for programs; and the response itself."""
        if stream:
            with self.client.run_stream(self.prompt, self.model, **self.options) as events:
                run = events.result
        else:
            run = self.client.run(self.prompt, self.model, **self.options)
        return {**document.response(run.response), "run": run_document(run)}, run.response

    def _stream(self, answer: Answer) -> Run:
        with self.client.run_stream(self.prompt, self.model, **self.options) as events:
            try:
                for event in events:
                    show(event, answer)
            except (HamrError, KeyboardInterrupt):
                answer.break_off()
                raise
            return events.result

    def _whole(self, answer: Answer) -> Run:
        run = self.client.run(self.prompt, self.model, **self.options)
        for _, call, result in _steps(run):
            output.note(f"tool: {_called(call)}")
            if result is not None:
                output.note(_given(result))
        answer.show_whole(run.response.message)
        return run


def _steps(run: Run) -> Iterator[tuple[int, ToolCall, ToolResult | None]]:
    """Each tool call with its round and its result."""
    results = [part for message in run.messages for part in message.parts if isinstance(part, ToolResult)]
    for place, response in enumerate(run.responses, 1):
        for call in response.tool_calls:
            found = next((result for result in results if result.call_id == call.id), None)
            if found is not None:
                results.remove(found)  # two calls may have one id
            yield place, call, found


def show(event: RunEvent, answer: Answer) -> None:
    """Print what this event adds to the answer, and on standard error the tools as they run."""
    if event.type == "tool_started":
        answer.break_off()
        output.note(f"tool: {_called(event.call)}")
    elif event.type == "tool_finished":
        output.note(_given(event.result))
    else:
        answer.show(event)


def tell_what_was_left(run: Run) -> None:
    """Tell of a run that was stopped before the model was done, and of calls that nobody ran."""
    if run.stopped == "max_rounds":
        output.note(f"note: the model still called tools after {len(run.responses)} rounds (see --max-rounds)")
    for call in run.pending:
        output.note(f"note: {_called(call)} was not run")


def run_document(run: Run) -> dict[str, Any]:
    """What a run came to, for programs."""
    return {
        "rounds": len(run.responses),
        "stopped": run.stopped,
        "tools": [
            {
                "round": place,
                **document.tool_call(call),
                "result": None if result is None else _text(result),
                "is_error": None if result is None else result.is_error,
            }
            for place, call, result in _steps(run)
        ],
        "usage": document.usage(run.usage) if run.usage is not None else None,
        "cost": document.cost(run.cost),
    }


def _called(call: ToolCall) -> str:
    arguments = call.text if call.problem else json.dumps(dict(call.arguments), ensure_ascii=False)
    return f"{call.name}({arguments})"


def _given(result: ToolResult) -> str:
    text = " ".join(_text(result).split())
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return f"  failed: {shown}" if result.is_error else f"  gave: {shown}"


def _text(result: ToolResult) -> str:
    return "".join(part.text if isinstance(part, Text) else f"[{type(part).__name__}]" for part in result.parts)
