"""What an agent's failures mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hamr.api import BadRequest, BrokenReply, CallError, NotLetIn
from hamr.wirekit import inner_error

AUTH_REQUIRED = -32000
CANCELLED = -32800
REFUSED = (-32700, -32600, -32601, -32602, -32002)
"""Parse error, invalid request, no such method, wrong parameters, no such resource."""
SHOWN = 1000


@dataclass(frozen=True, slots=True)
class Rules:
    """The agents have no codes of their own; what a model's provider said stands in their messages."""

    error_codes: Mapping[str, Any] = field(default_factory=dict)
    error_words: Mapping[str, Any] = field(default_factory=dict)
    overflow_without_body: bool = False


class Refusal(Exception):
    """An agent answered a request with an error."""

    def __init__(self, method: str, error: Any) -> None:
        super().__init__(method)
        self.method = method
        self.error: Mapping[str, Any] = error if isinstance(error, dict) else {"message": str(error)}

    @property
    def code(self) -> int | None:
        """The number that says what went wrong."""
        code = self.error.get("code")
        return code if isinstance(code, int) else None

    @property
    def text(self) -> str:
        """What it says of it, its details included."""
        message, data = self.error.get("message"), self.error.get("data")
        details = data.get("details") or data.get("message") or data.get("error") if isinstance(data, dict) else data
        words = [str(each) for each in (message, details) if each]
        return ": ".join(dict.fromkeys(words))[:SHOWN] or "it said nothing more"


def login_hint(methods: Any) -> str:
    """How to get in, where an agent wants that; `methods` are its authMethods."""
    named = [each for each in methods if isinstance(each, dict)] if isinstance(methods, list) else []
    offered = ", ".join(f"{each.get('id')} ({each.get('name') or 'no name'})" for each in named)
    offer = f" It offers {offered}; one that needs no browser can be named as auth_method." if offered else ""
    return f"Log in with the agent's own command line, or set the key it wants in its env.{offer}"


def call_error(code: int | None, text: str, method: str, login: str, stderr: str) -> CallError:
    """The error that a refusal stands for; `stderr` is what the agent wrote there last."""
    told = f"the agent refused {method}: {text}"
    shown = stderr or None
    if code == AUTH_REQUIRED:
        return NotLetIn(told, code=str(code), body=shown, hint=login)
    if code in REFUSED:
        return BadRequest(told, code=str(code), body=shown)
    if code == CANCELLED:
        return BrokenReply(told, code=str(code), body=shown)
    error = inner_error({"message": told, "code": code}, Rules(), stderr)
    error.code = None if code is None or error.status == code else str(code)  # some agents pass on their provider's
    if type(error) is BrokenReply:
        error.hint = f"It wrote: {last_words(stderr)}" if stderr else "The fault is the agent's, or its provider's."
    return error


def last_words(stderr: str) -> str:
    """The end of what an agent wrote, on few lines."""
    return "\n".join(stderr.splitlines()[-8:])[-SHOWN:]
