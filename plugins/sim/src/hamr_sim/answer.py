"""What the server sends: a head, and the steps of a body."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Wait:
    """Send nothing for so many seconds, or, with None, for as long as the client stays."""

    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """Close the connection in the middle of the body."""


Step = bytes | Wait | Drop


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply of the server; the head goes out with the first bytes.

    A body of bytes is sent with its length, one of steps as they come. `model` is who was asked, for the log.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Iterable[Step] = b""
    model: str = ""


def of_json(value: Any) -> Answer:
    """An answer that is a JSON document."""
    return Answer(headers={"content-type": "application/json"}, body=json.dumps(value).encode())
