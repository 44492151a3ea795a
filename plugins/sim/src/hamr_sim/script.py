"""The replies of `sim/script`, out of a TOML or JSON file."""

from __future__ import annotations

import difflib
import json
import threading
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hamr.api import (
    BadRequest,
    CallError,
    ConfigError,
    NoSuchModel,
    NotLetIn,
    Overloaded,
    QuotaSpent,
    RateLimited,
    Request,
    Text,
    Thinking,
    ToolCall,
    TooLong,
)
from hamr_sim.description import last_said
from hamr_sim.manner import Manner
from hamr_sim.turn import Turn

PAGE = "docs/simulator.md shows what a script looks like."
REASONS = ("stop", "length", "tool_calls", "content_filter", "refusal", "pause", "error", "unknown")
_KINDS: Mapping[str, type] = {
    "match": str,
    "text": str,
    "thinking": str,
    "tool_calls": list,
    "error": dict,
    "finish_reason": str,
    "sim": dict,
}
_ERROR_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "status": int,
    "message": str,
    "retry_after": (int, float),
}
_CLASSES: Mapping[int, type[CallError]] = {
    401: NotLetIn,
    402: QuotaSpent,
    403: NotLetIn,
    404: NoSuchModel,
    413: TooLong,
    429: RateLimited,
}
_CALL_KINDS: Mapping[str, type] = {"name": str, "arguments": dict, "id": str}


@dataclass(slots=True)
class Script:
    """Replies: one with `match` answers whatever was said last that holds it, the others come in their order.

    With `repeat` their order begins anew at its end; without, the end is an error.
    """

    turns: tuple[Turn, ...] = ()
    matches: tuple[tuple[str, Turn], ...] = ()
    repeat: bool = False
    _next: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def read(cls, path: str) -> Script:
        """The script in a file; raises ConfigError naming file and place."""
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
            tables = json.loads(text) if path.endswith(".json") else tomllib.loads(text)
        except (OSError, UnicodeDecodeError, json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigError(
                f"the script {path} cannot be read: {getattr(error, 'strerror', None) or error}", hint=PAGE
            ) from error
        return cls.check(tables, f"the script {path}")

    @classmethod
    def check(cls, tables: Any, place: str) -> Script:
        """The script in these tables; raises ConfigError naming the place."""
        _table(tables, {"replies": list, "repeat": bool}, place)
        replies = tables.get("replies")
        if not replies:
            raise ConfigError(f"{place}: there are no replies", hint=PAGE)
        found = [(_turn(reply, f"{place}: replies[{count}]"), reply) for count, reply in enumerate(replies)]
        return cls(
            turns=tuple(turn for turn, reply in found if "match" not in reply),
            matches=tuple((reply["match"], turn) for turn, reply in found if "match" in reply),
            repeat=tables.get("repeat", False),
        )

    def speak(self, request: Request) -> Turn:
        """The reply to this; raises BadRequest where the script has come to its end."""
        said = last_said(request)
        for text, turn in self.matches:
            if text in said:
                return turn
        with self._lock:
            if self._next >= len(self.turns) and (not self.repeat or not self.turns):
                why = f"all {len(self.turns)} replies of the script have been given, and no `match` fits"
                raise BadRequest(f"[sim] {why}", status=400, code="script_ended")
            turn = self.turns[self._next % len(self.turns)]
            self._next += 1
            return turn


def _turn(reply: Any, place: str) -> Turn:
    _table(reply, _KINDS, place)
    if reply.get("finish_reason") not in (None, *REASONS):
        raise ConfigError(f"{place}.finish_reason: it must be one of {', '.join(REASONS)}", hint=PAGE)
    calls = [
        _call(call, f"{place}.tool_calls[{count}]", count) for count, call in enumerate(reply.get("tool_calls", ()))
    ]
    parts: list[Text | Thinking | ToolCall] = [Thinking(reply["thinking"])] if "thinking" in reply else []
    parts += [Text(reply["text"])] if "text" in reply else []
    error = _error(reply["error"], f"{place}.error") if "error" in reply else None
    sim = reply.get("sim", {})
    if not (parts or calls or error or sim.get("fault")):
        raise ConfigError(f"{place}: it says nothing", hint=f"Give it text, thinking, tool_calls or error. {PAGE}")
    try:
        Manner().with_wishes(sim)
    except BadRequest as wrong:
        raise ConfigError(f"{place}: {wrong.message.removeprefix('[sim] ')}", hint=PAGE) from wrong
    return Turn((*parts, *calls), reply.get("finish_reason"), error, sim)


def _call(call: Any, place: str, count: int) -> ToolCall:
    _table(call, _CALL_KINDS, place)
    if "name" not in call:
        raise ConfigError(f"{place}: it has no name", hint=PAGE)
    arguments = call.get("arguments", {})
    return ToolCall(
        call.get("id", f"call_sim_{count + 1}"), call["name"], arguments, json.dumps(arguments, default=str)
    )


def _error(error: Any, place: str) -> CallError:
    _table(error, _ERROR_KINDS, place)
    status = error.get("status", 500)
    if not 400 <= status <= 599:
        raise ConfigError(f"{place}.status: it must be 400 to 599", hint=PAGE)
    message = f"[sim] {error.get('message', 'an error of the script')}"
    kind = _CLASSES.get(status, Overloaded if status >= 500 else BadRequest)  # 5xx: the server's own fault
    return kind(message, status=status, retry_after=error.get("retry_after"))


def _table(value: Any, kinds: Mapping[str, Any], place: str) -> None:
    """Check that this is a table of known fields of the right kind; raises ConfigError."""
    if not isinstance(value, dict):
        raise ConfigError(f"{place}: it must be a table", hint=PAGE)
    for name, inner in value.items():
        if name not in kinds:
            near = difflib.get_close_matches(name, kinds, n=1)
            guess = f"did you mean {near[0]}?" if near else f"known are {', '.join(kinds)}"
            raise ConfigError(f"{place}.{name}: unknown field; {guess}", hint=PAGE)
        if not isinstance(inner, kinds[name]) or (isinstance(inner, bool) and kinds[name] is not bool):
            raise ConfigError(f"{place}.{name}: it is of the wrong kind", hint=PAGE)
