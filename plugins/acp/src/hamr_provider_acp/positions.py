"""Up to where the sessions of agents have come, as far as this client has led them."""

from __future__ import annotations

import threading

KEPT = 4096


class Positions:
    """The transcript that each session stands at; one with a prompt under way, or a failed one, stands nowhere."""

    def __init__(self) -> None:
        self._at: dict[str, str | None] = {}
        self._lock = threading.Lock()

    def put(self, session: str, transcript: str | None) -> None:
        """The session has come to this transcript, or to none that is known."""
        with self._lock:
            self._at.pop(session, None)
            self._at[session] = transcript
            if len(self._at) > KEPT:
                del self._at[next(iter(self._at))]

    def may_be_at(self, session: str, transcript: str) -> bool:
        """Whether it stands there, for all that is known."""
        return self._at.get(session, transcript) == transcript
