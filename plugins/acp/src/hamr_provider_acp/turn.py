"""One prompt under way: which of the agent's lines are its answer, and which are our own business. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from hamr_provider_acp.failure import Refusal, login_hint

if TYPE_CHECKING:
    from hamr_provider_acp.peer import Peer
    from hamr_provider_acp.session import Session

NOTE = b'{"hamr":'
"""How a line begins that is from the transport and not from the agent: what the decoder cannot know."""
NOISE = 3
"""How many lines that are no messages are told of."""
SHOWN = 200


def note(said: Mapping[str, Any]) -> bytes:
    """A line for the decoder."""
    from pydantic_core import to_json

    return to_json({"hamr": said}) + b"\n"


class PromptTurn:
    """Reads the agent's lines until the prompt is answered; `clean` takes secrets out of what people may see."""

    def __init__(
        self, peer: Peer, session: Session, params: Mapping[str, Any], auth_methods: Any, clean: Callable[[str], str]
    ) -> None:
        self._peer, self._clean, self._auth_methods = peer, clean, auth_methods
        self.session = session
        self._noise = 0
        self.texts: list[str] = []
        self.done = False
        self.reusable = False
        self.id = peer.ask("session/prompt", params)

    def take(self, line: bytes, stderr: Callable[[], str]) -> bytes:
        """What of this line the decoder is to see; `stderr` gives what the agent wrote there."""
        if line.startswith(NOTE):
            return b""
        message = self._peer.read(line)
        if message is None:
            return self._noisy(line)
        method = message.get("method")
        if method is None:
            return self._ended(line, message, stderr) if message.get("id") == self.id else b""
        params = message.get("params")
        if not isinstance(params, dict):
            params = {}
        if method == "session/update" and params.get("sessionId") == self.session.id:
            self._learn(params.get("update"))
            return line + b"\n"
        if "id" in message:
            return note({"asked": self._clean(str(method)), "about": self._clean(_about(params))})
        return b""

    def cancel(self) -> None:
        """Tell the agent to stop."""
        self._peer.tell("session/cancel", {"sessionId": self.session.id})

    def _learn(self, update: Any) -> None:
        if not isinstance(update, dict):
            return
        kind = update.get("sessionUpdate")
        if kind == "agent_message_chunk":
            content = update.get("content")
            if isinstance(content, dict) and isinstance(text := content.get("text"), str):
                self.texts.append(text)
        elif kind == "usage_update":
            cost = update.get("cost")
            if isinstance(cost, dict) and isinstance(amount := cost.get("amount"), int | float):
                self.session.cost = amount
        elif kind == "config_option_update":
            self.session.learn(update)

    def _ended(self, line: bytes, message: Mapping[str, Any], stderr: Callable[[], str]) -> bytes:
        self.done = True
        if "error" in message:
            refusal = Refusal("session/prompt", message["error"])
            failed = {"code": refusal.code, "text": self._clean(refusal.text), "login": login_hint(self._auth_methods)}
            return note({"failed": {**failed, "stderr": stderr()}})
        result = message.get("result")
        reason = result.get("stopReason") if isinstance(result, dict) else None
        # A refused turn is none of the agent's next prompt, and a cancelled one is there in part.
        self.reusable = reason in ("end_turn", "max_tokens", "max_turn_requests")
        return line + b"\n"

    def _noisy(self, line: bytes) -> bytes:
        text = line.decode("utf-8", "replace").strip()
        self._noise += bool(text)
        if not text or self._noise > NOISE:
            return b""
        return note({"noise": self._clean(text)[:SHOWN]})


def _about(params: Mapping[str, Any]) -> str:
    """What a request is about, for people."""
    call = params.get("toolCall")
    about = call.get("title") if isinstance(call, dict) else params.get("path") or params.get("command")
    return str(about)[:SHOWN] if about else ""
