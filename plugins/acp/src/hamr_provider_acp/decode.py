"""An agent's lines to events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hamr.api import (
    BrokenReply,
    CallError,
    Cost,
    Event,
    Failed,
    Finished,
    FinishReason,
    PartAdded,
    Started,
    TextDelta,
    TextEnd,
    TextStart,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
    UsageUpdated,
    Warned,
)
from hamr_provider_acp import NAME
from hamr_provider_acp.failure import call_error
from hamr_provider_acp.line import read_line
from hamr_provider_acp.media import media
from hamr_provider_acp.tool_runs import ToolRuns
from hamr_provider_acp.transcript import EMPTY, answered
from hamr_provider_acp.turn import NOTE
from hamr_provider_acp.usage import guessed_usage, read_cost, read_usage

REASONS: Mapping[str, FinishReason] = {
    "end_turn": "stop",
    "max_tokens": "length",
    "max_turn_requests": "pause",
    "refusal": "refusal",
}


class ReplyDecoder:
    """Bytes to events, one reply long. Between the agent's lines stand notes of the transport's."""

    def __init__(self) -> None:
        self._pending: list[bytes] = []
        self._events: list[Event] = []
        self._before: Mapping[str, Any] = {}
        self._index = -1
        self._open: tuple[str, Any] | None = None
        self._texts: list[str] = []
        self._thought = 0
        self._runs = ToolRuns()
        self._plan: Any = None
        self._context: Any = None
        self._cost: Cost | None = None
        self._asked: dict[str, None] = {}
        self._over = False

    def feed(self, data: bytes) -> Sequence[Event]:
        """The events that these bytes complete."""
        self._pending.append(data)
        if b"\n" not in data:
            return ()
        *lines, rest = b"".join(self._pending).split(b"\n")
        self._pending = [rest]
        for line in lines:
            if line and not self._over:
                self._line(line)
        events, self._events = self._events, []
        return events

    def finish(self) -> Sequence[Event]:
        """The events that the end of the reply completes."""
        events = list(self.feed(b"\n"))
        if not self._over:
            self._over = True
            events.append(Failed(BrokenReply("the agent's answer ended before it was complete")))
        return events

    def _line(self, line: bytes) -> None:
        message = read_line(line)
        if message is None:
            self._events.append(Warned("the agent wrote a line that is no message"))
            return
        if line.startswith(NOTE):
            self._note(message.get("hamr"))
        elif message.get("method") == "session/update":
            params = message.get("params")
            update = params.get("update") if isinstance(params, dict) else None
            if isinstance(update, dict):
                self._update(update)
        elif "method" not in message:
            self._answered(message.get("result"))

    def _note(self, said: Any) -> None:
        if not isinstance(said, dict):
            return
        if "session" in said:
            self._before = said
            extra = {NAME: {"agent": said["agent"]}} if said.get("agent") else None
            self._events.append(Started(said["session"], said.get("model"), extra))
        elif "noise" in said:
            self._events.append(Warned(f"the agent wrote a line that is no message: {said['noise']}"))
        elif "asked" in said:
            self._refused(said["asked"], said.get("about") or "")
        elif "failed" in said:
            failed = said["failed"]
            error = call_error(failed["code"], failed["text"], "session/prompt", failed["login"], failed["stderr"])
            self._fail(error)

    def _refused(self, method: str, about: str) -> None:
        what = f"{method} ({about})" if about else method
        if what in self._asked:
            return
        self._asked[what] = None
        answer = "which is never given: answered with cancelled"
        if method != "session/request_permission":
            answer = "which a caller of a model does not serve: answered with -32601"
        self._events.append(Warned(f"the agent asked for {what}, {answer}"))

    def _update(self, update: Mapping[str, Any]) -> None:
        match update.get("sessionUpdate"):
            case "agent_message_chunk":
                self._content(update, "text")
            case "agent_thought_chunk":
                self._content(update, "thinking")
            case "tool_call" | "tool_call_update":
                self._tool(update)
            case "plan":
                self._plan = update.get("entries")
            case "usage_update":
                self._context = {name: update[name] for name in ("used", "size") if name in update}
                self._cost = read_cost(update.get("cost"), self._before.get("cost")) or self._cost

    def _content(self, update: Mapping[str, Any], kind: str) -> None:
        content = update.get("content")
        if not isinstance(content, dict):
            return
        text = content.get("text")
        if not isinstance(text, str):
            if (part := media(content)) is not None:
                self._close()
                self._index += 1
                self._events.append(PartAdded(self._index, part))
            return
        if not text:
            return
        if self._open != (opened := (kind, update.get("messageId"))):
            self._close()
            self._open, self._index = opened, self._index + 1
            self._events.append(TextStart(self._index) if kind == "text" else ThinkingStart(self._index))
        if kind == "text":
            self._texts.append(text)
            self._events.append(TextDelta(self._index, text))
        else:
            self._thought += len(text)
            self._events.append(ThinkingDelta(self._index, text))

    def _tool(self, update: Mapping[str, Any]) -> None:
        if not self._runs.knows(update):
            self._close()
            self._index += 1
            self._runs.begin(update, self._index)
        if (added := self._runs.learn(update)) is not None:
            self._events.append(added)

    def _close(self, mark: Mapping[str, Any] | None = None) -> None:
        opened, self._open = self._open, None
        if opened is None:
            return
        extra = {NAME: mark} if mark else None
        ended = TextEnd(self._index, extra=extra) if opened[0] == "text" else ThinkingEnd(self._index, extra)
        self._events.append(ended)

    def _answered(self, result: Any) -> None:
        said = result if isinstance(result, dict) else {}
        raw = said.get("stopReason")
        if raw == "cancelled" or not isinstance(raw, str):
            self._fail(_stopped(raw, list(self._asked)))
            return
        before = self._before
        transcript = answered(before.get("transcript", EMPTY), self._texts)
        self._close({"session": before.get("session"), "transcript": transcript})
        self._events.extend(self._runs.rest())
        usage = read_usage(said.get("usage"))
        if usage is None:
            usage = guessed_usage(before.get("tokens", 0), sum(map(len, self._texts)), self._thought)
        self._events.append(UsageUpdated(usage, self._cost))
        known = {"plan": self._plan, "context": self._context}
        extra = {NAME: {name: value for name, value in known.items() if value is not None}}
        self._events.append(Finished(REASONS.get(raw, "unknown"), raw, extra if extra[NAME] else None))
        self._over = True

    def _fail(self, error: CallError) -> None:
        self._close()
        self._over = True
        self._events.append(Failed(error))


def _stopped(raw: Any, asked: list[str]) -> CallError:
    """A turn that the agent broke off, though nobody had told it to."""
    if raw != "cancelled":
        return BrokenReply("the agent ended its answer without saying why")
    if not asked:
        return BrokenReply("the agent broke off its answer", code="cancelled")
    hint = "Let it decide for itself, by its own settings or arguments, or ask for what needs no permission."
    return BrokenReply(f"the agent broke off its answer; it had asked for {asked[-1]}", code="cancelled", hint=hint)
