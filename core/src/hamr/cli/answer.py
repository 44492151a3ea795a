"""A reply as a person reads it: its text on standard output as it comes, the rest on standard error."""

from __future__ import annotations

import json
import sys

from hamr.cli import output
from hamr.types import (
    Audio,
    Event,
    File,
    HostedTool,
    Image,
    Message,
    PartAdded,
    Text,
    TextDelta,
    TextStart,
    Thinking,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
    ToolCall,
    ToolCallEnd,
    ToolCallStart,
    Warned,
)


class Answer:
    """Prints one reply. Ends it with exactly one newline, however the model's text ends.

    Without `calls` the tools that the model asks for are left to whoever runs them.
    """

    def __init__(self, *, verbose: bool, calls: bool = True) -> None:
        self._verbose = verbose
        self._calls = calls
        self._begun = False
        self._midline = False
        self._newlines = 0
        self._others: set[int] = set()

    def show(self, event: Event) -> None:
        """Print what this event adds; of several choices only the first is shown."""
        match event:
            case TextStart() | ThinkingStart() | ToolCallStart() if event.choice:
                self._others.add(event.index)
            case TextDelta() | ThinkingDelta() | ThinkingEnd() | ToolCallEnd() if event.index in self._others:
                return
            case TextDelta(text=text):
                self._text(text)
            case ThinkingDelta(text=text) if self._verbose:
                output.aside(text, dim=True)
            case ThinkingEnd() if self._verbose:
                output.note("")
            case ToolCallEnd(call=call) if self._calls:
                self._tool_call(call)
            case PartAdded(part=part, choice=0):
                self._attachment(part)
            case Warned(text=text) if self._verbose:
                self._note(f"warning: {text}")

    def show_whole(self, message: Message) -> None:
        """Print a message that has come all at once."""
        for part in message.parts:
            match part:
                case Text(text=text):
                    self._text(text)
                case Thinking(text=text) if self._verbose:
                    output.aside(text + "\n", dim=True)
                case ToolCall() if self._calls:
                    self._tool_call(part)
                case Image() | Audio() | File() | HostedTool():
                    self._attachment(part)

    def end(self) -> None:
        """End the last line; an answer without any text is an empty line."""
        if self._midline or not self._begun:
            output.write("\n")
        self._begun, self._midline, self._newlines = True, False, 0

    def break_off(self) -> None:
        """End the line that has been begun, if any."""
        if self._midline:
            self.end()

    def _text(self, text: str) -> None:
        """Print text, but newlines only once something follows them."""
        body = text.rstrip("\n")
        if body:
            newlines, self._newlines = "\n" * self._newlines, 0
            self._begun = self._midline = True  # before it is written: Ctrl-C may come right after
            output.write(newlines + body)
        self._newlines += len(text) - len(body)

    def _tool_call(self, call: ToolCall) -> None:
        self.break_off()
        arguments = call.text if call.problem else json.dumps(dict(call.arguments), ensure_ascii=False)
        output.write(f"{call.name}({arguments})\n")
        self._begun = True
        if call.problem:
            output.note(f"note: the arguments of {call.name} are no JSON object: {call.problem}")

    def _attachment(self, part: Image | Audio | File | HostedTool) -> None:
        if isinstance(part, HostedTool):
            if self._verbose:
                self._note(f"the provider ran {part.name}")
            return
        size = f" ({len(part.data):,} bytes)" if part.data is not None else ""
        self._note(f"note: the answer holds a part of the kind {type(part).__name__.lower()}{size}, which is not shown")

    def _note(self, text: str) -> None:
        """Print a line on standard error, not in the midst of one of the answer's where a person sees both."""
        if self._midline and output.terminal(sys.stdout):
            output.note("")
        output.note(text)
