"""Where the answer to a login with a browser arrives."""

from __future__ import annotations

import queue


class Inbox:
    """Takes the URLs that the browser is sent back to, by itself or copied by a person, from whichever thread.

    `redirect_uri` is where it is sent back to.
    """

    def __init__(self, redirect_uri: str) -> None:
        self.redirect_uri = redirect_uri
        self._texts: queue.SimpleQueue[str] = queue.SimpleQueue()

    def put(self, text: str) -> None:
        """Lay a text in."""
        self._texts.put(text)

    def take(self) -> str | None:
        """The next text; None where there is none yet. Never waits."""
        try:
            return self._texts.get_nowait()
        except queue.Empty:
            return None
