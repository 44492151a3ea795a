"""JSON-RPC 2.0 with one agent: what we ask, and what we answer. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hamr_provider_acp.line import read_line

METHOD_NOT_FOUND = -32601
CANCELLED = {"outcome": {"outcome": "cancelled"}}
"""The answer to every request for permission: a call of a model grants no authority (N-183)."""


class Peer:
    """Numbers our requests and answers those of the agent; `write` takes whole lines."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._last = 0

    def ask(self, method: str, params: Mapping[str, Any]) -> int:
        """Send a request; gives its id."""
        self._last += 1
        self._send({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params})
        return self._last

    def tell(self, method: str, params: Mapping[str, Any]) -> None:
        """Send a notification."""
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def read(self, line: bytes) -> dict[str, Any] | None:
        """The message in a line, None where there is none. A request is answered at once."""
        message = read_line(line)
        if message is None:
            return None
        if "method" in message and "id" in message:
            self._answer(message["id"], message["method"])
        return message

    def _answer(self, id: Any, method: Any) -> None:
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": id}
        if method == "session/request_permission":
            answer["result"] = CANCELLED
        else:
            error = {"code": METHOD_NOT_FOUND, "message": "Method not found", "data": {"method": method}}
            answer["error"] = error
        self._send(answer)

    def _send(self, message: Mapping[str, Any]) -> None:
        from pydantic_core import to_json

        self._write(to_json(message) + b"\n")
