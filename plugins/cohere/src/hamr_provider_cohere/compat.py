"""How one model differs from another, as flags in data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hamr.wirekit import Flags


@dataclass(frozen=True, slots=True)
class Compat(Flags):
    """The quirks of one model; set under `compat`, and again by a rule for some of the models."""

    thinks: bool = False
    """The model takes `thinking`."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """Fields that every conversation carries."""
    embed_body: Mapping[str, Any] = field(default_factory=dict)
    """Fields that every call for vectors carries."""
    embed_input_type: str = "search_document"
    """What texts are taken for where a call does not say so."""
    max_embedding_inputs: int | None = 96
    """The most inputs of one call ("Embed API (v2)", docs.cohere.com, 2026-11)."""
    max_stop_sequences: int = 5
