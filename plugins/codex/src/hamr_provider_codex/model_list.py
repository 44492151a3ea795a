"""The backend's list of models: `{"models": [{"slug": …, "display_name": …}]}`."""

from __future__ import annotations

from typing import Any

from hamr.api import BrokenReply, ModelInfo, ModelPage

HIDDEN = ("hide", "none")
"""What the backend keeps out of a user's choice, such as models that review for it."""


def read_models(body: bytes, provider: str) -> ModelPage:
    """The models in a reply, those left out that are not for users; raises BrokenReply."""
    from pydantic_core import from_json

    try:
        said = from_json(body)
    except ValueError:
        said = None
    rows = said.get("models") if isinstance(said, dict) else None
    if not isinstance(rows, list):
        raise BrokenReply("the reply lists no models")
    return ModelPage(tuple(_info(row, provider) for row in rows if _is_offered(row)))


def _is_offered(row: Any) -> bool:
    is_named = isinstance(row, dict) and isinstance(row.get("slug"), str) and bool(row["slug"])
    return is_named and row.get("visibility") not in HIDDEN


def _info(row: dict[str, Any], provider: str) -> ModelInfo:
    name, window = row.get("display_name"), row.get("context_window")
    levels = row.get("supported_reasoning_levels")
    return ModelInfo(
        row["slug"],
        provider,
        name if isinstance(name, str) and name else row["slug"],
        context_window=window if isinstance(window, int) and not isinstance(window, bool) else None,
        reasoning=bool(levels) if isinstance(levels, list) else None,
        extra=row,
    )
