"""How often the same request has failed already."""

from __future__ import annotations

import hashlib
import threading


class Attempts:
    """Counts the failures of each request; the same bytes are the same request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failed: dict[bytes, int] = {}

    def fails(self, body: bytes, times: int | None) -> bool:
        """Whether this attempt is one of the first `times`, or of all; after the last of them they begin anew."""
        if times is None:
            return True
        key = hashlib.sha256(body).digest()
        with self._lock:
            failed = self._failed.pop(key, 0)
            if failed >= times:
                return False
            self._failed[key] = failed + 1
            return True
