"""The list of models that a client is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.types import ModelInfo


def models_body(models: Sequence[ModelInfo]) -> bytes:
    """All of them, on one page."""
    from pydantic_core import to_json

    rows = [_row(info) for info in models]
    ends = {"first_id": rows[0]["id"] if rows else None, "last_id": rows[-1]["id"] if rows else None}
    return to_json({"data": rows, "has_more": False, **ends})


def _row(info: ModelInfo) -> dict[str, Any]:
    from datetime import UTC, datetime

    created = datetime.fromtimestamp(info.created or 0, UTC).isoformat().replace("+00:00", "Z")
    row: dict[str, Any] = {"type": "model", "id": info.id, "display_name": info.name, "created_at": created}
    if info.context_window is not None:
        row["max_input_tokens"] = info.context_window
    if info.max_tokens is not None:
        row["max_tokens"] = info.max_tokens
    able: dict[str, Any] = {}
    if info.input is not None:
        able["image_input"] = {"supported": "image" in info.input}
    if info.reasoning is not None:
        able["thinking"] = {"supported": info.reasoning}
    return {**row, "capabilities": able} if able else row
