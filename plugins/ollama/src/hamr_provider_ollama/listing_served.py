"""The models that we have, as a client of this wire reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr_provider_ollama.encoder import BEGINNING
from hamr_provider_ollama.name import NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.api import ModelInfo


def encode_models(models: Sequence[ModelInfo]) -> bytes:
    """The body of the reply."""
    from pydantic_core import to_json

    return to_json({"models": [_row(info) for info in models]})


def _row(info: ModelInfo) -> dict[str, Any]:
    """A row as its own server wrote it, else what is known of the model; its file is not, so it has no size."""
    own = (info.extra or {}).get(NAME)
    if isinstance(own, dict):
        return {**own, "name": info.id, "model": info.id}
    words = ("parent_model", "format", "family", "parameter_size", "quantization_level")
    details: dict[str, Any] = dict.fromkeys(words, "")
    details["families"] = None
    if info.context_window is not None:
        details["context_length"] = info.context_window
    row = {"name": info.id, "model": info.id, "modified_at": _time(info.created), "size": 0, "digest": ""}
    return {**row, "details": details, **_abilities(info)}


def _abilities(info: ModelInfo) -> dict[str, Any]:
    """The list of what a model can, which says of all that is not in it that the model cannot."""
    if info.input is None and info.tools is None and info.reasoning is None:
        return {}
    reads = info.input or ()
    able = (
        ("completion", True),
        ("tools", info.tools),
        ("thinking", info.reasoning),
        ("vision", "image" in reads),
        ("audio", "audio" in reads),
    )
    return {"capabilities": [word for word, can in able if can]}


def _time(created: int | None) -> str:
    from datetime import UTC, datetime

    if created is None:
        return BEGINNING
    return datetime.fromtimestamp(created, UTC).isoformat().replace("+00:00", "Z")
