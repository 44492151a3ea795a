"""Real traffic of real providers, where the machine has it: `shared/recordings` beside the project."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded exchange; `body` is the reply as it came over the wire."""

    id: str
    request: dict[str, Any] | None
    status: int
    headers: dict[str, str]
    body: bytes
    features: tuple[str, ...]

    @property
    def streamed(self) -> bool:
        """Whether the reply is a stream of events."""
        return "stream" in self.features


def read(path: Path) -> list[Recording]:
    """The recordings in one JSON Lines file."""
    with path.open(encoding="utf-8") as lines:
        return [_recording(json.loads(line)) for line in lines]


def _recording(row: dict[str, Any]) -> Recording:
    text = row.get("response_text")
    body = base64.b64decode(row["response_b64"]) if text is None else text.encode()
    features = tuple(row.get("features") or ())
    if row.get("response_only") and "stream" in features:
        body = b"".join(b"data: " + line + b"\n\n" for line in body.splitlines() if line.strip())
    return Recording(row["id"], row.get("request"), row["status"], row["response_headers"], body, features)
