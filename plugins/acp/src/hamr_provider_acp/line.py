"""One line of an agent's as a message."""

from __future__ import annotations

from typing import Any

from hamr.wirekit import mended


def read_line(line: bytes) -> dict[str, Any] | None:
    """The object in a line, None where there is none; half a character, as programs in JavaScript cut it, is mended."""
    from pydantic_core import from_json

    try:
        message = from_json(line)
    except ValueError:
        try:
            message = from_json(mended(line))
        except ValueError:
            return None
    return message if isinstance(message, dict) else None
