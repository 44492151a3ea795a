"""How far a model is on its way here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hamr.api import BrokenReply
from hamr.wirekit import LineDecoder, inner_error, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from hamr_provider_ollama.compat import Compat

SUCCESS = "success"


@dataclass(frozen=True, slots=True)
class Progress:
    """One step; where it is a file, `completed` of `total` bytes are here."""

    status: str
    digest: str | None = None
    total: int | None = None
    completed: int | None = None


class Pulling:
    """Reads the reply to `/api/pull`; raises CallError where it fails, or ends before it says `success`."""

    def __init__(self, compat: Compat, tell: Callable[[Progress], None]) -> None:
        self._compat = compat
        self._tell = tell
        self._lines = LineDecoder()
        self.last = Progress("")

    def take(self, data: bytes) -> None:
        """The next bytes; empty ones are the end."""
        for line in self._lines.feed(data) if data else self._lines.finish():
            self._line(line)
        if not data and self.last.status != SUCCESS:
            raise BrokenReply(f"the model is not here: the reply broke off at {self.last.status or 'its beginning'!r}")

    def _line(self, line: bytes) -> None:
        from pydantic_core import from_json

        try:
            value = from_json(line)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise BrokenReply(f"a line of the reply is no JSON object: {shown(line)}", body=shown(line))
        if value.get("error"):
            raise inner_error(value, self._compat, shown(line))
        status, digest = value.get("status"), value.get("digest")
        self.last = Progress(
            status if isinstance(status, str) else "",
            digest if isinstance(digest, str) else None,
            _bytes(value.get("total")),
            _bytes(value.get("completed")),
        )
        self._tell(self.last)


def _bytes(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
